"""The networks: backbones by name, and the detector built on any of them."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from functools import partial

from detector.errors import UsageError
from detector.models import dpn, preact_resnet, resnet
from detector.models.backbone import Backbone
from detector.models.dpn import DPN
from detector.models.preact_resnet import PreActResNet
from detector.models.resnet import ResNet
from detector.models.small_dpn import SmallDPN

# Channels of neck and head by backbone: as wide as 1.13 times the bare backbone's time allows (detector.bench).
NECK_WIDTHS: dict[str, int] = {
    **{name: 160 for name in ("resnet50", "resnet101", "resnet152")},
    **{f"{name}_ca{where}": 160 for name in ("resnet50", "resnet101", "resnet152") for where in ("", "_block")},
    **{name: 160 for name in ("resnet50_cot", "resnetv2_50", "resnetv2_101", "resnetv2_152", "dpn68", "dpn68b")},
    **{name: 192 for name in ("dpn92", "dpn92_small", "dpn98", "dpn107", "dpn131")},
}
USUAL_NECK_WIDTH = 96

# name -> constructor; each takes in_channels, norm, include_top and num_classes by name (see Backbone).
BACKBONES: dict[str, Callable[..., Backbone]] = {
    **{name: partial(ResNet, name) for name in resnet.DEPTHS},
    "resnet50h": partial(ResNet, "resnet50", width=32, stride_in_1x1=True),  # half width, for two CPU cores
    **{f"{name}_ca": partial(ResNet, name, attention="stage") for name in resnet.DEPTHS},
    **{f"{name}_ca_block": partial(ResNet, name, attention="block") for name in resnet.DEPTHS},
    **{name: partial(ResNet, name) for name in resnet.COT_DEPTHS},
    **{name: partial(PreActResNet, name) for name in preact_resnet.DEPTHS},
    **{name: partial(DPN, name) for name in dpn.VARIANTS},
    "dpn92_small": SmallDPN,  # the tutorials' network, on the picture at a quarter of its size
}


def find_backbone(name: str) -> Callable[..., Backbone]:
    """The constructor of that name.

    Raises:
        UsageError: there is none; it lists the names nearest to it, or all.
    """
    if name not in BACKBONES:
        near = difflib.get_close_matches(name.lower().replace("-", ""), BACKBONES, n=5, cutoff=0.6)
        raise UsageError("backbone_unknown", name=name, known=", ".join(near or BACKBONES))
    return BACKBONES[name]
