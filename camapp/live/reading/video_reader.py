"""Reads a video by PyAV: exactly its frames, with the time that the file gives each of them.

PyAV, not cv2.VideoCapture: that one guesses times from a constant rate and does not tell the end from damage.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import chain, dropwhile

import av
import cv2
import numpy as np
import numpy.typing as npt
from av.container import InputContainer
from av.video.stream import VideoStream

from camapp.live.reading.base import SourceInfo
from camapp.live.reading.frame_table import FrameTable, read_table

UNSEEN_END_S = 1.0  # a file that ends this much before the end that it states was cut off
JUMP_S = 1.0  # a time that is so much earlier than the one before begins anew
SMALLEST_STEP_S = 0.001
TURNS = {90: cv2.ROTATE_90_COUNTERCLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_CLOCKWISE}
TRIES = 3  # keyframes to begin from, before it is decoded from the start
NOT_VIDEO = frozenset({"tty", "subviewer", "srt"})  # what FFmpeg can make of a text file


class NoVideoError(Exception):
    """A file that can be read but holds no video: sound, subtitles, a playlist."""


class VideoReader:
    """An opened video.

    Attributes:
        info: size after turning, rate, frames as the container states them.
        damaged: True once something could not be read; complete when frames() has ended.
    """

    def __init__(self, container: InputContainer, live: bool = False) -> None:
        """Takes the first video stream of `container`.

        Args:
            live: no frame may wait for later ones.

        Raises:
            NoVideoError: it has none.
        """
        if container.format.name in NOT_VIDEO or not container.streams.video:
            raise NoVideoError
        self._container = container
        self._stream: VideoStream = container.streams.video[0]
        self._stream.thread_type = "SLICE" if live else "AUTO"  # frame threads hold frames back
        self.damaged = False
        self.info = _describe(self._container, self._stream)

    def frames(self) -> Iterator[tuple[npt.NDArray[np.uint8], float]]:
        """Each frame as uint8 (H, W, 3) BGR with its time in seconds, 0 at the first and then always growing."""
        return self._timed(self._decode(), 0.0)

    def frames_from(self, table: FrameTable, number: int) -> Iterator[tuple[npt.NDArray[np.uint8], float]]:
        """As frames(), but from this one on; those that it needs before are decoded and not given."""
        return self._timed(self._decode_from(table, number), table.time_s(number))

    def read_table(self, give_up: Callable[[], bool]) -> FrameTable | None:
        """See frame_table.read_table; the reader is at its end then."""
        return read_table(self._container, self._stream, give_up)

    def _decode_from(self, table: FrameTable, number: int) -> Iterator[av.VideoFrame]:
        target = int(table.pts[number])
        # A frame can lean on the keyframe before the one that precedes it, and containers seek by another time.
        for keyframe in [*table.keyframes_before(number)[:TRIES], int(table.pts[0])]:
            self._container.seek(keyframe, stream=self._stream)
            decoded = self._decode()
            first = next(decoded, None)
            if first is not None and (first.pts is None or first.pts <= target):
                break
        else:
            return
        yield from dropwhile(lambda frame: frame.pts is not None and frame.pts < target, chain([first], decoded))

    def _timed(self, decoded: Iterator[av.VideoFrame], start_s: float) -> Iterator[tuple[npt.NDArray[np.uint8], float]]:
        step_s = 1 / (self.info.fps or 25.0)  # for frames without a usable time
        shift_s: float | None = None
        last_s = start_s - step_s
        file_end_s: float | None = None  # in the file's own time, which need not begin at 0
        for frame in decoded:
            image = np.ascontiguousarray(frame.to_ndarray(format="bgr24"), np.uint8)  # rows may be padded
            turn = TURNS.get(round(frame.rotation) % 360)
            if turn is not None:  # phones film sideways and say so in the file
                image = np.asarray(cv2.rotate(image, turn), np.uint8)
            stated_s = frame.time
            if stated_s is not None and shift_s is None:
                shift_s = stated_s - (last_s + step_s)
            time_s = last_s + step_s if stated_s is None or shift_s is None else stated_s - shift_s
            if time_s < last_s - JUMP_S:  # joined recordings: go on from here
                shift_s = (stated_s or 0.0) - (last_s + step_s)
                time_s = last_s + step_s
            elif time_s <= last_s:  # frames out of order, after damage
                time_s = last_s + SMALLEST_STEP_S
            last_s, file_end_s = time_s, (time_s if stated_s is None else stated_s) + step_s
            yield image, time_s
        if file_end_s is not None and self._ends_early(file_end_s):
            self.damaged = True

    def _decode(self) -> Iterator[av.VideoFrame]:
        """All frames that can be decoded: one bad packet does not end the video."""
        packets = self._container.demux(self._stream)
        began = False
        while True:
            try:
                packet = next(packets, None)
                if packet is None:
                    break
                self.damaged |= packet.is_corrupt
                for frame in packet.decode():
                    began = True
                    yield frame
            except av.error.EOFError:
                break
            except av.error.InvalidDataError:
                # Before the first frame it is the start in the middle of a stream, as every broadcast has.
                self.damaged |= began
            except av.FFmpegError:
                self.damaged = True
                break
        try:
            yield from self._stream.codec_context.decode(None)  # what the decoder holds back after an error
        except av.FFmpegError:  # EOFError: it was emptied already
            return

    def _ends_early(self, end_s: float) -> bool:
        """True where the file was cut off: its index or its duration promise more than there is."""
        size = self._container.size
        if size > 0 and any(entry.pos + entry.size > size for entry in self._stream.index_entries):
            return True
        if "matroska" not in self._container.format.name:
            return False
        tag = re.fullmatch(r"(\d+):(\d+):(\d+\.?\d*)", self._stream.metadata.get("DURATION", ""))
        if tag:
            promised_s = 3600 * int(tag[1]) + 60 * int(tag[2]) + float(tag[3])
        elif len(self._container.streams) == 1 and self._container.duration:
            promised_s = self._container.duration / av.time_base
        else:
            return False
        return promised_s - end_s > UNSEEN_END_S


def _describe(container: InputContainer, stream: VideoStream) -> SourceInfo:
    width, height = stream.codec_context.width, stream.codec_context.height
    fps = float(stream.average_rate or stream.guessed_rate or 0) or None
    parts = [f"{width}x{height} {stream.codec_context.name.upper()}"]
    if fps is not None:
        parts.append(f"{fps:.4g} fps")
    duration_s = None
    if stream.duration and stream.time_base:
        duration_s = float(stream.duration * stream.time_base)
    elif container.duration:
        duration_s = container.duration / av.time_base
    return SourceInfo((width, height), fps, stream.frames or None, ", ".join(parts), duration_s=duration_s)
