"""Rows of the objects table: what they say, and an order in which they do not jump about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from camapp.live.naming import in_full
from camapp.ui.words.language import speaks_chinese
from detector.types import Detections

COLUMNS = 7  # class, confidence, x, y, w, h, number; the last one only where it is wanted
CLASS, SCORE, NUMBER = 0, 1, 6
SCORE_MARGIN = 0.05  # rows change places only for a larger difference: a score trembles by this much
PLACE_MARGIN = 0.015  # likewise of the widest extent in view, for coordinates


@dataclass(frozen=True)
class Row:
    """One object in view: its number, class, confidence and box in pixels of the source.

    Attributes:
        x, y: the top-left corner, or the centre where that was chosen.
        number: that it keeps from picture to picture, 0 where it has none.
    """

    key: int
    class_id: int
    name: str
    score: float
    x: float
    y: float
    w: float
    h: float
    number: int = 0

    @property
    def values(self) -> tuple[str | float, ...]:
        """The cells, in the order of the columns."""
        return (self.name, self.score, self.x, self.y, self.w, self.h, self.number)

    @property
    def texts(self) -> tuple[str, ...]:
        """What the cells say."""
        places = (f"{value:.0f}" for value in (self.x, self.y, self.w, self.h))
        return (self.name, f"{self.score:.2f}", *places, str(self.number or ""))


def rows_of(detections: Detections, keys: Sequence[int], names: Sequence[str], centre: bool = False) -> list[Row]:
    """One row a box, oldest object first.

    Args:
        names: of the classes by id, in the window's language; may be empty.
        centre: coordinates of the box's centre instead of its top-left corner.
    """
    rows = []
    for i, key in enumerate(keys):
        class_id = int(detections.class_ids[i])
        x1, y1, x2, y2 = (float(edge) for edge in detections.xyxy[i])
        x, y = ((x1 + x2) / 2, (y1 + y2) / 2) if centre else (x1, y1)
        name = names[class_id] if class_id < len(names) else detections.class_names[class_id]
        if detections.finer is not None:
            name = in_full(name, detections.finer.name_of(i, speaks_chinese()))
        number = 0 if detections.track_ids is None else int(detections.track_ids[i])
        rows.append(Row(key, class_id, name, float(detections.scores[i]), x, y, x2 - x1, y2 - y1, number))
    return sorted(rows, key=lambda row: row.key)


def in_order(rows: Sequence[Row], column: int | None, descending: bool, before: Sequence[int] = ()) -> list[Row]:
    """The rows sorted by a column; those that differ by no more than they tremble stay as they were.

    Args:
        column: None: oldest object first.
        before: keys of the rows in their last order under the same column; empty sorts exactly.
    """
    oldest_first = sorted(rows, key=lambda row: row.key)
    if column is None:
        return oldest_first
    if column == CLASS:
        return sorted(oldest_first, key=lambda row: row.name.casefold(), reverse=descending)
    sign = -1.0 if descending else 1.0

    def value(row: Row) -> float:
        return sign * (row.score, row.x, row.y, row.w, row.h, row.number)[column - SCORE]

    exact = sorted(oldest_first, key=value)
    kept = [row for key in before for row in rows if row.key == key]
    if _is_disordered(kept, value, _margin(rows, column)):
        return exact
    known = set(before)
    for row in exact:
        if row.key not in known:  # a new one goes where it belongs
            kept.insert(sum(value(other) <= value(row) for other in kept), row)
    return kept


def _margin(rows: Sequence[Row], column: int) -> float:
    if column == SCORE:
        return SCORE_MARGIN
    if column == NUMBER:
        return 0.0
    return PLACE_MARGIN * max((max(row.x + row.w, row.y + row.h) for row in rows), default=0.0)


def _is_disordered(rows: Sequence[Row], value: Callable[[Row], float], margin: float) -> bool:
    """Whether any row stands after one that is larger by more than the margin."""
    largest = float("-inf")
    for row in rows:
        if largest - value(row) > margin:
            return True
        largest = max(largest, value(row))
    return False


def as_table(rows: Sequence[Row], headings: Sequence[str], decimal_point: str = ".") -> str:
    """Tab-separated lines with their headings, as a spreadsheet takes them from the clipboard.

    Args:
        headings: of the columns wanted, from the first on.
        decimal_point: of the person's system; a spreadsheet reads 0.91 as text where the comma is used.
    """
    lines = ["\t".join(headings)]
    for row in rows:
        name, *numbers = row.texts[: len(headings)]
        lines.append("\t".join([" ".join(name.split()), *(number.replace(".", decimal_point) for number in numbers)]))
    return "\n".join(lines) + "\n"
