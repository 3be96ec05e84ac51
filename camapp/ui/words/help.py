"""First steps, keys, what the program is, and what to send when something is wrong."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from camapp.logfile import log_path
from camapp.menu_entry import add_menu_entry
from camapp.ui.bars.toolbar import Toolbar
from camapp.ui.jobs import Jobs
from camapp.ui.look.theme import Theme
from camapp.ui.memory import Memory
from camapp.ui.picture.card import Card, Line
from camapp.ui.session import LiveSession
from camapp.ui.words import details
from camapp.ui.words.announcer import Announcer, show_in_folder

CLOSE_S = 3.0
LICENCE = "Apache-2.0"


class Help(QWidget):
    """Answers the menu's entries; itself it shows nothing but the card."""

    def __init__(
        self,
        session: LiveSession,
        toolbar: Toolbar,
        view: QWidget,
        memory: Memory,
        theme: Theme,
        announcer: Announcer,
        parent: QWidget,
    ) -> None:
        """The card lies over `view`."""
        super().__init__(parent)
        self.hide()
        self._session, self._toolbar, self._memory, self._announcer = session, toolbar, memory, announcer
        self.card = Card(view, theme)
        self.troubles = details.Troubles()
        self._lane = Jobs("help", self)
        menu = toolbar.menu
        menu.welcome_wanted.connect(self.show_welcome)
        menu.keys_wanted.connect(self.show_keys)
        menu.about_wanted.connect(self.show_about)
        menu.entry_wanted.connect(self.add_menu_entry)
        menu.details_wanted.connect(self.copy_details)
        menu.log_wanted.connect(self.show_log)
        session.failed.connect(self.troubles.add)
        session.model_failed.connect(self.troubles.add)
        session.stood_in.connect(self.troubles.add)
        self.card.closed.connect(self._note_read)
        if memory.is_kept and not memory.settings.seen_welcome:
            self.show_welcome()

    def changeEvent(self, event: QEvent) -> None:
        """The language can change."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange and not self.card.isHidden():
            {"welcome": self.show_welcome, "keys": self.show_keys, "about": self.show_about}[self.card.name]()

    def show_welcome(self) -> None:
        """For someone who has never seen the window."""
        lines: list[Line] = [
            ("1", self.tr("Hold something in front of the camera: it gets a box, with its name and its place.")),
            ("2", self.tr("At the right is a list of all that is in view. Click a row or a box: both light up.")),
            ("3", self.tr("At the top left you choose another camera, a film or pictures; or drop a file here.")),
            ("4", self.tr("Below you record a video or save a picture. Each control says on hover what it does.")),
            ("", self.tr("All is computed on this computer. No picture leaves it.")),
        ]
        self.card.show_text("welcome", self.tr("Welcome to camapp"), lines, self.tr("Got it"))

    def show_keys(self) -> None:
        """Everything that a key does."""
        lines: list[Line] = [
            (self.tr("Space"), self.tr("stop the picture, or let it go on")),
            ("R", self.tr("begin or finish a recording")),
            ("S", self.tr("save this picture")),
            (",  .", self.tr("one picture back, one on, in a file")),
            ("+  −  0", self.tr("zoom in, zoom out, the whole picture; the arrows move a zoomed one")),
            ("F11", self.tr("full screen; Esc leaves it")),
            ("Ctrl+O", self.tr("open a file; with Shift, a folder")),
            ("Ctrl+U", self.tr("open a stream")),
            ("Ctrl+K", self.tr("cameras and their settings")),
            ("F10", self.tr("the menu")),
            ("Tab", self.tr("from control to control; Space or Enter presses it")),
            ("Esc", self.tr("close a message")),
            ("Enter", self.tr("use the part of the picture that is being drawn; the arrows move it")),
        ]
        self.card.show_text("keys", self.tr("Keys"), lines, self.tr("Close"))

    def show_about(self) -> None:
        """Version, licence, where things are."""
        lines: list[Line] = [
            ("", self.tr("Every object before the camera boxed, with coordinates, size and class.")),
            (self.tr("Version"), details.version_of("camapp")),
            (self.tr("Licence"), LICENCE),
            (self.tr("Log file"), str(log_path())),
        ]
        if self._memory.path is not None:
            lines.append((self.tr("Settings"), str(self._memory.path)))
        self.card.show_text("about", "camapp", lines, self.tr("Close"))

    def copy_details(self) -> None:
        """Collects them in the background: a camera may take its time to answer."""
        state = details.State(
            source=self._toolbar.source.label,
            model=self._toolbar.model.label,
            device=self._toolbar.device.label,
            size=self._toolbar.size_hw.label,
            stats=self._session.stats(),
            troubles=self.troubles.lines,
        )
        self._lane.run(partial(details.report, state), self._copy, self._announcer.say_error)

    def add_menu_entry(self) -> None:
        """In the background: it writes icons, and calls the desktop's own programs."""
        self._lane.run(add_menu_entry, self._say_added, self._announcer.say_error)

    def show_log(self) -> None:
        """In its folder, as the log file alone says little to most programs."""
        show_in_folder(log_path())

    def close_lane(self) -> None:
        """Joins the thread."""
        self._lane.close(CLOSE_S)

    def _copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self._announcer.say_done(self._copied)

    def _copied(self) -> str:
        return self.tr("The details are on the clipboard: paste them into your report.")

    def _say_added(self, _entry: Path) -> None:
        self._announcer.say_done(self._added)

    def _added(self) -> str:
        return self.tr("camapp is in the applications menu now.")

    def _note_read(self, name: str) -> None:
        if name == "welcome":
            self._memory.keep(seen_welcome=True)
