"""Our ResNets are torchvision's, weight for weight."""

from __future__ import annotations

import pytest
import torch
import torchvision
from torch import nn

from detector.models import BACKBONES
from detector.models.resnet import DEPTHS
from tests.detector.references import TOLERANCE, relative_error, with_random_weights, with_weights_of


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


DEEPER = [pytest.param(name, marks=pytest.mark.slow) for name in ("resnet101", "resnet152")]  # of resnet50's blocks


@pytest.mark.parametrize("name", ["resnet18", "resnet34", "resnet50", *DEEPER])
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


@pytest.mark.parametrize("name", ["resnet18", "resnet50"])
def test_with_its_top_it_is_torchvisions_classifier(name: str) -> None:
    torch.manual_seed(0)
    theirs = with_random_weights(lambda: getattr(torchvision.models, name)(weights=None, num_classes=7)).eval()
    ours = with_weights_of(theirs, lambda: BACKBONES[name](include_top=True, num_classes=7))
    x = torch.rand(2, 3, 64, 96)
    with torch.inference_mode():
        assert relative_error(ours(x), theirs(x)) < TOLERANCE
        assert relative_error(ours.maps(x)[2], features(theirs, x)[2]) < TOLERANCE


def test_without_classes_the_top_gives_the_pooled_features() -> None:
    network = BACKBONES["resnet18"](include_top=True, num_classes=None).eval()
    x = torch.rand(2, 3, 64, 96)
    with torch.inference_mode():
        torch.testing.assert_close(network(x), network.maps(x)[2].mean(dim=(2, 3)))
    assert "fc.weight" not in network.state_dict()


def test_the_stride_is_in_the_1x1_as_in_the_paper_or_in_the_3x3_as_in_torchvision() -> None:
    for in_1x1, strides in ((True, (2, 1)), (False, (1, 2))):
        with torch.device("meta"):
            network = BACKBONES["resnet50"](stride_in_1x1=in_1x1)
        for stage in (network.layer2, network.layer3, network.layer4):
            assert (stage[0].conv1.stride[0], stage[0].conv2.stride[0]) == strides
        assert network.layer1[0].conv2.stride[0] == 1


def test_stride_in_the_1x1_keeps_shapes_and_channels_are_what_comes_out() -> None:
    x = torch.rand(1, 3, 64, 96)
    for name in ("resnet18", "resnet50", "resnet50h"):
        network = BACKBONES[name]().eval()
        maps = network(x)
        expected = [(1, c, 64 // s, 96 // s) for c, s in zip(network.channels, (8, 16, 32), strict=True)]
        assert [tuple(m.shape) for m in maps] == expected, name
