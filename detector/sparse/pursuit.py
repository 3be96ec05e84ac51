"""Orthogonal matching pursuit for many samples at once, on whatever device the tensors are.

Pati et al. 1993; with the Gram matrix as in Rubinstein et al., "Efficient Implementation of the K-SVD Algorithm using
Batch Orthogonal Matching Pursuit", 2008. Each step takes the atom that correlates most with what is not yet explained,
and fits all atoms taken so far anew. Nothing but correlations is carried from step to step: with the atoms taken made
orthonormal (q1, q2, ...), fitting anew only subtracts the newest q's share.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from detector.errors import UsageError

CHUNK_NUMBERS = 1 << 20  # of a step's correlations, chunk x atoms x sparsity: what a CPU's cache still holds


@dataclass(frozen=True, eq=False)
class SparseCodes:
    """How B samples are put together from a dictionary of A atoms; at most S of them each.

    Attributes:
        atoms: int64 (B, S), the atoms taken, in their order; a sample that needed fewer has coefficients of 0 behind.
        coefficients: (B, S), of these atoms.
        count: A.
    """

    atoms: Tensor
    coefficients: Tensor
    count: int

    def dense(self) -> Tensor:
        """(B, A), mostly zeros."""
        codes = self.coefficients.new_zeros(len(self.atoms), self.count)
        return codes.scatter_add_(1, self.atoms, self.coefficients)  # an unused place may name an atom a second time


def pursue(
    dictionary: Tensor, samples: Tensor, sparsity: int, tolerance: float = 0.0, gram: Tensor | None = None
) -> SparseCodes:
    """The sparse codes of all samples.

    Args:
        dictionary: (D, A), columns of length 1.
        samples: (B, D).
        sparsity: how many atoms a sample may take.
        tolerance: a sample stops earlier when the squared length of what is left is at most this.
        gram: (A, A), dictionary.T @ dictionary, where it is at hand.

    Raises:
        UsageError: fewer atoms than `sparsity`, no atom asked for, or samples of another width.
    """
    width, count = dictionary.shape
    if not 1 <= sparsity <= count:
        raise UsageError("sparse_dictionary_small", sparsity=sparsity, atoms=count)
    if samples.ndim != 2 or samples.shape[1] != width:
        raise UsageError("sparse_width_wrong", expected=width, got=samples.shape[-1] if samples.ndim else 0)
    if len(samples) == 0:
        return SparseCodes(samples.new_zeros(0, sparsity, dtype=torch.int64), samples.new_zeros(0, sparsity), count)
    gram = dictionary.T @ dictionary if gram is None else gram
    size = max(16, CHUNK_NUMBERS // (count * sparsity)) if samples.device.type == "cpu" else 4096
    parts = [_pursue(dictionary, chunk, sparsity, tolerance, gram) for chunk in samples.split(size)]
    atoms, coefficients = (torch.cat(tensors) for tensors in zip(*parts, strict=True))
    return SparseCodes(atoms, coefficients, count)


def _pursue(
    dictionary: Tensor, samples: Tensor, sparsity: int, tolerance: float, gram: Tensor
) -> tuple[Tensor, Tensor]:
    """As pursue, for one chunk: atoms and coefficients, both (B, S)."""
    batch, count = len(samples), dictionary.shape[1]
    rows = torch.arange(batch, device=samples.device)
    left = samples @ dictionary  # (B, A): each atom's correlation with what is not explained yet
    energy = samples.square().sum(1)  # (B,): its squared length
    taken = torch.zeros(batch, count, dtype=torch.bool, device=samples.device)
    with_q = samples.new_zeros(batch, sparsity, count)  # <q_s, atom>
    triangle = torch.eye(sparsity, dtype=samples.dtype, device=samples.device).repeat(batch, 1, 1)  # <q_i, atom s>
    shares = samples.new_zeros(batch, sparsity)  # <q_s, sample>
    atoms = torch.zeros(batch, sparsity, dtype=torch.int64, device=samples.device)
    least = torch.finfo(samples.dtype).eps * 10
    active = energy > tolerance
    for step in range(sparsity):
        best = left.abs().masked_fill_(taken, -1.0).argmax(1)
        earlier = with_q[rows, :step, best]  # (B, step)
        height2 = gram[best, best] - earlier.square().sum(1)  # what of the atom the earlier ones do not span
        share2 = left[rows, best].square()
        # An atom within the span of the earlier ones, or one that explains nothing, ends the sample's pursuit.
        active = active & (height2 > least) & (share2 > least**2)
        height = torch.where(active, height2, 1.0).sqrt()
        q = gram[best]
        if step:
            q = torch.baddbmm(q.unsqueeze(1), earlier.unsqueeze(1), with_q[:, :step], alpha=-1).squeeze(1)
        q = q / height.unsqueeze(1)
        share = torch.where(active, left[rows, best] / height, 0.0)
        left = torch.addcmul(left, q, share.unsqueeze(1), value=-1)
        with_q[:, step] = q
        triangle[:, :step, step] = earlier
        triangle[:, step, step] = height
        shares[:, step] = share
        atoms[:, step] = best
        taken[rows, best] = True
        energy = energy - share.square()
        active = active & (energy > tolerance)
    coefficients = torch.linalg.solve_triangular(triangle, shares.unsqueeze(2), upper=True).squeeze(2)
    return atoms, coefficients
