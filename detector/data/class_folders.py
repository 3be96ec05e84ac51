"""Pictures in one folder for each class; with `train` and `test` folders around them, or without."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from detector.data.pictures import picture_files, read_picture
from detector.errors import DataError

THUMB = 16  # side of what pictures are compared by
SAME_GREY_LEVELS = 2.0  # root mean square difference of two thumbnails: what another JPEG quality or size brings
NAMED = 5  # files in a note


@dataclass(frozen=True, eq=False)
class ClassPictures:
    """N pictures with one label each, all squeezed to S x S.

    Attributes:
        pictures: uint8 (N, S, S, 3) BGR.
        labels: int64 (N,), index into class_names.
        held_out: bool (N,), pictures of the `test` folder: never to be learned from; all False without one.
        class_names: the folders' names, sorted.
        notes: sentences on what was left out, for a person.
    """

    pictures: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.int64]
    held_out: npt.NDArray[np.bool_]
    class_names: tuple[str, ...]
    notes: tuple[str, ...]


def read_class_folders(folder: Path, size: int) -> ClassPictures:
    """Reads FOLDER/CLASS/*, or FOLDER/train/CLASS/* and FOLDER/test/CLASS/*; any order of files is by name.

    Files that are no pictures, pictures seen before (in any class, at any size or quality) and folders in which none is
    left are left out and said.

    Raises:
        DataError: fewer than two classes with pictures.
    """
    both = (folder / "train").is_dir() and (folder / "test").is_dir()
    parts = [(folder / "train", False), (folder / "test", True)] if both else [(folder, False)]
    folders = [
        (own, held_out)
        for part, held_out in parts
        for own in (sorted(p for p in part.iterdir() if p.is_dir()) if part.is_dir() else [])
    ]
    files = [(file, held_out, own.name) for own, held_out in folders for file in picture_files(own)]
    pictures, kept, unreadable = [], [], []
    for file, held_out, name in files:
        picture = read_picture(file)
        if picture is None:
            unreadable.append(file)
        else:
            pictures.append(cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA))
            kept.append((file, held_out, name))
    again = seen_before(pictures)
    copies = [f"{kept[i][0].name} (as {kept[j][2]}/{kept[j][0].name})" for i, j in again.items()]
    chosen = [i for i in range(len(kept)) if i not in again]
    names = tuple(sorted({kept[i][2] for i in chosen}))
    if len(names) == 1:
        raise DataError("class_folders_single", path=folder, name=names[0])
    if not names:
        raise DataError("class_folders_missing", path=folder)
    empty = sorted({own.name for own, _ in folders} - set(names))
    notes = [_note("cannot be read and was left out", [f"{f.parent.name}/{f.name}" for f in unreadable])]
    notes.append(_note("is there a second time and was left out", copies))
    notes.append(_note("holds no usable picture and is no class", empty, "folder"))
    return ClassPictures(
        np.stack([pictures[i] for i in chosen]).astype(np.uint8),
        np.array([names.index(kept[i][2]) for i in chosen], np.int64),
        np.array([kept[i][1] for i in chosen], np.bool_),
        names,
        tuple(note for note in notes if note),
    )


def seen_before(pictures: Sequence[cv2.typing.MatLike]) -> dict[int, int]:
    """The place of each picture that looks like an earlier one -> that one's place."""
    if not pictures:
        return {}
    thumbs = np.stack([cv2.resize(p, (THUMB, THUMB), interpolation=cv2.INTER_AREA).ravel() for p in pictures])
    x = thumbs.astype(np.float32)
    length2 = np.square(x).sum(1)
    found: dict[int, int] = {}
    for i in range(1, len(x)):
        distance2 = length2[:i] - 2 * (x[:i] @ x[i]) + length2[i]
        nearest = int(distance2.argmin())
        if distance2[nearest] < SAME_GREY_LEVELS**2 * x.shape[1]:
            found[i] = nearest
    return found


def _note(what: str, names: list[str], thing: str = "picture") -> str:
    """One sentence, or nothing where there are no names."""
    if not names:
        return ""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    count = f"1 {thing}" if len(names) == 1 else f"{len(names)} {thing}s: each"
    return f"{count} {what}: {', '.join(names[:NAMED])}{more}."
