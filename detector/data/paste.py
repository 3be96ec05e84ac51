"""Objects cut out of other pictures by their boxes and put over a view: more neighbours and backgrounds for each.

Dwibedi et al., "Cut, Paste and Learn", 2017 (edges of several kinds, so that no kind betrays an object); Ghiasi et al.,
"Simple Copy-Paste", 2021. They have masks; here a little of what is around the object comes along.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from detector.data.labelled import LabelledPicture
from detector.data.plan import Piece, boxes_in

MARGIN = 0.1  # of the object's sides that comes along on each side; the soft edge lies in it
MIN_PASTED, MAX_PASTED = 12.0, 0.6  # px, and share of the view's side: what is smaller says nothing, larger hides all
MAX_HIDDEN = 0.4  # share of a box that pasted objects may cover
TRIES = 4  # places looked at for each object

Boxes = npt.NDArray[np.float32]


def paste(
    pictures: Sequence[LabelledPicture], pieces: Sequence[Piece], donors: Sequence[int], size: int,
    rng: np.random.Generator,
) -> list[Piece]:  # fmt: skip
    """The pieces, then an object of each donor that suits: large enough, and hiding nothing that is labelled.

    Nothing comes from a donor in which other classes were looked for: it would bring objects that the view must not
    learn, or unlabelled ones that the view takes for background.
    """
    labelled = pictures[pieces[0].index].labelled
    placed = list(pieces)
    boxes = np.concatenate([boxes_in(piece, pictures[piece.index])[0] for piece in pieces])
    hidden = np.zeros(len(boxes))
    for donor in donors:
        entry = pictures[donor]
        if len(entry.class_ids) and np.array_equal(entry.labelled, labelled):
            piece = _object_of(donor, entry, size, rng)
            place = None if piece is None else _place(piece, boxes, hidden, size, rng)
            if place is not None:
                hidden += _covered(boxes, place.area_xyxy)
                new, _ = boxes_in(place, entry)
                placed.append(place)
                boxes, hidden = np.concatenate([boxes, new]), np.concatenate([hidden, np.zeros(len(new))])
    return placed


def _object_of(donor: int, entry: LabelledPicture, size: int, rng: np.random.Generator) -> Piece | None:
    """One object, each class of the picture equally likely, at the view's top left; None if its size does not suit."""
    counts = np.bincount(entry.class_ids)[entry.class_ids]
    box = entry.xyxy[rng.choice(len(counts), p=1 / counts / (1 / counts).sum())].astype(np.float64)
    scale = float(size * np.exp(rng.uniform(np.log(0.6), np.log(1.6))) / max(entry.size_wh))
    sides = box[2:] - box[:2]
    if (sides * scale < MIN_PASTED).any() or (sides * scale * (1 + 2 * MARGIN) > MAX_PASTED * size).any():
        return None
    start = np.maximum(box[:2] - MARGIN * sides, 0)
    end = np.minimum(box[2:] + MARGIN * sides, entry.size_wh)
    soft = float(MARGIN * sides.min() * scale) if rng.random() < 0.5 else 0.0
    return Piece(donor, scale, -start * scale, np.concatenate([[0, 0], np.floor((end - start) * scale)]), soft)


def _place(
    piece: Piece, boxes: Boxes, hidden: npt.NDArray[np.float64], size: int, rng: np.random.Generator
) -> Piece | None:
    """The same piece at a random place that hides no object; None if none was found."""
    for _ in range(TRIES):
        shift = rng.integers(0, size - piece.area_xyxy[2:].astype(int) + 1).astype(np.float64)
        area = piece.area_xyxy + np.tile(shift, 2)
        if not len(boxes) or (hidden + _covered(boxes, area)).max() <= MAX_HIDDEN:
            return Piece(piece.index, piece.scale, piece.offset_xy + shift, area, piece.soft)
    return None


def _covered(boxes: Boxes, area: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Which share of each box the area covers."""
    common = np.minimum(boxes[:, 2:], area[2:]) - np.maximum(boxes[:, :2], area[:2])
    return np.asarray(common.clip(min=0).prod(axis=1) / (boxes[:, 2:] - boxes[:, :2]).prod(axis=1), np.float64)
