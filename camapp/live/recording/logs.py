"""Tables of what was found: CSV, JSON Lines. Both take every frame, in order, and open their file when it comes.

Rows: frame, time_s, class, score, x, y, w, h, track_id, predicted; x, y is the top-left corner in source pixels.
Where a classifier names the boxes, name and name_score follow.
"""

from __future__ import annotations

import csv
import io
import json
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from camapp.live.recording.outputs import OutputFile
from detector.types import Detections, Frame

COLUMNS = ("frame", "time_s", "class", "score", "x", "y", "w", "h", "track_id", "predicted")
NAME_COLUMNS = ("name", "name_score")  # only where boxes are named: readers of the others find these as they were


def rows(frame: Frame, detections: Detections) -> Iterator[dict[str, Any]]:
    """One dict a box, with COLUMNS as keys; track_id is None where it is not known.

    With NAME_COLUMNS where a classifier was asked; both are None where it is not sure of any name.
    """
    names = _names(detections)
    tracks = [0] * len(detections) if detections.track_ids is None else detections.track_ids.tolist()
    for name, score, (x, y, w, h), track, predicted, finer in zip(
        detections.names,
        detections.scores.tolist(),
        detections.xywh.tolist(),
        tracks,
        detections.predicted.tolist(),
        names,
        strict=True,
    ):
        values = (frame.index, round(frame.time_s, 3), name, round(score, 4), *(round(v, 1) for v in (x, y, w, h)))
        yield dict(zip(COLUMNS, (*values, track or None, int(predicted)), strict=True)) | finer


def _names(detections: Detections) -> list[dict[str, Any]]:
    """NAME_COLUMNS of each box; nothing where no classifier was asked."""
    finer = detections.finer
    if finer is None:
        return [{} for _ in range(len(detections))]
    said = ((finer.name_of(i) or None, round(score, 4) or None) for i, score in enumerate(finer.scores.tolist()))
    return [dict(zip(NAME_COLUMNS, pair, strict=True)) for pair in said]


class _LineLog(ABC):
    """Lines of text, each frame's written at once: a crash or a full disk loses no whole frame."""

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
        if self._file is None:
            self._file = OutputFile(self.path)
        self._append(self._header(detections) + "".join(self._line(row) for row in rows(frame, detections)))

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _append(self, text: str) -> None:
        if text and self._file is not None:
            self._file.write(text.encode())
            self._file.mark()

    def _header(self, detections: Detections) -> str:
        """What stands above the rows of these, if it does not stand there yet."""
        return ""

    @abstractmethod
    def _line(self, row: dict[str, Any]) -> str:
        """One row as it stands in the file, with its line end."""


class CsvLog(_LineLog):
    """A CSV table with a header; track_id is empty where it is not known, predicted is 0 or 1."""

    _columns: tuple[str, ...] = ()  # until it is known whether boxes are named: not before the detector's first look

    def close(self) -> None:
        try:
            if not self._columns:
                self._columns = COLUMNS
                self._append(",".join(COLUMNS) + "\n")
        finally:
            super().close()

    def _header(self, detections: Detections) -> str:
        if self._columns or (detections.finer is None and not len(detections)):
            return ""
        self._columns = COLUMNS if detections.finer is None else (*COLUMNS, *NAME_COLUMNS)
        return ",".join(self._columns) + "\n"

    def _line(self, row: dict[str, Any]) -> str:
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow([row.get(column) for column in self._columns])
        return line.getvalue()


class JsonlLog(_LineLog):
    """One JSON object a box, one box a line, with the same keys; track_id is null where it is not known."""

    def _line(self, row: dict[str, Any]) -> str:
        return json.dumps(row, ensure_ascii=False) + "\n"
