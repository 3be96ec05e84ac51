from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from camapp.errors import CameraError
from camapp.settings import load_settings
from camapp.ui.main_window import MainWindow
from camapp.ui.memory import Memory
from camapp.ui.words import details
from tests.camapp.ui.conftest import MakeWindow


def test_the_first_words_are_said_once(qtbot: QtBot, make_window: MakeWindow, clip: Path, tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    window = make_window(clip, memory=Memory(path))
    qtbot.waitUntil(lambda: window.view.shown is not None, timeout=20_000)
    card = window.help.card
    assert card.isVisible()
    assert "Welcome to camapp" in card.texts
    assert window.controls.record.isEnabled()  # it blocks nothing
    QApplication.sendEvent(window.help, QEvent(QEvent.Type.LanguageChange))
    assert card.isVisible()
    qtbot.mouseClick(card.button, Qt.MouseButton.LeftButton)
    assert not card.isVisible()
    window.close()
    assert load_settings(path)[0].seen_welcome
    assert not make_window(clip, memory=Memory(path)).help.card.isVisible()


def test_keys_are_listed_and_escape_closes_them(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.keyClick(window, Qt.Key.Key_F1)
    assert {"Keys", "Space", "F11", "begin or finish a recording"} <= set(window.help.card.texts)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.help.card.isVisible()


def test_details_for_a_report_have_versions_device_and_errors_but_no_password(qtbot: QtBot, window: MainWindow) -> None:
    window.session.failed.emit(CameraError("stream_silent", name="rtsp://me:secret@10.0.0.2/a?token=hidden"))
    window.help.copy_details()
    qtbot.waitUntil(lambda: "clipboard" in window.bar.text, timeout=20_000)
    text = QGuiApplication.clipboard().text()
    assert text.startswith("camapp 0.")
    assert "device: CPU, scripted" in text
    assert "source: HD Webcam, 320x240 MJPG, 100 fps" in text
    assert "stream_silent: The stream 'rtsp://***@10.0.0.2/a?token=***' does not answer." in text
    assert "secret" not in text
    assert "hidden" not in text


def test_the_name_of_the_home_folder_stays_at_home() -> None:
    assert details.without_secrets(f"{Path.home()}/films/a.mp4") == "~/films/a.mp4"


def test_the_program_puts_itself_into_the_applications_menu(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    window.toolbar.menu.entry_wanted.emit()
    qtbot.waitUntil(lambda: "applications menu" in window.bar.text, timeout=20_000)
    assert "Name=camapp" in (tmp_path / "applications" / "camapp.desktop").read_text("utf-8")


def test_a_menu_that_cannot_be_written_is_said(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    window.toolbar.menu.entry_wanted.emit()
    qtbot.waitUntil(lambda: "cannot be written" in window.bar.text, timeout=20_000)
