"""What a person records: the picture with its boxes, or the clean picture with the boxes in a file beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from camapp.live.drawing.overlay import OverlayStyle
from camapp.live.live_stats import RecordingStatus, seconds_left
from camapp.live.recording.logs import JsonlLog
from camapp.live.recording.record_worker import FrameWriter
from camapp.live.recording.recorder import Quality
from camapp.live.recording.video_sinks import VideoSink, in_colour
from detector.types import Detections, Frame


@dataclass(frozen=True)
class RecordingOptions:
    """How to record.

    Attributes:
        quality: "small" files, "normal", or the "best" picture, each about twice as large as the one before.
        clean: no boxes in the picture; they stand in a .jsonl file of the same name instead, whose `frame` counts the
            pictures of the video from 0 and whose `time_s` is the video's own.
    """

    quality: Quality = "normal"
    clean: bool = False


class CleanVideoSink(VideoSink):
    """The picture as it is, and its boxes as JSON Lines beside it."""

    draws = False

    def __init__(self, path: Path, quality: Quality = "normal") -> None:
        super().__init__(path, None, quality)
        self.boxes_path = path.with_suffix(".jsonl")
        self._log = JsonlLog(self.boxes_path)
        self._first_s: float | None = None

    @property
    def progress(self) -> tuple[int, float, int]:
        """Frames, seconds, and bytes of both files."""
        frames, seconds, written = super().progress
        return frames, seconds, written + self._log.bytes

    def write(self, frame: Frame, detections: Detections) -> None:
        """See VideoSink.write."""
        number = super().progress[0]
        self._append(in_colour(frame), frame.time_s)
        self._first_s = frame.time_s if self._first_s is None else self._first_s
        as_recorded = replace(frame, index=number, time_s=frame.time_s - self._first_s)
        self._log.write(as_recorded, replace(detections, frame_index=number))

    def close(self) -> None:
        """See VideoSink.close."""
        self._log.close()
        try:
            super().close()
        finally:
            if self.summary is not None:
                written = self.summary.bytes + self._log.bytes
                self.summary = replace(self.summary, bytes=written, boxes_path=self.boxes_path)


class LiveRecording:
    """A recording that runs.

    Args:
        start: puts a writer with this sink to work.
        style: how boxes are drawn.
    """

    def __init__(
        self, path: Path, options: RecordingOptions, style: OverlayStyle, start: Callable[[VideoSink], FrameWriter]
    ) -> None:
        self.sink = CleanVideoSink(path, options.quality) if options.clean else VideoSink(path, style, options.quality)
        self.writer = start(self.sink)

    @property
    def status(self) -> RecordingStatus | None:
        """None once it has failed, which on_error was told."""
        if self.writer.failed is not None:
            return None
        frames, seconds, written = self.sink.progress
        left = seconds_left(self.sink.path, seconds, written)
        return RecordingStatus(self.sink.path, seconds, written, frames, self.writer.missed, left)
