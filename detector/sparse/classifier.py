"""A class for each sample by how well its labelled samples rebuild it.

Wright et al., "Robust Face Recognition via Sparse Representation", 2009: algorithm 1, with orthogonal matching pursuit
in the place of l1 minimisation, and the sparsity concentration index of equation 15.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from detector.errors import DataError, UsageError
from detector.sparse.pursuit import SparseCodes, pursue

UNKNOWN = -1  # the label of a sample that is none of the classes
SHARPNESS = 10.0  # of the logits: a residual of 0.5 against 0.9 is then a probability ratio of 270


@dataclass(frozen=True, eq=False)
class Prediction:
    """What is said of B samples, for K classes.

    Attributes:
        labels: int64 (B,), the class with the smallest residual; UNKNOWN where the codes spread over many classes.
        residuals: (B, K), 0..1: which share of the sample's length its class's atoms leave unexplained.
        concentration: (B,), the sparsity concentration index: 1 if all coefficients are of one class, 0 if they are
            spread evenly.
    """

    labels: Tensor
    residuals: Tensor
    concentration: Tensor


class SparseClassifier(nn.Module):
    """Labelled features as a dictionary; takes the place of `fc` on any Classifier: `model.fc = fitted`.

    Nothing is learned but kept: one atom for each labelled sample. No gradient reaches the backbone through it; for
    that see LearnedSparseClassifier.

    Args:
        sparsity: how many labelled samples may rebuild a new one.
        centre: subtracts the mean of all labelled features first; pooled features are all positive, so that they are
            alike before anything is said about their classes.
        threshold: of the concentration, below which a sample is none of the classes.
        tolerance: share of a sample's squared length that may stay unexplained: with it, a sample that few atoms
            explain takes no more, and its concentration does not suffer from atoms that only fit its noise.
    """

    dictionary: Tensor  # (D, A), columns of length 1
    gram: Tensor  # (A, A)
    labels: Tensor  # int64 (A,)
    mean: Tensor  # (D,)
    num_classes: Tensor  # int64 ()

    def __init__(
        self, sparsity: int = 10, centre: bool = False, threshold: float = 0.0, tolerance: float = 0.0
    ) -> None:
        super().__init__()
        self.sparsity, self.centre, self.threshold, self.tolerance = sparsity, centre, threshold, tolerance
        for name in ("dictionary", "gram", "mean"):
            self.register_buffer(name, torch.zeros(0))
        for name in ("labels", "num_classes"):
            self.register_buffer(name, torch.zeros(0, dtype=torch.int64))

    @torch.no_grad()
    def fit(self, features: Tensor, labels: Tensor, num_classes: int | None = None) -> SparseClassifier:
        """Takes labelled features as the dictionary, in the place of an earlier one; returns itself.

        Args:
            features: (A, D); of float64 or float32, which all later computing follows.
            labels: int64 (A,), 0..K-1.
            num_classes: K; by default the largest label + 1.

        Raises:
            UsageError: fewer features than `sparsity`, or not as many labels.
        Warns where a class has a single sample: what varies within it cannot be known.
        """
        if features.ndim != 2 or len(features) != len(labels):
            raise UsageError("sparse_labels_differ", features=len(features), labels=len(labels))
        if not 1 <= self.sparsity <= len(features):
            raise UsageError("sparse_dictionary_small", sparsity=self.sparsity, atoms=len(features))
        counts = torch.bincount(labels, minlength=num_classes or 0)
        if single := (counts == 1).nonzero().flatten().tolist():
            warnings.warn(str(DataError("class_of_one", classes=_listed(single))), stacklevel=2)
        self.mean = features.mean(0) if self.centre else features.new_zeros(features.shape[1])
        self.dictionary = F.normalize(features - self.mean, dim=1).T.contiguous()
        self.gram = self.dictionary.T @ self.dictionary
        self.labels = labels.to(features.device)
        self.num_classes = torch.tensor(len(counts), device=features.device)
        return self

    @torch.no_grad()
    def encode(self, features: Tensor) -> SparseCodes:
        """The sparse codes of features (B, D), made of length 1.

        Raises:
            UsageError: fit was not called, or the features have another width.
        """
        return self._pursue(self._unit(features))

    @torch.no_grad()
    def predict(self, features: Tensor) -> Prediction:
        """Labels, residuals and concentrations of features (B, D).

        Raises:
            UsageError: fit was not called, or the features have another width.
        """
        unit = self._unit(features)
        codes = self._pursue(unit)
        x, classes, count = codes.coefficients, self.labels[codes.atoms], int(self.num_classes)  # (B, S)
        # |y - Dc xc|^2 = |y|^2 - 2 y.(Dc xc) + |Dc xc|^2, summed over the few atoms taken, not over whole features
        with_sample = (unit.unsqueeze(1) * self.dictionary.T[codes.atoms]).sum(2)
        same = classes.unsqueeze(2) == classes.unsqueeze(1)
        between = self.gram[codes.atoms.unsqueeze(2), codes.atoms.unsqueeze(1)] * same  # (B, S, S)
        parts = -2 * x * with_sample + x * (between @ x.unsqueeze(2)).squeeze(2)
        squared = unit.square().sum(1, keepdim=True).repeat(1, count).scatter_add_(1, classes, parts)
        residuals = squared.clamp(min=0).sqrt()
        weight = x.new_zeros(len(x), count).scatter_add_(1, classes, x.abs())
        share = weight.amax(1) / weight.sum(1).clamp(min=torch.finfo(x.dtype).tiny)
        concentration = (count * share - 1) / max(count - 1, 1)
        labels = residuals.argmin(1).masked_fill(concentration < self.threshold, UNKNOWN)
        return Prediction(labels, residuals, concentration)

    def forward(self, features: Tensor) -> Tensor:
        """features (B, D) -> logits (B, K): the smaller a class's residual, the larger."""
        return -SHARPNESS * self.predict(features.to(self.dictionary.dtype)).residuals.square()

    def _pursue(self, unit: Tensor) -> SparseCodes:
        return pursue(self.dictionary, unit, self.sparsity, self.tolerance, self.gram)

    def _unit(self, features: Tensor) -> Tensor:
        if self.dictionary.ndim != 2:
            raise UsageError("sparse_not_fitted")
        if features.ndim != 2 or features.shape[1] != len(self.mean):
            raise UsageError("sparse_width_wrong", expected=len(self.mean), got=features.shape[-1])
        return F.normalize(features - self.mean, dim=1)

    def _load_from_state_dict(self, state_dict: Mapping[str, Any], prefix: str, *rest: Any) -> None:
        """Takes a dictionary of whatever size was saved."""
        for name in list(self._buffers):
            if (saved := state_dict.get(prefix + name)) is not None:
                setattr(self, name, torch.empty_like(saved, device=self.mean.device))
        super()._load_from_state_dict(state_dict, prefix, *rest)


def _listed(classes: list[int], most: int = 5) -> str:
    named = ", ".join(map(str, classes[:most]))
    return named if len(classes) <= most else f"{named} and {len(classes) - most} more"
