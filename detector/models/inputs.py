"""Kernels that were learned on three channels, for pictures with another number of them."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def adapt_kernel(kernel: Tensor, in_channels: int, std: Sequence[float] = (1.0, 1.0, 1.0)) -> Tensor:
    """The first kernel of a network for `in_channels`, so that what it has learned is kept.

    One channel: the sum over the three, so that a grey picture gives the same response as the same picture in three
    equal channels. More than three: the further ones (depth, heat) start without influence and are learned.

    Args:
        kernel: (C, 3, h, w).
        in_channels: 1, 3 or more.
        std: by which the three channels were divided; the grey picture is divided by the first, as ModelInfo says.
            Each channel's kernel is weighted for that. A difference of the means only shifts the response by a
            constant, which the norm behind it takes out.

    Raises:
        ValueError: another shape, or two channels: which two of the three they are is not known.
    """
    if kernel.ndim != 4 or kernel.shape[1] != 3 or in_channels < 1 or in_channels == 2:
        got = f"{tuple(kernel.shape)} for {in_channels}"
        raise ValueError(f"expected a kernel (C, 3, h, w) for 1, 3 or more channels, got {got}")
    if in_channels == 1:
        weights = torch.tensor([std[0] / s for s in std], dtype=kernel.dtype, device=kernel.device)
        return (kernel * weights.view(1, 3, 1, 1)).sum(dim=1, keepdim=True)
    unknown = kernel.new_zeros(kernel.shape[0], in_channels - 3, *kernel.shape[2:])
    return torch.cat([kernel, unknown], dim=1)
