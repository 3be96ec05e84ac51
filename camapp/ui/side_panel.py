"""The panel at the right: the objects in view, and how sure the detector must be."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from camapp.ui.objects_table import ObjectsTable
from camapp.ui.theme import Theme, with_steady_digits
from detector.types import Detections

WIDTH = 376  # the longest class names of everyday things, and numbers of five digits
LEAST, MOST = 5, 95  # percent: below, the detector gives nothing; above, hardly anything is left


class SidePanel(QWidget):
    """Table, hint and slider.

    Signals:
        score_changed: the least confidence, 0..1, by the person's hand.
    """

    score_changed = Signal(float)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("side")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(WIDTH)
        self.heading = QLabel()
        self.heading.setObjectName("heading")
        self.heading.setFont(with_steady_digits(self.heading.font()))
        self.table = ObjectsTable(theme)
        self._hint = QLabel(self.table.viewport())
        self._hint.setObjectName("dim")
        self._hint.setWordWrap(True)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        hint_layout = QVBoxLayout(self.table.viewport())
        hint_layout.setContentsMargins(24, 24, 24, 24)
        hint_layout.addWidget(self._hint)
        rule = QFrame()
        rule.setObjectName("rule")
        rule.setFixedHeight(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(10)
        layout.addWidget(self.heading)
        layout.addWidget(self.table, 1)
        layout.addWidget(rule)
        layout.addLayout(self._slider_row())
        self.show_hint("")

    def _slider_row(self) -> QHBoxLayout:
        tip = self.tr(
            "Only objects that the detector is at least this sure of are shown, recorded and listed.\n"
            "Lower finds more, and more of it wrongly. It costs no time."
        )
        name = QLabel(self.tr("Confidence"))
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(LEAST, MOST)
        self.slider.setPageStep(5)
        self.slider.setMinimumHeight(24)
        self.slider.setToolTip(tip)
        self.slider.setAccessibleName(self.tr("Least confidence shown"))
        self.value = QLabel()
        self.value.setFont(with_steady_digits(self.value.font()))
        self.value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.value.setMinimumWidth(self.value.fontMetrics().horizontalAdvance("0.00"))
        name.setBuddy(self.slider)
        name.setToolTip(tip)
        self.slider.valueChanged.connect(self._slide)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(name)
        row.addWidget(self.slider, 1)
        row.addWidget(self.value)
        return row

    def set_score(self, score: float) -> None:
        """Moves the slider, as a model's own threshold does."""
        self.slider.setValue(round(score * 100))
        self._slide(self.slider.value())

    def show_objects(self, detections: Detections, keys: tuple[int, ...]) -> None:
        """The newest numbers."""
        self.heading.setText(self.tr("Objects in view ({count})").format(count=len(detections)))
        self.table.show_objects(detections, keys)
        self._hint.setVisible(not len(detections))

    def show_hint(self, text: str) -> None:
        """Empties the table; the words stand in its place."""
        self._hint.setText(text)
        self.show_objects(Detections.empty(0), ())

    def set_hint(self, text: str) -> None:
        """What an empty table says."""
        self._hint.setText(text)

    def _slide(self, percent: int) -> None:
        self.value.setText(f"{percent / 100:.2f}")
        self.score_changed.emit(percent / 100)
