"""The plain network that is trained from scratch, to compare with: what one writes after the first tutorial."""

from __future__ import annotations

from torch import Tensor, nn

from detector.errors import UsageError

CHANNELS = (32, 64, 128, 256, 512)
HIDDEN = 1024


class PlainCnn(nn.Module):
    """Five stages (3x3 convolution, ReLU, 2x2 maximum), flattened (512 x 5 x 5 at 160 pixels), two linear layers."""

    def __init__(self, num_classes: int, size: int) -> None:
        """`size`: side of the pictures, which the first linear layer is made for.

        Raises:
            UsageError: no multiple of 32.
        """
        super().__init__()
        if size < 32 or size % 32:
            raise UsageError("size_invalid", size=size)
        stages: list[nn.Module] = []
        for before, after in zip((3, *CHANNELS[:-1]), CHANNELS, strict=True):
            stages += [nn.Conv2d(before, after, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(2)]
        self.stages = nn.Sequential(*stages)
        self.fc1 = nn.Linear(CHANNELS[-1] * (size // 32) ** 2, HIDDEN)
        self.fc2 = nn.Linear(HIDDEN, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """x (B, 3, size, size), normalised -> logits (B, num_classes)."""
        return self.fc2(self.fc1(self.stages(x).flatten(1)).relu())
