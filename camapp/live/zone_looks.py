"""A zone looked at closely while the picture runs: looks at the whole picture and at some tiles of the zone take turns.

What a look does not cover is carried from the one before, moved as it moved, and marked as predicted.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from camapp.live.choices import DETECTED_FROM, Choices
from camapp.live.drawn import KEEP_S, SMALLEST_PX
from camapp.live.rates import RecentMedian
from camapp.live.tracking import least_score
from detector.boxes import iou
from detector.tiles import WHOLE, Look, Tiling, look_at, look_at_all, of_those, tile_zone, told_apart
from detector.types import Detections, Frame

if TYPE_CHECKING:
    from detector.engines.base import Detector

MOST_TILES = 12  # of a zone: two in a frame, by turns with the whole picture, and each is seen 2.5 times a second
FRAME_S = 1 / 30  # that the tiles of one frame may take, or longer where pictures come more slowly
AT_ONCE = 0.5  # of that time: where whole picture and all tiles take no longer, each frame gets all of it
CARRIED_S = 2.0  # a part that was not looked at for so long says nothing any more
GROWN = 3.0  # boxes, before those of two looks are compared: small ones that move meet, too
SAME_FROM = 0.2  # IoU of such boxes
Boxes = npt.NDArray[np.float32]
SizeHW = tuple[int, int]


@dataclass(frozen=True)
class ZoneCost:
    """What the zone in view takes.

    Attributes:
        tiles: how many it has.
        ms: what one look at all of them takes, as measured; None before the first.
        larger: how many times as large as in the look at the whole picture things are seen.
    """

    tiles: int
    ms: float | None
    larger: float


@dataclass(frozen=True, eq=False)
class _Seen:
    """The last look at a part: boxes worth being carried, how they move in pixels a second, and when it was."""

    look: Look
    drift: Boxes
    time_s: float

    def at(self, frame: Frame) -> Look:
        """Carried to a later frame; without what has left the picture."""
        found = self.look.found
        edges = np.array(frame.size_wh * 2, np.float32)
        xyxy = np.clip(found.xyxy + self.drift * np.float32(frame.time_s - self.time_s), 0, edges)
        inside = ((xyxy[:, 2:] - xyxy[:, :2]) >= SMALLEST_PX).all(axis=1)
        moved = replace(found, xyxy=xyxy).carried_to(frame.index)
        return Look(self.look.part, moved.keep(inside), self.look.cut[inside])

    def keep(self, chosen: npt.NDArray[np.bool_]) -> _Seen:
        """Those where `chosen` is True."""
        look = Look(self.look.part, self.look.found.keep(chosen), self.look.cut[chosen])
        return replace(self, look=look, drift=self.drift[chosen])


class ZoneLooks:
    """Whose turn it is, and what was seen before; for the detections of one source, in order; for one thread.

    Attributes:
        cost: of the zone in view; None without one. May be read from any thread.

    Args:
        clock: in seconds; measures what tiles take.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.cost: ZoneCost | None = None
        self._clock = clock
        self._detector: Detector | None = None
        self._tiling: Tiling | None = None
        self._tile_s = RecentMedian()
        self.begin_anew()

    def begin_anew(self) -> None:
        """The next picture shows something else."""
        self._seen: dict[int, _Seen] = {}
        self._last: Frame | None = None
        self._next_tile = 0
        self._was_whole = False

    def detect(self, detector: Detector, frame: Frame, choices: Choices, size_hw: SizeHW | None = None) -> Detections:
        """As Detector.detect of this frame; with Choices.zone also what its tiles have shown, predicted where carried.

        A picture that stands still, or the first of a scene, is looked at in all its parts at once.

        Args:
            size_hw: as of Detector.detect.
        """
        tiling = self._tiling_of(detector, frame, choices, size_hw)
        if tiling is None:
            return look_at_all(detector, [frame], DETECTED_FROM, choices.iou, size_hw)[0]
        parts = self._parts(frame, tiling, choices.promise is not None)
        began_s = self._clock()
        looks = look_at(detector, frame, tiling, parts, DETECTED_FROM, choices.iou, size_hw)
        if len(parts) > 1 or parts[0] != WHOLE:
            self._tile_s.add((self._clock() - began_s) / len(parts))
        self._note_cost(tiling, size_hw or detector.shape_for(frame.size_wh))
        drifts = self._drifts(looks, frame.time_s)
        self._forget_where(tiling, [part for part in parts if part != WHOLE])
        carried = [
            seen.at(frame)
            for part, seen in self._seen.items()
            if part not in parts and 0 <= frame.time_s - seen.time_s <= CARRIED_S
        ]
        everything = [*looks, *carried]
        stay = told_apart(everything, choices.score)
        for look, drift, stays in zip(looks, drifts, stay, strict=False):
            useful = (look.found.scores >= least_score(choices)) & (~look.cut | stays)  # no piece of what is seen whole
            self._seen[look.part] = _Seen(look, drift, frame.time_s).keep(useful)
        self._last = frame
        return of_those(everything, stay, frame.index, detector.class_names)

    def _tiling_of(self, detector: Detector, frame: Frame, choices: Choices, size_hw: SizeHW | None) -> Tiling | None:
        tiling = None
        if choices.zone is not None and not detector.of_whole_picture:
            shape_hw = size_hw or detector.shape_for(frame.size_wh)
            tiling = tile_zone(choices.zone, frame.size_wh, shape_hw, MOST_TILES)
        before = self._tiling
        if tiling != before or detector is not self._detector:
            places = [None if one is None else (one.zone, one.size_wh) for one in (before, tiling)]
            if places[0] == places[1] and detector is self._detector:
                self._next_tile = 0  # only the network's input is another, as a promise wants it: no look at everything
                self._seen = {part: seen for part, seen in self._seen.items() if part == WHOLE}
            else:
                self._tile_s = RecentMedian()
                self.begin_anew()
            self._tiling, self._detector = tiling, detector
        if tiling is None:
            self.cost = None
        return tiling

    def _parts(self, frame: Frame, tiling: Tiling, is_promised: bool) -> list[int]:
        """What is looked at now.

        Args:
            is_promised: a rate or a delay is: no look takes longer than one at the whole picture.
        """
        last, count, tile_s = self._last, len(tiling.tiles), self._tile_s.value()
        everything = list(range(WHOLE, count))
        if last is None or tile_s is None or frame.index <= last.index:
            return everything
        period_s = (frame.time_s - last.time_s) / (
            frame.index - last.index
        )  # of the source: the detector may be slower
        if not 0 < period_s <= KEEP_S:
            return everything
        budget_s = tile_s if is_promised else max(FRAME_S, period_s)
        if tile_s * len(everything) <= AT_ONCE * budget_s:
            return everything
        self._was_whole = not self._was_whole
        if self._was_whole:
            return [WHOLE]
        share = min(max(int(budget_s / tile_s), 1), count)
        first, self._next_tile = self._next_tile, (self._next_tile + share) % count
        return [(first + i) % count for i in range(share)]

    def _forget_where(self, tiling: Tiling, tiles: list[int]) -> None:
        """What other tiles saw before in a place that one of these has looked at now."""
        for number in tiles:
            left, top, right, bottom = tiling.inside(number)
            for part, seen in self._seen.items():
                if part not in (WHOLE, number):
                    xyxy = seen.look.found.xyxy
                    inside = (xyxy[:, :2] >= (left, top)).all(axis=1) & (xyxy[:, 2:] <= (right, bottom)).all(axis=1)
                    if inside.any():
                        self._seen[part] = seen.keep(np.logical_not(inside))

    def _note_cost(self, tiling: Tiling, shape_hw: SizeHW) -> None:
        tile_s, count = self._tile_s.value(), len(tiling.tiles)
        whole = min(shape_hw[1] / tiling.size_wh[0], shape_hw[0] / tiling.size_wh[1])
        self.cost = ZoneCost(count, None if tile_s is None else 1000 * tile_s * count, tiling.scale / whole)

    def _drifts(self, looks: list[Look], time_s: float) -> list[Boxes]:
        """How what was found now moves, in pixels a second, by where any part saw it last."""
        drifts = [np.zeros((len(look.cut), 4), np.float32) for look in looks]
        seen = [one for one in self._seen.values() if 0 < time_s - one.time_s <= CARRIED_S and len(one.drift)]
        if not seen:
            return drifts
        step_s = np.concatenate([np.full((len(one.drift), 1), time_s - one.time_s, np.float32) for one in seen])
        old = np.concatenate([one.look.found.xyxy for one in seen])
        old_drift = np.concatenate([one.drift for one in seen])
        was_cut = np.concatenate([one.look.cut for one in seen])
        class_ids = np.concatenate([one.look.found.class_ids for one in seen])
        for look, drift in zip(looks, drifts, strict=True):
            found = look.found
            alike = iou(_grown(old + old_drift * step_s), _grown(found.xyxy))
            alike[class_ids[:, None] != found.class_ids] = 0
            if not alike.size:
                continue
            alike[was_cut[:, None] & ~look.cut] /= 2  # rather one that was whole, too
            its = alike.argmax(axis=0)
            same = alike[its, np.arange(len(found))] >= SAME_FROM
            moved = np.tile(_centres(found.xyxy) - _centres(old[its]), 2) / step_s[its]
            pieces = look.cut | was_cut[its]  # whose middle is not that of the thing
            drift[same] = np.where(pieces[:, None], old_drift[its], (moved + old_drift[its]) / 2)[same]
        return drifts


def _centres(xyxy: Boxes) -> Boxes:
    return np.asarray((xyxy[:, :2] + xyxy[:, 2:]) / 2, np.float32)


def _grown(xyxy: Boxes) -> Boxes:
    centres, half = _centres(xyxy), (xyxy[:, 2:] - xyxy[:, :2]) * np.float32(GROWN / 2)
    return np.concatenate([centres - half, centres + half], axis=1)
