"""The DPN-92 for pictures of 32x32 that circulates in tutorials: post-activation, with a 3x3 stem of stride 1.

Not the paper's network (that is dpn.py): every block ends in a ReLU over both paths, and nothing halves the picture
before stage 2. Names equal those of the tutorials' code: weights trained there load here as they are.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from detector.models.backbone import Backbone, Maps, initialise, linear_top
from detector.models.norms import Norm, norm_maker

GROUPS = 32  # of the 3x3 convolutions
SHRINK = 4  # pixels a side that become one where the network serves as a detector's backbone
# (3x3 width, residual channels, blocks, dense channels a block, stride) of each stage
STAGES = ((96, 256, 3, 16, 1), (192, 512, 4, 32, 2), (384, 1024, 20, 24, 2), (768, 2048, 3, 128, 2))


class Block(nn.Module):
    """1x1, grouped 3x3, 1x1 to residual + dense channels; the last ReLU goes over both paths.

    Args:
        in_channels: of both paths together.
        width: of the 1x1 and the 3x3 convolution.
        residual: channels of the residual path.
        growth: channels appended to the dense path.
        stride: 1 or 2.
        project: the first block of a stage: both paths are made anew, the dense one `growth` wide.
        norm: of all.
    """

    def __init__(
        self, in_channels: int, width: int, residual: int, growth: int, stride: int, project: bool, norm: Norm
    ) -> None:
        super().__init__()
        self.residual = residual
        self.conv1 = nn.Conv2d(in_channels, width, 1, bias=False)
        self.bn1 = norm(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, padding=1, groups=GROUPS, bias=False)
        self.bn2 = norm(width)
        self.conv3 = nn.Conv2d(width, residual + growth, 1, bias=False)
        self.bn3 = norm(residual + growth)
        self.shortcut = nn.Sequential()
        if project:
            self.shortcut.append(nn.Conv2d(in_channels, residual + growth, 1, stride, bias=False))
            self.shortcut.append(norm(residual + growth))

    def forward(self, x: Tensor) -> Tensor:
        """x (B, in_channels, H, W) -> (B, in_channels or residual + growth, + growth, H / stride, W / stride)."""
        paths = self.shortcut(x)
        new = F.relu(self.bn1(self.conv1(x)), inplace=True)
        new = F.relu(self.bn2(self.conv2(new)), inplace=True)
        new = self.bn3(self.conv3(new))
        d = self.residual
        return F.relu(torch.cat([paths[:, :d] + new[:, :d], paths[:, d:], new[:, d:]], dim=1), inplace=True)


class SmallDPN(Backbone):
    """DPN-92 with the stem for small pictures.

    With `include_top` the picture is taken as it is, 32x32 in the tutorials. As a backbone it sees the picture at a
    quarter of its size, each 4x4 pixels averaged, so that C3 to C5 have strides 8, 16, 32 of the whole picture.

    Args:
        in_channels, norm, include_top, num_classes: as in Backbone.
    """

    def __init__(
        self,
        in_channels: int = 3,
        norm: str = "batch",
        include_top: bool = False,
        num_classes: int | None = 10,
    ) -> None:
        super().__init__()
        make_norm = norm_maker(norm)
        self.shrink = nn.Identity() if include_top else nn.AvgPool2d(SHRINK)
        self.conv1 = nn.Conv2d(in_channels, 64, 3, padding=1, bias=False)
        self.bn1 = make_norm(64)
        channels, stages, ends = 64, [], []
        for width, residual, depth, growth, stride in STAGES:
            blocks = []
            for i in range(depth):
                first = i == 0
                blocks.append(Block(channels, width, residual, growth, stride if first else 1, first, make_norm))
                channels = (residual + growth if first else channels) + growth
            stages.append(nn.Sequential(*blocks))
            ends.append(channels)
        self.layer1, self.layer2, self.layer3, self.layer4 = stages
        self.channels = (ends[1], ends[2], ends[3])
        self.include_top = include_top
        if include_top:
            self.linear = linear_top(channels, num_classes)
        initialise(self)

    def maps(self, x: Tensor) -> Maps:
        """See Backbone.maps."""
        x = F.relu(self.bn1(self.conv1(self.shrink(x))), inplace=True)
        c3 = self.layer2(self.layer1(x))
        c4 = self.layer3(c3)
        return c3, c4, self.layer4(c4)

    def classify(self, c5: Tensor) -> Tensor:
        """See Backbone.classify."""
        return self.linear(c5.mean(dim=(2, 3)))
