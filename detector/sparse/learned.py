"""Sparse representation whose dictionary is learned, together with the backbone if wanted.

Gregor and LeCun, "Learning Fast Approximations of Sparse Coding", 2010: a few steps of iterative shrinkage (ISTA),
unrolled into layers. Here the steps share one dictionary, so that what it holds can still be looked at.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from detector.errors import UsageError

POWER_STEPS = 20  # enough to know the largest singular value to a few per cent; the step size is learned from there


class LearnedSparseClassifier(nn.Module):
    """A dictionary of some atoms for each class; takes the place of `fc` and gives gradients to all before it.

    One step: codes <- shrink(codes + step * D^T (features - D codes), threshold). Then, as in SparseClassifier, the
    class whose atoms alone leave the smallest residual has the largest logit.

    Args:
        width: D, of the features.
        num_classes: K.
        atoms: P, of each class.
        steps: of shrinkage; each has a threshold of its own.
    """

    def __init__(self, width: int, num_classes: int, atoms: int = 4, steps: int = 8) -> None:
        super().__init__()
        self.num_classes, self.atoms = num_classes, atoms
        self.dictionary = nn.Parameter(F.normalize(torch.randn(width, num_classes * atoms), dim=0))
        self.log_step = nn.Parameter(torch.zeros(()))
        self.log_thresholds = nn.Parameter(torch.full((steps,), -4.0))  # 0.02: features have length 1
        self.log_sharpness = nn.Parameter(torch.tensor(2.3))  # e^2.3 = 10, as SparseClassifier's
        self._fit_step()

    @torch.no_grad()
    def start_from(self, features: Tensor, labels: Tensor) -> LearnedSparseClassifier:
        """Begins with labelled features (N, D) as atoms, a class's over again if it has too few; returns itself.

        Raises:
            UsageError: features of another width.
        """
        self._check(features)
        for label in range(self.num_classes):
            own = features[labels == label]
            if len(own):
                repeated = own[torch.arange(self.atoms, device=own.device) % len(own)]
                unit = F.normalize(repeated, dim=1).T
                # equal atoms would stay equal for ever
                self.dictionary[:, label * self.atoms : (label + 1) * self.atoms] = F.normalize(
                    unit + 0.02 * torch.randn_like(unit), dim=0
                )
        self._fit_step()
        return self

    def codes(self, features: Tensor) -> Tensor:
        """features (B, D) of length 1 -> codes (B, K * P)."""
        dictionary = F.normalize(self.dictionary, dim=0)
        step = self.log_step.exp()
        codes = features.new_zeros(len(features), dictionary.shape[1])
        for threshold in self.log_thresholds.exp():
            codes = codes + step * (features - codes @ dictionary.T) @ dictionary
            codes = codes.sign() * F.relu(codes.abs() - threshold)
        return codes

    def forward(self, features: Tensor) -> Tensor:
        """features (B, D) -> logits (B, K).

        Raises:
            UsageError: features of another width.
        """
        self._check(features)
        unit = F.normalize(features.float(), dim=1)
        codes = self.codes(unit).view(len(unit), self.num_classes, self.atoms)
        atoms = F.normalize(self.dictionary, dim=0).view(-1, self.num_classes, self.atoms)
        rebuilt = torch.einsum("bkp,dkp->bkd", codes, atoms)  # by each class's atoms alone
        return -self.log_sharpness.exp() * (unit.unsqueeze(1) - rebuilt).square().sum(2)

    def _check(self, features: Tensor) -> None:
        if features.ndim != 2 or features.shape[1] != len(self.dictionary):
            raise UsageError("sparse_width_wrong", expected=len(self.dictionary), got=features.shape[-1])

    @torch.no_grad()
    def _fit_step(self) -> None:
        """A step of 1 / |D|^2, with which shrinkage converges."""
        vector = torch.ones(self.dictionary.shape[1], device=self.dictionary.device)
        for _ in range(POWER_STEPS):
            vector = F.normalize(self.dictionary.T @ (self.dictionary @ vector), dim=0)
        largest = (self.dictionary @ vector).square().sum()
        self.log_step.copy_(-largest.log())
