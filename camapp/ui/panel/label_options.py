"""What stands beside a box, and how large: parts of the label, whether objects are followed, lines, size of text."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from camapp.live.choices import LABEL_PARTS, Choices, LabelPart
from camapp.ui.panel.slider_row import SliderRow
from camapp.ui.words.retranslated import Retranslated

LEAST, MOST = 50, 300  # percent of the usual size


@dataclass(frozen=True)
class LabelChoice:
    """Fields of Choices under the same names."""

    label: tuple[LabelPart, ...] = Choices().label
    centre: bool = False
    line_scale: float = 1.0
    text_scale: float = 1.0
    follow: bool = False
    steady: bool = True


class LabelOptions(Retranslated, QWidget):
    """Ticks for the parts of a label, following objects and steady boxes, two places to measure from, two sliders.

    Signals:
        changed: LabelChoice, by the person's hand.
    """

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parts: dict[LabelPart, QCheckBox] = {part: QCheckBox() for part in LABEL_PARTS}
        self.follow, self.steady = QCheckBox(), QCheckBox()
        self.corner, self.centre = QRadioButton(), QRadioButton()
        self._places = QButtonGroup(self)
        self._places.addButton(self.corner)
        self._places.addButton(self.centre)
        self._measured = QLabel()
        self.line = SliderRow(LEAST, MOST, 100, 25, _percent)
        self.text = SliderRow(LEAST, MOST, 100, 25, _percent)
        ticks = QGridLayout()
        ticks.setContentsMargins(0, 0, 0, 0)
        ticks.setHorizontalSpacing(12)
        ordered = *self.parts.values(), self.follow, self.steady  # following beside the number, which comes of it
        for i, box in enumerate(ordered):
            ticks.addWidget(box, i // 2, i % 2)
        ticks.setColumnStretch(0, 1)
        ticks.setColumnStretch(1, 1)
        places = QHBoxLayout()
        places.setSpacing(12)
        places.addWidget(self._measured)
        places.addWidget(self.corner)
        places.addWidget(self.centre)
        places.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 4)
        layout.setSpacing(6)
        layout.addLayout(ticks)
        layout.addLayout(places)
        layout.addWidget(self.line)
        layout.addWidget(self.text)
        self.set_value(LabelChoice())
        self.parts["id"].toggled.connect(self._number_ticked)
        self.follow.toggled.connect(self._follow_ticked)
        for box in (*self.parts.values(), self.follow, self.steady):
            box.clicked.connect(self._say)
        self.corner.clicked.connect(self._say)
        self.centre.clicked.connect(self._say)
        self.line.moved.connect(self._say)
        self.text.moved.connect(self._say)
        self.retranslate()

    @property
    def value(self) -> LabelChoice:
        """As it is set."""
        return LabelChoice(
            tuple(part for part, box in self.parts.items() if box.isChecked()),
            self.centre.isChecked(),
            self.line.slider.sliderPosition() / 100,
            self.text.slider.sliderPosition() / 100,
            self.follow.isChecked(),
            self.steady.isChecked(),
        )

    def set_value(self, value: LabelChoice) -> None:
        """Sets it, without a signal."""
        for part, box in self.parts.items():
            box.setChecked(part in value.label)
        self.follow.setChecked(value.follow)
        self.steady.setChecked(value.steady)
        (self.centre if value.centre else self.corner).setChecked(True)
        self.line.slider.setValue(round(value.line_scale * 100))
        self.text.slider.setValue(round(value.text_scale * 100))

    def retranslate(self) -> None:
        """Says everything in the language in use."""
        names: dict[LabelPart, tuple[str, str]] = {
            "class": (self.tr("Class"), self.tr("What the object is")),
            "confidence": (self.tr("Confidence"), self.tr("How sure the detector is, 0 to 1")),
            "xy": (self.tr("Place, x y"), self.tr("Where the box is, in pixels of the source")),
            "wh": (self.tr("Size, w×h"), self.tr("Width and height of the box, in pixels of the source")),
            "id": (
                self.tr("Number"),
                self.tr(
                    "The object's own number, where objects are followed from picture to picture; in the table, too"
                ),
            ),
        }
        here = self.tr("Stands beside each box, in the window and in recordings. Fewer parts hide less of the picture.")
        for part, (name, meaning) in names.items():
            self.parts[part].setText(name)
            self.parts[part].setToolTip(f"{meaning}.\n{here}")
        self.follow.setText(self.tr("Follow objects"))
        self.follow.setToolTip(
            self.tr(
                "Each object keeps a number from picture to picture, for labels, tables and recorded data;\n"
                "a new source or a jump in a file begins again at 1. It costs under 1 ms a picture with 20 objects,\n"
                "and some seconds of the processor once, when it is first switched on."
            )
        )
        self.steady.setText(self.tr("Steady boxes"))
        self.steady.setToolTip(
            self.tr(
                "Boxes neither shake nor blink, and move along between two looks of the detector; what it misses\n"
                "for a moment, up to a quarter of a second, is drawn on, dashed. This is so in the window, in its\n"
                "table and in videos; data files always hold the boxes as they were found.\n"
                "It costs under 1 ms a picture."
            )
        )
        self._measured.setText(self.tr("Measured at"))
        self.corner.setText(self.tr("corner"))
        self.corner.setToolTip(self.tr("x and y are those of the box's top-left corner, in labels and in the table"))
        self.centre.setText(self.tr("centre"))
        self.centre.setToolTip(
            self.tr(
                "x and y are those of the box's centre, in labels and in the table.\n"
                "Files always have the corner, so that they can be compared."
            )
        )
        self.line.set_text(
            self.tr("Lines"),
            self.tr("How thick the boxes are drawn, in the window and in recordings. It costs no time."),
            self.tr("Thickness of lines"),
        )
        self.text.set_text(
            self.tr("Text"),
            self.tr("How large the labels are, in the window and in recordings. Larger ones hide more of the picture."),
            self.tr("Size of text"),
        )

    def _number_ticked(self, on: bool) -> None:
        """A number comes of being followed, so the one is ticked and cleared with the other."""
        if on:
            self.follow.setChecked(True)

    def _follow_ticked(self, on: bool) -> None:
        if not on:
            self.parts["id"].setChecked(False)

    def _say(self, _value: object = None) -> None:
        self.changed.emit(self.value)


def _percent(value: int) -> str:
    return f"{value} %"
