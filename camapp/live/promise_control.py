"""Chooses the plan that keeps a promise, from measured times alone. No clock, no thread: it is told what time it is.

Down: as soon as one picture in five of the last second, or one in twenty of the last four, is late, to the best plan
that should fit by the times just measured; as these explain only part of a delay, by a fifth of the work at least, and
by more the later the pictures are. Up: after a time without trouble, to the best plan that should take no more than two
thirds of what it may, or three quarters where it was good for long before. That distance keeps it from flapping, and so
does the time, which doubles whenever a plan gone up to has to be left again soon; where the machine became much faster
since it was too slow, it is not waited for.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Sequence
from statistics import median
from typing import NamedTuple

from camapp.live.promise import Plan, Promise, PromiseStatus, SizeHW
from camapp.live.promise_plans import plans

JUDGE_S = 0.1  # between two judgements
RECENT_S, REMEMBERED_S = 1.0, 4.0
LATE_RECENT, LATE_REMEMBERED = 0.2, 0.05  # shares that are late
LEAST_LATE = 3  # one hiccup is no trend
FITS_DOWN, FITS_UP = 0.85, 0.65  # shares of the limit that a plan may be expected to take
FITS_PROVEN = 0.75  # that one which was good for long may, when it is gone back to
PROVEN_S = 10.0  # so long
LIGHTER = (0.3, 0.8)  # at least and at most so much of the work is left after going down
WORTH = 1.4  # times the pixels a second: what brings less is not worth going up for
FIRST_WAIT_S, LONGEST_WAIT_S = 2.0, 120.0  # without trouble, before going up
PROBATION_S = 20.0  # a plan gone up to that is left within this was a mistake
FORGIVEN_S = 60.0  # one that lasted so long was none, and ends the distrust
FASTER = 0.65  # of the time that looks took right after going down: whoever took the machine's time is gone
LOOKS_WARM = 3  # the first ones wait for the network to be compiled
LOOKS_FIRST = 8  # before sizes are made ready: the start has enough to do
NEAR = (0.6, 1.7)  # a measured cost beyond this share of that expected by the pixels was disturbed


class Look(NamedTuple):
    """One run of the detector.

    Attributes:
        at_s: when its boxes were known.
        size_hw: of the network's input.
        took_s: of the run.
        delay_s: since the picture was taken.
    """

    at_s: float
    size_hw: SizeHW
    took_s: float
    delay_s: float


class Drawn(NamedTuple):
    """One picture that was drawn: when, and how long after it was taken."""

    at_s: float
    delay_s: float


class Controller:
    """Of one promise, for one detector and pictures of one shape.

    Attributes:
        plan: to be used now.
        limit_s: for a picture.

    Args:
        sizes_hw: that may be used, smallest first.
        automatic_hw: one of them, ready and in use at the start.
        source_fps: as the source states it; None: unknown.
        frame_s: between two pictures.
    """

    def __init__(
        self,
        promise: Promise,
        sizes_hw: Sequence[SizeHW],
        automatic_hw: SizeHW,
        source_fps: float | None,
        frame_s: float,
    ) -> None:
        self.promise = promise
        self.limit_s = promise.limit_s(source_fps)
        self.plan = Plan(automatic_hw)
        self._automatic_hw = automatic_hw
        self._frame_s = frame_s
        self._plans = plans(sizes_hw, automatic_hw, frame_s)
        self._sizes = set(sizes_hw)
        self._ready = {automatic_hw}
        self._cost = {size: float(size[0] * size[1]) for size in sizes_hw}  # in pixels, until it is measured
        self._looks: deque[Look] = deque(maxlen=240)
        self._drawn: deque[Drawn] = deque(maxlen=960)
        self._paces: deque[tuple[float, float]] = deque(maxlen=240)  # when, seconds a pixel; whatever the plan
        self._count = 0  # of looks
        self._changed_s = self._risen_s = self._judged_s = -math.inf
        self._quiet_since_s: float | None = None  # no trouble and no change since
        self._pace_when_down: float | None = None  # in the first quiet time after going down
        self._proven = {self.plan}  # plans that were good for long
        self._wait_s = FIRST_WAIT_S
        self._wished: SizeHW | None = None

    # What was measured

    def looked(self, look: Look) -> None:
        """The detector was through with a picture."""
        self._count += 1
        if self._count <= LOOKS_WARM:
            return
        if self._quiet_since_s is None:
            self._quiet_since_s = look.at_s
        self._paces.append((look.at_s, look.took_s / self._cost[look.size_hw]))
        if look.at_s - look.delay_s >= self._changed_s:
            self._looks.append(look)

    def drew(self, drawn: Drawn) -> None:
        """A picture was drawn, with its boxes or those carried to it."""
        if self._count > LOOKS_WARM and drawn.at_s - drawn.delay_s >= self._changed_s:
            self._drawn.append(drawn)

    def came_every(self, frame_s: float) -> None:
        """The source's pace is another one now."""
        self._frame_s = frame_s

    # Sizes are made ready elsewhere

    @property
    def wished(self) -> SizeHW | None:
        """The size to be made ready next: first the smaller ones, for when they are needed."""
        if self._count < LOOKS_FIRST:
            return None
        lighter = [s for s in self._sizes - self._ready if s[0] * s[1] < self._automatic_hw[0] * self._automatic_hw[1]]
        if lighter:
            return max(lighter, key=lambda size: size[0] * size[1])
        return self._wished if self._wished in self._sizes - self._ready else None

    def prepared(self, size_hw: SizeHW, took_s: float | None) -> None:
        """It can be used from now on; a picture in it took so long just now."""
        self._ready.add(size_hw)
        paces = self._recent_paces()
        if took_s is not None and paces:
            pixels = size_hw[0] * size_hw[1]
            self._cost[size_hw] = min(max(took_s / median(paces), NEAR[0] * pixels), NEAR[1] * pixels)

    def refused(self, size_hw: SizeHW) -> None:
        """It cannot be used."""
        self._sizes.discard(size_hw)
        self._plans = tuple(plan for plan in self._plans if plan.size_hw != size_hw)

    # What is to be done

    def judge(self, now_s: float) -> Plan:
        """The plan from now on."""
        if self._quiet_since_s is not None and now_s - self._judged_s >= JUDGE_S:
            self._judged_s = now_s
            self._forget(now_s)
            if self._in_trouble(now_s):
                self._quiet_since_s = now_s
                self._go_down(now_s)
            else:
                self._stay_or_go_up(now_s, now_s - self._quiet_since_s)
        return self.plan

    def status(self) -> PromiseStatus:
        """What was chosen, and whether it is enough."""
        pictures = self._delays()
        p95_s = p95(pictures) if len(pictures) >= 5 else None
        kept = None if p95_s is None else not self._too_late(REMEMBERED_S, LATE_REMEMBERED, self._newest_s())
        return PromiseStatus(
            promise=self.promise,
            plan=self.plan,
            automatic_hw=self._automatic_hw,
            p95_ms=None if p95_s is None else 1000 * p95_s,
            limit_ms=1000 * self.limit_s,
            kept=kept,
            nothing_left=not any(plan.pixels < self.plan.pixels for plan in self._plans),
            comes_fps=1 / self._frame_s,
        )

    # Down

    def _in_trouble(self, now_s: float) -> bool:
        return self._too_late(RECENT_S, LATE_RECENT, now_s) or self._too_late(REMEMBERED_S, LATE_REMEMBERED, now_s)

    def _too_late(self, over_s: float, share: float, now_s: float) -> bool:
        since_s = now_s - over_s
        drawn = [drawn.delay_s > self.limit_s for drawn in self._drawn if drawn.at_s >= since_s]
        looked = [look.delay_s > self._look_limit_s() for look in self._looks if look.at_s >= since_s]
        return any(sum(late) >= LEAST_LATE and sum(late) > share * len(late) for late in (drawn, looked))

    def _look_limit_s(self, plan: Plan | None = None) -> float:
        """A look must be over before the next is due; and what is promised of the delay is promised of boxes, too."""
        if self.promise.kind == "delay":
            return self.limit_s
        return max(self.limit_s, self._frame_s * (plan or self.plan).every)

    def _go_down(self, now_s: float) -> None:
        lighter = self._lighter()
        if not lighter:
            return
        left = min(max(1 / self._excess(now_s), LIGHTER[0]), LIGHTER[1])
        most = left * self._cost[self.plan.size_hw] / self.plan.every
        waited_s = min((look.delay_s - look.took_s for look in self._looks), default=0.0)  # others, for a look before
        fitting = [
            plan
            for plan in lighter
            if self._cost[plan.size_hw] / plan.every <= most and self._expected(plan, waited_s) <= FITS_DOWN
        ]
        lasted_s = now_s - self._risen_s
        if now_s - self._changed_s >= PROVEN_S:
            self._proven.add(self.plan)
        if lasted_s <= PROBATION_S:
            self._wait_s = min(2 * self._wait_s, LONGEST_WAIT_S)
            self._proven.discard(self.plan)
        elif lasted_s > FORGIVEN_S:
            self._wait_s = FIRST_WAIT_S
        self._pace_when_down = None
        self._change(fitting[0] if fitting else lighter[-1], now_s)

    def _excess(self, now_s: float) -> float:
        """How many times the limit the last second's pictures took."""
        drawn = [d.delay_s / self.limit_s for d in self._drawn if d.at_s >= now_s - RECENT_S]
        looked = [look.delay_s / self._look_limit_s() for look in self._looks if look.at_s >= now_s - RECENT_S]
        return max(p95(excess) if excess else 1.0 for excess in (drawn, looked))

    def _lighter(self) -> list[Plan]:
        """Ready, with less work than the one in use, the best first; by pixels, as costs are measured in passing."""
        return [p for p in self._plans if p.size_hw in self._ready and p.pixels < self.plan.pixels]

    # Up

    def _stay_or_go_up(self, now_s: float, quiet_s: float) -> None:
        if quiet_s < FIRST_WAIT_S:
            return
        pace = p95(self._recent_paces())
        if self._pace_when_down is None:
            self._pace_when_down = pace
        if quiet_s < self._wait_s and pace > FASTER * self._pace_when_down:
            return
        better = [p for p in self._plans if p.pixels >= WORTH * self.plan.pixels and self._fits_up(p)]
        self._wished = better[0].size_hw if better else None
        ready = [plan for plan in better if plan.size_hw in self._ready]
        if ready:
            self._risen_s = now_s
            self._change(ready[0], now_s)

    def _fits_up(self, plan: Plan) -> bool:
        waited_s = [look.delay_s - look.took_s for look in self._looks]  # none for a look before: it is quiet
        most = FITS_PROVEN if plan in self._proven else FITS_UP
        return self._expected(plan, p95(waited_s) if waited_s else 0.0) <= most

    # Both

    def _expected(self, plan: Plan, waited_s: float) -> float:
        """What it should take, as a share of what it may; by the looks of the last second.

        Args:
            waited_s: from taking a picture to the beginning of its look.
        """
        took_s = p95(self._recent_paces()) * self._cost[plan.size_hw]
        return max((took_s + waited_s) / self._look_limit_s(plan), took_s / (plan.every * self._frame_s))

    def _recent_paces(self) -> list[float]:
        """Of the last second, but at least three if there are as many."""
        newest_s = self._paces[-1][0] if self._paces else 0.0
        recent = [pace for at_s, pace in self._paces if at_s >= newest_s - RECENT_S]
        return recent if len(recent) >= 3 else [pace for _, pace in list(self._paces)[-3:]]

    def _delays(self) -> list[float]:
        """Of pictures, where they are drawn; and of boxes, where a delay is promised or nothing is drawn."""
        drawn, looked = [d.delay_s for d in self._drawn], [look.delay_s for look in self._looks]
        if not drawn:
            return looked
        return max(drawn, looked, key=p95) if looked and self.promise.kind == "delay" else drawn

    def _newest_s(self) -> float:
        return max([*(d.at_s for d in self._drawn), *(look.at_s for look in self._looks)], default=0.0)

    def _change(self, plan: Plan, now_s: float) -> None:
        self.plan, self._changed_s, self._quiet_since_s = plan, now_s, now_s
        self._looks.clear()
        self._drawn.clear()

    def _forget(self, now_s: float) -> None:
        while self._looks and self._looks[0].at_s < now_s - REMEMBERED_S:
            self._looks.popleft()
        while self._drawn and self._drawn[0].at_s < now_s - REMEMBERED_S:
            self._drawn.popleft()


def p95(values: Iterable[float]) -> float:
    """The value that 95 of 100 do not exceed."""
    ordered = sorted(values)
    return ordered[max(math.ceil(0.95 * len(ordered)) - 1, 0)]
