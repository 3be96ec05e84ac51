"""The live pipeline: camera to window and recording, each on its own thread, none waiting for a slower one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from camapp.live.choices import Choices
from camapp.live.logs import Sink
from camapp.live.recorder import RecordingSummary
from camapp.live.shown import Shown
from detector.errors import UserFacingError

if TYPE_CHECKING:
    from camapp.live.sources import Source
    from detector.engines.base import Detector

__all__ = ["Choices", "LivePipeline", "LiveStats", "RecordingStatus"]


@dataclass(frozen=True)
class LiveStats:
    """What the status bar says.

    Attributes:
        camera_fps: frames captured per second, over the last two seconds.
        detector_fps: frames detected per second, likewise.
        delay_ms: from capture to publishing, median of the last pictures.
        dropped: frames lost before they could be shown.
        skipped: frames that the detector left out because a newer one was there.
        recorded_frames: in the running or last recording.
        recording_missed: frames that the encoder could not take in that recording.
    """

    camera_fps: float = 0.0
    detector_fps: float = 0.0
    delay_ms: float = 0.0
    dropped: int = 0
    skipped: int = 0
    recorded_frames: int = 0
    recording_missed: int = 0


@dataclass(frozen=True)
class RecordingStatus:
    """A running recording.

    Attributes:
        path: the file.
        seconds: its length so far.
        bytes: its size so far.
        frames: pictures in it.
        missed: pictures that the encoder could not take.
        seconds_left: until the disk is full at this rate; None while unknown.
    """

    path: Path
    seconds: float
    bytes: int
    frames: int
    missed: int
    seconds_left: float | None


class LivePipeline:
    """One source, shown, detected and recorded live.

    All methods may be called from any one thread (the window's); none waits for the camera or the detector, only
    stop() and stop_recording() wait, for the encoder to finish.

    Args:
        source: iterated on the capture thread; closed by stop().
        detector: None: no boxes until set_detector.
        publish: called on the drawing worker with each finished picture; None: nothing is drawn for a window.
        on_error: called on any worker.
        on_mended: a lost camera gives pictures again.
        on_end: the source has ended by itself.
        sinks: written from the start with every frame, closed by stop().
        loop: a file starts again at its end.
    """

    def __init__(
        self,
        source: Source,
        detector: Detector | None = None,
        *,
        publish: Callable[[Shown], None] | None,
        on_error: Callable[[UserFacingError], None],
        on_mended: Callable[[], None] | None = None,
        on_end: Callable[[], None] | None = None,
        sinks: Sequence[Sink] = (),
        choices: Choices | None = None,
        loop: bool = False,
    ) -> None:
        self.choices = choices or Choices()
        self.view_size_wh: tuple[int, int] | None = None

    def start(self) -> None:
        """Starts the threads; returns at once."""
        raise NotImplementedError

    def stop(self) -> None:
        """Ends the recording, closes the source and joins all threads; a camera that hangs is left behind after 2 s."""
        raise NotImplementedError

    def wait(self, timeout: float | None = None) -> bool:
        """Waits until the source has ended and all of it is detected and written; False after `timeout` seconds."""
        raise NotImplementedError

    def set_detector(self, detector: Detector | None) -> None:
        """From the next frame on. The one replaced is closed as soon as it is free; the last one is left open."""
        raise NotImplementedError

    def pause(self) -> None:
        """Freezes the picture; a file waits, a camera runs on and a recording of it goes on."""
        raise NotImplementedError

    def resume(self) -> None:
        raise NotImplementedError

    @property
    def paused(self) -> bool:
        raise NotImplementedError

    def start_recording(self, path: Path) -> None:
        """Every frame from now on, with its boxes. What goes wrong later comes through on_error.

        Raises:
            RecordingError: the folder cannot be written.
        """
        raise NotImplementedError

    def stop_recording(self) -> RecordingSummary | None:
        """Finishes the file; None if there is no recording, or no frame came."""
        raise NotImplementedError

    @property
    def recording_status(self) -> RecordingStatus | None:
        """None while nothing is recorded."""
        raise NotImplementedError

    def snapshot(self, path: Path) -> Path:
        """Saves the picture last shown, at the source's own size with its boxes, as .png or .jpg.

        Raises:
            RecordingError: it cannot be written.
        """
        raise NotImplementedError

    def stats(self) -> LiveStats:
        raise NotImplementedError
