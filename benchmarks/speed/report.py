"""The tables as JSON, Markdown and a picture."""

from __future__ import annotations

import json
import textwrap
from dataclasses import asdict
from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from benchmarks.speed.tables import Row, Table
from detector.modelfile import write_aside

FILE = "speed.json"
FIRST, OTHER = "#0072b2", "#999999"  # told apart without colour vision, too
COLUMNS = ("engine", "median ms", "p95 ms", "ratio", "ratio of p95", "GFLOP", "")


def kept_tables(folder: Path) -> dict[str, dict[str, Any]]:
    """Key of each table written there before -> its machine and table, as JSON has them; empty where there is none."""
    path = folder / FILE
    return json.loads(path.read_text("utf-8")) if path.is_file() else {}


def write(folder: Path, machine: dict[str, str], tables: dict[str, Table]) -> str:
    """Adds tables to those of earlier runs in the folder and writes all anew; returns the Markdown.

    Args:
        machine: what the figures of these tables depend on.
        tables: by key; one of the same key is replaced.

    Raises:
        OutputError: the folder cannot be written or is full.
    """
    kept = kept_tables(folder)
    for key, table in tables.items():
        kept[key] = {"machine": machine, **asdict(table)}
    folder.mkdir(parents=True, exist_ok=True)
    write_aside(folder / FILE, json.dumps(kept, indent=1).encode())
    read = [(entry["machine"], table_of(entry)) for _, entry in sorted(kept.items())]
    text = markdown(read)
    write_aside(folder / "speed.md", text.encode())
    draw([table for _, table in read], folder / "speed.png")
    return text


def table_of(entry: dict[str, Any]) -> Table:
    """One of kept_tables."""
    return Table.from_json({name: value for name, value in entry.items() if name != "machine"})


def markdown(tables: list[tuple[dict[str, str], Table]]) -> str:
    """All tables, the machine above the first and wherever it differs from the one before."""
    lines: list[str] = []
    before: dict[str, str] | None = None
    for machine, table in tables:
        if machine != before:
            lines += ["; ".join(f"{name} {value}" for name, value in machine.items()), ""]
            before = machine
        lines += [f"### {table.title}", "", f"Target: {table.target}.", ""]
        lines += ["| | " + " | ".join(COLUMNS) + " |", "|---" * (len(COLUMNS) + 1) + "|"]
        lines += [line_of(row) for row in table.rows]
        lines += ["", *table.notes, ""] if table.notes else [""]
        for name, forms in table.tried.items():
            said = ", ".join(f"{f} {v:.1f} ms" if isinstance(v, float) else f"{f} no ({v})" for f, v in forms.items())
            lines += [f"Tried for {name}: {said}.", ""]
    return "\n".join(lines)


def line_of(row: Row) -> str:
    """In Markdown; what was not run says why."""
    gflop = "" if row.gflop is None else f"{row.gflop:.1f}"
    if row.median_ms is None:
        why = f"not run: {row.not_run}" if row.not_run else "not run"
        return f"| {row.name} | {row.engine} | {why} | | | | {gflop} | {row.note} |"
    figures = f"{row.median_ms:.2f} | {row.p95_ms:.2f} | {row.ratio:.3f} | {row.p95_ratio:.3f}"
    return f"| {row.name} | {row.engine} | {figures} | {gflop} | {row.note} |"


def draw(tables: list[Table], path: Path) -> None:
    """Bars of the ratios, a panel for each table; the first row is 1."""
    heights = [0.9 + 0.32 * len(table.rows) for table in tables]
    figure = Figure(figsize=(9, max(sum(heights), 1.5)), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(len(tables), 1, squeeze=False, gridspec_kw={"height_ratios": heights})[:, 0]
    for panel, table in zip(panels, tables, strict=True):
        names = [textwrap.fill(f"{row.name}{f', {row.engine}' if row.engine else ''}", 44) for row in table.rows]
        ratios = [row.ratio or 0.0 for row in table.rows]
        bars = panel.barh(names, ratios, color=[FIRST, *[OTHER] * (len(names) - 1)])
        said = [
            "not run" if row.median_ms is None else f" {row.ratio:.2f}  ({row.median_ms:.2f} ms)" for row in table.rows
        ]
        panel.bar_label(bars, said, padding=2, fontsize=8)
        panel.set_xlim(0, 1.3 * max([*ratios, 1.0]))
        panel.set_title(table.title, fontsize=9, loc="left")
        panel.tick_params(labelsize=8)
        panel.invert_yaxis()
        panel.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=120)
