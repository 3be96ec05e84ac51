"""The crop drawn on the picture, from the button to the pictures that come of it."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from camapp.live.camera.listing import CameraInfo
from camapp.live.drawing.visible import Visible
from camapp.live.reading.base import SourceInfo
from camapp.live.reading.transform import Transform
from camapp.ui.main_window import MainWindow
from camapp.ui.picture.part import Part
from detector.types import Frame
from tests.camapp.ui.conftest import HEIGHT, WIDTH, MakeWindow, Opened, ScriptedCamera

SPEC = "camera:HD Webcam"
PICTURE = np.dstack(np.broadcast_arrays(np.arange(WIDTH) // 2, np.arange(HEIGHT)[:, None], 0)).astype(np.uint8)


class Still(ScriptedCamera):
    """Sends PICTURE, in which each place has its own colour."""

    def __iter__(self) -> Iterator[Frame]:
        self.info = SourceInfo((WIDTH, HEIGHT), 100.0, None, "320x240 MJPG, 100 fps")
        index = 0
        while not self.closed:
            self._wake.wait(0.01)
            yield Frame(PICTURE.copy(), index, time.monotonic(), index / 100)
            index += 1


@pytest.fixture
def window(qtbot: QtBot, make_window: MakeWindow, opened: Opened) -> MainWindow:
    opened.cameras = [CameraInfo("HD Webcam", 0, "/dev/video0")]
    opened.sources["0"] = opened.sources["camera:HD Webcam"] = Still
    made = make_window()
    qtbot.waitUntil(lambda: made.view.shown is not None, timeout=20_000)
    return made


def size(window: MainWindow) -> tuple[int, int]:
    return window.view.frame_wh or (0, 0)


def begin(qtbot: QtBot, window: MainWindow, whole_wh: tuple[int, int] = (WIDTH, HEIGHT)) -> None:
    """By the button in the camera dialog."""
    window.cameras.show_cameras()
    qtbot.waitUntil(window.cameras.turn.draw.isEnabled, timeout=20_000)
    qtbot.mouseClick(window.cameras.turn.draw, Qt.MouseButton.LeftButton)
    assert window.cameras.isHidden()
    assert window.crop.drawing.active
    qtbot.waitUntil(lambda: size(window) == whole_wh, timeout=20_000)


def drag(qtbot: QtBot, window: MainWindow, start: tuple[float, float], end: tuple[float, float]) -> None:
    """From one place of the frame to another, in pixels of the frame."""
    drawing, view = window.crop.drawing, window.view
    points = [view.from_frame(place).toPoint() for place in (start, end)]
    qtbot.mousePress(drawing, Qt.MouseButton.LeftButton, pos=points[0])
    qtbot.mouseMove(drawing, (points[0] + points[1]) / 2)
    qtbot.mouseMove(drawing, points[1])
    qtbot.mouseRelease(drawing, Qt.MouseButton.LeftButton, pos=points[1])


def expect_in_view(qtbot: QtBot, window: MainWindow, transform: Transform) -> None:
    """Pixel by pixel."""

    def holds() -> bool:
        return window.view.shown is not None and np.array_equal(window.view.shown.frame.image, transform.apply(PICTURE))

    qtbot.waitUntil(holds, timeout=20_000)


@pytest.mark.parametrize(
    ("mirror", "rotate", "zoomed"),
    [(False, 0, False), (True, 0, False), (False, 90, False), (True, 270, True), (False, 180, True)],
)
def test_what_is_drawn_around_is_what_is_used(
    qtbot: QtBot, window: MainWindow, mirror: bool, rotate: int, zoomed: bool
) -> None:
    window.memory.keep_camera(SPEC, mirror=mirror, rotate=rotate)
    whole = Transform(mirror, rotate)  # type: ignore[arg-type]
    window.session.set_transform(whole)
    whole_wh = whole.size_after((WIDTH, HEIGHT))
    begin(qtbot, window, whole_wh)
    if zoomed:
        window.view.zoom_in()
        qtbot.waitUntil(lambda: window.view.shown is not None and window.view.shown.offset_xy != (0, 0), timeout=20_000)
    drag(qtbot, window, (60, 70), (160, 150))
    part = window.crop.drawing.part
    assert part is not None
    assert np.abs(np.subtract(part.xywh, (60, 70, 100, 80))).max() <= 1  # a point of the screen is no pixel
    x, y, width, height = part.xywh
    assert window.crop.drawing.hint.text() == f"{width} × {height} pixels, from x {x} y {y}"
    qtbot.mouseClick(window.crop.drawing.use, Qt.MouseButton.LeftButton)
    expect_in_view(qtbot, window, Transform(mirror, rotate, part.xywh))  # type: ignore[arg-type]
    assert window.memory.camera(SPEC).crop_xywh == part.xywh
    assert window.cameras.isVisible()
    assert [box.value() for box in window.cameras.turn.crop] == list(part.xywh)
    window.cameras.turn.whole.click()
    expect_in_view(qtbot, window, whole)


def test_the_rest_is_dimmed(qtbot: QtBot, window: MainWindow) -> None:
    begin(qtbot, window)
    drag(qtbot, window, (100, 100), (200, 200))
    shot = window.view.grab().toImage()

    def brightness(x: float, y: float) -> float:
        at = window.view.from_frame((x, y)) * shot.devicePixelRatio()
        return shot.pixelColor(at.toPoint()).green()

    assert brightness(150, 150) == pytest.approx(150, abs=3)
    assert brightness(60, 150) == pytest.approx(150 * 105 / 255, abs=3)


def test_handles_stretch_the_inside_moves_and_a_drag_beside_begins_anew(qtbot: QtBot, window: MainWindow) -> None:
    begin(qtbot, window)
    drawing = window.crop.drawing
    drag(qtbot, window, (100, 100), (200, 180))
    drag(qtbot, window, (200, 180), (220, 200))  # the corner
    drag(qtbot, window, (100, 150), (90, 150))  # the left edge
    drag(qtbot, window, (150, 150), (160, 140))  # the whole
    assert drawing.part is not None
    assert np.abs(np.subtract(drawing.part.xywh, (100, 90, 130, 100))).max() <= 2
    before = drawing.part
    drag(qtbot, window, (20, 20), (22, 22))  # a click
    assert drawing.part == before
    drag(qtbot, window, (20, 20), (60, 60))
    assert np.abs(np.subtract(drawing.part.xywh, (20, 20, 40, 40))).max() <= 1
    drawing.give_up()


def test_it_is_drawn_with_keys_alone(qtbot: QtBot, window: MainWindow) -> None:
    begin(qtbot, window)
    drawing = window.crop.drawing
    assert not drawing.use.isEnabled()
    qtbot.keyClick(drawing, Qt.Key.Key_Right)
    assert drawing.part == Part(81, 60, 241, 180)
    qtbot.keyClick(drawing, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(drawing, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert drawing.part == Part(81, 50, 240, 170)
    qtbot.keyClick(drawing, Qt.Key.Key_Plus)  # zooms, as ever
    assert window.view.visible_part != Visible()
    qtbot.keyClick(drawing, Qt.Key.Key_Return)
    expect_in_view(qtbot, window, Transform(crop_xywh=(81, 50, 159, 120)))


def test_esc_leaves_the_crop_as_it_was_and_it_can_be_drawn_again(qtbot: QtBot, window: MainWindow) -> None:
    window.memory.keep_camera(SPEC, crop_xywh=(10, 20, 100, 90))
    window.session.set_transform(Transform(crop_xywh=(10, 20, 100, 90)))
    expect_in_view(qtbot, window, Transform(crop_xywh=(10, 20, 100, 90)))
    begin(qtbot, window)  # the whole picture is shown meanwhile
    assert window.crop.drawing.part == Part(10, 20, 110, 110)
    drag(qtbot, window, (150, 150), (250, 220))
    window._escape()
    assert not window.crop.drawing.active
    expect_in_view(qtbot, window, Transform(crop_xywh=(10, 20, 100, 90)))
    assert window.memory.camera(SPEC).crop_xywh == (10, 20, 100, 90)
    assert window.cameras.isVisible()


def test_a_crop_to_the_whole_picture_is_none(qtbot: QtBot, window: MainWindow) -> None:
    begin(qtbot, window)
    drag(qtbot, window, (0, 0), (WIDTH, HEIGHT))
    window.crop.drawing.finish()
    assert window.memory.camera(SPEC).crop_xywh is None


def test_a_recording_sees_no_more_than_before_while_the_crop_is_drawn(qtbot: QtBot, window: MainWindow) -> None:
    window.memory.keep_camera(SPEC, crop_xywh=(10, 20, 100, 90))
    window.session.set_transform(Transform(crop_xywh=(10, 20, 100, 90)))
    qtbot.waitUntil(lambda: size(window) == (100, 90), timeout=20_000)
    with qtbot.waitSignal(window.session.recordings.changed, timeout=20_000):
        window.output.toggle_recording()
    begin(qtbot, window, (100, 90))
    drag(qtbot, window, (20, 20), (80, 70))
    part = window.crop.drawing.part
    assert part is not None
    window.crop.drawing.finish()
    x, y, width, height = part.xywh
    assert window.memory.camera(SPEC).crop_xywh == (10 + x, 20 + y, width, height)


def test_another_source_ends_the_drawing(qtbot: QtBot, window: MainWindow) -> None:
    begin(qtbot, window)
    with qtbot.waitSignal(window.session.opened, timeout=20_000):
        window.session.open("camera:HD Webcam")
    assert not window.crop.drawing.active
    assert window.cameras.isHidden()


def test_the_bar_makes_room_for_the_rectangle(qtbot: QtBot, window: MainWindow) -> None:
    window.resize(1200, 540)  # as high as the picture
    begin(qtbot, window)
    drawing = window.crop.drawing
    below = drawing.bar.geometry()
    qtbot.waitUntil(lambda: window.view.picture_rect().contains(below), timeout=20_000)
    drag(qtbot, window, (60, 120), (260, 236))
    assert drawing.bar.geometry().bottom() < window.view.from_frame((60, 120)).y()
    drag(qtbot, window, (160, 180), (160, 80))  # up, until it is out of the way below
    assert drawing.bar.geometry().top() == below.top()


def test_the_bar_follows_size_and_language(qtbot: QtBot, window: MainWindow) -> None:
    begin(qtbot, window)
    drawing = window.crop.drawing
    window.resize(1100, 700)
    qtbot.waitUntil(lambda: drawing.size() == window.view.size(), timeout=20_000)
    assert drawing.rect().contains(drawing.bar.geometry())
    assert abs(QPointF(drawing.bar.geometry().center()).x() - drawing.width() / 2) <= 2
    QApplication.sendEvent(window, QEvent(QEvent.Type.LanguageChange))
    assert drawing.hint.text() == "Draw a rectangle around the part that is to be used"
