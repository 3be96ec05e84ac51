"""All that a running pipeline writes: the files that it was started with, and a recording that a person begins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock

from camapp.live.drawing.overlay import OverlayStyle
from camapp.live.live_stats import RecordingStatus
from camapp.live.recording.outputs import check_writable
from camapp.live.recording.record_worker import FrameWriter
from camapp.live.recording.recorder import RecordingSummary
from camapp.live.recording.recording_sinks import LiveRecording, RecordingOptions
from camapp.live.recording.sink import Sink
from detector.types import Frame

ENCODE_S = 10.0  # what waits for the encoder when a recording ends


class Writers:
    """A thread for each set of files, and every captured frame for each of them.

    begin() and end() may be called from any thread, one at a time; offer() and behind are the capture thread's.

    Args:
        new_writer: puts one with these sinks to work.
        style: how boxes are drawn now.
    """

    def __init__(self, new_writer: Callable[[Sequence[Sink]], FrameWriter], style: Callable[[], OverlayStyle]) -> None:
        self._new_writer = new_writer
        self._style = style
        self._lock = Lock()
        self._all: tuple[FrameWriter, ...] = ()
        self._lasting: FrameWriter | None = None
        self._recording: LiveRecording | None = None
        self._last = (0, 0)  # frames and missed of the recording before

    def add_lasting(self, sinks: Sequence[Sink]) -> None:
        """Files that are written until the source ends."""
        self._lasting = self._add(sinks)

    def begin(self, path: Path, options: RecordingOptions) -> None:
        """Every frame from now on, with its boxes.

        Raises:
            RecordingError: the folder cannot be written.
            ValueError: a recording is running.
        """
        if self._recording is not None:
            raise ValueError(f"the recording {self._recording.sink.path} is still running")
        check_writable(path)
        self._recording = LiveRecording(path, options, self._style(), lambda sink: self._add((sink,)))

    def end(self) -> RecordingSummary | None:
        """Finishes the recording; None if there is none, or no frame came."""
        recording = self._recording
        if recording is None:
            return None
        writer = recording.writer
        with self._lock:
            self._all = tuple(other for other in self._all if other is not writer)
        writer.finish(ENCODE_S)
        self._last = writer.frames, writer.missed
        self._recording = None
        return recording.sink.summary

    def finish_lasting(self, timeout: float | None = ENCODE_S) -> bool:
        """Writes what waits; False if that is not done after `timeout` seconds."""
        return self._lasting is None or self._lasting.finish(timeout)

    def restyle(self) -> None:
        """The recording draws boxes as it is wished now."""
        recording = self._recording
        if recording is not None:
            recording.sink.style = self._style()

    @property
    def status(self) -> RecordingStatus | None:
        """None while nothing is recorded; also once a recording has failed, which on_error was told."""
        return None if self._recording is None else self._recording.status

    @property
    def frames_and_missed(self) -> tuple[int, int]:
        """Of the recording that runs, else of the lasting files, else of the recording before."""
        recording = self._recording
        writer = self._lasting if recording is None else recording.writer
        return self._last if writer is None else (writer.frames, writer.missed)

    @property
    def active(self) -> bool:
        """Whether anything is written."""
        return bool(self._all)

    @property
    def behind(self) -> bool:
        """Whether a queue is more than half full: the machine has too much to do."""
        return any(writer.behind for writer in self._all)

    def offer(self, frame: Frame) -> None:
        """Never waits."""
        with self._lock:  # a recording that has just been ended is offered nothing, so misses nothing
            for writer in self._all:
                writer.offer(frame)

    def _add(self, sinks: Sequence[Sink]) -> FrameWriter:
        writer = self._new_writer(sinks)
        with self._lock:
            self._all = (*self._all, writer)
        return writer
