"""Classes left off at first, whatever the rule says: `python -m recipes.default_model.leave_off MODEL NAME`.

The rule of detector.publish judges by the validation pictures; what is seen to be wrong elsewhere can be taken back.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import typer

from detector.modelfile import read_info, read_openvino, read_weights, write_model


def main(model: Path, names: list[str]) -> None:
    """Rewrites the model file with these classes off at first; weights and confidence stay."""
    info = read_info(model)
    figures = {n: v for n, v in info.measured["AP50_of_classes_on"].items() if n not in names}
    info = dataclasses.replace(
        info,
        classes_on=tuple(name for name in info.classes_on if name not in names),
        measured={**info.measured, "AP50_of_classes_on": figures},
    )
    write_model(model, info, read_weights(model), read_openvino(model))
    typer.echo(", ".join(info.classes_on))


if __name__ == "__main__":
    typer.run(main)
