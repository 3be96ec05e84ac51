from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QScreen
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from camapp.live.camera.listing import CameraInfo
from camapp.settings import Settings, load_settings, save_settings
from camapp.ui.look.theme import DARK, Theme
from camapp.ui.main_window import MainWindow
from camapp.ui.memory import Memory
from camapp.ui.words.language import Language
from detector.errors import ModelFileError
from detector.paths import DEFAULT_MODEL
from tests.camapp.ui.conftest import MakeWindow, Opened, ScriptedCamera, ScriptedDetector


@pytest.fixture
def path(tmp_path: Path, theme: Theme) -> Iterator[Path]:
    yield tmp_path / "settings.toml"
    theme.choose(Qt.ColorScheme.Unknown)


@pytest.fixture
def reopen(qtbot: QtBot, make_window: MakeWindow, path: Path) -> MakeWindow:
    """Closes the window before and opens one with the settings that it left."""
    made: list[MainWindow] = []

    def open_anew(source: str | None = None) -> MainWindow:
        for window in made:
            window.close()
        made.append(make_window(source, memory=Memory(path)))
        qtbot.waitUntil(lambda: made[-1].view.shown is not None, timeout=20_000)
        return made[-1]

    return open_anew


def test_the_source_chosen_by_hand_is_opened_again_by_its_name(
    qtbot: QtBot, reopen: MakeWindow, opened: Opened, path: Path
) -> None:
    opened.cameras = [CameraInfo("First", 0, "/dev/video0"), CameraInfo("Second", 2, "/dev/video2")]
    opened.sources["0"] = lambda: ScriptedCamera("First")
    opened.sources["2"] = opened.sources["camera:Second"] = lambda: ScriptedCamera("Second")
    window = reopen()
    assert window.toolbar.source.label.startswith("First, ")
    window.session.open("2")
    qtbot.waitUntil(lambda: window.toolbar.source.label.startswith("Second, "), timeout=20_000)
    window = reopen()
    assert window.toolbar.source.label.startswith("Second, ")
    assert load_settings(path)[0].source == "camera:Second"


def test_a_source_that_is_gone_gives_way_and_says_so(reopen: MakeWindow, opened: Opened, path: Path) -> None:
    save_settings(Settings(source="/gone/film.mp4"), path)
    opened.cameras = [CameraInfo("HD Webcam", 0, "/dev/video0")]
    opened.sources["0"] = ScriptedCamera
    window = reopen()
    assert window.toolbar.source.label.startswith("HD Webcam, ")
    assert window.bar.text == (
        "There is no file or folder '/gone/film.mp4'. Check the name. Until then you see 'HD Webcam'."
    )


def test_files_seen_before_are_in_the_menu(reopen: MakeWindow, clip: Path) -> None:
    reopen(str(clip))
    window = reopen()
    assert window.toolbar.source.label.startswith("short clip.mp4, ")
    assert window.memory.settings.recent == (str(clip),)
    window.toolbar.source.menu().aboutToShow.emit()
    assert "short clip.mp4" in [action.text() for action in window.toolbar.source.menu().actions()]


def test_colours_device_and_input_size_are_kept(qtbot: QtBot, reopen: MakeWindow, opened: Opened, clip: Path) -> None:
    asked: list[tuple[object, ...]] = []

    def load(*wanted: object) -> ScriptedDetector:
        asked.append(wanted)
        return ScriptedDetector()

    opened.load_detector = load
    window = reopen(str(clip))
    qtbot.waitUntil(lambda: window.session.has_detector, timeout=20_000)
    window.personal.choose_scheme("dark")
    window.models.choose_device("cpu")
    window.models.choose_size((384, 640))
    qtbot.waitUntil(lambda: asked[-1] == (None, "cpu", (384, 640)), timeout=20_000)
    assert window.toolbar.size_hw.label == "640×384"
    qtbot.waitUntil(lambda: window.memory.settings.input_size == (384, 640), timeout=20_000)
    asked.clear()
    window = reopen()
    assert window.palette().window().color().name() == DARK.window
    qtbot.waitUntil(lambda: asked == [(None, "cpu", (384, 640))], timeout=20_000)


def load_all_but_broken(path: str | None, *_unused: object) -> ScriptedDetector:
    if path == "broken.safetensors":
        raise ModelFileError("model_missing", path=path)
    return ScriptedDetector()


def test_a_model_is_remembered_once_it_has_loaded(qtbot: QtBot, window: MainWindow, opened: Opened) -> None:
    opened.load_detector = load_all_but_broken
    window.load_model("good.safetensors")
    qtbot.waitUntil(lambda: window.memory.settings.model == "good.safetensors", timeout=20_000)
    with qtbot.waitSignal(window.session.model_failed, timeout=20_000):
        window.load_model("broken.safetensors")
    assert window.memory.settings.model == "good.safetensors"
    assert window.memory.settings.recent_models == ("good.safetensors",)


def test_a_model_that_does_not_load_leaves_the_one_before_in_view_and_says_so(
    qtbot: QtBot, window: MainWindow, opened: Opened
) -> None:
    opened.load_detector = load_all_but_broken
    before = window.toolbar.model.label
    with qtbot.waitSignal(window.session.model_failed, timeout=20_000):
        window.load_model("broken.safetensors")
    assert (window.toolbar.model.label, window.toolbar.device.label) == (before, "CPU, scripted")
    assert window.bar.text.startswith("There is no model file 'broken.safetensors'.")
    assert window.bar.text.endswith("The one before goes on working.")


def test_a_remembered_model_that_is_gone_gives_way_to_the_bundled_one_and_says_so(
    qtbot: QtBot, reopen: MakeWindow, opened: Opened, path: Path, clip: Path
) -> None:
    save_settings(Settings(model="broken.safetensors"), path)
    opened.load_detector = load_all_but_broken
    window = reopen(str(clip))
    qtbot.waitUntil(lambda: window.session.has_detector, timeout=20_000)
    assert (window.toolbar.model.label, window.toolbar.device.label) == (DEFAULT_MODEL.stem, "CPU, scripted")
    assert window.bar.has("model")
    window.bar.clear("end")  # the clip is short
    assert window.bar.text.startswith("There is no model file 'broken.safetensors'.")
    assert window.bar.text.endswith("Until then the bundled model works.")


@pytest.mark.parametrize("screen", [QSize(1366, 728), QSize(1024, 600)])
def test_the_first_window_fits_the_screen_with_the_record_row_in_sight(
    qtbot: QtBot, make_window: MakeWindow, clip: Path, monkeypatch: pytest.MonkeyPatch, screen: QSize
) -> None:
    monkeypatch.setattr(QScreen, "availableGeometry", lambda _self: QRect(QPoint(0, 0), screen))
    window = make_window(clip)
    qtbot.waitUntil(lambda: window.timeline.isVisible(), timeout=20_000)
    QApplication.processEvents()
    assert window.width() <= screen.width()
    assert window.height() < screen.height()  # and the frame around it
    row = window.controls
    assert row.mapTo(window, row.rect().bottomRight()).y() < window.height()
    assert row.height() >= row.minimumSizeHint().height()


def test_the_window_keeps_its_place(qtbot: QtBot, reopen: MakeWindow, clip: Path) -> None:
    window = reopen(str(clip))
    window.resize(940, 573)  # Qt keeps it within the screen, and that of the tests is small
    qtbot.waitUntil(lambda: window.height() == 573, timeout=20_000)
    assert reopen().size() == window.size()


def test_broken_settings_are_said_and_kept_aside(reopen: MakeWindow, path: Path, clip: Path) -> None:
    path.write_text("source = [")
    window = reopen(str(clip))
    assert window.bar.text.startswith("The settings could not be understood; all is as at the first start.")
    assert path.with_name("settings.toml.broken").read_text() == "source = ["


def test_a_device_is_named_and_said_why(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: "fastest" in window.toolbar.device.toolTip(), timeout=20_000)
    assert window.toolbar.device.label == "CPU, scripted"


def test_the_models_that_came_along_are_listed_with_their_figures(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    (tmp_path / "bad.safetensors").write_bytes(b"no model")
    window.memory.keep_recent_model(str(tmp_path / "bad.safetensors"))
    menu = window.toolbar.model.menu()
    menu.aboutToShow.emit()
    menu.popup(window.pos())
    qtbot.waitUntil(lambda: any(action.text() == "bad" for action in menu.actions()), timeout=20_000)
    bad = next(action for action in menu.actions() if action.text() == "bad")
    assert not bad.isEnabled()
    assert "is not a camapp model" in bad.toolTip()
    menu.close()


def test_the_language_changes_without_a_restart(qapp: QApplication, make_window: MakeWindow, clip: Path) -> None:
    language = Language(qapp)
    window = make_window(clip, language=language)
    window.personal.choose_language("zh_CN")
    assert (language.spoken, window.session.choices.language) == ("zh_CN", "zh")
    window.personal.choose_language("en")
    assert (language.spoken, window.session.choices.language) == ("en", "en")
