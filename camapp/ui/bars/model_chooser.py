"""Which model finds the objects: those that came along, those opened before, any other file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from camapp.ui.bars.catalogue import ModelEntry
from camapp.ui.bars.menu_button import MenuButton
from camapp.ui.bars.menus import Choice, add_choices, add_words, empty
from camapp.ui.words.messages import sentence
from detector.paths import DEFAULT_MODEL


class ModelChooser(MenuButton):
    """Shows the model in use; its menu has the others.

    Signals:
        chosen: path of a model file; empty for the bundled one.
        file_wanted: the person wants to name a file.
        menu_opened: the list should be made anew.
    """

    chosen = Signal(str)
    file_wanted = Signal()
    menu_opened = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("model", parent)
        self._path = ""
        self._entries: list[ModelEntry] | None = None
        self.menu().aboutToShow.connect(self.menu_opened)
        self.retranslate()

    def retranslate(self) -> None:
        """Says every word anew."""
        self.setAccessibleName(self.tr("Model"))
        self.setToolTip(
            self.tr("What finds the objects: a model that came along, or a .safetensors file. Loads in seconds.")
        )

    def show_model(self, path: str | None) -> None:
        """Names the one in use; None or empty: the bundled one."""
        self._path = path or ""
        self.set_label(Path(path or DEFAULT_MODEL).stem)
        self.setAccessibleDescription(self.label)

    def set_models(self, entries: list[ModelEntry]) -> None:
        """Those that can be chosen; an open menu changes at once."""
        if entries != self._entries:
            self._entries = entries
            if self.menu().isVisible():
                self.fill()

    def fill(self) -> None:
        """Makes the menu anew."""
        menu = empty(self.menu())
        if self._entries is None:
            add_words(menu, self.tr("Looking for models…"))
        add_choices(menu, map(self._choice, self._entries or []), self._path, self.chosen.emit)
        menu.addSeparator()
        menu.addAction(self.tr("Open model…")).triggered.connect(self.file_wanted)

    def _choice(self, entry: ModelEntry) -> Choice:
        name = entry.name if entry.path else self.tr("{name} (bundled)").format(name=entry.name)
        return Choice(entry.path, name, self._tip(entry), entry.info is not None)

    def _tip(self, entry: ModelEntry) -> str:
        """Its figures, or why it cannot be used."""
        if entry.info is None:
            return sentence(entry.trouble) if entry.trouble is not None else ""
        lines = [
            self.tr("{backbone}, {count} classes").format(
                backbone=entry.info.backbone, count=len(entry.info.class_names)
            )
        ]
        ap50 = entry.info.measured.get("AP50")
        if isinstance(ap50, float | int):
            lines.append(self.tr("AP50 {value} %").format(value=f"{100 * ap50:.1f}"))
        if entry.path:
            lines.append(entry.path)
        return "\n".join(lines)
