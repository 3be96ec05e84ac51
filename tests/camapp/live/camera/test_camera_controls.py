"""Modes and controls of a camera, asked and set while it sends pictures, on the emulated cameras."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from camapp.live.camera.controls import AUTO_EXPOSURE, AUTO_FOCUS, CameraControl, list_controls, remembered
from camapp.live.camera.listing import CameraInfo, list_modes
from camapp.live.camera.modes import CameraMode, best_mode
from tests.fakecam.fakecam import FakeCam

EXPOSURE, FOCUS, GAIN, BRIGHTNESS = AUTO_EXPOSURE + 1, AUTO_FOCUS - 2, 0x00980913, 0x00980900
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="the emulated camera is a V4L2 device")


def ask(fakecam: FakeCam, *commands: str, number: int = 0) -> list[Any]:
    """What tests.camapp.live.ask_camera says to each command."""
    program = fakecam.python("-m", "tests.camapp.live.ask_camera", str(number), *commands)
    out, _ = program.communicate(timeout=200)
    assert program.returncode == 0
    return [json.loads(line) for line in out.splitlines()]


def by_id(controls: list[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    return {control["id"]: control for control in controls}


@on_linux
def test_all_modes_are_listed_and_hd_in_mjpg_is_the_best(fakecam: FakeCam) -> None:
    (said,) = ask(fakecam, "modes")
    assert said["modes"] == [
        "1920x1080 MJPG, 30 fps",
        "1280x720 MJPG, 30 fps",
        "1280x720 YUYV, 10 fps",
        "640x480 MJPG, 30 fps",
        "640x480 YUYV, 30 fps",
    ]
    assert said["best"] == "1280x720 MJPG, 30 fps"


@on_linux
def test_a_camera_is_asked_and_set_while_it_sends_pictures(fakecam: FakeCam) -> None:
    first, controls, gain, after, next_picture = ask(
        fakecam, "stream", "controls", f"set {GAIN} 70", "controls", "picture"
    )
    assert first == 0
    assert gain == 70
    assert by_id(controls)[GAIN]["value"] == 0
    assert by_id(after)[GAIN]["value"] == 70
    assert next_picture == 1
    assert fakecam.info(0)["n_streamon"] == 1


@on_linux
def test_controls_have_their_range_their_group_and_their_automatic(fakecam: FakeCam) -> None:
    controls = by_id(ask(fakecam, "controls")[0])
    exposure = controls[EXPOSURE]
    assert (exposure["minimum"], exposure["maximum"], exposure["default"]) == (1, 5000, 157)
    assert (exposure["kind"], exposure["group"], exposure["automatic_id"]) == ("integer", "exposure", AUTO_EXPOSURE)
    assert not exposure["active"]
    automatic = controls[AUTO_EXPOSURE]
    assert automatic["is_automatic"]
    assert automatic["choices"] == [[1, "Manual Mode"], [3, "Aperture Priority Mode"]]
    assert controls[AUTO_FOCUS]["kind"] == "boolean"
    assert controls[BRIGHTNESS]["active"]
    assert 0x00980001 not in controls  # a heading is no control


@on_linux
def test_setting_what_an_automatic_holds_switches_that_off_and_back_switches_it_on(fakecam: FakeCam) -> None:
    commands = (f"set {EXPOSURE} 300", f"set {FOCUS} 40", f"set {BRIGHTNESS} 9", "controls", "back", "controls")
    exposure, focus, brightness, said, _, again = ask(fakecam, *commands)
    assert (exposure, focus, brightness) == (300, 40, 9)
    manual, automatic = by_id(said), by_id(again)
    assert (manual[AUTO_EXPOSURE]["value"], manual[AUTO_FOCUS]["value"]) == (1, 0)
    assert manual[EXPOSURE]["active"]
    assert (automatic[AUTO_EXPOSURE]["value"], automatic[AUTO_FOCUS]["value"]) == (3, 1)
    assert not automatic[EXPOSURE]["active"]
    assert automatic[BRIGHTNESS]["value"] == 0


@on_linux
def test_an_automatic_is_switched_by_what_it_holds(fakecam: FakeCam) -> None:
    _, off, _, on = ask(fakecam, f"auto {EXPOSURE} 0", "controls", f"auto {AUTO_EXPOSURE} 1", "controls")
    assert by_id(off)[AUTO_EXPOSURE]["value"] == 1
    assert by_id(on)[AUTO_EXPOSURE]["value"] == 3


@on_linux
def test_a_value_outside_its_range_is_brought_in_and_an_unknown_control_is_said(fakecam: FakeCam) -> None:
    gain, menu, unknown = ask(fakecam, f"set {GAIN} 999", f"set {AUTO_EXPOSURE} 2", "set 0x123 1")
    assert gain == 100
    assert menu["code"] == "control_refused"
    assert menu["text"] == (
        "The camera 'HD Webcam' does not take 2 for 'Auto Exposure'. Choose another value, or set it back to automatic."
    )
    assert unknown["code"] == "control_refused"


@on_linux
def test_a_camera_of_another_program_can_be_asked(fakecam: FakeCam) -> None:
    fakecam.cmd("busy 0")
    modes, controls = ask(fakecam, "modes", "controls")
    assert len(modes["modes"]) == 5
    assert GAIN in by_id(controls)


@on_linux
def test_what_was_chosen_is_given_to_the_camera_again_whatever_its_automatics_do(fakecam: FakeCam) -> None:
    default = 157  # has the value wanted, but only until the automatic moves it
    chosen = {"Exposure Time, Absolute": default, "Focus, Automatic Continuous": 1, "Focus, Absolute": 40, "Gain": 20}
    _, said = ask(fakecam, f"apply {json.dumps(chosen)}", "controls")
    controls = by_id(said)
    assert (controls[AUTO_EXPOSURE]["value"], controls[EXPOSURE]["value"]) == (1, default)
    assert (controls[AUTO_FOCUS]["value"], controls[FOCUS]["active"]) == (1, False)
    assert controls[GAIN]["value"] == 20


@on_linux
def test_one_value_that_is_refused_keeps_no_other_from_being_set(fakecam: FakeCam) -> None:
    refused, said = ask(fakecam, f"apply {json.dumps({'Auto Exposure': 2, 'Gain': 20})}", "controls")
    assert refused["code"] == "control_refused"
    assert by_id(said)[GAIN]["value"] == 20


def test_what_is_kept_says_whether_an_automatic_works() -> None:
    automatic = CameraControl(AUTO_FOCUS, "Auto focus", "focus", "boolean", 0, 1, 1, 1, 1, is_automatic=True)
    focus = CameraControl(FOCUS, "Focus", "focus", "integer", 0, 250, 5, 0, 0, automatic_id=AUTO_FOCUS)
    controls = [automatic, focus]
    kept = remembered({"Gain": 3}, focus, 40, controls)
    assert kept == {"Gain": 3, "Focus": 40, "Auto focus": 0}
    assert remembered(kept, automatic, 1, controls) == {"Gain": 3, "Auto focus": 1}
    assert remembered(kept, automatic, 0, controls) == kept


def test_a_camera_that_is_not_there_has_no_modes_and_no_controls() -> None:
    absent = CameraInfo("HD Webcam", 77, "/dev/video77")
    assert list_modes(absent) == []
    assert list_controls(absent) == []
    assert best_mode([]) is None


@pytest.mark.parametrize(
    ("offered", "best"),
    [
        (["1280x720 YUYV 10", "640x480 YUYV 30"], "640x480 YUYV 30"),  # smooth and small rather than slow and large
        (["1280x720 YUYV 30", "1280x720 MJPG 30"], "1280x720 YUYV 30"),  # raw where it is as fast
        (["1920x1080 MJPG 30", "640x480 MJPG 30", "1280x720 MJPG 60"], "1280x720 MJPG 60"),
        (["1280x720 MJPG 60", "1280x720 MJPG 30"], "1280x720 MJPG 30"),
        (["640x480 YUYV 15"], "640x480 YUYV 15"),
        (["1920x1080 MJPG 30", "1280x960 MJPG 30"], "1280x960 MJPG 30"),
    ],
)
def test_the_best_mode_is_smooth_and_near_hd(offered: list[str], best: str) -> None:
    def mode(text: str) -> CameraMode:
        size, fourcc, fps = text.split()
        width, height = size.split("x")
        return CameraMode((int(width), int(height)), float(fps), fourcc)

    assert best_mode([mode(text) for text in offered]) == mode(best)
