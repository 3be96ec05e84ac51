from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QAbstractSpinBox, QApplication, QComboBox, QWidget
from pytestqt.qtbot import QtBot

from camapp.ui.main_window import MainWindow
from tests.camapp.ui.conftest import MakeWindow

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


def test_the_focus_can_be_seen_on_every_control(qtbot: QtBot, make_window: MakeWindow, tmp_path: Path) -> None:
    path = tmp_path / "one.png"
    cv2.imwrite(str(path), np.full((120, 160, 3), 90, np.uint8))
    window = make_window(path)
    qtbot.waitUntil(lambda: len(window.side.table.row_texts()) == 2, timeout=20_000)
    window.activateWindow()
    unseen = []
    for widget in [*controls(window), window.view, window.side.table]:
        if not (widget.isVisible() and widget.isEnabled() and widget.window() is window):
            continue
        (window.view if widget is not window.view else window.side.table).setFocus(Qt.FocusReason.TabFocusReason)
        before = widget.grab().toImage()
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        if widget.grab().toImage() == before:
            unseen.append(f"{type(widget).__name__} {widget.accessibleName() or widget.toolTip()}")
    assert unseen == []
