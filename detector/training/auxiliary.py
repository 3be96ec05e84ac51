"""A second head, in training only: it sits on the backbone's own maps, so that these learn without the neck between.

Lee et al., "Deeply-Supervised Nets", 2015; the main head says which cells learn what (Wang et al., "YOLOv7", 2022,
section 4.3). It is kept in a run's state, and in no model file.
"""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn

from detector.models.head import DecoupledHead, HeadOutput
from detector.models.neck import conv_bn_relu
from detector.models.network import DetectorNetwork

WIDTH = 64  # narrower than any main head: the maps shall learn, not this


class AuxiliaryHead(nn.Module):
    """C3, C4, C5 -> the same outputs as the main head's."""

    def __init__(self, channels: tuple[int, int, int], num_classes: int) -> None:
        """`channels` of C3, C4, C5."""
        super().__init__()
        self.laterals = nn.ModuleList(conv_bn_relu(c, WIDTH, 1) for c in channels)
        self.head = DecoupledHead(WIDTH, num_classes)

    def forward(self, maps: tuple[Tensor, ...]) -> HeadOutput:
        """maps: C3, C4, C5 (B, channels, H/8.., W/8..) -> HeadOutput."""
        return self.head(tuple(lateral(c) for lateral, c in zip(self.laterals, maps, strict=True)))


class Answers(NamedTuple):
    """All that a network in training says.

    Attributes:
        output: as in use.
        bins: (B, A, 4, bins) logits of the distances; None where the head has no bins.
        auxiliary: of the second head; None without one.
    """

    output: HeadOutput
    bins: Tensor | None = None
    auxiliary: HeadOutput | None = None


def answers_of(network: DetectorNetwork, auxiliary: AuxiliaryHead | None, x: Tensor) -> Answers:
    """x as in DetectorNetwork.forward -> what both heads say of it."""
    maps = network.backbone(x)
    raw = network.head.raw(network.neck(*maps))
    return Answers(
        network.head.decode(raw),
        raw.distances if network.head.bins else None,
        auxiliary(maps) if auxiliary is not None else None,
    )
