"""Sinks that draw: an annotated video, a folder of annotated pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import cast

import cv2
import numpy as np
import numpy.typing as npt

from camapp.errors import RecordingError
from camapp.live.drawing.overlay import OverlayStyle, draw_detections
from camapp.live.recording.outputs import write_whole
from camapp.live.recording.recorder import Quality, Recorder, RecordingSummary
from detector.types import Detections, Frame

Picture = npt.NDArray[np.uint8]


def in_colour(frame: Frame) -> Picture:
    """The frame's picture, uint8 (H, W, 3) in BGR; not a copy if it was that already."""
    grey = frame.image.shape[2] == 1
    return cast(Picture, cv2.cvtColor(frame.image, cv2.COLOR_GRAY2BGR)) if grey else frame.image


def annotated(frame: Frame, detections: Detections, style: OverlayStyle, onto: Picture | None = None) -> Picture:
    """A copy of the frame's picture, uint8 (H, W, 3) in BGR, with the boxes drawn.

    Args:
        onto: a picture to be overwritten and returned, where its shape is the same.
    """
    if frame.image.shape[2] == 1:
        canvas = in_colour(frame)
    elif onto is not None and onto.shape == frame.image.shape:
        canvas = onto
        np.copyto(canvas, frame.image)
    else:
        canvas = frame.image.copy()
    draw_detections(canvas, detections, style)
    return canvas


class VideoSink:
    """Every frame with its boxes in one mp4, at the size of the first frame.

    Attributes:
        style: how boxes are drawn; may be replaced at any time.
        summary: of the finished file; None before close() and if no frame came.
    """

    draws = True  # see Sink

    def __init__(self, path: Path, style: OverlayStyle | None = None, quality: Quality = "normal") -> None:
        self.path = path
        self.style = style or OverlayStyle()
        self.summary: RecordingSummary | None = None
        self._quality: Quality = quality
        self._recorder: Recorder | None = None
        self._canvas: Picture | None = None  # of the frame before: a new one for each leaves holes in the heap

    @property
    def progress(self) -> tuple[int, float, int]:
        """Frames, seconds and bytes so far."""
        recorder = self._recorder
        return (0, 0.0, 0) if recorder is None else (recorder.frames, recorder.seconds, recorder.bytes)

    def write(self, frame: Frame, detections: Detections) -> None:
        """Draws and appends the frame.

        Raises:
            RecordingError: the file cannot be made, or the disk is full; what was written before plays.
        """
        self._canvas = annotated(frame, detections, self.style, self._canvas)
        self._append(self._canvas, frame.time_s)

    def _append(self, image_bgr: Picture, time_s: float) -> None:
        if self._recorder is None:
            self._recorder = Recorder(self.path, (image_bgr.shape[1], image_bgr.shape[0]), self._quality)
        self._recorder.write(image_bgr, time_s)

    def close(self) -> None:
        """Finishes the file.

        Raises:
            RecordingError: its end could not be written.
        """
        if self._recorder is not None:
            try:
                self._recorder.close()
            finally:
                self.summary = self._recorder.close()


class PictureSink:
    """One annotated picture for each frame, under the names of the originals.

    Args:
        folder: made if it is not there.
        name_of: Frame.index -> the file name of its picture, as PictureSource.name_of; its ending says the format.
        style: how boxes are drawn.
    """

    draws = True  # see Sink

    def __init__(self, folder: Path, name_of: Callable[[int], str], style: OverlayStyle | None = None) -> None:
        self.path = folder
        self.style = style or OverlayStyle()
        self._name_of = name_of

    def write(self, frame: Frame, detections: Detections) -> None:
        """Draws and saves the frame.

        Raises:
            RecordingError: it cannot be written.
        """
        write_picture(self.path / self._name_of(frame.index), annotated(frame, detections, self.style))

    def close(self) -> None:
        """Nothing waits: each picture is whole once it is written."""


def write_picture(path: Path, image_bgr: Picture) -> Path:
    """Saves in the format of the file's ending, as .png where OpenCV cannot write that; returns the path.

    Raises:
        RecordingError: it cannot be written.
    """
    if not cv2.haveImageWriter(path.name):
        path = path.with_suffix(".png")
    written, content = cv2.imencode(path.suffix, image_bgr)
    if not written:
        raise RecordingError("recording_failed", path=path, reason=f"no {path.suffix} of this size can be written")
    write_whole(path, content.tobytes())
    return path
