"""The pre-training run: batches, losses, averages, states, figures."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from detector.data.tiles import Tiles
from detector.errors import TrainingError
from detector.modelfile import ModelInfo
from detector.models.checkpoint import save_classifier
from detector.models.classifier import Classifier
from detector.pretraining.batches import BatchMaker, PretrainingBatch
from detector.pretraining.boxes import box_loss
from detector.pretraining.gallery import Gallery, pack
from detector.pretraining.network import PretrainingNetwork
from detector.pretraining.start import start
from detector.pretraining.teacher import Teacher, teaching_loss
from detector.training.batches import network_input
from detector.training.ema import ModelEma
from detector.training.resumable import ResumableRun
from detector.training.runtime import autocast, best_device, out_of_memory
from detector.training.schedule import Budget, cosine_factor
from detector.training.state import state_path

log = logging.getLogger(__name__)
EMA_RAMP_STEPS = 300.0
WEIGHT_DECAY = 5e-5
EVALUATED_AT_ONCE = 256


@dataclass(frozen=True)
class Options:
    """What defines a run; a state can only be resumed with the same.

    Attributes:
        sizes: sides of the views in pixels, for equal parts of the run one after the other; judged at the last.
        lr: of SGD with Nesterov momentum, for `batch` views.
        init: where the backbone's weights come from, as start.start says; empty: random.
        smoothing: share of each label that is spread over all classes (Szegedy 2016, section 7).
        mix: one of batches.MIXES, for `mixed_share` of the labelled views.
        box_weight: of the auxiliary box loss; 0: none.
        ema_decay: of the moving average that is kept; with 0 it is the weights themselves.
        teacher: its name, empty: none; `teacher_weight` and `temperature` of its loss.
        unlabelled: the folder's name, empty: none; `unlabelled_share`: of all views.
        evaluations: how often in the run accuracy is measured.
    """

    backbone: str
    batch: int
    sizes: tuple[int, ...]
    lr: float
    seed: int
    init: str = ""
    smoothing: float = 0.1
    mix: str = "both"
    mixed_share: float = 0.5
    box_weight: float = 0.5
    ema_decay: float = 0.999
    teacher: str = ""
    teacher_weight: float = 1.0
    temperature: float = 2.0
    unlabelled: str = ""
    unlabelled_share: float = 0.25
    evaluations: int = 6
    save_every_s: float = 60.0


class PretrainingRun(ResumableRun[PretrainingNetwork, Classifier]):
    """See ResumableRun."""

    def __init__(
        self, tiles: Tiles, held_out: Tiles, teacher: Teacher | None, unlabelled: Gallery | None, options: Options,
        out: Path,
    ) -> None:  # fmt: skip
        """Goes on from OUT's .resume file if there is one.

        Raises:
            TrainingError: the state is damaged or of a run with other options.
            UsageError, ModelFileError: see start.start.
        """
        self.device = best_device()
        self.options, self.teacher = options, teacher
        torch.manual_seed(options.seed)
        classes, side = len(tiles.class_names), options.sizes[-1]
        network = PretrainingNetwork(options.backbone, classes, teacher.num_classes if teacher else None)
        info = ModelInfo(
            options.backbone,
            0,
            tiles.class_names,
            sizes_hw=((side, side),),
            trained_on=_sources(tiles, teacher, unlabelled),
        )
        if options.init:
            info = start(network.classifier, options.init, info, tiles, side)
        self.info = info
        network = network.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        gallery = pack(tiles.pictures, tiles.xyxy, self.device)
        labels = torch.from_numpy(tiles.labels)
        self.batches = BatchMaker(
            gallery, labels, classes, unlabelled, options.mix, options.mixed_share, options.unlabelled_share
        )
        self.val_images = whole_tiles(held_out, side)
        self.val_labels = torch.from_numpy(held_out.labels)
        optimizer = torch.optim.SGD(parameter_groups(network), lr=options.lr, momentum=0.9, nesterov=True)
        self.pieces = 1  # that a batch is learned in
        ema = ModelEma(network.classifier, options.ema_decay, EMA_RAMP_STEPS)
        identity = {**asdict(options), "tiles": len(tiles.labels), "classes": classes}
        super().__init__(out, identity, network, ema, optimizer, options.save_every_s)

    def train_step(self, progress: float) -> dict[str, float]:
        """One batch; returns the loss terms.

        Raises:
            TrainingError: the loss is not finite; weights are still those of the step before.
        """
        rng = np.random.default_rng((self.options.seed, self.step))  # a batch depends on its step alone
        batch = self.batches.make(size_at(progress, self.options.sizes), self.options.batch, rng)
        for group in self.optimizer.param_groups:
            group["lr"] = self.options.lr * cosine_factor(progress)
        terms = self._gradients(batch)
        self.optimizer.step()
        self.ema.update(self.network.classifier)
        self.step += 1
        return terms

    def _gradients(self, batch: PretrainingBatch) -> dict[str, float]:
        """Loss terms of the batch and their gradients; in pieces, twice as many each time the memory does not suffice.

        Raises:
            TrainingError: the loss is not finite, or one picture alone is too much.
        """
        while True:
            self.optimizer.zero_grad(set_to_none=True)
            try:
                pieces = [self._piece(piece, batch) for piece in batch.split(self.pieces)]
                return {name: sum(terms[name] for terms in pieces) for name in pieces[0]}
            except (torch.OutOfMemoryError, RuntimeError) as error:
                if not out_of_memory(error):
                    raise
                if self.pieces >= self.options.batch // 2:  # norms need two pictures
                    size = batch.images.shape[-1]
                    raise TrainingError("memory_full", size=size, path=state_path(self.out)) from error
            self.pieces *= 2
            log.warning("out of memory: the batch is now learned in %d pieces", self.pieces)
            torch.cuda.empty_cache()  # does nothing without a GPU

    def _piece(self, piece: PretrainingBatch, whole: PretrainingBatch) -> dict[str, float]:
        """Each term is a mean over the views of the whole batch that it is about."""
        options, images = self.options, piece.images
        with autocast(self.device):
            output = self.network(network_input(images, self.info, self.device))
        known = piece.labelled
        cross_entropy = F.cross_entropy(
            output.logits.float()[known], piece.targets[known], label_smoothing=options.smoothing, reduction="sum"
        )
        losses = {"cls": cross_entropy / whole.labelled.sum().clamp(min=1)}
        total = losses["cls"]
        if options.box_weight:
            strides = self.network.classifier.backbone.strides
            boxes = box_loss(output.boxes, images.shape[-1], strides, piece.xyxy)
            losses["box"] = boxes / whole.boxed.sum().clamp(min=1)
            total = total + options.box_weight * losses["box"]
        if self.teacher is not None:
            apart = teaching_loss(output.taught, self.teacher.logits(images), options.temperature)
            losses["taught"] = apart / len(whole.images)
            total = total + options.teacher_weight * losses["taught"]
        if not torch.isfinite(total):
            raise TrainingError("loss_not_finite", step=self.step, path=state_path(self.out))
        total.backward()
        return {name: loss.item() for name, loss in losses.items()}

    def run(self, budget: Budget) -> None:
        """Trains until the budget is used; saves the state now and then and the classifier at the end.

        Raises:
            TrainingError: the loss is not finite.
            OutputError: the disk is full or cannot be written; the last state stays.
            KeyboardInterrupt: asked to stop; the state is saved.
        """
        self.network.train()
        self.train(budget)
        if not self.report.rows or "top1" not in self.report.rows[-1]:  # cut right behind the last step
            self.report.add(step=self.step, minutes=self.elapsed_s / 60, **self.accuracies())
        self.save()

    def judge(self, reached: float) -> dict[str, float]:
        """Accuracies, `evaluations` times in the run."""
        done = sum("top1" in row for row in self.report.rows)
        return self.accuracies() if reached >= 1 or reached * self.options.evaluations >= done + 1 else {}

    def accuracies(self) -> dict[str, float]:
        """Top-1 on the held-out tiles: of the moving average, and of the weights that are being trained."""
        average = self._top1(self.ema.model)
        trained = self._top1(self.network.classifier.eval())
        self.network.train()
        return {"top1": average, "top1_without_ema": trained}

    @torch.inference_mode()
    def _top1(self, classifier: Classifier) -> float:
        right = 0
        for images, labels in zip(
            self.val_images.split(EVALUATED_AT_ONCE), self.val_labels.split(EVALUATED_AT_ONCE), strict=True
        ):
            with autocast(self.device):
                logits = classifier(network_input(images, self.info, self.device))
            right += int((logits.argmax(1).cpu() == labels).sum())
        return right / len(self.val_labels)

    def save(self) -> None:
        """Writes the classifier with its last accuracy, without the heads that only taught it.

        Raises:
            OutputError: the folder cannot be written or is full.
        """
        measured = {
            "top1": self.report.rows[-1]["top1"],
            "views": self.step * self.options.batch,
            "classes": len(self.info.class_names),
            "size": self.options.sizes[-1],
        }
        save_classifier(self.out, self.ema.model, replace(self.info, measured=measured))


def size_at(progress: float, sizes: tuple[int, ...]) -> int:
    """The size of the part of the run that `progress`, in 0..1, is in."""
    return sizes[min(int(progress * len(sizes)), len(sizes) - 1)]


def parameter_groups(network: nn.Module) -> list[dict[str, object]]:
    """Norms and biases do not decay, which would only shrink them."""
    parameters = list(network.parameters())
    decayed, others = [p for p in parameters if p.ndim > 1], [p for p in parameters if p.ndim <= 1]
    return [{"params": decayed, "weight_decay": WEIGHT_DECAY}, {"params": others, "weight_decay": 0.0}]


def whole_tiles(tiles: Tiles, size: int) -> Tensor:
    """All tiles at one size: uint8 (N, 3, size, size) BGR."""
    pictures = np.stack([cv2.resize(t, (size, size), interpolation=cv2.INTER_LINEAR) for t in tiles.pictures])
    return torch.from_numpy(pictures).permute(0, 3, 1, 2)


def _sources(tiles: Tiles, teacher: Teacher | None, unlabelled: Gallery | None) -> str:
    """For the model's card."""
    parts = [f"{len(tiles.labels)} class sheet tiles of {len(tiles.class_names)} classes"]
    if unlabelled is not None:
        parts.append(f"{len(unlabelled)} pictures without labels")
    if teacher is not None:
        parts.append(f"the answers of {teacher.name}")
    return ", ".join(parts)
