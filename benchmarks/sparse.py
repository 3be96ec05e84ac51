"""Our orthogonal matching pursuit beside scikit-learn's, by turns in one run: `python -m benchmarks.sparse --help`."""

from __future__ import annotations

import json
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import torch.nn.functional as F
import typer
from rich.console import Console
from sklearn.linear_model import orthogonal_mp, orthogonal_mp_gram
from torch import Tensor

from detector.commands import run_command
from detector.modelfile import write_aside
from detector.sparse.pursuit import pursue
from detector.timing import compare, describe_machine


def problem(atoms: int, width: int, samples: int, sparsity: int, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Dictionary (D, A) with columns of length 1, and samples (B, D) of some atoms each and a little noise."""
    generator = torch.Generator().manual_seed(0)
    dictionary = F.normalize(torch.randn(width, atoms, generator=generator, dtype=dtype), dim=0)
    codes = torch.randn(samples, atoms, generator=generator, dtype=dtype)
    rank = torch.rand(samples, atoms, generator=generator).argsort(1).argsort(1)
    noise = torch.randn(samples, width, generator=generator, dtype=dtype) * 0.01
    return dictionary, codes.masked_fill(rank >= sparsity, 0.0) @ dictionary.T + noise


def steps_of(dictionary: Tensor, samples: Tensor, sparsity: int) -> dict[str, Callable[[], Any]]:
    """Ours give codes (B, A), scikit-learn's (A, B) as an array; the Gram matrix is in the time unless said."""
    gram = dictionary.T @ dictionary  # as SparseClassifier keeps it from fit() on
    columns, targets = dictionary.numpy(), np.ascontiguousarray(samples.numpy().T)
    steps: dict[str, Callable[[], Any]] = {
        "ours, CPU": lambda: pursue(dictionary, samples, sparsity).dense(),
        "ours, CPU, Gram matrix at hand": lambda: pursue(dictionary, samples, sparsity, gram=gram).dense(),
        "scikit-learn orthogonal_mp": lambda: orthogonal_mp(columns, targets, n_nonzero_coefs=sparsity),
        "scikit-learn orthogonal_mp_gram": lambda: orthogonal_mp_gram(
            columns.T @ columns, columns.T @ targets, n_nonzero_coefs=sparsity
        ),
    }
    if torch.cuda.is_available():
        on_gpu = (dictionary.cuda(), samples.cuda())
        steps["ours, GPU"] = lambda: pursue(*on_gpu, sparsity).dense().cpu()
    return steps


def main(
    atoms: Annotated[int, typer.Option(help="labelled samples")] = 1410,
    width: Annotated[int, typer.Option(help="of the features")] = 512,
    samples: Annotated[int, typer.Option(help="new samples")] = 1000,
    sparsity: Annotated[int, typer.Option(help="atoms a sample may take")] = 10,
    rounds: Annotated[int, typer.Option(help="how often each runs", min=1)] = 5,
    double: Annotated[bool, typer.Option(help="float64 instead of float32")] = False,
    cpu_time: Annotated[
        bool, typer.Option(help="time of the processor instead of the clock's: on shared cores")
    ] = False,
    as_json: Annotated[Path | None, typer.Option("--json", help="write the figures to this file")] = None,
) -> None:
    """Prints medians, ratios to ours, and the largest difference between the codes."""
    console = Console(highlight=False)
    warnings.filterwarnings("ignore", "Orthogonal matching pursuit ended prematurely", RuntimeWarning)
    dictionary, targets = problem(atoms, width, samples, sparsity, torch.float64 if double else torch.float32)
    steps = steps_of(dictionary, targets, sparsity)
    exact = steps_of(dictionary.double(), targets.double(), sparsity)["scikit-learn orthogonal_mp"]()
    difference = float(np.abs(steps["ours, CPU"]().numpy() - exact.T).max())
    machine = describe_machine() | {"torch threads": str(torch.get_num_threads())}
    console.print("  ".join(f"{name} {value}" for name, value in machine.items()))
    timings = compare(steps, rounds, time.process_time if cpu_time else time.perf_counter)
    for row in timings:
        console.print(f"{row.name:34} median {row.median_ms:9.1f} ms   {row.ratio:6.1f} x ours")
    # In float64: in float32 scikit-learn takes some atoms for linearly dependent that are not, and stops early.
    console.print(f"largest difference from scikit-learn's codes in float64: {difference:.1e}")
    if as_json is not None:
        figures = {"machine": machine, "difference": difference, "rows": [vars(row) for row in timings]}
        write_aside(as_json, json.dumps(figures, indent=1).encode())


if __name__ == "__main__":
    run_command(main)
