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

from detector.boxes import FloatArray, area, iou
from detector.engines.postprocess import MOST_BOXES, MOST_CANDIDATES
from detector.types import Detections, Frame

if TYPE_CHECKING:
    from detector.engines.base import Detector

Zone = tuple[int, int, int, int]  # x, y, width, height in whole pixels of the picture
Bools = npt.NDArray[np.bool_]

WHOLE = -1  # the part that is the whole picture; tiles count from 0
OVERLAP = 64  # input pixels that neighbours share: what is smaller is seen whole by one of them
EDGE = 4.0  # input pixels: a box that ends so near to its tile's edge may go on behind it
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


def merged(looks: Sequence[Look], frame_index: int, names: tuple[str, ...], sure_from: float = 0.0) -> Detections:
    """One box for each thing of all looks at a frame, best score first.

    Args:
        looks: of different parts; in each, boxes of one thing are one already.
        frame_index: of the frame.
        names: of the classes, where there is no look.
        sure_from: a box found on this very frame goes before one that is carried if it is as sure as this.
    """
    if not looks:
        return Detections.empty(frame_index, names)
    parts = np.concatenate([np.full(len(look.cut), look.part) for look in looks])
    cut = np.concatenate([look.cut for look in looks])
    found = _joined([look.found for look in looks], frame_index)
    rank = found.scores + (~found.predicted & (found.scores >= sure_from))
    best = np.argsort(-rank, kind="stable")[:MOST_CANDIDATES]
    xyxy, class_ids, parts, cut = found.xyxy[best], found.class_ids[best], parts[best], cut[best]
    others = (class_ids[:, None] == class_ids) & (parts[:, None] != parts)
    kept = ~_is_piece(xyxy, found.scores[best], cut, others)
    same = others & (iou(xyxy, xyxy) > SAME_THING)
    for i in np.flatnonzero(same.any(axis=1)).tolist():
        if kept[i]:
            kept[i + 1 :] &= ~same[i, i + 1 :]
    chosen = best[kept]
    chosen = chosen[np.argsort(-found.scores[chosen], kind="stable")][:MOST_BOXES]
    return replace(
        found,
        xyxy=found.xyxy[chosen],
        scores=found.scores[chosen],
        class_ids=found.class_ids[chosen],
        predicted=found.predicted[chosen],
    )


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
    x, y, width, height = tiling.tiles[part]
    near = EDGE / tiling.scale
    goes_on = np.array([x > 0, y > 0, x + width < tiling.size_wh[0], y + height < tiling.size_wh[1]])
    ends = np.concatenate([found.xyxy[:, :2] <= near, found.xyxy[:, 2:] >= np.array([width, height]) - near], axis=1)
    ends &= goes_on
    inner: Bools = np.asarray(~(ends[:, :2] & ends[:, 2:]).any(axis=1), np.bool_)
    placed = replace(found, xyxy=found.xyxy + np.array([x, y, x, y], np.float32))
    return Look(part, placed.keep(inner), np.asarray(ends.any(axis=1)[inner], np.bool_))


def _joined(found: Sequence[Detections], frame_index: int) -> Detections:
    return Detections(
        xyxy=np.concatenate([boxes.xyxy for boxes in found]),
        scores=np.concatenate([boxes.scores for boxes in found]),
        class_ids=np.concatenate([boxes.class_ids for boxes in found]),
        predicted=np.concatenate([boxes.predicted for boxes in found]),
        frame_index=frame_index,
        class_names=found[0].class_names,
    )


def _is_piece(xyxy: FloatArray, scores: FloatArray, cut: Bools, others: Bools) -> Bools:
    """Which boxes are a part of what another look saw whole."""
    pieces = np.flatnonzero(cut)
    result = np.zeros(len(cut), np.bool_)
    if len(pieces):
        mine = xyxy[pieces]
        corner = np.maximum(mine[:, None, :2], xyxy[None, :, :2])
        shared = np.prod(np.clip(np.minimum(mine[:, None, 2:], xyxy[None, :, 2:]) - corner, 0, None), axis=2)
        covered = shared >= COVERED * area(mine)[:, None]
        whole = others[pieces] & ~cut & (scores[None, :] >= AS_SURE * scores[pieces][:, None])
        result[pieces] = (covered & whole).any(axis=1)
    return result
