"""Each bad input of the main job gets its sentence in the bar, and the window goes on."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from camapp.errors import CameraError, RecordingError
from camapp.live.camera.listing import CameraInfo
from camapp.live.reading import stream_source
from camapp.live.recording.recorder import Recorder
from camapp.ui.doors import load_detector
from camapp.ui.main_window import MainWindow
from tests.camapp.cli_helpers import with_index_first, write_clip
from tests.camapp.live.servers import PictureServer
from tests.camapp.ui.conftest import MakeWindow, Opened, ScriptedCamera, pictures_of


def an_empty_folder(folder: Path) -> Path:
    (folder / "empty").mkdir()
    return folder / "empty"


def a_text_named_mp4(folder: Path) -> Path:
    (folder / "notes.mp4").write_text("These are notes, not a video.\n" * 50)
    return folder / "notes.mp4"


def a_missing_file(folder: Path) -> Path:
    return folder / "gone.mp4"


def a_cut_picture(folder: Path) -> Path:
    path = folder / "cut.png"
    cv2.imwrite(str(path), np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8))
    path.write_bytes(path.read_bytes()[:40])
    return path


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (an_empty_folder, "The folder '{path}' holds no pictures."),
        (a_text_named_mp4, "'{path}' is not a video or picture that can be read."),
        (a_missing_file, "There is no file or folder '{path}'."),
        (a_cut_picture, "'{path}' is not a video or picture that can be read."),
    ],
)
def test_a_bad_file_is_named_in_the_bar(
    qtbot: QtBot,
    make_window: MakeWindow,
    tmp_path: Path,
    clip: Path,
    make: Callable[[Path], Path],
    says: str,
) -> None:
    path = make(tmp_path)
    window = make_window(path)
    qtbot.waitUntil(lambda: window.bar.text != "", timeout=20_000)
    assert window.bar.text.startswith(says.format(path=path))
    assert window.bar.button.text() == "Choose a source"
    window.session.open(str(clip))
    qtbot.waitUntil(lambda: window.view.shown is not None, timeout=20_000)
    assert window.bar.text in ("", "This is the end of 'short clip.mp4'.")


@pytest.mark.parametrize(
    ("code", "starts"),
    [
        ("camera_in_use", "The camera 'HD Webcam' is in use by another program."),
        ("camera_forbidden", "You are not allowed to use the camera 'HD Webcam'."),
        ("camera_silent", "The camera 'HD Webcam' sends no pictures."),
    ],
)
def test_a_camera_that_does_not_open_is_named_in_the_bar(
    qtbot: QtBot, make_window: MakeWindow, opened: Opened, code: str, starts: str
) -> None:
    opened.sources["7"] = lambda: ScriptedCamera(error=CameraError(code, name="HD Webcam"))
    window = make_window("7")
    qtbot.waitUntil(lambda: window.bar.text != "", timeout=20_000)
    assert window.bar.text.startswith(starts)
    assert window.bar.button.text() == "Try again"
    opened.sources["7"] = ScriptedCamera
    window.bar.button.click()
    qtbot.waitUntil(lambda: window.view.shown is not None, timeout=20_000)
    assert window.bar.text == ""


def test_a_camera_that_is_not_there_is_said(qtbot: QtBot, make_window: MakeWindow) -> None:
    window = make_window("91")
    qtbot.waitUntil(lambda: window.bar.text != "", timeout=20_000)
    assert window.bar.text.startswith(("There is no camera '91'.", "No camera was found."))


def test_a_stream_that_does_not_answer_is_said(qtbot: QtBot, make_window: MakeWindow) -> None:
    window = make_window("http://127.0.0.1:9/stream")
    qtbot.waitUntil(lambda: window.bar.text != "", timeout=20_000)
    assert window.bar.text.startswith("The stream 'http://127.0.0.1:9/stream' does not answer.")
    assert window.bar.button.text() == "Try again"


def test_a_silent_stream_is_said_while_the_window_answers(
    qtbot: QtBot, make_window: MakeWindow, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_source, "TIMEOUT_S", 0.5)
    with closing(PictureServer()) as server:
        window = make_window(f"{server.address}/silent")
        qtbot.waitUntil(lambda: window.bar.text != "", timeout=20_000)
        assert window.bar.text.startswith(f"The stream '{server.address}/silent' does not answer.")
        window.session.open(str(clip))
        qtbot.waitUntil(lambda: window.view.shown is not None, timeout=20_000)


def test_a_truncated_video_is_shown_as_far_as_it_goes(qtbot: QtBot, make_window: MakeWindow, tmp_path: Path) -> None:
    cut = tmp_path / "cut.mp4"
    with_index_first(write_clip(tmp_path / "whole.mp4", frames=30), cut)
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size // 2])
    window = make_window(cut)
    qtbot.waitUntil(lambda: window.bar.text != "", timeout=20_000)
    assert window.bar.text.startswith(f"'{cut}' is damaged after ")
    assert window.view.shown is not None
    assert 0 < window.view.shown.frame.index < 29


def test_a_video_without_its_index_is_said(qtbot: QtBot, make_window: MakeWindow, clip: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(clip.read_bytes()[: clip.stat().st_size // 2])
    window = make_window(cut)
    qtbot.waitUntil(lambda: window.bar.text != "", timeout=20_000)
    assert window.bar.text.startswith(f"'{cut}' ")


@pytest.mark.parametrize(
    "picture",
    [
        np.full((1, 1, 3), 99, np.uint8),
        np.full((9000, 12000), 99, np.uint8),
        np.full((90, 160), 99, np.uint8),
        np.full((90, 160, 3), 99 << 8, np.uint16),
        np.full((90, 160, 4), 99, np.uint8),
    ],
    ids=["1x1", "12000x9000", "grey", "16-bit", "RGBA"],
)
def test_odd_pictures_are_shown_and_can_be_saved(
    qtbot: QtBot, make_window: MakeWindow, tmp_path: Path, picture: np.ndarray
) -> None:
    path = tmp_path / "odd.png"
    cv2.imwrite(str(path), picture, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    window = make_window(path)
    qtbot.waitUntil(lambda: window.view.shown is not None, timeout=20_000)
    shown = window.view.shown
    assert shown is not None
    assert shown.frame.size_wh == (picture.shape[1], picture.shape[0])
    middle = shown.to_picture(picture.shape[1] / 2, picture.shape[0] / 2)
    assert shown.picture[int(middle[1]), int(middle[0])].tolist() == [99, 99, 99, 255]
    assert window.bar.text == ""


def the_beginning(model: bytes) -> bytes:
    return model[: len(model) // 2]


def another_architecture(model: bytes) -> bytes:
    return model.replace(b"resnet18", b"resnet99")


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (the_beginning, "The model file '{path}' is incomplete or damaged."),
        (another_architecture, "The model file '{path}' names an unknown architecture, 'resnet99'."),
    ],
)
def test_a_model_that_cannot_be_used_is_named_in_the_bar(
    qtbot: QtBot,
    make_window: MakeWindow,
    opened: Opened,
    cli_model: Path,
    tmp_path: Path,
    damage: Callable[[bytes], bytes],
    says: str,
) -> None:
    path = tmp_path / "bad.safetensors"
    path.write_bytes(damage(cli_model.read_bytes()))
    opened.load_detector = load_detector
    opened.sources["7"] = ScriptedCamera
    window = make_window("7", str(path))
    qtbot.waitUntil(lambda: window.bar.text != "", timeout=20_000)
    assert window.bar.text.startswith(says.format(path=path))
    assert window.bar.button.text() == "Choose a model"


@pytest.mark.parametrize("content", [b"", b"no model", b"\xff" * 100, b"\x08\x00\x00\x00\x00\x00\x00\x00{}      "])
def test_a_broken_model_leaves_the_picture_and_is_said(
    qtbot: QtBot, make_window: MakeWindow, opened: Opened, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "broken.safetensors"
    path.write_bytes(content)
    opened.load_detector = load_detector
    opened.sources["7"] = ScriptedCamera
    window = make_window("7", str(path))
    qtbot.waitUntil(lambda: window.bar.text != "", timeout=20_000)
    assert "broken.safetensors'" in window.bar.text
    assert window.bar.button.text() == "Choose a model"
    assert window.toolbar.device.label == "not loaded"
    before = window.view.shown
    qtbot.waitUntil(lambda: window.view.shown is not before, timeout=20_000)


def test_a_folder_that_cannot_be_written_is_said_and_another_one_works(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    window.memory.keep_recording(folder=str(tmp_path / "file" / "movies"))
    window.output.toggle_recording()
    qtbot.waitUntil(lambda: window.bar.text != "", timeout=20_000)
    assert window.bar.text.startswith(f"'{window.output.recordings}' cannot be written: ")
    assert window.bar.button.text() == "Choose a folder"
    assert window.controls.record.text() == "Record"
    window.output.set_folder(str(tmp_path / "other"))
    assert window.bar.text == ""
    window.output.toggle_recording()
    qtbot.waitUntil(lambda: window.controls.record.text() == "Stop", timeout=20_000)


def test_a_snapshot_that_cannot_be_saved_is_said(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    window.memory.keep_recording(pictures=str(tmp_path / "file" / "pictures"))
    window.output.save_snapshot()
    qtbot.waitUntil(lambda: "cannot be written" in window.bar.text, timeout=20_000)


def test_a_full_disk_is_said_and_the_window_can_record_again(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Recorder.write

    def full(self: Recorder, image: np.ndarray, time_s: float) -> None:
        if self.frames == 5:
            raise RecordingError("disk_full", path="camapp.mp4") from OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(self, image, time_s)

    with monkeypatch.context() as patched:
        patched.setattr(Recorder, "write", full)
        window.output.toggle_recording()
        qtbot.waitUntil(lambda: window.bar.text != "", timeout=20_000)
        assert window.bar.text.startswith("The disk is full: 'camapp.mp4' ends here.")
        assert window.bar.button.text() == "Open folder"
        qtbot.waitUntil(lambda: window.controls.record.text() == "Record", timeout=20_000)
    (kept,) = window.output.recordings.iterdir()
    assert pictures_of(kept) == 5
    window.output.toggle_recording()
    qtbot.waitUntil(lambda: window.controls.record.text() == "Stop", timeout=20_000)


def test_a_forbidden_camera_gives_the_clip_and_its_sentence(
    qtbot: QtBot, make_window: MakeWindow, opened: Opened
) -> None:
    opened.cameras = [CameraInfo("HD Webcam", 0, "/dev/video0")]
    opened.sources["0"] = lambda: ScriptedCamera(error=CameraError("camera_forbidden", name="HD Webcam"))
    window = make_window()
    qtbot.waitUntil(lambda: window.view.shown is not None, timeout=20_000)
    assert window.bar.text.startswith("You are not allowed to use the camera 'HD Webcam'.")
    assert window.toolbar.source.label.startswith("Bundled clip")
