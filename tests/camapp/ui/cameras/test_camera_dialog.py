from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from PySide6.QtGui import QColor, QIcon
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from camapp.errors import CameraError
from camapp.live.camera.controls import CameraControl
from camapp.live.camera.listing import CameraInfo
from camapp.live.camera.modes import CameraMode
from camapp.live.reading.base import Source
from camapp.ui.cameras.camera_dialog import CameraDialog, CameraDoors
from camapp.ui.cameras.control_rows import name_of
from camapp.ui.main_window import MainWindow
from tests.camapp.ui.conftest import HEIGHT, WIDTH, MakeWindow, Opened, ScriptedCamera

MODES = [CameraMode((1920, 1080), 30, "MJPG"), CameraMode((640, 480), 15, "YUYV")]
BRIGHTNESS = CameraControl(1, "Brightness", "brightness", "integer", -64, 64, 1, 0, 0)
FOCUS = CameraControl(2, "Focus, Automatic Continuous", "focus", "boolean", 0, 1, 1, 1, 1, is_automatic=True)


class Camera:
    """Answers as a driver does."""

    def __init__(self) -> None:
        self.values = {1: 0, 2: 1}
        self.in_use = False
        self.watched = 0  # how many look at it just now

    def doors(self) -> CameraDoors:
        return CameraDoors(
            list_modes=lambda camera: MODES,
            list_controls=lambda camera: [replace(c, value=self.values[c.id]) for c in (BRIGHTNESS, FOCUS)],
            set_control=self.set,
            back_to_automatic=lambda camera: self.values.update({1: 0, 2: 1}),
        )

    def look(self, camera: CameraInfo, stop: Event) -> Generator[np.ndarray, None, None]:
        """A red picture, narrower than the place for it."""
        if self.in_use:
            raise CameraError("camera_in_use", name=camera.name)
        self.watched += 1
        try:
            while not stop.is_set():
                yield np.full((108, 144, 3), (0, 0, 255), np.uint8)
                stop.wait(0.02)
        finally:
            self.watched -= 1

    def set(self, camera: CameraInfo, control_id: int, value: int) -> int:
        self.values[control_id] = value
        return value


def pixel(dialog: CameraDialog, x: int, mode: QIcon.Mode = QIcon.Mode.Normal) -> QColor:
    """Of the first camera's picture, in the middle of its height."""
    return dialog.list.item(0).icon().pixmap(192, 108, mode).toImage().pixelColor(x, 54)


@pytest.fixture
def camera(opened: Opened) -> Camera:
    """Before the window is made."""
    made = Camera()
    opened.look = made.look
    return made


@pytest.fixture
def dialog(qtbot: QtBot, camera: Camera, window: MainWindow) -> CameraDialog:
    """On the window's only camera."""
    made = window.cameras
    made._doors = camera.doors()
    made.show_cameras()
    qtbot.waitUntil(lambda: made.mode.count() == 3 and len(made.controls.rows) == 2, timeout=20_000)
    return made


def test_each_camera_is_shown_with_its_picture_and_modes(qtbot: QtBot, dialog: CameraDialog, camera: Camera) -> None:
    assert dialog.list.item(0).text() == "HD Webcam"
    assert [dialog.mode.itemText(i) for i in (1, 2)] == ["1920x1080 MJPG, 30 fps", "640x480 YUYV, 15 fps"]
    qtbot.waitUntil(lambda: pixel(dialog, 96) == QColor("red"), timeout=20_000)
    assert dialog.granted.text().startswith("It gives 320x240 MJPG, 100 fps.")


def test_a_thumbnail_stands_in_the_middle_of_its_place_and_keeps_its_colours_when_chosen(
    qtbot: QtBot, dialog: CameraDialog
) -> None:
    qtbot.waitUntil(lambda: pixel(dialog, 96) == QColor("red"), timeout=20_000)
    assert [pixel(dialog, x) == QColor("red") for x in (20, 28, 163, 171)] == [False, True, True, False]
    assert pixel(dialog, 96, QIcon.Mode.Selected) == QColor("red")


def test_cameras_are_looked_at_only_while_the_dialog_is_open(
    qtbot: QtBot, dialog: CameraDialog, camera: Camera
) -> None:
    qtbot.waitUntil(lambda: camera.watched == 1, timeout=20_000)
    dialog.close()
    qtbot.waitUntil(lambda: camera.watched == 0, timeout=20_000)
    dialog.show_cameras()
    qtbot.waitUntil(lambda: camera.watched == 1, timeout=20_000)


def test_a_camera_without_a_picture_says_why_on_hover(qtbot: QtBot, camera: Camera, window: MainWindow) -> None:
    camera.in_use = True
    window.cameras.show_cameras()
    qtbot.waitUntil(
        lambda: window.cameras.list.count() == 1 and "in use by another" in window.cameras.list.item(0).toolTip(),
        timeout=20_000,
    )


def test_a_mode_is_asked_for_at_once_and_kept(
    qtbot: QtBot, window: MainWindow, dialog: CameraDialog, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def open_camera(self: Opened, spec: str, *wanted: object) -> Source:
        asked.append(wanted[-1])
        return ScriptedCamera()

    monkeypatch.setattr(Opened, "_open", open_camera)
    window.session._doors = opened.doors()
    dialog.mode.setCurrentIndex(1)
    dialog.mode.activated.emit(1)
    qtbot.waitUntil(lambda: asked == [MODES[0]], timeout=20_000)
    assert window.memory.camera("camera:HD Webcam").size_wh == (1920, 1080)


def test_pictures_are_turned_mirrored_and_cropped(qtbot: QtBot, window: MainWindow, dialog: CameraDialog) -> None:
    def size() -> tuple[int, int]:
        shown = window.view.shown
        return (0, 0) if shown is None else shown.frame.size_wh

    dialog.turn.rotate.setCurrentIndex(1)
    dialog.turn.rotate.activated.emit(1)
    qtbot.waitUntil(lambda: size() == (HEIGHT, WIDTH), timeout=20_000)
    dialog.turn.crop[2].setValue(100)
    qtbot.waitUntil(lambda: size() == (100, WIDTH), timeout=20_000)
    dialog.turn.whole.click()
    qtbot.waitUntil(lambda: size() == (HEIGHT, WIDTH), timeout=20_000)
    assert window.memory.camera("camera:HD Webcam").rotate == 90


def test_controls_are_set_kept_and_given_back_to_the_camera(
    qtbot: QtBot, window: MainWindow, dialog: CameraDialog, camera: Camera
) -> None:
    dialog.controls.rows["Brightness"].setValue(100)  # steps from the least
    qtbot.waitUntil(lambda: camera.values[1] == 36, timeout=20_000)
    dialog.controls.rows["Focus, Automatic Continuous"].click()
    qtbot.waitUntil(lambda: camera.values[2] == 0, timeout=20_000)
    assert window.memory.camera("camera:HD Webcam").controls == {"Brightness": 36, "Focus, Automatic Continuous": 0}
    dialog.controls.back.click()
    qtbot.waitUntil(lambda: camera.values == {1: 0, 2: 1}, timeout=20_000)
    qtbot.waitUntil(lambda: dialog.controls.rows["Brightness"].value() == 64, timeout=20_000)
    assert window.memory.camera("camera:HD Webcam").controls == {}
    assert name_of(FOCUS) == "Focus, automatic"


def test_a_slider_says_the_cameras_own_figure(qtbot: QtBot, dialog: CameraDialog) -> None:
    row = dialog.controls.rows["Brightness"]
    assert [label.text() for label in dialog.controls.findChildren(QLabel) if label.text().isdigit()] == ["0"]
    row.setValue(100)
    assert [label.text() for label in dialog.controls.findChildren(QLabel) if label.text().isdigit()] == ["36"]


def test_a_file_can_be_turned_without_any_camera(qtbot: QtBot, make_window: MakeWindow, clip: Path) -> None:
    window = make_window(clip)
    qtbot.waitUntil(lambda: window.view.shown is not None, timeout=20_000)
    window.cameras.show_cameras()
    qtbot.waitUntil(lambda: window.cameras.granted.text().startswith("No camera was found."), timeout=20_000)
    assert window.cameras.title.text() == clip.name
    window.cameras.turn.mirror.click()
    assert window.memory.camera(str(clip)).mirror
