"""The networks: backbones by name, and the detector built on any of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from detector.models.backbone import Backbone
from detector.models.resnet import DEPTHS, ResNet

# Channels of neck and head by backbone: as wide as 1.13 times the bare backbone's time allows (detector.bench).
NECK_WIDTHS: dict[str, int] = {"resnet50": 160, "resnet101": 160, "resnet152": 160}
USUAL_NECK_WIDTH = 96

# name -> constructor; each takes in_channels.
BACKBONES: dict[str, Callable[..., Backbone]] = {
    **{name: partial(ResNet, name) for name in DEPTHS},
    "resnet50h": partial(ResNet, "resnet50", width=32, stride_in_1x1=True),  # half width, for two CPU cores
}
