"""`python -m camapp.bench --live`: what is read, counted and said."""

from __future__ import annotations

import io
import itertools
import json
import os
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import cv2
import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner

from camapp import bench_live_scene
from camapp.bench import main
from camapp.bench_burnt_in import TURN_US, BurntIn, read_burnt_in
from camapp.bench_camera import OwnCamera
from camapp.bench_live import measure_live, print_live
from camapp.bench_live_scene import Scene, Spread, in_file, slowest_second
from camapp.errors import CamappError
from camapp.live.recording.recorder import Recorder

SCENE = Scene(
    name="1080p camera, recording", camera="HD Webcam, 1920x1080 MJPG, 30 fps", device="CPU, OpenVINO int8",
    input_hw=(256, 416), seconds=20.0, camera_fps=30.0, drawn_fps=29.9, detector_fps=29.5, slowest_drawn_fps=28.0,
    slowest_detector_fps=27.0, recorded=750, missing=0, arrived_ms=Spread(9.0, 11.0), boxes_ms=Spread(12.0, 15.0),
    drawn_ms=Spread(4.0, 5.0), painted_ms=Spread(1.0, 2.0), to_overlay_ms=Spread(25.0, 31.25),
    to_paint_ms=Spread(26.0, 33.0), ui_ms=Spread(1.5, 3.0), detect_own_ms=Spread(2.0, 3.0), burnt_in=True,
    screenshots=10, agreed=10,
)  # fmt: skip


def burn(picture: np.ndarray, number: int, taken_us: int) -> np.ndarray:
    """As the emulated camera does."""
    wide, high = picture.shape[1] // 40, picture.shape[1] // 80
    for row, (value, salt) in enumerate(((None, 0), (number, 0x5), (taken_us, 0xA))):
        cells = [cell % 2 == 0 for cell in range(40)]
        if value is not None:
            for shift in range(0, 32, 4):
                salt ^= value >> shift & 15
            cells = [True, False, *(c == "1" for c in f"{value:032b}{salt:04b}"), True, False]
        for cell, white in enumerate(cells):
            picture[row * high : (row + 1) * high, cell * wide : (cell + 1) * wide] = 235 if white else 16
    return picture


@pytest.mark.parametrize("scale", [0.5, 1.0, 1.3])
@pytest.mark.parametrize(("number", "taken_us"), [(0, 0), (1, 2**32 - 1), (123456789, 3_000_000_000)])
def test_number_and_time_come_back_out_of_the_pixels(number: int, taken_us: int, scale: float) -> None:
    picture = burn(np.full((720, 1280, 3), 90, np.uint8), number, taken_us)
    shown = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    assert read_burnt_in(shown) == BurntIn(number, taken_us)
    assert read_burnt_in(shown[..., 1]) == BurntIn(number, taken_us)


def test_a_picture_without_them_has_none() -> None:
    assert read_burnt_in(np.full((720, 1280, 3), 90, np.uint8)) is None
    assert read_burnt_in(np.random.default_rng(0).integers(0, 255, (720, 1280, 3)).astype(np.uint8)) is None
    assert read_burnt_in(np.zeros((2, 3, 3), np.uint8)) is None
    damaged = burn(np.full((720, 1280, 3), 90, np.uint8), 77, 99)
    damaged[16:32, 320:352] = 235 if damaged[20, 330, 0] < 100 else 16
    assert read_burnt_in(damaged) is None


def test_a_time_that_has_begun_anew_is_found_on_the_clock() -> None:
    now_s = 3 * TURN_US / 1e6 + 0.010
    assert BurntIn(0, TURN_US - 5000).taken_s(now_s) == pytest.approx(now_s - 0.015)
    assert BurntIn(0, 4000).taken_s(now_s) == pytest.approx(now_s - 0.006)


def test_the_own_camera_keeps_its_rate_and_leaves_out_what_it_is_late_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("camapp.bench_camera.PICTURES", 3)
    connection = OwnCamera((320, 180)).connect()
    pictures = [connection.read() for _ in range(4)]
    assert all(picture.image.shape == (180, 320, 3) for picture in pictures)
    steps = [30 * (b.captured_at_s - a.captured_at_s) for a, b in itertools.pairwise(pictures)]
    assert all(step == pytest.approx(round(step), abs=0.01) for step in steps)
    assert all(step >= 0.99 for step in steps)
    connection._began_s -= 1.0  # as if it had been held up for a second
    assert connection.read().captured_at_s >= time.monotonic() - 0.5


def test_what_is_missing_in_a_file_is_counted_by_the_numbers_in_its_pictures(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "a.mp4", (640, 360))
    for number in (5, 6, 7, 10, 11):
        recorder.write(burn(np.full((360, 640, 3), 90, np.uint8), number, 1000 * number), number / 30)
    recorder.close()
    assert in_file(tmp_path / "a.mp4", lost=99) == (5, 2)
    recorder = Recorder(tmp_path / "b.mp4", (640, 360))
    for number in range(4):
        recorder.write(np.full((360, 640, 3), 90, np.uint8), number / 30)
    recorder.close()
    assert in_file(tmp_path / "b.mp4", lost=3) == (4, 3)


def test_the_slowest_second_is_a_whole_one() -> None:
    times = [i / 30 for i in range(30)] + [1 + i / 10 for i in range(10)] + [2.0, 2.1]
    assert slowest_second(times) == 10
    assert slowest_second([0.0, 0.5]) == 0
    assert slowest_second([]) == 0


def said(scene: Scene) -> str:
    screen = io.StringIO()
    print_live(Console(file=screen, width=40), {"machine": {"cores": "2 of 2"}, "scenes": [asdict(scene)]})
    return screen.getvalue()


def test_all_figures_are_said_with_camera_device_and_size() -> None:
    text = said(SCENE)
    for words in (
        "HD Webcam, 1920x1080",
        "OpenVINO int8 at 416x256",
        "29.9",
        "file of 750",
        "31.25",
        "6.0%",
        "10 of 10",
    ):
        assert words in " ".join(text.split())
    assert "burnt into" in text


def test_what_could_not_be_measured_is_said_so() -> None:
    values = {**asdict(SCENE), "detect_own_ms": None, "boxes_ms": None, "input_hw": None, "troubles": ("[no] boxes",)}
    text = said(Scene(**values))
    assert text.count("not known") == 2
    assert "[no] boxes" in text


def test_a_folder_without_an_emulated_camera_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CamappError, match=r"no fakecam\.py in"):
        measure_live(1.0, None, tmp_path)
    arguments = ["--live", "--fakecam", str(tmp_path)]
    result = CliRunner().invoke(_app(), arguments)
    assert isinstance(result.exception, CamappError)


def test_a_measurement_that_breaks_off_says_its_last_words() -> None:
    with pytest.raises(CamappError, match=r"broke off: .*'--seconds'"):
        measure_live(0.0, None, None)


def _app() -> object:
    import typer

    app = typer.Typer()
    app.command()(main)
    return app


RUN = """
import sys
from pathlib import Path
from camapp import bench_live_scene
bench_live_scene.SETTLE_S = 0.2
bench_live_scene.main(Path(sys.argv[1]), None, 1.5, sys.argv[2])
"""


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_all_scenes_are_measured_in_the_real_window(cli_model: Path, tmp_path: Path) -> None:
    out = tmp_path / "live.json"
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(out), str(cli_model)],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr
    scenes = json.loads(out.read_text())["scenes"]
    assert [scene["name"] for scene in scenes] == [name for name, _, _ in bench_live_scene.SCENES]
    for scene in scenes:
        assert scene["drawn_fps"] > 0
        assert scene["detector_fps"] > 0
        assert scene["troubles"] == []
        assert scene["ui_ms"]["median"] > 0
        assert scene["to_overlay_ms"]["median"] < scene["to_paint_ms"]["p95"]
    assert scenes[0]["recorded"] is None
    assert scenes[1]["recorded"] > 0
