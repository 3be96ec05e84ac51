"""A camera's own settings: exposure, focus, white balance, gain and what else it has."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from camapp.live.camera.controls import CameraControl
from camapp.ui.look.theme import with_steady_digits
from camapp.ui.panel.slider_row import CalmSlider
from camapp.ui.words.retranslated import Retranslated

translate = QCoreApplication.translate  # by this name lupdate finds it
LEAST_VALUE = "0000"  # sliders under each other end at one line, whatever their figures


class ControlRows(Retranslated, QWidget):
    """One row a control; those that an automatic holds are grey until it is off.

    Signals:
        set_wanted: (CameraControl, value).
        automatic_wanted: all as the maker meant it.
    """

    set_wanted = Signal(object, int)
    automatic_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controls: list[CameraControl] = []
        self.rows: dict[str, QWidget] = {}  # by the driver's name
        self._values: dict[str, QLabel] = {}  # of the sliders
        self.back = QPushButton()
        self.back.clicked.connect(self.automatic_wanted)
        self._empty = QLabel()
        self._empty.setObjectName("dim")
        self._empty.setWordWrap(True)
        self._form = QFormLayout()
        self._form.setHorizontalSpacing(12)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 8, 0)  # the scroll bar beside the figures
        layout.addWidget(self._empty)
        layout.addLayout(self._form)
        layout.addWidget(self.back, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addStretch(1)
        self.retranslate()

    def retranslate(self) -> None:
        """Says every word anew."""
        self.back.setText(self.tr("All back to automatic"))
        self.back.setToolTip(
            self.tr("Exposure, focus and colours by the camera itself, the rest as the maker meant it")
        )
        self._empty.setText(self.tr("This camera tells of no settings of its own."))
        self._build()

    def show_controls(self, controls: list[CameraControl]) -> None:
        """Those of the camera, as they stand now."""
        same = [c.id for c in controls] == [c.id for c in self._controls]
        self._controls = controls
        if same:
            self._refresh()
        else:
            self._build()

    def _build(self) -> None:
        while self._form.rowCount():
            self._form.removeRow(0)
        self.rows, self._values = {}, {}
        for control in self._controls:
            row = self._row(control)
            name = name_of(control)
            row.setAccessibleName(name)
            row.setToolTip(self.tr("{name}: the camera's own setting, usually {value}").format(
                name=control.name, value=control.default))  # fmt: skip
            if isinstance(row, CalmSlider):
                self._form.addRow(name, self._with_value(control, row))
            else:
                self._form.addRow(name, row)
            self.rows[control.name] = row
        self._empty.setVisible(not self._controls)
        self.back.setVisible(bool(self._controls))
        self._refresh()

    def _row(self, control: CameraControl) -> QWidget:
        if control.kind == "boolean":
            tick = QCheckBox()
            tick.toggled.connect(partial(self._say_tick, control))
            return tick
        if control.kind == "menu":
            choice = QComboBox()
            for value, text in control.choices:
                choice.addItem(_entry(text), value)
            choice.activated.connect(partial(self._say_choice, control, choice))
            return choice
        slider = CalmSlider(Qt.Orientation.Horizontal)
        slider.setRange(0, max((control.maximum - control.minimum) // control.step, 1))
        slider.setMinimumHeight(24)
        slider.valueChanged.connect(partial(self._say_slide, control))
        return slider

    def _with_value(self, control: CameraControl, slider: CalmSlider) -> QHBoxLayout:
        """The slider, and the driver's own figure at its right."""
        value = QLabel()
        value.setFont(with_steady_digits(value.font()))
        value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        widest = max(str(control.minimum), str(control.maximum), key=len)
        value.setMinimumWidth(max(value.fontMetrics().horizontalAdvance(text) for text in (widest, LEAST_VALUE)))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(slider, 1)
        row.addWidget(value)
        self._values[control.name] = value
        return row

    def _refresh(self) -> None:
        for control in self._controls:
            row = self.rows[control.name]
            row.blockSignals(True)
            if isinstance(row, QCheckBox):
                row.setChecked(bool(control.value))
            elif isinstance(row, QComboBox):
                row.setCurrentIndex(row.findData(control.value))
            elif isinstance(row, CalmSlider) and not row.isSliderDown():
                row.setValue((control.value - control.minimum) // control.step)
                self._values[control.name].setNum(control.value)
            row.blockSignals(False)
            row.setEnabled(control.active or control.automatic_id is not None)

    def _say_tick(self, control: CameraControl, checked: bool) -> None:
        self.set_wanted.emit(control, int(checked))

    def _say_choice(self, control: CameraControl, choice: QComboBox, _index: int) -> None:
        self.set_wanted.emit(control, int(choice.currentData()))

    def _say_slide(self, control: CameraControl, steps: int) -> None:
        value = control.minimum + steps * control.step
        self._values[control.name].setNum(value)
        self.set_wanted.emit(control, value)


def name_of(control: CameraControl) -> str:
    """What it is about, in the window's language; the driver's own name where we have none."""
    names = {
        "exposure": translate("controls", "Exposure"),
        "exposure_priority": translate("controls", "Slower in low light"),
        "focus": translate("controls", "Focus"),
        "white_balance": translate("controls", "White balance"),
        "gain": translate("controls", "Gain"),
        "brightness": translate("controls", "Brightness"),
        "contrast": translate("controls", "Contrast"),
        "saturation": translate("controls", "Saturation"),
        "hue": translate("controls", "Hue"),
        "gamma": translate("controls", "Gamma"),
        "power_line": translate("controls", "Flicker of lamps"),
        "sharpness": translate("controls", "Sharpness"),
        "backlight": translate("controls", "Backlight"),
        "zoom": translate("controls", "Zoom"),
        "pan": translate("controls", "Pan"),
        "tilt": translate("controls", "Tilt"),
    }
    name = names.get(control.group, control.name)
    return translate("controls", "{name}, automatic").format(name=name) if control.is_automatic else name


def _entry(text: str) -> str:
    """An entry of a driver's menu, in the window's language where it is one that webcams have."""
    entries = {
        "Auto": translate("controls", "Auto"),
        "Auto Mode": translate("controls", "Auto Mode"),
        "Manual Mode": translate("controls", "Manual Mode"),
        "Shutter Priority Mode": translate("controls", "Shutter Priority Mode"),
        "Aperture Priority Mode": translate("controls", "Aperture Priority Mode"),
        "Disabled": translate("controls", "Disabled"),
    }
    return entries.get(text, text)
