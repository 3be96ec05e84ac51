from __future__ import annotations

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from camapp.live.choices import Choices
from camapp.live.drawing.compose import compose
from camapp.ui.look.theme import Theme
from camapp.ui.main_window import MainWindow
from camapp.ui.picture.message_bar import Message, MessageBar
from camapp.ui.picture.video_view import VideoView
from tests.camapp.live.fakes import some_boxes
from tests.camapp.ui.conftest import MakeWindow, Opened, ScriptedCamera
from tests.detector.small_model import noise_frame

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
    window.bar.say("test", Message(6 * LONG, "good"))  # of a success, which goes by itself and moves nothing
    assert window.view.shown is not None
    qtbot.waitUntil(lambda: window.session.choices.covered != (), timeout=20_000)
    wished = window.session.choices.covered
    qtbot.waitUntil(lambda: labels_hidden(window) == 0, timeout=20_000)
    window.bar.clear("test")
    qtbot.waitUntil(lambda: window.session.choices.covered == (), timeout=20_000)
    assert len(wished) == 1


def picture_top(window: MainWindow) -> float:
    """Where the picture in view begins, in the view's own units."""
    return window.view.picture_rect().top()


def test_the_picture_makes_room_for_a_message_and_takes_it_back(
    qtbot: QtBot, make_window: MakeWindow, opened: Opened
) -> None:
    opened.sources["7"] = ScriptedCamera
    window = make_window("7")
    qtbot.waitUntil(lambda: window.view.shown is not None, timeout=20_000)
    before = window.view.picture_rect()
    window.bar.say("test", Message(LONG, "danger"))
    below = window.bar.geometry().bottom()
    qtbot.waitUntil(lambda: picture_top(window) > below, timeout=20_000)
    wh = window.view.size_in_pixels()  # the worker draws for what is left
    qtbot.waitUntil(lambda: (s := window.view.shown) is not None and s.picture.shape[1::-1] == wh, timeout=20_000)
    rect = window.view.picture_rect()
    assert rect.bottom() <= window.view.height() + 1
    at = window.view.from_frame((20, 40))
    assert window.view.to_frame(at) == pytest.approx((20, 40), abs=0.01)  # clicks hit what is seen
    window.bar.clear("test")
    assert window.view.picture_rect() == before


def test_where_there_is_ground_above_the_picture_it_does_not_shrink(qtbot: QtBot, theme: Theme) -> None:
    view = VideoView(theme)
    qtbot.addWidget(view)
    view.resize(400, 500)  # a picture of 4:3 leaves 100 above and below
    view.show()
    view.show_picture(compose(noise_frame((320, 240)), some_boxes(0), view.size_in_pixels(), Choices()), (0,))
    assert view.picture_rect().top() == pytest.approx(100, abs=1)
    for covered, top in ((60, 100), (100, 100), (130, 130), (180, 180)):
        view.make_room(covered)
        assert view.picture_rect().top() == pytest.approx(top, abs=1)
        assert view.picture_rect().height() == pytest.approx(300, abs=1)
    view.make_room(240)
    assert view.picture_rect().top() == pytest.approx(240, abs=1)
    assert view.picture_rect().height() == pytest.approx(260, abs=2)
    view.make_room(0)
    assert view.picture_rect().top() == pytest.approx(100, abs=1)


def test_the_wheel_zooms_where_the_mouse_is_below_a_message_too(qtbot: QtBot, theme: Theme) -> None:
    view = VideoView(theme)
    qtbot.addWidget(view)
    view.resize(400, 300)
    view.show()
    view.show_picture(compose(noise_frame((320, 240)), some_boxes(0), view.size_in_pixels(), Choices()), (0,))
    view.make_room(60)
    at = view.from_frame((100, 80))
    view._zooming.zoom(2.0, at)
    assert view.to_frame(at) == pytest.approx((100, 80), abs=1.5)
