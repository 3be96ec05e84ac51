"""What the side panel remembers from one start to the next, as plain values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PanelState:
    """None: as the model or the program has it.

    Attributes:
        score, iou: confidence and overlap, chosen by hand, 0..1.
        classes_on: English names of the classes ticked by hand; None: the model's own choice.
        label: parts of a label, of LABEL_PARTS.
        centre: coordinates of a box's centre instead of its corner.
        line_scale, text_scale: 1 is usual.
        follow: objects keep a number from picture to picture.
        steady: boxes drawn neither shake nor blink.
        sort_column: of the table, from 0; None: oldest object first.
        sort_descending: from large to small.
        open_sections: of SidePanel.sections, by name.
    """

    score: float | None = None
    iou: float | None = None
    classes_on: tuple[str, ...] | None = None
    label: tuple[str, ...] | None = None
    centre: bool = False
    line_scale: float = 1.0
    text_scale: float = 1.0
    follow: bool = False
    steady: bool = True
    sort_column: int | None = None
    sort_descending: bool = False
    open_sections: tuple[str, ...] = ()
