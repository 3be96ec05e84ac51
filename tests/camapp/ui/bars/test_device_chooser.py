from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from camapp.ui.bars.catalogue import Machine
from camapp.ui.bars.device_chooser import DeviceChooser
from camapp.ui.main_window import MainWindow
from detector.engines.candidate import Candidate
from detector.engines.report import EngineReport
from detector.errors import DeviceError
from tests.camapp.ui.conftest import MakeWindow, Opened, ScriptedDetector

ONE, TWO = Candidate("openvino", "CPU", "int8", 1), Candidate("openvino", "CPU", "int8", 2)
BF16 = Candidate("openvino", "CPU", "bf16")
MEASURED = EngineReport(TWO, median_ms=((TWO, 8.04), (ONE, 9.6), (BF16, 21.0)))
USED = "CPU, OpenVINO int8"


@pytest.fixture
def chooser(qtbot: QtBot) -> DeviceChooser:
    made = DeviceChooser()
    qtbot.addWidget(made)
    return made


def texts(chooser: DeviceChooser) -> list[str]:
    chooser.fill()
    return [action.text() for action in chooser.menu().actions() if action.text()]


def test_an_engine_that_was_measured_says_so_and_how_fast_the_others_were(qtbot: QtBot, chooser: DeviceChooser) -> None:
    chooser.show_device("auto", USED, USED, MEASURED)
    assert "the fastest of those that were measured on this machine" in chooser.toolTip()
    assert texts(chooser)[-5:] == [
        "Measured here, for one picture:",
        "OpenVINO int8, CPU, 2 threads: 8.0 ms, at work now",
        "OpenVINO int8, CPU, 1 thread: 9.6 ms",
        "OpenVINO bf16, CPU: 21.0 ms",
        "Measure again",
    ]
    with qtbot.waitSignal(chooser.again_wanted):
        chooser.menu().actions()[-1].trigger()


def test_while_engines_are_raced_it_says_so_and_is_not_asked_again(chooser: DeviceChooser) -> None:
    chooser.show_device("auto", USED, USED, replace(MEASURED, measuring=True))
    assert "Others are being tried beside it" in chooser.toolTip()
    chooser.fill()
    assert not chooser.menu().actions()[-1].isEnabled()


def test_what_is_not_used_is_named_with_the_reason(chooser: DeviceChooser) -> None:
    why = DeviceError("engine_differs", engine="Intel GPU, OpenVINO int8", wrong=3, boxes=8)
    chooser.show_device("auto", USED, USED, replace(MEASURED, refused=((BF16, why),)))
    assert "Intel GPU, OpenVINO int8 is not used: 3 boxes on the check picture differ" in chooser.toolTip()


def test_intels_devices_are_offered_where_they_are(chooser: DeviceChooser) -> None:
    chooser.set_machine(Machine("a CPU", has_nvidia=False))
    assert not {"Intel GPU", "Intel NPU"} & set(texts(chooser))
    chooser.set_machine(Machine("a CPU", has_nvidia=False, has_gpu=True, has_npu=True))
    assert {"Intel GPU", "Intel NPU"} <= set(texts(chooser))


def test_an_engine_that_gives_way_is_said_over_the_picture_until_it_is_back(qtbot: QtBot, window: MainWindow) -> None:
    detector = window.session.detector
    assert detector is not None
    full = DeviceError("gpu_memory_full", engine="H100, torch fp16", next=USED)
    detector.report, detector.device = replace(MEASURED, trouble=full), USED
    detector.on_change()
    qtbot.waitUntil(lambda: window.bar.has("engine"), timeout=20_000)
    assert window.bar.text == (
        "The memory of H100, torch fp16 is full. CPU, OpenVINO int8 goes on; the GPU is taken again as soon as there "
        "is room."
    )
    assert window.toolbar.device.label == USED
    assert "is full" in window.toolbar.device.toolTip()
    detector.report = MEASURED
    detector.on_change()
    qtbot.waitUntil(lambda: not window.bar.has("engine"), timeout=20_000)


def test_measuring_again_reaches_the_detector(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    monkeypatch.setattr(window.session.detector, "measure_again", lambda: asked.append(True))
    window.toolbar.device.again_wanted.emit()
    assert asked == [True]


def test_the_precision_of_the_command_line_reaches_the_engine(
    qtbot: QtBot, make_window: MakeWindow, opened: Opened
) -> None:
    asked: list[tuple[object, ...]] = []

    def load(*wanted: object) -> ScriptedDetector:
        asked.append(wanted)
        return ScriptedDetector()

    opened.load_detector = load
    window = make_window(precision="bf16")
    qtbot.waitUntil(lambda: window.session.has_detector, timeout=20_000)
    assert asked == [(None, "auto", None, None, "bf16")]
