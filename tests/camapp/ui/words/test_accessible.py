from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QAbstractSpinBox, QApplication, QComboBox, QWidget
from pytestqt.qtbot import QtBot

from camapp.ui.main_window import MainWindow

INNER = ("qt_", "ScrollLeftButton", "ScrollRightButton")  # parts that Qt makes and names itself


def controls(window: MainWindow) -> list[QWidget]:
    """All that a person can press, move or choose with, in the window and its dialogs."""
    kinds = (QAbstractButton, QAbstractSlider, QComboBox, QAbstractSpinBox)
    found = [widget for kind in kinds for widget in window.findChildren(kind)]
    return [
        widget
        for widget in found
        if not widget.objectName().startswith(INNER)
        and widget.metaObject().className() not in ("QScrollBar", "QTableCornerButton", "QLineEditIconButton")
        and not (widget.parentWidget() is not None and isinstance(widget.parentWidget(), QComboBox | QAbstractSpinBox))
    ]


def test_every_control_has_a_name_and_says_what_it_does(qtbot: QtBot, window: MainWindow) -> None:
    window.help.show_keys()
    silent = []
    for widget in controls(window):
        name = widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")
        if widget in (window.bar.button, window.bar.second_button):  # their words come with a message
            continue
        needs_tip = widget is not window.help.card.button
        if not name or (needs_tip and not widget.toolTip()):
            silent.append(
                f"{widget.metaObject().className()} {widget.objectName()} in {widget.parentWidget()}: {name!r}"
            )
    assert silent == []


def test_every_button_is_reached_by_tab(window: MainWindow) -> None:
    unreachable = [
        f"{type(widget).__name__} {widget.accessibleName()}"
        for widget in controls(window)
        if widget.isVisible() and widget.isEnabled() and not widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]
    assert unreachable == []


def test_words_are_said_anew_when_the_language_changes(window: MainWindow) -> None:
    for widget in controls(window):
        if widget.toolTip():
            widget.setProperty("tip", widget.toolTip())
            widget.setToolTip("stale")
    for widget in (window, window.cameras):
        QApplication.sendEvent(widget, QEvent(QEvent.Type.LanguageChange))
    stale = [f"{type(w).__name__} {w.property('tip')}" for w in controls(window) if w.toolTip() == "stale"]
    assert stale == []
