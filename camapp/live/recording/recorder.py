"""An H.264 video with every frame at its own time, playable up to the last second whatever happens.

The file is written as fragments of half a second (fragmented mp4): if the program is killed or the disk is full, all
fragments that are there play. When it is closed it becomes an ordinary mp4 (FFmpeg's hybrid_fragmented), which every
editor takes and whose length every player shows.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal, cast

import av
import cv2
import numpy as np
import numpy.typing as npt
from av.packet import Packet
from av.video.frame import PictureType
from av.video.stream import VideoStream

from camapp.errors import RecordingError
from camapp.live.drawing.resize import fitted_size, letterboxed
from camapp.live.recording.outputs import OutputFile, remove
from detector.machine import usable_cores

Picture = npt.NDArray[np.uint8]

TICKS = 90_000  # a second; frames of every usual rate fall on whole ticks
FRAGMENT_US = 500_000
KEYFRAME_S = 2.0  # how far a player has to go back when it seeks
LONE_FRAME_S = 1.0  # how long a recording of a single picture lasts
LARGEST_SIDE = 4096  # of a picture that decoders in hardware take; larger ones are made smaller
Quality = Literal["small", "normal", "best"]
# x264's crf: the fastest presets need a little more than its default of 23; 6 more halve the file, 6 less double it.
CRF: dict[Quality, str] = {"small": "27", "normal": "21", "best": "16"}
# Core-ms per pixel, measured at 720p and 1080p. A quarter of the machine's time between two frames at 30 fps may go
# into encoding: capture, detection and drawing need the rest.
PRESET_COSTS_MS = (("superfast", 9.6e-6), ("ultrafast", 0.0))
BUDGET_MS_PER_CORE = 0.25 * 1000 / 30


@dataclass(frozen=True)
class RecordingSummary:
    """A finished recording.

    Attributes:
        path: the video: `seconds` of it in `frames` pictures, `bytes` on the disk.
        boxes_path: where its boxes are, if they are not drawn into it.
    """

    path: Path
    frames: int
    seconds: float
    bytes: int
    boxes_path: Path | None = None


def preset_for(size_wh: tuple[int, int], cores: int) -> str:
    """The x264 preset that leaves time for the detector at 30 fps."""
    pixels = size_wh[0] * size_wh[1]
    return next(name for name, cost in PRESET_COSTS_MS if pixels * cost <= BUDGET_MS_PER_CORE * cores)


class _EncoderPicture:
    """The one picture that the encoder is given again and again: x264 copies what it keeps.

    New ones each time would leave holes between what else is on the heap: over hours the process would grow.
    """

    def __init__(self, size_wh: tuple[int, int]) -> None:
        width, height = size_wh
        self._frame = av.VideoFrame(width, height, "yuv420p")
        self._planes = [
            np.frombuffer(cast(Any, plane), np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]
            for plane in self._frame.planes
        ]
        self._yuv = np.empty((height * 3 // 2, width), np.uint8)

    def filled(self, image_bgr: Picture) -> av.VideoFrame:
        """With this picture, uint8 (H, W, 3), H and W even."""
        cv2.cvtColor(image_bgr, cv2.COLOR_BGR2YUV_I420, dst=self._yuv)
        values, start = self._yuv.reshape(-1), 0
        for plane in self._planes:
            plane[...] = values[start : start + plane.size].reshape(plane.shape)
            start += plane.size
        return self._frame


class Recorder:
    """Writes one video. Not thread-safe: one thread writes and closes it.

    Attributes:
        frames: pictures written.
        seconds: length so far, to the start of the last picture.

    Args:
        size_wh: of the pictures, at most LARGEST_SIDE; a picture of another size is fitted in.
        quality: of the pictures, against the size of the file.

    Raises:
        RecordingError: the file cannot be made.
    """

    def __init__(self, path: Path, size_wh: tuple[int, int], quality: Quality = "normal") -> None:
        self.path = path
        self._quality: Quality = quality
        self.frames = 0
        self.seconds = 0.0
        if max(size_wh) > LARGEST_SIDE:
            size_wh = fitted_size(size_wh, (LARGEST_SIDE, LARGEST_SIDE))
        self._size_wh = size_wh
        self._even_wh = (size_wh[0] + size_wh[0] % 2, size_wh[1] + size_wh[1] % 2)  # yuv420p halves both
        self._picture = _EncoderPicture(self._even_wh)
        self._first_time_s: float | None = None
        self._last_ticks = 0
        self._next_keyframe_s = 0.0
        self._gaps: deque[int] = deque(maxlen=31)  # ticks between the last pictures
        self._muxed = 0
        self._kept = (0, 0.0)  # pictures and seconds in whole fragments
        self._held: Packet[VideoStream] | None = None
        self._summary: RecordingSummary | None = None
        self._broken = False
        self._file = OutputFile(path)
        try:
            self._open_encoder()
        except (RecordingError, av.FFmpegError, ValueError) as error:
            self._file.close()
            remove(path)
            raise self._as_recording_error(error) from error

    @property
    def bytes(self) -> int:
        """Written so far."""
        return self._summary.bytes if self._summary is not None else self._file.size()

    def write(self, image_bgr: Picture, time_s: float) -> None:
        """Appends a picture, uint8 (H, W, 3), shown from `time_s` on, on any clock that started before the first.

        Raises:
            RecordingError: the disk is full or the encoder failed; what was written before plays. Close it then.
        """
        if self._first_time_s is None:
            self._first_time_s = time_s
        ticks = round((time_s - self._first_time_s) * TICKS)
        if self.frames:
            ticks = max(ticks, self._last_ticks + 1)  # a clock that stood still or went back
            self._gaps.append(ticks - self._last_ticks)
        even = self._fit(image_bgr)
        frame = self._picture.filled(even)
        frame.pts, frame.time_base = ticks, Fraction(1, TICKS)
        frame.pict_type = PictureType.NONE
        if ticks / TICKS >= self._next_keyframe_s:
            frame.pict_type = PictureType.I
            self._next_keyframe_s = ticks / TICKS + KEYFRAME_S
        self._mux(frame)
        self._last_ticks = ticks
        self.seconds = ticks / TICKS
        self.frames += 1

    def close(self) -> RecordingSummary:
        """Finishes the file; safe to call again, and after an error of write().

        Raises:
            RecordingError: the end could not be written; the file plays up to there.
        """
        if self._summary is not None:
            return self._summary
        if self.frames == 0:  # FFmpeg crashes at the end of a file that no picture came to
            self._summary = RecordingSummary(self.path, 0, 0.0, 0)
            self._file.close()
            remove(self.path)
            return self._summary
        error: RecordingError | None = None
        if not self._broken:  # FFmpeg can crash if a muxer that failed is given more
            try:
                self._mux(None)
                self._finish()
            except RecordingError as caught:
                error = caught
        frames, seconds = self.frames, self.seconds + self._typical_gap() / TICKS if self.frames else 0.0
        if self._broken:
            frames, seconds = self._kept
        self._summary = RecordingSummary(self.path, frames, seconds, self._file.size())
        self._file.close()
        if error is not None:
            raise error
        return self._summary

    def _finish(self) -> None:
        try:
            self._release(None)
            self._container.close()
        except (RecordingError, av.FFmpegError) as error:
            raise self._as_recording_error(error) from error

    def _open_encoder(self) -> None:
        options = {
            "movflags": "+hybrid_fragmented+frag_keyframe+default_base_moof",
            "frag_duration": str(FRAGMENT_US),
            "flush_packets": "1",
            "video_track_timescale": str(TICKS),
        }
        self._container = av.open(self._file, "w", format="mp4", options=options)
        stream = self._container.add_stream("libx264")
        stream.width, stream.height = self._even_wh
        stream.pix_fmt = "yuv420p"
        stream.time_base = Fraction(1, TICKS)
        context = stream.codec_context
        context.time_base = Fraction(1, TICKS)
        context.framerate = Fraction(30)  # only a hint for the encoder's rate control
        context.gop_size = 600
        context.max_b_frames = 0  # no picture waits in the encoder for a later one
        context.options = {
            "preset": preset_for(self._even_wh, usable_cores()),
            "tune": "zerolatency",
            "crf": CRF[self._quality],
            # cv2 converts by BT.601 with limited range; unsaid, players take BT.709 for HD and colours shift.
            "x264-params": "colormatrix=smpte170m:colorprim=bt709:transfer=bt709:range=tv",
        }
        self._stream = stream
        self._container.start_encoding()  # writes the file's head: a full disk is said now

    def _fit(self, image_bgr: Picture) -> Picture:
        height, width = image_bgr.shape[:2]
        if (width, height) != self._size_wh:
            image_bgr = letterboxed(image_bgr, self._size_wh)
        right, bottom = self._even_wh[0] - self._size_wh[0], self._even_wh[1] - self._size_wh[1]
        if right or bottom:
            return cast(Picture, cv2.copyMakeBorder(image_bgr, 0, bottom, 0, right, cv2.BORDER_REPLICATE))
        return image_bgr

    def _mux(self, frame: av.VideoFrame | None) -> None:
        try:
            for packet in self._stream.encode(frame):
                self._release(packet)
        except (RecordingError, av.FFmpegError) as error:
            raise self._as_recording_error(error) from error

    def _release(self, packet: Packet[VideoStream] | None) -> None:
        """Writes the packet before this one: only now it is known how long its picture was shown."""
        held, self._held = self._held, packet
        if held is None:
            return
        held.duration = self._typical_gap()
        if packet is not None and packet.pts is not None and held.pts is not None:
            held.duration = packet.pts - held.pts
        size = self._file.size()
        self._container.mux(held)
        if self._file.size() > size:  # the muxer writes whole fragments only, up to the picture before this one
            self._file.mark()
            self._kept = self._muxed, (held.pts or 0) / TICKS
        self._muxed += 1

    def _typical_gap(self) -> int:
        return sorted(self._gaps)[len(self._gaps) // 2] if self._gaps else round(LONE_FRAME_S * TICKS)

    def _as_recording_error(self, error: Exception) -> RecordingError:
        self._broken = True
        if self._file.failed is not None:
            return self._file.failed
        if isinstance(error, RecordingError):
            return error
        return RecordingError("recording_failed", path=self.path, reason=error)
