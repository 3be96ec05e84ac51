"""C3 to C5 become P3 to P5: top-down, then bottom-up.

Liu et al., "Path Aggregation Network for Instance Segmentation", 2018, with sums in place of concatenations and no
convolution where the head's own follows at once: at stride 8 each costs as much as a stage of the backbone.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from detector.models.norms import Norm


def conv_bn_relu(
    in_channels: int, out_channels: int, kernel: int, stride: int = 1, norm: Norm = nn.BatchNorm2d
) -> nn.Sequential:
    """Convolution without bias, norm, ReLU; keeps the size at stride 1, halves it at stride 2."""
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, kernel, stride, padding=kernel // 2, bias=False),
        norm(out_channels),
        nn.ReLU(inplace=True),
    )


class PathAggregationNeck(nn.Module):
    """Fuses three maps, each `width` channels wide in the end."""

    def __init__(self, channels: tuple[int, int, int], width: int, norm: Norm = nn.BatchNorm2d) -> None:
        """`channels` of C3, C4, C5."""
        super().__init__()
        self.lateral3, self.lateral4, self.lateral5 = (conv_bn_relu(c, width, 1, norm=norm) for c in channels)
        self.fuse4 = conv_bn_relu(width, width, 3, norm=norm)
        self.down3 = conv_bn_relu(width, width, 3, 2, norm)
        self.down4 = conv_bn_relu(width, width, 3, 2, norm)

    def forward(self, c3: Tensor, c4: Tensor, c5: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """C3, C4, C5 (B, channels, H/8.., W/8..) -> P3, P4, P5 (B, width, the same sizes)."""
        p5 = self.lateral5(c5)
        p4 = self.fuse4(self.lateral4(c4) + F.interpolate(p5, scale_factor=2.0, mode="nearest"))
        p3 = self.lateral3(c3) + F.interpolate(p4, scale_factor=2.0, mode="nearest")
        p4 = p4 + self.down3(p3)
        return p3, p4, p5 + self.down4(p4)
