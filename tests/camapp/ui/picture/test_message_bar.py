from __future__ import annotations

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from camapp.ui.look.theme import Theme
from camapp.ui.main_window import MainWindow
from camapp.ui.picture.message_bar import Message, MessageBar
from tests.camapp.ui.conftest import MakeWindow, Opened, ScriptedCamera

LONG = "The model file '/home/ann/my-objects.safetensors' is incomplete or damaged. Copy or download it again. "


@pytest.mark.parametrize("text", ["Saved.", LONG, 3 * LONG])
def test_every_line_of_a_message_has_its_room(qtbot: QtBot, theme: Theme, text: str) -> None:
    over = QWidget()
    qtbot.addWidget(over)
    over.resize(874, 560)
    over.show()
    bar = MessageBar(over, theme)
    bar.say("model", Message(text, "warning", "Choose a model", over.show))
    label = next(label for label in bar.findChildren(QLabel) if label.text())
    qtbot.waitUntil(lambda: label.width() > 100, timeout=20_000)
    assert label.height() >= label.heightForWidth(label.width())


def labels_hidden(window: MainWindow) -> int:
    """How many labels of the picture in view lie under the message."""
    shown, ratio = window.view.shown, window.view.devicePixelRatioF()
    assert shown is not None
    place = window.bar.geometry()
    bar = QRect(place.topLeft() * ratio, place.size() * ratio)
    return sum(bar.intersects(QRect(*label)) for label in shown.labels)


def test_no_label_of_the_picture_lies_under_a_message(qtbot: QtBot, make_window: MakeWindow, opened: Opened) -> None:
    opened.sources["7"] = ScriptedCamera
    window = make_window("7")
    qtbot.waitUntil(lambda: (s := window.view.shown) is not None and len(s.labels) == 2, timeout=20_000)
    window.bar.say("test", Message(6 * LONG))
    assert window.view.shown is not None
    qtbot.waitUntil(lambda: window.session.choices.covered != (), timeout=20_000)
    wished = window.session.choices.covered
    qtbot.waitUntil(lambda: labels_hidden(window) == 0, timeout=20_000)
    window.bar.clear("test")
    qtbot.waitUntil(lambda: window.session.choices.covered == (), timeout=20_000)
    assert len(wished) == 1
