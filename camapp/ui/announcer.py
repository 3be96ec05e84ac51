"""Puts into words what the session reports: each matter has one topic in the bar, and one button that mends it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, QUrl
from PySide6.QtGui import QDesktopServices

from camapp.errors import SettingsError
from camapp.live.recorder import RecordingSummary
from camapp.ui.controls import clock, megabytes
from camapp.ui.message_bar import Message, MessageBar
from camapp.ui.messages import Mend, mend_of, mend_text, sentence
from camapp.ui.session import LiveSession
from detector.errors import OutputError, UserFacingError
from detector.paths import CLIP

DONE_MS = 15_000  # a success needs no answer: its message goes by itself


@dataclass(frozen=True)
class Remedies:
    """What the window can do about a fault."""

    choose_source: Callable[[], object]
    choose_model: Callable[[], object]
    choose_device: Callable[[], object]
    choose_folder: Callable[[], object]
    open_folder: Callable[[], object]


class Announcer(QObject):
    """Topics: "settings", "source", "end", "model"; "output": recordings and pictures that fail, "done": those made."""

    def __init__(self, bar: MessageBar, session: LiveSession, remedies: Remedies, parent: QObject) -> None:
        super().__init__(parent)
        self._bar = bar
        self._session = session
        self._actions: dict[Mend, Callable[[], object] | None] = {
            Mend.NOTHING: None,
            Mend.CHOOSE_SOURCE: remedies.choose_source,
            Mend.TRY_AGAIN: session.open_again,
            Mend.CHOOSE_MODEL: remedies.choose_model,
            Mend.CHOOSE_DEVICE: remedies.choose_device,
            Mend.CHOOSE_FOLDER: remedies.choose_folder,
            Mend.OPEN_FOLDER: remedies.open_folder,
        }
        self._done_timer = QTimer(self, interval=DONE_MS, singleShot=True)
        self._done_timer.timeout.connect(self._clear_done)
        session.opening.connect(self._say_nothing_of_source)
        session.failed.connect(self.say_error)
        session.mended.connect(self._say_nothing_of_source)
        session.ended.connect(self._say_end)
        session.stood_in.connect(self._say_stand_in)
        session.model_failed.connect(self._say_model_failed)
        session.detector_changed.connect(self._say_nothing_of_model)
        session.recorded.connect(self._say_recorded)
        session.snapped.connect(self._say_snapped)

    def say_error(self, error: UserFacingError) -> None:
        """A fault of the source, the detector or a recording."""
        topic = "output" if isinstance(error, OutputError) else "source"
        if isinstance(error, SettingsError):
            topic = "settings"
        if error.code == "detection_failed":
            topic = "model"
        self._say(topic, sentence(error), "warning" if topic == "settings" else "danger", mend_of(error))

    def _say_stand_in(self, reason: UserFacingError) -> None:
        if self._session.spec == str(CLIP):
            until = self.tr("Until then you see the bundled clip.")
        else:
            until = self.tr("Until then you see '{name}'.").format(name=self._session.source_name)
        text = f"{sentence(reason)} {until}"
        self._say("source", text, "info" if reason.code == "no_camera" else "warning", mend_of(reason))

    def _say_model_failed(self, error: UserFacingError) -> None:
        text = f"{sentence(error)} {self.tr('The picture goes on without it.')}"
        self._say("model", text, "danger", mend_of(error))

    def _say_end(self) -> None:
        info = self._session.source_info
        if info is None or info.frame_count != 1:  # a single picture stays; it has no end to speak of
            text = self.tr("This is the end of '{name}'.").format(name=self._session.source_name)
            button = self.tr("Play again")
            self._bar.say("end", Message(text, "info", button, self._session.open_again))

    def _say_recorded(self, summary: RecordingSummary) -> None:
        text = self.tr("Recorded: {name}, {length}, {size}.").format(
            name=summary.path.name, length=clock(round(summary.seconds)), size=megabytes(summary.bytes)
        )
        self._say_done(text, summary.path)

    def _say_snapped(self, path: Path) -> None:
        self._say_done(self.tr("Saved: {name}.").format(name=path.name), path)

    def _say_done(self, text: str, path: Path) -> None:
        self._bar.say("done", Message(text, "good", self.tr("Show in folder"), partial(show_in_folder, path)))
        self._done_timer.start()

    def _say(self, topic: str, text: str, kind: str, mend: Mend) -> None:
        self._bar.say(topic, Message(text, kind, mend_text(mend), self._actions[mend]))

    def _say_nothing_of_source(self, _spec: str = "") -> None:
        self._bar.clear("source")
        self._bar.clear("end")

    def _say_nothing_of_model(self, _detector: object) -> None:
        self._bar.clear("model")

    def _clear_done(self) -> None:
        self._bar.clear("done")


def show_in_folder(path: Path) -> None:
    """Opens the folder in the system's file manager."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))
