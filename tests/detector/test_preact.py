"""Our pre-activation ResNets are timm's, weight for weight."""

from __future__ import annotations

import pytest
import timm
import torch
from torch import Tensor, nn

from detector.models import BACKBONES
from detector.models.fuse import fold_batch_norms
from detector.models.preact_resnet import DEPTHS
from tests.detector.references import (
    TOLERANCE,
    assert_equal_gradients,
    relative_error,
    with_random_weights,
    with_weights_of,
)

EVERY_V2 = [pytest.param(name, marks=[pytest.mark.slow] if name == "resnetv2_152" else []) for name in DEPTHS]


def reference(name: str) -> nn.Module:
    return with_random_weights(lambda: timm.create_model(name, num_classes=7))


def maps_of(theirs: nn.Module, x: Tensor) -> tuple[Tensor, ...]:
    return tuple(theirs.forward_intermediates(x, indices=(2, 3, 4), norm=True, intermediates_only=True))


@pytest.mark.parametrize("name", EVERY_V2)
def test_maps_and_logits_equal_timm(name: str) -> None:
    torch.manual_seed(0)
    theirs = reference(name).eval()
    ours = with_weights_of(theirs, lambda: BACKBONES[name](include_top=True, num_classes=7))
    x = torch.rand(2, 3, 64, 96)  # not square: a swapped H and W shows
    with torch.inference_mode():
        for mine, their_map in zip(ours.maps(x), maps_of(theirs, x), strict=True):
            assert relative_error(mine, their_map) < TOLERANCE
        assert relative_error(ours(x), theirs(x)) < TOLERANCE


@pytest.mark.parametrize("name", EVERY_V2)
def test_gradients_and_statistics_in_training_equal_timm(name: str) -> None:
    torch.manual_seed(0)
    theirs = reference(name)
    ours = with_weights_of(theirs, lambda: BACKBONES[name](include_top=True, num_classes=7))
    assert_equal_gradients(ours, theirs, torch.rand(2, 3, 64, 64), lambda x: maps_of(theirs, x), ours.maps)


@pytest.mark.parametrize(("name", "stay"), [("resnetv2_18", 8 + 1), ("resnetv2_50", 16 + 1)])
def test_all_norms_fold_but_the_first_of_each_block_and_the_last(name: str, stay: int) -> None:
    torch.manual_seed(0)
    network = with_random_weights(BACKBONES[name]).eval()
    x = torch.rand(1, 3, 64, 96)
    with torch.inference_mode():
        before, after = network(x), fold_batch_norms(network)(x)
    for a, b in zip(after, before, strict=True):
        assert relative_error(a, b) < 1e-5
    left = [name for name, part in network.named_modules() if isinstance(part, nn.BatchNorm2d)]
    assert len(left) == stay
    assert all(part == "norm" or part.endswith("norm1") for part in left)


def test_the_last_map_ends_in_a_relu_and_the_others_do_not() -> None:
    torch.manual_seed(0)
    with torch.inference_mode():
        c3, c4, c5 = BACKBONES["resnetv2_18"]().eval()(torch.rand(1, 3, 64, 64))
    assert c3.min() < 0
    assert c4.min() < 0
    assert c5.min() >= 0
