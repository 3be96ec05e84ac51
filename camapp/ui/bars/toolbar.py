"""The row over the picture: source, model, device, input size, pace, full screen, menu."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from camapp.ui.bars.app_menu import AppMenu
from camapp.ui.bars.device_chooser import DeviceChooser
from camapp.ui.bars.model_chooser import ModelChooser
from camapp.ui.bars.promise_chooser import PromiseChooser
from camapp.ui.bars.size_chooser import SizeChooser
from camapp.ui.bars.source_chooser import SourceChooser
from camapp.ui.look import icons
from camapp.ui.words.retranslated import Retranslated


class Toolbar(Retranslated, QWidget):
    """What is looked at, and with what.

    Signals:
        full_screen_clicked: by mouse.
    """

    full_screen_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("toolbar")
        self.source, self.model = SourceChooser(), ModelChooser()
        self.device, self.size_hw, self.promise = DeviceChooser(), SizeChooser(), PromiseChooser()
        self.menu = AppMenu()
        self.full_screen = QToolButton()
        self.full_screen.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.full_screen.setIconSize(QSize(20, 20))
        self.full_screen.clicked.connect(self.full_screen_clicked)
        icons.set_icon(self.full_screen, "fullscreen")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for chooser in (self.source, self.model, self.device, self.size_hw, self.promise):
            chooser.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
            layout.addWidget(chooser)
        layout.addStretch(1)
        layout.addWidget(self.full_screen)
        layout.addWidget(self.menu)
        self.retranslate()

    def retranslate(self) -> None:
        """Says every word anew."""
        self.full_screen.setToolTip(self.tr("Picture over the full screen (F11)"))
        self.full_screen.setAccessibleName(self.tr("Full screen"))
