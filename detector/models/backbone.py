"""What every backbone is: a picture in, three maps out."""

from __future__ import annotations

from torch import Tensor, nn


class Backbone(nn.Module):
    """Base of all backbones.

    Attributes:
        strides: input pixels per cell of C3, C4, C5.
        channels: of C3, C4, C5; the neck asks for these and guesses nothing.
    """

    strides: tuple[int, int, int] = (8, 16, 32)
    channels: tuple[int, int, int]

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """x (B, in_channels, H, W), normalised, H and W multiples of 32 -> C3, C4, C5."""
        raise TypeError(f"{type(self).__name__} must define forward")
