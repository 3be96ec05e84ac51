"""How steady the boxes are that are drawn, how far they lag, and whether numbers stay when things cross.

Everything is made here: a picture of the bundled clip that stands still under camera noise, found by the real
detector; boxes that shake by known amounts; two things that cross, rendered.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from camapp.live.choices import Choices
from camapp.live.steady import Steadier
from camapp.live.tracking import Numbering
from detector.boxes import iou
from detector.types import Detections, Frame

SIZE_WH = (1280, 720)
FPS = 30.0
STILL_FRAMES = 150
SETTLED = 30  # pictures after which shaking is measured: a second
NOISE_LEVELS = 5.0  # of a camera in a room, one standard deviation of each colour of each pixel
SHAKING_PX = 2.0
SPEED_PX_S = 300.0
CROSSINGS = 20
THING_WH = (90, 200)
COST_BOXES = 20
WIDE = 100  # columns of the table
Boxes = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Still:
    """Things that stand still.

    Attributes:
        what: which.
        objects, frames: how many were watched, for how long.
        raw_px, drawn_px: standard deviation of the corners as found and as drawn; each coordinate counts alike.
        raw_gaps, drawn_gaps: pictures on which one of them had no box.
    """

    what: str
    objects: int
    frames: int
    raw_px: float
    drawn_px: float
    raw_gaps: int
    drawn_gaps: int

    @property
    def ratio(self) -> float:
        """Drawn to raw."""
        return self.drawn_px / self.raw_px


@dataclass(frozen=True)
class Moving:
    """A box that moves at a steady speed.

    Attributes:
        every: the detector takes one picture of so many.
        lag_px: how far the drawn box is behind, on average; that of the last box found, without steadying.
        off_px: how far off it is at most on 95 of 100 pictures.
    """

    every: int
    lag_px: float
    lag_unsteadied_px: float
    off_px: float


@dataclass(frozen=True)
class Crossings:
    """Two things of one class that pass each other.

    Attributes:
        crossings: how often.
        changed: how often one of them had another number than before.
        numbered: share of the pictures on which both were drawn with a number.
    """

    crossings: int
    changed: int
    numbered: float


@dataclass(frozen=True)
class Steadiness:
    """All of it; `ms_a_frame` is processor time."""

    still: tuple[Still, ...]
    moving: tuple[Moving, ...]
    crossings: Crossings
    ms_a_frame: float


def measure_steadiness() -> Steadiness:
    """Takes about half a minute on two cores."""
    crossings = cross(CROSSINGS)
    still = still_clip(), still_boxes(FPS), still_boxes(FPS / 2)
    return Steadiness(still, (moving_box(1), moving_box(3)), crossings, cost_ms())


def print_steadiness(console: Console, of: Steadiness) -> None:
    """As tables."""
    table = Table(title="Things that stand still: standard deviation of their corners", title_justify="left")
    for name in ("what", "found, px", "drawn, px", "ratio", "not found on", "not drawn on", "of"):
        table.add_column(name, justify="left" if name == "what" else "right")
    for at in of.still:
        shaking = f"{at.raw_px:.2f}", f"{at.drawn_px:.2f}", f"{at.ratio:.2f}"
        table.add_row(at.what, *shaking, str(at.raw_gaps), str(at.drawn_gaps), str(at.objects * at.frames))
    Console(file=console.file, width=max(console.width, WIDE)).print(table)
    for moving in of.moving:
        console.print(
            f"A box of {SPEED_PX_S:g} px/s at {FPS:g} fps, one picture of {moving.every} detected: drawn "
            f"{moving.lag_px:+.1f} px behind (the last box as it was: {moving.lag_unsteadied_px:+.1f}), "
            f"off by at most {moving.off_px:.1f} px on 95 of 100 pictures",
            soft_wrap=True,
        )
    console.print(
        f"{of.crossings.crossings} crossings of two things: {of.crossings.changed} changed numbers; both drawn with a "
        f"number on {of.crossings.numbered:.0%} of the pictures",
        soft_wrap=True,
    )
    console.print(f"{COST_BOXES} boxes cost {of.ms_a_frame:.2f} ms a picture of one core's time", soft_wrap=True)


def still_clip() -> Still:
    """The bundled clip's middle picture under camera noise, through the bundled detector."""
    from detector.engines import open_detector

    random = np.random.default_rng(0)
    still = _middle_of_clip()
    with open_detector() as detector:
        choices = Choices(detector.info.score_threshold, classes_on=frozenset(detector.info.classes_on), steady=True)

        def look(index: int) -> tuple[Frame, Detections]:
            noise = random.normal(0, NOISE_LEVELS, still.shape)
            noisy = np.clip(np.rint(still + noise), 0, 255).astype(np.uint8)
            frame = Frame(noisy, index, index / FPS, index / FPS)
            return frame, detector.detect([frame], 0.05)[0]

        clean = Frame(still, 0, 0.0, 0.0)
        things = choices.apply(detector.detect([clean], choices.score)[0])
        return _still("the clip's picture under camera noise", things, map(look, range(STILL_FRAMES)), choices)


def still_boxes(fps: float) -> Still:
    """Boxes of many sizes that shake by 2 px, and are missed now and then."""
    random = np.random.default_rng(1)
    sides = np.array([40, 60, 90, 130, 190, 280], np.float32)
    lefts = 20 + 1.5 * (np.cumsum(sides) - sides)
    true = np.stack([lefts, np.full(6, 100), lefts + sides, 100 + 2 * sides], axis=1)
    blank = np.zeros((SIZE_WH[1], SIZE_WH[0], 3), np.uint8)

    def look(index: int) -> tuple[Frame, Detections]:
        shaken = true + random.normal(0, SHAKING_PX, true.shape)
        scores = np.where(random.random(len(true)) < 0.05, 0.2, random.uniform(0.3, 0.6, len(true)))
        return Frame(blank, index, index / fps, index / fps), _found(index, shaken, scores)

    what = f"boxes that shake by {SHAKING_PX:g} px, {fps:g} a second"
    return _still(what, _found(0, true), map(look, range(4 * STILL_FRAMES)), Choices(steady=True))


def moving_box(every: int) -> Moving:
    """A box of 300 px/s that shakes by 2 px, of which one picture of `every` is detected."""
    random, steadier, choices = np.random.default_rng(2), Steadier(), Choices(steady=True)
    blank = np.zeros((SIZE_WH[1], SIZE_WH[0], 3), np.uint8)
    behind, without, drawn, last = [], [], None, np.zeros((1, 4), np.float32)
    for index in range(round(3.6 * FPS)):
        frame = Frame(blank, index, index / FPS, index / FPS)
        left = SPEED_PX_S * frame.time_s
        if index % every == 0:
            shaken = np.array([[left, 200, left + 120, 500]]) + random.normal(0, SHAKING_PX, (1, 4))
            last = shaken.astype(np.float32)
            drawn = steadier.apply(frame, _found(index, last), choices)
        if drawn is not None and index >= SETTLED:
            behind.append(left - float(drawn.at(frame, choices).detections.xyxy[0, 0]))
            without.append(left - float(last[0, 0]))
    off = float(np.percentile(np.abs(behind), 95))
    return Moving(every, float(np.mean(behind)), float(np.mean(without)), off)


def cross(crossings: int) -> Crossings:
    """Two of one class pass each other so many times; the one behind is not found while it is hidden."""
    numbering, steadier, choices = Numbering(wait=True), Steadier(), Choices(steady=True, follow=True)
    numbers: list[list[int]] = [[], []]
    random = np.random.default_rng(3)
    period_s, both = 5.0, 0  # two crossings each
    pictures = round(crossings / 2 * period_s * FPS)
    for index in range(pictures):
        turn = 2 * math.pi * index / FPS / period_s
        image, truth = _crossing(turn)
        frame = Frame(image, index, index / FPS, index / FPS)
        found = _visible(frame, len(truth), random)
        drawn = steadier.apply(frame, numbering.apply(frame, found, choices), choices)
        if drawn is None:
            continue
        shown = drawn.at(frame, choices).detections
        of_things = _numbers_of(shown, truth)
        both += len(of_things) == len(truth)
        for thing, number in of_things.items():
            numbers[thing].append(number)
    return Crossings(crossings, sum(sum(a != b for a, b in pairwise(one)) for one in numbers), both / pictures)


def cost_ms() -> float:
    """Median processor time of the calling thread for a picture with 20 boxes, to steady and to place them."""
    random, steadier, choices = np.random.default_rng(4), Steadier(), Choices(steady=True)
    blank = np.zeros((SIZE_WH[1], SIZE_WH[0], 3), np.uint8)
    corners = [(60 * i, 40 * (i % 5), 60 * i + 50, 40 * (i % 5) + 150) for i in range(COST_BOXES)]
    taken = []
    for index in range(600):
        frame = Frame(blank, index, index / FPS, index / FPS)
        found = _found(index, np.array(corners) + random.normal(0, SHAKING_PX, (COST_BOXES, 4)))
        began_ns = time.thread_time_ns()
        drawn = steadier.apply(frame, found, choices)
        if drawn is not None:
            drawn.at(frame, choices)
        taken.append(time.thread_time_ns() - began_ns)
    return float(np.median(taken)) / 1e6


def _still(what: str, things: Detections, looks: Iterable[tuple[Frame, Detections]], choices: Choices) -> Still:
    steadier = Steadier()
    raw: list[Boxes] = []
    drawn: list[Boxes] = []
    for frame, found in looks:
        steady = steadier.apply(frame, found, choices)
        if steady is None or frame.index < SETTLED:
            continue
        raw.append(_of_things(choices.apply(found), things))
        drawn.append(_of_things(steady.at(frame, choices).detections, things))
    (raw_px, raw_gaps), (drawn_px, drawn_gaps) = _shaking(raw), _shaking(drawn)
    return Still(what, len(things), len(raw), raw_px, drawn_px, raw_gaps, drawn_gaps)


def _of_things(boxes: Detections, things: Detections) -> Boxes:
    """The box of each thing, (T, 4); NaN where there is none."""
    overlap = iou(things.xyxy, boxes.xyxy)
    overlap[things.class_ids[:, None] != boxes.class_ids] = 0
    out = np.full((len(things), 4), np.nan, np.float32)
    for thing in range(len(things)):
        if len(boxes) and overlap[thing].max() > 0.4:
            out[thing] = boxes.xyxy[overlap[thing].argmax()]
    return out


def _shaking(pictures: Sequence[Boxes]) -> tuple[float, int]:
    """Standard deviation of the coordinates over time, and how many boxes are missing."""
    boxes = np.stack(pictures)
    missing = int(np.isnan(boxes[..., 0]).sum())
    return float(np.sqrt(np.nanvar(boxes.astype(np.float64), axis=0).mean())), missing


def _found(index: int, xyxy: npt.NDArray[np.floating], scores: npt.NDArray[np.floating] | None = None) -> Detections:
    count = len(xyxy)
    return Detections(
        xyxy=xyxy.astype(np.float32),
        scores=np.full(count, 0.9, np.float32) if scores is None else scores.astype(np.float32),
        class_ids=np.zeros(count, np.int64),
        predicted=np.zeros(count, np.bool_),
        frame_index=index,
        class_names=("thing",),
    )


def _crossing(turn: float) -> tuple[npt.NDArray[np.uint8], Boxes]:
    """Two things of one size that go to and fro, the second before the first, and where they are."""
    image = np.full((SIZE_WH[1], SIZE_WH[0], 3), 90, np.uint8)
    truth = []
    for number, (side, top) in enumerate(((1, 230), (-1, 280))):
        left, width, height = round(595 + side * 480 * math.cos(turn)), *THING_WH
        image[top : top + height, left : left + width] = 150 + 50 * number
        truth.append((left, top, left + width, top + height))
    return image, np.array(truth, np.float32)


def _visible(frame: Frame, things: int, random: np.random.Generator) -> Detections:
    """The part of each thing that is in sight, shaken; nothing of one that is hidden for the most part."""
    rows, scores = [], []
    whole = THING_WH[0] * THING_WH[1]
    for number in range(things):
        ys, xs = np.nonzero(frame.image[..., 0] == 150 + 50 * number)
        if len(xs) < 0.3 * whole:
            continue
        rows.append((xs.min(), ys.min(), xs.max() + 1, ys.max() + 1))
        scores.append(0.3 + 0.6 * len(xs) / whole)
    shaken = np.array(rows, np.float32).reshape(-1, 4) + random.normal(0, SHAKING_PX, (len(rows), 4))
    return _found(frame.index, shaken, np.array(scores))


def _numbers_of(shown: Detections, truth: Boxes) -> dict[int, int]:
    """The number drawn on each thing, where there is one: that of the box nearest to it."""
    numbers: dict[int, int] = {}
    if shown.track_ids is None:
        return numbers
    centres = (truth[:, :2] + truth[:, 2:]) / 2
    for xyxy, number in zip(shown.xyxy, shown.track_ids.tolist(), strict=True):
        if number:
            off = np.abs((xyxy[:2] + xyxy[2:]) / 2 - centres).sum(axis=1)
            numbers[int(off.argmin())] = number
    return numbers


def _middle_of_clip() -> npt.NDArray[np.uint8]:
    from camapp.live.sources import open_source
    from detector.paths import CLIP

    source = open_source(str(CLIP))
    try:
        for frame in source:
            info = source.info
            if info is not None and frame.index >= (info.frame_count or 0) // 2:
                break
        return frame.image
    finally:
        source.close()
