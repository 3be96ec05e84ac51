"""Which classes are shown: search, tick, all, none; those that the model is weak at are marked."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QListView, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from camapp.live.choices import Language
from camapp.ui.look.theme import Theme
from camapp.ui.panel.class_model import ClassFilter, ClassModel, entries_of
from camapp.ui.words.retranslated import Retranslated
from detector.modelfile import ModelInfo

ROWS = 6  # to be seen at once; the rest is scrolled to


class TickView(QListView):
    """A list whose Space key ticks, also where the window has a use for Space, and so does a click on a name.

    It is as high as some whole rows: half a one at the edge would look like a mistake.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row_height = 0
        self.setUniformItemSizes(True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """The same while a search leaves no row."""
        self._row_height = max(self.sizeHintForRow(0), 0) or self._row_height
        margins = self.contentsMargins()
        return QSize(super().sizeHint().width(), ROWS * self._row_height + margins.top() + margins.bottom())

    def minimumSizeHint(self) -> QSize:
        """No less."""
        return self.sizeHint()

    def changeEvent(self, event: QEvent) -> None:
        """Another font, with another language."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()

    def reset(self) -> None:
        """Other rows, or the first ones."""
        super().reset()
        self.updateGeometry()

    def event(self, event: QEvent) -> bool:
        """Claims the key before it becomes the window's shortcut."""
        claims = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Space
        if claims and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Qt ticks by a click on the small square alone."""
        index = self.indexAt(event.position().toPoint())
        before = index.data(Qt.ItemDataRole.CheckStateRole)
        super().mouseReleaseEvent(event)
        unchanged = index.isValid() and index.data(Qt.ItemDataRole.CheckStateRole) == before
        if unchanged and index == self.currentIndex() and event.button() == Qt.MouseButton.LeftButton:
            ticked = Qt.CheckState(before) == Qt.CheckState.Checked
            other = Qt.CheckState.Unchecked if ticked else Qt.CheckState.Checked
            self.model().setData(index, other, Qt.ItemDataRole.CheckStateRole)


class ClassList(Retranslated, QWidget):
    """The list, its search and its buttons.

    Signals:
        changed: frozenset of the English names of the classes ticked, or None where all are; by hand.
    """

    changed = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = ClassModel(theme, self)
        self._filter = ClassFilter(self.model, self)
        self._mastered: frozenset[str] = frozenset()
        self.search = QLineEdit()
        self.search.setClearButtonEnabled(True)
        self.list = TickView()
        self.list.setModel(self._filter)
        self.all, self.none, self.good = QPushButton(), QPushButton(), QPushButton()
        self._nothing = QLabel(self.list.viewport())
        self._nothing.setObjectName("dim")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        over_list = QVBoxLayout(self.list.viewport())
        over_list.addWidget(self._nothing)
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        for button in (self.all, self.none, self.good):
            button.setObjectName("small")
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 4)
        layout.setSpacing(6)
        layout.addWidget(self.search)
        layout.addWidget(self.list)
        layout.addLayout(buttons)
        self.search.textChanged.connect(self._search)
        self.all.clicked.connect(self._tick_all)
        self.none.clicked.connect(self._tick_none)
        self.good.clicked.connect(self._tick_good)
        self.model.ticked.connect(self._say)
        theme.changed.connect(self.list.viewport().update)
        self._search("")
        self.retranslate()

    @property
    def value(self) -> frozenset[str] | None:
        """English names of the classes ticked; None: all."""
        return None if self.model.on == self.model.names else self.model.on

    def show_model(self, info: ModelInfo, wanted: frozenset[str] | None) -> None:
        """Another model's classes.

        Args:
            wanted: ticks that the person made before; None: the model's own choice.
        """
        self._mastered = frozenset(info.classes_on or info.class_names)
        known = wanted & frozenset(info.class_names) if wanted is not None else frozenset()
        self.model.show_entries(entries_of(info), known or (self._mastered if wanted != frozenset() else frozenset()))
        self._search(self.search.text())
        self.good.setVisible(self._mastered != self.model.names)

    def set_language(self, language: Language) -> None:
        """Of the class names."""
        self.model.set_language(language)

    def retranslate(self) -> None:
        """Says everything in the language in use."""
        self.search.setPlaceholderText(self.tr("Search a class"))
        self.search.setAccessibleName(self.tr("Search a class"))
        self.search.setToolTip(
            self.tr("Leaves the classes whose name holds these letters; English and Chinese both work")
        )
        self.list.setAccessibleName(self.tr("Classes"))
        self._nothing.setText(self.tr("No class of that name"))
        self.all.setText(self.tr("All"))
        self.all.setToolTip(self.tr("Tick every class in the list. It costs no time."))
        self.none.setText(self.tr("None"))
        self.none.setToolTip(self.tr("Take the tick from every class in the list, to tick a few by hand"))
        self.good.setText(self.tr("Reliable"))
        self.good.setToolTip(self.tr("Tick just the classes that this model is good at"))

    def _search(self, text: str) -> None:
        self._filter.search(text)
        self._nothing.setVisible(bool(text) and not self._filter.listed())

    def _tick_all(self) -> None:
        self.model.tick(self._filter.listed(), True)

    def _tick_none(self) -> None:
        self.model.tick(self._filter.listed(), False)

    def _tick_good(self) -> None:
        self.model.tick_just(self._mastered)

    def _say(self) -> None:
        self.changed.emit(self.value)
