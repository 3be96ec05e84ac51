"""One label for a whole picture: a backbone, pooled, and one linear layer."""

from __future__ import annotations

from torch import Tensor, nn

from detector.models import BACKBONES


class Classifier(nn.Module):
    """Global average pooling over C5, then a linear layer (He et al. 2015, table 1, last row).

    The same layer `fc` for every family, whose input is the pooled features: another classifier can take its place.
    With a family's own names for the top, as in the weights of others: BACKBONES[name](include_top=True).
    """

    def __init__(self, backbone: str, num_classes: int, in_channels: int = 3, norm: str = "batch") -> None:
        super().__init__()
        self.backbone = BACKBONES[backbone](in_channels=in_channels, norm=norm)
        self.fc = nn.Linear(self.backbone.channels[-1], num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """x (B, in_channels, H, W), normalised -> logits (B, num_classes)."""
        return self.fc(self.backbone(x)[-1].mean(dim=(2, 3)))
