"""Class sheets, a pre-training run, and norms put back into a network that lost them."""

from __future__ import annotations

import json
import signal
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
import typer
from typer.testing import CliRunner

from detector.data.tiles import read_tiles
from detector.errors import DataError, OutputError, TrainingError, UserFacingError
from detector.modelfile import ModelInfo, read_info, read_weights
from detector.models.classifier import Classifier
from detector.pretrain import main, parse_sizes
from detector.pretraining.gallery import pack
from detector.pretraining.run import Options, PretrainingRun, size_at
from detector.pretraining.teacher import Teacher
from detector.training.opennsfw import convolutions, restore_norms
from detector.training.schedule import Budget
from tests.detector.test_resnet import randomise

COLOURS = {"n1": (0, 0, 250), "n2": (0, 250, 0)}
OPTIONS = Options("resnet18", batch=8, sizes=(32,), lr=0.01, seed=0)
BOXES = """n1 0 4 6 20 30
n1 3 0 31 31 31
n2 11 0 0 31 31
n2 12 0 0 31 31
n9 0 0 0 31 31
n1 1 20 6 4 30
n1 2 a b c d

n1 4 1 2 3
n2 0 -5 10 60 40
"""


def write_sheets(folder: Path, count: int = 12) -> None:
    index = {}
    for sheet_id, colour in COLOURS.items():
        for split, tiles in (("train", count), ("val", 3)):
            sheet = np.zeros((64, 320, 3), np.uint8)
            for i in range(tiles):
                y, x = i // 10 * 32, i % 10 * 32
                sheet[y : y + 32, x : x + 32] = colour
            (folder / split).mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(folder / split / f"{sheet_id}.jpg"), sheet)
        index[sheet_id] = {"name": f"class {sheet_id}", "tile": 32, "count": {"train": count, "val": 3}}
    (folder / "index.json").write_text(json.dumps(index))
    (folder / "boxes-train.txt").write_text("n1 0 4 6 20 30\nn2 5 0 0 31 31\n")


def make_run(folder: Path, name: str, options: Options = OPTIONS) -> PretrainingRun:
    """With everything that a run may have: a teacher and pictures without labels."""
    torch.manual_seed(1)
    classifier = Classifier("resnet18", 4)
    train, val = read_tiles(folder, "train"), read_tiles(folder, "val")
    device = torch.device("cpu")
    rng = np.random.default_rng(0)
    unlabelled = pack([rng.integers(0, 256, (40, 60, 3), np.uint8) for _ in range(3)], None, device)
    teacher = Teacher(classifier, 4, ModelInfo("resnet18", 0, tuple("abcd")), None, "a teacher", device)
    return PretrainingRun(train, val, teacher, unlabelled, options, folder / f"{name}.safetensors")


def test_every_tile_of_a_sheet_is_read_with_its_label(tmp_path: Path) -> None:
    write_sheets(tmp_path)
    tiles = read_tiles(tmp_path, "train")
    assert tiles.class_names == ("class n1", "class n2")
    assert tiles.labels.tolist() == [0] * 12 + [1] * 12
    for tile, label in zip(tiles.pictures, tiles.labels, strict=True):
        wrong = np.abs(tile.mean(axis=(0, 1)) - list(COLOURS.values())[label])
        assert tile.shape == (32, 32, 3)
        assert wrong.max() < 12


def test_boxes_get_edges_and_lines_without_an_area_are_counted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_sheets(tmp_path)
    (tmp_path / "boxes-train.txt").write_text(BOXES)
    xyxy = read_tiles(tmp_path, "train").xyxy
    assert xyxy.dtype == np.float32
    assert {i: tuple(map(int, box)) for i, box in enumerate(xyxy) if box.any()} == {
        0: (4, 6, 21, 31),  # the last pixel is included
        3: (0, 31, 32, 32),  # one pixel high is an area
        23: (0, 0, 32, 32),  # the last tile of the second sheet; there is no tile 12
        12: (0, 10, 32, 32),  # clipped to the tile
    }
    assert "6 of 10 lines" in caplog.text


def test_sheets_without_boxes_are_read_as_well(tmp_path: Path) -> None:
    write_sheets(tmp_path)
    (tmp_path / "boxes-train.txt").unlink()
    assert not read_tiles(tmp_path, "train").xyxy.any()
    (tmp_path / "boxes-val.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(DataError, match="boxes-val"):
        read_tiles(tmp_path, "val")


def test_missing_sheets_are_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no data file"):
        read_tiles(tmp_path, "train")
    write_sheets(tmp_path)
    (tmp_path / "val" / "n2.jpg").write_text("no picture")
    with pytest.raises(DataError, match=r"n2\.jpg' cannot be read"):
        read_tiles(tmp_path, "val")
    cv2.imwrite(str(tmp_path / "train" / "n1.jpg"), np.zeros((32, 320, 3), np.uint8))  # a row is missing
    with pytest.raises(DataError, match=r"n1\.jpg' cannot be read"):
        read_tiles(tmp_path, "train")
    (tmp_path / "index.json").write_text("{}")
    with pytest.raises(DataError, match="names no pictures for 'test'"):
        read_tiles(tmp_path, "test")


class Cut(Budget):
    """Ends half-way, while the schedule runs to the end."""

    def progress(self, step: int) -> float:
        return 1.0 if step >= 2 else step / 3


def test_a_run_cut_by_its_clock_or_by_ctrl_c_ends_exactly_like_one_that_was_not(
    tmp_path: Path, exact_arithmetic: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_sheets(tmp_path)
    make_run(tmp_path, "whole").run(Budget(3, None))
    stopped = make_run(tmp_path, "cut")
    update = stopped.ema.update
    before = signal.getsignal(signal.SIGINT)

    def interrupted(model: torch.nn.Module) -> None:
        # The optimiser has moved the weights, the average has not followed; one press often arrives twice.
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        update(model)

    with monkeypatch.context() as patched:
        patched.setattr(stopped.ema, "update", interrupted)
        with pytest.raises(KeyboardInterrupt):
            stopped.run(Budget(3, None))
    assert stopped.step == 1
    assert signal.getsignal(signal.SIGINT) is before
    make_run(tmp_path, "cut").run(Cut(3, None))
    make_run(tmp_path, "cut").run(Budget(3, None))
    whole, cut = (read_weights(tmp_path / f"{name}.safetensors") for name in ("whole", "cut"))
    for name, weight in whole.items():
        np.testing.assert_array_equal(weight, cut[name], err_msg=name)
    info = read_info(tmp_path / "whole.safetensors")
    assert info.measured["views"] == 24
    assert 0 <= info.measured["top1"] <= 1
    assert info.trained_on == "24 class sheet tiles of 2 classes, 3 pictures without labels, the answers of a teacher"
    assert not any(name.startswith(("box_head", "teacher_fc")) for name in whole)


def test_a_run_that_was_cut_behind_its_last_step_is_judged_and_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_sheets(tmp_path)
    run = make_run(tmp_path, "late")
    step = run.train_step

    def interrupted(progress: float) -> dict[str, float]:
        signal.raise_signal(signal.SIGINT)
        return step(progress)

    monkeypatch.setattr(run, "train_step", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run.run(Budget(1, None))
    make_run(tmp_path, "late").run(Budget(1, None))
    assert 0 <= read_info(tmp_path / "late.safetensors").measured["top1"] <= 1


def test_a_batch_too_large_for_the_memory_is_learned_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_sheets(tmp_path)
    run = make_run(tmp_path, "small")
    forward = run.network.forward

    def limited(x: torch.Tensor) -> object:
        if len(x) > 4:
            raise torch.OutOfMemoryError("no room")
        return forward(x)

    monkeypatch.setattr(run.network, "forward", limited)
    terms = run.train_step(0.0)
    assert run.pieces == 2
    assert set(terms) == {"cls", "box", "taught"}

    def always(x: torch.Tensor) -> object:
        raise torch.OutOfMemoryError("no room")

    monkeypatch.setattr(run.network, "forward", always)
    with pytest.raises(TrainingError, match="does not suffice for a single picture of 32 pixels"):
        run.train_step(0.0)


def test_a_loss_that_is_not_finite_stops_before_the_weights_move(tmp_path: Path) -> None:
    write_sheets(tmp_path)
    run = make_run(tmp_path, "broken")
    with torch.no_grad():
        run.network.classifier.fc.bias.fill_(float("nan"))
    before = run.network.classifier.backbone.state_dict()["conv1.weight"].clone()
    with pytest.raises(TrainingError, match="no finite number any more at step 0"):
        run.train_step(0.0)
    assert torch.equal(run.network.classifier.backbone.state_dict()["conv1.weight"], before)


def test_a_state_survives_a_full_disk_and_another_runs_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_sheets(tmp_path)
    run = make_run(tmp_path, "kept")
    run.train_step(0.0)
    run.keep()
    before = (tmp_path / "kept.resume").read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        with pytest.raises(OutputError, match="No space left on device"):
            run.keep()
    assert (tmp_path / "kept.resume").read_bytes() == before
    with pytest.raises(TrainingError, match=r"another run: mix was both, now none"):
        make_run(tmp_path, "kept", replace(OPTIONS, mix="none"))
    write_sheets(tmp_path, count=9)
    with pytest.raises(TrainingError, match=r"another run: tiles was 24, now 18"):
        make_run(tmp_path, "kept")


def test_sizes_follow_one_another_in_equal_parts() -> None:
    assert [size_at(p, (32, 64, 96)) for p in (0, 0.33, 0.34, 0.66, 0.67, 1)] == [32, 32, 64, 64, 96, 96]
    assert parse_sizes("32, 64") == (32, 64)
    for wrong in ("", "48", "64,32", "0", "32,x", "32,,64", "-32"):
        with pytest.raises(UserFacingError, match="no sizes to train at"):
            parse_sizes(wrong)


def test_without_an_average_the_trained_weights_are_kept(tmp_path: Path) -> None:
    write_sheets(tmp_path)
    run = make_run(tmp_path, "plain", replace(OPTIONS, ema_decay=0.0, box_weight=0.0))
    assert set(run.train_step(0.5)) == {"cls", "taught"}
    for name, tensor in run.ema.model.state_dict().items():
        assert torch.equal(tensor, run.network.classifier.state_dict()[name]), name


def invoke(*arguments: str) -> tuple[str, Exception | None]:
    app = typer.Typer()
    app.command()(main)
    result = CliRunner().invoke(app, list(arguments))
    return result.output, result.exception if isinstance(result.exception, Exception) else None


def test_the_command_trains_and_says_where_the_model_is(tmp_path: Path) -> None:
    write_sheets(tmp_path)
    out = str(tmp_path / "m.safetensors")
    output, error = invoke("--data", str(tmp_path), "--out", out, "--steps", "1", "--batch", "4", "--sizes", "32")
    assert error is None
    assert json.loads(output.splitlines()[-1])["model"] == out
    assert read_info(tmp_path / "m.safetensors").class_names == ("class n1", "class n2")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--backbone", "resnet19"), "no backbone 'resnet19'. Choose one of: resnet18"),
        (("--mix", "blend"), "no 'blend' to choose. Choose from: none, mixup, cutmix, both"),
        (("--unlabelled", "."), "teach nothing by themselves. Give a --teacher"),
        (("--teacher-weights", "w.pth"), "no teacher. Name it: --teacher timm:NAME"),
        (("--teacher", "timm:resnet50x", "--teacher-weights", "w.pth"), "timm has no network 'resnet50x'"),
        (("--sizes", "33"), "'33' are no sizes to train at"),
        (("--init", "missing.pth"), "no model file 'missing.pth'"),
    ],
)
def test_wrong_options_are_one_sentence(tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    write_sheets(tmp_path)
    _, error = invoke("--data", str(tmp_path), "--out", str(tmp_path / "m.safetensors"), *options)
    assert isinstance(error, UserFacingError)
    assert said in str(error)


def test_norms_put_back_leave_the_network_as_it_was() -> None:
    torch.manual_seed(0)
    folded, restored = Classifier("resnet50h", 2).eval(), Classifier("resnet50h", 2).eval()
    randomise(folded)
    restored.load_state_dict(folded.state_dict())
    biases = []
    with torch.no_grad():
        for _, norm in convolutions(folded):  # a folded network: its norms only add the bias
            norm.weight.fill_((1 + norm.eps) ** 0.5)
            norm.running_mean.zero_()
            norm.running_var.fill_(1.0)
            biases.append(norm.bias.detach().clone())
        for _, norm in convolutions(restored):
            norm.running_mean.zero_()
            norm.running_var.fill_(1.0)
    pictures = torch.rand(4, 3, 64, 64)
    restore_norms(restored, biases, pictures)
    with torch.inference_mode():
        before, after = folded.backbone(pictures)[-1], restored.backbone(pictures)[-1]
        trained = restored.train().backbone(pictures)[-1]
    assert ((after - before).abs().max() / before.abs().max()).item() < 1e-3
    assert ((trained - before).abs().max() / before.abs().max()).item() < 1e-2
    assert all(norm.running_var.min() > 0 for _, norm in convolutions(restored))
