"""The menu of the app itself: how it looks and speaks, help, and what to send when something is wrong."""

from __future__ import annotations

import sys

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from camapp.settings import LanguageChoice, Scheme
from camapp.ui.bars.menu_button import IconMenuButton
from camapp.ui.bars.menus import Choice, add_choices, empty
from camapp.ui.words.language import NAMES


class AppMenu(IconMenuButton):
    """A button with three lines.

    Signals:
        scheme_chosen, language_chosen: a value of Settings.
        welcome_wanted, keys_wanted, delay_wanted, entry_wanted, details_wanted, log_wanted, about_wanted, quit_wanted:
            by their entries.
    """

    scheme_chosen = Signal(str)
    language_chosen = Signal(str)
    welcome_wanted = Signal()
    keys_wanted = Signal()
    delay_wanted = Signal()
    entry_wanted = Signal()
    details_wanted = Signal()
    log_wanted = Signal()
    about_wanted = Signal()
    quit_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("menu", 20, parent)
        self._scheme: Scheme = "system"
        self._language: LanguageChoice = "system"
        self.retranslate()

    def retranslate(self) -> None:
        """Says every word anew; the menu does so when it opens."""
        self.setAccessibleName(self.tr("Menu"))
        self.setToolTip(self.tr("Colours, language, help (F10)"))

    def show_choices(self, scheme: Scheme, language: LanguageChoice) -> None:
        """Which entries are ticked."""
        self._scheme, self._language = scheme, language

    def fill(self) -> None:
        """Makes the menu anew."""
        menu = empty(self.menu())
        as_system = Choice("system", self.tr("As the system"))
        schemes = (as_system, Choice("light", self.tr("Light")), Choice("dark", self.tr("Dark")))
        add_choices(menu.addMenu(self.tr("Colours")), schemes, self._scheme, self.scheme_chosen.emit)
        languages = (as_system, *(Choice(key, name) for key, name in NAMES.items()))
        title = self.tr("Language")
        submenu = menu.addMenu(title if title == "Language" else f"{title} / Language")
        add_choices(submenu, languages, self._language, self.language_chosen.emit)
        menu.addSeparator()
        menu.addAction(self.tr("First steps")).triggered.connect(self.welcome_wanted)
        menu.addAction(self.tr("Keys\tF1")).triggered.connect(self.keys_wanted)
        delay = menu.addAction(self.tr("Measure the delay…"))
        delay.setToolTip(
            self.tr("How old the picture is that you see: the camera looks at a changing square for five seconds")
        )
        delay.triggered.connect(self.delay_wanted)
        if sys.platform != "darwin":  # there, programs are kept in the Dock
            entry = menu.addAction(self.tr("Add to the applications menu"))
            entry.setToolTip(self.tr("So that camapp starts from the system's menu, with its icon"))
            entry.triggered.connect(self.entry_wanted)
        menu.addSeparator()
        copy = menu.addAction(self.tr("Copy details for a report"))
        copy.setToolTip(
            self.tr("Versions, device, camera and the last errors, to paste into a report; no picture, no password")
        )
        copy.triggered.connect(self.details_wanted)
        log = menu.addAction(self.tr("Show the log file"))
        log.setToolTip(self.tr("Faults with all that a developer needs; it stays on this computer"))
        log.triggered.connect(self.log_wanted)
        menu.addAction(self.tr("About camapp")).triggered.connect(self.about_wanted)
        menu.addSeparator()
        menu.addAction(self.tr("Quit\tCtrl+Q")).triggered.connect(self.quit_wanted)
