"""What describe says of a network is what the network does."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import cv2
import pytest
import torch
from torch import nn

from detector import describe
from detector.anatomy import FOLDED, STAYS, measure_stages, norm_roles
from detector.block_pictures import PLANS, blocks_to_draw, draw_blocks
from detector.commands import run_command
from detector.errors import OutputError
from detector.models import BACKBONES
from detector.models.norms import BATCH_NORMS


def run(monkeypatch: pytest.MonkeyPatch, *options: object) -> int:
    monkeypatch.setattr(sys, "argv", ["describe", *map(str, options)])
    with pytest.raises(SystemExit) as end:
        run_command(describe.main)
    return int(end.value.code or 0)


def field_by_gradient(network: nn.Module, which: int, side: int) -> int:
    """Side of the square of pixels that the middle cell of C3, C4 or C5 depends on; every weight is made positive."""
    for part in network.modules():
        if isinstance(part, nn.Conv2d):
            nn.init.constant_(part.weight, 1 / part.weight[0].numel())
        elif isinstance(part, BATCH_NORMS):
            nn.init.ones_(part.weight)
    for name, part in list(network.named_modules()):
        if isinstance(part, nn.MaxPool2d):  # a maximum has a gradient at one pixel alone
            network.set_submodule(name, nn.AvgPool2d(3, 2, padding=1))
    x = torch.rand(1, 3, side, side, dtype=torch.float64).requires_grad_()
    cells = network.double().eval()(x)[which]
    cells[0, :, cells.shape[2] // 2, cells.shape[3] // 2].sum().backward()
    seen = x.grad.abs().sum(dim=(0, 1, 2)) > 0
    return int(seen.sum())


@pytest.mark.parametrize(("name", "which", "side"), [("resnet18", 0, 160), ("dpn68", 0, 160), ("resnetv2_18", 1, 288)])
def test_the_receptive_field_is_what_the_gradient_reaches(name: str, which: int, side: int) -> None:
    network = BACKBONES[name]().eval()
    stages = {stage.name: stage for stage in measure_stages(network, 3, (64, 64))}
    assert field_by_gradient(network, which, side) == stages[f"stage {which + 2}"].receptive_field


@pytest.mark.parametrize("name", ["resnet18", "resnet50_cot", "resnet18_ca", "resnetv2_50", "dpn68b", "dpn92_small"])
def test_stages_add_up_to_the_network_and_end_in_its_maps(name: str) -> None:
    network = BACKBONES[name]().eval()
    stages = measure_stages(network, 3, (64, 96))
    assert sum(stage.parameters for stage in stages) == sum(p.numel() for p in network.parameters())
    ends = {stage.stride: stage.shape for stage in stages}
    assert [ends[stride] for stride in network.strides] == [
        (c, 64 // s, 96 // s) for c, s in zip(network.channels, network.strides, strict=True)
    ]
    assert stages[-1].sees_all == ("_ca" in name or "_cot" in name)


def test_the_cost_is_the_published_one() -> None:
    stages = measure_stages(BACKBONES["resnet18"](include_top=True).eval(), 3, (224, 224))
    assert stages[-1].name == "pooling, classifier"
    assert stages[-1].shape == (1000,)
    assert sum(stage.flops for stage in stages) / 2 == pytest.approx(1.814e9, rel=1e-3)  # torchvision's table
    assert sum(stage.parameters for stage in stages) == 11_689_512


def test_each_norm_is_said_to_fold_or_to_stay() -> None:
    roles = {role.role: role for role in norm_roles(BACKBONES["dpn68"]())}
    assert (roles["c1x1_a.bn"].count, roles["c1x1_a.bn"].inference) == (22, STAYS)
    assert (roles["c3x3_b.bn"].count, roles["c3x3_b.bn"].inference) == (22, FOLDED)
    assert roles["stem: bn"].inference == FOLDED
    assert roles["last norm, ReLU: bn"].inference == STAYS
    assert "0.1 of each new one" in roles["stem: bn"].training
    group = norm_roles(BACKBONES["resnet18"](norm="group"))[0]
    assert "each picture" in group.training
    assert "same as in training" in group.inference
    assert "learns nothing" in norm_roles(BACKBONES["resnet18"](norm="frozen"))[0].training


@pytest.mark.parametrize("name", ["resnet18_ca_block", "resnet50_cot", "resnetv2_50", "dpn68b", "dpn92_small"])
def test_the_blocks_of_every_family_are_drawn(name: str, tmp_path: Path) -> None:
    target = tmp_path / "new" / "block.png"
    network = BACKBONES[name]()
    draw_blocks(network, name, target)
    picture = cv2.imread(str(target))
    assert picture is not None
    assert picture.std() > 10
    (_, halving), (_, plain) = blocks_to_draw(network)
    assert type(halving) is type(plain)
    for part in PLANS[type(halving)].shortcuts:
        assert hasattr(halving, part.split(".")[0]) or "c1x1_w" in part


def test_a_drawing_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        draw_blocks(BACKBONES["resnet18"](), "resnet18", tmp_path / "block.unknown")


def test_the_command_prints_tables_or_json_and_draws(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    drawing = tmp_path / "block.svg"
    assert run(monkeypatch, "resnet18", "--size", "64x96", "--top", "--out", drawing) == 0
    said = capsys.readouterr().out
    assert drawing.stat().st_size > 1000
    for words in ("stage 4", "512 x 2 x 3", "435 px", "pooling, classifier", "11,689,512", "BatchNorm", "folded into"):
        assert words in said
    assert run(monkeypatch, "dpn68", "--size", "64x64", "--in-channels", "1", "--norm", "group", "--json") == 0
    content = json.loads(capsys.readouterr().out)
    assert content["channels"] == [320, 704, 832]
    assert {stage["stride"] for stage in content["stages"]} == {4, 8, 16, 32}
    assert content["norms"][0]["kind"] == "GroupNorm"


def test_without_a_file_named_the_drawing_goes_to_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch, "resnet18", "--size", "64x64", "--json") == 0
    assert list(tmp_path.iterdir()) == []
    assert run(monkeypatch, "resnet18", "--size", "64x64") == 0
    assert (tmp_path / "output" / "resnet18.png").is_file()
    assert "drawn in output/resnet18.png" in capsys.readouterr().out.replace("\\", "/")


def test_an_unknown_network_or_norm_is_a_wrong_use(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "resnet5O") == 2
    assert "There is no backbone 'resnet5O'. Choose one of: resnet50" in capsys.readouterr().err
    assert run(monkeypatch, "resnet18", "--norm", "layer") == 2
    assert run(monkeypatch, "resnet18", "--size", "100x100") == 2
