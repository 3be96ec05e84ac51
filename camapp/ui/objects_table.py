"""The live table "Objects in view": one row an object, rows that stay in place, digits that do not jump."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QPersistentModelIndex, QRectF, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QFontMetrics, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from camapp.live.overlay import class_colour
from camapp.ui.theme import Theme, with_steady_digits
from detector.types import Detections

SWATCH = 12  # side of the colour patch
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Row:
    """One object in view: its number, class, confidence and box in pixels of the source."""

    key: int
    class_id: int
    name: str
    score: float
    x: float
    y: float
    w: float
    h: float

    @property
    def texts(self) -> tuple[str, ...]:
        """The cells, in the order of the columns."""
        return (self.name, f"{self.score:.2f}", *(f"{value:.0f}" for value in (self.x, self.y, self.w, self.h)))


def rows_of(detections: Detections, keys: tuple[int, ...]) -> list[Row]:
    """One row a box; oldest object first, so that a row stays where it is as long as its object is in view."""
    rows = [
        Row(key, int(class_id), name, float(score), *(float(value) for value in xywh))
        for key, class_id, name, score, xywh in zip(
            keys, detections.class_ids, detections.names, detections.scores, detections.xywh, strict=True
        )
    ]
    return sorted(rows, key=lambda row: row.key)


class ObjectsModel(QAbstractTableModel):
    """Rows for the view; a change of numbers keeps selection and scroll position."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.rows: list[Row] = []
        self.hovered: int | None = None
        self._theme = theme
        self._swatches: dict[int, QPixmap] = {}

    def show_rows(self, rows: list[Row]) -> bool:
        """Takes the new rows. True if other objects are in view than before, so that the selection is lost."""
        others = [row.key for row in rows] != [row.key for row in self.rows]
        if others:
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()
        elif rows:
            self.rows = rows
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, self.columnCount() - 1))
        return others

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else 6

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return (self.tr("class"), self.tr("conf"), "x", "y", "w", "h")[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        if role == Qt.ItemDataRole.ToolTipRole:
            return (
                self.tr("What it is"),
                self.tr("Confidence, 0 to 1"),
                self.tr("Left edge, in pixels of the source"),
                self.tr("Top edge, in pixels of the source"),
                self.tr("Width, in pixels of the source"),
                self.tr("Height, in pixels of the source"),
            )[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row, column = self.rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return row.texts[column]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.DecorationRole and column == 0:
            return self._swatch(row.class_id)
        if role == Qt.ItemDataRole.BackgroundRole and row.key == self.hovered:
            return QBrush(QColor(self._theme.colours.hover))
        return None

    def _swatch(self, class_id: int) -> QPixmap:
        if class_id not in self._swatches:
            self._swatches[class_id] = swatch(class_id)
        return self._swatches[class_id]


class ObjectsTable(QTableView):
    """The table; a row and its box light up together.

    Signals:
        hovered: number of the object under the mouse, or None.
        chosen: number of the object whose row was chosen, or None.
    """

    hovered = Signal(object)
    chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = ObjectsModel(theme)
        self._chosen: int | None = None
        self.setModel(self._rows)
        self.setFont(with_steady_digits(self.font()))
        self.setAccessibleName(self.tr("Objects in view"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(QFontMetrics(self.font()).height() + 10)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(20)
        metrics = QFontMetrics(self.font())
        header.resizeSection(1, metrics.horizontalAdvance("0.00") + 18)
        for column in range(2, 6):
            header.resizeSection(column, metrics.horizontalAdvance("00000") + 8)
        self.entered.connect(self._enter)
        self.selectionModel().currentRowChanged.connect(self._choose)
        theme.changed.connect(self.viewport().update)

    def show_objects(self, detections: Detections, keys: tuple[int, ...]) -> None:
        """Fills in the newest numbers."""
        if self._rows.show_rows(rows_of(detections, keys)):
            self._select(self._chosen)

    def row_texts(self) -> list[tuple[str, ...]]:
        """What the table says, row by row."""
        return [row.texts for row in self._rows.rows]

    def highlight(self, hovered: int | None, chosen: int | None) -> None:
        """Marks the rows of these objects."""
        if hovered != self._rows.hovered:
            self._rows.hovered = hovered
            self.viewport().update()
        if chosen != self._chosen:
            self._chosen = chosen
            self._select(chosen)

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the mouse."""
        super().leaveEvent(event)
        self.hovered.emit(None)

    def _select(self, key: int | None) -> None:
        """Without a signal: this is how the window tells us."""
        model = self.selectionModel()
        model.blockSignals(True)
        model.clear()
        for i, row in enumerate(self._rows.rows):
            if row.key == key:
                self.selectRow(i)
        model.blockSignals(False)
        self.viewport().update()

    def _enter(self, index: QModelIndex) -> None:
        self.hovered.emit(self._rows.rows[index.row()].key)

    def _choose(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if current.isValid():
            self._chosen = self._rows.rows[current.row()].key
            self.chosen.emit(self._chosen)


def swatch(class_id: int) -> QPixmap:
    """A round patch in the colour of the class, sharp up to 200 %."""
    blue, green, red = class_colour(class_id)
    patch = QPixmap(SWATCH * 2, SWATCH * 2)
    patch.setDevicePixelRatio(2)
    patch.fill(Qt.GlobalColor.transparent)
    painter = QPainter(patch)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QColor(red, green, blue))
    painter.setPen(QColor(0, 0, 0, 90))
    painter.drawRoundedRect(QRectF(0.5, 0.5, SWATCH - 1, SWATCH - 1), 3, 3)
    painter.end()
    return patch


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter
