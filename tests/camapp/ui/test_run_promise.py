"""The window of `camapp detect --show` with a promised pace, and with a camera that is lost."""

from __future__ import annotations

import threading

import pytest
from pytestqt.qtbot import QtBot

from camapp.errors import CameraError
from camapp.live.choices import Choices
from camapp.live.drawing.compose import compose
from camapp.live.promise import Plan, Promise, PromiseStatus
from camapp.live.run_view import Progress
from camapp.ui.look.theme import Theme
from camapp.ui.run_window import RunWindow
from detector.errors import DeviceError
from tests.camapp.live.fakes import some_boxes
from tests.detector.small_model import noise_frame

KEPT = PromiseStatus(Promise("rate", 30.0), Plan((192, 320), 2), (256, 416), 21.4, 33.3, True, False, 30.0)


@pytest.fixture
def window(qtbot: QtBot, theme: Theme) -> RunWindow:
    window = RunWindow(theme, threading.Event())
    qtbot.addWidget(window)
    window.show()
    window.feed.begin(1, 1, "Camera 0")
    return window


def show_picture(window: RunWindow) -> None:
    window.feed.publish(compose(noise_frame((320, 180)), some_boxes(0), window.view.size_in_pixels(), Choices()))


def test_it_says_what_was_chosen_and_given_up_for_the_promise(window: RunWindow) -> None:
    window.feed.progress(Progress(30, 1.0, fps=29.9, live=True, promise=KEPT))
    assert window.pace.isVisible()
    assert window.pace.text() == (
        "30 fps, 1/2. Kept: 95 of 100 pictures take no more than 21 of 33 ms. Chosen: the detector looks at 1 picture "
        "of 2, at 320×192; boxes are carried in between. Given up: small and distant objects, boxes that are found "
        "anew in each picture."
    )


def test_without_a_promise_nothing_is_said_of_it(window: RunWindow) -> None:
    window.feed.progress(Progress(30, 1.0, fps=29.9, live=True))
    assert not window.pace.isVisible()


def test_the_last_picture_of_a_lost_camera_is_dimmed_until_it_is_back(qtbot: QtBot, window: RunWindow) -> None:
    show_picture(window)
    qtbot.waitUntil(lambda: window.view.shown is not None)
    lost = CameraError("camera_lost", name="HD Webcam")
    window.feed.progress(Progress(30, 1.0, live=True, trouble=lost))
    assert window.view.stale
    window.feed.progress(Progress(31, 2.0, live=True))
    assert not window.view.stale


def test_an_engine_that_gives_way_dims_nothing(qtbot: QtBot, window: RunWindow) -> None:
    show_picture(window)
    qtbot.waitUntil(lambda: window.view.shown is not None)
    lost = DeviceError("gpu_memory_full", engine="H100, torch fp16", next="CPU, OpenVINO int8")
    window.feed.progress(Progress(30, 1.0, live=True, trouble=lost))
    assert window.bar.text == str(lost)
    assert not window.view.stale
