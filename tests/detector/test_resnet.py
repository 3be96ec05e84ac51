"""Our ResNets are torchvision's, weight for weight."""

from __future__ import annotations

import pytest
import torch
import torchvision
from torch import nn

from detector.models import BACKBONES
from detector.models.resnet import DEPTHS

TOLERANCE = 1e-4


def randomise(model: nn.Module) -> None:
    """A fresh network hides faults: a block's last norm starts at 0 or its statistics at 0 and 1."""
    for name, tensor in model.state_dict().items():
        if name.endswith("num_batches_tracked"):
            continue
        if tensor.ndim == 1:
            tensor.uniform_(0.3, 0.7)
        else:
            nn.init.kaiming_normal_(tensor)


def reference(name: str) -> nn.Module:
    theirs = getattr(torchvision.models, name)(weights=None)
    theirs.fc = nn.Identity()
    randomise(theirs)
    return theirs


def features(theirs: nn.Module, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
    x = theirs.layer1(theirs.maxpool(theirs.relu(theirs.bn1(theirs.conv1(x)))))
    c3 = theirs.layer2(x)
    c4 = theirs.layer3(c3)
    return c3, c4, theirs.layer4(c4)


def relative_error(ours: torch.Tensor, theirs: torch.Tensor) -> float:
    return ((ours - theirs).abs().max() / theirs.abs().max()).item()


@pytest.mark.parametrize("name", sorted(DEPTHS))
def test_features_equal_torchvision_in_eval(name: str) -> None:
    torch.manual_seed(0)
    theirs = reference(name).eval()
    ours = BACKBONES[name]().eval()
    ours.load_state_dict(theirs.state_dict())
    x = torch.rand(2, 3, 64, 96)  # not square: a swapped H and W shows
    with torch.inference_mode():
        for mine, reference_map in zip(ours(x), features(theirs, x), strict=True):
            assert relative_error(mine, reference_map) < TOLERANCE


@pytest.mark.parametrize("name", ["resnet18", "resnet34", "resnet50", "resnet101", "resnet152"])
def test_one_training_step_changes_weights_and_statistics_as_in_torchvision(name: str) -> None:
    torch.manual_seed(0)
    # In float64: at 152 layers the order of float32 sums alone, which differs from run to run, moves the first weights.
    theirs = getattr(torchvision.models, name)(weights=None, zero_init_residual=False).double().train()
    theirs.fc = nn.Identity()
    ours = BACKBONES[name]().double().train()
    ours.load_state_dict(theirs.state_dict())
    x = torch.rand(2, 3, 32, 64, dtype=torch.float64)
    for network, maps in ((theirs, features), (ours, lambda net, pictures: net(pictures))):
        optimizer = torch.optim.SGD(network.parameters(), lr=0.01)
        loss = sum(m.square().mean() for m in maps(network, x))
        loss.backward()
        optimizer.step()
    for key, tensor in theirs.state_dict().items():
        torch.testing.assert_close(ours.state_dict()[key], tensor, rtol=TOLERANCE, atol=TOLERANCE, msg=key)


def test_stride_in_the_1x1_keeps_shapes_and_channels_are_what_comes_out() -> None:
    x = torch.rand(1, 3, 64, 96)
    for name in ("resnet18", "resnet50", "resnet50h"):
        network = BACKBONES[name]().eval()
        maps = network(x)
        expected = [(1, c, 64 // s, 96 // s) for c, s in zip(network.channels, (8, 16, 32), strict=True)]
        assert [tuple(m.shape) for m in maps] == expected, name
