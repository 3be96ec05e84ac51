"""A video file: every one of its frames, in order."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import av
from av.container import InputContainer

from camapp.errors import SourceError
from camapp.live.source_base import Source
from camapp.live.video_reader import NoVideoError, VideoReader
from detector.types import Frame

VIDEO_MAGIC = ((4, b"ftyp"), (0, b"\x1a\x45\xdf\xa3"), (8, b"AVI "))  # MP4 and MOV, Matroska and WebM, AVI


class VideoFile(Source):
    """A video on this computer."""

    def __init__(self, path: str | Path) -> None:
        super().__init__(Path(path).name)
        self.path = Path(path)

    def __iter__(self) -> Iterator[Frame]:
        """See Source.__iter__.

        Raises:
            SourceError: source_missing; source_unreadable: not a single frame; source_damaged: after the last one.
        """
        if not self.path.is_file():
            raise SourceError("source_missing", name=self.path)
        count = 0
        try:
            with self._open() as container:
                reader = VideoReader(container)
                self.info = reader.info
                for image, time_s in reader.frames():
                    if self.closed:
                        return
                    if count == 0:  # the picture itself knows best, as it may be turned
                        self.info = replace(reader.info, size_wh=(image.shape[1], image.shape[0]))
                    yield Frame(image, count, time.monotonic(), time_s)
                    count += 1
        except (av.FFmpegError, OSError) as error:
            raise self._nothing_readable() from error
        except NoVideoError as error:
            raise SourceError("source_unreadable", name=self.path) from error
        if count == 0:
            raise self._nothing_readable()
        if reader.damaged:
            raise SourceError("source_damaged", name=self.path, frames=count)

    def _nothing_readable(self) -> SourceError:
        try:
            with self.path.open("rb") as file:
                head = file.read(12)
        except OSError:
            head = b""
        if any(head[at:].startswith(magic) for at, magic in VIDEO_MAGIC):  # a video, but its index is cut off
            return SourceError("source_damaged", name=self.path, frames=0)
        return SourceError("source_unreadable", name=self.path)

    def _open(self) -> InputContainer:
        # "file:" and the white list: a playlist renamed .mp4 must not make us read elsewhere or go on-line.
        return av.open(f"file:{self.path}", options={"protocol_whitelist": "file"})
