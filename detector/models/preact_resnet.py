"""Pre-activation ResNet (v2) of 18, 34, 50, 101 and 152 layers: norm and ReLU come before each convolution.

He et al., "Identity Mappings in Deep Residual Networks", 2016, figure 4e: nothing stands on the shortcut, so signal and
gradient pass it unchanged. Names equal timm's resnetv2: its weights fit, the classifier's too.
"""

from __future__ import annotations

from collections import OrderedDict

import torch.nn.functional as F
from torch import Tensor, nn

from detector.models.backbone import Backbone, Maps, conv_top, initialise
from detector.models.norms import Norm, norm_maker


class Projection(nn.Module):
    """The shortcut where channels or size change: one 1x1 convolution, on the input after its norm and ReLU."""

    def __init__(self, in_channels: int, out_channels: int, stride: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, 1, stride, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(B, in_channels, H, W) -> (B, out_channels, H / stride, W / stride)."""
        return self.conv(x)


class PreActBasic(nn.Module):
    """Norm, ReLU, 3x3, twice; no ReLU after the sum."""

    expansion = 1

    def __init__(self, in_channels: int, width: int, stride: int, first: bool, norm: Norm) -> None:
        """`first` of its stage: changes nothing here, the shortcut projects only where shapes differ."""
        super().__init__()
        self.downsample = Projection(in_channels, width, stride) if stride > 1 or in_channels != width else None
        self.norm1 = norm(in_channels)
        self.conv1 = nn.Conv2d(in_channels, width, 3, stride, padding=1, bias=False)
        self.norm2 = norm(width)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """x (B, in_channels, H, W) -> (B, width, H / stride, W / stride)."""
        active = F.relu(self.norm1(x), inplace=True)
        shortcut = x if self.downsample is None else self.downsample(active)
        new = self.conv1(active)
        return self.conv2(F.relu(self.norm2(new), inplace=True)) + shortcut


class PreActBottleneck(nn.Module):
    """Norm, ReLU, convolution three times: 1x1, 3x3 (which has the stride), 1x1 to four times the width."""

    expansion = 4

    def __init__(self, in_channels: int, width: int, stride: int, first: bool, norm: Norm) -> None:
        """`first` of its stage: the shortcut projects."""
        super().__init__()
        out_channels = width * self.expansion
        self.downsample = Projection(in_channels, out_channels, stride) if first else None
        self.norm1 = norm(in_channels)
        self.conv1 = nn.Conv2d(in_channels, width, 1, bias=False)
        self.norm2 = norm(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, padding=1, bias=False)
        self.norm3 = norm(width)
        self.conv3 = nn.Conv2d(width, out_channels, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """x (B, in_channels, H, W) -> (B, 4 * width, H / stride, W / stride)."""
        active = F.relu(self.norm1(x), inplace=True)
        shortcut = x if self.downsample is None else self.downsample(active)
        new = self.conv1(active)
        new = self.conv2(F.relu(self.norm2(new), inplace=True))
        return self.conv3(F.relu(self.norm3(new), inplace=True)) + shortcut


# name -> (block, blocks in each of the four stages)
DEPTHS: dict[str, tuple[type[PreActBasic] | type[PreActBottleneck], tuple[int, int, int, int]]] = {
    "resnetv2_18": (PreActBasic, (2, 2, 2, 2)),
    "resnetv2_34": (PreActBasic, (3, 4, 6, 3)),
    "resnetv2_50": (PreActBottleneck, (3, 4, 6, 3)),
    "resnetv2_101": (PreActBottleneck, (3, 4, 23, 3)),
    "resnetv2_152": (PreActBottleneck, (3, 8, 36, 3)),
}


class PreActResNet(Backbone):
    """The stem without a norm, four stages; C3 and C4 are the bare sums, C5 has the last norm and ReLU behind it.

    Without that last norm and ReLU the sum of all blocks would reach pooling at any scale and sign.

    Args:
        name: a key of DEPTHS.
        in_channels, norm, include_top, num_classes: as in Backbone.
    """

    def __init__(
        self,
        name: str,
        in_channels: int = 3,
        norm: str = "batch",
        include_top: bool = False,
        num_classes: int | None = 1000,
    ) -> None:
        super().__init__()
        make_norm = norm_maker(norm)
        block, depths = DEPTHS[name]
        conv = nn.Conv2d(in_channels, 64, 7, stride=2, padding=3, bias=False)
        self.stem = nn.Sequential(OrderedDict(conv=conv, pool=nn.MaxPool2d(3, stride=2, padding=1)))
        channels = [64 * 2**i * block.expansion for i in range(4)]

        def stage(i: int) -> nn.Sequential:
            blocks = [
                block(
                    channels[i] if j > 0 else 64 if i == 0 else channels[i - 1],
                    64 * 2**i,
                    stride=2 if i > 0 and j == 0 else 1,
                    first=j == 0,
                    norm=make_norm,
                )
                for j in range(depths[i])
            ]
            return nn.Sequential(OrderedDict(blocks=nn.Sequential(*blocks)))  # timm's names

        self.stages = nn.Sequential(*(stage(i) for i in range(4)))
        self.norm = make_norm(channels[3])
        self.channels = (channels[1], channels[2], channels[3])
        self.include_top = include_top
        if include_top:
            self.head = nn.Sequential(OrderedDict(fc=conv_top(channels[3], num_classes)))
        initialise(self)

    def maps(self, x: Tensor) -> Maps:
        """See Backbone.maps."""
        stage1, stage2, stage3, stage4 = self.stages
        c3 = stage2(stage1(self.stem(x)))
        c4 = stage3(c3)
        return c3, c4, F.relu(self.norm(stage4(c4)), inplace=True)

    def classify(self, c5: Tensor) -> Tensor:
        """See Backbone.classify."""
        return self.head(c5.mean(dim=(2, 3), keepdim=True)).flatten(1)
