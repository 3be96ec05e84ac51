"""Transfer learning: how much of a pre-trained network is trained on new data.

all   every parameter, gently
last  the last stage and what comes after the backbone
new   only what comes after the backbone, on frozen features: a matter of seconds once these are cached
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import nn

from detector.errors import ModelFileError, UsageError
from detector.modelfile import ModelInfo, read_info, read_weights
from detector.models import BACKBONES
from detector.models.backbone import Backbone
from detector.models.checkpoint import check_input
from detector.models.dpn import DPN
from detector.models.preact_resnet import PreActResNet
from detector.models.resnet import ResNet
from detector.models.small_dpn import SmallDPN

MODES = ("all", "last", "new")
COUNTERS = "num_batches_tracked"


def load_backbone(path: Path) -> tuple[Backbone, ModelInfo]:
    """The backbone of a detector's or classifier's file, in eval mode, and what the file says of its input.

    Raises:
        ModelFileError: missing, damaged, or with weights or an input that do not fit its backbone.
    """
    info = read_info(path)
    backbone = BACKBONES[info.backbone](in_channels=info.in_channels, norm=info.norm)
    start = "backbone."
    weights = {
        name.removeprefix(start): torch.from_numpy(np.array(array, np.float32))
        for name, array in read_weights(path).items()
        if name.startswith(start)
    }
    check_input(path, info, weights, backbone)
    own = {name: tensor.shape for name, tensor in backbone.state_dict().items() if not name.endswith(COUNTERS)}
    differing = [n for n in {**own, **weights} if n not in weights or own.get(n) != weights[n].shape]
    if differing:
        layers = ", ".join(differing[:5])
        raise ModelFileError("model_weights_do_not_fit", path=path, name=info.backbone, layers=layers)
    backbone.load_state_dict(weights, strict=False)  # checked above; strict would ask for the counters
    return backbone.eval(), info


def last_stage(backbone: Backbone) -> nn.Sequential:
    """What makes C5 of C4, as one module that shares the backbone's parameters.

    Raises:
        TypeError: a family whose last stage is not known here.
    """
    if isinstance(backbone, (ResNet, SmallDPN)):
        return nn.Sequential(backbone.layer4)
    if isinstance(backbone, PreActResNet):
        return nn.Sequential(backbone.stages[3], backbone.norm, nn.ReLU())
    if isinstance(backbone, DPN):
        return nn.Sequential(*list(backbone.features)[2 + sum(backbone.depths[:3]) :])  # 2: the stem and its pooling
    raise TypeError(f"the last stage of a {type(backbone).__name__} is not known")


def set_transfer(network: nn.Module, mode: str) -> list[nn.Parameter]:
    """Freezes what `mode` leaves as it is; returns the parameters to train.

    Args:
        network: a Classifier or a DetectorNetwork; what is pre-trained is its `backbone`.
        mode: one of MODES.

    Raises:
        UsageError: another mode.
    """
    if mode not in MODES:
        raise UsageError("choice_unknown", name=mode, known=", ".join(MODES))
    backbone = network.get_submodule("backbone")
    for parameter in network.parameters():
        parameter.requires_grad_(True)
    if mode != "all":
        for parameter in backbone.parameters():
            parameter.requires_grad_(False)
    if mode == "last" and isinstance(backbone, Backbone):
        for parameter in last_stage(backbone).parameters():
            parameter.requires_grad_(True)
    return [parameter for parameter in network.parameters() if parameter.requires_grad]
