"""The file of marks, and the very frames of the clips that it speaks of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np

from benchmarks.clips.errors import ClipError
from detector.boxes import FloatArray
from detector.types import Frame

MARKS = Path(__file__).with_name("marks.json")
CLASSES = ("person", "bottle", "hand")  # every one of these in a frame is marked


@dataclass(frozen=True)
class Mark:
    """One box drawn by hand.

    Attributes:
        name: one of CLASSES.
        xyxy: pixels of the clip.
        ignore: too small, too blurred or too much hidden to judge: neither finding it nor missing it counts.
    """

    name: str
    xyxy: tuple[float, float, float, float]
    ignore: bool


@dataclass(frozen=True)
class Clip:
    """The marks of one clip.

    Attributes:
        name: of its file.
        sha256: of its file, in hexadecimal.
        size_wh: of its frames.
        also_there: classes that are in the picture but not marked: boxes of these are not judged.
        frames: frame index, counted from 0 in the order of showing -> its marks.
    """

    name: str
    sha256: str
    size_wh: tuple[int, int]
    also_there: tuple[str, ...]
    frames: dict[int, tuple[Mark, ...]]


@dataclass(frozen=True)
class Marks:
    """All clips, and where they come from."""

    source: str
    clips: tuple[Clip, ...]


def read_marks(path: Path = MARKS) -> Marks:
    """The marks in `path`.

    Raises:
        ClipError: the file is missing, damaged, or says what cannot be.
    """
    try:
        content = json.loads(path.read_text("utf-8"))
        return Marks(str(content["source"]), tuple(_clip(entry) for entry in content["clips"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = f"{error!r} is missing" if isinstance(error, KeyError) else str(error).rstrip(".")
        raise ClipError("marks_unreadable", path=path, reason=reason) from error


def _clip(entry: dict[str, Any]) -> Clip:
    width, height = entry["size"]
    return Clip(
        name=str(entry["name"]),
        sha256=str(entry["sha256"]),
        size_wh=(int(width), int(height)),
        also_there=tuple(entry["also_there"]),
        frames={int(f["index"]): tuple(_mark(m, width, height) for m in f["objects"]) for f in entry["frames"]},
    )


def _mark(entry: dict[str, Any], width: float, height: float) -> Mark:
    x1, y1, x2, y2 = entry["xyxy"]
    if entry["class"] not in CLASSES:
        raise ValueError(f"class must be one of {', '.join(CLASSES)}, got {entry['class']!r}")
    if not (0 <= x1 < x2 <= width and 0 <= y1 < y2 <= height):
        raise ValueError(f"box {entry['xyxy']} lies outside {width}x{height} or has no area")
    return Mark(entry["class"], (x1, y1, x2, y2), bool(entry["ignore"]))


def boxes(marks: Sequence[Mark]) -> FloatArray:
    """float32 (N, 4), xyxy."""
    return np.array([m.xyxy for m in marks], np.float32).reshape(-1, 4)


def check_clips(marks: Marks, folder: Path) -> None:
    """Looks that every clip is there and the one that was marked, before any work is done.

    Raises:
        ClipError: names the first that is missing or differs.
    """
    for clip in marks.clips:
        path = folder / clip.name
        try:
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError as error:
            raise ClipError("clip_missing", path=path, source=marks.source) from error
        except OSError as error:
            raise ClipError("clip_unreadable", path=path, reason=error.strerror or error) from error
        if found != clip.sha256:
            raise ClipError("clip_differs", path=path, found=found[:12], expected=clip.sha256[:12])


def read_frames(clip: Clip, folder: Path) -> Iterator[Frame]:
    """The marked frames, in order; found by counting decoded frames, since seeking lands on another one in some files.

    Raises:
        ClipError: the clip cannot be read or ends too soon.
    """
    path = folder / clip.name
    left = set(clip.frames)
    try:
        with av.open(str(path)) as container:
            for index, picture in enumerate(container.decode(container.streams.video[0])):
                if index in left:
                    left.remove(index)
                    yield Frame(
                        np.asarray(picture.to_ndarray(format="bgr24"), np.uint8), index, 0.0, float(picture.time or 0.0)
                    )
                if not left:
                    return
    except (av.FFmpegError, OSError, IndexError) as error:
        raise ClipError("clip_unreadable", path=path, reason=str(error).rstrip(".")) from error
    raise ClipError("clip_unreadable", path=path, reason=f"it ends before frame {max(left)}")
