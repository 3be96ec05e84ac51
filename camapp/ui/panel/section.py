"""A part of the side panel that opens and closes under its heading."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

from camapp.ui.look import icons

ARROW = 16  # pixels


class Section(QWidget):
    """A heading that is a button, and what it opens.

    Signals:
        toggled: whether it is open now.
    """

    toggled = Signal(bool)

    def __init__(self, content: QWidget, is_open: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.content = content
        self.heading = QToolButton()
        self.heading.setObjectName("section")
        self.heading.setCheckable(True)
        self.heading.setIconSize(QSize(ARROW, ARROW))
        self.heading.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.heading.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.heading.toggled.connect(self._show_content)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.heading)
        layout.addWidget(content)
        content.setVisible(is_open)
        self.heading.setChecked(is_open)
        self._point()

    @property
    def is_open(self) -> bool:
        """Whether its content is to be seen."""
        return self.heading.isChecked()

    def set_open(self, is_open: bool) -> None:
        """As by a click on the heading."""
        self.heading.setChecked(is_open)

    def set_text(self, text: str, tip: str) -> None:
        """What the heading says, and on hover."""
        self.heading.setText(text)
        self.heading.setToolTip(tip)

    def _show_content(self, is_open: bool) -> None:
        self.content.setVisible(is_open)
        self._point()
        self.toggled.emit(is_open)

    def _point(self) -> None:
        icons.set_icon(self.heading, "chevron" if self.is_open else "chevron-right")
