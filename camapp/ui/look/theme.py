"""Colours of the window, dark and light, following the system's scheme.

Fusion draws the widgets; the palette and a short style sheet give them their colours and their room.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from detector.paths import RESOURCES

ICONS = RESOURCES / "icons"


@dataclass(frozen=True)
class Colours:
    """One scheme; all values are CSS colours.

    Attributes:
        window, panel, stage: grounds of the window, of what lies on it, and of the picture.
        text, dim, line, hover: writing, lesser writing, edges, what the mouse is over.
        accent, accent_text: what is chosen, and writing on it.
        danger, warning, good: a fault or a running recording, a caution, a success.
    """

    window: str
    panel: str
    stage: str
    text: str
    dim: str
    line: str
    hover: str
    accent: str
    accent_text: str
    danger: str
    warning: str
    good: str


DARK = Colours(
    window="#1d2027",
    panel="#262a33",
    stage="#14161b",
    text="#e9ecf2",
    dim="#a3acbb",
    line="#3a404d",
    hover="#343a47",
    accent="#5aa9ff",
    accent_text="#0b1420",
    danger="#ff6b68",
    warning="#f5b94d",
    good="#5fd08a",
)
LIGHT = Colours(
    window="#f1f3f7",
    panel="#ffffff",
    stage="#dde1e9",
    text="#1b2130",
    dim="#576072",
    line="#ccd2dc",
    hover="#e7ebf2",
    accent="#1565c8",
    accent_text="#ffffff",
    danger="#c62b2b",
    warning="#a86400",
    good="#1d7f47",
)


class Theme(QObject):
    """Puts the scheme on the application and keeps it in step with the system.

    Signals:
        changed: the colours are others now; icons are drawn again.
    """

    changed = Signal()

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._wanted = Qt.ColorScheme.Unknown
        self.colours = LIGHT
        app.setStyle("Fusion")
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._apply)
        self._apply()

    def choose(self, scheme: Qt.ColorScheme) -> None:
        """Dark or light whatever the system says; Unknown follows the system again."""
        self._wanted = scheme
        self._apply()

    def _apply(self) -> None:
        scheme = self._wanted
        if scheme == Qt.ColorScheme.Unknown:
            scheme = QGuiApplication.styleHints().colorScheme()
        self.colours = DARK if scheme == Qt.ColorScheme.Dark else LIGHT
        self._app.setPalette(palette(self.colours))
        self._app.setStyleSheet(style_sheet(self.colours))
        self.changed.emit()


def palette(colours: Colours) -> QPalette:
    """Qt's roles in these colours."""
    roles = QPalette.ColorRole
    made = QPalette()
    for role, colour in {
        roles.Window: colours.window,
        roles.WindowText: colours.text,
        roles.Base: colours.panel,
        roles.AlternateBase: colours.window,
        roles.Text: colours.text,
        roles.Button: colours.panel,
        roles.ButtonText: colours.text,
        roles.BrightText: colours.danger,
        roles.ToolTipBase: colours.panel,
        roles.ToolTipText: colours.text,
        roles.PlaceholderText: colours.dim,
        roles.Highlight: colours.accent,
        roles.HighlightedText: colours.accent_text,
        roles.Accent: colours.accent,
        roles.Link: colours.accent,
        roles.Mid: colours.line,
        roles.Light: colours.hover,
        roles.Midlight: colours.hover,
        roles.Dark: colours.line,
        roles.Shadow: colours.stage,
    }.items():
        made.setColor(role, QColor(colour))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(colours.line).lighter(130))
    return made


def style_sheet(colours: Colours) -> str:
    """Room, round corners and a focus that can be seen; what Fusion has no palette role for."""
    return f"""
QWidget#toolbar, QWidget#controls {{ background: {colours.window}; }}
QWidget#side {{ background: {colours.panel}; border: 1px solid {colours.line}; border-radius: 8px; }}
QFrame#rule {{ background: {colours.line}; border: none; }}
QLabel#heading {{ font-weight: 600; }}
QLabel#dim {{ color: {colours.dim}; }}
QToolTip {{ background: {colours.panel}; color: {colours.text}; border: 1px solid {colours.line}; padding: 4px; }}
QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
QPushButton {{
  background: {colours.panel}; border: 1px solid {colours.line}; border-radius: 6px; padding: 6px 12px;
}}
QPushButton:hover {{ background: {colours.hover}; }}
QPushButton:pressed {{ background: {colours.line}; }}
QPushButton:focus {{ border: 2px solid {colours.accent}; padding: 5px 11px; }}
QPushButton:disabled {{ color: {colours.dim}; background: {colours.window}; }}
QPushButton[recording="true"] {{ border-color: {colours.danger}; color: {colours.danger}; }}
QPushButton::menu-indicator {{ image: none; width: 0; }}
QToolButton {{ background: transparent; border: 2px solid transparent; border-radius: 6px; padding: 4px; }}
QToolButton:hover {{ background: {colours.hover}; }}
QToolButton:focus {{ border-color: {colours.accent}; }}
QMenu {{
  background: {colours.panel}; color: {colours.text}; border: 1px solid {colours.line}; padding: 4px;
}}
QMenu::item {{ padding: 6px 24px 6px 10px; border-radius: 4px; }}
QMenu::icon {{ padding-left: 8px; }}
QMenu::item:selected {{ background: {colours.hover}; }}
QMenu::item:disabled {{ color: {colours.dim}; }}
QMenu::separator {{ height: 1px; background: {colours.line}; margin: 4px 8px; }}
QToolButton::menu-indicator {{ image: none; width: 0; }}
QSlider::groove:horizontal {{ height: 4px; background: {colours.line}; border-radius: 2px; }}
QSlider::sub-page:horizontal {{ background: {colours.accent}; border-radius: 2px; }}
QSlider::handle:horizontal {{
  background: {colours.panel}; border: 2px solid {colours.accent}; width: 12px; margin: -6px 0; border-radius: 8px;
}}
QSlider::handle:horizontal:hover, QSlider::handle:horizontal:focus {{ background: {colours.accent}; }}
QTableView {{ background: transparent; border: none; selection-background-color: {colours.hover};
  selection-color: {colours.text}; }}
QTableView:focus {{ border: 1px solid {colours.accent}; border-radius: 4px; }}
QHeaderView {{ background: transparent; }}
QHeaderView::section {{
  background: transparent; color: {colours.dim}; padding: 4px 3px;
  border: none; border-bottom: 1px solid {colours.line};
}}
QToolButton#section {{ font-weight: 600; padding: 3px 0; text-align: left; }}
QPushButton#small {{ padding: 4px 8px; }}
QPushButton#small:focus {{ padding: 3px 7px; }}
QScrollArea#lower, QWidget#lower {{ background: transparent; }}
QLineEdit, QListView {{
  background: {colours.window}; border: 1px solid {colours.line}; border-radius: 6px; padding: 3px; outline: none;
  selection-background-color: {colours.hover}; selection-color: {colours.text};
}}
QLineEdit {{ padding: 5px 6px; selection-background-color: {colours.accent}; selection-color: {colours.accent_text}; }}
QLineEdit:focus, QListView:focus {{ border-color: {colours.accent}; }}
QListView::item {{ padding: 3px 2px; }}
QListView::item:selected, QListView::item:hover {{ background: {colours.hover}; color: {colours.text}; }}
QComboBox, QSpinBox {{
  background: {colours.panel}; border: 1px solid {colours.line}; border-radius: 6px; padding: 4px 8px;
  selection-background-color: {colours.accent}; selection-color: {colours.accent_text};
}}
QSpinBox {{ padding: 4px 0; qproperty-alignment: AlignCenter; }}
QComboBox:hover {{ background: {colours.hover}; }}
QComboBox:focus, QSpinBox:focus {{ border-color: {colours.accent}; }}
QComboBox:disabled, QSpinBox:disabled {{ color: {colours.dim}; background: {colours.window}; }}
QComboBox::drop-down {{ border: none; width: 24px; }}
QComboBox::down-arrow {{ image: url("{drawing("down", colours)}"); width: 14px; height: 14px; }}
QComboBox QAbstractItemView {{
  background: {colours.panel}; color: {colours.text}; border: 1px solid {colours.line}; padding: 3px;
  selection-background-color: {colours.hover}; selection-color: {colours.text};
}}
QSpinBox::up-button, QSpinBox::down-button {{ border: none; background: transparent; width: 18px; }}
QSpinBox::up-button:hover, QSpinBox::down-button:hover {{ background: {colours.hover}; }}
QSpinBox::up-arrow {{ image: url("{drawing("up", colours)}"); width: 10px; height: 10px; }}
QSpinBox::down-arrow {{ image: url("{drawing("down", colours)}"); width: 10px; height: 10px; }}
QCheckBox, QRadioButton {{ spacing: 7px; border: 1px solid transparent; border-radius: 4px; padding: 1px; }}
QCheckBox:focus, QRadioButton:focus {{ border-color: {colours.accent}; }}
QCheckBox::indicator, QListView::indicator {{
  width: 14px; height: 14px; border: 1px solid {colours.dim}; border-radius: 4px; background: {colours.panel};
}}
QCheckBox::indicator:checked, QListView::indicator:checked {{
  background: {colours.accent}; border-color: {colours.accent}; image: url("{drawing("check", colours)}");
}}
QRadioButton::indicator {{
  width: 14px; height: 14px; border: 1px solid {colours.dim}; border-radius: 8px; background: {colours.panel};
}}
QRadioButton::indicator:checked {{
  width: 6px; height: 6px; border: 5px solid {colours.accent}; background: {colours.accent_text};
}}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar::handle:vertical {{ background: {colours.line}; min-height: 28px; border-radius: 4px; margin: 1px; }}
QScrollBar::handle:vertical:hover {{ background: {colours.dim}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
"""


def drawing(name: str, colours: Colours) -> str:
    """`resources/icons/NAME-dark.svg` or `-light.svg` as a style sheet's address, as it colours no drawings."""
    return (ICONS / f"{name}-{'dark' if colours == DARK else 'light'}.svg").as_posix()


def with_steady_digits(font: QFont) -> QFont:
    """The same font with digits of equal width, so that changing numbers do not jump."""
    steady = QFont(font)
    tag = QFont.Tag.fromString("tnum")
    if tag is not None:
        steady.setFeature(tag, 1)
    return steady
