"""A detector that begins with another model's weights: its own classes are added, those that it knew are kept.

all   every parameter, gently, with the start itself as a teacher of what it knew
last  the backbone's last stage, neck and head, likewise
new   of a detector the new classes' outputs alone, so that everything else stays exactly as it was; of a backbone
      without neck and head these two
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any, NamedTuple

from detector.data.labelled import Dataset, join
from detector.errors import UsageError
from detector.modelfile import ModelInfo, read_info
from detector.models import NECK_WIDTHS, USUAL_NECK_WIDTH
from detector.models.checkpoint import start_from
from detector.models.network import DetectorNetwork
from detector.training.loop import Options, TrainingRun
from detector.training.transfer import set_transfer

FRESH_RATE = 1e-3  # of a neck and head that know nothing yet
# Of those that find boxes already. The outputs of new classes are a linear layer on frozen features: they bear more.
RATES = {"all": 3e-5, "last": 1e-4, "new": 1e-2}
BUDGETS = {"all": "10m", "last": "10m", "new": "30s"}


class Start(NamedTuple):
    """What a transfer begins with.

    Attributes:
        network: with the start's weights, and what is not to be learned frozen.
        info: its description, for all classes; the start's own preprocessing.
        data: to learn from; of classes that only the start knows it says nothing.
        fresh: whether neck and head know nothing yet.
    """

    network: DetectorNetwork
    info: ModelInfo
    data: Dataset
    fresh: bool

    def rate(self, mode: str) -> float:
        """The usual highest learning rate."""
        return FRESH_RATE if self.fresh else RATES[mode]


def start_transfer(
    init: Path, mode: str, data: Dataset, backbone: str | None = None, neck_width: int | None = None
) -> Start:
    """Joins the start's classes and those of `data`, the start's first.

    Args:
        init: a detector's or a classifier's file.
        mode: one of transfer.MODES.
        data: of the user's own classes, some of which the start may know.
        backbone, neck_width: as asked for; None: the start's.

    Raises:
        ModelFileError: the file cannot be used, or is of another backbone.
        UsageError: no such mode; another neck than the start's.
    """
    start = read_info(init)
    fresh = start.neck_width == 0
    if not fresh and neck_width not in (None, start.neck_width):
        raise UsageError("choice_unknown", name=f"--neck-width {neck_width}", known=f"{start.neck_width}, the start's")
    if not fresh:
        data = join([Dataset(data.path, (), start.class_names), data])
    name = backbone or start.backbone
    width = start.neck_width or neck_width or NECK_WIDTHS.get(name, USUAL_NECK_WIDTH)
    names = data.class_names
    origin: dict[str, Any] = {
        **start.handed_on(init.stem),
        "trained_on": f"{len(data.pictures)} pictures of {data.path.name}, transfer {mode}",
        "measured": {},
    }
    if fresh:
        info = ModelInfo(name, width, names, **origin)
    else:
        added = tuple(n for n in names if n not in start.class_names)
        chinese = (*start.class_names_zh, *added) if start.class_names_zh else ()
        on = (*start.classes_on, *added) if start.classes_on else ()
        info = dataclasses.replace(
            start, backbone=name, class_names=names, class_names_zh=chinese, classes_on=on, **origin
        )
    network = DetectorNetwork(name, len(names), width, info.in_channels, info.norm, info.bins)
    start_from(network, init, names)
    set_transfer(network, mode)
    if mode == "new" and not fresh:
        set_new(network)
    return Start(network, info, data, fresh)


def set_new(network: DetectorNetwork) -> None:
    """Freezes all but the class outputs. Those of classes that the data do not label get no gradient, hence stay."""
    network.requires_grad_(False)
    network.head.cls_outs.requires_grad_(True)


class TransferRun(TrainingRun):
    """A run that keeps what is pre-trained in eval mode: statistics of few pictures are worse than those it brings."""

    def __init__(self, start: Start, options: Options, out: Path) -> None:
        """As TrainingRun."""
        self.fresh = start.fresh
        super().__init__(start.network, start.info, start.data, options, out)

    def begin(self) -> None:
        """Only what is fresh gathers statistics."""
        self.network.eval()
        if self.fresh:
            self.network.neck.train()
            self.network.head.train()

    def parameter_groups(self) -> list[dict[str, object]]:
        """Without decay where weights are pre-trained: it would pull them away from what they know."""
        groups = super().parameter_groups()
        return groups if self.fresh else [group | {"weight_decay": 0.0} for group in groups]
