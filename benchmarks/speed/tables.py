"""What is measured: tables of rows, each row a step's times and its ratio to the table's first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from detector.timing import compare

Step = Callable[[], object]


@dataclass(frozen=True)
class Row:
    """One line.

    Attributes:
        name: whose.
        engine: what it ran in, as "OpenVINO int8".
        gflop: of one forward pass, two for a multiplication with its addition; None where it says nothing.
        note: whatever else belongs to the figures, as how many boxes came out.
        median_ms, p95_ms, ratio, p95_ratio: as in Timing; None where it was not run.
        not_run: why, for a person; empty where it was.
    """

    name: str
    engine: str = ""
    gflop: float | None = None
    note: str = ""
    median_ms: float | None = None
    p95_ms: float | None = None
    ratio: float | None = None
    p95_ratio: float | None = None
    not_run: str = ""


@dataclass(frozen=True)
class Table:
    """Rows that were timed by turns, the first one of them is what the ratios are to.

    Attributes:
        title: with sizes.
        target: what the ratios or times should be.
        rows: the first is ours or the bare backbone.
        notes: how it was measured, a sentence each.
        tried: for each row the forms that were tried, with their shortest times in ms or why they did not work.
    """

    title: str
    target: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    tried: dict[str, dict[str, float | str]] = field(default_factory=dict)

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Table:
        """What asdict and JSON made of one."""
        rows = tuple(Row(**row) for row in fields["rows"])
        return cls(**fields | {"rows": rows, "notes": tuple(fields["notes"])})


def timed(rows: Sequence[tuple[Row, Step | None]], rounds: int, clock: Callable[[], float]) -> tuple[Row, ...]:
    """The rows with their times; those without a step stay as they are.

    Args:
        rows: their names differ; the first that has a step is what the ratios are to.
    """
    steps = {row.name: step for row, step in rows if step is not None}
    timings = {timing.name: timing for timing in compare(steps, rounds, clock)} if steps else {}
    done = []
    for row, _ in rows:
        timing = timings.get(row.name)
        if timing is not None:
            row = replace(
                row,
                median_ms=timing.median_ms,
                p95_ms=timing.p95_ms,
                ratio=timing.ratio,
                p95_ratio=timing.p95_ratio,
            )
        done.append(row)
    return tuple(done)
