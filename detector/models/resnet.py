"""ResNet-18, 34, 50, 101 and 152, post-activation (v1), as a feature pyramid.

He et al., "Deep Residual Learning for Image Recognition", 2015, table 1. Names equal torchvision's: its weights fit.
"""

from __future__ import annotations

from torch import Tensor, nn

from detector.models.backbone import Backbone


class BasicBlock(nn.Module):
    """Two 3x3 convolutions and a shortcut (figure 5, left)."""

    expansion = 1

    def __init__(self, in_channels: int, width: int, stride: int, stride_in_1x1: bool) -> None:
        """`stride_in_1x1` changes nothing here: both convolutions are 3x3."""
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, width, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = projection(in_channels, width * self.expansion, stride)

    def forward(self, x: Tensor) -> Tensor:
        """x (B, in_channels, H, W) -> (B, width, H / stride, W / stride)."""
        shortcut = x if self.downsample is None else self.downsample(x)
        x = self.relu(self.bn1(self.conv1(x)))
        x = self.bn2(self.conv2(x))
        return self.relu(x + shortcut)


class Bottleneck(nn.Module):
    """1x1, 3x3, 1x1 to four times the width, and a shortcut (figure 5, right)."""

    expansion = 4

    def __init__(self, in_channels: int, width: int, stride: int, stride_in_1x1: bool) -> None:
        """`stride_in_1x1`: as in the paper; otherwise in the 3x3, as torchvision does (known as v1.5)."""
        super().__init__()
        first, second = (stride, 1) if stride_in_1x1 else (1, stride)
        self.conv1 = nn.Conv2d(in_channels, width, 1, first, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, second, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, width * self.expansion, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(width * self.expansion)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = projection(in_channels, width * self.expansion, stride)

    def forward(self, x: Tensor) -> Tensor:
        """x (B, in_channels, H, W) -> (B, 4 * width, H / stride, W / stride)."""
        shortcut = x if self.downsample is None else self.downsample(x)
        x = self.relu(self.bn1(self.conv1(x)))
        x = self.relu(self.bn2(self.conv2(x)))
        x = self.bn3(self.conv3(x))
        return self.relu(x + shortcut)


def projection(in_channels: int, out_channels: int, stride: int) -> nn.Sequential | None:
    """The shortcut where shape or size change (option B of the paper); None where the input passes as it is."""
    if stride == 1 and in_channels == out_channels:
        return None
    return nn.Sequential(nn.Conv2d(in_channels, out_channels, 1, stride, bias=False), nn.BatchNorm2d(out_channels))


# name -> (block, blocks in each of the four stages)
DEPTHS: dict[str, tuple[type[BasicBlock] | type[Bottleneck], tuple[int, int, int, int]]] = {
    "resnet18": (BasicBlock, (2, 2, 2, 2)),
    "resnet34": (BasicBlock, (3, 4, 6, 3)),
    "resnet50": (Bottleneck, (3, 4, 6, 3)),
    "resnet101": (Bottleneck, (3, 4, 23, 3)),
    "resnet152": (Bottleneck, (3, 8, 36, 3)),
}


class ResNet(Backbone):
    """The five stages without pooling and classifier.

    Args:
        name: a key of DEPTHS.
        in_channels: of the picture.
        width: channels of the first stage's 3x3 convolutions; 64 in the paper, 32 in a network of half width.
        stride_in_1x1: where a bottleneck halves the picture: in its first 1x1 (the paper) or in its 3x3 (torchvision).
    """

    def __init__(self, name: str, in_channels: int = 3, width: int = 64, stride_in_1x1: bool = False) -> None:
        super().__init__()
        block, depths = DEPTHS[name]
        self.conv1 = nn.Conv2d(in_channels, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        channels = [width * 2**i * block.expansion for i in range(4)]

        def stage(i: int) -> nn.Sequential:
            inputs = [64 if i == 0 else channels[i - 1]] + [channels[i]] * (depths[i] - 1)
            strides = [1 if i == 0 else 2] + [1] * (depths[i] - 1)
            return nn.Sequential(
                *(block(c, width * 2**i, s, stride_in_1x1) for c, s in zip(inputs, strides, strict=True))
            )

        self.layer1, self.layer2, self.layer3, self.layer4 = (stage(i) for i in range(4))
        self.channels = (channels[1], channels[2], channels[3])
        initialise(self)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """x (B, in_channels, H, W), H and W multiples of 32 -> C3, C4, C5."""
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))  # (B, 64, H/4, W/4)
        c3 = self.layer2(self.layer1(x))
        c4 = self.layer3(c3)
        return c3, c4, self.layer4(c4)


def initialise(module: nn.Module) -> None:
    """Kaiming for convolutions that feed a ReLU; the last norm of a block starts at 0 (Goyal et al. 2017, 5.1)."""
    for part in module.modules():
        if isinstance(part, nn.Conv2d):
            nn.init.kaiming_normal_(part.weight, mode="fan_out", nonlinearity="relu")
        elif isinstance(part, BasicBlock):
            nn.init.zeros_(part.bn2.weight)
        elif isinstance(part, Bottleneck):
            nn.init.zeros_(part.bn3.weight)
