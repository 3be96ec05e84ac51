"""Backbone, neck and head as one network."""

from __future__ import annotations

from torch import Tensor, nn

from detector.models import BACKBONES
from detector.models.head import DecoupledHead, HeadOutput
from detector.models.neck import PathAggregationNeck
from detector.models.norms import norm_maker


class DetectorNetwork(nn.Module):
    """A picture in, logits and distances for every cell out.

    Args:
        backbone: a key of BACKBONES.
        num_classes: K.
        neck_width: channels of P3 to P5; 96 for small backbones.
        in_channels: 3, or 1 for grey.
        norm: a key of norms.NORMS. Where it is "frozen", neck and head have batch norms: they are learned anew.
        bins: of the head's distances, as in DecoupledHead.
    """

    def __init__(
        self, backbone: str, num_classes: int, neck_width: int = 96, in_channels: int = 3, norm: str = "batch",
        bins: int = 0,
    ) -> None:  # fmt: skip
        super().__init__()
        self.backbone = BACKBONES[backbone](in_channels=in_channels, norm=norm)
        make_norm = norm_maker("batch" if norm == "frozen" else norm)
        self.neck = PathAggregationNeck(self.backbone.channels, neck_width, make_norm)
        self.head = DecoupledHead(neck_width, num_classes, norm=make_norm, bins=bins)
        self.strides = self.backbone.strides

    def forward(self, x: Tensor) -> HeadOutput:
        """x (B, in_channels, H, W), normalised, H and W multiples of 32 -> HeadOutput."""
        return self.head(self.neck(*self.backbone(x)))
