from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from camapp.settings import Settings, add_settings, load_settings
from camapp.ui import memory as writes
from camapp.ui.memory import Memory


def test_two_windows_at_once_do_not_undo_each_other(qapp: QApplication, tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    one, other = Memory(path), Memory(path)
    one.keep(scheme="dark")
    one.keep_recent("one.mp4")
    other.keep(language="zh_CN")
    other.keep_recent("other.mp4")
    other.close()
    one.keep_display(follow=True)
    one.close()
    kept, _ = load_settings(path)
    assert (kept.scheme, kept.language, kept.display.follow) == ("dark", "zh_CN", True)
    assert kept.recent == ("one.mp4", "other.mp4")


def test_what_is_taken_back_while_a_slow_disk_writes_it_is_taken_back_in_the_file_too(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, go_on = threading.Event(), threading.Event()

    def slowly(ours: Settings, base: Settings, path: Path) -> None:
        began.set()
        go_on.wait(60)
        add_settings(ours, base, path)

    monkeypatch.setattr(writes, "add_settings", slowly)
    memory = Memory(tmp_path / "settings.toml")
    memory.keep(scheme="dark")
    qtbot.waitUntil(began.is_set, timeout=20_000)
    with qtbot.waitSignal(memory._timer.timeout, timeout=20_000):  # the second is asked for during the first
        memory.keep(scheme="system")
    go_on.set()
    memory.close()
    assert load_settings(tmp_path / "settings.toml")[0].scheme == "system"
