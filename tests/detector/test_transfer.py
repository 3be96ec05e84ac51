"""New classes for a detector that knows others: what is learned, what stays as it was, and what is refused."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
import typer
from typer.testing import CliRunner

from detector import train
from detector.data.coco import read_coco
from detector.errors import ModelFileError, TrainingError, UsageError
from detector.modelfile import ModelInfo, read_info, read_weights, write_model
from detector.models.checkpoint import load_model, save_classifier
from detector.models.classifier import Classifier
from detector.training import transfer_cached
from detector.training.batches import network_input
from detector.training.loop import Options
from detector.training.schedule import Budget
from detector.training.transfer_cached import CachedRun, evenly, transfer_run, views_of_each
from detector.training.transfer_detector import Start, start_transfer
from tests.detector.small_model import NAMES, save_small_model

INPUT = {"mean": (104.0, 117.0, 123.0), "std": (2.0, 2.0, 2.0), "channel_order": "bgr"}  # not the usual one
SIZE = 64


def write_rings(folder: Path, pictures: int = 5, name: str = "ring") -> Path:
    """Dark pictures with one bright ring each."""
    rng = np.random.default_rng(0)
    (folder / "images").mkdir(parents=True)
    images, annotations = [], []
    for i in range(pictures):
        image = rng.integers(0, 60, (96, 96, 3), np.uint8)
        x, y, radius = (int(v) for v in rng.integers((30, 30, 12), (66, 66, 24)))
        cv2.circle(image, (x, y), radius, (230, 240, 250), 6)
        assert cv2.imwrite(str(folder / "images" / f"{i}.png"), image)
        images.append({"id": i, "file_name": f"{i}.png", "width": 96, "height": 96})
        box = [x - radius - 3, y - radius - 3, 2 * radius + 6, 2 * radius + 6]
        annotations.append({"id": i + 1, "image_id": i, "category_id": 1, "bbox": box})
    path = folder / "rings.json"
    content = {"images": images, "annotations": annotations, "categories": [{"id": 1, "name": name}]}
    path.write_text(json.dumps(content))
    return path


@pytest.fixture(scope="module")
def knows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A detector of five other classes."""
    return save_small_model(tmp_path_factory.mktemp("start") / "knows.safetensors", **INPUT)


@pytest.fixture(scope="module")
def backbone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pre-trained backbone without neck and head."""
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("start") / "backbone.safetensors"
    save_classifier(path, Classifier("resnet18", 2), ModelInfo("resnet18", 0, ("a", "b"), **INPUT))  # type: ignore[arg-type]
    return path


def options(start: Start, mode: str, **changes: object) -> Options:
    values = {"size": SIZE, "lr": start.rate(mode), "transfer": mode, "prior_until": 0.0, "auxiliary": False} | changes
    return Options(start.info.backbone, start.info.neck_width, 4, backbone_lr_share=0.3, seed=0, **values)  # type: ignore[arg-type]


def trained(path: Path, mode: str, data: Path, out: Path, steps: int = 4) -> dict[str, np.ndarray]:
    """The weights after some steps."""
    start = start_transfer(path, mode, read_coco(data))
    transfer_run(start, options(start, mode), out).run(Budget(steps, None), None)
    return read_weights(out)


def changed(before: dict[str, np.ndarray], after: dict[str, np.ndarray]) -> set[str]:
    """Names, up to the layer, of weights and statistics that are not what they were; class outputs aside."""
    return {
        ".".join(n.split(".")[:2]) for n in before if "cls_outs" not in n and not np.array_equal(before[n], after[n])
    }


def test_new_adds_a_class_and_leaves_every_other_answer_exactly_as_it_was(knows: Path, tmp_path: Path) -> None:
    after = trained(knows, "new", write_rings(tmp_path), tmp_path / "m.safetensors", steps=20)
    assert read_info(tmp_path / "m.safetensors").class_names == (*NAMES, "ring")
    assert not changed(read_weights(knows), after)
    before, now = load_model(knows)[0], load_model(tmp_path / "m.safetensors")[0]
    x = torch.randn(2, 3, 96, 64)
    with torch.inference_mode():
        torch.testing.assert_close(now(x).logits[..., :5], before(x).logits, rtol=0, atol=1e-5)
        torch.testing.assert_close(now(x).ltrb, before(x).ltrb, rtol=0, atol=0)
    weights = [after[f"head.cls_outs.{i}.weight"] for i in range(3)]
    assert all(weight.shape[0] == 6 for weight in weights)


def test_new_learns_the_class(knows: Path, tmp_path: Path) -> None:
    start = start_transfer(knows, "new", read_coco(write_rings(tmp_path)))
    run = CachedRun(start, options(start, "new"), tmp_path / "m.safetensors")
    losses = [run.train_step(step / 60)["cls"] for step in range(60)]
    assert np.mean(losses[-10:]) < 0.85 * np.mean(losses[:10])


@pytest.mark.parametrize(("mode", "parts"), [("last", {"backbone.layer4"}), ("all", {"backbone.layer1"})])
def test_last_and_all_change_what_they_say_and_no_statistics(
    knows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str, parts: set[str]
) -> None:
    monkeypatch.setattr(transfer_cached, "FIRST_STEPS", 2)
    before, after = read_weights(knows), trained(knows, mode, write_rings(tmp_path), tmp_path / "m.safetensors")
    found = changed(before, after)
    assert parts | {"neck.lateral3", "head.box_convs"} <= found
    assert ("backbone.layer1" in found) == (mode == "all")
    statistics = [name for name in before if name.endswith(("running_mean", "running_var"))]
    assert all(np.array_equal(before[name], after[name]) for name in statistics)
    assert not (tmp_path / "m.new").exists()


def test_on_a_backbone_alone_new_learns_neck_and_head_on_its_kept_maps(backbone: Path, tmp_path: Path) -> None:
    before, after = read_weights(backbone), trained(backbone, "new", write_rings(tmp_path), tmp_path / "m.safetensors")
    assert all(np.array_equal(before[name], after[name]) for name in before if name.startswith("backbone."))
    info = read_info(tmp_path / "m.safetensors")
    assert info.class_names == ("ring",)
    assert {name: getattr(info, name) for name in INPUT} == INPUT


@pytest.mark.parametrize("kind", ["detector", "backbone"])
def test_kept_features_give_what_the_whole_network_gives(
    knows: Path, backbone: Path, tmp_path: Path, kind: str, exact_arithmetic: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer_cached, "autocast", lambda device: torch.autocast(device.type, enabled=False))
    start = start_transfer(knows if kind == "detector" else backbone, "new", read_coco(write_rings(tmp_path)))
    run = CachedRun(start, options(start, "new"), tmp_path / "m.safetensors")
    images = torch.randint(0, 256, (2, 3, SIZE, SIZE), dtype=torch.uint8)
    x = network_input(images, start.info, torch.device("cpu"))
    start.network.eval()
    with torch.inference_mode():
        given, expected = run.frozen.answer(run.frozen.keep(x)), start.network(x)
    torch.testing.assert_close(given.logits, expected.logits[..., -1:], rtol=1e-4, atol=1e-4)  # of the new class
    torch.testing.assert_close(given.ltrb, expected.ltrb, rtol=1e-4, atol=1e-4)


def test_a_transfer_that_was_cut_ends_exactly_like_one_that_was_not(
    knows: Path, tmp_path: Path, exact_arithmetic: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer_cached, "FIRST_STEPS", 2)
    monkeypatch.setattr(transfer_cached, "autocast", lambda device: torch.autocast(device.type, enabled=False))
    data = read_coco(write_rings(tmp_path))
    for mode in ("new", "last"):
        for name, cut in (("whole", False), ("cut", True)):
            out = tmp_path / mode / f"{name}.safetensors"
            torch.manual_seed(0)
            if cut:
                start = start_transfer(knows, mode, data)
                half = transfer_run(start, options(start, mode), out)
                half.begin()
                for step in range(2):
                    half.train_step(step / 4)
                half.keep()
            start = start_transfer(knows, mode, data)
            transfer_run(start, options(start, mode), out).run(Budget(4, None), None)
        whole, again = (read_weights(tmp_path / mode / f"{name}.safetensors") for name in ("whole", "cut"))
        for name, weight in whole.items():
            np.testing.assert_array_equal(weight, again[name], err_msg=f"{mode} {name}")


def test_the_kept_features_have_a_limit_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert views_of_each(10, 1000, 320) == 16
    assert views_of_each(200, 1000, 320) == 2
    assert views_of_each(100, 2**30 // 300, 320) == 3
    with pytest.raises(TrainingError, match=r"1000 pictures at 640 pixels take 2\.0 GB, but at most 1\.0 GB"):
        views_of_each(1000, 2**20, 640)


def test_names_and_shown_classes_grow_with_the_new_one(knows: Path, tmp_path: Path) -> None:
    named = tmp_path / "named.safetensors"
    info = dataclasses.replace(read_info(knows), class_names_zh=("人", "瓶", "杯", "椅", "书"), classes_on=("cup",))
    write_model(named, info, read_weights(knows))
    found = start_transfer(named, "new", read_coco(write_rings(tmp_path))).info
    assert found.class_names_zh == ("人", "瓶", "杯", "椅", "书", "ring")
    assert found.classes_on == ("cup", "ring")
    assert {name: getattr(found, name) for name in INPUT} == INPUT
    same = start_transfer(knows, "all", read_coco(write_rings(tmp_path / "cups", name="cup")))
    assert same.info.class_names == NAMES
    assert same.data.pictures[0].labelled.tolist() == [False, False, True, False, False]


def test_what_does_not_fit_is_refused(knows: Path, tmp_path: Path) -> None:
    data = read_coco(write_rings(tmp_path))
    with pytest.raises(ModelFileError, match=r"do not fit its architecture .*first differences: backbone\.layer1\.2"):
        start_transfer(knows, "new", data, backbone="resnet34")
    with pytest.raises(UsageError, match="no '--neck-width 32' to choose"):
        start_transfer(knows, "new", data, neck_width=32)
    with pytest.raises(UsageError, match="no 'some' to choose"):
        start_transfer(knows, "some", data)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"in_channels": 1}, "it says 1 channel, but its first kernel takes 3"),
        ({"std": (1.0, 0.0, 1.0)}, "its std must be above 0"),
        ({"mean": (1.0,)}, "its mean has 1 number for 3 channels"),
        ({"channel_order": "gbr"}, "the order of its channels is 'gbr'"),
    ],
)
def test_a_start_that_contradicts_itself_about_its_input_is_refused(
    knows: Path, tmp_path: Path, changes: dict[str, object], words: str
) -> None:
    path = tmp_path / "odd.safetensors"
    write_model(path, dataclasses.replace(read_info(knows), **changes), read_weights(knows))  # type: ignore[arg-type]
    with pytest.raises(ModelFileError, match=f"contradicts itself about the pictures it takes: {words}"):
        start_transfer(path, "new", read_coco(write_rings(tmp_path)))


def test_it_is_an_option_of_the_command(knows: Path, tmp_path: Path) -> None:
    app = typer.Typer()
    app.command()(train.main)
    data, out = str(write_rings(tmp_path)), tmp_path / "m.safetensors"
    common = ["--data", data, "--out", str(out), "--transfer", "new", "--steps", "2", "--size", "64", "--batch", "2"]
    result = CliRunner().invoke(app, [*common, "--init", str(knows), "--val", data])
    assert result.exit_code == 0, result.output
    info = read_info(out)
    assert info.class_names[-1] == "ring"
    assert info.trained_on == "5 pictures of rings.json, transfer new"
    refused = CliRunner().invoke(app, common)
    assert isinstance(refused.exception, UsageError)
    assert "none was given" in str(refused.exception)


def test_last_takes_more_pictures_than_the_features_of_new_have_room_for(
    knows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer_cached, "FIRST_STEPS", 1)
    monkeypatch.setattr(transfer_cached, "LIMIT_BYTES", 100_000)  # a view takes 11424
    with pytest.raises(TrainingError, match="of 5 pictures at 64 pixels"):
        trained(knows, "new", write_rings(tmp_path), tmp_path / "new.safetensors", steps=1)
    trained(knows, "last", tmp_path / "rings.json", tmp_path / "last.safetensors", steps=1)
    assert read_info(tmp_path / "last.safetensors").class_names[-1] == "ring"
    assert evenly(tuple("abcde"), 2) == ("a", "e")  # type: ignore[arg-type, comparison-overlap]


@pytest.mark.parametrize(
    ("mode", "option"),
    [
        ("new", ("--teacher", "t.safetensors")),
        ("new", ("--without", "mixup")),
        ("all", ("--with", "auxiliary")),
        ("last", ("--dfl-bins", "16")),
    ],
)
def test_an_option_that_a_transfer_would_not_heed_is_refused(
    knows: Path, tmp_path: Path, mode: str, option: tuple[str, str]
) -> None:
    app = typer.Typer()
    app.command()(train.main)
    arguments = ["--data", "none.json", "--out", str(tmp_path / "m.safetensors"), "--init", str(knows)]
    result = CliRunner().invoke(app, [*arguments, "--transfer", mode, *option])
    assert isinstance(result.exception, UsageError)
    assert f"{option[0]}" in str(result.exception)
    assert f"does nothing with --transfer {mode}" in str(result.exception)
