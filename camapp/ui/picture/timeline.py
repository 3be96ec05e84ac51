"""Where in a file the picture is: a line to move along, a step back, a step on, and the time."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QStyle, QToolButton, QWidget

from camapp.live.live_stats import LiveStats
from camapp.ui.look import icons
from camapp.ui.look.theme import with_steady_digits
from camapp.ui.words.retranslated import Retranslated

PER_SECOND = 1000  # steps of the line


class SeekSlider(QSlider):
    """Goes at once to where it is clicked."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Takes the handle there, too, so that it can be drawn on."""
        if event.button() == Qt.MouseButton.LeftButton:
            span, at = self.width(), round(event.position().x())
            self.setSliderDown(True)
            self.setSliderPosition(QStyle.sliderValueFromPosition(self.minimum(), self.maximum(), at, span))
        super().mousePressEvent(event)


class Timeline(Retranslated, QWidget):
    """Hidden while a camera or a single picture is in view.

    Signals:
        sought: time of the file in seconds.
        stepped: pictures on (+) or back (-).
    """

    sought = Signal(float)
    stepped = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.back, self.forward = self._button("step-back"), self._button("step-forward")
        self.slider = SeekSlider(Qt.Orientation.Horizontal)
        self.slider.setMinimumHeight(24)
        self.slider.setSingleStep(PER_SECOND)
        self.slider.setPageStep(10 * PER_SECOND)
        self.time = QLabel()
        self.time.setFont(with_steady_digits(self.time.font()))
        self.time.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for widget in (self.back, self.forward):
            layout.addWidget(widget)
        layout.addWidget(self.slider, 1)
        layout.addWidget(self.time)
        self.back.clicked.connect(self.step_back)
        self.forward.clicked.connect(self.step_forward)
        self.slider.sliderMoved.connect(self._seek)
        self.slider.actionTriggered.connect(self._act)
        self.retranslate()
        self.hide()

    def retranslate(self) -> None:
        """Says every word anew."""
        self.back.setToolTip(self.tr("One picture back, and stop there (,)"))
        self.back.setAccessibleName(self.tr("One picture back"))
        self.forward.setToolTip(self.tr("One picture on, and stop there (.)"))
        self.forward.setAccessibleName(self.tr("One picture on"))
        self.slider.setToolTip(self.tr("Where the picture is in the file; click or draw to go elsewhere"))
        self.slider.setAccessibleName(self.tr("Place in the file"))
        self.time.setToolTip(self.tr("Time of this picture, length of the file, and the picture's number from 0"))
        self.time.setAccessibleName(self.tr("Time in the file"))

    def show_place(self, seekable: bool, stats: LiveStats | None) -> None:
        """Where the file is; the line stays under the hand that moves it."""
        self.setVisible(seekable and stats is not None and stats.frame_count != 1)
        if stats is None or stats.position_s is None:
            return
        length_s = stats.duration_s or stats.position_s
        self.slider.setMaximum(max(round(length_s * PER_SECOND), 1))
        is_last = stats.frame_count is not None and stats.frame_number == stats.frame_count - 1
        if not self.slider.isSliderDown():  # the last picture begins before the end, but nothing comes after it
            self.slider.setValue(self.slider.maximum() if is_last else round(stats.position_s * PER_SECOND))
        number = "" if stats.frame_number is None else f"  #{stats.frame_number}"
        widest = f"{exact_clock(length_s)} / {exact_clock(length_s)}  #{stats.frame_count or 0}"
        self.time.setMinimumWidth(self.time.fontMetrics().horizontalAdvance(widest) + 4)  # nothing beside it moves
        self.time.setText(f"{exact_clock(stats.position_s)} / {exact_clock(length_s)}{number}")

    def step_back(self) -> None:
        """One picture."""
        self.stepped.emit(-1)

    def step_forward(self) -> None:
        """One picture."""
        self.stepped.emit(1)

    def _act(self, action: int) -> None:
        """By key or click, not by the hand that draws, which sliderMoved tells of."""
        if action != QSlider.SliderAction.SliderMove.value:
            self._seek(self.slider.sliderPosition())

    def _seek(self, value: int) -> None:
        self.sought.emit(value / PER_SECOND)

    def _button(self, icon_name: str) -> QToolButton:
        button = QToolButton()
        button.setIconSize(QSize(18, 18))
        button.setAutoRepeat(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        icons.set_icon(button, icon_name)
        return button


def exact_clock(seconds: float) -> str:
    """01:02.5, or 1:01:02.5 from an hour on."""
    tenths = int(seconds * 10 + 1e-6)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    text = f"{minutes:02}:{rest // 10:02}.{rest % 10}"
    return f"{hours}:{text}" if hours else text
