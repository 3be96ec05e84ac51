"""What every backbone is: a picture in, three maps out; with its top, class logits."""

from __future__ import annotations

from torch import Tensor, nn

Maps = tuple[Tensor, Tensor, Tensor]  # C3, C4, C5


class Backbone(nn.Module):
    """Base of all backbones.

    Every constructor takes, by name, `in_channels` of the picture, `norm` (a key of norms.NORMS), `include_top` and
    `num_classes` of the top; None leaves the pooled features as they are.

    Attributes:
        strides: input pixels per cell of C3, C4, C5.
        channels: of C3, C4, C5; the neck asks for these and guesses nothing.
        include_top: whether forward pools and classifies, or returns the maps.
    """

    strides: tuple[int, int, int] = (8, 16, 32)
    channels: tuple[int, int, int]
    include_top: bool = False

    def forward(self, x: Tensor) -> Maps | Tensor:
        """x (B, in_channels, H, W), normalised, H and W multiples of 32 -> C3, C4, C5.

        With `include_top`: logits (B, num_classes), or the pooled features.
        """
        maps = self.maps(x)
        return self.classify(maps[-1]) if self.include_top else maps

    def maps(self, x: Tensor) -> Maps:
        """x as in forward -> C3, C4, C5."""
        raise TypeError(f"{type(self).__name__} must define maps")

    def classify(self, c5: Tensor) -> Tensor:
        """C5 (B, channels[-1], H/32, W/32), averaged over all places -> logits (B, num_classes)."""
        raise TypeError(f"{type(self).__name__} must define classify")


def linear_top(channels: int, num_classes: int | None) -> nn.Module:
    """One linear layer on pooled features (B, channels); without classes the features as they are."""
    return nn.Identity() if num_classes is None else nn.Linear(channels, num_classes)


def conv_top(channels: int, num_classes: int | None) -> nn.Module:
    """The same as a 1x1 convolution on (B, channels, 1, 1), as timm keeps its weights."""
    return nn.Identity() if num_classes is None else nn.Conv2d(channels, num_classes, 1)


def initialise(network: nn.Module) -> None:
    """Kaiming for convolutions without bias: they feed a norm and a ReLU, or a sum. Others keep torch's start."""
    for part in network.modules():
        if isinstance(part, nn.Conv2d) and part.bias is None:
            nn.init.kaiming_normal_(part.weight, mode="fan_out", nonlinearity="relu")
