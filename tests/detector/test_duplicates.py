"""Copies of held-out pictures are not learned from."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from detector.data.duplicates import difference_hash, without_near_duplicates
from detector.data.labelled import Dataset, LabelledPicture
from detector.paths import CLIP


def as_data(files: list[Path]) -> Dataset:
    none = np.zeros((0, 4), np.float32), np.zeros(0, np.int64)
    return Dataset(
        files[0], tuple(LabelledPicture(f, i, (8, 8), *none, np.ones(1, bool)) for i, f in enumerate(files)), ("x",)
    )


def frames(*places: int) -> list[np.ndarray]:
    clip = cv2.VideoCapture(str(CLIP))
    found = []
    for place in places:
        clip.set(cv2.CAP_PROP_POS_FRAMES, place)
        found.append(clip.read()[1])
    return found


def test_a_copy_that_is_smaller_brighter_and_recompressed_is_found(tmp_path: Path) -> None:
    image, other = frames(20, 300)
    held_out, copy, different = (tmp_path / name for name in ("held.png", "copy.jpg", "different.png"))
    cv2.imwrite(str(held_out), image)
    small = cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(copy), cv2.convertScaleAbs(small, alpha=1.0, beta=12), [cv2.IMWRITE_JPEG_QUALITY, 60])
    cv2.imwrite(str(different), cv2.flip(other, 1))
    kept, copies = without_near_duplicates(as_data([copy, different]), [as_data([held_out])])
    assert copies == [copy]
    assert [p.path for p in kept.pictures] == [different]


def test_files_that_cannot_be_read_are_like_no_other(tmp_path: Path) -> None:
    broken = [tmp_path / "a.png", tmp_path / "b.png"]
    for file in broken:
        file.write_bytes(b"no picture")
    assert np.bitwise_count(difference_hash(broken[0]) ^ difference_hash(broken[1])).sum() > 60
