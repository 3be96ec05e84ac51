"""Weights between two trainings: `python -m recipes.default_model.between FIRST SECOND OUT --share 0.5`.

Where the second training went on from the first, the mean of both is a network, too, and often better than either: it
keeps more of what the first one knew (Wortsman et al., "Robust fine-tuning of zero-shot models", 2022).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from detector.modelfile import read_info, read_weights, write_model


def main(
    first: Path,
    second: Path,
    out: Path,
    share: Annotated[float, typer.Option(help="of the second one", min=0, max=1)] = 0.5,
) -> None:
    """Writes the mean, with what the second file says of itself."""
    before, after = read_weights(first), read_weights(second)
    info = read_info(second)
    if read_info(first).class_names != info.class_names or {n: w.shape for n, w in before.items()} != {
        n: w.shape for n, w in after.items()
    }:
        raise typer.BadParameter(f"{first} and {second} are not of the same network and classes")
    mean = {
        name: ((1 - share) * before[name].astype(np.float32) + share * weight.astype(np.float32)).astype(weight.dtype)
        for name, weight in after.items()
    }
    write_model(out, info, mean)


if __name__ == "__main__":
    typer.run(main)
