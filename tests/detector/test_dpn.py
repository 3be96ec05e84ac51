"""Our dual path networks are timm's, weight for weight; the tutorials' one is what their code says."""

from __future__ import annotations

import pytest
import timm
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from detector.models import BACKBONES
from detector.models.dpn import VARIANTS
from detector.models.fuse import fold_batch_norms
from tests.detector.references import (
    TOLERANCE,
    assert_equal_gradients,
    relative_error,
    with_random_weights,
    with_weights_of,
)

LARGE = {"dpn98", "dpn107", "dpn131"}
EVERY_DPN = [pytest.param(name, marks=[pytest.mark.slow] if name in LARGE else []) for name in VARIANTS]


def reference(name: str) -> nn.Module:
    return with_random_weights(lambda: timm.create_model(name, num_classes=7))


def maps_of(theirs: nn.Module, x: Tensor) -> tuple[Tensor, ...]:
    # Without stop_early the last norm would run, and count, twice.
    options = {"indices": (2, 3, 4), "norm": True, "stop_early": True, "intermediates_only": True}
    return tuple(theirs.forward_intermediates(x, **options))


@pytest.mark.parametrize("name", EVERY_DPN)
def test_maps_and_logits_equal_timm(name: str) -> None:
    torch.manual_seed(0)
    theirs = reference(name).eval()
    ours = with_weights_of(theirs, lambda: BACKBONES[name](include_top=True, num_classes=7))
    x = torch.rand(2, 3, 64, 96)  # not square: a swapped H and W shows
    with torch.inference_mode():
        for mine, their_map in zip(ours.maps(x), maps_of(theirs, x), strict=True):
            assert relative_error(mine, their_map) < TOLERANCE
        assert relative_error(ours(x), theirs(x)) < TOLERANCE


@pytest.mark.parametrize("name", EVERY_DPN)
def test_gradients_and_statistics_in_training_equal_timm(name: str) -> None:
    torch.manual_seed(0)
    theirs = reference(name)
    ours = with_weights_of(theirs, lambda: BACKBONES[name](include_top=True, num_classes=7))
    assert_equal_gradients(ours, theirs, torch.rand(2, 3, 64, 64), lambda x: maps_of(theirs, x), ours.maps)


def test_the_channels_of_dpn92_are_known_before_a_picture_is_seen() -> None:
    with torch.device("meta"):
        assert BACKBONES["dpn92"]().channels == (704, 1552, 2688)


@pytest.mark.parametrize("name", ["dpn68", "dpn68b", "dpn92_small"])
def test_norms_that_follow_a_convolution_fold_and_the_first_of_a_block_stay(name: str) -> None:
    torch.manual_seed(0)
    network = with_random_weights(BACKBONES[name]).eval()
    x = torch.rand(1, 3, 64, 96)
    with torch.inference_mode():
        before, after = network(x), fold_batch_norms(network)(x)
    for a, b in zip(after, before, strict=True):
        assert relative_error(a, b) < 1e-5
    left = [name for name, part in network.named_modules() if isinstance(part, nn.BatchNorm2d)]
    if name == "dpn92_small":
        assert left == []
    else:  # c1x1_a of each of the 22 blocks, the projection of four, and the last of all
        assert len(left) == 22 + 4 + 1
        assert {part.split(".")[-2] for part in left} == {"c1x1_a", "c1x1_w_s1", "c1x1_w_s2", "conv5_bn_ac"}


class TutorialBlock(nn.Module):
    def __init__(self, last: int, width: int, out: int, dense: int, stride: int, first: bool) -> None:
        super().__init__()
        self.d = out
        self.conv1 = nn.Conv2d(last, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, groups=32, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, out + dense, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(out + dense)
        self.shortcut = nn.Sequential()
        if first:
            self.shortcut = nn.Sequential(
                nn.Conv2d(last, out + dense, 1, stride, bias=False), nn.BatchNorm2d(out + dense)
            )

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))))
        x, y, d = self.shortcut(x), self.bn3(self.conv3(y)), self.d
        return F.relu(torch.cat([x[:, :d] + y[:, :d], x[:, d:], y[:, d:]], 1))


class TutorialDPN(nn.Module):
    """Written from its definition alone: in, out, blocks, dense and stride of each stage."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.bn1, last = nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.BatchNorm2d(64), 64
        table = [(96, 256, 3, 16, 1), (192, 512, 4, 32, 2), (384, 1024, 20, 24, 2), (768, 2048, 3, 128, 2)]
        for number, (width, out, blocks, dense, stride) in enumerate(table, start=1):
            layer = []
            for i in range(blocks):
                layer.append(TutorialBlock(last, width, out, dense, stride if i == 0 else 1, i == 0))
                last = out + (i + 2) * dense
            setattr(self, f"layer{number}", nn.Sequential(*layer))
        self.linear = nn.Linear(last, 10)

    def maps(self, x: Tensor) -> tuple[Tensor, ...]:
        c3 = self.layer2(self.layer1(F.relu(self.bn1(self.conv1(x)))))
        c4 = self.layer3(c3)
        return c3, c4, self.layer4(c4)

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(F.avg_pool2d(self.maps(x)[-1], 4).flatten(1))


def test_the_tutorials_weights_load_and_classify_a_small_picture_as_there() -> None:
    torch.manual_seed(0)
    theirs = with_random_weights(TutorialDPN).eval()
    assert theirs.linear.in_features == 2560
    ours = with_weights_of(theirs, lambda: BACKBONES["dpn92_small"](include_top=True))
    x = torch.rand(2, 3, 32, 32)
    with torch.inference_mode():
        assert relative_error(ours(x), theirs(x)) < TOLERANCE


def test_as_a_backbone_it_sees_the_picture_at_a_quarter_of_its_size() -> None:
    torch.manual_seed(0)
    theirs = with_random_weights(TutorialDPN).eval()
    del theirs.linear
    ours = with_weights_of(theirs, BACKBONES["dpn92_small"])
    x = torch.rand(1, 3, 96, 128)
    small = x.unflatten(3, (32, 4)).unflatten(2, (24, 4)).mean(dim=(3, 5))
    with torch.inference_mode():
        maps = ours(x)
        for mine, their_map, stride in zip(maps, theirs.maps(small), (8, 16, 32), strict=True):
            assert mine.shape[2:] == (96 // stride, 128 // stride)
            assert relative_error(mine, their_map) < TOLERANCE


def test_gradients_of_the_tutorials_network_are_those_of_its_definition() -> None:
    torch.manual_seed(0)
    theirs = with_random_weights(TutorialDPN)
    ours = with_weights_of(theirs, lambda: BACKBONES["dpn92_small"](include_top=True))
    assert_equal_gradients(ours, theirs, torch.rand(2, 3, 16, 16), theirs.maps, ours.maps)
