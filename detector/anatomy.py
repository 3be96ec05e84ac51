"""What a backbone is made of, measured on it: stages, their sizes and costs, and what each norm does."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from detector.models.backbone import Backbone
from detector.models.blocks import ContextFusion, ContextualTransformer, CoordinateAttention
from detector.models.fuse import fold_batch_norms
from detector.models.norms import BATCH_NORMS

# A module's name -> its stage; the first that fits. {0} is the number in the name, counted from `first`.
STAGE_NAMES: tuple[tuple[str, str, int], ...] = (
    (r"layer(\d)", "stage {0}", 0),  # ResNet, small DPN
    (r"stages\.(\d)", "stage {0}", 1),  # pre-activation ResNet
    (r"features\.conv5_bn_ac|norm(?:\.|$)", "last norm, ReLU", 0),
    (r"features\.conv1_", "stem", 0),
    (r"features\.conv(\d)_", "stage {0}", -1),  # DPN: its stem is number 1
    (r"fc|linear|classifier|head", "pooling, classifier", 0),
    (r"conv1|bn1|relu|maxpool|stem|shrink", "stem", 0),
)
# The rest of a norm's name is its role, the same in every block of the network.
PLACE = re.compile(r"^(layer\d+\.\d+|stages\.\d+\.blocks\.\d+|features\.conv[2-5]_\d+)\.")
SHORTCUTS = re.compile(r"\.(downsample|shortcut|c1x1_w_s\d)(\.|$)")
ATTENTION = (CoordinateAttention, ContextFusion)  # pool the whole map
FOLDED = "folded into the convolution before it: costs nothing"
STAYS = "scale and shift by the kept statistics, with the ReLU behind it: no convolution feeds it alone"


@dataclass(frozen=True)
class Stage:
    """One part of a network.

    Attributes:
        name: "stem", "stage 1" and so on.
        shape: (C, H, W) at its end; (K,) behind the classifier.
        stride: input pixels per cell at its end; 0 behind the classifier.
        parameters: that are learned.
        flops: two for each multiply and add of convolutions, linear layers and neighbourhood sums, for one picture.
        receptive_field: side in input pixels of what a cell at its end can see by its convolutions.
        sees_all: attention pools whole rows, columns or maps: every cell depends on the whole picture.
    """

    name: str
    shape: tuple[int, ...]
    stride: int
    parameters: int
    flops: int
    receptive_field: int
    sees_all: bool


@dataclass(frozen=True)
class NormRole:
    """What the norms at one place of the blocks do.

    Attributes:
        role: name inside a block, as "bn1".
        count: how many there are.
        kind: class of the layer.
        eps: added to the variance.
        training, inference: what it computes then.
    """

    role: str
    count: int
    kind: str
    eps: float
    training: str
    inference: str


def stage_of(module_name: str) -> str:
    """The stage that a module belongs to, by its name.

    Raises:
        ValueError: no family has such a name.
    """
    for pattern, stage, shift in STAGE_NAMES:
        if found := re.match(pattern, module_name):
            number = int(found[1]) + shift if found.groups() else 0
            return stage.format(number)
    raise ValueError(f"expected the name of a backbone's module, got {module_name!r}")


def measure_stages(network: Backbone, in_channels: int, shape_hw: tuple[int, int]) -> list[Stage]:
    """Runs one random picture through the network and notes what each part does with it."""
    stages: dict[str, dict[str, Any]] = {}
    field, jump, sees_all = 1, 1, False
    names = {module: name for name, module in network.named_modules()}

    def note(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        nonlocal field, jump, sees_all
        if isinstance(module, Backbone):
            return
        name = names[module]
        stage = stages.setdefault(stage_of(name), {"multiply_adds": 0})
        stage["multiply_adds"] += multiply_adds(module, output)
        in_attention = any(isinstance(network.get_submodule(parent), ATTENTION) for parent in parents_of(name))
        if isinstance(module, (nn.Conv2d, nn.MaxPool2d, nn.AvgPool2d)) and not SHORTCUTS.search(name):
            kernel, stride = (v if isinstance(v, int) else v[0] for v in (module.kernel_size, module.stride))
            if not in_attention and output.ndim == 4 and min(output.shape[2:]) > 1:
                field, jump = field + (kernel - 1) * jump, jump * stride
        sees_all |= isinstance(module, ATTENTION)
        stage |= {"shape": tuple(output.shape[1:]), "field": field, "sees_all": sees_all}

    handles = [module.register_forward_hook(note) for module in network.modules()]
    with torch.inference_mode():
        network(torch.zeros(1, in_channels, *shape_hw))
    for handle in handles:
        handle.remove()
    for name, parameter in network.named_parameters():
        stages[stage_of(name)].setdefault("parameters", []).append(parameter.numel())
    return [
        Stage(
            name=name,
            shape=noted["shape"],
            stride=shape_hw[0] // noted["shape"][1] if "classifier" not in name else 0,
            parameters=sum(noted.get("parameters", [])),
            flops=2 * noted["multiply_adds"],
            receptive_field=noted["field"],
            sees_all=noted["sees_all"] or "classifier" in name,
        )
        for name, noted in stages.items()
        if "shape" in noted
    ]


def parents_of(module_name: str) -> list[str]:
    """Names of all modules around that one, and its own."""
    parts = module_name.split(".")
    return [".".join(parts[: i + 1]) for i in range(len(parts))]


def multiply_adds(module: nn.Module, output: Tensor) -> int:
    """For one picture; 0 for what only adds, compares or passes on."""
    if isinstance(module, nn.Conv2d):
        return output.numel() * module.weight[0].numel()
    if isinstance(module, nn.Linear):
        return module.weight.numel()
    if isinstance(module, ContextualTransformer):
        return output.numel() * module.KERNEL**2  # the weighted sum over the neighbours
    return 0


def norm_roles(network: Backbone) -> list[NormRole]:
    """The norms by their place in a block, in the order in which the network lists them."""
    folded = fold_batch_norms(copy.deepcopy(network).eval())
    found: dict[tuple[str, str], list[nn.Module]] = {}
    for name, module in network.named_modules():
        if isinstance(module, (*BATCH_NORMS, nn.GroupNorm)):
            place = PLACE.match(name)
            role = name[place.end() :] if place else f"{stage_of(name)}: {name.rsplit('.', 1)[-1]}"
            is_folded = isinstance(folded.get_submodule(name), nn.Identity)
            found.setdefault((role, in_use(module, is_folded)), []).append(module)
    return [
        NormRole(role, len(norms), type(norms[0]).__name__, float(norms[0].eps), in_training(norms[0]), inference)  # type: ignore[arg-type]
        for (role, inference), norms in found.items()
    ]


def in_training(norm: nn.Module) -> str:
    """What a norm computes while the network learns."""
    if isinstance(norm, nn.GroupNorm):
        return f"mean and variance of each picture in {norm.num_groups} groups of channels or fewer"
    if not isinstance(norm, (nn.BatchNorm2d, nn.SyncBatchNorm)):
        return "the scale and shift it was given; it learns nothing"
    over = "the batches of all GPUs" if isinstance(norm, nn.SyncBatchNorm) else "the batch"
    return f"mean and variance of {over}; keeps them, {norm.momentum:g} of each new one"


def in_use(norm: nn.Module, is_folded: bool) -> str:
    """What a norm computes at inference."""
    if isinstance(norm, nn.GroupNorm):
        return "the same as in training, for each picture"
    return FOLDED if is_folded else STAYS
