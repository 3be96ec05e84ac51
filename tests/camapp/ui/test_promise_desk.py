"""A promise in the window: chosen, kept, remembered, said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QInputDialog
from pytestqt.qtbot import QtBot

from camapp.live.live_stats import LiveStats
from camapp.live.promise import Plan, Promise, PromiseStatus, promise_line
from camapp.ui.main_window import MainWindow
from camapp.ui.memory import Memory
from camapp.ui.words.details import State, report
from tests.camapp.ui.conftest import Opened, ScriptedCamera

MakeWindow = Callable[..., MainWindow]


@pytest.fixture
def reopen(make_window: MakeWindow, opened: Opened, tmp_path: Path) -> Callable[[], MainWindow]:
    """A window on a camera, with the settings that the one before has left."""
    opened.sources["camera"] = ScriptedCamera
    return lambda: make_window("camera", memory=Memory(tmp_path / "settings.toml"))


def test_a_promise_is_given_to_the_pipeline_and_remembered(qtbot: QtBot, reopen: MakeWindow) -> None:
    window = reopen()
    window.toolbar.promise.chosen.emit(Promise("rate", 30.0))
    qtbot.waitUntil(lambda: "Chosen: " in window.toolbar.promise.toolTip(), timeout=20_000)
    assert window.toolbar.promise.label.startswith("30 fps")
    assert "×" in window.toolbar.size_hw.label
    qtbot.waitUntil(lambda: window.memory.settings.promise == "30 fps", timeout=20_000)
    window.close()
    again = reopen()
    assert again.session.choices.promise == Promise("rate", 30.0)
    again.toolbar.promise.chosen.emit(None)
    assert again.memory.settings.promise == ""
    assert again.session.choices.promise is None
    assert again.toolbar.promise.label == "Fastest"


def test_the_report_for_a_developer_says_what_was_chosen() -> None:
    status = PromiseStatus(Promise("rate", 30.0), Plan((192, 320), 2), (256, 416), 21.0, 33.3, True, False, 30.0)
    text = report(State("a camera", "a model", "CPU", "Automatic", LiveStats(promise=status), ()))
    assert promise_line(status) in text.splitlines()


def test_one_of_one_s_own_is_typed_and_what_is_none_is_said(qtbot: QtBot, reopen: MakeWindow) -> None:
    window = reopen()
    window.promises.ask()
    dialog = window.findChild(QInputDialog)
    assert dialog is not None
    dialog.setTextValue("65 ms")
    dialog.accept()
    assert window.session.choices.promise == Promise("delay", 65.0)
    with qtbot.waitSignal(window.promises.failed, timeout=20_000):
        window.promises.ask()
        asked = next(one for one in window.findChildren(QInputDialog) if one.isVisible())
        assert asked.textValue() == "65 ms"
        asked.setTextValue("at once")
        asked.accept()
    assert "at once" in window.bar.text
    assert window.session.choices.promise == Promise("delay", 65.0)
