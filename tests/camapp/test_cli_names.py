"""`camapp detect` with a model that names pictures, in the detector's place or beside it; and in the list of models."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import cv2
import pytest

from camapp.live.recording.logs import COLUMNS, NAME_COLUMNS
from tests.camapp.cli_helpers import Command, write_clip
from tests.detector.small_classifier import NAMES, colour_picture, save_colour_classifier


@pytest.fixture(scope="module")
def colours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_colour_classifier(tmp_path_factory.mktemp("classifier") / "colours.safetensors")


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_pictures_get_their_best_classes_best_first(camapp: Command, colours: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for i, name in enumerate(NAMES):
        cv2.imwrite(str(folder / f"{i}.png"), colour_picture(name, 50 + i, (200, 120)))
    ran = camapp("detect", folder, "--model", colours, "--csv", tmp_path / "t.csv", "--out", tmp_path / "out", "--json")
    assert (ran.code, ran.err) == (0, "")
    rows = read_csv(tmp_path / "t.csv")
    assert tuple(rows[0]) == COLUMNS
    assert [row["class"] for row in rows[::3]] == list(NAMES)
    for i in range(3):
        scores = [float(row["score"]) for row in rows if row["frame"] == str(i)]
        assert len(scores) == 3
        assert scores == sorted(scores, reverse=True)
    assert {(row["x"], row["y"], row["w"], row["h"]) for row in rows} == {("0.0", "0.0", "200.0", "120.0")}
    assert {row["track_id"] for row in rows} == {""}
    (source,) = json.loads(ran.out)["sources"]
    assert {name: found["boxes"] for name, found in source["classes"].items()} == dict.fromkeys(NAMES, 1)
    drawn = cv2.imread(str(tmp_path / "out" / "1.png"))
    assert drawn is not None
    assert (drawn != cv2.imread(str(folder / "1.png"))).any()


def test_boxes_get_names_in_columns_behind_the_usual_ones(
    camapp: Command, cli_model: Path, colours: Path, tmp_path: Path
) -> None:
    clip = write_clip(tmp_path / "clip.mp4", frames=4)
    ran = camapp(
        *("detect", clip, "--model", cli_model, "--names", colours, "--csv", tmp_path / "t.csv"),
        *("--jsonl", tmp_path / "t.jsonl", "--out", tmp_path / "v.mp4"),
    )
    assert (ran.code, ran.err) == (0, "")
    rows = read_csv(tmp_path / "t.csv")
    assert tuple(rows[0]) == (*COLUMNS, *NAME_COLUMNS)
    named = [row for row in rows if row["name"]]
    assert named
    assert {row["name"] for row in named} <= set(NAMES)
    assert all(0.3 <= float(row["name_score"]) <= 1 for row in named)
    lines = [json.loads(line) for line in (tmp_path / "t.jsonl").read_text().splitlines()]
    assert [line["name"] or "" for line in lines] == [row["name"] for row in rows]
    assert "Named" in ran.out


def test_the_list_of_models_says_what_each_is_for(
    camapp: Command, cli_model: Path, colours: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    for path in (cli_model, colours):
        (folder / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr("camapp.cli.models.own_models_folder", lambda: folder)
    ran = camapp("models")
    assert ran.code == 0
    assert "names pictures" in ran.out
    assert "names whole pictures (--model), or each box that a detector finds (--names): blue, green, red" in ran.out
    assert "figures: on 12 pictures: colours" in ran.out
    tasks = {row["name"]: row["task"] for row in json.loads(camapp("models", "--json").out)}
    assert tasks["colours"] == "classify"
    assert tasks[cli_model.stem] == "detect"


def test_a_model_in_the_wrong_place_is_said_in_one_sentence(
    camapp: Command, cli_model: Path, colours: Path, tmp_path: Path
) -> None:
    clip = write_clip(tmp_path / "clip.mp4", frames=2)
    ran = camapp("detect", clip, "--model", cli_model, "--names", cli_model)
    assert ran.code == 3
    assert "finds objects and names no pictures" in ran.sentence
    ran = camapp("detect", clip, "--model", colours, "--names", colours)
    assert ran.code == 3
    assert "names whole pictures and finds no boxes" in ran.sentence
    (tmp_path / "cut.safetensors").write_bytes(colours.read_bytes()[:40_000])
    ran = camapp("detect", clip, "--model", cli_model, "--names", tmp_path / "cut.safetensors")
    assert ran.code == 3
    assert "is incomplete or damaged" in ran.sentence
    ran = camapp("detect", clip, "--model", cli_model, "--names", tmp_path / "gone.safetensors")
    assert ran.code == 3
    assert "There is no model file" in ran.sentence
