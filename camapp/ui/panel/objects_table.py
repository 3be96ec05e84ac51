"""The live table "Objects in view": one row an object, sorted as wished, copied to a spreadsheet as it stands."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QLocale, QModelIndex, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QColor,
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from camapp.ui.look.theme import Theme, with_steady_digits
from camapp.ui.panel.object_rows import COLUMNS, NUMBER, as_table, rows_of
from camapp.ui.panel.objects_model import ObjectsModel
from camapp.ui.words.retranslated import Retranslated
from detector.types import Detections


class ObjectsTable(Retranslated, QTableView):
    """The table; a row and its box light up together.

    Signals:
        hovered: number of the object under the mouse, or None.
        chosen: frozenset of the numbers of the objects whose rows were chosen by hand.
        copied: how many rows are now on the clipboard.
    """

    hovered = Signal(object)
    chosen = Signal(object)
    copied = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = ObjectsModel(theme)
        self._theme = theme
        self._chosen: frozenset[int] = frozenset()
        self._names: Sequence[str] = ()
        self._newest: tuple[Detections, Sequence[int]] = (Detections.empty(0), ())
        self._by_hand = True  # False while the program changes the selection
        self.setModel(self._rows)
        self.setFont(with_steady_digits(self.font()))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self._copy_action = QAction(self)
        self._copy_action.triggered.connect(self.copy)
        self.addAction(self._copy_action)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self._set_up_header()
        self.entered.connect(self._enter)
        self.selectionModel().selectionChanged.connect(self._choose)
        theme.changed.connect(self.viewport().update)
        self.retranslate()

    def _set_up_header(self) -> None:
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(20)
        self._fit()
        self.setColumnHidden(NUMBER, True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setSortIndicatorClearable(True)
        self.setSortingEnabled(True)

    def _fit(self) -> None:
        """Rows and columns that suit the font, which is another one in another language."""
        metrics, header = QFontMetrics(self.font()), self.horizontalHeader()
        self.verticalHeader().setDefaultSectionSize(metrics.height() + 10)
        header.resizeSection(1, metrics.horizontalAdvance("0.00") + 30)
        for column in range(2, COLUMNS):
            header.resizeSection(column, metrics.horizontalAdvance("0000") + 13)

    def retranslate(self) -> None:
        """Says everything in the language in use."""
        self.setAccessibleName(self.tr("Objects in view"))
        self._copy_action.setText(self.tr("Copy") + "\t" + QKeySequence(QKeySequence.StandardKey.Copy).toString())
        self._rows.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, COLUMNS - 1)

    def changeEvent(self, event: QEvent) -> None:
        """Another font, as another language brings one."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Less than half a row at the lower edge is a sliver, and nothing that can be read: it is left out."""
        super().paintEvent(event)
        view = self.viewport()
        last = self.rowAt(view.height() - 1)
        top = self.rowViewportPosition(last) if last >= 0 else 0
        if 0 < view.height() - top < self.rowHeight(last) / 2:
            painter = QPainter(view)
            painter.fillRect(0, top, view.width(), view.height() - top, QColor(self._theme.colours.panel))
            painter.end()

    # --- what is shown

    def show_objects(self, detections: Detections, keys: Sequence[int]) -> None:
        """Fills in the newest numbers."""
        self._newest = detections, keys
        self._by_hand = False
        self._rows.show_rows(rows_of(detections, keys, self._names, self._rows.centre))
        self._by_hand = True
        if self._chosen - self._selected():
            self._select()  # one that was missed for a moment is here again

    def set_names(self, names: Sequence[str]) -> None:
        """Class names by id, in the window's language."""
        self._names = names
        self.show_objects(*self._newest)

    def set_centre(self, centre: bool) -> None:
        """Coordinates of the boxes' centres, or of their top-left corners."""
        if centre != self._rows.centre:
            self._rows.centre = centre
            self._rows.headerDataChanged.emit(Qt.Orientation.Horizontal, 2, 3)
            self.show_objects(*self._newest)

    def set_numbered(self, numbered: bool) -> None:
        """With the numbers that objects keep from picture to picture, or without."""
        if numbered != self._rows.numbered:
            self._rows.numbered = numbered
            self.setColumnHidden(NUMBER, not numbered)
            if self.sort_order[0] == NUMBER:
                self.sort_by(None, False)

    def row_texts(self) -> list[tuple[str, ...]]:
        """What the table says, row by row."""
        return [row.texts[: len(self._rows.headings())] for row in self._rows.rows]

    def highlight(self, hovered: int | None, chosen: frozenset[int]) -> None:
        """Marks the rows of these objects."""
        if hovered != self._rows.hovered:
            self._rows.hovered = hovered
            self.viewport().update()
        if chosen != self._chosen:
            self._chosen = chosen
            self._select()
            rows = [i for i, row in enumerate(self._rows.rows) if row.key in chosen]
            if rows:
                self.scrollTo(self._rows.index(rows[0], 0))

    @property
    def sort_order(self) -> tuple[int | None, bool]:
        """The column that sorts, and whether it does so from large to small; None: oldest object first."""
        header = self.horizontalHeader()
        column = header.sortIndicatorSection()
        descending = header.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder
        return (column, descending) if 0 <= column < COLUMNS else (None, False)

    def sort_by(self, column: int | None, descending: bool) -> None:
        """As by a click on the heading."""
        order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        known = column is not None and 0 <= column < len(self._rows.headings())
        self.horizontalHeader().setSortIndicator(column if known and column is not None else -1, order)

    # --- what the person does

    def copy(self) -> None:
        """The chosen rows, or all if none is, onto the clipboard, with headings."""
        rows = [row for row in self._rows.rows if row.key in self._chosen] or self._rows.rows
        text = as_table(rows, self._rows.headings(), QLocale.system().decimalPoint())
        QGuiApplication.clipboard().setText(text)
        self.copied.emit(len(rows))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+C copies whole rows; Qt's own would copy one cell."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the mouse."""
        super().leaveEvent(event)
        self.hovered.emit(None)

    def _selected(self) -> frozenset[int]:
        return frozenset(self._rows.rows[index.row()].key for index in self.selectionModel().selectedRows())

    def _select(self) -> None:
        """Without a signal: this is how the window tells us."""
        selection = QItemSelection()
        for i, row in enumerate(self._rows.rows):
            if row.key in self._chosen:
                selection.select(self._rows.index(i, 0), self._rows.index(i, COLUMNS - 1))
        self._by_hand = False
        self.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self._by_hand = True

    def _enter(self, index: QModelIndex) -> None:
        self.hovered.emit(self._rows.rows[index.row()].key)

    def _choose(self, _selected: QItemSelection, _deselected: QItemSelection) -> None:
        if self._by_hand and self._selected() != self._chosen:
            self._chosen = self._selected()
            self.chosen.emit(self._chosen)
