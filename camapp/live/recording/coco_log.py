"""A COCO data set of what was found: one JSON file that is whole at any time, though it grows in two places."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from camapp.errors import RecordingError
from camapp.live.recording.logs import NAME_COLUMNS, rows
from camapp.live.recording.outputs import OutputFile, check_writable, recording_error, remove, taken_away
from detector.types import Detections, Frame

SAVE_S = 2.0  # so much is lost at most if the program is killed
SAVE_SHARE = 0.02  # of the time may go into saving: what has run for days is saved less often
CHUNK_BYTES = 1 << 20


class CocoLog:
    """A COCO data set whose annotations have a score.

    Pictures and boxes are noted in two unnamed files, so that a day's recording does not fill the memory. Every two
    seconds and at close() they are put together aside, and the result takes the place of the file.

    Args:
        name_of: Frame.index -> the file name of its picture; None: frame_000012.jpg.
        clock: in seconds.
    """

    def __init__(
        self,
        path: Path,
        name_of: Callable[[int], str] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.path = path
        self._name_of = name_of or _numbered
        self._clock = clock
        self._images: IO[bytes] | None = None
        self._annotations: IO[bytes] | None = None
        self._box_count = 0
        self._class_names: tuple[str, ...] = ()
        self._save_at_s = 0.0
        self._is_saved = False

    def write(self, frame: Frame, detections: Detections) -> None:
        """Notes the picture and its boxes.

        Raises:
            RecordingError: the file cannot be written, or there is no room; what was saved before is whole.
        """
        if self._images is None:
            check_writable(self.path)
            self._save_at_s = self._clock() + SAVE_S
        self._class_names = detections.class_names or self._class_names
        try:
            self._note(frame, detections)
        except OSError as error:
            raise recording_error(self.path, error) from error
        if self._clock() >= self._save_at_s and not _is_device(self.path):
            began_s = self._clock()
            self._save()
            now_s = self._clock()
            self._save_at_s = now_s + max(SAVE_S, (now_s - began_s) / SAVE_SHARE)

    def close(self) -> None:
        """Writes the file, if a frame came.

        Raises:
            RecordingError: it cannot be written; what was saved before is whole, a half-written one is removed.
        """
        if self._images is None or self._annotations is None:
            return
        try:
            self._save()
        finally:
            for noted in (self._images, self._annotations):
                with suppress(OSError):  # what could not be noted was said
                    noted.close()
            self._images = self._annotations = None

    def _note(self, frame: Frame, detections: Detections) -> None:
        if self._images is None or self._annotations is None:
            self._images, self._annotations = _unnamed_file(), _unnamed_file()
        width, height = frame.size_wh
        image = {"id": frame.index, "file_name": self._name_of(frame.index), "width": width, "height": height}
        _append(self._images, image | {"time_s": round(frame.time_s, 3)})
        for row, class_id in zip(rows(frame, detections), detections.class_ids.tolist(), strict=True):
            self._box_count += 1
            _append(self._annotations, self._annotation(row, class_id))

    def _annotation(self, row: dict[str, Any], class_id: int) -> dict[str, Any]:
        box = [row["x"], row["y"], row["w"], row["h"]]
        annotation = {"id": self._box_count, "image_id": row["frame"], "category_id": class_id + 1, "bbox": box}
        annotation |= {"area": round(row["w"] * row["h"], 1), "iscrowd": 0, "score": row["score"]}
        return annotation | {key: row[key] for key in ("track_id", "predicted", *NAME_COLUMNS) if key in row}

    def _save(self) -> None:
        """Aside first, so that the file is whole at any time; a device, as /dev/stdout, gets it directly."""
        place = Path(os.path.realpath(self.path))  # what a link leads to is replaced, not the link
        aside = place if _is_device(place) else place.with_name(place.name + ".part")
        try:
            self._put_together(aside)
            if aside != place:
                os.replace(aside, place)
        except RecordingError as error:
            remove(aside)
            if not self._is_saved:
                raise taken_away(self.path, error) from error.__cause__
            raise
        except OSError as error:
            remove(aside)
            raise recording_error(self.path, error) from error
        self._is_saved = True

    def _put_together(self, place: Path) -> None:
        categories = [{"id": i + 1, "name": name} for i, name in enumerate(self._class_names)]
        with OutputFile(place, said_as=self.path) as file:
            file.write(b'{"info": {"description": "made by camapp"},\n"categories": ')
            file.write(json.dumps(categories, ensure_ascii=False).encode())
            for key, noted in (("images", self._images), ("annotations", self._annotations)):
                if noted is None:
                    continue
                file.write(f',\n"{key}": ['.encode())
                noted.seek(0)
                noted.read(1)  # the comma before the first
                shutil.copyfileobj(noted, file, CHUNK_BYTES)
                noted.seek(0, os.SEEK_END)
                file.write(b"]")
            file.write(b"}\n")


def _unnamed_file() -> IO[bytes]:
    return tempfile.TemporaryFile()


def _append(noted: IO[bytes], entry: dict[str, Any]) -> None:
    noted.write(b",\n" + json.dumps(entry, ensure_ascii=False).encode())


def _is_device(path: Path) -> bool:
    return path.exists() and not path.is_file()


def _numbered(index: int) -> str:
    return f"frame_{index:06}.jpg"
