"""The objects in view as a Qt model: rows come, go and move one by one, so that selection and scrolling stay."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QBrush, QColor

from camapp.ui.look.theme import Theme
from camapp.ui.panel.object_rows import COLUMNS, Row, in_order
from camapp.ui.panel.swatch import swatch

Index = QModelIndex | QPersistentModelIndex


class ObjectsModel(QAbstractTableModel):
    """Rows for the view, in the order asked for.

    Attributes:
        rows: as they stand.
        hovered: key of the row that lights up.
        centre: whether x and y are those of the centre.
        numbered: whether the last column, with the objects' numbers, is wanted.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.rows: list[Row] = []
        self.hovered: int | None = None
        self.centre = False
        self.numbered = False
        self._theme = theme
        self._order: tuple[int | None, bool] = (None, False)  # column, descending

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Takes the newest rows."""
        ordered = in_order(rows, *self._order, [row.key for row in self.rows])
        wanted = {row.key for row in ordered}
        for i in reversed(range(len(self.rows))):
            if self.rows[i].key not in wanted:
                self.beginRemoveRows(QModelIndex(), i, i)
                del self.rows[i]
                self.endRemoveRows()
        here = {row.key for row in self.rows}
        fresh = [row for row in ordered if row.key not in here]
        if fresh:
            self.beginInsertRows(QModelIndex(), len(self.rows), len(self.rows) + len(fresh) - 1)
            self.rows.extend(fresh)
            self.endInsertRows()
        self._arrange(ordered)
        if ordered:
            self.dataChanged.emit(self.index(0, 0), self.index(len(ordered) - 1, COLUMNS - 1))

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """By a column; -1: oldest object first."""
        self._order = (None if column < 0 else column, order == Qt.SortOrder.DescendingOrder)
        self._arrange(in_order(self.rows, *self._order))

    def _arrange(self, ordered: list[Row]) -> None:
        """Puts the same rows into this order; whatever points at a row follows it."""
        if [row.key for row in self.rows] == [row.key for row in ordered]:
            self.rows = ordered
            return
        self.layoutAboutToBeChanged.emit()
        place = {row.key: i for i, row in enumerate(ordered)}
        before = self.persistentIndexList()
        after = [self.index(place[self.rows[index.row()].key], index.column()) for index in before]
        self.rows = ordered
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def headings(self) -> tuple[str, ...]:
        """Of the columns wanted, in full."""
        x, y = ("cx", "cy") if self.centre else ("x", "y")
        number = (self.tr("no."),) if self.numbered else ()
        return (self.tr("class"), self.tr("confidence"), x, y, "w", "h", *number)

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else COLUMNS

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation != Qt.Orientation.Horizontal or section >= len(self.headings()):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.tr("conf") if section == 1 else self.headings()[section]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self.headings()[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        if role == Qt.ItemDataRole.ToolTipRole:
            clicks = self.tr("Click: sort by it; again: the other way round; again: as they came")
            return f"{self._meaning(section)}\n{clicks}"
        return None

    def _meaning(self, section: int) -> str:
        return (
            self.tr("What it is"),
            self.tr("Confidence, 0 to 1"),
            self.tr("Centre from the left, in pixels of the source")
            if self.centre
            else self.tr("Left edge, in pixels of the source"),
            self.tr("Centre from the top, in pixels of the source")
            if self.centre
            else self.tr("Top edge, in pixels of the source"),
            self.tr("Width, in pixels of the source"),
            self.tr("Height, in pixels of the source"),
            self.tr("The object's own number, which it keeps from picture to picture"),
        )[section]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row, column = self.rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return row.texts[column]
        if role == Qt.ItemDataRole.ToolTipRole and column == 0:
            return row.name  # where it is too long for the column
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.DecorationRole and column == 0:
            return swatch(row.class_id)
        if role == Qt.ItemDataRole.BackgroundRole and row.key == self.hovered:
            return QBrush(QColor(self._theme.colours.hover))
        return None


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter
