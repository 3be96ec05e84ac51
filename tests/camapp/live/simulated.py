"""A machine that takes as long as a test says, and a pipeline on it: for controllers, without any clock."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from camapp.live.promise import Plan
from camapp.live.promise_control import Controller, Drawn, Look, p95

AUTOMATIC = (256, 416)
SIZES = ((192, 320), AUTOMATIC, (384, 640), (736, 1280))


@dataclass
class Machine:
    """One detector and one drawing worker, each through with a picture before it takes the newest.

    Attributes:
        controller: decides; sizes that it wishes are ready after `compile_s`.
        look_s: of the automatic size, on a quiet machine.
        draw_s: likewise.
        slow: times as long as that, at a time.
        fps: of the source.
        changes: when which plan began.
        delays: of all pictures drawn: when, how long after they were taken.
        box_delays: of all looks.
    """

    controller: Controller
    look_s: float = 0.010
    draw_s: float = 0.004
    slow: Callable[[float], float] = lambda now_s: 1.0
    fps: float = 30.0
    compile_s: float = 0.5
    changes: list[tuple[float, Plan]] = field(default_factory=list)
    delays: list[tuple[float, float]] = field(default_factory=list)
    box_delays: list[tuple[float, float]] = field(default_factory=list)

    def run(self, until_s: float) -> None:
        """From the first picture to this time."""
        noise = random.Random(1)
        free_s = drawn_s = ready_s = 0.0
        last = -99
        for index in range(round(until_s * self.fps)):
            taken_s = index / self.fps
            plan = self.controller.plan
            boxes_s = taken_s
            if index - last >= plan.every and free_s <= taken_s + 1 / self.fps:
                last, begun_s = index, max(free_s, taken_s)
                pixels = plan.size_hw[0] * plan.size_hw[1] / (AUTOMATIC[0] * AUTOMATIC[1])
                took_s = self.look_s * (0.1 + 0.9 * pixels) * self.slow(begun_s) * noise.uniform(0.9, 1.2)
                boxes_s = free_s = begun_s + took_s
                self.box_delays.append((boxes_s, boxes_s - taken_s))
                self.controller.looked(Look(boxes_s, plan.size_hw, took_s, boxes_s - taken_s))
                if plan.every > 1 or took_s > 1 / self.fps:
                    boxes_s = taken_s  # nobody waits for them
            if drawn_s <= taken_s + 1 / self.fps:
                drawn_s = max(boxes_s, drawn_s) + self.draw_s * self.slow(boxes_s) * noise.uniform(0.9, 1.2)
                self.delays.append((drawn_s, drawn_s - taken_s))
                self.controller.drew(Drawn(drawn_s, drawn_s - taken_s))
            wished = self.controller.wished
            if wished is not None and not ready_s:
                ready_s = taken_s + self.compile_s
            elif wished is not None and taken_s >= ready_s:
                ready_s = 0.0
                self.controller.prepared(wished, None)
            now = self.controller.judge(taken_s)
            if not self.changes or now != self.changes[-1][1]:
                self.changes.append((taken_s, now))

    def p95_between(self, begin_s: float, end_s: float) -> float:
        """Of the pictures drawn then."""
        return p95(delay_s for at_s, delay_s in self.delays if begin_s <= at_s < end_s)

    def plan_at(self, at_s: float) -> Plan:
        """In use then."""
        return [plan for since_s, plan in self.changes if since_s <= at_s][-1]

    def back_after(self, begin_s: float, end_s: float) -> float:
        """From `begin_s` until the last second with a p95 above the limit was over, if none is later until `end_s`."""
        late = [at_s for at_s in self._seconds(begin_s, end_s) if self.p95_between(at_s - 1, at_s) > self._limit_s]
        return max(late, default=begin_s) - begin_s

    @property
    def _limit_s(self) -> float:
        return self.controller.limit_s

    @staticmethod
    def _seconds(begin_s: float, end_s: float) -> Iterator[float]:
        at_s = begin_s
        while at_s <= end_s:
            yield at_s
            at_s += 0.1


def slower_between(begin_s: float, end_s: float, times: float) -> Callable[[float], float]:
    """A machine that is as quick as ever but then."""
    return lambda now_s: times if begin_s <= now_s < end_s else 1.0
