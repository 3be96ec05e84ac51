"""Orthogonal matching pursuit for many samples at once, on whatever device the tensors are.

Pati et al. 1993; with the Gram matrix as in Rubinstein et al., "Efficient Implementation of the K-SVD Algorithm using
Batch Orthogonal Matching Pursuit", 2008. Each step takes the atom that correlates most with what is not yet explained,
and fits all atoms taken so far anew. Nothing but correlations is carried from step to step: with the atoms taken made
orthogonal to each other (u1, u2, ...: Gram and Schmidt), fitting anew only subtracts the newest u's share.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from detector.errors import UsageError

CHUNK_NUMBERS = 1 << 21  # of all correlations kept, samples x atoms x sparsity: on a CPU, what its cache still holds


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


@torch.no_grad()
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
    size = torch.empty_like(left)
    with_u = samples.new_empty(sparsity, batch, count)  # <u_s, atom>; a step's values lie together: twice as fast
    by_sample = with_u.transpose(0, 1)
    lengths2 = samples.new_ones(batch, sparsity)  # <u_s, u_s>
    triangle = torch.eye(sparsity, dtype=samples.dtype, device=samples.device).repeat(batch, 1, 1)
    shares = samples.new_zeros(batch, sparsity)  # of u_s in the sample
    atoms = torch.zeros(batch, sparsity, dtype=torch.int64, device=samples.device)
    least = torch.finfo(samples.dtype).eps * 10
    active = energy > tolerance
    for step in range(sparsity):
        torch.abs(left, out=size)
        best = size.scatter_(1, atoms[:, :step], -1.0).argmax(1)  # none a second time
        earlier = by_sample[rows, :step, best] / lengths2[:, :step]  # how much of each earlier u is in this atom
        u = torch.index_select(gram, 0, best, out=with_u[step])
        if step:
            u.unsqueeze(1).baddbmm_(earlier.unsqueeze(1), by_sample[:, :step], alpha=-1)
        length2 = u[rows, best]
        explains = left[rows, best]
        # An atom within the span of the earlier ones, or one that explains nothing, ends the sample's pursuit.
        active = active & (length2 > least) & (explains.abs() > least)
        length2 = torch.where(active, length2, 1.0)
        share = torch.where(active, explains / length2, 0.0)
        left.addcmul_(u, share.unsqueeze(1), value=-1)
        triangle[:, :step, step] = earlier
        lengths2[:, step] = length2
        shares[:, step] = share
        atoms[:, step] = best
        energy = energy - share.square() * length2
        active = active & (energy > tolerance)
    coefficients = torch.linalg.solve_triangular(triangle, shares.unsqueeze(2), upper=True, unitriangular=True)
    return atoms, coefficients.squeeze(2)
