"""Picture files: which there are, what is in them, and how large each is."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})


def picture_files(folder: Path) -> list[Path]:
    """All pictures in the folder and below it, by name."""
    return sorted(f for f in folder.rglob("*") if f.suffix.lower() in SUFFIXES)


def read_picture(file: Path) -> npt.NDArray[np.uint8] | None:
    """uint8 (H, W, 3) BGR; None if the file is no picture, damaged or not there."""
    try:
        image = cv2.imread(str(file), cv2.IMREAD_COLOR) if file.is_file() else None
    except cv2.error:  # a header that promises more pixels than OpenCV takes
        return None
    return None if image is None else image.astype(np.uint8, copy=False)


def size_of(file: Path) -> tuple[int, int] | None:
    """Width and height in pixels as they are decoded; None if the file is no picture."""
    image = read_picture(file)
    return None if image is None else (image.shape[1], image.shape[0])
