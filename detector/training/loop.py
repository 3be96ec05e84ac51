"""The detector's training run: batches, losses, averages, states, figures."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from detector.data.augment import PictureCache
from detector.data.device_views import DevicePictures
from detector.data.labelled import Dataset
from detector.errors import TrainingError
from detector.modelfile import ModelInfo
from detector.models.checkpoint import save_model
from detector.models.network import DetectorNetwork
from detector.training.auxiliary import Answers, AuxiliaryHead, answers_of
from detector.training.batches import Batch, Sampler, ViewShares, make_batch, network_input
from detector.training.distillation import distillation_loss
from detector.training.ema import ModelEma
from detector.training.losses import Losses, detection_loss
from detector.training.parameter_groups import parameter_groups
from detector.training.resumable import ResumableRun
from detector.training.runtime import autocast, best_device, out_of_memory
from detector.training.schedule import Budget, cosine_factor, view_size
from detector.training.state import state_path
from detector.training.teachers import open_teacher

log = logging.getLogger(__name__)
Evaluate = Callable[[Path], dict[str, float]]  # figures of a model file


@dataclass(frozen=True)
class Options:
    """What defines a run; a state can only be resumed with the same.

    Attributes:
        size: side of the training views at the end, pixels; before, see schedule.view_size.
        lr: of AdamW, neck and head; the backbone learns at `backbone_lr_share` of it.
        mosaic, mixup, paste: share of views made so (batches.ViewShares), until `plain_from`.
        plain_from: progress from which views are single pictures, as in use, all of the last size.
        varied_sizes: several sizes of views in each part of the run, not one.
        repeat_threshold: classes in a smaller share of the pictures are shown more often (batches.repeat_factors).
        bins: of the head's distances; 0 is none.
        auxiliary: whether a second head teaches the backbone (auxiliary.py).
        stage_decay: of the learning rate from one stage of the backbone to the one before.
        l1: whether the L1 loss of the distances is added from `plain_from` on.
        extra_share: share of the views from data sets that label other things than the largest one does.
        prior_until: progress until which cells are chosen by nearness (assigner.py).
        teachers: files of detectors that are learned from as well (teachers.py).
        teacher_weight: of what they say, all together, beside the labels.
        transfer: how much of a pre-trained network is learned (transfer.py); empty: all of it, as if it were new.
    """

    backbone: str
    neck_width: int
    batch: int
    size: int
    lr: float
    backbone_lr_share: float
    seed: int
    weight_decay: float = 0.05
    mosaic: float = 0.6
    mixup: float = 0.1
    paste: float = 0.3
    varied_sizes: bool = True
    repeat_threshold: float = 0.01
    bins: int = 0
    auxiliary: bool = True
    stage_decay: float = 1.0
    l1: bool = False
    plain_from: float = 0.85
    prior_until: float = 0.05
    extra_share: float = 0.15
    teachers: tuple[str, ...] = ()
    teacher_weight: float = 1.0
    transfer: str = ""
    save_every_s: float = 120.0
    evaluations: int = 8


class TrainingRun(ResumableRun[DetectorNetwork, DetectorNetwork]):
    """See ResumableRun."""

    def __init__(self, network: DetectorNetwork, info: ModelInfo, data: Dataset, options: Options, out: Path) -> None:
        """Goes on from OUT's .resume file if there is one.

        Raises:
            TrainingError: the state is damaged or of a run with other options or data.
        """
        self.device = best_device()
        self.info, self.options = info, options
        self.network = network.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        on_gpu = self.device.type == "cuda"
        self.cache = DevicePictures(data.pictures, self.device) if on_gpu else PictureCache(data.pictures)
        self.sampler = Sampler(data.pictures, options.extra_share, options.repeat_threshold)
        self.auxiliary = self._second_head() if options.auxiliary else None
        self.pieces = 1  # that a batch is learned in
        self.teachers = [open_teacher(Path(file), info.class_names, self.device) for file in options.teachers]
        self.data = data.fingerprint()
        self.evaluate: Evaluate | None = None
        optimizer = torch.optim.AdamW(self.parameter_groups(), lr=options.lr)
        super().__init__(out, asdict(options), self.network, ModelEma(network), optimizer, options.save_every_s)

    def _second_head(self) -> AuxiliaryHead:
        head = AuxiliaryHead(self.network.backbone.channels, len(self.info.class_names))
        return head.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]

    @property
    def learning(self) -> list[nn.Module]:
        """All parts with weights of their own."""
        return [self.network] if self.auxiliary is None else [self.network, self.auxiliary]

    def parameter_groups(self) -> list[dict[str, object]]:
        """What is learned, at which rate."""
        o = self.options
        others = self.learning[1:]
        return parameter_groups(self.network, others, o.lr, o.backbone_lr_share, o.stage_decay, o.weight_decay)

    def begin(self) -> None:
        """Puts each part of the network into the mode in which it learns."""
        for part in self.learning:
            part.train()

    def size_at(self, progress: float) -> int:
        """Side of the next step's views, pixels: smaller ones first."""
        o = self.options
        return view_size(progress, o.size, o.plain_from, o.varied_sizes, np.random.default_rng((o.seed, self.step, 1)))

    def views(self, progress: float, rng: np.random.Generator) -> Batch:
        """What the next step learns from."""
        o = self.options
        shares = ViewShares(o.mosaic, o.mixup, o.paste) if progress < o.plain_from else ViewShares()
        return make_batch(self.cache, self.sampler, self.size_at(progress), o.batch, shares, rng)

    def look(self, images: Tensor) -> Answers:
        """The answers to a batch's `images`."""
        return answers_of(self.network, self.auxiliary, network_input(images, self.info, self.device))

    def train_step(self, progress: float) -> dict[str, float]:
        """One batch; returns the loss terms.

        Raises:
            TrainingError: the loss is not finite; weights are still those of the step before.
        """
        options = self.options
        rng = np.random.default_rng((options.seed, self.step))
        batch, size = self.views(progress, rng), self.size_at(progress)
        for group in self.optimizer.param_groups:
            group["lr"] = group["full_lr"] * cosine_factor(progress)
        terms = self._gradients(batch, size, progress)
        nn.utils.clip_grad_norm_([p for part in self.learning for p in part.parameters()], 10.0)
        self.optimizer.step()
        self.ema.update(self.network)
        self.step += 1
        return terms

    def _gradients(self, batch: Batch, size: int, progress: float) -> dict[str, float]:
        """Loss terms of the batch and their gradients; in pieces, twice as many each time the memory does not suffice.

        Raises:
            TrainingError: the loss is not finite, or one picture alone is too much.
        """
        while True:
            self.optimizer.zero_grad(set_to_none=True)
            try:
                pieces = batch.split(self.pieces)
                terms = [self._piece(piece, size, progress, len(pieces)) for piece in pieces]
                return {name: float(np.mean([t[name] for t in terms])) for name in terms[0]}
            except (torch.OutOfMemoryError, RuntimeError) as error:
                if not out_of_memory(error):
                    raise
                if self.pieces >= self.options.batch:
                    raise TrainingError("memory_full", size=size, path=state_path(self.out)) from error
            self.pieces = min(2 * self.pieces, self.options.batch)
            log.warning("out of memory: the batch is now learned in %d pieces", self.pieces)
            torch.cuda.empty_cache()  # does nothing without a GPU

    def _piece(self, batch: Batch, size: int, progress: float, pieces: int) -> dict[str, float]:
        with autocast(self.device):
            answers = self.look(batch.images)
        output, options = answers.output, self.options
        xyxy, ids, labelled = (t.to(self.device) for t in (batch.truth_xyxy, batch.truth_ids, batch.labelled))
        losses = detection_loss(
            output, (size, size), self.network.strides, xyxy, ids, progress < options.prior_until, labelled,
            bins=answers.bins, auxiliary=answers.auxiliary, with_l1=options.l1 and progress >= options.plain_from,
        )  # fmt: skip
        taught = [
            distillation_loss(output, teacher(batch.images), (size, size), self.network.strides)
            for teacher in self.teachers
        ]
        share = options.teacher_weight / max(len(taught), 1)
        total = losses.total + share * sum((lesson.total for lesson in taught), torch.zeros((), device=self.device))
        if not torch.isfinite(total):
            raise TrainingError("loss_not_finite", step=self.step, path=state_path(self.out))
        (total / pieces).backward()
        terms = self._shown(losses)
        if taught:
            terms["teacher"] = float(np.mean([lesson.total.item() for lesson in taught]))
        return terms

    def _shown(self, losses: Losses) -> dict[str, float]:
        """The terms that this run has."""
        terms = {"cls": losses.cls.item(), "box": losses.box.item()}
        if self.options.bins:
            terms["bins"] = losses.bins.item()
        if self.auxiliary is not None:
            terms["auxiliary"] = losses.auxiliary.item()
        return terms

    def run(self, budget: Budget, evaluate: Evaluate | None) -> None:
        """Trains until the budget is used; saves the state now and then and the averaged model at the end.

        Args:
            budget: its length, earlier pieces included.
            evaluate: figures of the model so far for the report, asked `options.evaluations` times; None: none.

        Raises:
            TrainingError: the loss is not finite.
            OutputError: the disk is full or cannot be written; the last state stays.
        """
        self.evaluate = evaluate
        self.begin()
        self.train(budget)
        save_model(self.out, self.ema.model, self.info)

    def judge(self, reached: float) -> dict[str, float]:
        """Figures of the model so far, which is written as the model file, usable at once."""
        done = sum("AP50" in row for row in self.report.rows)
        if self.evaluate is None or (reached < 1 and reached * self.options.evaluations < done + 1):
            return {}
        save_model(self.out, self.ema.model, self.info)
        return self.evaluate(self.out)

    def restore(self, state: dict[str, Any]) -> None:
        """See ResumableRun.

        Raises:
            TrainingError: the state is of other data.
        """
        if state.get("data", self.data) != self.data:
            raise TrainingError(
                "resume_mismatch", path=state_path(self.out), difference="its pictures or labels differ"
            )
        super().restore(state)
        if self.auxiliary is not None:
            self.auxiliary.load_state_dict(state["auxiliary"])

    def state(self) -> dict[str, Any]:
        """See ResumableRun."""
        second = self.auxiliary.state_dict() if self.auxiliary is not None else None
        return super().state() | {"data": self.data, "auxiliary": second}
