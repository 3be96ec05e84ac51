"""How recordings are made and where they go: a small menu beside the record button."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from camapp.settings import RecordingChoices
from camapp.ui.bars.menu_button import IconMenuButton
from camapp.ui.bars.menus import Choice, add_choices, add_words, empty


class RecordOptions(IconMenuButton):
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
        super().__init__("gear", 18, parent)
        self._choices = RecordingChoices()
        self._folder = Path()
        self._running = False
        self.retranslate()

    def retranslate(self) -> None:
        """Says every word anew; the menu does so when it opens."""
        self.setAccessibleName(self.tr("How to record"))
        self.setToolTip(
            self.tr("Quality, place and name of recordings.\nThey go to {folder}").format(folder=self._folder)
        )

    def show_choices(self, choices: RecordingChoices, folder: Path) -> None:
        """What is chosen, and the folder that comes of it."""
        self._choices, self._folder = choices, folder
        self.retranslate()

    def show_running(self, running: bool) -> None:
        """What runs keeps its quality until it ends."""
        self._running = running

    def fill(self) -> None:
        """Makes the menu anew."""
        menu = empty(self.menu())
        if self._running:
            add_words(menu, self.tr("For the next recording:"))
        qualities = (
            Choice("small", self.tr("Small file"), self.tr("About half the size; fine detail is blurred")),
            Choice("normal", self.tr("Normal quality"), self.tr("Hardly to be told from the camera's picture")),
            Choice("best", self.tr("Best quality"), self.tr("About twice the size, and more computing time")),
        )
        add_choices(menu, qualities, self._choices.quality, self.quality_chosen.emit)
        menu.addSeparator()
        clean = menu.addAction(self.tr("Clean picture, boxes in a file beside it"))
        clean.setToolTip(
            self.tr("The video shows no boxes; a file of the same name (.jsonl) has them for every picture")
        )
        clean.setCheckable(True)
        clean.setChecked(self._choices.clean)
        clean.triggered.connect(self.clean_chosen)
        menu.addSeparator()
        add_words(menu, self.tr("Folder: {folder}").format(folder=self._folder))
        menu.addAction(self.tr("Another folder…")).triggered.connect(self.folder_wanted)
        menu.addAction(self.tr("Show the folder")).triggered.connect(self.open_wanted)
        name = menu.addAction(self.tr("Name: {name} and the time…").format(name=self._choices.name))
        name.setToolTip(self.tr("What the names of recordings and pictures begin with"))
        name.triggered.connect(self.name_wanted)
