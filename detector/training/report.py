"""What a run tells: a line on the terminal, a line of JSON beside the model, and the curves as a picture."""

from __future__ import annotations

import json
from pathlib import Path

from rich.console import Console

from detector.errors import OutputError
from detector.modelfile import write_aside


class Report:
    """Collects the figures of a run.

    Attributes:
        rows: one dict of numbers for each line, with "step" and "minutes"; kept in the run's state.
    """

    def __init__(self, out: Path, rows: list[dict[str, float]]) -> None:
        self.rows = rows
        self._out = out
        self._console = Console(stderr=True)

    def add(self, **figures: float) -> None:
        """Shows and keeps one row, and draws the curves anew.

        Raises:
            OutputError: the folder cannot be written or is full.
        """
        self.rows.append(figures)
        self._console.print("  ".join(f"{name} {value:.4g}" for name, value in figures.items()), highlight=False)
        log = "".join(json.dumps(row) + "\n" for row in self.rows)
        write_aside(self._out.with_suffix(".log.jsonl"), log.encode())  # makes the folder, too
        curves = self._out.with_suffix(".curves.png")
        try:
            draw_curves(self.rows, curves)
        except OSError as error:
            raise OutputError("output_unwritable", path=curves, reason=error.strerror or error) from error


def draw_curves(rows: list[dict[str, float]], path: Path) -> None:
    """One small plot for each figure over the minutes of the run."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    names = [n for n in dict.fromkeys(name for row in rows for name in row) if n not in ("step", "minutes")]
    figure = Figure(figsize=(3.6 * len(names), 3), layout="constrained")
    FigureCanvasAgg(figure)
    for i, name in enumerate(names):
        axes = figure.add_subplot(1, len(names), i + 1)
        points = [(row["minutes"], row[name]) for row in rows if name in row]
        axes.plot(*zip(*points, strict=True), marker="." if len(points) < 40 else "")
        axes.set_title(name)
        axes.set_xlabel("minutes")
        axes.grid(alpha=0.3)
    figure.savefig(path, dpi=110)
