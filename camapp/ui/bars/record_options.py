"""How recordings are made and where they go: a small menu beside the record button."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from camapp.settings import Quality, RecordingChoices
from camapp.ui.look import icons


class RecordOptions(QToolButton):
    """Says where recordings go, and changes it.

    Signals:
        quality_chosen: a value of settings.Quality.
        clean_chosen: (bool) the picture without boxes, and these in a file beside it.
        folder_wanted, name_wanted, open_wanted: another folder or name is wished for; the folder is to be shown.
    """

    quality_chosen = Signal(str)
    clean_chosen = Signal(bool)
    folder_wanted = Signal()
    name_wanted = Signal()
    open_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices = RecordingChoices()
        self._folder = Path()
        self._running = False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setIconSize(QSize(18, 18))
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        icons.set_icon(self, "gear")
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(self._fill)
        self.setMenu(menu)
        self.retranslate()

    def retranslate(self) -> None:
        """Says every word anew; the menu does so when it opens."""
        self.setAccessibleName(self.tr("How to record"))
        self.setToolTip(
            self.tr("Quality, place and name of recordings.\nThey go to {folder}").format(folder=self._folder)
        )

    def changeEvent(self, event: QEvent) -> None:
        """The language can change."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def show_choices(self, choices: RecordingChoices, folder: Path) -> None:
        """What is chosen, and the folder that comes of it."""
        self._choices, self._folder = choices, folder
        self.retranslate()

    def show_running(self, running: bool) -> None:
        """What runs keeps its quality until it ends."""
        self._running = running

    def _fill(self) -> None:
        menu = self.menu()
        menu.clear()
        if self._running:
            menu.addAction(self.tr("For the next recording:")).setEnabled(False)
        qualities: dict[Quality, tuple[str, str]] = {
            "small": (self.tr("Small file"), self.tr("About half the size; fine detail is blurred")),
            "normal": (self.tr("Normal quality"), self.tr("Hardly to be told from the camera's picture")),
            "best": (self.tr("Best quality"), self.tr("About twice the size, and more computing time")),
        }
        group = QActionGroup(menu)
        for quality, (text, tip) in qualities.items():
            action = menu.addAction(text)
            action.setToolTip(tip)
            action.setCheckable(True)
            action.setChecked(quality == self._choices.quality)
            action.setActionGroup(group)
            action.triggered.connect(partial(self._choose_quality, quality))
        menu.addSeparator()
        clean = menu.addAction(self.tr("Clean picture, boxes in a file beside it"))
        clean.setToolTip(
            self.tr("The video shows no boxes; a file of the same name (.jsonl) has them for every picture")
        )
        clean.setCheckable(True)
        clean.setChecked(self._choices.clean)
        clean.triggered.connect(self.clean_chosen)
        menu.addSeparator()
        menu.addAction(self.tr("Folder: {folder}").format(folder=self._folder)).setEnabled(False)
        menu.addAction(self.tr("Another folder…")).triggered.connect(self.folder_wanted)
        menu.addAction(self.tr("Show the folder")).triggered.connect(self.open_wanted)
        name = menu.addAction(self.tr("Name: {name} and the time…").format(name=self._choices.name))
        name.setToolTip(self.tr("What the names of recordings and pictures begin with"))
        name.triggered.connect(self.name_wanted)

    def _choose_quality(self, quality: Quality, _checked: bool = False) -> None:
        self.quality_chosen.emit(quality)
