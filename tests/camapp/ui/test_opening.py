"""What a person opens by dropping it on the window or by typing its address."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QInputDialog
from pytestqt.qtbot import QtBot

from camapp.ui.main_window import MainWindow
from detector.engines.base import Detector
from tests.camapp.live.servers import PictureServer
from tests.camapp.ui.conftest import MakeWindow, Opened, ScriptedDetector


def drop(window: MainWindow, *urls: QUrl) -> bool:
    """As by the mouse; whether the window takes it."""
    data = QMimeData()
    data.setUrls(list(urls))
    left, nothing = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(200, 200), Qt.DropAction.CopyAction, data, left, nothing)
    enter.ignore()
    QApplication.sendEvent(window, enter)
    if enter.isAccepted():
        QApplication.sendEvent(window, QDropEvent(QPointF(200, 200), Qt.DropAction.CopyAction, data, left, nothing))
    return enter.isAccepted()


def local(path: Path) -> QUrl:
    """As a file manager names it."""
    return QUrl.fromLocalFile(str(path))


def test_a_film_dropped_on_the_window_is_shown(qtbot: QtBot, window: MainWindow, clip: Path) -> None:
    assert drop(window, local(clip))
    qtbot.waitUntil(lambda: window.toolbar.source.label.startswith("short clip.mp4, 320x240"), timeout=20_000)
    qtbot.waitUntil(lambda: window.timeline.isVisible(), timeout=20_000)


def test_a_folder_dropped_on_the_window_is_shown(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    folder = tmp_path / "holiday"
    folder.mkdir()
    for number in range(3):
        cv2.imwrite(str(folder / f"{number}.png"), np.full((60, 80, 3), 80 * number, np.uint8))
    assert drop(window, local(folder))
    qtbot.waitUntil(lambda: (s := window.view.shown) is not None and s.frame.size_wh == (80, 60), timeout=20_000)
    assert window.windowTitle() == "holiday – camapp"


def test_a_model_dropped_on_the_window_is_loaded_and_the_picture_goes_on(
    qtbot: QtBot, window: MainWindow, opened: Opened, tmp_path: Path
) -> None:
    asked: list[str] = []

    def load(path: str, *wanted: object) -> Detector:
        asked.append(path)
        return ScriptedDetector()

    opened.load_detector = load
    source = window.toolbar.source.label
    path = tmp_path / "Mine.SAFETENSORS"
    with qtbot.waitSignal(window.session.detector_changed, timeout=20_000):
        assert drop(window, local(path))
    assert asked == [str(path)]
    assert window.toolbar.source.label == source


def test_what_is_no_file_is_not_taken(window: MainWindow) -> None:
    assert not drop(window, QUrl("https://example.org/a.html"))


@pytest.fixture
def server() -> Iterator[PictureServer]:
    """A network camera."""
    made = PictureServer()
    yield made
    made.close()


def test_a_network_camera_is_shown_by_its_address(qtbot: QtBot, make_window: MakeWindow, server: PictureServer) -> None:
    window = make_window()
    qtbot.waitUntil(lambda: window.view.shown is not None, timeout=20_000)
    qtbot.keyClick(window, Qt.Key.Key_U, Qt.KeyboardModifier.ControlModifier)
    dialog = window.findChild(QInputDialog)
    assert dialog is not None
    dialog.setTextValue(f"{server.address}/camera.mjpg")
    dialog.accept()
    qtbot.waitUntil(lambda: window.toolbar.source.label.startswith(server.address), timeout=20_000)
    qtbot.waitUntil(lambda: (s := window.view.shown) is not None and s.frame.size_wh == (96, 64), timeout=20_000)
    assert not window.timeline.isVisible()
