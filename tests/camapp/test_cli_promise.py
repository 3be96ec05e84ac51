"""What the command line makes of a promise."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from camapp.cli.report import TerminalReport
from camapp.live.promise import Plan, Promise, PromiseStatus
from camapp.live.run_view import Progress
from tests.camapp.cli_helpers import Command, write_clip
from tests.camapp.live.conftest import fakecam, fakecam_state  # noqa: F401 -- fixtures
from tests.fakecam.fakecam import FakeCam

FAST = PromiseStatus(Promise("rate", 30.0), Plan((256, 416)), (256, 416), 21.4, 33.3, True, False, 30.0)
SLOW = PromiseStatus(Promise("rate", 30.0), Plan((192, 320), 3), (256, 416), 140.0, 33.3, False, True, 14.2)
UNKNOWN = PromiseStatus(Promise("rate", 30.0), Plan((192, 320), 2), (256, 416), None, 33.3, None, False, 30.0)


@pytest.mark.parametrize("text", ["fast", "30", "30 kmh", "0 fps", "5 ms", "-3 fps", "1000 fps"])
def test_what_cannot_be_promised_is_said_in_one_sentence(camapp: Command, text: str) -> None:
    ran = camapp("detect", "0", "--promise", text)
    assert ran.code == 2
    assert ran.sentence.startswith(f"'{text}' is nothing that can be promised.")


def test_a_file_is_promised_nothing(camapp: Command, cli_model: Path, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", frames=2)
    ran = camapp("detect", clip, "--model", cli_model, "--promise", "30 fps")
    assert ran.code == 2
    assert "is no camera and no stream" in ran.sentence


def test_what_was_chosen_and_given_up_is_said_once_each_time(capfd: pytest.CaptureFixture[str]) -> None:
    report = TerminalReport(as_json=True)
    report.begin(1, 1, "HD Webcam")
    for status in (UNKNOWN, FAST, FAST, UNKNOWN, SLOW, SLOW, FAST):
        report.progress(Progress(10, 1.0, live=True, promise=status))
    report.close()
    said = capfd.readouterr()
    assert said.out == ""
    fast = (
        "Promise 30 fps: kept, 95 of 100 pictures within 21 ms (limit 33 ms). Detecting every picture at 256x416; "
        "given up: nothing."
    )
    slow = (
        "Promise 30 fps: not kept: this computer is too slow for it, and nothing is left to give up, 95 of 100 pictures"
        " within 140 ms (limit 33 ms). Detecting 1 picture of 3 at 192x320; given up: input 192x320 instead of 256x416,"
        " boxes are carried over 2 of 3 pictures. Only 14 pictures a second come."
    )
    assert said.err.splitlines() == [fast, slow, fast]


@pytest.mark.skipif(sys.platform != "linux", reason="the emulated camera is a V4L2 device")
def test_a_camera_s_promise_is_told_on_stderr(fakecam: FakeCam, cli_model: Path) -> None:  # noqa: F811
    args = ("-m", "camapp", "detect", "USB2.0 Cam", "--model", str(cli_model), "--seconds", "8", "--json")
    with fakecam.python(*args, "--promise", "500 ms", stdout=-1, stderr=-1) as child:
        out, err = child.communicate(timeout=200)
    assert child.returncode == 0
    assert json.loads(out)["sources"][0]["name"] == "USB2.0 Cam"
    assert err.startswith("Promise 500 ms: ")
    assert all(line.startswith("Promise 500 ms: ") for line in err.splitlines())
