"""DPN-68, 68b, 92, 98, 107 and 131: a residual and a densely connected path in one tensor.

Chen et al., "Dual Path Networks", 2017, tables 1 and 2. Names equal timm's: its weights fit, the classifier's too.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from detector.models.backbone import Backbone, Maps, conv_top, initialise
from detector.models.norms import Norm, norm_maker

EPS = 1e-3  # of every norm, as in the authors' code: with the usual 1e-5 their weights give other numbers


@dataclass(frozen=True)
class Variant:
    """What tells the networks apart.

    Attributes:
        stem, stem_kernel: channels and size of the first convolution.
        width: channels of the first stage's 3x3 convolutions; each stage doubles it.
        groups: of the 3x3 convolutions.
        residual: channels of the residual path in the first stage; each stage doubles it.
        depths: blocks in each stage.
        growth: channels that each block of a stage adds to the dense path.
        split_last: the last 1x1 as two convolutions, one for each path ("b").
    """

    stem: int
    stem_kernel: int
    width: int
    groups: int
    residual: int
    depths: tuple[int, int, int, int]
    growth: tuple[int, int, int, int]
    split_last: bool = False


VARIANTS: dict[str, Variant] = {
    "dpn68": Variant(10, 3, 128, 32, 64, (3, 4, 12, 3), (16, 32, 32, 64)),
    "dpn68b": Variant(10, 3, 128, 32, 64, (3, 4, 12, 3), (16, 32, 32, 64), split_last=True),
    "dpn92": Variant(64, 7, 96, 32, 256, (3, 4, 20, 3), (16, 32, 24, 128)),
    "dpn98": Variant(96, 7, 160, 40, 256, (3, 6, 20, 3), (16, 32, 32, 128)),
    "dpn107": Variant(128, 7, 200, 50, 256, (4, 8, 20, 3), (20, 64, 64, 128)),
    "dpn131": Variant(128, 7, 160, 40, 256, (4, 8, 28, 3), (16, 32, 32, 128)),
}


class NormRelu(nn.Module):
    """Norm, then ReLU; the norm is called `bn` in timm's weights."""

    def __init__(self, channels: int, norm: Norm) -> None:
        super().__init__()
        self.bn = norm(channels)

    def forward(self, x: Tensor) -> Tensor:
        """(B, channels, H, W) -> the same shape."""
        return F.relu(self.bn(x), inplace=True)


class NormReluConv(NormRelu):
    """Norm, ReLU, convolution; stride 2 halves the map."""

    def __init__(
        self, in_channels: int, out_channels: int, kernel: int, stride: int, norm: Norm, groups: int = 1
    ) -> None:
        super().__init__(in_channels, norm)
        self.conv = nn.Conv2d(in_channels, out_channels, kernel, stride, padding=kernel // 2, groups=groups, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(B, in_channels, H, W) -> (B, out_channels, H / stride, W / stride)."""
        return self.conv(super().forward(x))


class DualPathBlock(nn.Module):
    """Adds its result to the residual path and appends it to the dense one (figure 2d).

    The input's first `residual` channels are the residual path, all others the dense path. The first norms see a
    tensor that no single convolution made, so they stay in use; the other two follow a convolution (`folds`).

    Args:
        in_channels: of both paths together.
        width: of the 1x1 and the 3x3 convolution.
        residual: channels of the residual path.
        growth: channels appended to the dense path.
        stride: 1 or 2.
        project: the first block of a stage: both paths are made anew, the dense one 2 * growth wide.
        groups: of the 3x3 convolution.
        split_last: the last 1x1 as two convolutions.
        norm: of all.
    """

    folds = (("c1x1_a.conv", "c3x3_b.bn"), ("c3x3_b.conv", "c1x1_c.bn"))

    def __init__(
        self,
        in_channels: int,
        width: int,
        residual: int,
        growth: int,
        stride: int,
        project: bool,
        groups: int,
        split_last: bool,
        norm: Norm,
    ) -> None:
        super().__init__()
        self.residual = residual
        self.shortcut = None
        if project:
            self.shortcut = f"c1x1_w_s{stride}"  # timm's names
            self.add_module(self.shortcut, NormReluConv(in_channels, residual + 2 * growth, 1, stride, norm))
        self.c1x1_a = NormReluConv(in_channels, width, 1, 1, norm)
        self.c3x3_b = NormReluConv(width, width, 3, stride, norm, groups)
        self.split_last = split_last
        if split_last:
            self.c1x1_c = NormRelu(width, norm)
            self.c1x1_c1 = nn.Conv2d(width, residual, 1, bias=False)
            self.c1x1_c2 = nn.Conv2d(width, growth, 1, bias=False)
        else:
            self.c1x1_c = NormReluConv(width, residual + growth, 1, 1, norm)

    def forward(self, x: Tensor) -> Tensor:
        """x (B, in_channels, H, W) -> (B, in_channels or residual + 2 * growth, + growth, H / stride, W / stride)."""
        paths = x if self.shortcut is None else self.get_submodule(self.shortcut)(x)
        new = self.c1x1_c(self.c3x3_b(self.c1x1_a(x)))
        if self.split_last:
            added, appended = self.c1x1_c1(new), self.c1x1_c2(new)
        else:
            added, appended = new[:, : self.residual], new[:, self.residual :]
        return torch.cat([paths[:, : self.residual] + added, paths[:, self.residual :], appended], dim=1)


class DPN(Backbone):
    """The stem and four stages; C3 and C4 are both paths as they stand, C5 has the last norm and ReLU behind it.

    Args:
        name: a key of VARIANTS.
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
        variant, make_norm = VARIANTS[name], norm_maker(norm, EPS)
        stem = nn.Conv2d(
            in_channels, variant.stem, variant.stem_kernel, 2, padding=variant.stem_kernel // 2, bias=False
        )
        parts: OrderedDict[str, nn.Module] = OrderedDict()
        parts["conv1_1"] = nn.Sequential(OrderedDict(conv=stem, bn=make_norm(variant.stem), relu=nn.ReLU(inplace=True)))
        parts["conv1_pool"] = nn.MaxPool2d(3, stride=2, padding=1)
        channels, ends = variant.stem, []
        for stage, (depth, growth) in enumerate(zip(variant.depths, variant.growth, strict=True)):
            residual = variant.residual * 2**stage
            for block in range(depth):
                parts[f"conv{stage + 2}_{block + 1}"] = DualPathBlock(
                    channels,
                    variant.width * 2**stage,
                    residual,
                    growth,
                    stride=2 if block == 0 and stage > 0 else 1,
                    project=block == 0,
                    groups=variant.groups,
                    split_last=variant.split_last,
                    norm=make_norm,
                )
                channels = (residual + 2 * growth if block == 0 else channels) + growth
            ends.append(channels)
        parts["conv5_bn_ac"] = NormRelu(channels, make_norm)
        self.features = nn.Sequential(parts)
        self.depths = variant.depths
        self.channels = (ends[1], ends[2], ends[3])
        self.include_top = include_top
        if include_top:
            self.classifier = conv_top(channels, num_classes)
        initialise(self)

    def maps(self, x: Tensor) -> Maps:
        """See Backbone.maps."""
        before_c3, before_c4 = sum(self.depths[:2]), sum(self.depths[:3])
        parts = list(self.features)
        for part in parts[: 2 + before_c3]:  # 2: the stem and its pooling
            x = part(x)
        c3 = x
        for part in parts[2 + before_c3 : 2 + before_c4]:
            x = part(x)
        c4 = x
        for part in parts[2 + before_c4 :]:
            x = part(x)
        return c3, c4, x

    def classify(self, c5: Tensor) -> Tensor:
        """See Backbone.classify."""
        return self.classifier(c5.mean(dim=(2, 3), keepdim=True)).flatten(1)
