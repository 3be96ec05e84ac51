"""The window of `camapp detect --show`, beside a run whose steps the test decides, and beside a real one."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from camapp.errors import CameraError, SourceError
from camapp.live.choices import Choices
from camapp.live.drawing.file_canvas import FileCanvas
from camapp.live.run_view import Progress, RunView
from camapp.ui import run_window
from camapp.ui.look.theme import Theme
from camapp.ui.run_window import RunWindow, show_run
from tests.camapp.cli_helpers import Command, frame_count, write_clip
from tests.camapp.live.fakes import some_boxes
from tests.detector.small_model import noise_frame


@pytest.fixture
def stop() -> threading.Event:
    return threading.Event()


@pytest.fixture
def window(qtbot: QtBot, theme: Theme, stop: threading.Event) -> RunWindow:
    window = RunWindow(theme, stop)
    qtbot.addWidget(window)
    window.show()
    return window


@pytest.fixture
def canvas(window: RunWindow) -> Iterator[FileCanvas]:
    canvas = FileCanvas(window.feed.publish, Choices(), ())
    window.feed.attach(canvas, canvas.stop)
    yield canvas
    window.feed.detach()


def test_pictures_of_a_file_come_at_the_size_of_the_view(qtbot: QtBot, window: RunWindow, canvas: FileCanvas) -> None:
    canvas.write(noise_frame((320, 180)), some_boxes(0))
    qtbot.waitUntil(lambda: window.view.shown is not None, timeout=20_000)
    assert window.view.shown is not None
    assert window.view.shown.picture.shape[1::-1] == window.view.size_in_pixels()
    assert len(window.view.shown.detections) == 1


def test_the_last_picture_is_drawn_anew_when_the_window_is_resized_or_zoomed(
    qtbot: QtBot, window: RunWindow, canvas: FileCanvas
) -> None:
    canvas.write(noise_frame((320, 180)), some_boxes(0))
    canvas.close()
    window.resize(800, 500)
    qtbot.waitUntil(
        lambda: (
            window.view.shown is not None
            and window.view.shown.picture.shape[1::-1] == window.view.size_in_pixels()
            and window.view.width() < 800
        ),
        timeout=20_000,
    )
    before = window.view.shown
    window.view.zoom_in()
    qtbot.waitUntil(lambda: window.view.shown is not before and window.view.shown.scale > before.scale, timeout=20_000)


def test_the_last_picture_of_a_run_is_published_before_it_is_over() -> None:
    seen: list[int] = []
    canvas = FileCanvas(lambda shown: seen.append(shown.frame.index), Choices(), ())
    try:
        for i in range(20):
            canvas.write(noise_frame((64, 48), index=i), some_boxes(i))
        canvas.close()
        assert seen[-1] == 19
    finally:
        canvas.stop()


def test_progress_and_the_time_left_are_said(window: RunWindow) -> None:
    window.feed.begin(2, 5, "party.mp4")
    window.feed.progress(Progress(1200, 19.0, 5400, fps=63.1))
    assert window.windowTitle() == "2 of 5: party.mp4"
    assert window.status.text() == "0:00:19 · 1,200 of 5,400 pictures · 63.1 a second · 0:01:07 left"
    assert window.progress.value() / window.progress.maximum() == pytest.approx(1200 / 5400, abs=0.01)
    window.feed.progress(Progress(30, 1.0, fps=29.9, live=True))
    assert window.status.text() == "0:00:01 · 30 pictures · 29.9 a second"
    assert window.progress.maximum() == 0  # it moves, and promises no end


def test_a_lost_camera_is_said_until_it_is_back(window: RunWindow) -> None:
    lost = CameraError("camera_lost", name="HD Webcam")
    window.feed.begin(1, 1, "Camera 0")
    window.feed.progress(Progress(30, 1.0, live=True, name="HD Webcam", trouble=lost))
    assert window.windowTitle() == window.name.text() == "HD Webcam"
    assert window.bar.text == str(lost)
    window.feed.progress(Progress(31, 2.0, live=True))
    assert window.bar.text == ""


def test_closing_it_ends_the_work(window: RunWindow, stop: threading.Event) -> None:
    window.button.click()
    assert stop.is_set()
    assert window.isHidden()


def test_after_the_work_it_stays_to_be_looked_at(
    qtbot: QtBot, window: RunWindow, canvas: FileCanvas, stop: threading.Event
) -> None:
    window.feed.begin(1, 2, "a.mp4")
    canvas.write(noise_frame((320, 180)), some_boxes(0))
    qtbot.waitUntil(lambda: window.view.shown is not None, timeout=20_000)
    window.feed.end(None)
    window.feed.begin(2, 2, "b.mp4")
    window.feed.end(SourceError("source_unreadable", name="b.mp4"))
    window.finish()
    assert window.isVisible()
    assert (window.name.text(), window.button.text()) == ("1 of 2 sources done", "Close")
    assert window.bar.text.startswith("'b.mp4' is not a video")
    with qtbot.waitSignal(window.left, timeout=20_000):
        window.button.click()


def test_without_a_picture_it_closes_with_the_work(qtbot: QtBot, window: RunWindow) -> None:
    with qtbot.waitSignal(window.left, timeout=20_000):
        window.finish()
    assert window.isHidden()


def test_ctrl_c_in_the_terminal_closes_it(qtbot: QtBot, window: RunWindow, stop: threading.Event) -> None:
    stop.set()
    qtbot.waitUntil(window.isHidden, timeout=20_000)


def test_every_control_has_a_name_and_says_what_it_does(window: RunWindow) -> None:
    for widget in window.findChildren(QAbstractButton):
        if widget.isVisible():
            assert widget.accessibleName() or widget.text()
            assert widget.toolTip()


# --- the whole way


@pytest.fixture
def own_app(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[QApplication]:
    """show_run in the application that the tests have already."""
    monkeypatch.setattr(run_window, "make_app", lambda: qapp)
    before = qapp.quitOnLastWindowClosed()
    yield qapp
    qapp.setQuitOnLastWindowClosed(before)


def when(happened: Callable[[RunWindow], bool], do: Callable[[RunWindow], object]) -> QTimer:
    """Looks at the run's window until something has happened, then does something to it; keep the timer."""
    timer = QTimer()

    def look() -> None:
        windows = [w for w in QApplication.topLevelWidgets() if isinstance(w, RunWindow) and w.isVisible()]
        if windows and happened(windows[0]):
            timer.stop()
            do(windows[0])

    timer.timeout.connect(look)
    timer.start(20)
    return timer


def test_what_the_work_raises_is_raised(own_app: QApplication, stop: threading.Event) -> None:
    def work(view: RunView) -> int:
        raise CameraError("no_camera")

    with pytest.raises(CameraError, match="No camera was found"):
        show_run(work, stop)


def test_every_frame_is_written_while_the_window_shows_them(
    own_app: QApplication, camapp: Command, cli_model: Path, tmp_path: Path
) -> None:
    clip = write_clip(tmp_path / "clip.mp4", frames=12)
    timer = when(lambda window: window.button.text() == "Close", RunWindow.close)
    ran = camapp("detect", clip, "--model", cli_model, "--show", "--out", tmp_path / "o.mp4", "--json")
    assert not timer.isActive()
    assert (ran.code, ran.err) == (0, "")
    assert json.loads(ran.out)["total"]["frames"] == 12
    assert frame_count(tmp_path / "o.mp4") == 12


def test_a_window_closed_early_keeps_what_was_done(
    own_app: QApplication, camapp: Command, cli_model: Path, tmp_path: Path
) -> None:
    clip = write_clip(tmp_path / "clip.mp4", frames=900)
    timer = when(lambda window: window.view.shown is not None, RunWindow.close)
    ran = camapp("detect", clip, "--model", cli_model, "--show", "--out", tmp_path / "o.mp4")
    assert not timer.isActive()
    assert (ran.code, ran.sentence) == (130, "Interrupted. What was done is kept.")
    assert 0 < frame_count(tmp_path / "o.mp4") < 900


def test_without_a_screen_it_ends_with_2(
    camapp: Command, cli_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    ran = camapp("detect", write_clip(tmp_path / "c.mp4", frames=1), "--model", cli_model, "--show")
    assert ran.code == 2
    assert ran.sentence.startswith("There is no screen here for --show. Leave it out")
