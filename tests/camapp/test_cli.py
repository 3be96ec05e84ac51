"""The command line on good input: what each command writes and prints."""

from __future__ import annotations

import csv
import json
import signal
import time
from dataclasses import replace
from pathlib import Path
from unittest.mock import ANY

import cv2
import numpy as np
import pytest
import tomli_w

from camapp.cli.report import TerminalReport, frames_in_time, status_line
from camapp.cli.tally import RunSummary, Tally
from camapp.live.recording.logs import COLUMNS
from camapp.live.run_view import Progress
from detector.modelfile import read_info, write_model
from tests.camapp.cli_helpers import Command, frame_count, start, write_clip
from tests.detector.small_model import noise_frame


def test_a_video_gives_a_video_and_all_tables(camapp: Command, cli_model: Path, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", frames=12)
    files = {name: tmp_path / "out" / f"boxes.{name}" for name in ("mp4", "csv", "jsonl", "json")}
    ran = camapp(
        *(
            "detect",
            clip,
            "--model",
            cli_model,
            "--out",
            files["mp4"],
            "--csv",
            files["csv"],
            "--jsonl",
            files["jsonl"],
        ),
        *("--coco", files["json"]),
    )
    assert (ran.code, ran.err) == (0, "")
    assert frame_count(files["mp4"]) == 12
    with files["csv"].open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    lines = [json.loads(line) for line in files["jsonl"].read_text().splitlines()]
    coco = json.loads(files["json"].read_text())
    assert len(rows) == len(lines) == len(coco["annotations"]) > 0
    assert {row["frame"] for row in rows} <= {str(i) for i in range(12)}
    assert len(coco["images"]) == 12
    assert "12 frames" in ran.out
    assert "Written:" in ran.out
    assert all(file.name in ran.out for file in files.values())


@pytest.mark.parametrize(
    ("frames", "live", "sentence"),
    [
        (1, False, "1 frame in 8.0 s"),
        (1200, False, "1,200 frames in 8.0 s, 150.0 a second"),
        (150, True, "150 frames in 5.0 s, 30.0 a second"),  # a camera's own time, though opening it took 3 s
    ],
)
def test_the_rate_is_that_of_the_camera_or_else_of_the_work(frames: int, live: bool, sentence: str) -> None:
    tally = Tally()
    tally.frames, tally.video_seconds = frames, 5.0
    assert frames_in_time(RunSummary("a", "a", tally, live, 8.0)) == sentence


def test_json_tells_a_program_the_same(camapp: Command, cli_model: Path, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", frames=5)
    ran = camapp("detect", clip, "--model", cli_model, "--csv", tmp_path / "boxes.csv", "--json")
    job = json.loads(ran.out)
    assert (job["model"], job["device"], job["interrupted"], job["exit_code"]) == (cli_model.name, ANY, False, 0)
    (said,) = job["sources"]
    boxes = len((tmp_path / "boxes.csv").read_text().splitlines()) - 1
    assert (said["source"], said["name"], said["state"]) == (str(clip), "clip.mp4", "done")
    assert (said["frames"], said["error"]) == (5, None)
    assert sum(found["boxes"] for found in said["classes"].values()) == boxes
    assert job["total"]["classes"] == said["classes"]
    assert said["files"] == [str(tmp_path / "boxes.csv")]
    for found in said["classes"].values():
        assert 0.6 <= found["best_score"] <= 1
        assert 1 <= found["most_at_once"] <= found["boxes"]


def test_only_the_classes_that_the_model_masters_are_on_at_first(
    camapp: Command, cli_model: Path, tmp_path: Path
) -> None:
    clip = write_clip(tmp_path / "clip.mp4", frames=3)

    def found(*options: object) -> set[str]:
        said = json.loads(camapp("detect", clip, "--model", cli_model, "--json", *options).out)
        return set(said["total"]["classes"])

    assert found() == {"bottle"}
    assert found("--classes", "all") == {"bottle", "chair"}
    assert found("--classes", "Chair, person") == {"chair"}


def test_a_higher_score_leaves_fewer_boxes(camapp: Command, cli_model: Path, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", frames=2)
    counts = []
    for score in (0.05, 0.6, 1.0):
        said = json.loads(camapp("detect", clip, "--model", cli_model, "--score", score, "--json").out)
        counts.append(sum(found["boxes"] for found in said["total"]["classes"].values()))
    assert counts[0] > counts[1] > counts[2] == 0


def test_seconds_take_the_beginning(camapp: Command, cli_model: Path, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", frames=30, fps=30)
    ran = camapp("detect", clip, "--model", cli_model, "--seconds", 0.5, "--out", tmp_path / "half.mp4")
    assert ran.code == 0
    assert frame_count(tmp_path / "half.mp4") == 15


def test_a_folder_of_pictures_gives_a_folder_of_pictures(camapp: Command, cli_model: Path, tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for name, size_wh in (("2.jpg", (320, 180)), ("10.png", (100, 200))):
        cv2.imwrite(str(pictures / name), noise_frame(size_wh).image)
    ran = camapp("detect", pictures, "--model", cli_model, "--out", tmp_path / "seen", "--csv", tmp_path / "boxes.csv")
    assert (ran.code, ran.err) == (0, "")
    assert sorted(path.name for path in (tmp_path / "seen").iterdir()) == ["10.png", "2.jpg"]
    assert cv2.imread(str(tmp_path / "seen" / "10.png")).shape == (200, 100, 3)


def test_one_picture_gives_one_picture_in_its_own_folder_too(camapp: Command, cli_model: Path, tmp_path: Path) -> None:
    picture = tmp_path / "table.png"
    cv2.imwrite(str(picture), noise_frame((320, 180)).image)
    before = picture.read_bytes()
    assert camapp("detect", picture, "--model", cli_model, "--out", tmp_path / "seen.png").code == 0
    assert cv2.imread(str(tmp_path / "seen.png")).shape == (180, 320, 3)
    assert camapp("detect", picture, "--model", cli_model, "--out", tmp_path / "folder").code == 0
    assert (tmp_path / "folder" / "table.png").is_file()
    assert picture.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "image"),
    [
        ("grey.png", np.full((90, 160), 99, np.uint8)),
        ("deep.png", np.full((90, 160, 3), 40_000, np.uint16)),
        ("rgba.png", np.full((90, 160, 4), 99, np.uint8)),
        ("dot.png", np.full((1, 1, 3), 99, np.uint8)),
        ("huge.png", np.full((4500, 6000), 99, np.uint8)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_odd_pictures_are_pictures(
    camapp: Command, cli_model: Path, tmp_path: Path, name: str, image: np.ndarray
) -> None:
    cv2.imwrite(str(tmp_path / name), image)
    ran = camapp("detect", tmp_path / name, "--model", cli_model, "--csv", tmp_path / "boxes.csv")
    assert (ran.code, ran.err) == (0, "")
    assert (tmp_path / "boxes.csv").read_text().startswith("frame,time_s,class")


def test_ctrl_c_keeps_what_is_done_and_ends_with_130(cli_model: Path, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", frames=600)
    table, video = tmp_path / "boxes.csv", tmp_path / "boxes.mp4"
    with start("detect", clip, "--model", cli_model, "--csv", table, "--out", video) as child:
        while not (table.exists() and table.stat().st_size > 500):
            assert child.poll() is None, child.communicate()
            time.sleep(0.01)
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=200)
    assert child.returncode == 130
    assert err == "Interrupted. What was done is kept.\n"
    assert "Written:" in out
    last_row = table.read_text().splitlines()[-1].split(",")
    assert len(last_row) == len(COLUMNS)
    assert int(last_row[0]) < frame_count(video) < 600


@pytest.fixture
def own_models(tmp_path: Path, cli_model: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's own folder; what comes with camapp is the small model alone."""
    folder = tmp_path / "own"
    folder.mkdir()
    monkeypatch.setattr("detector.paths.MODELS", cli_model.parent)
    monkeypatch.setattr("camapp.cli.models.own_models_folder", lambda: folder)
    return folder


@pytest.mark.usefixtures("own_models")
def test_models_lists_what_came_with_camapp(camapp: Command, cli_model: Path) -> None:
    ran = camapp("models")
    assert ran.code == 0
    assert "small (bundled)" in ran.out
    assert "on at first: bottle; " in ran.out
    assert "not measured: python -m detector.evaluate measures it" in ran.out
    (row,) = json.loads(camapp("models", "--json").out)
    assert (row["name"], row["backbone"], row["classes_on"]) == ("small", "resnet18", ["bottle"])
    assert (row["path"], row["bytes"]) == (str(cli_model), cli_model.stat().st_size)
    assert (row["bundled"], row["default"], row["openvino"], row["error"]) == (True, False, "fp32", None)


def test_models_lists_ones_own_with_the_figures_that_they_carry(
    camapp: Command, cli_model: Path, own_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = {"AP": 0.31, "AP50": 0.523, "person_AP50": 0.7, "data": "mine/val.json: 12 pictures, 40 boxes"}
    write_model(own_models / "mine.safetensors", replace(read_info(cli_model), measured=measured), {})
    (own_models / "cut.safetensors").write_bytes(cli_model.read_bytes()[:1000])
    opened = write_settings(tmp_path / "settings", recent_models=[str(own_models / "mine.safetensors")])
    monkeypatch.setenv("CAMAPP_CONFIG_DIR", str(opened))
    ran = camapp("models")
    assert ran.code == 0
    assert all(figure in ran.out for figure in ("0.523", "0.310", "0.700"))
    assert "figures: on mine/val.json: 12 pictures, 40 boxes" in ran.out
    rows = json.loads(camapp("models", "--json").out)
    assert [row["name"] for row in rows] == ["small", "cut", "mine"]
    assert rows[1]["error"]["code"] == "model_truncated"
    assert rows[2]["measured"] == measured


def write_settings(folder: Path, **values: object) -> Path:
    """A settings file with these; returns its folder."""
    folder.mkdir()
    (folder / "settings.toml").write_text(tomli_w.dumps(values), encoding="utf-8")
    return folder


def test_a_model_is_known_by_its_name(camapp: Command, cli_model: Path, own_models: Path, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", frames=1)
    assert json.loads(camapp("detect", clip, "--model", "small", "--json").out)["model"] == cli_model.name
    assert camapp("detect", clip, "--model", "large").sentence.startswith("There is no model file 'large'.")


@pytest.mark.parametrize(
    ("at", "line"),
    [
        (Progress(0, 0.4, 360), "0:00:00, 0 of 360 frames"),
        (Progress(90, 10.0, 360, fps=9.0), "0:00:10, 90 of 360 frames, 9.0 a second, 0:00:30 left"),
        (Progress(1, 0.0, None), "0:00:00, 1 frame"),
        (Progress(360, 12.0, None, 20.0, 29.97, True), "0:00:12, 360 frames, 30.0 a second, 0:00:08 left"),
        (Progress(5400, 3725.0, fps=30.0, live=True), "1:02:05, 5,400 frames, 30.0 a second"),
    ],
)
def test_progress_says_how_far_how_fast_and_how_long_still(at: Progress, line: str) -> None:
    assert status_line(at) == line


def test_without_a_terminal_progress_is_a_line_now_and_then_on_stderr(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    report = TerminalReport(as_json=True)
    report.loading("a model")
    report.begin(1, 2, "clip.mp4")
    report.progress(Progress(1, 0.1, 10))
    assert capfd.readouterr() == ("", "")
    monkeypatch.setattr("camapp.cli.report.LINE_S", 0.0)
    report.progress(Progress(2, 0.2, 10, fps=10.0))
    report.close()
    assert capfd.readouterr() == ("", "1 of 2: clip.mp4: 0:00:00, 2 of 10 frames, 10.0 a second, 0:00:01 left\n")


def test_help_names_every_command_and_the_exit_codes(camapp: Command) -> None:
    ran = camapp("--help")
    assert ran.code == 0
    assert all(name in ran.out for name in ("detect", "cameras", "models", "window"))
    assert "130 interrupted" in camapp("detect", "--help").out


@pytest.mark.parametrize(("option", "value"), [("--model", "a.safetensors"), ("--source", "0"), ("--device", "cpu")])
def test_an_option_before_the_command_is_refused_not_left_out(camapp: Command, option: str, value: str) -> None:
    ran = camapp(option, value, "models")
    assert (ran.code, ran.out) == (2, "")
    assert ran.sentence.startswith(
        f"Before 'models' there is no {option}; it would be left out. Give it after 'models'"
    )


def test_without_a_screen_the_main_job_is_done_without_a_window(
    camapp: Command, cli_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("detector.paths.CLIP", write_clip(tmp_path / "clip.mp4", frames=6))
    ran = camapp("--model", cli_model)
    assert ran.code == 0
    assert ran.sentence == "There is no screen here. camapp works on the bundled clip without a window."
    assert sorted(path.name for path in (tmp_path / "output").iterdir()) == ["clip.csv", "clip.jsonl", "clip.mp4"]
    assert frame_count(tmp_path / "output" / "clip.mp4") == 6
    assert "most at once" in ran.out
