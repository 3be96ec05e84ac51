"""Which model finds the objects, or names the pictures: those that came along, those opened before, any other file."""

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
        names_chosen: path of the model that names each box; empty: none.
        file_wanted: the person wants to name a file.
        menu_opened: the list should be made anew.
    """

    chosen = Signal(str)
    names_chosen = Signal(str)
    file_wanted = Signal()
    menu_opened = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("model", parent)
        self._path, self._names, self._name_boxes = "", "", False
        self._entries: list[ModelEntry] | None = None
        self.menu().aboutToShow.connect(self.menu_opened)
        self.retranslate()

    def retranslate(self) -> None:
        """Says every word anew."""
        self.setAccessibleName(self.tr("Model"))
        self.setToolTip(
            self.tr(
                "What finds the objects, or names the picture: a model that came along, or a .safetensors file."
                " Loads in seconds."
            )
        )

    def show_model(self, path: str | None, names: str | None = None, name_boxes: bool = False) -> None:
        """Names what is in use.

        Args:
            path: what finds boxes; None or empty: the bundled one.
            names: what names pictures; None: nothing.
            name_boxes: it names the boxes; else the whole picture, and nothing finds boxes.
        """
        self._path, self._names, self._name_boxes = path or "", names or "", name_boxes
        used = [Path(path or DEFAULT_MODEL).stem] if name_boxes or not names else []
        self.set_label(" + ".join([*used, *([Path(names).stem] if names else [])]))
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
        entries = self._entries or []
        naming = [entry for entry in entries if entry.info is not None and entry.info.task == "classify"]
        whole = self._names and not self._name_boxes
        finding = [self._choice(entry) for entry in entries if entry not in naming]
        add_choices(menu, finding, None if whole else self._path, self.chosen.emit)
        if naming:
            menu.addSeparator()  # not addSection(): this style does not show its words
            add_words(menu, self.tr("Names the whole picture"))
            add_choices(menu, map(self._choice, naming), self._names if whole else None, self.chosen.emit)
            menu.addSeparator()
            add_words(menu, self.tr("Names each box that is found"))
            none = Choice("", self.tr("No finer names"), self.tr("Boxes have the names that the detector gives them"))
            in_use = None if whole else self._names
            add_choices(menu, [none, *map(self._box_choice, naming)], in_use, self.names_chosen.emit)
        menu.addSeparator()
        menu.addAction(self.tr("Open model…")).triggered.connect(self.file_wanted)

    def _choice(self, entry: ModelEntry) -> Choice:
        name = entry.name if entry.path else self.tr("{name} (bundled)").format(name=entry.name)
        return Choice(entry.path, name, self._tip(entry), entry.info is not None)

    def _box_choice(self, entry: ModelEntry) -> Choice:
        cost = self.tr("Looks at up to four boxes of each picture, which costs some milliseconds a box.")
        return Choice(entry.path, entry.name, f"{self._tip(entry)}\n{cost}")

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
        top1, top5 = (entry.info.measured.get(name) for name in ("top1", "top5"))
        if isinstance(top1, float | int) and isinstance(top5, float | int):
            shares = {"best": f"{100 * top1:.0f}", "five": f"{100 * top5:.0f}"}
            lines.append(self.tr("right at once {best} %, among its best five {five} %").format(**shares))
        if entry.path:
            lines.append(entry.path)
        return "\n".join(lines)
