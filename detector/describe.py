"""`python -m detector.describe NAME`: a network stage by stage, what its norms do, and a drawing of its blocks."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from detector.anatomy import NormRole, Stage, measure_stages, norm_roles
from detector.block_pictures import draw_blocks
from detector.commands import run_command
from detector.engines.preprocess import parse_size
from detector.errors import UsageError
from detector.models import BACKBONES, find_backbone
from detector.models.norms import NORMS

WIDTH = 118  # of the tables where no terminal says its own
DRAWINGS = Path("output")  # where the drawing goes unless --out says more


def main(
    name: Annotated[str, typer.Argument(help=f"the backbone: {', '.join(BACKBONES)}")],
    size: Annotated[str, typer.Option(help="of the picture, height x width in multiples of 32")] = "256x416",
    in_channels: Annotated[int, typer.Option(help="of the picture", min=1)] = 3,
    norm: Annotated[str, typer.Option(help=f"one of {', '.join(NORMS)}")] = "batch",
    top: Annotated[bool, typer.Option("--top", help="with pooling and classifier")] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            help=f"the drawing of its blocks, .png, .svg or .pdf; by default {DRAWINGS}/NAME.png, with --json none"
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print it as JSON")] = False,
) -> None:
    """Describes a backbone: shapes, strides, parameters, cost and receptive field of each stage, and every norm."""
    make = find_backbone(name)
    if norm not in NORMS:
        raise UsageError("choice_unknown", name=norm, known=", ".join(NORMS))
    network = make(in_channels=in_channels, norm=norm, include_top=top).eval()
    stages = measure_stages(network, in_channels, parse_size(size))
    roles = norm_roles(network)
    if out is None and not as_json:
        out = DRAWINGS / f"{name}.png"
    if out is not None:
        draw_blocks(network, name, out)
    if as_json:
        content = {
            "name": name,
            "size": size,
            "channels": network.channels,
            "stages": [dataclasses.asdict(stage) for stage in stages],
            "norms": [dataclasses.asdict(role) for role in roles],
        }
        typer.echo(json.dumps(content))
        return
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH)
    console.print(stage_table(name, size, stages))
    console.print(
        "C3, C4, C5 are the last ends at strides 8, 16, 32. FLOPs: two for each multiply and add.", highlight=False
    )
    console.print(norm_table(roles))
    console.print(f"The blocks are drawn in {out}.", highlight=False)


def stage_table(name: str, size: str, stages: list[Stage]) -> Table:
    """One row a stage, and the sum."""
    table = Table(title=f"{name} at {size}", title_justify="left")
    table.add_column("stage", no_wrap=True)
    for column in ("end, C x H x W", "stride", "parameters", "FLOPs", "receptive field"):
        table.add_column(column, justify="right")
    for stage in stages:
        field = "whole picture" if stage.sees_all else f"{stage.receptive_field} px"
        table.add_row(
            stage.name, " x ".join(map(str, stage.shape)), str(stage.stride or ""), f"{stage.parameters:,}",
            f"{stage.flops / 1e6:,.1f} M", field,
        )  # fmt: skip
    parameters, flops = (sum(getattr(s, part) for s in stages) for part in ("parameters", "flops"))
    table.add_section()
    table.add_row("all", "", "", f"{parameters:,}", f"{flops / 1e6:,.1f} M", "")
    return table


def norm_table(roles: list[NormRole]) -> Table:
    """One row for each place that a norm has in a block."""
    table = Table(title="norms: y = weight * (x - mean) / sqrt(variance + eps) + bias", title_justify="left")
    table.add_column("where", no_wrap=True)
    table.add_column("times", justify="right")
    table.add_column("kind, eps")
    table.add_column("in training")
    table.add_column("in use")
    for role in roles:
        kind = f"{role.kind.removesuffix('2d')}, {role.eps:g}"
        table.add_row(role.role, str(role.count), kind, role.training, role.inference)
    return table


if __name__ == "__main__":
    run_command(main)
