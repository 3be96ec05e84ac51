"""Labelled pictures: the one form that all formats are read into, and several data sets as one."""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from detector.errors import DataError

log = logging.getLogger(__name__)
MIN_SIDE = 1.0  # px; thinner boxes teach nothing


@dataclass(frozen=True, eq=False)
class LabelledPicture:
    """A picture's file and its boxes.

    Attributes:
        path: of the picture file.
        image_id: its id in the COCO file.
        size_wh: as the file says, in pixels.
        xyxy: float32 (N, 4), pixels, inside the picture.
        class_ids: int64 (N,), index into Dataset.class_names.
        labelled: bool (K,), which classes were looked for in it: of the others, silence says nothing.
    """

    path: Path
    image_id: int
    size_wh: tuple[int, int]
    xyxy: npt.NDArray[np.float32]
    class_ids: npt.NDArray[np.int64]
    labelled: npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Dataset:
    """All pictures of one COCO file, or of several.

    Attributes:
        path: of the json file, the first one of several.
        pictures: those whose file is there, in the file's order.
        class_names: in the order of the category ids.
    """

    path: Path
    pictures: tuple[LabelledPicture, ...]
    class_names: tuple[str, ...]

    def fingerprint(self) -> str:
        """Eight letters, others for other pictures, labels or classes; the pixels are not looked at."""
        digest = hashlib.sha256(repr(self.class_names).encode())
        for p in self.pictures:
            digest.update(repr((p.path.name, p.size_wh)).encode())
            for array in (p.xyxy, p.class_ids, p.labelled):
                digest.update(array.tobytes())
        return digest.hexdigest()[:8]


class LeftOut:
    """What of a data set cannot be used, counted by kind, with the first of each: said in one warning."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._first: dict[str, str] = {}

    def add(self, kind: str, example: str, count: int = 1) -> None:
        """`count` more of `kind`, as "pictures that are not there"."""
        if count:
            self._counts[kind] += count
            self._first.setdefault(kind, example)

    def __str__(self) -> str:
        return "; ".join(f"{n} {kind} (first: {self._first[kind]})" for kind, n in self._counts.most_common())


def labelled_picture(
    file: Path, image_id: int, size_wh: tuple[int, int], boxes: Sequence[tuple[Sequence[float], int]],
    labelled: npt.NDArray[np.bool_], left_out: LeftOut,
) -> LabelledPicture:  # fmt: skip
    """One picture with those of its boxes (xyxy, class) that can be used; the others are counted."""
    xyxy, class_ids = usable([box for box, _ in boxes], [class_id for _, class_id in boxes], size_wh)
    left_out.add("boxes outside their picture, without area, or twice", file.name, len(boxes) - len(xyxy))
    return LabelledPicture(file, image_id, size_wh, xyxy, class_ids, labelled)


def dataset_of(
    path: Path, folder: Path, pictures: Sequence[LabelledPicture], names: tuple[str, ...], left_out: LeftOut
) -> Dataset:
    """The data set, if there is anything in it; says what was left out, and which classes have no box.

    Raises:
        DataError: no picture, or no usable box.
    """
    if not pictures:
        raise DataError("pictures_missing", path=path, folder=folder)
    boxes = np.bincount(np.concatenate([p.class_ids for p in pictures]), minlength=len(names))
    if not boxes.any():
        raise DataError("data_empty", path=path)
    if str(left_out):
        log.warning("%s: left out %s", path, left_out)
    empty = [
        name for name, count, looked in zip(names, boxes, pictures[0].labelled, strict=True) if looked and not count
    ]
    if empty:
        log.warning("%s: no box of %s", path, ", ".join(empty))
    return Dataset(path, tuple(pictures), names)


def usable(
    xyxy: Sequence[Sequence[float]], class_ids: Sequence[int], size_wh: tuple[int, int]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """Boxes clipped to the picture; without those that have no area in it, no finite number or an exact double."""
    boxes = np.array(xyxy, np.float32).reshape(-1, 4)
    ids = np.array(class_ids, np.int64)
    finite = np.isfinite(boxes).all(axis=1)
    boxes, ids = np.clip(boxes[finite], 0, np.array(size_wh * 2, np.float32)), ids[finite]
    large = ((boxes[:, 2:] - boxes[:, :2]) >= MIN_SIDE).all(axis=1)
    boxes, ids = boxes[large], ids[large]
    _, first = np.unique(np.concatenate([boxes, ids[:, None]], axis=1), axis=0, return_index=True)
    kept = np.sort(first)
    return boxes[kept], ids[kept]


def join(datasets: Sequence[Dataset]) -> Dataset:
    """One data set with all their pictures and classes; a picture that several have gets the labels of all.

    Each picture keeps which classes were looked for in it, so that a set without hands does not teach "no hands".
    """
    names = tuple(dict.fromkeys(name for dataset in datasets for name in dataset.class_names))
    joined: dict[Path, LabelledPicture] = {}
    for dataset in datasets:
        places = np.array([names.index(name) for name in dataset.class_names], np.int64)
        for picture in dataset.pictures:
            labelled = np.zeros(len(names), bool)
            labelled[places[picture.labelled]] = True
            moved = replace(picture, class_ids=places[picture.class_ids], labelled=labelled)
            file = picture.path.resolve()
            joined[file] = _both(joined[file], moved) if file in joined else moved
    return Dataset(datasets[0].path, tuple(joined.values()), names)


def _both(first: LabelledPicture, second: LabelledPicture) -> LabelledPicture:
    new = ~first.labelled[second.class_ids]  # what the first set labels, too, is there already
    return replace(
        first,
        xyxy=np.concatenate([first.xyxy, second.xyxy[new]]),
        class_ids=np.concatenate([first.class_ids, second.class_ids[new]]),
        labelled=first.labelled | second.labelled,
    )
