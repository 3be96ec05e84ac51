"""Small things far away: a zone of the picture in overlapping tiles, each seen by the network at its own size.

A picture of 1920x1080 in a network of 416x256 shows a thing of 12 pixels with fewer than 3. Cut into tiles of the
network's shape it keeps its 12. What is large is cut by the tiles' edges: the look at the whole picture finds it, and
what a tile saw of it goes. The idea is SAHI's (Akyon et al., 2022); all of this file is our own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from detector.boxes import FloatArray, area
from detector.engines.postprocess import MOST_BOXES, MOST_CANDIDATES
from detector.types import Detections, Frame

if TYPE_CHECKING:
    from detector.engines.base import Detector

Zone = tuple[int, int, int, int]  # x, y, width, height in whole pixels of the picture
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

WHOLE = -1  # the part that is the whole picture; tiles count from 0
OVERLAP = 64  # input pixels that neighbours share: what is smaller is seen whole by one of them
EDGE = 8.0  # input pixels: a box that ends so near to its tile's edge may go on behind it
SMALLEST = 16  # pixels of a zone's side: in less nothing is found
CLOSEST = 3.0  # input pixels per pixel of the picture; closer, pixels are all that is seen
STEP = 0.95  # of the scale, until there are no more tiles than wanted
COVERED = 0.4  # share of a cut box that lies in a whole one: a part of the same thing, which may have moved since
AS_SURE = 0.5  # of the cut box's score: a whole one that is less sure does not take its place
SAME_THING = 0.45  # IoU from which boxes of two looks are one thing: few pixels place it less exactly than many


@dataclass(frozen=True)
class Tiling:
    """How a zone is cut.

    Attributes:
        size_wh: of the picture.
        zone: inside the picture.
        tiles: x, y, width, height of each, row by row; together they hold the zone.
        scale: input pixels per pixel of the picture.
    """

    size_wh: tuple[int, int]
    zone: Zone
    tiles: tuple[Zone, ...]
    scale: float

    def inside(self, tile: int) -> tuple[float, float, float, float]:
        """x1, y1, x2, y2 of what a tile sees whole: away from its edges, except where the picture ends, too."""
        x, y, width, height = self.tiles[tile]
        near, right, bottom = EDGE / self.scale, x + width, y + height
        return (
            x + near if x > 0 else x,
            y + near if y > 0 else y,
            right - near if right < self.size_wh[0] else right,
            bottom - near if bottom < self.size_wh[1] else bottom,
        )


@dataclass(frozen=True, eq=False, slots=True)
class Look:
    """What was found in one part of a picture.

    Attributes:
        part: WHOLE, or the number of a tile.
        found: boxes in pixels of the whole picture; `predicted` where they are carried from a picture before.
        cut: bool (N,), which of them end where their tile ends and the picture goes on.
    """

    part: int
    found: Detections
    cut: Bools


def clipped(zone: Zone, size_wh: tuple[int, int]) -> Zone | None:
    """What of a zone lies inside a picture; None where that is too little to look at."""
    x, y, width, height = zone
    left, top = max(x, 0), max(y, 0)
    right, bottom = min(x + width, size_wh[0]), min(y + height, size_wh[1])
    if right - left < min(SMALLEST, size_wh[0]) or bottom - top < min(SMALLEST, size_wh[1]):
        return None
    return left, top, right - left, bottom - top


def tile_zone(
    zone: Zone, size_wh: tuple[int, int], shape_hw: tuple[int, int], most: int | None = None, closest: float = CLOSEST
) -> Tiling | None:
    """Tiles that fill the network's shape; None where nothing of the zone lies in the picture.

    Args:
        zone: cut off at the picture's edges.
        shape_hw: of the network's input.
        most: tiles; a zone that needs more is seen less closely, though never less than in the whole picture.
    """
    inside = clipped(zone, size_wh)
    if inside is None:
        return None
    scale, least = closest, min(shape_hw[1] / size_wh[0], shape_hw[0] / size_wh[1], 1.0)
    while True:
        columns = _spread(inside[0], inside[2], size_wh[0], shape_hw[1] / scale, OVERLAP / scale)
        rows = _spread(inside[1], inside[3], size_wh[1], shape_hw[0] / scale, OVERLAP / scale)
        if most is None or len(columns) * len(rows) <= most or scale <= least:
            break
        scale = max(scale * STEP, least)
    tiles = tuple((x, y, width, height) for y, height in rows for x, width in columns)
    return Tiling(size_wh, inside, tiles, scale)


def look_at(
    detector: Detector,
    frame: Frame,
    tiling: Tiling,
    parts: Sequence[int],
    score: float,
    iou: float,
    size_hw: tuple[int, int] | None = None,
) -> list[Look]:
    """What the detector finds in these parts of a frame, as one batch.

    Args:
        score, iou, size_hw: as of Detector.detect.
    """
    views = [frame if part == WHOLE else _view(frame, tiling.tiles[part]) for part in parts]
    found = look_at_all(detector, views, score, iou, size_hw)
    return [
        Look(part, boxes, np.zeros(len(boxes), np.bool_)) if part == WHOLE else _placed(boxes, tiling, part)
        for part, boxes in zip(parts, found, strict=True)
    ]


def look_at_all(
    detector: Detector, frames: Sequence[Frame], score: float, iou: float, size_hw: tuple[int, int] | None
) -> list[Detections]:
    """Detector.detect, which need not know `size_hw` while none is asked for."""
    return detector.detect(frames, score, iou) if size_hw is None else detector.detect(frames, score, iou, size_hw)


def told_apart(looks: Sequence[Look], sure_from: float = 0.0) -> list[Bools]:
    """Of each look at a frame, bool (N,): which of its boxes stay when each thing is to have one.

    Args:
        looks: of different parts; in each, boxes of one thing are one already.
        sure_from: a box found on this very frame goes before one that is carried if it is as sure as this.
    """
    if not looks:
        return []
    parts = np.concatenate([np.full(len(look.cut), look.part) for look in looks])
    cut = np.concatenate([look.cut for look in looks])
    xyxy, scores, class_ids, predicted = _joined(looks)
    rank = scores + (~predicted & (scores >= sure_from))
    best = np.argsort(-rank, kind="stable")[:MOST_CANDIDATES]
    kept = _kept(xyxy[best], scores[best], class_ids[best], parts[best], cut[best])
    stay = np.zeros(len(scores), np.bool_)
    stay[best[kept]] = True
    return np.split(stay, np.cumsum([len(look.cut) for look in looks])[:-1])


def merged(looks: Sequence[Look], frame_index: int, names: tuple[str, ...], sure_from: float = 0.0) -> Detections:
    """One box for each thing of all looks at a frame, best score first; looks and sure_from are as of told_apart."""
    return of_those(looks, told_apart(looks, sure_from), frame_index, names)


def of_those(looks: Sequence[Look], stay: Sequence[Bools], frame_index: int, names: tuple[str, ...]) -> Detections:
    """The boxes of all looks at a frame that stay, best score first.

    Args:
        stay: as told_apart gives it.
        names: of the classes.
    """
    if not looks:
        return Detections.empty(frame_index, names)
    xyxy, scores, class_ids, predicted = _joined(looks)
    places = np.flatnonzero(np.concatenate(stay))
    best = places[np.argsort(-scores[places], kind="stable")][:MOST_BOXES]
    return Detections(xyxy[best], scores[best], class_ids[best], predicted[best], frame_index, names)


def detect_with_zone(
    detector: Detector, frame: Frame, zone: Zone, score: float = 0.05, iou: float = 0.6, most: int | None = None
) -> Detections:
    """The objects of a frame, seen as a whole and, where it lies in the zone, in tiles; else as Detector.detect."""
    tiling = None
    if not detector.of_whole_picture:
        tiling = tile_zone(zone, frame.size_wh, detector.shape_for(frame.size_wh), most)
    if tiling is None:
        return detector.detect([frame], score, iou)[0]
    parts = range(WHOLE, len(tiling.tiles))
    return merged(look_at(detector, frame, tiling, parts, score, iou), frame.index, detector.class_names)


def _spread(start: int, length: int, whole: int, tile: float, overlap: float) -> list[tuple[int, int]]:
    """Start and length of the tiles along one axis, evenly over the zone; a small zone lies in the middle of one."""
    side = min(round(tile), whole)
    if length <= side:
        return [(min(max(start - (side - length) // 2, 0), whole - side), side)]
    count = math.ceil((length - overlap) / max(tile - overlap, 1.0))
    return [(start + round(i * (length - side) / max(count - 1, 1)), side) for i in range(max(count, 2))]


def _view(frame: Frame, tile: Zone) -> Frame:
    x, y, width, height = tile
    return replace(frame, image=frame.image[y : y + height, x : x + width])


def _placed(found: Detections, tiling: Tiling, part: int) -> Look:
    """Boxes in pixels of a tile -> of the picture; those that fill the tile from edge to edge are left out."""
    placed = replace(found, xyxy=found.xyxy + np.array(tiling.tiles[part][:2] * 2, np.float32))
    left, top, right, bottom = tiling.inside(part)
    ends = np.concatenate([placed.xyxy[:, :2] < (left, top), placed.xyxy[:, 2:] > (right, bottom)], axis=1)
    cut: Bools = np.asarray(ends.any(axis=1), np.bool_)
    inner: Bools = np.asarray(~(ends[:, :2] & ends[:, 2:]).any(axis=1), np.bool_)
    return Look(part, placed.keep(inner), cut[inner])


def _joined(looks: Sequence[Look]) -> tuple[FloatArray, FloatArray, Ints, Bools]:
    """xyxy, scores, class_ids and predicted of all boxes."""
    found = [look.found for look in looks]
    return (
        np.concatenate([boxes.xyxy for boxes in found]),
        np.concatenate([boxes.scores for boxes in found]),
        np.concatenate([boxes.class_ids for boxes in found]),
        np.concatenate([boxes.predicted for boxes in found]),
    )


def _kept(xyxy: FloatArray, scores: FloatArray, class_ids: Ints, parts: Ints, cut: Bools) -> Bools:
    """Which boxes, those that go first in front, are neither pieces nor what a box before them shows already."""
    others = (class_ids[:, None] == class_ids) & (parts[:, None] != parts)
    i, j = np.nonzero(np.triu(others))  # only pairs that may touch are measured: a tenth of the time
    corner, end = np.maximum(xyxy[i, :2], xyxy[j, :2]), np.minimum(xyxy[i, 2:], xyxy[j, 2:])
    width, height = (end - corner).T
    touching = (width > 0) & (height > 0)
    i, j, shared = i[touching], j[touching], (width * height)[touching]
    areas = area(xyxy)
    kept = np.ones(len(scores), np.bool_)
    for piece, whole in ((i, j), (j, i)):
        covered = cut[piece] & ~cut[whole] & (shared >= COVERED * areas[piece])
        kept[piece[covered & (scores[whole] >= AS_SURE * scores[piece])]] = False
    same = shared > SAME_THING * (areas[i] + areas[j] - shared)
    for first, second in zip(i[same].tolist(), j[same].tolist(), strict=True):  # by rank of the first
        if kept[first]:
            kept[second] = False
    return kept
