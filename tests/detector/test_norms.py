"""Norm layers of every kind, and first kernels for pictures of any number of channels."""

from __future__ import annotations

import copy
import dataclasses
from pathlib import Path

import pytest
import torch
from torch import nn
from torchvision.ops import FrozenBatchNorm2d

from detector.errors import ModelFileError
from detector.modelfile import ModelInfo
from detector.models import BACKBONES
from detector.models.checkpoint import load_model, save_model, start_from
from detector.models.fuse import fold_batch_norms
from detector.models.inputs import adapt_kernel
from detector.models.network import DetectorNetwork
from detector.models.norms import BATCH_NORMS, NORMS, freeze_norms, norm_maker
from tests.detector.references import random_weights, relative_error

INFO = ModelInfo("resnet18", 32, ("cup", "phone"))
FAMILIES = ["resnet18", "resnet18_ca", "resnet50_cot", "resnetv2_18", "dpn68"]


@pytest.mark.parametrize("kind", list(NORMS))
@pytest.mark.parametrize("name", FAMILIES)
def test_every_family_is_built_with_the_norm_asked_for(name: str, kind: str) -> None:
    with torch.device("meta"):
        network = BACKBONES[name](norm=kind)
    expected = nn.GroupNorm if kind == "group" else NORMS[kind]
    norms = [part for part in network.modules() if isinstance(part, (*BATCH_NORMS, nn.GroupNorm))]
    kinds = {type(part) for part in norms} - ({nn.GroupNorm} if "cot" in name else set())  # of its own
    assert (kinds or {nn.GroupNorm}) == {expected}
    eps = 1e-3 if name == "dpn68" else 1e-5
    assert all(part.eps == eps for part in norms)


def test_an_unknown_norm_is_said_with_those_known() -> None:
    with pytest.raises(ValueError, match="batch, frozen, sync, group"):
        norm_maker("layer")


@pytest.mark.parametrize("name", list(BACKBONES))
def test_no_convolution_that_feeds_a_norm_has_a_bias(name: str) -> None:
    with torch.device("meta"):
        network = BACKBONES[name]()
    biased = [n for n, p in network.named_modules() if isinstance(p, nn.Conv2d) and p.bias is not None]
    # Coordinate Attention's and the fusion's own ends feed a sigmoid or softmax; a group norm's groups keep the bias.
    assert all(n.endswith((".conv_h", ".conv_w", "delta_conv", "fuse.conv2")) for n in biased)


@pytest.mark.parametrize("kind", ["batch", "frozen", "sync"])
@pytest.mark.parametrize("name", FAMILIES)
def test_folding_changes_nothing_whatever_the_batch_norm(name: str, kind: str) -> None:
    torch.manual_seed(0)
    network = BACKBONES[name](norm=kind).double().eval()  # 50 layers of CoT blocks enlarge float32's last digit
    random_weights(network)
    before_fold = sum(isinstance(p, BATCH_NORMS) for p in network.modules())
    x = torch.rand(1, 3, 64, 64, dtype=torch.float64)
    with torch.inference_mode():
        before, after = network(x), fold_batch_norms(network)(x)
    for a, b in zip(after, before, strict=True):
        assert relative_error(a, b) < 1e-5
    assert sum(isinstance(p, BATCH_NORMS) for p in network.modules()) < 0.6 * before_fold


def test_group_norms_are_not_folded() -> None:
    network = BACKBONES["resnet18"](norm="group").eval()
    count = sum(isinstance(p, nn.GroupNorm) for p in fold_batch_norms(network).modules())
    assert count == 20


def test_the_last_norm_of_a_block_starts_at_zero_unless_it_is_frozen() -> None:
    for kind, expected in (("batch", 0.0), ("sync", 0.0), ("group", 0.0), ("frozen", 1.0)):
        for name, last in (("resnet18", "bn2"), ("resnet50", "bn3"), ("resnet50_cot", "bn3")):
            block = BACKBONES[name](norm=kind).layer2[1]
            assert (getattr(block, last).weight == expected).all(), (kind, name)
            assert (block.bn1.weight == 1).all()


def test_in_training_a_batch_norm_uses_and_keeps_the_batch_and_in_use_what_it_kept() -> None:
    norm = norm_maker("batch")(2)
    x = torch.tensor([[[[1.0, 3.0]], [[0.0, 8.0]]]])
    torch.testing.assert_close(norm(x), torch.tensor([[[[-1.0, 1.0]], [[-1.0, 1.0]]]]), rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(norm.running_mean, torch.tensor([0.2, 0.4]))  # a tenth of the way
    norm.eval()
    kept = norm.running_mean.clone()
    norm(x + 100)
    torch.testing.assert_close(norm.running_mean, kept)


def test_a_frozen_network_gives_the_same_in_training_and_in_use_and_learns_no_norm() -> None:
    torch.manual_seed(0)
    network = BACKBONES["resnet18"]().eval()
    random_weights(network)
    x = torch.rand(1, 3, 64, 64)
    expected = [m.detach() for m in network(x)]
    frozen = freeze_norms(copy.deepcopy(network)).train()
    assert not any(isinstance(p, nn.BatchNorm2d) for p in frozen.modules())
    before = copy.deepcopy(frozen.state_dict())
    maps = frozen(x)
    for a, b in zip(maps, expected, strict=True):
        assert relative_error(a.detach(), b) < 1e-5
    maps[-1].sum().backward()
    assert {n for n, p in frozen.named_parameters() if p.ndim == 1} == set()  # no norm has anything to learn
    torch.testing.assert_close(frozen.state_dict(), before)


def test_a_group_norm_needs_no_batch() -> None:
    torch.manual_seed(0)
    network = BACKBONES["dpn68"](norm="group").train()
    x = torch.rand(2, 3, 64, 64)
    torch.testing.assert_close(network(x)[2][:1], network(x[:1])[2], rtol=1e-3, atol=1e-4)


def test_a_detector_with_group_norms_is_saved_and_loaded(tmp_path: Path) -> None:
    path = tmp_path / "group.safetensors"
    network = DetectorNetwork("resnet18", 2, 32, norm="group").eval()
    save_model(path, network, dataclasses.replace(INFO, norm="group"))
    loaded, info = load_model(path)
    assert info.norm == "group"
    x = torch.rand(1, 3, 64, 64)
    torch.testing.assert_close(loaded(x).logits, network(x).logits, rtol=1e-2, atol=1e-2)
    save_model(path, network, dataclasses.replace(INFO, norm="layer"))
    with pytest.raises(ModelFileError, match="norm layer"):
        load_model(path)


def test_a_detector_with_a_frozen_backbone_learns_its_neck_and_head_with_batch_norms() -> None:
    network = DetectorNetwork("resnet18", 2, 32, norm="frozen")
    assert any(isinstance(p, FrozenBatchNorm2d) for p in network.backbone.modules())
    for part in (network.neck, network.head):
        assert not any(isinstance(p, FrozenBatchNorm2d) for p in part.modules())


def test_a_grey_picture_gives_what_three_equal_channels_gave() -> None:
    torch.manual_seed(0)
    kernel, grey = torch.randn(4, 3, 7, 7), torch.rand(1, 1, 32, 32)
    three = nn.functional.conv2d(grey.expand(1, 3, 32, 32), kernel)
    assert relative_error(nn.functional.conv2d(grey, adapt_kernel(kernel, 1)), three) < 1e-5
    # Each channel divided by its own spread: the kernel is weighted for it.
    std = torch.tensor([58.0, 29.0, 116.0])
    three = nn.functional.conv2d(grey.expand(1, 3, 32, 32) / std.view(1, 3, 1, 1), kernel)
    one = nn.functional.conv2d(grey / std[0], adapt_kernel(kernel, 1, std.tolist()))
    assert relative_error(one, three) < 1e-5


def test_a_fourth_channel_changes_nothing_at_first_and_can_be_learned() -> None:
    torch.manual_seed(0)
    kernel, x = torch.randn(4, 3, 3, 3), torch.rand(1, 4, 16, 16)
    adapted = adapt_kernel(kernel, 4).requires_grad_()
    y = nn.functional.conv2d(x, adapted)
    assert relative_error(y.detach(), nn.functional.conv2d(x[:, :3], kernel)) < 1e-5
    y.sum().backward()
    assert adapted.grad is not None
    assert adapted.grad[:, 3].abs().min() > 0


@pytest.mark.parametrize(("shape", "channels"), [((4, 3, 7, 7), 2), ((4, 3, 7, 7), 0), ((4, 1, 7, 7), 3), ((4, 3), 1)])
def test_a_kernel_that_cannot_be_converted_is_refused(shape: tuple[int, ...], channels: int) -> None:
    with pytest.raises(ValueError, match="expected a kernel"):
        adapt_kernel(torch.zeros(shape), channels)


@pytest.mark.parametrize("channels", [1, 4])
def test_a_detector_of_other_channels_starts_from_weights_of_three(tmp_path: Path, channels: int) -> None:
    path = tmp_path / "colour.safetensors"
    torch.manual_seed(0)
    colour = DetectorNetwork("resnet18", 2, 32).eval()
    save_model(path, colour, dataclasses.replace(INFO, std=(1.0, 1.0, 1.0)))
    other = DetectorNetwork("resnet18", 2, 32, in_channels=channels)
    start_from(other, path, INFO.class_names)
    grey = torch.rand(1, 1, 64, 64)
    with torch.inference_mode():
        expected = colour(grey.expand(1, 3, 64, 64)).logits
        given = other.eval()(grey.expand(1, channels, 64, 64)).logits
    assert relative_error(given, expected) < 1e-2  # stored kernels are float16


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("channels", [1, 4])
def test_every_family_takes_one_or_four_channels(name: str, channels: int) -> None:
    maps = BACKBONES[name](in_channels=channels).eval()(torch.rand(1, channels, 64, 64))
    assert [m.shape[2] for m in maps] == [8, 4, 2]


def test_resnet18_makes_512_numbers_of_a_grey_picture() -> None:
    network = BACKBONES["resnet18"](in_channels=1, include_top=True, num_classes=None).eval()
    random_weights(network)
    x = torch.rand(2, 1, 64, 96)
    with torch.inference_mode():
        numbers = network(x)
        torch.testing.assert_close(numbers, network.maps(x)[2].mean(dim=(2, 3)))
    assert numbers.shape == (2, 512)
