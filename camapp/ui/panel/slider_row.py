"""A slider with its name, its value and a way back."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from camapp.ui.look import icons
from camapp.ui.look.theme import with_steady_digits

NAME_WIDTH = 84  # sliders under each other begin at one line; "Confidence" fits
VALUE_WIDTH = "100 %"


class CalmSlider(QSlider):
    """Is not moved by the wheel that scrolls past it."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Only the slider that has the focus takes it."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class ValueLabel(QLabel):
    """Has room for the longest value, so that the slider beside it keeps its length."""

    def __init__(self) -> None:
        super().__init__()
        self.setFont(with_steady_digits(self.font()))
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Another font, which this label has later than the row around it."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def _fit(self) -> None:
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance(VALUE_WIDTH))


class SliderRow(QWidget):
    """Name, slider, value, and a button that goes back to the usual value.

    Signals:
        changed: the value, by whomever.
        moved: the value, by the person's hand; also the way back.

    Attributes:
        usual: where the button leads, in the slider's own steps.
    """

    changed = Signal(int)
    moved = Signal(int)

    def __init__(
        self,
        least: int,
        most: int,
        usual: int,
        step: int,
        text_of: Callable[[int], str],
        parent: QWidget | None = None,
    ) -> None:
        """`text_of` says a value for the person."""
        super().__init__(parent)
        self.usual = usual
        self._text_of = text_of
        self.name, self.value = QLabel(), ValueLabel()
        self.slider = CalmSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(least, most)
        self.slider.setPageStep(step)
        self.slider.setMinimumHeight(24)
        self.slider.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.name.setBuddy(self.slider)
        self.name.setMinimumWidth(NAME_WIDTH)
        self.back = QToolButton()
        self.back.setIconSize(QSize(14, 14))
        icons.set_icon(self.back, "reset")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.name)
        row.addWidget(self.slider, 1)
        row.addWidget(self.value)
        row.addWidget(self.back)
        self.slider.valueChanged.connect(self._show_value)
        self.slider.actionTriggered.connect(self._note_move)  # by hand only, never by setValue
        self.back.clicked.connect(self._go_back)
        self.slider.setValue(usual)
        self._show_value(usual)
        self._retranslate_back()

    def set_text(self, name: str, tip: str, accessible: str) -> None:
        """What it is called, and what it does and costs."""
        self.name.setText(name)
        for widget in (self.name, self.slider, self.value):
            widget.setToolTip(tip)
        self.slider.setAccessibleName(accessible)
        self.slider.setAccessibleDescription(tip)

    def set_usual(self, usual: int) -> None:
        """Where the button leads."""
        self.usual = usual
        self._show_value(self.slider.value())

    def changeEvent(self, event: QEvent) -> None:
        """Another language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate_back()

    def _retranslate_back(self) -> None:
        self.back.setToolTip(self.tr("Back to the usual value, {value}").format(value=self._text_of(self.usual)))
        self.back.setAccessibleName(self.back.toolTip())

    def _show_value(self, value: int) -> None:
        self.value.setText(self._text_of(value))
        self.back.setEnabled(value != self.usual)
        self._retranslate_back()
        self.changed.emit(value)

    def _note_move(self, _action: int) -> None:
        self.moved.emit(self.slider.sliderPosition())  # the value follows the position in a moment

    def _go_back(self) -> None:
        self.slider.setValue(self.usual)
        self.slider.setFocus()
        self.moved.emit(self.usual)
