"""Recordings and snapshots: where they go, what they are called, and that they begin and end when they should."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from camapp.live.pipeline import RecordingOptions
from camapp.settings import Quality
from camapp.ui.bars import dialogs, folders
from camapp.ui.bars.controls import Controls
from camapp.ui.memory import Memory
from camapp.ui.session import LiveSession
from camapp.ui.words.announcer import show_in_folder

UNFIT = re.compile(r'[<>:"/\\|?*\x00-\x1f]+')  # in file names of one system or another


class OutputDesk(QWidget):
    """Connects the row under the picture with the session; itself it shows nothing.

    Signals:
        folder_changed: recordings and pictures go elsewhere from now on.
    """

    folder_changed = Signal()

    def __init__(self, session: LiveSession, controls: Controls, memory: Memory, parent: QWidget) -> None:
        super().__init__(parent)
        self.hide()
        self._session, self._controls, self._memory = session, controls, memory
        options = controls.options
        options.quality_chosen.connect(self.choose_quality)
        options.clean_chosen.connect(self.choose_clean)
        options.folder_wanted.connect(self.ask_folder)
        options.name_wanted.connect(self.ask_name)
        options.open_wanted.connect(self.show_folder)
        memory.changed.connect(self._show_choices)
        self._show_choices()

    @property
    def recordings(self) -> Path:
        """The folder of recordings."""
        chosen = self._memory.settings.recording.folder
        return Path(chosen) if chosen else folders.recordings_folder()

    @property
    def pictures(self) -> Path:
        """The folder of snapshots."""
        chosen = self._memory.settings.recording.pictures
        return Path(chosen) if chosen else folders.pictures_folder()

    def toggle_recording(self) -> None:
        """Begins a recording, or finishes it."""
        recordings = self._session.recordings
        if not self._controls.record.isEnabled() or recordings.is_starting or recordings.is_ending:
            return  # what was asked for a moment ago comes first
        if recordings.status is None:
            chosen = self._memory.settings.recording
            path = folders.stamped(self.recordings, ".mp4", chosen.name)
            recordings.start(path, RecordingOptions(chosen.quality, chosen.clean))
        else:
            recordings.stop()

    def save_snapshot(self) -> None:
        """Saves the picture in view."""
        if self._controls.snapshot.isEnabled():
            name = self._memory.settings.recording.name
            self._session.recordings.snap(folders.stamped(self.pictures, ".png", name))

    def ask_folder(self) -> None:
        """Asks where recordings and pictures go from now on."""
        title = self.tr("Choose a folder for recordings and pictures")
        dialogs.ask_folder(self.window(), title, self.set_folder, self.recordings)

    def set_folder(self, folder: str) -> None:
        """Recordings and pictures go there."""
        self._memory.keep_recording(folder=folder, pictures=folder)
        self.folder_changed.emit()

    def ask_name(self) -> None:
        """Asks what file names begin with."""
        dialogs.ask_text(
            self.window(),
            self.tr("Name of recordings"),
            self.tr("Names begin with this; date and time follow:"),
            self._memory.settings.recording.name,
            self.set_name,
        )

    def set_name(self, name: str) -> None:
        """File names begin with it; what no file name may hold is left out."""
        self._memory.keep_recording(name=" ".join(UNFIT.sub(" ", name).split()).strip(" .") or "camapp")

    def show_folder(self) -> None:
        """Shows the folder of the recordings, or the nearest one above that exists."""
        folder = next((place for place in (self.recordings, *self.recordings.parents) if place.is_dir()), Path.home())
        show_in_folder(folder / "any")

    def choose_quality(self, quality: Quality) -> None:
        """From the next recording on."""
        self._memory.keep_recording(quality=quality)

    def choose_clean(self, clean: bool) -> None:
        """From the next recording on."""
        self._memory.keep_recording(clean=clean)

    def _show_choices(self) -> None:
        self._controls.options.show_choices(self._memory.settings.recording, self.recordings)
