"""The menu of the app itself: how it looks and speaks, help, and what to send when something is wrong."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from camapp.settings import LanguageChoice, Scheme
from camapp.ui.look import icons
from camapp.ui.words.language import NAMES


class AppMenu(QToolButton):
    """A button with three lines.

    Signals:
        scheme_chosen, language_chosen: a value of Settings.
        welcome_wanted, keys_wanted, entry_wanted, details_wanted, log_wanted, about_wanted, quit_wanted: by their
            entries.
    """

    scheme_chosen = Signal(str)
    language_chosen = Signal(str)
    welcome_wanted = Signal()
    keys_wanted = Signal()
    entry_wanted = Signal()
    details_wanted = Signal()
    log_wanted = Signal()
    about_wanted = Signal()
    quit_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scheme: Scheme = "system"
        self._language: LanguageChoice = "system"
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setIconSize(QSize(20, 20))
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        icons.set_icon(self, "menu")
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(self._fill)
        self.setMenu(menu)
        self.retranslate()

    def retranslate(self) -> None:
        """Says every word anew; the menu does so when it opens."""
        self.setAccessibleName(self.tr("Menu"))
        self.setToolTip(self.tr("Colours, language, help (F10)"))

    def changeEvent(self, event: QEvent) -> None:
        """The language can change."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def show_choices(self, scheme: Scheme, language: LanguageChoice) -> None:
        """Which entries are ticked."""
        self._scheme, self._language = scheme, language

    def _fill(self) -> None:
        menu = self.menu()
        for submenu in menu.findChildren(QMenu):
            submenu.deleteLater()  # clear() takes their entries alone
        menu.clear()
        schemes = {"system": self.tr("As the system"), "light": self.tr("Light"), "dark": self.tr("Dark")}
        self._submenu(menu, self.tr("Colours"), schemes, self._scheme, self._choose_scheme)
        languages = {"system": self.tr("As the system"), **NAMES}
        title = self.tr("Language")
        self._submenu(menu, title if title == "Language" else f"{title} / Language", languages, self._language,
                      self._choose_language)  # fmt: skip
        menu.addSeparator()
        menu.addAction(self.tr("First steps")).triggered.connect(self.welcome_wanted)
        menu.addAction(self.tr("Keys\tF1")).triggered.connect(self.keys_wanted)
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

    def _submenu(
        self, menu: QMenu, title: str, texts: Mapping[Any, str], chosen: str, choose: Callable[[Any], None]
    ) -> None:
        submenu = menu.addMenu(title)
        group = QActionGroup(submenu)
        for key, text in texts.items():
            action = submenu.addAction(text)
            action.setCheckable(True)
            action.setChecked(key == chosen)
            action.setActionGroup(group)
            action.triggered.connect(partial(choose, key))

    def _choose_scheme(self, key: str, _checked: bool = False) -> None:
        self.scheme_chosen.emit(key)

    def _choose_language(self, key: str, _checked: bool = False) -> None:
        self.language_chosen.emit(key)
