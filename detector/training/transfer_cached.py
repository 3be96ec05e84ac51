"""Transfer mode `new` of a detector: what is frozen is computed once, for a few views of each picture, and kept.

One pass through a backbone costs as much as hundreds of steps of what comes after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from rich.console import Console
from rich.progress import Progress
from torch import Tensor, nn

from detector.data.labelled import LabelledPicture
from detector.errors import TrainingError
from detector.models.head import HeadOutput
from detector.models.network import DetectorNetwork
from detector.training.auxiliary import Answers
from detector.training.batches import Batch, Sampler, ViewShares, make_batch, network_input
from detector.training.loop import Options
from detector.training.runtime import autocast
from detector.training.state import state_path
from detector.training.transfer_detector import RATES, Start, TransferRun, set_new

LIMIT_BYTES = 2**30  # of all kept features, in main memory
WISHED_VIEWS = 400  # of all pictures together
FEWEST, MOST = 2, 16  # views of each picture
CHUNK = 16  # views at a time
FIRST_STEPS = 300  # of the outputs alone, before more is learned


class InTurn(Sampler):
    """Gives one picture after the other, each for a view of its own."""

    def __init__(self, pictures: list[LabelledPicture]) -> None:
        self._next, self._count = 0, len(pictures)

    def several(self, count: int, rng: np.random.Generator) -> list[int]:
        """The next picture, `count` times."""
        self._next += 1
        return [(self._next - 1) % self._count] * count


class FrozenHead:
    """Of a detector: the features that its class outputs read, and its boxes; learned are the class outputs.

    Attributes:
        learned: int64, the classes that are answered; of eighty known ones and a new one only that, which saves time.
    """

    def __init__(self, network: DetectorNetwork, size: int) -> None:
        self.outputs = [part for part in network.head.cls_outs if isinstance(part, nn.Conv2d)]
        self.learned = torch.arange(self.outputs[0].out_channels)
        self.head, self.body = network.head, (network.backbone, network.neck)
        self.levels = [(size // stride) ** 2 for stride in network.strides]
        self.width = self.outputs[0].in_channels

    @property
    def view_bytes(self) -> int:
        """What one kept view takes, in bfloat16."""
        return 2 * sum(self.levels) * (self.width + 4)

    def keep(self, x: Tensor) -> Tensor:
        """Input (B, C, S, S) -> (B, A * (width + 4))."""
        backbone, neck = self.body
        maps = neck(*backbone(x))
        features = [conv(m).flatten(2) for conv, m in zip(self.head.cls_convs, maps, strict=True)]
        cells = torch.cat(features, dim=2).transpose(1, 2)
        return torch.cat([cells, self.head(maps).ltrb.to(cells.dtype)], dim=2).flatten(1)

    def answer(self, kept: Tensor) -> HeadOutput:
        """What keep gave -> the head's output, logits (B, A, learned classes)."""
        features, ltrb = kept.unflatten(1, (sum(self.levels), -1)).split([self.width, 4], dim=2)
        rows, parts = self.learned, features.split(self.levels, dim=1)
        logits = [
            F.linear(part, out.weight[rows].flatten(1), None if out.bias is None else out.bias[rows])
            for part, out in zip(parts, self.outputs, strict=True)
        ]
        return HeadOutput(torch.cat(logits, dim=1), ltrb)


class FrozenBackbone:
    """Of a backbone alone: its maps C3 to C5; learned are neck and head."""

    def __init__(self, network: DetectorNetwork, size: int) -> None:
        self.network = network
        sides = [size // stride for stride in network.strides]
        self.shapes = [(c, side, side) for c, side in zip(network.backbone.channels, sides, strict=True)]

    def keep(self, x: Tensor) -> Tensor:
        """Input (B, C, S, S) -> all three maps, flattened and side by side."""
        return torch.cat([m.contiguous().flatten(1) for m in self.network.backbone(x)], dim=1)

    def answer(self, kept: Tensor) -> HeadOutput:
        """What keep gave -> the head's output."""
        parts = kept.split([c * h * w for c, h, w in self.shapes], dim=1)
        maps = [part.unflatten(1, shape) for part, shape in zip(parts, self.shapes, strict=True)]
        return self.network.head(self.network.neck(*maps))


class CachedRun(TransferRun):
    """A run on kept features: each view is drawn once, before the first step, and the same whenever the run goes on."""

    def __init__(self, start: Start, options: Options, out: Path) -> None:
        """As TransferRun, and computes the features.

        Raises:
            TrainingError: they would take more than LIMIT_BYTES.
        """
        super().__init__(start, options, out)
        self.begin()
        self.frozen = (FrozenBackbone if start.fresh else FrozenHead)(self.network, options.size)
        self.kept = self._compute()

    def size_at(self, progress: float) -> int:
        """One size: that of the kept views."""
        return self.options.size

    def views(self, progress: float, rng: np.random.Generator) -> Batch:
        """Any of the kept views; `images` are their features."""
        chosen = torch.from_numpy(rng.integers(0, len(self.kept.images), self.options.batch))
        kept = self.kept
        return Batch(kept.images[chosen], kept.truth_xyxy[chosen], kept.truth_ids[chosen], kept.labelled[chosen])

    def look(self, images: Tensor) -> Answers:
        """The head's output on kept features."""
        return Answers(self.frozen.answer(images.to(self.device).float()))

    @torch.no_grad()
    def _compute(self) -> Batch:
        """Features and objects of a few views of each picture."""
        count, views, parts = len(self.cache.pictures), FEWEST, list[Batch]()
        sampler, done = InTurn(list(self.cache.pictures)), 0
        with Progress(console=Console(stderr=True), transient=True) as progress:
            bar = progress.add_task("features, once", total=None)
            while done < views * count:
                rng = np.random.default_rng((self.options.seed, done, 1))
                size, chunk = self.options.size, min(CHUNK, views * count - done)
                drawn = make_batch(self.cache, sampler, size, chunk, ViewShares(), rng)
                with autocast(self.device):
                    features = self.frozen.keep(network_input(drawn.images, self.info, self.device))
                features = features.to("cpu", torch.bfloat16)
                truth = (drawn.truth_xyxy.cpu(), drawn.truth_ids.cpu(), drawn.labelled.cpu())
                parts.append(Batch(features, *truth))
                views = views_of_each(count, features[0].nbytes, size)
                done += chunk
                progress.update(bar, total=views * count, completed=done)
        kept = together(parts)
        return kept if isinstance(self.frozen, FrozenBackbone) else self._only_learned(kept, self.frozen)

    def _only_learned(self, kept: Batch, head: FrozenHead) -> Batch:
        """The same views, their classes numbered among those that the data label."""
        labelled = kept.labelled.any(0)
        head.learned = labelled.nonzero()[:, 0].to(self.device)
        places = labelled.cumsum(0) - 1
        ids = torch.where(kept.truth_ids >= 0, places[kept.truth_ids.clamp(min=0)], -1)
        return Batch(kept.images, kept.truth_xyxy, ids, kept.labelled[:, labelled])


def views_of_each(pictures: int, view_bytes: int, size: int) -> int:
    """How many views of each picture are kept.

    Raises:
        TrainingError: not even the fewest have room.
    """
    room = LIMIT_BYTES // (view_bytes * pictures)
    if room < FEWEST:
        need, most = (round(b / 2**30, 1) for b in (FEWEST * view_bytes * pictures, LIMIT_BYTES))
        raise TrainingError("transfer_too_large", pictures=pictures, size=size, need=need, most=most)
    return min(room, MOST, max(FEWEST, WISHED_VIEWS // pictures))


def evenly(pictures: Sequence[LabelledPicture], most: int) -> tuple[LabelledPicture, ...]:
    """At most so many of them, at least one, from the first to the last."""
    places = np.linspace(0, len(pictures) - 1, min(len(pictures), max(most, 1))).round().astype(int)
    return tuple(pictures[place] for place in places)


def together(parts: list[Batch]) -> Batch:
    """Batches as one, objects padded to the fullest view."""
    most = max(part.truth_ids.shape[1] for part in parts)
    xyxy = [F.pad(part.truth_xyxy, (0, 0, 0, most - part.truth_xyxy.shape[1])) for part in parts]
    ids = [F.pad(part.truth_ids, (0, most - part.truth_ids.shape[1]), value=-1) for part in parts]
    images, labelled = ([getattr(part, name) for part in parts] for name in ("images", "labelled"))
    return Batch(torch.cat(images), torch.cat(xyxy), torch.cat(ids), torch.cat(labelled))


def transfer_run(start: Start, options: Options, out: Path) -> TransferRun:
    """The run for `options.transfer`.

    Where more than the outputs is learned, these begin as `new` leaves them: gradients from outputs that know nothing
    would spoil what is pre-trained before they are of use (Kumar et al., "Fine-tuning can distort pretrained
    features", 2022).
    """
    if options.transfer == "new":
        return CachedRun(start, options, out)
    begun = state_path(out).exists()
    run = TransferRun(start, options, out)
    if begun or start.fresh:
        return run
    learned = [parameter.requires_grad for parameter in start.network.parameters()]
    set_new(start.network)
    # Of more pictures than have room a part will do: the outputs only begin here.
    room = LIMIT_BYTES // (FEWEST * FrozenHead(start.network, options.size).view_bytes)
    few = start._replace(data=replace(start.data, pictures=evenly(start.data.pictures, room)))
    first = CachedRun(few, replace(options, transfer="new", lr=RATES["new"], teachers=()), out.with_suffix(".new"))
    for step in range(FIRST_STEPS):
        first.train_step(step / FIRST_STEPS)
    for parameter, learns in zip(start.network.parameters(), learned, strict=True):
        parameter.requires_grad_(learns)
    run.ema.model.load_state_dict(start.network.state_dict())
    run.keep()
    return run
