"""Parts that blocks of several families share: attention by coordinates, by context, and the projecting shortcut."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from detector.models.norms import Norm, start_at_zero


class CoordinateAttention(nn.Module):
    """Weighs every place by its row and its column (Hou et al., "Coordinate Attention", CVPR 2021, equations 4 to 9).

    Args:
        channels: of the map, the same at the end.
        norm: of the bottleneck.
        reduction: how many times narrower the bottleneck is; 32 in the paper, but at least 8 channels stay.
    """

    def __init__(self, channels: int, norm: Norm, reduction: int = 32) -> None:
        super().__init__()
        width = max(8, channels // reduction)
        self.conv1 = nn.Conv2d(channels, width, 1, bias=False)
        self.bn1 = norm(width)
        self.conv_h = nn.Conv2d(width, channels, 1)
        self.conv_w = nn.Conv2d(width, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """x (B, channels, H, W) -> the same shape, times two weights in 0..1."""
        height = x.shape[2]
        rows = x.mean(dim=3, keepdim=True)  # (B, C, H, 1): equation 4
        columns = x.mean(dim=2, keepdim=True).transpose(2, 3)  # (B, C, W, 1): equation 5
        mixed = F.hardswish(self.bn1(self.conv1(torch.cat([rows, columns], dim=2))))  # (B, width, H + W, 1): 6
        of_rows = self.conv_h(mixed[:, :, :height]).sigmoid()  # (B, C, H, 1): 7
        of_columns = self.conv_w(mixed[:, :, height:]).sigmoid().transpose(2, 3)  # (B, C, 1, W): 8
        return x * of_rows * of_columns  # 9


class ContextualTransformer(nn.Module):
    """A 3x3 neighbourhood mixed by weights that its own context decides (Li et al., "CoT", 2021, section 3.2).

    Takes the place of a 3x3 convolution of stride 1. Shape and sizes of the parts are those of the authors' code.

    Args:
        channels: of the map, the same at the end; a multiple of 8.
        norm: after each convolution but the last of the weights, which has a group norm in any case.
    """

    KERNEL = 3
    KEY_GROUPS = 4
    SHARED_BY = 8  # channels that use the same weights

    def __init__(self, channels: int, norm: Norm) -> None:
        super().__init__()
        kernel, self.heads = self.KERNEL, channels // self.SHARED_BY
        self.key_conv = nn.Conv2d(channels, channels, kernel, padding=1, groups=self.KEY_GROUPS, bias=False)
        self.key_bn = norm(channels)
        self.theta_conv = nn.Conv2d(2 * channels, channels // 2, 1, bias=False)
        self.theta_bn = norm(channels // 2)
        self.delta_conv = nn.Conv2d(channels // 2, self.heads * kernel**2, 1)
        self.delta_gn = nn.GroupNorm(self.heads, self.heads * kernel**2)
        self.value_conv = nn.Conv2d(channels, channels, 1, bias=False)
        self.value_bn = norm(channels)
        self.dynamic_bn = norm(channels)
        self.fuse = ContextFusion(channels, norm)

    def forward(self, x: Tensor) -> Tensor:
        """x (B, channels, H, W) -> the same shape."""
        static = F.relu(self.key_bn(self.key_conv(x)))  # K1: the neighbourhood as a convolution sees it
        hidden = F.relu(self.theta_bn(self.theta_conv(torch.cat([static, x], dim=1))))  # [K1, Q] W_theta, Q = x
        weights = self.delta_gn(self.delta_conv(hidden)).unflatten(1, (self.heads, self.KERNEL**2))  # A
        value = self.value_bn(self.value_conv(x))
        dynamic = F.silu(self.dynamic_bn(self.mix(value, weights)))  # K2 = V * A
        return self.fuse(static, dynamic)

    def mix(self, value: Tensor, weights: Tensor) -> Tensor:
        """Each place becomes the weighted sum of its 3x3 neighbours; beyond the border they are 0.

        Args:
            value: (B, C, H, W); channel c uses head c % heads.
            weights: (B, heads, 9, H, W), the neighbours row by row.
        """
        height, width = value.shape[2], value.shape[3]
        padded = F.pad(value, (1, 1, 1, 1)).unflatten(1, (self.SHARED_BY, self.heads))
        mixed = torch.zeros_like(padded[..., :height, :width])
        for dy in range(self.KERNEL):
            for dx in range(self.KERNEL):
                neighbours = padded[..., dy : dy + height, dx : dx + width]
                # One pass over memory a neighbour: a tenth of the time that nine products in one stack take.
                mixed = torch.addcmul(mixed, neighbours, weights[:, None, :, dy * self.KERNEL + dx])
        return mixed.flatten(1, 2)


class ContextFusion(nn.Module):
    """Static and dynamic context, weighed for each channel by what the whole map holds (Li et al. 2019, "SKNet")."""

    def __init__(self, channels: int, norm: Norm) -> None:
        super().__init__()
        width = max(32, channels // 2)
        self.conv1 = nn.Conv2d(channels, width, 1, bias=False)
        self.bn1 = norm(width)
        self.conv2 = nn.Conv2d(width, 2 * channels, 1)

    def forward(self, static: Tensor, dynamic: Tensor) -> Tensor:
        """Two maps (B, channels, H, W) -> one."""
        pooled = (static + dynamic).mean(dim=(2, 3), keepdim=True)
        logits = self.conv2(F.relu(self.bn1(self.conv1(pooled))))  # (B, 2 * channels, 1, 1)
        share = logits.unflatten(1, (-1, 2)).softmax(dim=2)  # (B, channels, 2, 1, 1)
        return static * share[:, :, 0] + dynamic * share[:, :, 1]


def projection(in_channels: int, out_channels: int, stride: int, norm: Norm) -> nn.Sequential | None:
    """The shortcut where shape or size change (option B of the paper); None where the input passes as it is."""
    if stride == 1 and in_channels == out_channels:
        return None
    return nn.Sequential(nn.Conv2d(in_channels, out_channels, 1, stride, bias=False), norm(out_channels))


class BottleneckCot(nn.Module):
    """1x1, contextual transformer, 1x1 to four times the width, and a shortcut: a drop-in for resnet.Bottleneck.

    At stride 2 the map is averaged before the transformer, which has none of its own (Li et al. 2021, the authors'
    code). `stride_in_1x1` changes nothing here.
    """

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
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, width, 1, bias=False)
        self.bn1 = norm(width)
        self.pool = nn.AvgPool2d(3, stride, padding=1) if stride > 1 else None
        self.cot = ContextualTransformer(width, norm)
        self.conv3 = nn.Conv2d(width, width * self.expansion, 1, bias=False)
        self.bn3 = norm(width * self.expansion)
        self.attention = CoordinateAttention(width * self.expansion, norm) if attention else None
        self.downsample = projection(in_channels, width * self.expansion, stride, norm)
        start_at_zero(self.bn3)

    def forward(self, x: Tensor) -> Tensor:
        """x (B, in_channels, H, W) -> (B, 4 * width, H / stride, W / stride)."""
        shortcut = x if self.downsample is None else self.downsample(x)
        x = F.relu(self.bn1(self.conv1(x)))
        if self.pool is not None:
            x = self.pool(x)
        x = self.bn3(self.conv3(self.cot(x)))
        if self.attention is not None:
            x = self.attention(x)
        return F.relu(x + shortcut)


Bottleneck_cot = BottleneckCot  # the name under which the block circulates
