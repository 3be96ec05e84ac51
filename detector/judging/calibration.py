"""Makes a score mean what it says: of the boxes at 0.8, eight in ten are right.

Platt scaling (Platt, "Probabilistic outputs for support vector machines", 1999) with one slope for all classes and an
offset for each, fitted on validation pictures. Both are linear in the logits, so they are folded into the last
convolution of the class branch: nothing is left to compute in use, and within a class no order, hence no AP, changes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F

CLASS_OUTPUTS = "head.cls_outs."
PULL = 2.0  # how many boxes' worth of evidence holds a class at the common offset


@dataclass(frozen=True, eq=False)
class Calibration:
    """logit -> slope * logit + offsets[class].

    Attributes:
        slope: above 0.
        offsets: float32 (K,).
    """

    slope: float
    offsets: npt.NDArray[np.float32]

    def apply(self, scores: npt.NDArray[np.floating], class_ids: npt.NDArray[np.integer]) -> npt.NDArray[np.float64]:
        """Scores (N,) in 0..1 of boxes of these classes (N,), calibrated."""
        logits = torch.logit(torch.as_tensor(scores, dtype=torch.float64), eps=1e-6)
        return torch.sigmoid(self.slope * logits + torch.from_numpy(self.offsets)[class_ids]).numpy()

    def fold(self, weights: dict[str, npt.NDArray[np.generic]]) -> dict[str, npt.NDArray[np.generic]]:
        """The weights of a model file, those of its class outputs scaled and shifted."""
        folded = dict(weights)
        for name, array in weights.items():
            if name.startswith(CLASS_OUTPUTS):
                shift = self.offsets if name.endswith(".bias") else np.float32(0)
                folded[name] = (array.astype(np.float32) * self.slope + shift).astype(array.dtype)
        return folded


def fit(
    scores: npt.NDArray[np.floating], class_ids: npt.NDArray[np.integer], right: npt.NDArray[np.bool_], classes: int
) -> Calibration:
    """Maximum likelihood over all boxes found (N,), each right or not; a class with few boxes stays near the others."""
    logits = torch.logit(torch.as_tensor(scores, dtype=torch.float64), eps=1e-6)
    places, target = torch.as_tensor(class_ids, dtype=torch.int64), torch.as_tensor(right, dtype=torch.float64)
    slope = torch.zeros((), dtype=torch.float64, requires_grad=True)  # its logarithm
    common = torch.zeros((), dtype=torch.float64, requires_grad=True)
    own = torch.zeros(classes, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([slope, common, own], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        calibrated = slope.exp() * logits + common + own[places]
        value = F.binary_cross_entropy_with_logits(calibrated, target, reduction="sum") + PULL * own.pow(2).sum()
        value.backward()
        return value

    if len(logits):
        optimizer.step(loss)
    return Calibration(float(slope.exp().detach()), (common + own).detach().numpy().astype(np.float32))


def expected_calibration_error(scores: npt.NDArray[np.floating], right: npt.NDArray[np.bool_], bins: int = 10) -> float:
    """Mean difference of score and share of right boxes, over equal bins of the score, weighted by their boxes.

    Naeini et al., "Obtaining well calibrated probabilities using Bayesian binning", 2015. 0 for no boxes.
    """
    if not len(scores):
        return 0.0
    places = np.minimum((np.asarray(scores) * bins).astype(int), bins - 1)
    gaps = [abs(right[places == b].mean() - scores[places == b].mean()) * (places == b).sum() for b in set(places)]
    return float(sum(gaps) / len(scores))
