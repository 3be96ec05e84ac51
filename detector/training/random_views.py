"""Views for learning to name pictures, made of a whole batch where the network trains."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

LEAST_SIDE = 0.6  # of the part of a picture that is learned from


def random_views(x: Tensor, rng: np.random.Generator) -> Tensor:
    """Of each picture (B, C, S, S) a part, 60 to 100 % a side, stretched to the whole; every other one mirrored."""
    count = len(x)
    scale = rng.uniform(LEAST_SIDE, 1.0, (count, 2)).astype(np.float32)
    shift = (1 - scale) * rng.uniform(-1, 1, scale.shape).astype(np.float32)
    scale[:, 0] *= rng.choice(np.array([-1, 1], np.float32), count)
    grid = torch.zeros(count, 2, 3)
    grid[:, 0, 0], grid[:, 1, 1] = torch.from_numpy(scale).T
    grid[:, :, 2] = torch.from_numpy(shift)
    return F.grid_sample(x, F.affine_grid(grid, list(x.shape), False).to(x), align_corners=False)
