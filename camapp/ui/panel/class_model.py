"""All classes that a model knows, as a list that is ticked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QCollator,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor

from camapp.live.choices import Language
from camapp.ui.look.theme import Theme
from camapp.ui.panel.swatch import swatch
from detector.modelfile import ModelInfo

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class ClassEntry:
    """A class: its number, its names ("" where there is no Chinese one), and whether the model is weak at it."""

    class_id: int
    name: str
    name_zh: str
    weak: bool


def entries_of(info: ModelInfo) -> list[ClassEntry]:
    """All classes of a model; those that it has mastered are in `classes_on`, or all are where that is empty."""
    chinese = info.class_names_zh or ("",) * len(info.class_names)
    mastered = set(info.classes_on or info.class_names)
    return [
        ClassEntry(i, name, name_zh, name not in mastered)
        for i, (name, name_zh) in enumerate(zip(info.class_names, chinese, strict=True))
    ]


class ClassModel(QAbstractListModel):
    """The classes with their ticks, the mastered ones first, each part by the alphabet.

    Signals:
        ticked: some ticks are others now.
    """

    ticked = Signal()

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._entries: list[ClassEntry] = []
        self._on: set[str] = set()
        self._language: Language = "en"

    @property
    def on(self) -> frozenset[str]:
        """English names of the classes that are ticked."""
        return frozenset(self._on)

    @property
    def names(self) -> frozenset[str]:
        """English names of all."""
        return frozenset(entry.name for entry in self._entries)

    def show_entries(self, entries: Iterable[ClassEntry], on: frozenset[str]) -> None:
        """Another model."""
        self.beginResetModel()
        self._entries = self._sorted(entries)
        self._on = set(on & self.names)
        self.endResetModel()

    def set_language(self, language: Language) -> None:
        """Of the names."""
        if language != self._language:
            self.beginResetModel()
            self._language = language
            self._entries = self._sorted(self._entries)
            self.endResetModel()

    def tick(self, names: Iterable[str], on: bool) -> None:
        """Ticks these classes, or takes their ticks away."""
        self.tick_just(self._on | set(names) if on else self._on - set(names))

    def tick_just(self, names: Iterable[str]) -> None:
        """Ticks these and no others; one signal for all."""
        before, self._on = self._on, set(names)
        if self._on != before:
            if self._entries:
                self.dataChanged.emit(self.index(0), self.index(len(self._entries) - 1))
            self.ticked.emit()

    def entry(self, row: int) -> ClassEntry:
        """Of a row."""
        return self._entries[row]

    def shown_name(self, entry: ClassEntry) -> str:
        """In the window's language."""
        return entry.name_zh if self._language == "zh" and entry.name_zh else entry.name

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._entries)

    def flags(self, index: Index) -> Qt.ItemFlag:
        flag = Qt.ItemFlag
        return flag.ItemIsEnabled | flag.ItemIsSelectable | flag.ItemIsUserCheckable | flag.ItemNeverHasChildren

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        entry = self._entries[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            name = self.shown_name(entry)
            return self.tr("{name} (weak)").format(name=name) if entry.weak else name
        if role == Qt.ItemDataRole.CheckStateRole:
            return Qt.CheckState.Checked if entry.name in self._on else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.DecorationRole:
            return swatch(entry.class_id)
        if role == Qt.ItemDataRole.ForegroundRole and entry.weak:
            return QColor(self._theme.colours.dim)
        if role == Qt.ItemDataRole.ToolTipRole and entry.weak:
            return self.tr(
                "This model is weak at '{name}': on its test pictures it missed too many,\n"
                "or took other things for it. Tick it all the same if you like; expect misses and wrong boxes."
            ).format(name=self.shown_name(entry))
        return None

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole:
            return False
        self.tick((self._entries[index.row()].name,), Qt.CheckState(value) == Qt.CheckState.Checked)
        return True

    def _sorted(self, entries: Iterable[ClassEntry]) -> list[ClassEntry]:
        collator = QCollator()
        return sorted(entries, key=lambda entry: (entry.weak, collator.sortKey(self.shown_name(entry))))


class ClassFilter(QSortFilterProxyModel):
    """Leaves the classes whose English or Chinese name holds the words searched for."""

    def __init__(self, model: ClassModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._words: list[str] = []
        self.setSourceModel(model)

    def search(self, text: str) -> None:
        """Words in any order; empty: all classes."""
        self.beginResetModel()
        self._words = text.casefold().split()
        self.endResetModel()

    def listed(self) -> list[str]:
        """English names of the classes that are left."""
        return [self._model.entry(i).name for i in range(self._model.rowCount()) if self._accepts(i)]

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        return self._accepts(source_row)

    def _accepts(self, row: int) -> bool:
        entry = self._model.entry(row)
        text = f"{entry.name} {entry.name_zh}".casefold()
        return all(word in text for word in self._words)
