"""A picture, or a folder of pictures in their natural order."""

from __future__ import annotations

import re
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from camapp.errors import SourceError
from camapp.live.reading.base import SeekableSource, SourceInfo
from detector.types import Frame

SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jfif", ".png", ".webp", ".bmp", ".tif", ".tiff", ".jp2", ".avif", ".ppm", ".pgm"}
)
LARGEST_SIDE = 20_000
NAMES_SHOWN = 3  # of the pictures that could not be read


class PictureSource(SeekableSource):
    """A picture, or all pictures of a folder without its sub-folders; frame i has time i seconds."""

    def __init__(self, path: str | Path) -> None:
        super().__init__(Path(path).name or str(path))
        self.path = Path(path)
        self._paths: list[Path] = []  # of the frames; one that proves unreadable is taken out
        self._skipped: list[str] = []

    @property
    def names(self) -> list[str]:
        """The file names of the frames: names[frame.index]."""
        return [path.name for path in self._paths]

    def name_of(self, index: int) -> str:
        """The file name of the frame with this index, once it was given."""
        return self._paths[index].name

    def __iter__(self) -> Iterator[Frame]:
        """See Source.__iter__.

        Raises:
            SourceError: source_missing, source_unreadable, picture_too_large, folder_empty; pictures_skipped: at the
                end of a folder, if some could not be read.
        """
        self._paths = []
        return self.frames_from(0)

    def frames_from(self, number: int) -> Iterator[Frame]:
        """See SeekableSource.frames_from."""
        self._find_paths()
        if self.path.is_file():
            if number == 0:
                yield self._frame(read_picture(self.path), 0)
            return
        while number < len(self._paths) and not self.closed:
            try:
                image = read_picture(self._paths[number])
            except SourceError:
                self._skipped.append(self._paths.pop(number).name)
                continue
            yield self._frame(image, number)
            number += 1
        if self._skipped and not self.closed:
            names = ", ".join(self._skipped[:NAMES_SHOWN]) + (", ..." if len(self._skipped) > NAMES_SHOWN else "")
            count, total = len(self._skipped), len(self._paths) + len(self._skipped)
            raise SourceError("pictures_skipped", name=self.path, count=count, total=total, names=names)

    def number_at(self, time_s: float) -> int:
        """See SeekableSource.number_at."""
        self._find_paths()
        return min(max(int(time_s), 0), len(self._paths) - 1)

    @property
    def frame_count(self) -> int | None:
        """Those that may be readable."""
        return len(self._paths) or None

    def _find_paths(self) -> None:
        if self._paths:
            return
        if not self.path.exists():
            raise SourceError("source_missing", name=self.path)
        self._paths, self._skipped = [self.path] if self.path.is_file() else pictures_in(self.path), []

    def _frame(self, image: npt.NDArray[np.uint8], number: int) -> Frame:
        height, width = image.shape[:2]
        if self.info is None:
            count = len(self._paths) + len(self._skipped)
            noun = "picture" if count == 1 else f"first of {count} pictures"
            self.info = SourceInfo((width, height), None, count, f"{width}x{height}, {noun}", duration_s=float(count))
        return Frame(image, number, time.monotonic(), float(number))


def is_picture_name(path: Path) -> bool:
    """True for a file name that says picture."""
    return path.suffix.lower() in SUFFIXES


def pictures_in(folder: Path) -> list[Path]:
    """The pictures of a folder in their natural order: 2.jpg before 10.jpg; hidden files are left out.

    Raises:
        SourceError: folder_empty, source_unreadable.
    """
    try:
        paths = [p for p in folder.iterdir() if is_picture_name(p) and not p.name.startswith(".") and p.is_file()]
    except OSError as error:
        raise SourceError("source_unreadable", name=folder) from error
    if not paths:
        raise SourceError("folder_empty", name=folder)
    return sorted(paths, key=natural_key)


def natural_key(path: Path) -> tuple[list[tuple[int, int, str]], str]:
    """Sorts numbers in names by their value, letters without their case."""
    parts = re.split(r"(\d+)", path.name.casefold())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part], path.name


def read_picture(path: Path) -> npt.NDArray[np.uint8]:
    """uint8 (H, W, 3) BGR, upright, of any picture: grey, 16 bits a channel, or with transparency (ignored).

    Raises:
        SourceError: source_missing, source_unreadable (also one that is cut off), picture_too_large.
    """
    try:
        content = path.read_bytes()  # not cv2.imread: on Windows it cannot open every name
    except FileNotFoundError as error:
        raise SourceError("source_missing", name=path) from error
    except OSError as error:
        raise SourceError("source_unreadable", name=path) from error
    size_wh = stated_size(content)
    if size_wh is not None and max(size_wh) > LARGEST_SIDE:  # a small file can unfold to gigabytes
        raise SourceError("picture_too_large", name=path, width=size_wh[0], height=size_wh[1])
    try:
        image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR) if content else None
    except (cv2.error, MemoryError) as error:
        raise SourceError("source_unreadable", name=path) from error
    if image is None:
        raise SourceError("source_unreadable", name=path)
    return np.asarray(image, np.uint8)


def stated_size(content: bytes) -> tuple[int, int] | None:
    """Width and height as the header of a PNG, BMP or JPEG states them, before anything is unpacked; None elsewhere."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) >= 24:
        width, height = struct.unpack_from(">II", content, 16)
        return width, height
    if content.startswith(b"BM") and len(content) >= 26:
        width, height = struct.unpack_from("<ii", content, 18)
        return abs(width), abs(height)
    if content.startswith(b"\xff\xd8"):
        return _jpeg_size(content)
    return None


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        if marker == 0xFF:  # a fill byte
            at += 1
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):  # the frame header, SOF
            height, width = struct.unpack_from(">HH", content, at + 5)
            return width, height
        else:
            at += 2 + length
    return None
