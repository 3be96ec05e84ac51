"""ResNet-18, 34, 50, 101 and 152, post-activation (v1), as a feature pyramid; also with attention and CoT blocks.

He et al., "Deep Residual Learning for Image Recognition", 2015, table 1. Names equal torchvision's: its weights fit.
"""

from __future__ import annotations

from typing import Literal

from torch import Tensor, nn

from detector.models.backbone import Backbone, Maps, initialise, linear_top
from detector.models.blocks import BottleneckCot, CoordinateAttention, projection
from detector.models.norms import Norm, norm_maker, start_at_zero


class BasicBlock(nn.Module):
    """Two 3x3 convolutions and a shortcut (figure 5, left)."""

    expansion = 1

    def __init__(
        self,
        in_channels: int,
        width: int,
        stride: int,
        norm: Norm,
        attention: bool = False,
        stride_in_1x1: bool = False,
    ) -> None:
        """`attention`: Coordinate Attention before the sum. `stride_in_1x1` changes nothing: both are 3x3."""
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, width, 3, stride, padding=1, bias=False)
        self.bn1 = norm(width)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.bn2 = norm(width)
        self.relu = nn.ReLU(inplace=True)
        self.attention = CoordinateAttention(width, norm) if attention else None
        self.downsample = projection(in_channels, width * self.expansion, stride, norm)
        start_at_zero(self.bn2)

    def forward(self, x: Tensor) -> Tensor:
        """x (B, in_channels, H, W) -> (B, width, H / stride, W / stride)."""
        shortcut = x if self.downsample is None else self.downsample(x)
        x = self.relu(self.bn1(self.conv1(x)))
        x = self.bn2(self.conv2(x))
        if self.attention is not None:
            x = self.attention(x)
        x += shortcut  # in place: no step of the gradient needs the summand
        return self.relu(x)


class Bottleneck(nn.Module):
    """1x1, 3x3, 1x1 to four times the width, and a shortcut (figure 5, right)."""

    expansion = 4

    def __init__(
        self,
        in_channels: int,
        width: int,
        stride: int,
        norm: Norm,
        attention: bool = False,
        stride_in_1x1: bool = False,
    ) -> None:
        """`attention`: Coordinate Attention before the sum.

        `stride_in_1x1`: as in the paper; otherwise in the 3x3, as torchvision does (known as v1.5).
        """
        super().__init__()
        first, second = (stride, 1) if stride_in_1x1 else (1, stride)
        self.conv1 = nn.Conv2d(in_channels, width, 1, first, bias=False)
        self.bn1 = norm(width)
        self.conv2 = nn.Conv2d(width, width, 3, second, padding=1, bias=False)
        self.bn2 = norm(width)
        self.conv3 = nn.Conv2d(width, width * self.expansion, 1, bias=False)
        self.bn3 = norm(width * self.expansion)
        self.relu = nn.ReLU(inplace=True)
        self.attention = CoordinateAttention(width * self.expansion, norm) if attention else None
        self.downsample = projection(in_channels, width * self.expansion, stride, norm)
        start_at_zero(self.bn3)

    def forward(self, x: Tensor) -> Tensor:
        """x (B, in_channels, H, W) -> (B, 4 * width, H / stride, W / stride)."""
        shortcut = x if self.downsample is None else self.downsample(x)
        x = self.relu(self.bn1(self.conv1(x)))
        x = self.relu(self.bn2(self.conv2(x)))
        x = self.bn3(self.conv3(x))
        if self.attention is not None:
            x = self.attention(x)
        x += shortcut  # in place: no step of the gradient needs the summand
        return self.relu(x)


Block = type[BasicBlock] | type[Bottleneck] | type[BottleneckCot]
# name -> (block, blocks in each of the four stages)
DEPTHS: dict[str, tuple[Block, tuple[int, int, int, int]]] = {
    "resnet18": (BasicBlock, (2, 2, 2, 2)),
    "resnet34": (BasicBlock, (3, 4, 6, 3)),
    "resnet50": (Bottleneck, (3, 4, 6, 3)),
    "resnet101": (Bottleneck, (3, 4, 23, 3)),
    "resnet152": (Bottleneck, (3, 8, 36, 3)),
}
COT_DEPTHS: dict[str, tuple[Block, tuple[int, int, int, int]]] = {
    "resnet50_cot": (BottleneckCot, (3, 4, 6, 3)),
}


class ResNet(Backbone):
    """The stem and four stages; with `include_top` average pooling and a linear layer.

    Args:
        name: a key of DEPTHS or COT_DEPTHS.
        in_channels: of the picture.
        width: channels of the first stage's 3x3 convolutions; 64 in the paper, 32 in a network of half width.
        stride_in_1x1: where a bottleneck halves the picture: in its first 1x1 (the paper) or in its 3x3 (torchvision).
        attention: Coordinate Attention after each "stage", inside each "block", or none.
        norm, include_top, num_classes: as in Backbone.
    """

    def __init__(
        self,
        name: str,
        in_channels: int = 3,
        width: int = 64,
        stride_in_1x1: bool = False,
        attention: Literal["stage", "block"] | None = None,
        norm: str = "batch",
        include_top: bool = False,
        num_classes: int | None = 1000,
    ) -> None:
        super().__init__()
        make_norm = norm_maker(norm)
        block, depths = (DEPTHS | COT_DEPTHS)[name]
        self.conv1 = nn.Conv2d(in_channels, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = make_norm(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        channels = [width * 2**i * block.expansion for i in range(4)]

        def stage(i: int) -> nn.Sequential:
            inputs = [64 if i == 0 else channels[i - 1]] + [channels[i]] * (depths[i] - 1)
            strides = [1 if i == 0 else 2] + [1] * (depths[i] - 1)
            blocks: list[nn.Module] = [
                block(c, width * 2**i, s, make_norm, attention == "block", stride_in_1x1)
                for c, s in zip(inputs, strides, strict=True)
            ]
            if attention == "stage":
                blocks.append(CoordinateAttention(channels[i], make_norm))
            return nn.Sequential(*blocks)

        self.layer1, self.layer2, self.layer3, self.layer4 = (stage(i) for i in range(4))
        self.channels = (channels[1], channels[2], channels[3])
        self.include_top = include_top
        if include_top:
            self.fc = linear_top(channels[3], num_classes)
        initialise(self)

    def maps(self, x: Tensor) -> Maps:
        """See Backbone.maps."""
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))  # (B, 64, H/4, W/4)
        c3 = self.layer2(self.layer1(x))
        c4 = self.layer3(c3)
        return c3, c4, self.layer4(c4)

    def classify(self, c5: Tensor) -> Tensor:
        """See Backbone.classify."""
        return self.fc(c5.mean(dim=(2, 3)))
