"""How the pictures of a source are turned, mirrored and cropped."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QWidget,
)

from camapp.live.reading.transform import SMALLEST_CROP
from camapp.settings import CameraSettings
from camapp.ui.words.retranslated import Retranslated

MOST_PIXELS = 20_000
FIELD_HEIGHT = 30  # as high as a button
TURNS = (0, 90, 180, 270)


class TurnForm(Retranslated, QWidget):
    """Mirror, turn, crop; all coordinates are of the picture that comes of it.

    Signals:
        changed: dict of fields of CameraSettings, by the person's hand.
        draw_wanted: the crop is to be drawn on the picture.

    Attributes:
        form: its rows, to which others may be added.
    """

    changed = Signal(object)
    draw_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_showing = False
        self.mirror, self.rotate = QCheckBox(), QComboBox()
        self.mirror.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.draw, self.whole = QPushButton(), QPushButton()
        for turn in TURNS:
            self.rotate.addItem("", turn)
        self.crop = tuple(QSpinBox() for _ in range(4))
        row = QHBoxLayout()
        row.setSpacing(4)
        for box in self.crop:
            box.setMinimumHeight(FIELD_HEIGHT)
            box.setRange(0, MOST_PIXELS)
            box.setKeyboardTracking(False)
            box.setSingleStep(10)
            row.addWidget(box, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.draw)
        buttons.addWidget(self.whole)
        buttons.addStretch(1)
        self.rotate.setMinimumHeight(FIELD_HEIGHT)
        self._rotate_name, self._crop_name = QLabel(), QLabel()
        for name in (self._rotate_name, self._crop_name):
            name.setMinimumHeight(FIELD_HEIGHT)  # else it stands higher than its field
        self._rotate_name.setBuddy(self.rotate)
        self._crop_name.setBuddy(self.crop[0])
        self.form = QFormLayout(self)
        self.form.setContentsMargins(0, 0, 0, 0)
        self.form.setHorizontalSpacing(12)
        self.form.addRow(self._rotate_name, self.rotate)
        self.form.addRow("", self.mirror)
        self.form.addRow(self._crop_name, row)
        self.form.addRow("", buttons)
        self.mirror.toggled.connect(self._say_mirror)
        self.rotate.activated.connect(self._say_rotate)
        self.draw.clicked.connect(self.draw_wanted)
        self.whole.clicked.connect(self._say_whole)
        for box in self.crop:
            box.valueChanged.connect(self._say_crop)
        self.retranslate()

    def retranslate(self) -> None:
        """Says every word anew."""
        self.mirror.setText(self.tr("Mirror left and right"))
        self.mirror.setToolTip(self.tr("As in a mirror; coordinates and recordings follow"))
        self._rotate_name.setText(self.tr("Turn"))
        self.rotate.setToolTip(self.tr("For a camera that hangs sideways or upside down; costs next to nothing"))
        self.rotate.setAccessibleName(self.tr("Turn the picture"))
        turns = (self.tr("Not at all"), self.tr("90° to the right"), self.tr("Upside down"), self.tr("90° to the left"))
        for i, text in enumerate(turns):
            self.rotate.setItemText(i, text)
        self._crop_name.setText(self.tr("Crop"))
        tip = self.tr("Left, top, width and height of the part that is used, in pixels; small objects in it are found")
        names = (self.tr("Crop: left"), self.tr("Crop: top"), self.tr("Crop: width"), self.tr("Crop: height"))
        for box, name, prefix in zip(self.crop, names, ("x ", "y ", "w ", "h "), strict=True):
            box.setPrefix(prefix)
            box.setAccessibleName(name)
            box.setToolTip(tip)
        self.draw.setText(self.tr("Draw on the picture"))
        self.draw.setToolTip(self.tr("Draw the part with the mouse; the whole picture is shown meanwhile"))
        self.whole.setText(self.tr("Whole picture"))
        self.whole.setToolTip(self.tr("Crops nothing"))

    def show_settings(self, settings: CameraSettings, size_wh: tuple[int, int] | None) -> None:
        """What is chosen; `size_wh` is of the picture in view, which an empty crop shows; None: it is not in view."""
        self._is_showing = True
        self.mirror.setChecked(settings.mirror)
        self.rotate.setCurrentIndex(TURNS.index(settings.rotate))
        for box, value in zip(self.crop, settings.crop_xywh or (0, 0, *(size_wh or (0, 0))), strict=True):
            box.setValue(value)
        self.whole.setEnabled(settings.crop_xywh is not None)
        self.draw.setEnabled(size_wh is not None)
        self._is_showing = False

    def _say_mirror(self, mirror: bool) -> None:
        self._say(mirror=mirror)

    def _say_rotate(self, index: int) -> None:
        self._say(rotate=TURNS[index], crop_xywh=None)  # the part that was chosen lies elsewhere now

    def _say_crop(self, _value: int) -> None:
        x, y, width, height = (box.value() for box in self.crop)
        if min(width, height) >= SMALLEST_CROP:
            self._say(crop_xywh=(x, y, width, height))
            self.whole.setEnabled(True)

    def _say_whole(self) -> None:
        self._say(crop_xywh=None)

    def _say(self, **fields: object) -> None:
        if not self._is_showing:
            self.changed.emit(fields)
