"""Near-duplicates: pictures to learn from that are also among those to be judged by are taken out of the former."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from detector.data.labelled import Dataset

SIDE = 16  # 256 bits: with 64, skies and walls are already alike
MOST_BITS = 24  # that copies, smaller, recompressed or brighter, differ in; other pictures of one scene differ in more


def without_near_duplicates(data: Dataset, held_out: Sequence[Dataset]) -> tuple[Dataset, list[Path]]:
    """`data` without the pictures that look like one of `held_out`, and the files that were taken out."""
    known = np.stack([difference_hash(p.path) for other in held_out for p in other.pictures])
    alike = [
        bool((np.bitwise_count(known ^ difference_hash(p.path)).sum(axis=1) <= MOST_BITS).any()) for p in data.pictures
    ]
    kept = tuple(p for p, same in zip(data.pictures, alike, strict=True) if not same)
    return replace(data, pictures=kept), [p.path for p, same in zip(data.pictures, alike, strict=True) if same]


def difference_hash(file: Path) -> npt.NDArray[np.uint8]:
    """Whether each of 16 x 16 parts of the picture is darker than its right neighbour: uint8 (32,), as bits.

    A file that cannot be read gets random bits: it is like no other.
    """
    grey = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
    if grey is None:
        return np.random.default_rng(abs(hash(file))).integers(0, 256, SIDE * SIDE // 8, np.uint8)
    small = cv2.resize(grey, (SIDE + 1, SIDE), interpolation=cv2.INTER_AREA)
    return np.packbits(small[:, :-1] < small[:, 1:])
