"""How `camapp` begins: with the window at once, or with a command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from types import ModuleType

import pytest

from camapp import __main__, command_line
from camapp.start import WindowOptions, import_ahead, read_options
from tests.camapp.cli_helpers import write_clip

WINDOW_LINES = [
    [],
    ["window"],
    ["--timings"],
    ["window", "--timings"],
    ["--source", "0", "--timings"],
    ["--source=clip=1.mp4", "--device", "cpu"],
    ["--precision", "bf16", "--device=cpu"],
    ["--promise", "30 fps"],
    ["window", "--model", "my model.safetensors", "--device=torch", "--source", "camera:HD Webcam"],
]


@pytest.mark.parametrize("args", WINDOW_LINES, ids=" ".join)
def test_the_window_s_options_mean_the_same_as_to_typer(args: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[WindowOptions] = []
    monkeypatch.setattr(command_line, "open_window_or_clip", lambda options: opened.append(options) or 0)
    assert command_line.run_app(command_line.app, args) == 0
    assert opened == [read_options(args)]


@pytest.mark.parametrize(
    "args",
    [["--help"], ["detect", "a.mp4"], ["window", "window"], ["--source"], ["--source", "--timings"], ["--score", "1"]],
    ids=" ".join,
)
def test_all_else_is_left_to_typer(args: list[str]) -> None:
    assert read_options(args) is None


def test_an_option_of_the_window_before_a_command_is_refused(capfd: pytest.CaptureFixture[str]) -> None:
    assert __main__.main(["--timings", "models"]) == 2
    assert "Before 'models' there is no --timings" in capfd.readouterr().err


def test_what_cannot_be_promised_is_said_before_a_window_opens(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(__main__, "has_screen", lambda: True)
    assert __main__.main(["--promise", "soon"]) == 2
    assert capfd.readouterr().err.startswith("'soon' is nothing that can be promised.")


def test_a_fault_of_the_window_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    def fail(options: WindowOptions) -> int:
        raise RuntimeError("no GPU")

    monkeypatch.setattr(__main__, "open_window", fail)
    with caplog.at_level("CRITICAL"):
        assert __main__.main(["window"]) == 1
    assert capfd.readouterr().err.startswith("Something went wrong inside camapp: no GPU.")


def test_timings_without_a_command_says_when_picture_and_boxes_came(cli_model: Path, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4")
    command = [sys.executable, "-m", "camapp", "--timings", "--source", str(clip), "--model", str(cli_model)]
    done = subprocess.run(
        command, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"}, capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert 0 < said["first_picture_s"] <= said["first_boxes_s"]


def test_an_openvino_that_cannot_be_imported_is_left_to_the_loading_of_the_model(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = threading.Event()

    class Broken(ModuleType):
        def __getattr__(self, name: str) -> object:
            asked.set()
            raise RuntimeError("numpy of another version")

    name = "detector.engines.quiet_openvino"
    monkeypatch.setitem(sys.modules, name, Broken(name))
    import_ahead()
    assert asked.wait(10)
    for thread in threading.enumerate():
        if thread.name == "camapp-openvino":
            thread.join(10)  # pytest fails a test whose thread ends by an exception
