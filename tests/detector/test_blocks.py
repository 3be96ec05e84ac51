"""Coordinate Attention and the contextual transformer against what their papers' equations say, written as loops."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from detector.models import BACKBONES
from detector.models.blocks import Bottleneck_cot, BottleneckCot, ContextualTransformer, CoordinateAttention
from detector.models.resnet import Bottleneck
from tests.detector.references import random_weights, relative_error


def attention_by_equations(layer: CoordinateAttention, x: Tensor) -> Tensor:
    """Hou et al. 2021, equations 4 to 9, for one picture and eval mode, place by place."""
    _, height, width = x.shape
    kernel, norm = layer.conv1.weight[:, :, 0, 0], layer.bn1

    def bottleneck(z: Tensor) -> Tensor:  # F1, the norm, h-swish
        f = (kernel @ z - norm.running_mean) / (norm.running_var + norm.eps).sqrt() * norm.weight + norm.bias
        return f * (f + 3).clamp(0, 6) / 6

    def gate(conv: nn.Conv2d, f: Tensor) -> Tensor:
        return 1 / (1 + torch.exp(-(conv.weight[:, :, 0, 0] @ f + conv.bias)))

    rows = [gate(layer.conv_h, bottleneck(sum(x[:, h, i] for i in range(width)) / width)) for h in range(height)]
    columns = [gate(layer.conv_w, bottleneck(sum(x[:, j, w] for j in range(height)) / height)) for w in range(width)]
    y = torch.empty_like(x)
    for i in range(height):
        for j in range(width):
            y[:, i, j] = x[:, i, j] * rows[i] * columns[j]
    return y


def test_coordinate_attention_follows_its_equations() -> None:
    torch.manual_seed(0)
    layer = CoordinateAttention(16, nn.BatchNorm2d).double().eval()
    random_weights(layer)
    x = torch.randn(2, 16, 3, 5, dtype=torch.float64)
    with torch.inference_mode():
        for given, picture in zip(layer(x), x, strict=True):
            assert relative_error(given, attention_by_equations(layer, picture)) < 1e-6


def test_coordinate_attention_keeps_where_a_thing_is() -> None:
    torch.manual_seed(0)
    layer = CoordinateAttention(16, nn.BatchNorm2d).eval()
    random_weights(layer)
    x = torch.rand(1, 16, 6, 6)
    moved = x.clone()
    moved[:, :, 1] += 3  # a bright row changes the weight of its own row more than of the others
    with torch.inference_mode():
        change = ((layer(moved) / moved) / (layer(x) / x) - 1).abs().mean(dim=(0, 1, 3))
    assert change.argmax() == 1


def mixing_by_equation(value: Tensor, weights: Tensor) -> Tensor:
    """K2 = V * A of one picture: value (C, H, W), weights (heads, 9, H, W), neighbours row by row."""
    channels, height, width = value.shape
    mixed = torch.zeros_like(value)
    for c in range(channels):
        for i in range(height):
            for j in range(width):
                for n in range(9):
                    y, x = i + n // 3 - 1, j + n % 3 - 1
                    if 0 <= y < height and 0 <= x < width:
                        mixed[c, i, j] += value[c, y, x] * weights[c % len(weights), n, i, j]
    return mixed


def transformer_by_equations(layer: ContextualTransformer, x: Tensor) -> Tensor:
    """Li et al. 2021, section 3.2: keys, attention from [K1, Q], values, then both contexts fused; (B, C, H, W)."""
    k1 = torch.relu(layer.key_bn(layer.key_conv(x)))
    y = torch.cat([k1, x], 1)
    a = layer.delta_gn(layer.delta_conv(torch.relu(layer.theta_bn(layer.theta_conv(y)))))
    a = a.reshape(len(x), -1, 9, *x.shape[2:])
    v = layer.value_bn(layer.value_conv(x))
    k2 = layer.dynamic_bn(torch.stack([mixing_by_equation(v[b], a[b]) for b in range(len(x))]))
    k2 = k2 * torch.sigmoid(k2)
    pooled = (k1 + k2).mean((2, 3))
    fuse = layer.fuse
    hidden = torch.relu(fuse.bn1((pooled @ fuse.conv1.weight[:, :, 0, 0].T)[:, :, None, None]))[:, :, 0, 0]
    e = torch.exp(hidden @ fuse.conv2.weight[:, :, 0, 0].T + fuse.conv2.bias)
    static, dynamic = e[:, 0::2], e[:, 1::2]
    share = (static / (static + dynamic))[:, :, None, None]
    return k1 * share + k2 * (1 - share)


@pytest.mark.parametrize("training", [False, True])
def test_the_contextual_transformer_follows_its_equations_in_values_and_gradients(training: bool) -> None:
    torch.manual_seed(0)
    layer = ContextualTransformer(16, nn.BatchNorm2d).double().train(training)
    random_weights(layer)
    x = torch.randn(2, 16, 3, 4, dtype=torch.float64)
    found = []
    for forward in (layer, lambda x: transformer_by_equations(layer, x)):
        layer.zero_grad()
        y = forward(x)
        (y * torch.linspace(-1, 1, y.numel(), dtype=y.dtype).view_as(y)).sum().backward()
        found.append((y.detach(), *(p.grad.clone() for p in layer.parameters())))
    for mine, expected in zip(*found, strict=True):
        if expected.abs().max() > 1e-9:  # a bias before a group norm of its own has next to none
            assert relative_error(mine, expected) < 1e-6


def test_the_cot_bottleneck_takes_the_place_of_a_bottleneck() -> None:
    assert Bottleneck_cot is BottleneckCot
    x = torch.rand(2, 64, 8, 12)
    for stride in (1, 2):
        for with_attention in (False, True):
            usual, ours = (
                block(64, 32, stride, nn.BatchNorm2d, with_attention)(x).shape for block in (Bottleneck, Bottleneck_cot)
            )
            assert usual == ours == (2, 128, 8 // stride, 12 // stride)


def test_a_resnet_with_cot_blocks_has_no_other_3x3_than_theirs() -> None:
    network = BACKBONES["resnet50_cot"]()
    blocks = [part for part in network.modules() if isinstance(part, BottleneckCot)]
    assert len(blocks) == 16
    squares = [n for n, part in network.named_modules() if isinstance(part, nn.Conv2d) and part.kernel_size == (3, 3)]
    assert all(name.endswith("cot.key_conv") for name in squares)


@pytest.mark.parametrize(("name", "places"), [("resnet18_ca", 4), ("resnet18_ca_block", 8), ("resnet50_ca_block", 16)])
def test_coordinate_attention_stands_after_each_stage_or_inside_each_block(name: str, places: int) -> None:
    network = BACKBONES[name]()
    found = [name for name, part in network.named_modules() if isinstance(part, CoordinateAttention)]
    assert len(found) == places
    assert all(n.endswith("attention") for n in found) == name.endswith("block")


def test_attention_inside_a_block_weighs_the_branch_and_leaves_the_shortcut() -> None:
    torch.manual_seed(0)
    block = BACKBONES["resnet18_ca_block"]().layer1[0].eval()
    random_weights(block)
    x = torch.rand(1, 64, 8, 8)
    with torch.inference_mode():
        branch = block.bn2(block.conv2(torch.relu(block.bn1(block.conv1(x)))))
        assert relative_error(block(x), torch.relu(x + block.attention(branch))) < 1e-6
