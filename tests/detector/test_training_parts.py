"""The recipe's parts: losses of bins and of a second head, rates by stage, sizes of the views."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from detector.data.coco import read_coco
from detector.errors import UsageError
from detector.modelfile import ModelInfo, read_weights
from detector.models import BACKBONES
from detector.models.head import HeadOutput
from detector.models.network import DetectorNetwork
from detector.training.auxiliary import AuxiliaryHead, answers_of
from detector.training.loop import Options, TrainingRun
from detector.training.losses import anchor_points, bins_loss, decode_ltrb, detection_loss, encode_ltrb
from detector.training.parameter_groups import backbone_stage, parameter_groups
from detector.training.parts import PARTS, changed_parts, usual_parts
from detector.training.schedule import Budget, view_size
from detector.training.state import load_state, state_path
from tests.detector.test_training import STRIDES, options, write_data

TRUTH, IDS = torch.tensor([[[8.0, 8.0, 40.0, 40.0]]]), torch.tensor([[1]])


def part_run(data: Path, out: Path) -> TrainingRun:
    """With every part there is."""
    torch.manual_seed(0)
    network = DetectorNetwork("resnet18", 2, 32, bins=8)
    chosen = options(bins=8, stage_decay=0.7, l1=True, mixup=0.5, paste=0.5, plain_from=0.5)
    return TrainingRun(network, ModelInfo("resnet18", 32, ("green", "red"), bins=8), read_coco(data), chosen, out)


def test_bins_cost_least_where_they_lie_on_both_sides_of_the_truth() -> None:
    distances = torch.tensor([[2.25, 0.0, 9.0, 3.0]])  # 9 is out of reach: the last bin, 4, is the nearest
    shares = torch.full((1, 4, 5), 1e-6)
    shares[0, 0, 2:4] = torch.tensor([0.75, 0.25])
    for side, right in ((1, 0), (2, 4), (3, 3)):
        shares[0, side, right] = 1.0
    right = bins_loss(shares.log(), distances)
    entropy = -(0.75 * np.log(0.75) + 0.25 * np.log(0.25))
    assert right.item() == pytest.approx(entropy / 4, abs=1e-3)
    logits = shares.log().requires_grad_()
    worse = bins_loss(logits.roll(1, -1), distances)
    assert worse > right + 1
    worse.backward()
    assert torch.isfinite(logits.grad).all()


def test_distances_there_and_back() -> None:
    points, strides = anchor_points((64, 96), STRIDES, torch.device("cpu"))
    ltrb = torch.rand(2, len(points), 4) * 5
    back = encode_ltrb(points, strides, decode_ltrb(points, strides, ltrb))
    torch.testing.assert_close(back, ltrb, rtol=0, atol=1e-4)


def test_each_term_is_there_only_if_asked_for_and_teaches_its_part() -> None:
    points, _ = anchor_points((64, 64), STRIDES, torch.device("cpu"))
    logits, ltrb = torch.zeros(1, len(points), 2), torch.full((1, len(points), 4), 2.0)
    plain = detection_loss(HeadOutput(logits, ltrb), (64, 64), STRIDES, TRUTH, IDS, True)
    assert plain.bins == plain.l1 == plain.auxiliary == 0
    bins = torch.zeros(1, len(points), 4, 8, requires_grad=True)
    second = HeadOutput(torch.zeros_like(logits, requires_grad=True), ltrb.clone().requires_grad_())
    both = detection_loss(
        HeadOutput(logits, ltrb.requires_grad_()), (64, 64), STRIDES, TRUTH, IDS, True,
        bins=bins, auxiliary=second, with_l1=True,
    )  # fmt: skip
    torch.testing.assert_close(both.cls, plain.cls)
    torch.testing.assert_close(both.box, plain.box)
    assert both.bins.item() == pytest.approx(np.log(8))  # every bin is as likely as the others
    torch.testing.assert_close(both.auxiliary, plain.total)  # the same answers cost the same in both heads
    assert both.l1 > 0
    both.total.backward()
    for part in (bins, second.logits, second.ltrb, ltrb):
        assert part.grad is not None
        assert part.grad.abs().sum() > 0


def test_a_batch_without_objects_has_no_cost_for_boxes() -> None:
    points, _ = anchor_points((64, 64), STRIDES, torch.device("cpu"))
    output = HeadOutput(torch.zeros(1, len(points), 2), torch.ones(1, len(points), 4))
    nothing = torch.zeros(1, 0, 4), torch.zeros(1, 0).long()
    bins = torch.zeros(1, len(points), 4, 8)
    losses = detection_loss(output, (64, 64), STRIDES, *nothing, False, bins=bins, auxiliary=output, with_l1=True)
    assert losses.box == losses.bins == losses.l1 == 0
    assert torch.isfinite(losses.total)


def test_the_second_head_teaches_the_backbone_and_changes_no_answer() -> None:
    torch.manual_seed(0)
    network = DetectorNetwork("resnet18", 2, 32).eval()
    auxiliary, x = AuxiliaryHead(network.backbone.channels, 2), torch.rand(2, 3, 64, 96)
    answers = answers_of(network, auxiliary, x)
    alone = network(x)
    torch.testing.assert_close(answers.output.logits, alone.logits)
    torch.testing.assert_close(answers.output.ltrb, alone.ltrb)
    assert answers.bins is None
    assert answers.auxiliary is not None
    assert answers.auxiliary.logits.shape == alone.logits.shape
    answers.auxiliary.logits.sum().backward()
    assert network.backbone.get_parameter("layer4.1.conv1.weight").grad is not None
    assert network.neck.lateral3[0].weight.grad is None


@pytest.mark.parametrize("name", sorted(BACKBONES))
def test_every_backbone_has_weights_in_its_stem_and_in_each_of_four_stages(name: str) -> None:
    with torch.device("meta"):
        parameters = dict(BACKBONES[name]().named_parameters())
    stages = [backbone_stage(parameter) for parameter in parameters]
    assert stages[0] == 0
    assert set(stages) == {0, 1, 2, 3, 4}
    assert stages == sorted(stages), "in the order of the picture's way"


def test_the_nearer_to_the_picture_the_slower() -> None:
    network = DetectorNetwork("resnet18", 2, 32)
    network.backbone.get_submodule("layer1").requires_grad_(False)
    second = AuxiliaryHead(network.backbone.channels, 2)
    groups = parameter_groups(network, [second], lr=1.0, backbone_share=0.5, stage_decay=0.1, weight_decay=0.05)
    rate_of = {id(p): g["full_lr"] for g in groups for p in g["params"]}
    named = dict(network.named_parameters())
    rates = {n: rate_of.get(id(named[f"backbone.{n}"])) for n in ("conv1.weight", "layer4.0.conv1.weight")}
    assert rates == {"conv1.weight": pytest.approx(0.5e-4), "layer4.0.conv1.weight": 0.5}
    assert id(named["backbone.layer1.0.conv1.weight"]) not in rate_of
    assert rate_of[id(named["neck.fuse4.0.weight"])] == rate_of[id(next(second.parameters()))] == 1.0
    learning = [p for part in (network, second) for p in part.parameters() if p.requires_grad]
    assert sorted(rate_of) == sorted(map(id, learning)), "each weight once"
    for group in groups:
        assert group["weight_decay"] == (0.05 if group["params"][0].ndim > 1 else 0.0)


def test_the_last_size_comes_last_and_alone() -> None:
    def sizes(progress: float, varied: bool) -> set[int]:
        return {view_size(progress, 320, 0.85, varied, np.random.default_rng(step)) for step in range(60)}

    assert sizes(0.1, True) == {192, 256}
    assert sizes(0.6, True) == {256, 320, 384}
    assert sizes(0.9, True) == {320}
    assert (sizes(0.1, False), sizes(0.6, False), sizes(1.0, False)) == ({256}, {320}, {320})
    assert all(view_size(0.0, 64, 0.85, True, np.random.default_rng(i)) == 64 for i in range(9))


def test_a_run_with_every_part_that_was_cut_ends_exactly_alike(tmp_path: Path, exact_arithmetic: None) -> None:
    data = write_data(tmp_path)
    part_run(data, tmp_path / "whole.safetensors").run(Budget(steps=4, seconds=None), None)
    half = part_run(data, tmp_path / "cut.safetensors")
    half.begin()
    for step in range(3):
        half.train_step(step / 4)
    half.keep()
    part_run(data, tmp_path / "cut.safetensors").run(Budget(steps=4, seconds=None), None)
    whole, cut = (read_weights(tmp_path / f"{name}.safetensors") for name in ("whole", "cut"))
    for name, weight in whole.items():
        np.testing.assert_array_equal(weight, cut[name], err_msg=name)


def test_the_second_head_is_in_the_state_and_in_no_model_file(tmp_path: Path) -> None:
    out = tmp_path / "m.safetensors"
    run = part_run(write_data(tmp_path), out)
    run.run(Budget(steps=1, seconds=None), None)
    names = set(read_weights(out))
    assert names == {n for n in run.network.state_dict() if not n.endswith("num_batches_tracked")}
    state = load_state(state_path(out), {})
    assert state is not None
    assert run.auxiliary is not None
    assert set(state["auxiliary"]) == set(run.auxiliary.state_dict())
    assert run.report.rows[-1]["auxiliary"] > 0
    assert run.report.rows[-1]["bins"] > 0


def test_each_part_can_be_left_out_and_added_by_name() -> None:
    for name, (on, off) in PARTS.items():
        assert changed_parts(name, "") == on
        assert changed_parts("", name) == off
        assert all(hasattr(Options, key) for key in on)
    assert changed_parts("l1", "mosaic, mixup") == {"l1": True, "mosaic": 0.0, "mixup": 0.0}
    assert set(usual_parts()) <= set(PARTS)
    with pytest.raises(UsageError, match=r"no 'magic' to choose.*mosaic, mixup"):
        changed_parts("", "mosaic,magic")
