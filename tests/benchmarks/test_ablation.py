"""The table of what each part of the training brings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks import ablation
from benchmarks.ablation import Recipe, collected, rows_of, run_row, spread, table, write
from detector.modelfile import ModelInfo
from detector.models.checkpoint import save_model
from detector.models.network import DetectorNetwork
from detector.training.parts import PARTS
from tests.detector.test_training import write_data


def recipe(folder: Path) -> Recipe:
    data = write_data(folder)
    start = folder / "start.safetensors"
    save_model(start, DetectorNetwork("resnet18", 2, 32), ModelInfo("resnet18", 32, ("green", "red")))
    return Recipe(data, data, start, "resnet18", (), 2, ("--size", "64", "--batch", "2", "--neck-width", "32"))


def test_each_row_leaves_out_one_thing_and_nothing_else() -> None:
    paths = [Path(name) for name in ("d.json", "v.json", "s.safetensors")]
    full = Recipe(*paths, "resnet18", (Path("t.onnx"),), 10)
    whole = full.command("all", 0, Path("o"))
    assert "--teacher" in whole
    for row in rows_of(full):
        command = full.command(row, 0, Path("o"))
        if row == "pre-training":
            assert command == [*whole[:-4], "--backbone", "resnet18", *whole[-2:]]
        elif row == "teachers":
            assert command == whole[:-2]
        elif row != "all":
            assert command[: len(whole)] == whole
            assert len(command) == len(whole) + 2
    assert set(PARTS) <= set(rows_of(full))
    assert "teachers" not in rows_of(Recipe(*paths, "resnet18", (), 10))


def test_a_row_is_trained_once_and_then_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, console, folder = recipe(tmp_path / "data"), Console(quiet=True), tmp_path / "out"
    folder.mkdir()
    first = run_row(mine, "auxiliary", 3, folder, console)
    assert (folder / "auxiliary-3.safetensors").exists()
    assert 0 <= first["AP50"] <= 1

    def no_training(*_: object, **__: object) -> None:
        raise AssertionError("trained again")

    monkeypatch.setattr(ablation, "finished", no_training)
    assert run_row(mine, "auxiliary", 3, folder, console) == first
    titles = rows_of(mine)
    write(folder, titles, collected(mine, titles, folder))
    assert json.loads((folder / "ablation.json").read_text())["auxiliary"] == [first]
    lines = (folder / "ablation.md").read_text().splitlines()
    assert lines[2] == "| all that is usual | not run | | | | | |"
    assert any(line.startswith("| without auxiliary | 1 | ") for line in lines)
    with pytest.raises(AssertionError, match="trained again"):
        run_row(mine, "auxiliary", 4, folder, console)


def test_figures_of_other_steps_are_not_shown_as_this_recipes(tmp_path: Path) -> None:
    mine, folder = recipe(tmp_path / "data"), tmp_path
    command = mine.command("mosaic", 0, folder / "mosaic-0.safetensors")
    row = {"command": command, "seed": 0, "AP50": 0.5}
    (folder / "mosaic-0.json").write_text(json.dumps(row))
    assert collected(mine, rows_of(mine), folder) == {"mosaic": [row]}
    command[command.index("--steps") + 1] = "999"
    (folder / "mosaic-0.json").write_text(json.dumps(row | {"command": command}))
    assert collected(mine, rows_of(mine), folder) == {}


def test_several_seeds_tell_the_noise() -> None:
    run = dict.fromkeys(ablation.COLUMNS, 0.1)
    done = {"all": [run, run | {"AP50": 0.2}], "mosaic": [run]}
    lines = table({"all": "all", "mosaic": "without mosaic", "l1": "with l1"}, done).splitlines()
    assert lines[2] == "| all | 2 | 0.1000 ±0.0000 | 0.1500 ±0.0500 | 0.1000 ±0.0000 | 0.1000 ±0.0000 | |"
    assert lines[3] == "| without mosaic | 1 | 0.1000 | 0.1000 | 0.1000 | 0.1000 | -5.00 |"
    assert lines[4] == "| with l1 | not run | | | | | |"
    assert spread([0.3]) == "0.3000"
