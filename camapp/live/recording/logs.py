"""Tables of what was found: CSV, JSON Lines, COCO. All take every frame, in order, and open their file when it comes.

Rows: frame, time_s, class, score, x, y, w, h, track_id, predicted; x, y is the top-left corner in source pixels.
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from camapp.errors import RecordingError
from camapp.live.recording.outputs import OutputFile, check_writable, recording_error, taken_away
from detector.types import Detections, Frame

COLUMNS = ("frame", "time_s", "class", "score", "x", "y", "w", "h", "track_id", "predicted")


def rows(frame: Frame, detections: Detections) -> Iterator[dict[str, Any]]:
    """One dict a box, with COLUMNS as keys; track_id is None where it is not known."""
    tracks = [0] * len(detections) if detections.track_ids is None else detections.track_ids.tolist()
    for name, score, (x, y, w, h), track, predicted in zip(
        detections.names,
        detections.scores.tolist(),
        detections.xywh.tolist(),
        tracks,
        detections.predicted.tolist(),
        strict=True,
    ):
        values = (frame.index, round(frame.time_s, 3), name, round(score, 4), *(round(v, 1) for v in (x, y, w, h)))
        yield dict(zip(COLUMNS, (*values, track or None, int(predicted)), strict=True))


class _LineLog(ABC):
    """Lines of text, each frame's written at once: a crash or a full disk loses no whole frame."""

    header = ""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: OutputFile | None = None

    @property
    def bytes(self) -> int:
        """Written so far."""
        return 0 if self._file is None else self._file.marked

    def write(self, frame: Frame, detections: Detections) -> None:
        """Appends the frame's rows.

        Raises:
            RecordingError: the disk is full or the folder cannot be written; the rows before are whole.
        """
        text = "".join(self._line(row) for row in rows(frame, detections))
        if self._file is None:
            self._file = OutputFile(self.path)
            text = self.header + text
        if text:
            self._file.write(text.encode())
            self._file.mark()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    @abstractmethod
    def _line(self, row: dict[str, Any]) -> str:
        """One row as it stands in the file, with its line end."""


class CsvLog(_LineLog):
    """A CSV table with a header; track_id is empty where it is not known, predicted is 0 or 1."""

    header = ",".join(COLUMNS) + "\n"

    def _line(self, row: dict[str, Any]) -> str:
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow(row.values())
        return line.getvalue()


class JsonlLog(_LineLog):
    """One JSON object a box, one box a line, with the same keys; track_id is null where it is not known."""

    def _line(self, row: dict[str, Any]) -> str:
        return json.dumps(row, ensure_ascii=False) + "\n"


class CocoLog:
    """A COCO data set whose annotations have a score; the file is put together at close().

    Until then pictures and boxes wait in two unnamed files, so that a day's recording does not fill the memory.

    Args:
        name_of: Frame.index -> the file name of its picture; None: frame_000012.jpg.
    """

    def __init__(self, path: Path, name_of: Callable[[int], str] | None = None) -> None:
        self.path = path
        self._name_of = name_of or _numbered
        self._images: IO[str] | None = None
        self._annotations: IO[str] | None = None
        self._box_count = 0
        self._class_names: tuple[str, ...] = ()

    def write(self, frame: Frame, detections: Detections) -> None:
        """Notes the picture and its boxes.

        Raises:
            RecordingError: the file will not be writable, or there is no room to note them.
        """
        if self._images is None:
            check_writable(self.path)
        width, height = frame.size_wh
        image = {"id": frame.index, "file_name": self._name_of(frame.index), "width": width, "height": height}
        self._class_names = detections.class_names or self._class_names
        try:
            if self._images is None or self._annotations is None:
                self._images, self._annotations = _spool(), _spool()
            self._images.write(json.dumps(image | {"time_s": round(frame.time_s, 3)}, ensure_ascii=False) + "\n")
            for row, class_id in zip(rows(frame, detections), detections.class_ids.tolist(), strict=True):
                self._box_count += 1
                self._annotations.write(json.dumps(self._annotation(row, class_id)) + "\n")
        except OSError as error:
            raise recording_error(self.path, error) from error

    def close(self) -> None:
        """Writes the file, if a frame came.

        Raises:
            RecordingError: it cannot be written; a half-written one is removed.
        """
        if self._images is None or self._annotations is None:
            return
        categories = [{"id": i + 1, "name": name} for i, name in enumerate(self._class_names)]
        try:
            with OutputFile(self.path) as file:
                file.write(b'{"info": {"description": "made by camapp"},\n"categories": ')
                file.write(json.dumps(categories, ensure_ascii=False).encode())
                for key, spool in (("images", self._images), ("annotations", self._annotations)):
                    file.write(f',\n"{key}": ['.encode())
                    spool.seek(0)
                    for number, line in enumerate(spool):
                        file.write(((",\n" if number else "\n") + line.rstrip("\n")).encode())
                    file.write(b"]")
                file.write(b"}\n")
        except RecordingError as error:
            raise taken_away(self.path, error) from error.__cause__
        except OSError as error:  # the spooled lines could not be written out
            raise recording_error(self.path, error) from error
        finally:
            self._images.close()
            self._annotations.close()
            self._images = self._annotations = None

    def _annotation(self, row: dict[str, Any], class_id: int) -> dict[str, Any]:
        box = [row["x"], row["y"], row["w"], row["h"]]
        annotation = {"id": self._box_count, "image_id": row["frame"], "category_id": class_id + 1, "bbox": box}
        annotation |= {"area": round(row["w"] * row["h"], 1), "iscrowd": 0, "score": row["score"]}
        return annotation | {key: row[key] for key in ("track_id", "predicted")}


def _numbered(index: int) -> str:
    return f"frame_{index:06}.jpg"


def _spool() -> IO[str]:
    return tempfile.TemporaryFile("w+", encoding="utf-8")
