"""A classifier's training run: a solved head on frozen features, or steps through the network with an average."""

from __future__ import annotations

import dataclasses
import logging
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from rich.console import Console
from rich.progress import Progress
from torch import Tensor, nn

from detector.errors import TrainingError
from detector.modelfile import ModelInfo
from detector.models.checkpoint import save_classifier
from detector.models.classifier import Classifier
from detector.training.batches import network_input
from detector.training.classifying_data import DividedPictures
from detector.training.classifying_figures import figures_of, logits_of, temperature_of
from detector.training.ema import ModelEma
from detector.training.random_views import random_views
from detector.training.resumable import ResumableRun
from detector.training.runtime import autocast, best_device, out_of_memory
from detector.training.schedule import Budget, cosine_factor
from detector.training.state import save_state, state_path
from detector.training.transfer import set_transfer
from detector.training.transfer_features import Features, as_tensor, cache_features
from detector.training.transfer_learners import Task, new_layer

log = logging.getLogger(__name__)
LOOKED_AT = 128  # pictures between two looks at the clock
EMA_DECAY, EMA_RAMP = 0.999, 200.0
SMOOTHING = 0.1  # of labels, where nothing was learned before


@dataclass(frozen=True)
class Options:
    """What defines a run; a state can only be resumed with the same.

    Attributes:
        transfer: one of transfer.MODES.
        pre_trained: the backbone begins with learned weights, so its norms stay as they are.
        size: side of the pictures, pixels.
        lr: of AdamW, the layer behind the backbone; the backbone learns at `backbone_lr_share` of it.
    """

    backbone: str
    transfer: str
    pre_trained: bool
    batch: int
    size: int
    lr: float
    backbone_lr_share: float
    seed: int
    weight_decay: float = 0.02
    save_every_s: float = 60.0


class ClassifierRun(ResumableRun[Classifier, Classifier]):
    """See ResumableRun."""

    def __init__(
        self, network: Classifier, info: ModelInfo, data: DividedPictures, options: Options, out: Path
    ) -> None:
        """Goes on from OUT's .resume file if there is one.

        Raises:
            TrainingError: the state is damaged or of a run with other options.
        """
        self.device = best_device()
        self.info, self.data, self.options = info, data, options
        network = network.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.labels = torch.from_numpy(data.labels)
        trained = set_transfer(network, options.transfer)
        own = {id(p) for p in network.fc.parameters()}
        shares = ((options.backbone_lr_share, False), (1.0, True))
        groups = [
            {"params": [p for p in trained if (id(p) in own) is head], "full_lr": options.lr * share, "lr": options.lr}
            for share, head in shares
        ]
        optimizer = torch.optim.AdamW(groups, lr=options.lr, weight_decay=options.weight_decay)
        self._pooled: Tensor | None = None  # features of the first pictures, and of them mirrored
        identity = asdict(options) | {"data": data.fingerprint()}
        ema = ModelEma(network, EMA_DECAY, EMA_RAMP)
        super().__init__(out, identity, network, ema, optimizer, options.save_every_s)

    def run(self, budget: Budget) -> dict[str, Any]:
        """Trains until the budget is used, writes the model file and returns its figures.

        Transfer mode `new` needs no budget: its layer is solved.

        Raises:
            TrainingError: the loss is not finite, or the memory does not suffice.
            OutputError: the disk is full or cannot be written; the last state stays.
        """
        if self.options.pre_trained and self.step == 0:
            self.solve_head()
        if self.options.transfer == "new":
            self.report.add(step=0, minutes=budget.elapsed_s / 60, **self._shares(self.network))
            return self.save(self.network)
        # Norms of a pre-trained network stay as they are: a batch of few pictures has worse statistics.
        self.network.train(not self.options.pre_trained)
        self.train(budget)
        return self.save(self.ema.model)

    def judge(self, reached: float) -> dict[str, float]:
        """top1 and top5 of the average."""
        return self._shares(self.ema.model)

    def restore(self, state: dict[str, Any]) -> None:
        """See ResumableRun; a run that was cut before its first step has only the features so far."""
        self._pooled = state.get("pooled")
        if "network" in state:
            super().restore(state)

    def solve_head(self) -> None:
        """The layer behind the backbone, by logistic regression on features that are computed once."""
        data, backbone = self.data, self.network.backbone.eval()
        pictures, labels = data.pictures[data.learned], self.labels[data.learned]
        features = Features(self._look_at(pictures), torch.empty(0))
        task = Task(
            pictures, labels, len(data.class_names), backbone, self.info, features, self.device,
            lambda: Budget(1, None),
        )  # fmt: skip
        layer = new_layer(task, np.arange(len(labels)))
        self.network.fc.load_state_dict(layer.state_dict())
        self.ema.model.fc.load_state_dict(layer.state_dict())

    def _look_at(self, pictures: npt.NDArray[np.uint8]) -> Tensor:
        """Features (2, N, D) of the pictures and of them mirrored; what was done before a cut is not done again."""
        saved_s = time.monotonic()
        with Progress(console=Console(stderr=True), transient=True) as progress:
            bar = progress.add_task("looking at every picture, twice", total=len(pictures))
            while (done := 0 if self._pooled is None else self._pooled.shape[1]) < len(pictures):
                progress.update(bar, completed=done)
                more = pictures[done : done + LOOKED_AT]
                pooled = cache_features(self.network.backbone, self.info, more, self.device, with_c4=False).pooled
                self._pooled = pooled if self._pooled is None else torch.cat([self._pooled, pooled], dim=1)
                if time.monotonic() - saved_s > self.options.save_every_s:
                    saved_s = time.monotonic()
                    save_state(state_path(self.out), {"options": self.identity, "pooled": self._pooled})
        if self._pooled is None:
            raise ValueError("there are no pictures to learn from")
        return self._pooled

    def train_step(self, progress: float) -> dict[str, float]:
        """One batch; returns its loss.

        Raises:
            TrainingError: the loss is not finite, or the memory does not suffice.
        """
        options, learned = self.options, self.data.learned
        rng = np.random.default_rng((options.seed, self.step))  # a batch depends on its step alone: resuming is exact
        places = rng.choice(learned, min(options.batch, len(learned)), replace=False)
        for group in self.optimizer.param_groups:
            group["lr"] = group["full_lr"] * cosine_factor(progress, warmup=0.1)
        self.optimizer.zero_grad(set_to_none=True)
        try:
            loss = self._loss(places, rng)
            loss.backward()
        except (torch.OutOfMemoryError, RuntimeError) as error:
            if not out_of_memory(error):
                raise
            raise TrainingError("batch_too_large", batch=options.batch, path=state_path(self.out)) from error
        if not torch.isfinite(loss):
            raise TrainingError("loss_not_finite", step=self.step, path=state_path(self.out))
        nn.utils.clip_grad_norm_(self.network.parameters(), 10.0)
        self.optimizer.step()
        self.ema.update(self.network)
        self.step += 1
        return {"loss": loss.item()}

    def save(self, network: Classifier) -> dict[str, Any]:
        """Writes the model file with its figures, which it returns; none without pictures to judge by."""
        network, measured = network.eval(), {}
        if len(self.data.judged):
            logits, truth = self._judged(network)
            temperature = temperature_of(logits, truth)
            with torch.no_grad():
                network.fc.weight.div_(temperature)
                network.fc.bias.div_(temperature)
            measured = figures_of(logits, truth) | {"data": self.data.judged_by, "temperature": round(temperature, 3)}
        save_classifier(self.out, network, dataclasses.replace(self.info, measured=measured))
        return measured

    def _loss(self, places: np.ndarray, rng: np.random.Generator) -> Tensor:
        x = network_input(as_tensor(self.data.pictures[places]), self.info, self.device)
        with autocast(self.device):
            logits = self.network(random_views(x, rng))
        smoothing = 0.0 if self.options.pre_trained else SMOOTHING
        return F.cross_entropy(logits.float(), self.labels[places].to(self.device), label_smoothing=smoothing)

    def _judged(self, network: Classifier) -> tuple[Tensor, Tensor]:
        data = self.data
        return logits_of(network, self.info, data.pictures, data.judged, self.device), self.labels[data.judged]

    def _shares(self, network: Classifier) -> dict[str, float]:
        """top1 and top5 on the pictures kept apart; nothing without any."""
        if not len(self.data.judged):
            return {}
        figures = figures_of(*self._judged(network.eval()))
        return {name: figures[name] for name in ("top1", "top5")}
