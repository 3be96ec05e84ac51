"""Pictures in class folders, divided into those that a classifier learns from and those that it is judged by."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from detector.data.class_folders import ClassPictures, read_class_folders, seen_before
from detector.errors import DataError
from detector.training.transfer_splits import Indices

JUDGED_SHARE = 5  # without pictures to judge by, every fifth is kept apart
NAMED = 5  # classes in a note


@dataclass(frozen=True, eq=False)
class DividedPictures:
    """N pictures, and what each is for.

    Attributes:
        pictures: uint8 (N, S, S, 3) BGR.
        labels: int64 (N,), index into class_names.
        class_names: the folders' names, sorted; each has pictures to learn from.
        learned, judged: places in pictures.
        judged_by: which pictures those are, for a person.
        notes: sentences on what was left out or is doubtful.
    """

    pictures: npt.NDArray[np.uint8]
    labels: Indices
    class_names: tuple[str, ...]
    learned: Indices
    judged: Indices
    judged_by: str
    notes: tuple[str, ...]

    def fingerprint(self) -> str:
        """Eight letters, others for other pictures to learn from: what was computed of these is of no use then."""
        digest = hashlib.sha256(repr(self.class_names).encode())
        for place in self.learned:
            digest.update(self.pictures[place].tobytes())
            digest.update(self.labels[place].tobytes())
        return digest.hexdigest()[:8]


def read_divided(data: Path, val: Path | None, size: int) -> DividedPictures:
    """Judged are the pictures of `val`, else those in DATA/test beside DATA/train, else every fifth of each class.

    Raises:
        DataError: fewer than two classes with pictures, in either folder.
    """
    known = read_class_folders(data, size)
    notes = list(known.notes)
    if val is not None:
        known, more = _joined(known, read_class_folders(val, size))
        notes += more
    if known.held_out.any():
        judged_by = str(val or data / "test")
        held_out = known.held_out
    else:
        judged_by = f"every {JUDGED_SHARE}th picture of each class in {data}"
        held_out = _kept_apart(known.labels)
    labels, names, unknown = _learnable(known, held_out)
    if unknown:
        notes.append(f"No picture to learn from, so no class: {_some(unknown)}.")
    if len(names) == 1:
        raise DataError("class_folders_single", path=data, name=names[0])
    alone = [name for k, name in enumerate(names) if (labels[~held_out] == k).sum() == 1]
    if alone:
        notes.append(str(DataError("class_of_one", classes=_some(alone))))
    if not held_out.any():
        notes.append("No picture is left to judge by: the model's file will hold no figures. Give --val.")
    usable = labels >= 0
    return DividedPictures(
        known.pictures, labels, names, np.flatnonzero(usable & ~held_out), np.flatnonzero(usable & held_out),
        judged_by, tuple(notes),
    )  # fmt: skip


def _joined(known: ClassPictures, judged: ClassPictures) -> tuple[ClassPictures, list[str]]:
    """Both as one; only `judged` is held out. Classes are matched by name."""
    notes = [f"To judge by: {note}" for note in judged.notes]
    strange = [name for name in judged.class_names if name not in known.class_names]
    if strange:
        notes.append(f"Only among the pictures to judge by, left out: {_some(strange)}.")
    place = np.array([known.class_names.index(n) if n in known.class_names else -1 for n in judged.class_names])
    labels = place[judged.labels]
    own = ~known.held_out
    copies = np.array([i - own.sum() for i in seen_before([*known.pictures[own], *judged.pictures]) if i >= own.sum()])
    fitting = (labels >= 0) & ~np.isin(np.arange(len(labels)), copies)
    if len(copies):
        notes.append(f"To judge by: {len(copies)} of the pictures are among those to learn from, and were left out.")
    return ClassPictures(
        np.concatenate([known.pictures[own], judged.pictures[fitting]]),
        np.concatenate([known.labels[own], labels[fitting]]).astype(np.int64),
        np.repeat([False, True], [int(own.sum()), int(fitting.sum())]),
        known.class_names,
        known.notes,
    ), notes


def _kept_apart(labels: Indices) -> npt.NDArray[np.bool_]:
    """Every fifth picture of each class, at least one where there are three: where they are is the same each time."""
    kept = np.zeros(len(labels), np.bool_)
    for label in np.unique(labels):
        own = np.flatnonzero(labels == label)
        kept[own[JUDGED_SHARE - 1 :: JUDGED_SHARE]] = True
        if 3 <= len(own) < JUDGED_SHARE:
            kept[own[-1]] = True
    return kept


def _learnable(known: ClassPictures, held_out: npt.NDArray[np.bool_]) -> tuple[Indices, tuple[str, ...], list[str]]:
    """Labels among the classes that have pictures to learn from, -1 for others; those classes; the others."""
    learned = np.unique(known.labels[~held_out])
    place = np.full(len(known.class_names), -1, np.int64)
    place[learned] = np.arange(len(learned))
    names = tuple(known.class_names[k] for k in learned)
    return place[known.labels], names, [name for name in known.class_names if name not in names]


def _some(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
