"""The settings of this person while the window is open: read at the start, kept a moment after each change."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import QObject, QTimer, Signal

from camapp.errors import SettingsError
from camapp.settings import CameraSettings, Settings, add_settings, load_settings
from camapp.ui.jobs import Jobs
from detector.errors import UserFacingError

SETTLE_MS = 600  # a slider that is being moved is written once
WRITE_S = 3.0  # a home on a network may be slow


class Memory(QObject):
    """Holds Settings and writes them on a thread of its own.

    Signals:
        changed: the settings are others now.
        failed: (UserFacingError) they could not be kept; said once.

    Attributes:
        path: the file; None: nothing is read or kept.
        trouble: why the settings could not be read at the start.
    """

    changed = Signal()
    failed = Signal(object)

    def __init__(self, path: Path | None = None, parent: QObject | None = None) -> None:
        """Without a path nothing is read or kept, as in a picture made for the docs."""
        super().__init__(parent)
        self.path = path
        self.settings, self.trouble = Settings(), None
        if path is not None:
            self.settings, self.trouble = load_settings(path)
        self._written = self.settings  # as last in the file, as far as this window knows: another one may write, too
        self._lane = Jobs("settings", self) if path is not None else None
        self._failed_before = False
        self._timer = QTimer(self, interval=SETTLE_MS, singleShot=True)
        self._timer.timeout.connect(self._save)

    settings: Settings
    trouble: SettingsError | None

    @property
    def is_kept(self) -> bool:
        """Whether there is a file; without one every start is the first."""
        return self.path is not None

    def keep(self, **changes: object) -> None:
        """Replaces fields of Settings."""
        self._replace(replace(self.settings, **changes))

    def keep_display(self, **changes: object) -> None:
        """Replaces fields of what is drawn and found."""
        self.keep(display=replace(self.settings.display, **changes))

    def keep_recording(self, **changes: object) -> None:
        """Replaces fields of how recordings are made."""
        self.keep(recording=replace(self.settings.recording, **changes))

    def keep_window(self, **changes: object) -> None:
        """Replaces fields of where the window was."""
        self.keep(window=replace(self.settings.window, **changes))

    def keep_recent(self, spec: str) -> None:
        """The newest of the recent sources."""
        self._replace(self.settings.with_recent(spec))

    def forget_recent(self) -> None:
        """No recent sources."""
        self.keep(recent=())

    def keep_recent_model(self, path: str) -> None:
        """The newest of the models that were opened."""
        self._replace(self.settings.with_recent_model(path))

    def camera(self, spec: str) -> CameraSettings:
        """What was chosen for this source; nothing special if it is new."""
        return self.settings.cameras.get(spec, CameraSettings())

    def keep_camera(self, spec: str, **changes: object) -> None:
        """Replaces fields of what was chosen for this source."""
        changed = replace(self.camera(spec), **changes)
        self.keep(cameras={**self.settings.cameras, spec: changed})

    def close(self) -> None:
        """Writes what is not written yet."""
        if self._lane is not None:
            if self._timer.isActive():
                self._timer.stop()
                self._save()
            self._lane.close(WRITE_S)

    def _replace(self, settings: Settings) -> None:
        if settings != self.settings:
            self.settings = settings
            if self._lane is not None:
                self._timer.start()
            self.changed.emit()

    def _save(self) -> None:
        if self._lane is not None and self.path is not None:
            self._lane.run(partial(self._write, self.settings, self.path), self._saved, self._say_failed)

    def _write(self, settings: Settings, path: Path) -> None:
        """On the lane: what is written next is compared with what was written before it, however slow the disk is."""
        add_settings(settings, self._written, path)
        self._written = settings

    def _saved(self, _result: None) -> None:
        self._failed_before = False

    def _say_failed(self, error: UserFacingError) -> None:
        if not self._failed_before:
            self._failed_before = True
            self.failed.emit(error)
