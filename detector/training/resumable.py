"""What all training runs share: steps until the time is over, an average of the weights, a state to go on from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
from torch import nn
from torch.optim import Optimizer

from detector.training.ema import ModelEma
from detector.training.interruption import Interruption
from detector.training.report import Report
from detector.training.schedule import Budget
from detector.training.state import load_state, save_state, state_path

Learned = TypeVar("Learned", bound=nn.Module)
Averaged = TypeVar("Averaged", bound=nn.Module)


class ResumableRun(ABC, Generic[Learned, Averaged]):
    """One run from its first step, or from its state, to its last.

    Attributes:
        out: the model file to be made; the state, the log and the curves stand beside it.
        identity: what defines the run; a state can only be resumed with the same.
        network: what is learned.
        ema: its average, or that of the part of it that is kept.
        step, elapsed_s: how far it is, earlier pieces included.
        report: its figures so far.
    """

    def __init__(
        self,
        out: Path,
        identity: dict[str, Any],
        network: Learned,
        ema: ModelEma[Averaged],
        optimizer: Optimizer,
        save_every_s: float,
    ) -> None:
        """Goes on from the state, if there is one; whatever restore() touches must be there before.

        Raises:
            TrainingError: the state is damaged or of another run.
        """
        self.out, self.identity, self.save_every_s = out, identity, save_every_s
        self.network, self.ema, self.optimizer = network, ema, optimizer
        self.step, self.elapsed_s = 0, 0.0
        state = load_state(state_path(out), identity) or {}
        if state:
            self.restore(state)
        self.report = Report(out, state.get("rows", []))

    @abstractmethod
    def train_step(self, progress: float) -> dict[str, float]:
        """One batch, counted in `step`; returns the loss terms.

        Args:
            progress: in 0..1.
        """

    @abstractmethod
    def judge(self, reached: float) -> dict[str, float]:
        """Further figures for the report, at this progress; none where it is not time for them."""

    def train(self, budget: Budget) -> None:
        """Steps until the budget is used; the state is saved now and then and at the end.

        Raises:
            TrainingError: the loss is not finite, or the memory does not suffice.
            OutputError: the disk is full or cannot be written; the last state stays.
            KeyboardInterrupt: asked to stop; the state is saved.
        """
        budget.resume(self.elapsed_s)
        saved_s, terms = budget.elapsed_s, []
        with Interruption() as interruption:
            while (progress := budget.progress(self.step)) < 1:
                terms.append(self.train_step(progress))
                self.elapsed_s = budget.elapsed_s
                interruption.check(self.keep, self.step)
                reached = budget.progress(self.step)
                if self.elapsed_s - saved_s < self.save_every_s and reached < 1:
                    continue
                means = {name: float(np.mean([t[name] for t in terms])) for name in terms[0]}
                self.report.add(step=self.step, minutes=self.elapsed_s / 60, **means, **self.judge(reached))
                terms.clear()
                self.keep()
                saved_s = self.elapsed_s

    def restore(self, state: dict[str, Any]) -> None:
        """Takes up what state() gave."""
        self.network.load_state_dict(state["network"])
        self.ema.model.load_state_dict(state["ema"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step = self.ema.updates = state["step"]
        self.elapsed_s = state["elapsed_s"]

    def state(self) -> dict[str, Any]:
        """All that the next step depends on."""
        return {
            "options": self.identity,
            "network": self.network.state_dict(),
            "ema": self.ema.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "elapsed_s": self.elapsed_s,
            "rows": self.report.rows,
        }

    def keep(self) -> None:
        """Writes the state.

        Raises:
            OutputError: the disk is full or cannot be written; the last state stays.
        """
        save_state(state_path(self.out), self.state())
