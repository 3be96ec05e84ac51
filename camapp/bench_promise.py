"""Whether a promise is kept while the machine slows down: the real pipeline on a camera of the bench's own.

In the middle the process is pinned to one core, then a second program takes its part of that core, too.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from camapp.bench_camera import FPS, OwnCamera
from camapp.bench_cores import Cores
from camapp.live.choices import Choices
from camapp.live.drawing.shown import Shown
from camapp.live.pipeline import LivePipeline
from camapp.live.promise import Plan, Promise, parse_promise, said_size
from camapp.live.promise_control import p95
from detector.errors import UserFacingError
from detector.types import Frame

if TYPE_CHECKING:
    from detector.engines.base import Detector

SIZE_WH = (1280, 720)
PROMISES = ("30 fps", "80 ms")
SETTLING_S = 8.0  # until the sizes are ready and the plan is found, before anything counts
POLL_S = 0.05
WINDOW_S = 1.0  # p95 is looked at over so long, ten times a second
FIRST_S = 120.0  # until the first boxes, on a machine that is busy with something else
WIDE = 150  # columns of the table
TASKS = Path("/proc/self/task")
COMPUTING = """
import os, sys
while os.getppid() == int(sys.argv[1]):  # else it would stay when the bench is killed
    sum(range(100_000))
"""


@dataclass(frozen=True)
class Phase:
    """One part of a run.

    Attributes:
        what: was done to the machine.
        pictures: drawn, each counted once.
        p95_ms: from taking a picture to drawing it.
        boxes_p95_ms: from taking a picture to having its own boxes, of those looked at.
        late: share of the pictures above the limit.
        missing: pictures that were taken and never drawn.
        looks: of the detector, a second.
        back_s: from its beginning until p95 over a second was under the limit for good; None: it never was.
        chosen: the plan at its end.
        changes: of the plan, in it.
        others: share of the cores that other programs took, the one that the bench starts among them; None: not known.
    """

    what: str
    pictures: int
    p95_ms: float
    boxes_p95_ms: float
    late: float
    missing: int
    looks: float
    back_s: float | None
    chosen: str
    changes: int
    others: float | None = None


@dataclass(frozen=True)
class Kept:
    """A run under one promise.

    Attributes:
        restored_s: from the end of the trouble until the plan was as good as before it; None: it never was.
        changes: when, in seconds since the start, which plan began.
    """

    promise: str
    limit_ms: float
    device: str
    phases: tuple[Phase, ...]
    restored_s: float | None
    changes: tuple[tuple[float, str], ...]


class Noting(LivePipeline):
    """A pipeline that notes what becomes of each picture; times on the time.monotonic() clock.

    Attributes:
        taken: when, by the picture's index.
        drawn: after how long, by index; the first time alone.
        looked: when it was through, and how long after the picture was taken, for each look of the detector.
    """

    def __init__(self, camera: OwnCamera, detector: Detector, choices: Choices) -> None:
        self.taken: dict[int, float] = {}
        self.drawn: dict[int, float] = {}
        self.looked: list[tuple[float, float]] = []
        self.errors: list[UserFacingError] = []
        super().__init__(camera, detector, publish=self._note_drawn, on_error=self.errors.append, choices=choices)
        self.view_size_wh = SIZE_WH
        self.watch = self._note_taken

    def _note_taken(self, frame: Frame) -> None:
        self.taken[frame.index] = frame.captured_at_s

    def _note_drawn(self, shown: Shown) -> None:
        taken_s = shown.frame.captured_at_s
        self.drawn.setdefault(shown.frame.index, time.monotonic() - taken_s)

    def _detected(self, index: int) -> None:
        super()._detected(index)
        now_s = time.monotonic()
        self.looked.append((now_s, now_s - self.taken[index]))


def measure_promises(texts: tuple[str, ...] = PROMISES, seconds: float = 10.0) -> list[Kept]:
    """One run each; takes four times `seconds` and some more.

    Raises:
        UserFacingError: the bundled model does not work here.
    """
    from detector.engines import open_detector

    kept = []
    for text in texts:
        with open_detector() as detector:
            kept.append(_measure(detector, parse_promise(text), seconds))
    return kept


def _measure(detector: Detector, promise: Promise, seconds: float) -> Kept:
    choices = Choices(detector.info.score_threshold, steady=True, promise=promise)
    pipeline = Noting(OwnCamera(SIZE_WH), detector, choices)
    changes: list[tuple[float, Plan]] = []

    def run(for_s: float, until: Callable[[], object] = lambda: True) -> None:
        end_s, limit_s = time.monotonic() + for_s, time.monotonic() + FIRST_S
        while time.monotonic() < end_s or not (until() or time.monotonic() > limit_s):
            time.sleep(POLL_S)
            status = pipeline.stats().promise
            if status is not None and (not changes or changes[-1][1] != status.plan):
                changes.append((time.monotonic(), status.plan))

    times: list[tuple[str, float]] = []

    def phase(what: str, for_s: float) -> None:
        times.append((what, time.monotonic()))
        before = Cores.now()
        run(for_s)
        others.append(before.taken_by_others(Cores.now()))

    others: list[float | None] = []
    pipeline.start()
    try:
        run(0.0, until=lambda: pipeline.looked)
        began_s = time.monotonic()
        run(SETTLING_S)
        phase("as it is", seconds)
        with pinned():
            phase("pinned to one core", seconds)
            with busy():
                phase("and a busy program there", seconds)
        phase("as before", seconds)
        times.append(("", time.monotonic()))
    finally:
        pipeline.stop()
    if pipeline.errors:
        raise pipeline.errors[0]
    limit_s = promise.limit_s(FPS)
    phases = tuple(
        replace(_phase(what, begin_s, end_s, pipeline, changes, limit_s), others=share)
        for ((what, begin_s), (_, end_s)), share in zip(pairwise(times), others, strict=True)
    )
    before, freed_s = plan_at(changes, times[1][1]), times[3][1]
    good = [at_s for at_s, plan in changes if at_s > freed_s and plan.pixels >= before.pixels]
    if plan_at(changes, freed_s).pixels >= before.pixels:
        good.insert(0, freed_s)
    return Kept(
        promise=str(promise),
        limit_ms=1000 * limit_s,
        device=detector.device,
        phases=phases,
        restored_s=good[0] - freed_s if good else None,
        changes=tuple((at_s - began_s, said(plan)) for at_s, plan in changes),
    )


def _phase(
    what: str, begin_s: float, end_s: float, of: Noting, changes: list[tuple[float, Plan]], limit_s: float
) -> Phase:
    taken = {index: at_s for index, at_s in of.taken.items() if begin_s <= at_s < end_s - WINDOW_S / 2}
    drawn = sorted((taken[index] + of.drawn[index], of.drawn[index]) for index in taken if index in of.drawn)
    looked = [delay_s for at_s, delay_s in of.looked if begin_s <= at_s < end_s]
    delays = [delay_s for _, delay_s in drawn]
    return Phase(
        what=what,
        pictures=len(drawn),
        p95_ms=1000 * p95(delays) if delays else 0.0,
        boxes_p95_ms=1000 * p95(looked) if looked else 0.0,
        late=sum(delay_s > limit_s for delay_s in delays) / max(len(delays), 1),
        missing=len(taken) - len(drawn),
        looks=len(looked) / (end_s - begin_s),
        back_s=back_under(drawn, begin_s, end_s, limit_s),
        chosen=said(plan_at(changes, end_s)),
        changes=sum(begin_s <= at_s < end_s for at_s, _ in changes),
    )


def back_under(drawn: list[tuple[float, float]], begin_s: float, end_s: float, limit_s: float) -> float | None:
    """From `begin_s` until p95 over a second is under the limit and stays so; None: it is above it at the end.

    Args:
        drawn: when, and after how long, for each picture.
    """
    above_s, at_s = begin_s, begin_s + 0.1
    while at_s <= end_s - WINDOW_S / 2:
        recent = [delay_s for drawn_s, delay_s in drawn if at_s - WINDOW_S <= drawn_s < at_s]
        if not recent or p95(recent) > limit_s:
            above_s = at_s
        at_s += 0.1
    return None if at_s - above_s <= 2 * WINDOW_S and above_s > begin_s else above_s - begin_s


def plan_at(changes: list[tuple[float, Plan]], at_s: float) -> Plan:
    """The one in use then."""
    return [plan for since_s, plan in changes if since_s <= at_s or since_s == changes[0][0]][-1]


def said(plan: Plan) -> str:
    """As "256x416, every 2nd picture"."""
    return said_size(plan.size_hw) if plan.every == 1 else f"{said_size(plan.size_hw)}, 1 picture of {plan.every}"


@contextmanager
def pinned() -> Iterator[None]:
    """All threads of this process on one core; where the system cannot, on those that there are."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    cores = os.sched_getaffinity(0)
    _pin({min(cores)})
    try:
        yield
    finally:
        _pin(cores)


def _pin(cores: set[int]) -> None:
    for task in TASKS.iterdir():
        try:
            os.sched_setaffinity(int(task.name), cores)
        except ProcessLookupError:  # a thread that has ended since
            continue


@contextmanager
def busy() -> Iterator[None]:
    """A second process that computes without a pause, on the cores that this one may use."""
    process = subprocess.Popen([sys.executable, "-S", "-c", COMPUTING, str(os.getpid())])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def print_promises(console: Console, runs: list[Kept]) -> None:
    """A table for each promise."""
    for run in runs:
        title = f"Promise {run.promise}: {run.limit_ms:.0f} ms for a picture, {FPS:g} a second, {run.device}"
        table = Table(title=title, title_justify="left")
        table.add_column("the machine", no_wrap=True)
        for name in (
            "p95, ms",
            "late",
            "missing",
            "back under after",
            "boxes p95, ms",
            "looks a second",
            "other programs",
        ):
            table.add_column(name, justify="right")
        table.add_column("chosen at the end")
        table.add_column("changes", justify="right")
        for at in run.phases:
            back = "not yet" if at.back_s is None else f"{at.back_s:.1f} s"
            measured = f"{at.p95_ms:.0f}", f"{at.late:.0%}", str(at.missing), back, f"{at.boxes_p95_ms:.0f}"
            others = "not known" if at.others is None else f"{at.others:.0%}"
            table.add_row(at.what, *measured, f"{at.looks:.1f}", others, at.chosen, str(at.changes))
        Console(file=console.file, width=max(console.width, WIDE)).print(table)
        restored = "not yet restored" if run.restored_s is None else f"restored after {run.restored_s:.1f} s"
        console.print(f"Quality {restored} once the machine was free again.", soft_wrap=True)
