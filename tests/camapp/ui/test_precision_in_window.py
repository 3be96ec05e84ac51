"""How exactly the network computes: chosen in the window, remembered, and given up where it cannot be had."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from camapp.ui.bars import catalogue
from camapp.ui.bars.catalogue import Machine
from camapp.ui.main_window import MainWindow
from camapp.ui.memory import Memory
from detector.engines.candidate import Candidate
from detector.engines.report import EngineReport
from detector.errors import DeviceError
from tests.camapp.ui.conftest import MakeWindow, Opened, ScriptedCamera, ScriptedDetector

INT8, BF16 = Candidate("openvino", "CPU", "int8", 1), Candidate("openvino", "CPU", "bf16", 1)
MEASURED = EngineReport(INT8, median_ms=((INT8, 8.04), (BF16, 21.0)))


class Loader:
    """Stands in for the engines: refuses the precisions named in `refused`, remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.refused: set[str] = set()

    def __call__(
        self, path: str | None, device: str, size_hw: object, names: object = None, precision: str = "auto"
    ) -> ScriptedDetector:
        self.asked.append(precision)
        if precision in self.refused:
            raise DeviceError("precision_missing", engine="A CPU", precision=precision, known="auto, int8, fp32")
        detector = ScriptedDetector()
        detector.report = MEASURED
        return detector


@pytest.fixture
def loader(opened: Opened) -> Loader:
    opened.load_detector = loader = Loader()
    return loader


@pytest.fixture
def reopen(
    qtbot: QtBot, make_window: MakeWindow, opened: Opened, loader: Loader, tmp_path: Path
) -> Callable[..., MainWindow]:
    """A window on a camera, with the settings that the one before has left, once its model works."""
    opened.sources["camera"] = ScriptedCamera

    def make(**others: object) -> MainWindow:
        window = make_window("camera", memory=Memory(tmp_path / "settings.toml"), **others)
        qtbot.waitUntil(lambda: window.models.state == "ready", timeout=20_000)
        return window

    return make


def entry(window: MainWindow, name: str) -> QAction:
    chooser = window.toolbar.device
    chooser.fill()
    return next(action for action in chooser.menu().actions() if action.text().startswith(name))


def test_a_precision_is_chosen_in_the_menu_and_remembered(
    qtbot: QtBot, reopen: Callable[..., MainWindow], loader: Loader
) -> None:
    window = reopen()
    assert entry(window, "Automatic, as measured").isChecked()
    assert entry(window, "int8").text() == "int8, the fastest on a processor\t8.0 ms"
    entry(window, "fp32").trigger()
    qtbot.waitUntil(lambda: window.memory.settings.precision == "fp32", timeout=20_000)
    assert loader.asked == ["auto", "fp32"]
    assert entry(window, "fp32").isChecked()
    window.close()
    reopen()
    assert loader.asked[-1] == "fp32"


def test_the_command_lines_precision_holds_for_one_run(
    qtbot: QtBot, reopen: Callable[..., MainWindow], loader: Loader
) -> None:
    window = reopen(precision="bf16")
    assert loader.asked == ["bf16"]
    assert window.memory.settings.precision == "auto"


def test_a_remembered_precision_that_cannot_be_had_is_said_and_the_fastest_taken(
    qtbot: QtBot, reopen: Callable[..., MainWindow], loader: Loader, tmp_path: Path
) -> None:
    (tmp_path / "settings.toml").write_text('precision = "int8"\n', "utf-8")
    loader.refused = {"int8"}
    window = reopen()
    assert loader.asked == ["int8", "auto"]
    assert window.bar.text == (
        "A CPU does not compute in int8. Choose one of: auto, int8, fp32. "
        "Until then it computes in the form that is the fastest here."
    )
    assert entry(window, "Automatic, as measured").isChecked()
    assert window.memory.settings.precision == "auto"  # it is said once


def test_one_that_is_chosen_and_cannot_be_had_leaves_the_one_before(
    qtbot: QtBot, reopen: Callable[..., MainWindow], loader: Loader
) -> None:
    loader.refused = {"bf16"}
    window = reopen()
    window.toolbar.device.precision_chosen.emit("bf16")
    qtbot.waitUntil(lambda: window.models.state == "ready" and bool(window.bar.text), timeout=20_000)
    assert window.bar.text.endswith("The one before goes on working.")
    assert loader.asked == ["auto", "bf16"]
    assert entry(window, "Automatic, as measured").isChecked()


def test_another_device_that_lacks_the_precision_is_taken_without_it(
    qtbot: QtBot, reopen: Callable[..., MainWindow], loader: Loader
) -> None:
    window = reopen(precision="int8")
    loader.refused = {"int8"}
    window.toolbar.device.chosen.emit("torch")
    qtbot.waitUntil(lambda: window.memory.settings.device == "torch", timeout=20_000)
    assert loader.asked == ["int8", "int8", "auto"]
    assert "int8" in window.bar.text


def test_a_processor_without_bf16_is_found_out_although_the_engine_takes_it(
    qtbot: QtBot, reopen: Callable[..., MainWindow], loader: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "find_machine", lambda: Machine("An old CPU", False, cpu_bf16=False))
    window = reopen(precision="bf16")
    window.toolbar.device.menu_opened.emit()
    qtbot.waitUntil(lambda: loader.asked == ["bf16", "auto"] and window.models.state == "ready", timeout=20_000)
    assert window.bar.text.startswith("An old CPU does not compute in bf16.")
    assert not entry(window, "bf16").isEnabled()
    assert entry(window, "bf16").toolTip() == "This processor does not compute in bf16"


def test_what_the_model_or_the_device_cannot_is_closed_and_says_why(
    reopen: Callable[..., MainWindow],
) -> None:
    window = reopen()
    chooser = window.toolbar.device
    chooser.set_int8(False)
    assert "no int8 network" in entry(window, "int8").toolTip()
    assert not entry(window, "int8").isEnabled()
    chooser.set_int8(True)
    chooser.show_device("cuda", "H100, torch fp16", "H100, torch fp16", None)
    assert entry(window, "int8").toolTip() == "This device computes with floats only"
    chooser.show_precision("auto", of_whole_picture=True)
    assert not entry(window, "fp32").isEnabled()


def test_the_button_says_why_this_precision(reopen: Callable[..., MainWindow]) -> None:
    window = reopen()
    chooser, used = window.toolbar.device, "CPU, OpenVINO int8"
    assert "Precision int8: chosen by itself, the fastest of those measured here." in chooser.toolTip()
    chooser.show_device("auto", used, used, replace(MEASURED, median_ms=()))
    assert "Precision int8: chosen by itself, the model brings it" in chooser.toolTip()
    chooser.show_precision("int8", of_whole_picture=False)
    assert "Precision int8: you chose it." in chooser.toolTip()
    chooser.show_precision("bf16", of_whole_picture=False)  # and int8 took its place: the trouble says why
    assert "Precision" not in chooser.toolTip()


def test_the_bundled_model_brings_int8_and_a_missing_file_does_not(tmp_path: Path) -> None:
    assert catalogue.has_int8("")
    assert not catalogue.has_int8(str(tmp_path / "none.safetensors"))
