"""What is trained: the classifier that is kept, and two heads that are dropped at the end."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn

from detector.models.classifier import Classifier
from detector.pretraining.boxes import BoxHead


class PretrainingOutput(NamedTuple):
    """Of B views.

    Attributes:
        logits: (B, K) of the labels' classes.
        boxes: (B, A, 5) as BoxHead says.
        taught: (B, T) logits of the teacher's classes, or None without one.
    """

    logits: Tensor
    boxes: Tensor
    taught: Tensor | None


class PretrainingNetwork(nn.Module):
    """A classifier whose maps also answer where the thing is and what a teacher would call it."""

    def __init__(self, backbone: str, num_classes: int, teacher_classes: int | None) -> None:
        super().__init__()
        self.classifier = Classifier(backbone, num_classes)
        channels = self.classifier.backbone.channels
        self.box_head = BoxHead(channels)
        # A layer of its own: the teacher's classes need not be the labels'.
        self.teacher_fc = None if teacher_classes is None else nn.Linear(channels[-1], teacher_classes)

    def forward(self, x: Tensor) -> PretrainingOutput:
        """x (B, 3, S, S), normalised."""
        maps = self.classifier.backbone(x)
        pooled = maps[-1].mean(dim=(2, 3))
        taught = None if self.teacher_fc is None else self.teacher_fc(pooled)
        return PretrainingOutput(self.classifier.fc(pooled), self.box_head(maps), taught)
