"""Recordings and snapshots of the pipeline in view: begun, ended and announced, with all slow work on a lane."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from camapp.live.live_stats import RecordingStatus
from camapp.live.pipeline import LivePipeline, RecordingOptions
from camapp.live.recording.recorder import RecordingSummary
from camapp.ui import pipeline_jobs
from camapp.ui.jobs import Jobs
from detector.errors import UserFacingError


class Recordings(QObject):
    """One recording at a time.

    Signals:
        changed: one began, or could not, or is being finished, or has been.
        finished: (RecordingSummary) a file is whole.
        snapped: (Path) a picture was saved.
        failed: (UserFacingError) a recording or a picture has no place where it could be written.

    Attributes:
        is_starting: one was asked for and has not begun.
        is_ending: what waits for the encoder is being written, up to some seconds on a busy machine.

    Args:
        lane: the session's: what is asked of a pipeline is done in the order asked.
    """

    changed = Signal()
    finished = Signal(object)
    snapped = Signal(object)
    failed = Signal(object)

    def __init__(self, lane: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lane = lane
        self._pipeline: LivePipeline | None = None
        self.is_starting = False
        self.is_ending = False

    def watch(self, pipeline: LivePipeline) -> None:
        """Records from this one from now on."""
        self._pipeline = pipeline

    def let_go(self) -> None:
        """Ends the pipeline; a recording of it is finished and announced."""
        pipeline, self._pipeline, self.is_ending = self._pipeline, None, False
        if pipeline is not None:
            self._lane.run(partial(pipeline_jobs.finish, pipeline), self._announce)

    def start(self, path: Path, options: RecordingOptions | None = None) -> None:
        """Answers by changed, and failed if the place cannot be written."""
        if self._pipeline is not None and not self.is_starting:  # a double click makes one recording, not two
            self.is_starting = True
            work = partial(pipeline_jobs.begin, self._pipeline, path, options or RecordingOptions())
            self._lane.run(work, self._began, self._refused)

    def stop(self) -> None:
        """Answers by finished."""
        if self._pipeline is not None and not self.is_ending:
            self.is_ending = True
            self._lane.run(self._pipeline.stop_recording, self._stopped, self._not_stopped)
            self.changed.emit()

    def stop_at_end(self) -> None:
        """The source has ended: so has the recording, unless the file is begun again meanwhile."""
        if self._pipeline is not None and self.status is not None:
            self._lane.run(partial(pipeline_jobs.end_recording, self._pipeline), self._announce)

    def snap(self, path: Path) -> None:
        """Saves the picture in view; answers by snapped or failed."""
        if self._pipeline is not None:
            self._lane.run(partial(pipeline_jobs.snap, self._pipeline, path), self.snapped.emit, self.failed.emit)

    @property
    def status(self) -> RecordingStatus | None:
        """None while nothing is recorded."""
        return self._pipeline.recording_status if self._pipeline is not None else None

    def _began(self, _path: Path) -> None:
        self.is_starting = False
        self.changed.emit()

    def _refused(self, error: UserFacingError) -> None:
        self.is_starting = False
        self.failed.emit(error)
        self.changed.emit()

    def _stopped(self, summary: RecordingSummary | None) -> None:
        self.is_ending = False
        self.changed.emit()  # first: it takes away what was said of the recording before
        self._announce(summary)

    def _not_stopped(self, error: UserFacingError) -> None:
        self.is_ending = False
        self.changed.emit()
        self.failed.emit(error)

    def _announce(self, summary: RecordingSummary | None) -> None:
        if summary is not None:
            self.finished.emit(summary)
