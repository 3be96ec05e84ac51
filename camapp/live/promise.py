"""What a person may be promised of the live picture: a rate or a delay, what is done for it, and how it is kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from camapp.errors import CommandError

SizeHW = tuple[int, int]
Kind = Literal["rate", "delay"]
UNITS: dict[str, Kind] = {"fps": "rate", "ms": "delay"}
RANGES: dict[Kind, tuple[float, float]] = {"rate": (1.0, 240.0), "delay": (10.0, 2000.0)}
NEARLY = 0.9  # of a rate: a camera is never exact
WORDING = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(fps|ms)\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Promise:
    """What 95 of 100 pictures shall keep.

    Attributes:
        kind: "rate": so many pictures a second, each drawn with its boxes before the next is due; "delay": a picture
            is drawn, and the boxes found on it are known, so soon after it was taken.
        value: pictures a second, or milliseconds.
    """

    kind: Kind
    value: float

    def __str__(self) -> str:
        return f"{self.value:g} {'fps' if self.kind == 'rate' else 'ms'}"

    def limit_s(self, source_fps: float | None) -> float:
        """From taking a picture to drawing it. A source of fewer pictures than promised leaves more time for each."""
        if self.kind == "delay":
            return self.value / 1000
        return 1 / min(self.value, source_fps or self.value)


def parse_promise(text: str) -> Promise:
    """ "30 fps" or "80 ms".

    Raises:
        CommandError: it is neither, or out of range.
    """
    said = WORDING.fullmatch(text)
    if said is not None:
        kind = UNITS[said[2].lower()]
        value = float(said[1])
        if RANGES[kind][0] <= value <= RANGES[kind][1]:
            return Promise(kind, value)
    raise CommandError("promise_unclear", text=text)


def remembered_promise(text: str) -> Promise | None:
    """What a settings file says: none where it is empty, or says what only another version understands."""
    try:
        return parse_promise(text) if text else None
    except CommandError:
        return None


@dataclass(frozen=True)
class Plan:
    """How the detector is used.

    Attributes:
        size_hw: the network's input.
        every: it looks at one picture of so many; the tracks carry the boxes over the others.
    """

    size_hw: SizeHW
    every: int = 1

    @property
    def pixels(self) -> float:
        """That the network sees, per picture that comes: the quality of a plan, and nearly its cost."""
        return self.size_hw[0] * self.size_hw[1] / self.every


@dataclass(frozen=True)
class PromiseStatus:
    """How a promise is kept at this moment.

    Attributes:
        plan: what is done for it.
        automatic_hw: the input size without it.
        p95_ms: 95 of 100 of the last pictures took no longer; None: too few yet.
        limit_ms: what was promised of that.
        kept: whether it is; None: not known yet.
        nothing_left: no plan is lighter.
        comes_fps: how many pictures a second come from the source.
    """

    promise: Promise
    plan: Plan
    automatic_hw: SizeHW
    p95_ms: float | None
    limit_ms: float
    kept: bool | None
    nothing_left: bool
    comes_fps: float

    @property
    def too_few_come(self) -> bool:
        """The source gives fewer pictures than the rate promised; all of those that come are kept."""
        return self.promise.kind == "rate" and self.comes_fps < NEARLY * self.promise.value

    @property
    def smaller(self) -> bool:
        """The network sees less than without a promise."""
        return self.plan.size_hw[0] * self.plan.size_hw[1] < self.automatic_hw[0] * self.automatic_hw[1]

    @property
    def gives_up(self) -> bool:
        """Whether anything is worse than without a promise on a machine that is fast enough."""
        return self.smaller or self.plan.every > 1


def promise_line(status: PromiseStatus) -> str:
    """What was chosen and given up, in one line for a terminal."""
    kept = {None: "measuring", True: "kept", False: "not kept yet"}[status.kept]
    if status.kept is False and status.nothing_left:
        kept = "not kept: this computer is too slow for it, and nothing is left to give up"
    measured = "" if status.p95_ms is None else f", 95 of 100 pictures within {status.p95_ms:.0f} ms"
    often = "every picture" if status.plan.every == 1 else f"1 picture of {status.plan.every}"
    parts = []
    if status.smaller:
        parts.append(f"input {said_size(status.plan.size_hw)} instead of {said_size(status.automatic_hw)}")
    if status.plan.every > 1:
        parts.append(f"boxes are carried over {status.plan.every - 1} of {status.plan.every} pictures")
    come = f" Only {status.comes_fps:.0f} pictures a second come." if status.too_few_come else ""
    return (
        f"Promise {status.promise}: {kept}{measured} (limit {status.limit_ms:.0f} ms). "
        f"Detecting {often} at {said_size(status.plan.size_hw)}; given up: {', '.join(parts) or 'nothing'}.{come}"
    )


def said_size(size_hw: SizeHW) -> str:
    """Height x width, as --size takes it."""
    return f"{size_hw[0]}x{size_hw[1]}"
