from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QApplication

from camapp.settings import load_settings
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
