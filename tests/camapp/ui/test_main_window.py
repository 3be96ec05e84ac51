from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QFileDialog, QInputDialog
from pytestqt.qtbot import QtBot

from camapp.errors import CameraError
from camapp.live.camera.listing import CameraInfo
from camapp.ui.main_window import MainWindow
from detector.errors import ModelFileError
from detector.types import Detections, Frame
from tests.camapp.ui.conftest import (
    FRAMES,
    HEIGHT,
    WIDTH,
    MakeWindow,
    Opened,
    ScriptedCamera,
    ScriptedDetector,
    boxes,
    pictures_of,
)


def box_on_screen(window: MainWindow, i: int) -> QPoint:
    """The middle of box i, in the view's own units."""
    shown = window.view.shown
    assert shown is not None
    x1, y1, x2, y2 = (float(v) for v in shown.detections.xyxy[i])
    ratio = window.view.devicePixelRatioF()
    x, y = shown.to_picture((x1 + x2) / 2, (y1 + y2) / 2)
    return QPointF(x / ratio, y / ratio).toPoint()


def test_opens_on_the_bundled_clip_without_a_camera_and_says_so(qtbot: QtBot, make_window: MakeWindow) -> None:
    window = make_window()
    qtbot.waitUntil(lambda: window.view.shown is not None, timeout=20_000)
    assert window.bar.text == (
        "No camera was found. Plug one in, or choose a file. Until then you see the bundled clip."
    )
    assert window.bar.button.text() == "Choose a source"
    assert window.toolbar.source.label.startswith("Bundled clip, 1280x720")


def test_opens_on_the_first_camera_that_works(qtbot: QtBot, make_window: MakeWindow, opened: Opened) -> None:
    opened.cameras = [CameraInfo("Taken", 0, "/dev/video0"), CameraInfo("HD Webcam", 2, "/dev/video2")]
    opened.sources["0"] = lambda: ScriptedCamera("Taken", CameraError("camera_in_use", name="Taken"))
    opened.sources["2"] = ScriptedCamera
    window = make_window()
    qtbot.waitUntil(lambda: window.view.shown is not None, timeout=20_000)
    assert window.toolbar.source.label == "HD Webcam, 320x240 MJPG, 100 fps"
    assert window.windowTitle() == "HD Webcam – camapp"
    assert window.bar.text == ""


def test_a_busy_camera_gives_the_clip_and_its_sentence(qtbot: QtBot, make_window: MakeWindow, opened: Opened) -> None:
    opened.cameras = [CameraInfo("Taken", 0, "/dev/video0")]
    opened.sources["0"] = lambda: ScriptedCamera("Taken", CameraError("camera_in_use", name="Taken"))
    window = make_window()
    qtbot.waitUntil(lambda: window.view.shown is not None, timeout=20_000)
    assert window.bar.text.startswith("The camera 'Taken' is in use by another program.")
    opened.sources["0"] = ScriptedCamera
    qtbot.mouseClick(window.bar.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.toolbar.source.label.startswith("HD Webcam"), timeout=20_000)
    assert window.bar.text == ""


def test_cameras_are_opened_and_read_off_the_ui_thread(qtbot: QtBot, make_window: MakeWindow, opened: Opened) -> None:
    threads: dict[str, str] = {}
    camera = ScriptedCamera()

    def open_camera() -> ScriptedCamera:
        threads["open"] = threading.current_thread().name
        return camera

    opened.sources["7"] = open_camera
    window = make_window("7")
    qtbot.waitUntil(lambda: window.view.shown is not None, timeout=20_000)
    assert threads["open"] == "camapp-sources"
    assert camera.iterated_on == "camapp-capture"


def test_the_model_loads_after_the_first_picture(
    qtbot: QtBot, make_window: MakeWindow, opened: Opened, clip: Path
) -> None:
    may_load, loading = threading.Event(), threading.Event()

    def load(*wanted: object) -> ScriptedDetector:
        loading.set()
        may_load.wait(10)
        return ScriptedDetector()

    opened.load_detector = load
    opened.sources["7"] = ScriptedCamera
    window = make_window("7")
    qtbot.waitUntil(lambda: loading.is_set(), timeout=20_000)
    assert window.view.shown is not None
    assert window.side.heading.text() == "Objects in view (0)"
    assert window.toolbar.device.label == "loading…"
    may_load.set()
    qtbot.waitUntil(lambda: window.side.heading.text() == "Objects in view (2)", timeout=20_000)
    assert window.toolbar.device.label == "CPU, scripted"


def test_without_a_model_the_picture_goes_on_and_the_bar_says_why(
    qtbot: QtBot, make_window: MakeWindow, opened: Opened
) -> None:
    def load(*wanted: object) -> ScriptedDetector:
        raise ModelFileError("model_missing", path="m.safetensors")

    opened.load_detector = load
    opened.sources["7"] = ScriptedCamera
    window = make_window("7")
    qtbot.waitUntil(lambda: window.bar.text != "", timeout=20_000)
    assert window.bar.text.startswith("There is no model file 'm.safetensors'.")
    assert window.bar.button.text() == "Choose a model"
    before = window.view.shown
    qtbot.waitUntil(lambda: window.view.shown is not before, timeout=20_000)
    opened.load_detector = lambda *wanted: ScriptedDetector()
    window.load_model("other.safetensors")
    qtbot.waitUntil(lambda: window.toolbar.device.label == "CPU, scripted", timeout=20_000)
    assert (window.bar.text, window.toolbar.model.label) == ("", "other")


def test_the_table_says_class_confidence_place_and_size(window: MainWindow) -> None:
    assert window.side.table.row_texts() == [
        ("person", "0.91", "20", "40", "100", "180"),
        ("bottle", "0.62", "200", "100", "40", "80"),
    ]
    assert window.side.heading.text() == "Objects in view (2)"


def test_the_confidence_slider_changes_what_is_shown(qtbot: QtBot, window: MainWindow) -> None:
    assert window.side.value.text() == "0.40"  # the model's own
    window.side.slider.setValue(15)
    qtbot.waitUntil(lambda: len(window.side.table.row_texts()) == 3, timeout=20_000)
    assert window.side.table.row_texts()[2][0] == "cup"
    window.side.slider.setValue(95)
    qtbot.waitUntil(lambda: window.side.table.row_texts() == [], timeout=20_000)
    assert window.side.heading.text() == "Objects in view (0)"


def test_the_slider_works_on_a_paused_picture(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.keyClick(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.session.paused, timeout=20_000)
    window.side.slider.setValue(80)
    qtbot.waitUntil(lambda: len(window.side.table.row_texts()) == 1, timeout=20_000)


def test_a_slider_moved_by_hand_is_not_moved_back_by_a_model(qtbot: QtBot, window: MainWindow) -> None:
    window.side.slider.setFocus()
    qtbot.keyClick(window.side.slider, Qt.Key.Key_Right)
    with qtbot.waitSignal(window.session.detector_changed, timeout=20_000):
        window.load_model("other.safetensors")
    assert window.side.value.text() == "0.41"


def test_a_recording_of_a_camera_plays_with_every_picture(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.keyClick(window, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: window.controls.record.text() == "Stop", timeout=20_000)
    qtbot.waitUntil(lambda: (window.session.recordings.status or zero).frames >= 20, timeout=20_000)
    qtbot.waitUntil(lambda: window.controls.recording.text().startswith("00:"), timeout=20_000)
    with qtbot.waitSignal(window.session.recordings.finished, timeout=20_000) as done:
        qtbot.mouseClick(window.controls.record, Qt.MouseButton.LeftButton)
    summary = done.args[0]
    assert pictures_of(summary.path) == summary.frames >= 20
    assert summary.path.parent == window.output.recordings
    qtbot.waitUntil(lambda: window.bar.text.startswith(f"Recorded: {summary.path.name}, 00:"), timeout=20_000)
    assert (window.bar.button.text(), window.bar.second_button.text()) == ("Open", "Show in folder")
    assert (window.controls.record.text(), window.controls.recording.text()) == ("Record", "")


class zero:
    frames = 0


def test_a_double_click_makes_one_recording(qtbot: QtBot, window: MainWindow) -> None:
    window.output.toggle_recording()
    begun = threading.Event()
    window.session._lane.run(begun.set)
    assert begun.wait(20)  # it runs already, and the window has not heard of it
    window.output.toggle_recording()
    qtbot.waitUntil(lambda: (window.session.recordings.status or zero).frames >= 3, timeout=20_000)
    assert len(list(window.output.recordings.iterdir())) == 1


def test_a_recording_ends_with_its_source_and_is_announced(qtbot: QtBot, window: MainWindow, clip: Path) -> None:
    window.output.toggle_recording()
    qtbot.waitUntil(lambda: (window.session.recordings.status or zero).frames >= 5, timeout=20_000)
    with qtbot.waitSignal(window.session.recordings.finished, timeout=20_000) as done:
        window.session.open(str(clip))
    assert pictures_of(done.args[0].path) == done.args[0].frames


def test_closing_the_window_finishes_the_recording(qtbot: QtBot, window: MainWindow) -> None:
    window.output.toggle_recording()
    qtbot.waitUntil(lambda: (window.session.recordings.status or zero).frames >= 5, timeout=20_000)
    window.close()
    (path,) = window.output.recordings.iterdir()
    assert pictures_of(path) >= 5


def test_closing_joins_all_threads_and_closes_the_detector(
    qtbot: QtBot, make_window: MakeWindow, opened: Opened
) -> None:
    detector = ScriptedDetector()
    opened.load_detector = lambda *wanted: detector
    opened.sources["7"] = ScriptedCamera
    window = make_window("7")
    qtbot.waitUntil(lambda: len(window.side.table.row_texts()) == 2, timeout=20_000)
    window.close()
    assert [t.name for t in threading.enumerate() if t.name.startswith("camapp-")] == []
    assert detector.closed


def test_a_snapshot_is_the_source_picture_with_its_boxes(qtbot: QtBot, window: MainWindow) -> None:
    with qtbot.waitSignal(window.session.recordings.snapped, timeout=20_000) as saved:
        qtbot.keyClick(window, Qt.Key.Key_S)
    picture = cv2.imread(str(saved.args[0]))
    assert picture.shape == (HEIGHT, WIDTH, 3)
    assert picture.std() > 1  # the camera's own picture is of one grey
    assert window.bar.text == f"Saved: {saved.args[0].name}."


def test_pause_stops_the_picture_and_start_lets_it_go_on(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.mouseClick(window.controls.pause, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.controls.pause.text() == "Play", timeout=20_000)
    assert window.session.paused
    qtbot.mouseClick(window.controls.pause, Qt.MouseButton.LeftButton)
    before = window.view.shown
    qtbot.waitUntil(lambda: window.view.shown is not before, timeout=20_000)
    assert window.controls.pause.text() == "Pause"


def test_space_presses_a_button_that_has_the_focus(qtbot: QtBot, window: MainWindow) -> None:
    window.activateWindow()
    window.controls.snapshot.setFocus()
    with qtbot.waitSignal(window.session.recordings.snapped, timeout=20_000):
        qtbot.keyClick(window, Qt.Key.Key_Space)
    assert not window.session.paused


def test_a_box_and_its_row_light_up_together(qtbot: QtBot, window: MainWindow) -> None:
    table = window.side.table
    qtbot.mouseClick(window.view, Qt.MouseButton.LeftButton, pos=box_on_screen(window, 0))
    assert [index.row() for index in table.selectionModel().selectedRows()] == [0]
    bottle = box_on_screen(window, 1)
    qtbot.mouseClick(
        table.viewport(), Qt.MouseButton.LeftButton, pos=table.visualRect(table.model().index(1, 0)).center()
    )
    assert window.view.grab().toImage().pixelColor(bottle).saturation() > 0  # the camera's own picture is grey
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert table.selectionModel().selectedRows() == []


class SteppingDetector(ScriptedDetector):
    """The person steps aside when told: far for a box, near enough to be the same person."""

    aside = 0

    def detect(self, frames: Sequence[Frame], score: float = 0.05, iou: float = 0.6) -> list[Detections]:
        found = boxes(frames[0].index)
        return [replace(found, xyxy=found.xyxy + np.float32([self.aside, 0, self.aside, 0]))]


def test_the_row_stays_chosen_as_long_as_the_box_does(qtbot: QtBot, make_window: MakeWindow, opened: Opened) -> None:
    detector = SteppingDetector()
    opened.load_detector = lambda *wanted: detector
    opened.sources["7"] = ScriptedCamera
    window = make_window("7")
    table = window.side.table
    qtbot.waitUntil(lambda: len(table.row_texts()) == 2, timeout=20_000)
    qtbot.mouseClick(window.view, Qt.MouseButton.LeftButton, pos=box_on_screen(window, 0))
    qtbot.waitUntil(lambda: (s := window.view.shown) is not None and s.selected == 0, timeout=20_000)
    detector.aside = 58
    qtbot.waitUntil(lambda: any(row[2] == "78" for row in table.row_texts()), timeout=20_000)
    shown = window.view.shown
    assert shown is not None
    assert shown.selected == 0
    assert [table.row_texts()[index.row()][2] for index in table.selectionModel().selectedRows()] == ["78"]


def test_a_lost_camera_is_said_until_pictures_return(qtbot: QtBot, make_window: MakeWindow, opened: Opened) -> None:
    camera = ScriptedCamera()
    opened.sources["7"] = lambda: camera
    window = make_window("7")
    qtbot.waitUntil(lambda: window.view.shown is not None and window.session.has_detector, timeout=20_000)
    camera.lost = CameraError("camera_lost", name="HD Webcam")
    qtbot.waitUntil(lambda: window.bar.text != "", timeout=20_000)
    assert window.bar.text == "The camera 'HD Webcam' stopped sending pictures. Trying again; check its cable."
    assert not window.bar.button.isVisible()
    assert window.view.stale
    assert window.side.heading.text().startswith("Seen last (")
    assert window.side._hint.text() == ""  # a camera that is lost sees nothing that is held in front of it
    camera.lost = None
    qtbot.waitUntil(lambda: window.bar.text == "", timeout=20_000)
    assert not window.view.stale
    assert window.side.heading.text().startswith("Objects in view (")


def test_a_file_plays_to_its_end_and_again(qtbot: QtBot, make_window: MakeWindow, clip: Path) -> None:
    window = make_window(clip)
    qtbot.waitUntil(lambda: window.bar.text == "This is the end of 'short clip.mp4'.", timeout=20_000)
    last = FRAMES - 1  # it may still be on its way to the screen
    qtbot.waitUntil(lambda: (s := window.view.shown) is not None and s.frame.index == last, timeout=20_000)
    qtbot.mouseClick(window.bar.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: (s := window.view.shown) is not None and s.frame.index < last, timeout=20_000)
    assert window.bar.text == ""


def test_a_single_picture_stays_without_a_word(qtbot: QtBot, make_window: MakeWindow, tmp_path: Path) -> None:
    path = tmp_path / "one.png"
    cv2.imwrite(str(path), np.full((HEIGHT, WIDTH, 3), 90, np.uint8))
    window = make_window(path)
    with qtbot.waitSignal(window.session.ended, timeout=20_000):
        pass
    qtbot.waitUntil(lambda: len(window.side.table.row_texts()) == 2, timeout=20_000)
    assert window.bar.text == ""


def test_the_chooser_lists_cameras_by_name_and_opens_what_is_chosen(
    qtbot: QtBot, window: MainWindow, opened: Opened
) -> None:
    opened.cameras.append(CameraInfo("Second", 4, "/dev/video4"))
    opened.sources["4"] = lambda: ScriptedCamera("Second")
    menu = window.toolbar.source.menu()
    menu.popup(QPoint(0, 0))
    qtbot.waitUntil(lambda: "Second" in [action.text() for action in menu.actions()], timeout=20_000)
    texts = [action.text().partition("\t")[0] for action in menu.actions() if action.text()]
    cameras = ["HD Webcam", "Second", "Cameras and their settings…"]
    assert texts == [*cameras, "Bundled clip", "Open file…", "Open folder…", "Stream address…"]
    next(action for action in menu.actions() if action.text() == "Second").trigger()
    menu.close()
    qtbot.waitUntil(lambda: window.toolbar.source.label.startswith("Second, 320x240"), timeout=20_000)


def test_open_file_and_stream_address_ask_without_stopping_the_picture(
    qtbot: QtBot, window: MainWindow, clip: Path
) -> None:
    qtbot.keyClick(window, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    dialog = window.findChild(QFileDialog)
    assert dialog is not None
    before = window.view.shown
    qtbot.waitUntil(lambda: window.view.shown is not before, timeout=20_000)
    dialog.fileSelected.emit(str(clip))
    dialog.close()
    qtbot.waitUntil(lambda: window.toolbar.source.label.startswith("short clip.mp4, 320x240"), timeout=20_000)
    window.sources.ask_address()
    address = window.findChild(QInputDialog)
    assert address is not None
    address.close()


def test_an_address_is_shown_without_its_password(window: MainWindow) -> None:
    window.session.opening.emit("rtsp://me:secret@host/stream")
    assert window.toolbar.source.label == "rtsp://host/stream"


def test_the_view_asks_for_pictures_of_its_own_pixels(qtbot: QtBot, window: MainWindow) -> None:
    window.resize(1000, 700)
    qtbot.waitUntil(
        lambda: (
            window.view.shown is not None and window.view.shown.picture.shape[1::-1] == window.view.size_in_pixels()
        ),
        timeout=20_000,
    )


def test_status_names_rates_delay_and_drops(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: window.controls.detector_fps.text().endswith("fps"), timeout=20_000)
    assert window.controls.camera_fps.text().endswith(" fps")
    qtbot.waitUntil(lambda: window.controls.delay.text().endswith(" ms"), timeout=20_000)
    assert window.controls.dropped.text().isdigit()


def test_every_control_has_a_name_and_says_what_it_does(window: MainWindow) -> None:
    toolbar, controls = window.toolbar, window.controls
    for widget in (
        toolbar.source,
        toolbar.model,
        toolbar.full_screen,
        controls.record,
        controls.snapshot,
        controls.pause,
        window.side.slider,
    ):
        assert widget.toolTip(), widget
        assert widget.accessibleName() or widget.text(), widget
        assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus, widget


def test_full_screen_leaves_the_picture_alone_until_escape(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.keyClick(window, Qt.Key.Key_F11)
    assert window.isFullScreen()
    assert not window.side.isVisible()
    assert not window.controls.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isFullScreen()
    assert window.side.isVisible()


def test_the_window_imports_neither_torch_nor_openvino_nor_matplotlib() -> None:
    code = "import sys, camapp.ui.app; print(sorted({'torch', 'openvino', 'matplotlib'} & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
