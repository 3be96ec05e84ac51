"""The row over the picture: source, model, device, full screen."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from camapp.ui import icons
from camapp.ui.menu_button import MenuButton
from camapp.ui.source_chooser import SourceChooser
from detector.paths import DEFAULT_MODEL


class Toolbar(QWidget):
    """What is looked at, and with what.

    Signals:
        model_chosen: path of a model file; empty for the bundled one.
        model_wanted: the person wants to name a file.
        full_screen_clicked: by mouse.
    """

    model_chosen = Signal(str)
    model_wanted = Signal()
    full_screen_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("toolbar")
        self.source = SourceChooser()
        self.source.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.model = MenuButton("model")
        self.model.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.model.setToolTip(
            self.tr("What finds the objects: the bundled model, or a .safetensors file of your own. Loads in seconds.")
        )
        self.model.setAccessibleName(self.tr("Model"))
        self.model.menu().addAction(self.tr("Bundled model")).triggered.connect(self._choose_bundled)
        self.model.menu().addAction(self.tr("Open model…")).triggered.connect(self.model_wanted)
        self.device = QLabel()
        self.device.setObjectName("dim")
        self.device.setAccessibleName(self.tr("Device"))
        self.device.setToolTip(self.tr("What computes: the device and the engine on it, the fastest that works here"))
        self.full_screen = QToolButton()
        self.full_screen.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.full_screen.setIconSize(QSize(20, 20))
        self.full_screen.setToolTip(self.tr("Picture over the full screen (F11)"))
        self.full_screen.setAccessibleName(self.tr("Full screen"))
        self.full_screen.clicked.connect(self.full_screen_clicked)
        icons.set_icon(self.full_screen, "fullscreen")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.source)
        layout.addWidget(self.model)
        layout.addSpacing(6)
        layout.addWidget(self.device)
        layout.addStretch(1)
        layout.addWidget(self.full_screen)

    def show_model(self, path: str | None, device: str) -> None:
        """Names the model in use, and what computes it."""
        self.model.set_label(Path(path or DEFAULT_MODEL).stem)
        self.model.setAccessibleDescription(self.model.label)
        self.device.setText(device)

    def _choose_bundled(self) -> None:
        self.model_chosen.emit("")
