"""The command line with a camera, under the emulated one of tests/fakecam."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.camapp.cli_helpers import REPOSITORY, Ran, frame_count, write_clip
from tests.camapp.live.conftest import fakecam, fakecam_state  # noqa: F401 -- fixtures
from tests.fakecam.fakecam import FakeCam

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the emulated camera is a V4L2 device")


def run(camera: FakeCam, *args: object) -> Ran:
    """`camapp ARGS` as a program that sees the cameras."""
    with camera.python("-m", "camapp", *map(str, args), stdout=-1, stderr=-1) as child:
        out, err = child.communicate(timeout=200)
        return Ran(child.returncode, out, err)


def test_cameras_are_listed_with_number_and_name(fakecam: FakeCam) -> None:  # noqa: F811
    ran = run(fakecam, "cameras", "--json")
    assert (ran.code, ran.err) == (0, "")
    assert [(c["number"], c["name"]) for c in json.loads(ran.out)] == [(0, "HD Webcam"), (1, "USB2.0 Cam")]
    assert "USB2.0 Cam" in run(fakecam, "cameras").out


def test_the_modes_of_a_camera_are_listed_with_the_one_that_is_used(fakecam: FakeCam) -> None:  # noqa: F811
    hd = json.loads(run(fakecam, "cameras", "--json").out)[0]
    assert {"width": 640, "height": 480, "fps": 30.0, "fourcc": "YUYV", "default": False} in hd["modes"]
    default = [mode for mode in hd["modes"] if mode["default"]]
    assert default == [{"width": 1280, "height": 720, "fps": 30.0, "fourcc": "MJPG", "default": True}]
    assert "1280x720 MJPG, 30 fps *" in run(fakecam, "cameras").out


def test_a_program_sees_the_cameras_from_a_shell(tmp_path: Path) -> None:
    """As tests/fakecam/README.md says it; a clip shorter than the pictures asked for."""
    clip = write_clip(tmp_path / "clip.mp4", frames=3)
    emulate = [sys.executable, "-m", "tests.fakecam", str(tmp_path / "state"), "--clip", str(clip)]
    program = [sys.executable, "-m", "camapp", "cameras", "--json"]
    ran = subprocess.run([*emulate, "--", *program], cwd=REPOSITORY, capture_output=True, text=True, timeout=200)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert [c["name"] for c in json.loads(ran.stdout)] == ["HD Webcam", "USB2.0 Cam"]


def test_seconds_of_a_camera_are_recorded_with_their_table(
    fakecam: FakeCam,  # noqa: F811
    cli_model: Path,
    tmp_path: Path,
) -> None:
    video, table = tmp_path / "o.mp4", tmp_path / "o.csv"
    options = ("--model", cli_model, "--seconds", 1.5, "--out", video, "--csv", table, "--json")
    ran = run(fakecam, "detect", "USB2.0 Cam", *options)
    assert (ran.code, ran.err) == (0, "")
    (said,) = json.loads(ran.out)["sources"]
    assert said["name"] == "USB2.0 Cam"
    assert 0 < said["frames"] + said["missed"] <= 24  # 15 a second, fewer where this machine is busy
    assert frame_count(video) == said["frames"]
    assert len(table.read_text().splitlines()) - 1 == sum(found["boxes"] for found in said["classes"].values())


def test_ctrl_c_ends_a_camera_and_keeps_its_recording(
    fakecam: FakeCam,  # noqa: F811
    cli_model: Path,
    tmp_path: Path,
) -> None:
    video = tmp_path / "o.mp4"
    args = ("-m", "camapp", "detect", "1", "--model", str(cli_model), "--out", str(video))
    with fakecam.python(*args, stdout=-1, stderr=-1) as child:
        while not (video.exists() and video.stat().st_size > 1000):
            assert child.poll() is None, child.communicate()
            time.sleep(0.01)
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=200)
    assert (child.returncode, err) == (130, "Interrupted. What was done is kept.\n")
    assert frame_count(video) > 0


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("busy 0", "The camera 'HD Webcam' is in use by another program. Close it, then start again."),
        ("deny 0", "You are not allowed to use the camera 'HD Webcam'."),
        ("stall 0 forever", "The camera 'HD Webcam' sends no pictures."),
    ],
)
def test_a_camera_that_gives_nothing_ends_with_4(
    fakecam: FakeCam,  # noqa: F811
    cli_model: Path,
    tmp_path: Path,
    fault: str,
    sentence: str,
) -> None:
    fakecam.cmd(fault)
    ran = run(fakecam, "detect", "HD Webcam", "--model", cli_model, "--out", tmp_path / "o.mp4")
    assert ran.code == 4
    assert ran.sentence.startswith(sentence)
    assert not (tmp_path / "o.mp4").exists()
