"""A block's structure as a drawing: the branch from top to bottom, the shortcut beside it, and how they join."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from torch import nn

from detector.errors import OutputError
from detector.models import dpn, preact_resnet, resnet, small_dpn
from detector.models.backbone import Backbone
from detector.models.blocks import BottleneckCot
from detector.models.norms import BATCH_NORMS

RELU = "ReLU"
BRANCH_X, SHORTCUT_X, BOX_WIDTH, BOX_HEIGHT = 0.0, 3.3, 2.7, 0.62
COLOURS = {"conv": "#cfe3f7", "norm": "#fbe6c2", "relu": "#d8efd3", "other": "#e8dcf5"}  # told apart by text as well


@dataclass(frozen=True)
class Plan:
    """How a kind of block is drawn.

    Attributes:
        branch: names of its parts in the order of use, and RELU; a part that is None in a block is left out. Two names
            with a bar between stand side by side.
        shortcuts: names of what may stand on the shortcut.
        join: how both become one.
        after: behind that.
        shortcut_from: number of leading parts of the branch that a projecting shortcut shares.
    """

    branch: tuple[str, ...]
    shortcuts: tuple[str, ...]
    join: str = "+"
    after: str = ""
    shortcut_from: int = 0


PLANS: dict[type[nn.Module], Plan] = {
    resnet.BasicBlock: Plan(("conv1", "bn1", RELU, "conv2", "bn2", "attention"), ("downsample",), after=RELU),
    resnet.Bottleneck: Plan(
        ("conv1", "bn1", RELU, "conv2", "bn2", RELU, "conv3", "bn3", "attention"), ("downsample",), after=RELU
    ),
    BottleneckCot: Plan(
        ("conv1", "bn1", RELU, "pool", "cot", "conv3", "bn3", "attention"), ("downsample",), after=RELU
    ),
    preact_resnet.PreActBasic: Plan(
        ("norm1", RELU, "conv1", "norm2", RELU, "conv2"), ("downsample.conv",), shortcut_from=2
    ),
    preact_resnet.PreActBottleneck: Plan(
        ("norm1", RELU, "conv1", "norm2", RELU, "conv2", "norm3", RELU, "conv3"), ("downsample.conv",), shortcut_from=2
    ),
    dpn.DualPathBlock: Plan(
        (
            *("c1x1_a.bn", RELU, "c1x1_a.conv", "c3x3_b.bn", RELU, "c3x3_b.conv", "c1x1_c.bn", RELU, "c1x1_c.conv"),
            "c1x1_c1|c1x1_c2",
        ),
        ("c1x1_w_s1", "c1x1_w_s2"),
        join="first {residual} channels: +\nthe others: appended",
    ),
    small_dpn.Block: Plan(
        ("conv1", "bn1", RELU, "conv2", "bn2", RELU, "conv3", "bn3"),
        ("shortcut",),
        join="first {residual} channels: +\nthe others: appended",
        after=RELU,
    ),
}


def blocks_to_draw(network: Backbone) -> list[tuple[str, nn.Module]]:
    """Name and block: the first of the second stage, which halves the map, and the one behind it."""
    blocks = [(name, module) for name, module in network.named_modules() if type(module) in PLANS]
    halving = [i for i, (_, block) in enumerate(blocks) if any(_stride(part) > 1 for part in block.modules())]
    return blocks[halving[0] : halving[0] + 2]


def draw_blocks(network: Backbone, title: str, target: Path) -> None:
    """Writes the drawing of two blocks; the file's ending says the format: .png, .svg, .pdf.

    Raises:
        OutputError: the folder cannot be written, or the ending is no known format.
    """
    chosen = blocks_to_draw(network)
    longest = max(len(_texts(block, PLANS[type(block)].branch)) for _, block in chosen)
    figure = Figure(figsize=(6.4 * len(chosen), 0.52 * longest + 2.6), layout="constrained")
    figure.suptitle(title)
    for number, (name, block) in enumerate(chosen, start=1):
        axes = figure.add_subplot(1, len(chosen), number)
        axes.set_title(name, fontsize=10, family="monospace")
        axes.set_axis_off()
        _draw(axes, block, PLANS[type(block)])
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(target, dpi=130)
    except OSError as error:
        raise OutputError("output_unwritable", path=target, reason=error.strerror or error) from error
    except ValueError as error:  # matplotlib's word for an ending it does not know
        raise OutputError("output_unwritable", path=target, reason=error) from error


def part_text(part: nn.Module) -> tuple[str, str]:
    """What stands in a part's box, and its kind: a key of COLOURS."""
    if isinstance(part, nn.Conv2d):
        groups = f", {part.groups} groups" if part.groups > 1 else ""
        stride = f", stride {part.stride[0]}" if part.stride[0] > 1 else ""
        kernel = part.kernel_size[0]
        return f"{kernel}x{kernel} conv, {part.in_channels} to {part.out_channels}{groups}{stride}", "conv"
    if isinstance(part, BATCH_NORMS):
        return "batch norm", "norm"
    if isinstance(part, nn.GroupNorm):
        return "group norm", "norm"
    if isinstance(part, nn.AvgPool2d):
        return f"average {part.kernel_size}x{part.kernel_size}, stride {part.stride}", "other"
    words = {"ContextualTransformer": "contextual transformer 3x3", "CoordinateAttention": "coordinate attention"}
    return words[type(part).__name__], "other"


def _texts(block: nn.Module, names: Sequence[str]) -> list[tuple[str, str]]:
    """Texts and kinds of the parts that this block has."""
    found = []
    for name in names:
        if name == RELU:
            found.append((RELU, "relu"))
            continue
        try:
            part, *beside = (block.get_submodule(single) for single in name.split("|"))
        except AttributeError:
            continue  # a part that this block does without
        leaves = [m for m in part.modules() if isinstance(m, (nn.Conv2d, *BATCH_NORMS, nn.GroupNorm))]
        if isinstance(part, nn.Sequential):
            found += [part_text(leaf) for leaf in leaves]
        elif isinstance(part, dpn.NormReluConv):
            found += [part_text(part.bn), (RELU, "relu"), part_text(part.conv)]
        else:
            texts, kinds = zip(*(part_text(p) for p in (part, *beside)), strict=True)
            found.append(("\nbeside ".join(texts), kinds[0]))
    return found


def _draw(axes: Any, block: nn.Module, plan: Plan) -> None:
    branch, shortcut = _texts(block, plan.branch), _texts(block, plan.shortcuts)
    top = -0.9
    for row, (text, kind) in enumerate(branch):
        _box(axes, BRANCH_X, top - row, text, kind)
        _arrow(axes, (BRANCH_X, top - row + 1 - BOX_HEIGHT / 2), (BRANCH_X, top - row + BOX_HEIGHT / 2))
    axes.text(BRANCH_X, -0.2, "input", ha="center", va="bottom", fontsize=9)
    bottom = top - len(branch)
    start = -plan.shortcut_from - 0.4 if shortcut and plan.shortcut_from else -0.25
    middle = (start + bottom) / 2 + (len(shortcut) - 1) / 2
    axes.plot([BRANCH_X, SHORTCUT_X], [start, start], color="black", linewidth=1)
    if shortcut:
        axes.plot([SHORTCUT_X] * 2, [start, middle + BOX_HEIGHT / 2], color="black", linewidth=1)
        for row, (text, kind) in enumerate(shortcut):
            _box(axes, SHORTCUT_X, middle - row, text, kind)
            if row:
                _arrow(axes, (SHORTCUT_X, middle - row + 1 - BOX_HEIGHT / 2), (SHORTCUT_X, middle - row + 0.31))
        axes.plot([SHORTCUT_X] * 2, [middle - len(shortcut) + 1 - BOX_HEIGHT / 2, bottom], color="black", linewidth=1)
    else:
        axes.plot([SHORTCUT_X] * 2, [start, bottom], color="black", linewidth=1)
        axes.text(SHORTCUT_X + 0.1, middle, "as it is", ha="left", va="center", fontsize=9)
    join = plan.join.format(residual=getattr(block, "residual", ""))
    width = BOX_WIDTH if len(join) > 1 else 0.5
    _arrow(axes, (BRANCH_X, bottom + 1 - BOX_HEIGHT / 2), (BRANCH_X, bottom + BOX_HEIGHT / 2))
    _arrow(axes, (SHORTCUT_X, bottom), (BRANCH_X + width / 2, bottom))
    _box(axes, BRANCH_X, bottom, join, "other", width)
    if plan.after:
        _arrow(axes, (BRANCH_X, bottom - BOX_HEIGHT / 2), (BRANCH_X, bottom - 1 + BOX_HEIGHT / 2))
        bottom -= 1
        _box(axes, BRANCH_X, bottom, plan.after, "relu")
    _arrow(axes, (BRANCH_X, bottom - BOX_HEIGHT / 2), (BRANCH_X, bottom - 0.85))
    axes.set_xlim(-1.5, SHORTCUT_X + 1.5)
    axes.set_ylim(bottom - 0.9, 0.2)


def _box(axes: Any, x: float, y: float, text: str, kind: str, width: float = BOX_WIDTH) -> None:
    shape = FancyBboxPatch(
        (x - width / 2, y - BOX_HEIGHT / 2), width, BOX_HEIGHT, boxstyle="round,pad=0,rounding_size=0.12",
        facecolor=COLOURS[kind], edgecolor="black", linewidth=0.8, zorder=2,
    )  # fmt: skip
    axes.add_patch(shape)
    axes.text(x, y, text, ha="center", va="center", fontsize=8, zorder=3)


def _arrow(axes: Any, start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.add_patch(FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=9, color="black", linewidth=1))


def _stride(part: nn.Module) -> int:
    stride = getattr(part, "stride", 1)
    return stride if isinstance(stride, int) else int(stride[0])
