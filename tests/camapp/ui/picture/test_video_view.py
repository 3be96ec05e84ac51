from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QNativeGestureEvent, QPointingDevice, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from camapp.live.choices import Choices
from camapp.live.drawing.compose import compose
from camapp.live.drawing.visible import Visible
from camapp.ui.look.theme import Theme
from camapp.ui.main_window import MainWindow
from camapp.ui.picture.message_bar import Message
from camapp.ui.picture.video_view import VideoView
from detector.types import Detections, Frame
from tests.camapp.ui.conftest import HEIGHT, WIDTH, MakeWindow, boxes

CENTRE = QPoint(400, 300)


def frame(index: int = 0) -> Frame:
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    image[:, ::2] = 255  # stripes: a picture that is not drawn at the view's own pixels turns grey
    return Frame(image, index, 0.0, 0.0)


@pytest.fixture
def view(qtbot: QtBot, theme: Theme) -> VideoView:
    made = VideoView(theme)
    qtbot.addWidget(made)
    made.resize(800, 600)
    made.show()
    show(made)
    return made


def show(view: VideoView, detections: Detections | None = None) -> None:
    """What the drawing worker makes of the view's wishes."""
    found = boxes(0) if detections is None else detections
    shown = compose(frame(), found, view.size_in_pixels(), Choices(label=()), visible=view.visible_part)
    view.show_picture(shown, tuple(range(len(found))))


def turn_wheel(view: VideoView, where: QPoint, notches: int) -> None:
    event = QWheelEvent(
        QPointF(where),
        QPointF(view.mapToGlobal(where)),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)


def middle_of(view: VideoView, i: int) -> QPoint:
    return view._box(i).center().toPoint()


def test_the_wheel_zooms_where_the_mouse_is(qtbot: QtBot, view: VideoView) -> None:
    before = middle_of(view, 1)
    with qtbot.waitSignal(view.zoomed, timeout=20_000) as zoomed:
        turn_wheel(view, before, 5)
    assert zoomed.args[0].zoom == pytest.approx(1.2**5)
    after = middle_of(view, 1)  # of the old picture, shown larger until the worker has drawn a new one
    assert (after - before).manhattanLength() <= 4
    show(view)
    assert (middle_of(view, 1) - before).manhattanLength() <= 4
    assert view.object_at(QPointF(before)) == 1
    assert view.zoom_button.isVisible()
    assert view.zoom_button.text().startswith("249 %")
    turn_wheel(view, before, -50)
    assert view.visible_part == Visible()
    assert not view.zoom_button.isVisible()


def test_keys_zoom_pan_and_go_back(qtbot: QtBot, view: VideoView) -> None:
    for _ in range(4):
        qtbot.keyClick(view, Qt.Key.Key_Plus)
    assert view.visible_part.zoom == pytest.approx(1.25**4)
    middle = view.visible_part.centre_xy
    qtbot.keyClick(view, Qt.Key.Key_Right)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.visible_part.centre_xy > middle
    qtbot.keyClick(view, Qt.Key.Key_Minus)
    assert view.visible_part.zoom == pytest.approx(1.25**3)
    qtbot.keyClick(view, Qt.Key.Key_0)
    assert view.visible_part == Visible()


def test_arrows_are_left_to_the_window_while_the_whole_picture_is_seen(view: VideoView) -> None:
    event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier)
    event.accept()
    view.keyPressEvent(event)
    assert not event.isAccepted()


def test_two_fingers_on_a_touchpad_zoom(view: VideoView) -> None:
    place = QPointF(CENTRE)
    event = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture,
        QPointingDevice.primaryPointingDevice(),
        2,
        place,
        place,
        place,
        0.5,
        QPointF(),
    )
    QApplication.sendEvent(view, event)
    assert view.visible_part.zoom == pytest.approx(1.5)


def drag(qtbot: QtBot, view: VideoView, start: QPoint, end: QPoint) -> None:
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(view, (start + end) / 2)
    qtbot.mouseMove(view, end)
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)


def test_a_drag_moves_a_zoomed_picture_and_chooses_nothing(qtbot: QtBot, view: VideoView) -> None:
    turn_wheel(view, CENTRE, 8)
    show(view)
    before = middle_of(view, 1)
    with qtbot.assertNotEmitted(view.chosen):
        drag(qtbot, view, CENTRE, CENTRE + QPoint(60, -40))
    show(view)
    moved = middle_of(view, 1) - before
    assert (moved - QPoint(60, -40)).manhattanLength() <= 4


def test_a_double_click_shows_the_whole_again_and_so_does_the_button(qtbot: QtBot, view: VideoView) -> None:
    turn_wheel(view, CENTRE, 3)
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=CENTRE)
    assert view.visible_part == Visible()
    turn_wheel(view, CENTRE, 3)
    qtbot.mouseClick(view.zoom_button, Qt.MouseButton.LeftButton)
    assert view.visible_part == Visible()


def test_a_click_chooses_ctrl_adds_and_the_ground_lets_go(qtbot: QtBot, view: VideoView) -> None:
    said: list[frozenset[int]] = []
    view.chosen.connect(said.append)
    view.chosen.connect(lambda keys: view.highlight(None, keys))
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=middle_of(view, 0))
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, middle_of(view, 1))
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(790, 10))
    assert said == [{0}, {0, 1}, frozenset()]


@pytest.mark.parametrize("zoom", [1.0, 2.0, 8.0])
def test_the_worker_s_picture_is_blitted_pixel_by_pixel(view: VideoView, zoom: float) -> None:
    view._zooming.zoom(zoom)
    show(view, Detections.empty(0))
    seen = view.grab().toImage()
    shown = view.shown
    assert shown is not None
    for x in range(10, 780, 7):
        assert seen.pixelColor(x, 300).blue() == shown.picture[300, x, 0]


def test_another_source_begins_with_the_whole_picture(view: VideoView) -> None:
    turn_wheel(view, CENTRE, 3)
    view.clear("Opening…")
    assert view.visible_part == Visible()
    turn_wheel(view, CENTRE, 3)  # nothing to zoom
    assert view.visible_part == Visible()
    assert not view.grab().isNull()


def test_zooming_the_window_gives_a_picture_of_that_part(qtbot: QtBot, window: MainWindow) -> None:
    window.view.setFocus()
    whole = window.view.shown
    assert whole is not None
    for _ in range(5):
        qtbot.keyClick(window.view, Qt.Key.Key_Plus)
    qtbot.waitUntil(lambda: (window.view.shown or whole).scale > 3 * whole.scale, timeout=20_000)
    shown = window.view.shown
    assert shown is not None
    assert shown.picture.shape == whole.picture.shape
    qtbot.keyClick(window.view, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: (window.view.shown or shown).scale == whole.scale, timeout=20_000)


def test_the_chosen_object_stands_out_in_the_picture(qtbot: QtBot, window: MainWindow) -> None:
    window.side.table.selectRow(1)
    qtbot.waitUntil(lambda: window.view.shown is not None and window.view.shown.selected == 1, timeout=20_000)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.view.shown is not None and window.view.shown.selected is None, timeout=20_000)


def test_in_full_screen_the_panels_come_with_the_mouse_and_go(qtbot: QtBot, window: MainWindow) -> None:
    panels = (window.toolbar, window.side, window.controls)
    sizes = [window.view.size()]
    qtbot.keyClick(window, Qt.Key.Key_F11)
    qtbot.waitUntil(lambda: window.view.size() == window.size(), timeout=20_000)
    assert not any(panel.isVisible() for panel in panels)
    qtbot.mouseMove(window.view, QPoint(300, 300))
    qtbot.mouseMove(window.view, QPoint(310, 310))
    assert all(panel.isVisible() for panel in panels)
    assert window.view.size() == window.size()  # they lie over the picture
    qtbot.waitUntil(lambda: not any(panel.isVisible() for panel in panels), timeout=20_000)
    qtbot.keyClick(window.view, Qt.Key.Key_Tab)
    assert all(panel.isVisible() for panel in panels)
    qtbot.keyClick(window, Qt.Key.Key_F11)
    qtbot.waitUntil(lambda: window.view.size() == sizes[0], timeout=20_000)
    assert all(panel.isVisible() for panel in panels)
    assert window.toolbar.y() < window.view.y() < window.controls.y()
    assert window.side.x() > window.view.x()


def test_in_full_screen_the_panels_do_not_lie_over_a_message(qtbot: QtBot, window: MainWindow) -> None:
    window.bar.say("source", Message("Something is wrong.", "danger", "Mend it"))
    window.toggle_full_screen()
    window.full_screen.show_panels()
    toolbar = window.toolbar.mapTo(window, QPoint(0, window.toolbar.height()))
    assert window.bar.button.mapTo(window, QPoint(0, 0)).y() > toolbar.y()
    window.toggle_full_screen()
    assert window.bar.y() < 40


def test_the_line_of_a_file_goes_and_comes_with_the_panels(qtbot: QtBot, make_window: MakeWindow, clip: Path) -> None:
    window = make_window(clip)
    qtbot.waitUntil(lambda: window.timeline.isVisible(), timeout=20_000)
    window.toggle_full_screen()
    qtbot.waitUntil(lambda: window.view.size() == window.size(), timeout=20_000)
    assert not window.timeline.isVisible()
    window.full_screen.show_panels()
    qtbot.waitUntil(lambda: window.timeline.isVisible(), timeout=20_000)
    assert window.timeline.mapTo(window, QPoint(0, 0)).y() < window.controls.mapTo(window, QPoint(0, 0)).y()
    window.toggle_full_screen()
    qtbot.waitUntil(lambda: window.timeline.isVisible(), timeout=20_000)
    assert window.view.y() < window.timeline.y() < window.controls.y()


def test_keys_zoom_whatever_was_clicked_last(qtbot: QtBot, make_window: MakeWindow, clip: Path) -> None:
    window = make_window(clip)
    qtbot.waitUntil(lambda: window.timeline.isVisible(), timeout=20_000)
    window.activateWindow()
    window.side.slider.setFocus()
    for key, zoomed in (
        (Qt.Key.Key_Plus, True),
        (Qt.Key.Key_Minus, False),
        (Qt.Key.Key_Plus, True),
        (Qt.Key.Key_0, False),
    ):
        qtbot.keyClick(window.side.slider, key)
        assert window.view.zoom_button.isVisible() == zoomed


def test_the_edge_of_a_chosen_object_hides_no_letter(view: VideoView) -> None:
    shown = compose(frame(), boxes(0), view.size_in_pixels(), Choices())
    view.show_picture(shown, (0, 1, 2))
    view.highlight(None, frozenset({0}))
    seen = view.grab().toImage()
    assert len(shown.labels) > 1
    for left, top, width, height in shown.labels:
        drawn = [int(value) for value in shown.picture[top + height // 2, left : left + width].view(np.uint32)[:, 0]]
        assert [seen.pixel(left + i, top + height // 2) for i in range(width)] == drawn
    edge = view._box(0).topLeft().toPoint() + QPoint(-2, 50)
    assert seen.pixel(edge) != int(shown.picture[edge.y(), edge.x()].view(np.uint32)[0])


def test_the_last_picture_of_a_lost_camera_steps_back(view: VideoView) -> None:
    corner = QPoint(20, 300)
    before = view.grab().toImage()
    view.set_stale(True)
    dimmed = view.grab().toImage()
    assert abs(dimmed.pixelColor(corner).lightness() - dimmed.pixelColor(corner + QPoint(1, 0)).lightness()) < 150
    view.set_stale(False)
    assert view.grab().toImage() == before
    assert dimmed != before


def test_a_picture_of_later_is_not_the_last_one_whatever_was_said(qtbot: QtBot, view: VideoView) -> None:
    view.set_stale(True)
    show(view)  # the same picture, drawn for a view of another size
    assert view.stale
    later = replace(frame(1), captured_at_s=time.monotonic() + 1)
    with qtbot.waitSignal(view.stale_changed, timeout=20_000):
        view.show_picture(compose(later, boxes(1), view.size_in_pixels(), Choices()), (0, 1))
    assert not view.stale


def test_without_a_picture_nothing_steps_back(view: VideoView) -> None:
    view.clear("No picture")
    before = view.grab().toImage()
    view.set_stale(True)
    assert view.grab().toImage() == before


def test_a_large_object_keeps_its_colours_when_it_is_chosen(view: VideoView) -> None:
    show(view, boxes(0))
    large, small = middle_of(view, 0), middle_of(view, 1)
    before = view.grab().toImage()
    view.highlight(None, frozenset({0, 1}))
    after = view.grab().toImage()
    assert after.pixel(large) == before.pixel(large)
    assert after.pixel(small) != before.pixel(small)
