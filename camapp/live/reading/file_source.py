"""A video file: every one of its frames, in order, from any of them on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import av
from av.container import InputContainer

from camapp.errors import SourceError
from camapp.live.reading.base import SeekableSource
from camapp.live.reading.frame_table import FrameTable
from camapp.live.reading.video_reader import NoVideoError, VideoReader
from detector.types import Frame

VIDEO_MAGIC = ((4, b"ftyp"), (0, b"\x1a\x45\xdf\xa3"), (8, b"AVI "))  # MP4 and MOV, Matroska and WebM, AVI


class VideoFile(SeekableSource):
    """A video on this computer."""

    def __init__(self, path: str | Path) -> None:
        super().__init__(Path(path).name)
        self.path = Path(path)
        self._table: FrameTable | None = None
        self._has_table: bool | None = None  # None: not looked for yet, as playing it needs none

    def __iter__(self) -> Iterator[Frame]:
        """See Source.__iter__.

        Raises:
            SourceError: source_missing; source_unreadable: not a single frame; source_damaged: after the last one.
        """
        return self._frames(0, None)

    def frames_from(self, number: int) -> Iterator[Frame]:
        """See SeekableSource.frames_from. Where frames have no times of their own, all before it are decoded."""
        return self._frames(number, self._find_table() if number > 0 else None)

    def number_at(self, time_s: float) -> int:
        """See SeekableSource.number_at; reads through the file the first time."""
        table = self._find_table()
        if table is not None:
            return table.number_at(time_s)
        fps = self.info.fps if self.info is not None else None
        last = None if self.frame_count is None else self.frame_count - 1
        number = max(int(time_s * (fps or 25.0)), 0)
        return number if last is None else min(number, last)

    @property
    def frame_count(self) -> int | None:
        """As the file states until it was read through once."""
        if self._table is not None:
            return len(self._table)
        return None if self.info is None else self.info.frame_count

    def _frames(self, first: int, table: FrameTable | None) -> Iterator[Frame]:
        if not self.path.is_file():
            raise SourceError("source_missing", name=self.path)
        number = 0 if table is None else first
        began = number
        try:
            with self._open() as container:
                reader = VideoReader(container)
                self.info = self.info or reader.info
                pictures = reader.frames() if table is None else reader.frames_from(table, first)
                for image, time_s in pictures:
                    if self.closed:
                        return
                    if number == began:  # the picture itself knows best, as it may be turned
                        self.info = replace(reader.info, size_wh=(image.shape[1], image.shape[0]))
                    if number >= first:
                        yield Frame(image, number, time.monotonic(), time_s)
                    number += 1
        except (av.FFmpegError, OSError) as error:
            raise self._nothing_readable() from error
        except NoVideoError as error:
            raise SourceError("source_unreadable", name=self.path) from error
        if number == 0:
            raise self._nothing_readable()
        if reader.damaged:
            raise SourceError("source_damaged", name=self.path, frames=number)

    def _find_table(self) -> FrameTable | None:
        if self._has_table is None:
            try:
                with self._open() as container:
                    self._table = VideoReader(container).read_table(lambda: self.closed)
            except (av.FFmpegError, OSError) as error:
                raise self._nothing_readable() from error
            except NoVideoError as error:
                raise SourceError("source_unreadable", name=self.path) from error
            self._has_table = self._table is not None
        return self._table

    def _nothing_readable(self) -> SourceError:
        try:
            with self.path.open("rb") as file:
                head = file.read(12)
        except OSError:
            head = b""
        if any(head[at:].startswith(magic) for at, magic in VIDEO_MAGIC):  # a video, but its index is cut off
            return SourceError("source_no_index", name=self.path)
        return SourceError("source_unreadable", name=self.path)

    def _open(self) -> InputContainer:
        # "file:" and the white list: a playlist renamed .mp4 must not make us read elsewhere or go on-line.
        return av.open(f"file:{self.path}", options={"protocol_whitelist": "file"})
