"""Class sheets, a pre-training run, and norms put back into a network that lost them."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from detector.data.tiles import read_tiles
from detector.errors import DataError
from detector.modelfile import read_info, read_weights
from detector.models.classifier import Classifier
from detector.pretrain import Options, pretrain
from detector.training.opennsfw import convolutions, restore_norms
from detector.training.schedule import Budget
from tests.detector.test_resnet import randomise

COLOURS = {"n1": (0, 0, 250), "n2": (0, 250, 0)}


def write_sheets(folder: Path) -> None:
    index = {}
    for sheet_id, colour in COLOURS.items():
        for split, count in (("train", 12), ("val", 3)):
            sheet = np.zeros((64, 320, 3), np.uint8)
            for i in range(count):
                y, x = i // 10 * 32, i % 10 * 32
                sheet[y : y + 32, x : x + 32] = colour
            (folder / split).mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(folder / split / f"{sheet_id}.jpg"), sheet)
        index[sheet_id] = {"name": f"class {sheet_id}", "tile": 32, "count": {"train": 12, "val": 3}}
    (folder / "index.json").write_text(json.dumps(index))


def test_every_tile_of_a_sheet_is_read_with_its_label(tmp_path: Path) -> None:
    write_sheets(tmp_path)
    tiles = read_tiles(tmp_path, "train")
    assert tiles.class_names == ("class n1", "class n2")
    assert tiles.labels.tolist() == [0] * 12 + [1] * 12
    for tile, label in zip(tiles.pictures, tiles.labels, strict=True):
        wrong = np.abs(tile.mean(axis=(0, 1)) - list(COLOURS.values())[label])
        assert tile.shape == (32, 32, 3)
        assert wrong.max() < 12


def test_missing_sheets_are_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no data file"):
        read_tiles(tmp_path, "train")
    write_sheets(tmp_path)
    (tmp_path / "val" / "n2.jpg").write_text("no picture")
    with pytest.raises(DataError, match=r"n2\.jpg' cannot be read"):
        read_tiles(tmp_path, "val")


def test_pretraining_that_was_cut_ends_exactly_like_one_that_was_not(tmp_path: Path, exact_arithmetic: None) -> None:
    write_sheets(tmp_path)
    options = Options("resnet18", batch=8, size=32, lr=0.01, seed=0)
    pretrain(tmp_path, tmp_path / "whole.safetensors", options, Budget(4, None))

    class Cut(Budget):
        """Ends half-way, while the schedule runs to the end."""

        def progress(self, step: int) -> float:
            return 1.0 if step >= 2 else step / 4

    pretrain(tmp_path, tmp_path / "cut.safetensors", options, Cut(4, None))
    pretrain(tmp_path, tmp_path / "cut.safetensors", options, Budget(4, None))
    whole, cut = (read_weights(tmp_path / f"{name}.safetensors") for name in ("whole", "cut"))
    for name, weight in whole.items():
        np.testing.assert_array_equal(weight, cut[name], err_msg=name)
    info = read_info(tmp_path / "whole.safetensors")
    assert info.measured["views"] == 32
    assert 0 <= info.measured["top1"] <= 1


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
