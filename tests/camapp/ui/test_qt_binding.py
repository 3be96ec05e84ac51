"""PySide6 6.12.0 returned None and True without taking a reference: under Python 3.11 the window aborted in minutes."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

CALLS = 500


class Sender(QObject):
    said = Signal(int)


@pytest.mark.parametrize("value", [None, True, False], ids=str)
@pytest.mark.parametrize("call", ["update", "emit", "visible"])
def test_calls_into_qt_leave_the_count_of_references_alone(qtbot: QtBot, call: str, value: bool | None) -> None:
    widget, sender = QWidget(), Sender()
    qtbot.addWidget(widget)
    calls: dict[str, Callable[[], object]] = {
        "update": widget.update,
        "emit": lambda: sender.said.emit(1),
        "visible": widget.isVisible,
    }
    before = sys.getrefcount(value)
    for _ in range(CALLS):
        calls[call]()
    assert sys.getrefcount(value) > before - CALLS / 2
