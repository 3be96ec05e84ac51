from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import av
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QInputDialog
from pytestqt.qtbot import QtBot

from camapp.errors import CameraError, SourceError
from camapp.live.live_stats import RecordingStatus
from camapp.live.pipeline import LivePipeline
from camapp.live.reading.file_source import VideoFile
from camapp.live.recording.recorder import RecordingSummary
from camapp.ui.bars.controls import DASH
from camapp.ui.main_window import MainWindow
from detector.types import Frame
from tests.camapp.ui.conftest import FRAMES, MakeWindow, Opened, ScriptedCamera, pictures_of


def test_a_running_recording_says_length_size_and_how_long_the_disk_lasts(window: MainWindow) -> None:
    for seconds_left, said in ((11_400.0, "3 h 10 left"), (600.0, "10 min left"), (9e5, "10 days left")):
        window.controls.show_recording(RecordingStatus(Path("a.mp4"), 12.0, 12_000_000, 360, 0, seconds_left))
        assert window.controls.recording.text() == f"00:12 · 12 MB · {said}"


def test_a_recording_is_opened_and_shown_in_its_folder(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", asked.append)
    window.output.set_name("Kitchen: Monday")
    window.output.toggle_recording()
    qtbot.waitUntil(lambda: window.controls.recording.text().startswith("00:"), timeout=20_000)
    qtbot.waitUntil(lambda: (s := window.session.recordings.status) is not None and s.frames > 3, timeout=20_000)
    with qtbot.waitSignal(window.session.recordings.finished, timeout=20_000) as done:
        window.output.toggle_recording()
    path = done.args[0].path
    assert path.name.startswith("Kitchen Monday 2")
    qtbot.mouseClick(window.bar.button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(window.bar.second_button, Qt.MouseButton.LeftButton)
    assert [Path(url.toLocalFile()) for url in asked] == [path, path.parent]


def test_the_folder_is_said_and_can_be_changed(window: MainWindow, tmp_path: Path) -> None:
    window.output.set_folder(str(tmp_path / "elsewhere"))
    options = window.controls.options
    assert options.toolTip().endswith(f"They go to {tmp_path / 'elsewhere'}")
    options.menu().aboutToShow.emit()
    assert f"Folder: {tmp_path / 'elsewhere'}" in [action.text() for action in options.menu().actions()]
    assert window.output.pictures == tmp_path / "elsewhere"


def test_the_name_is_asked_for_without_stopping_the_picture(qtbot: QtBot, window: MainWindow) -> None:
    window.output.ask_name()
    (dialog,) = window.findChildren(QInputDialog)
    assert dialog.textValue() == "camapp"
    dialog.setTextValue("../..")
    dialog.accept()
    assert window.memory.settings.recording.name == "camapp"


def test_what_the_bar_says_follows_the_language(qapp: QApplication, window: MainWindow) -> None:
    window.bar.say("done", window._announcer._done("Saved: x.png.", Path("x.png")))
    QApplication.sendEvent(window, QEvent(QEvent.Type.LanguageChange))
    assert window.bar.text == "Saved: x.png."
    assert window.controls.record.text() == "Record"


def test_a_narrow_window_keeps_the_recordings_progress_readable(qtbot: QtBot, window: MainWindow) -> None:
    for timer in window._timers:
        timer.stop()  # what is shown stays
    window.resize(940, 540)
    window.controls.show_recording(RecordingStatus(Path("a.mp4"), 3612.0, 1_200_000_000, 360, 12, 145_000.0))
    label = window.controls.recording
    assert label.text() == "1:00:12 · 1.20 GB · 40 h 16 left · 12 missed"
    qtbot.waitUntil(lambda: label.width() >= label.fontMetrics().horizontalAdvance(label.text()), timeout=20_000)


def at_its_end(qtbot: QtBot, make_window: MakeWindow, clip: Path) -> MainWindow:
    window = make_window(clip)
    qtbot.waitUntil(lambda: window.bar.text == "This is the end of 'short clip.mp4'.", timeout=20_000)
    return window


def test_a_recording_begun_at_a_files_end_records_it_from_the_start(
    qtbot: QtBot, make_window: MakeWindow, clip: Path
) -> None:
    window = at_its_end(qtbot, make_window, clip)
    with (
        qtbot.waitSignals([window.session.left_end, window.session.ended], timeout=20_000, order="strict"),
        qtbot.waitSignal(window.session.recordings.finished, timeout=20_000) as done,
    ):
        qtbot.mouseClick(window.controls.record, Qt.MouseButton.LeftButton)
    assert pictures_of(done.args[0].path) == FRAMES


def test_a_recording_ends_with_its_file_and_is_said_with_ways_to_see_it(
    qtbot: QtBot, make_window: MakeWindow, clip: Path
) -> None:
    window = at_its_end(qtbot, make_window, clip)
    with qtbot.waitSignal(window.session.recordings.finished, timeout=20_000):
        qtbot.mouseClick(window.controls.record, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.controls.record.text() == "Record", timeout=20_000)
    assert window.bar.text.startswith("Recorded: ")
    assert (window.bar.button.text(), window.bar.second_button.text()) == ("Open", "Show in folder")
    window.bar.dismiss()
    assert window.bar.text == "This is the end of 'short clip.mp4'."


def test_a_recording_ends_with_a_file_that_turns_out_to_be_damaged(
    qtbot: QtBot, make_window: MakeWindow, opened: Opened, clip: Path
) -> None:
    class Damaged(VideoFile):
        def __iter__(self) -> Iterator[Frame]:
            yield from super().__iter__()
            raise SourceError("source_damaged", name=self.name, frames=FRAMES)

    opened.sources[str(clip)] = lambda: Damaged(clip)
    window = make_window(clip)
    qtbot.waitUntil(window.controls.record.isEnabled, timeout=20_000)
    with qtbot.waitSignal(window.session.recordings.finished, timeout=20_000):
        qtbot.mouseClick(window.controls.record, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.controls.record.text() == "Record", timeout=20_000)
    assert window.bar.text.startswith("Recorded: ")
    window.bar.dismiss()
    assert "short clip.mp4" in window.bar.text


def test_the_pause_button_plays_a_file_again_that_has_ended(qtbot: QtBot, make_window: MakeWindow, clip: Path) -> None:
    window = at_its_end(qtbot, make_window, clip)
    assert window.controls.pause.text() == "Play"
    with qtbot.waitSignal(window.session.left_end, timeout=20_000):
        qtbot.mouseClick(window.controls.pause, Qt.MouseButton.LeftButton)
    assert (window.bar.text, window.controls.pause.text()) == ("", "Pause")


def test_a_new_recording_takes_away_what_was_said_of_the_one_before(qtbot: QtBot, window: MainWindow) -> None:
    window.output.toggle_recording()
    qtbot.waitUntil(lambda: (s := window.session.recordings.status) is not None and s.frames > 3, timeout=20_000)
    with qtbot.waitSignal(window.session.recordings.finished, timeout=20_000):
        window.output.toggle_recording()
    assert window.bar.text.startswith("Recorded: ")
    with qtbot.waitSignal(window.session.recordings.changed, timeout=20_000):
        window.output.toggle_recording()
    camera = window.session.source
    assert isinstance(camera, ScriptedCamera)
    for lost, said in ((CameraError("camera_lost", name="HD Webcam"), "The camera 'HD Webcam' stopped"), (None, "")):
        camera.lost = lost
        with qtbot.waitSignal(window.session.failed if lost else window.session.mended, timeout=20_000):
            pass
        assert window.bar.text[: len(said) or None] == said


def test_the_delay_is_a_dash_when_no_pictures_come(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: window.controls.delay.text().endswith(" ms"), timeout=20_000)
    camera = window.session.source
    assert isinstance(camera, ScriptedCamera)
    camera.lost = CameraError("camera_lost", name="HD Webcam")
    qtbot.waitUntil(lambda: window.controls.camera_fps.text() == DASH, timeout=20_000)
    assert window.controls.delay.text() == DASH


def test_while_a_recording_is_saved_the_button_says_so_and_begins_no_other(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder_is_done = threading.Event()
    finish = LivePipeline.stop_recording

    def slowly(pipeline: LivePipeline) -> RecordingSummary | None:
        encoder_is_done.wait(20)
        return finish(pipeline)

    qtbot.keyClick(window, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: (s := window.session.recordings.status) is not None and s.frames > 3, timeout=20_000)
    monkeypatch.setattr(LivePipeline, "stop_recording", slowly)
    for _ in range(2):
        qtbot.mouseClick(window.controls.record, Qt.MouseButton.LeftButton)
        assert window.controls.record.text() == "Saving…"
    with qtbot.waitSignal(window.session.recordings.finished, timeout=20_000):
        encoder_is_done.set()
    qtbot.waitUntil(lambda: window.controls.record.text() == "Record", timeout=20_000)
    assert len(list(window.output.recordings.iterdir())) == 1


def test_quality_and_a_clean_picture_are_chosen_in_the_menu(qtbot: QtBot, window: MainWindow) -> None:
    menu = window.controls.options.menu()
    for words in ("Small file", "Clean picture, boxes in a file beside it"):
        menu.popup(QPoint(0, 0))
        action = next(action for action in menu.actions() if action.text() == words)
        assert action.toolTip() != words
        action.trigger()
        menu.close()
    recording = window.memory.settings.recording
    assert (recording.quality, recording.clean) == ("small", True)
    window.activateWindow()
    qtbot.keyClick(window, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: (s := window.session.recordings.status) is not None and s.frames > 3, timeout=20_000)
    with qtbot.waitSignal(window.session.recordings.finished, timeout=20_000) as done:
        qtbot.keyClick(window, Qt.Key.Key_R)
    path: Path = done.args[0].path
    first = json.loads(path.with_suffix(".jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert (first["class"], first["w"], first["h"]) == ("person", 100, 180)
    with av.open(str(path)) as video:
        picture = next(video.decode(video=0)).to_ndarray(format="bgr24")
    assert picture.std() < 5  # the camera's own picture is of one grey
