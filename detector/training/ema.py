"""Moving average of weights: the ones that are evaluated and saved."""

from __future__ import annotations

import copy
import math
from typing import Generic, TypeVar

import torch
from torch import nn

M = TypeVar("M", bound=nn.Module)


class ModelEma(Generic[M]):
    """Polyak averaging with a decay that grows from 0, so that a short run is not held back by its random start."""

    def __init__(self, model: M, decay: float = 0.9998, ramp_steps: float = 1000.0) -> None:
        """After n updates the decay is decay * (1 - exp(-n / ramp_steps))."""
        self.model = copy.deepcopy(model).eval().requires_grad_(False)
        self.decay = decay
        self.ramp_steps = ramp_steps
        self.updates = 0

    @torch.no_grad()
    def update(self, model: nn.Module) -> None:
        """Moves the average towards `model`; counters and other whole numbers are copied."""
        self.updates += 1
        decay = self.decay * (1 - math.exp(-self.updates / self.ramp_steps))
        averages, currents = [], []
        for average, current in zip(self.model.state_dict().values(), model.state_dict().values(), strict=True):
            if average.is_floating_point():
                averages.append(average)
                currents.append(current.detach())
            else:
                average.copy_(current)
        torch._foreach_lerp_(averages, currents, 1 - decay)
