"""The best classes of the whole picture, in the place of the table of objects: name, bar, percent."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from camapp.ui.look.theme import Theme, with_steady_digits
from camapp.ui.words.retranslated import Retranslated
from detector.types import Detections

ROWS = 5
ROW, BAR = 44, 6  # pixels: of a row, and of the bar in it
GAP = 12  # between a name and its percent


class BestClasses(Retranslated, QWidget):
    """Five rows at most; each says how sure the model is of a class of the whole picture."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._lines: tuple[tuple[str, float], ...] = ()
        self.setFont(with_steady_digits(self.font()))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)
        self.retranslate()

    @property
    def lines(self) -> tuple[tuple[str, float], ...]:
        """Name and share, 0 to 1, of each row."""
        return self._lines

    def show_classes(self, best: Detections, names: Sequence[str]) -> None:
        """The newest; `names` are those of the classes by id in the window's language, and may be empty."""
        ids = best.class_ids.tolist()[:ROWS]
        said = [names[i] if i < len(names) else best.class_names[i] for i in ids]
        lines = tuple(zip(said, best.scores.tolist()[:ROWS], strict=True))
        if lines != self._lines:
            self._lines = lines
            self.setAccessibleDescription(", ".join(f"{name} {_percent(share)}" for name, share in lines))
            self.update()

    def retranslate(self) -> None:
        """Says everything in the language in use."""
        self.setAccessibleName(self.tr("Best classes of the picture"))
        self.setToolTip(
            self.tr("How sure the model is of each class, averaged over a third of a second. All classes have 100 %.")
        )

    def sizeHint(self) -> QSize:
        """Room for all rows."""
        return QSize(200, ROWS * ROW)

    def minimumSizeHint(self) -> QSize:
        """Room for the best rows."""
        return QSize(120, 3 * ROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The rows that there is room for."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics, colours = self.fontMetrics(), self._theme.colours
        numbers = metrics.horizontalAdvance("100 %")
        for row, (name, share) in enumerate(self._lines[: max(self.height() // ROW, 1)]):
            top = row * ROW
            words = QRectF(0, top, self.width(), ROW - BAR - 10)
            painter.setPen(QColor(colours.dim if row else colours.text))
            end = Qt.AlignmentFlag.AlignBottom
            fitting = metrics.elidedText(name, Qt.TextElideMode.ElideRight, self.width() - numbers - GAP)
            painter.drawText(words, end | Qt.AlignmentFlag.AlignLeft, fitting)
            painter.drawText(words, end | Qt.AlignmentFlag.AlignRight, _percent(share))
            bar = QRectF(0, top + ROW - BAR - 6, self.width(), BAR)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.hover))
            painter.drawRoundedRect(bar, BAR / 2, BAR / 2)
            if round(100 * share):  # a dot beside "0 %" says otherwise
                bar.setWidth(max(bar.width() * share, BAR))
                painter.setBrush(QColor(colours.accent))
                painter.drawRoundedRect(bar, BAR / 2, BAR / 2)
        painter.end()


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
