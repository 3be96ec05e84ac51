"""Puts into words what the session reports: each matter has one topic in the bar, and one button that mends it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, QUrl
from PySide6.QtGui import QDesktopServices

from camapp.errors import SettingsError
from camapp.live.recording.recorder import RecordingSummary
from camapp.ui.bars.controls import clock, megabytes
from camapp.ui.model_desk import ModelDesk
from camapp.ui.picture.message_bar import Message, MessageBar
from camapp.ui.session import LiveSession
from camapp.ui.words.messages import Mend, joined, mend_of, mend_text, sentence
from detector.errors import DeviceError, OutputError, UserFacingError
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
    """What the window says in its bar.

    Topics: "settings", "source", "end", "model", "engine", "naming"; "output": recordings and pictures that fail,
    "done": those that were made.
    """

    def __init__(
        self, bar: MessageBar, session: LiveSession, models: ModelDesk, remedies: Remedies, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._bar = bar
        self._session, self._models = session, models
        self._said: dict[str, Callable[[], Message]] = {}  # how each topic's message is made, in any language
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
        self._naming_timer = QTimer(self, interval=DONE_MS, singleShot=True)
        self._naming_timer.timeout.connect(self._clear_naming)
        session.opening.connect(self._say_nothing_of_source)
        session.failed.connect(self.say_error)
        session.mended.connect(self._say_nothing_of_source)
        session.ended.connect(self._say_end)
        session.left_end.connect(self._say_nothing_of_end)
        session.stood_in.connect(self._say_stand_in)
        models.failed.connect(self._say_model_failed)
        models.names_pictures.connect(self._say_names_pictures)
        models.loaded.connect(self._say_model_loaded)
        models.engine_trouble.connect(self._say_engine)
        session.recordings.changed.connect(self._clear_done)  # the one before is no news any more
        session.recordings.finished.connect(self._say_recorded)
        session.recordings.snapped.connect(self._say_snapped)

    def say_error(self, error: UserFacingError) -> None:
        """A fault of the source, the detector, a recording or the settings."""
        topic, kind = "source", "danger"
        if isinstance(error, OutputError):
            topic = "output"
        elif isinstance(error, SettingsError):
            topic, kind = "settings", "warning"
        elif error.code == "detection_failed":
            topic = "model"
        self._say(topic, partial(self._error, error, kind))

    def say(self, topic: str, make: Callable[[], Message]) -> None:
        """Something of another part of the window; `make` is called again when the language changes."""
        self._say(topic, make)

    def say_done(self, text: Callable[[], str]) -> None:
        """Something went well; goes by itself."""
        self._say("done", lambda: Message(text(), "good"))
        self._done_timer.start()

    def retranslate(self) -> None:
        """Says what is in the bar in the new language."""
        for topic, make in self._said.items():
            if self._bar.has(topic):
                self._bar.replace(topic, make())

    def _say(self, topic: str, make: Callable[[], Message]) -> None:
        self._said[topic] = make
        self._bar.say(topic, make())

    def _error(self, error: UserFacingError, kind: str, more: str = "") -> Message:
        mend = mend_of(error)
        return Message(joined(sentence(error), more), kind, mend_text(mend), self._actions[mend])

    def _say_stand_in(self, reason: UserFacingError) -> None:
        spec, name = self._session.spec, self._session.source_name

        def make() -> Message:
            until = self.tr("Until then you see '{name}'.").format(name=name)
            if spec == str(CLIP):
                until = self.tr("Until then you see the bundled clip.")
            return self._error(reason, "info" if reason.code == "no_camera" else "warning", until)

        self._say("source", make)

    def _say_model_failed(self, error: UserFacingError, works: bool) -> None:
        def make() -> Message:
            if works:
                return self._error(error, "warning", self.tr("The one before goes on working."))
            return self._error(error, "danger", self.tr("The picture goes on without it."))

        self._say("model", make)

    def _say_model_loaded(self, instead_of: UserFacingError | None) -> None:
        self._bar.clear("model")
        self._clear_naming()
        if instead_of is not None:
            model = self._models.model

            def make() -> Message:
                until = self.tr("Until then the bundled model works.")
                if isinstance(instead_of, DeviceError):
                    until = self.tr("Until then it computes in the form that is the fastest here.")
                elif model is not None:
                    until = self.tr("Until then '{name}' finds the objects.").format(name=Path(model).stem)
                return self._error(instead_of, "warning", until)

            self._say("model", make)

    def _say_engine(self, trouble: UserFacingError | None) -> None:
        if trouble is None:
            self._bar.clear("engine")
        else:
            self._say("engine", partial(self._error, trouble, "warning"))

    def _say_names_pictures(self, name: str) -> None:
        def make() -> Message:
            text = self.tr("'{name}' names the whole picture: you see its five best classes.").format(name=name)
            return Message(text, "info", self.tr("Name each box instead"), self._models.name_boxes_instead)

        self._say("naming", make)
        self._naming_timer.start()

    def _say_end(self) -> None:
        info, name = self._session.source_info, self._session.source_name
        if info is None or info.frame_count != 1:  # a single picture stays; it has no end to speak of
            self._say(
                "end",
                lambda: Message(
                    self.tr("This is the end of '{name}'.").format(name=name),
                    "info",
                    self.tr("Play again"),
                    self._session.open_again,
                ),
            )

    def _say_recorded(self, summary: RecordingSummary) -> None:
        def make() -> Message:
            text = self.tr("Recorded: {name}, {length}, {size}.").format(
                name=summary.path.name, length=clock(round(summary.seconds)), size=megabytes(summary.bytes)
            )
            return self._done(text, summary.path)

        self._say("done", make)
        self._done_timer.start()

    def _say_snapped(self, path: Path) -> None:
        self._say("done", lambda: self._done(self.tr("Saved: {name}.").format(name=path.name), path))
        self._done_timer.start()

    def _done(self, text: str, path: Path) -> Message:
        return Message(
            text,
            "good",
            self.tr("Open"),
            partial(open_file, path),
            self.tr("Show in folder"),
            partial(show_in_folder, path),
        )

    def _say_nothing_of_source(self, _spec: str = "") -> None:
        self._bar.clear("source")
        self._bar.clear("end")

    def _say_nothing_of_end(self) -> None:
        self._bar.clear("end")

    def _clear_naming(self) -> None:
        self._bar.clear("naming")

    def _clear_done(self) -> None:
        self._bar.clear("done")


def open_file(path: Path) -> None:
    """Shows the file with the program that the system has for it."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


def show_in_folder(path: Path) -> None:
    """Opens the folder in the system's file manager."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))
