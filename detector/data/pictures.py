"""Picture files: which there are, and how large each is."""

from __future__ import annotations

from pathlib import Path

import cv2

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})


def picture_files(folder: Path) -> list[Path]:
    """All pictures in the folder and below it, by name."""
    return sorted(f for f in folder.rglob("*") if f.suffix.lower() in SUFFIXES)


def size_of(file: Path) -> tuple[int, int] | None:
    """Width and height in pixels as they are decoded; None if the file is no picture."""
    try:
        image = cv2.imread(str(file), cv2.IMREAD_COLOR) if file.is_file() else None
    except cv2.error:
        return None
    return None if image is None else (image.shape[1], image.shape[0])
