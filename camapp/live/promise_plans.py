"""Which ways to use a detector a promise may choose from: input sizes that fit the picture, and how often it looks."""

from __future__ import annotations

from collections.abc import Sequence

from camapp.live.promise import Plan, SizeHW
from detector.boxes import Letterbox

FILLED_FROM = 0.85  # share of the input that the picture fills: less, and grey edges cost more than they bring
SELDOM_S = 0.2  # between two looks at most: a box that is carried further is beside its object
EVERY = (1, 2, 3, 4, 6, 8, 12)


def fitting_sizes(size_wh: tuple[int, int], sizes_hw: Sequence[SizeHW], automatic_hw: SizeHW) -> tuple[SizeHW, ...]:
    """The model's sizes that a picture of this aspect fills, and the automatic one; smallest first.

    A portrait picture gets the sizes turned.
    """
    shapes = {shape for h, w in sizes_hw for shape in ((h, w), (w, h))}
    fitting = {shape for shape in shapes if filled(size_wh, shape) >= FILLED_FROM} | {automatic_hw}
    return tuple(sorted(fitting, key=lambda shape: (shape[0] * shape[1], shape)))


def filled(size_wh: tuple[int, int], shape_hw: SizeHW) -> float:
    """Share of an input shape that a picture fills."""
    width, height = Letterbox.fit(size_wh, shape_hw).inner_wh
    return width * height / (shape_hw[0] * shape_hw[1])


def plans(sizes_hw: Sequence[SizeHW], automatic_hw: SizeHW, frame_s: float) -> tuple[Plan, ...]:
    """All plans worth having, the best first: by the pixels that the network sees a second.

    Sizes above the automatic one are a bonus for a fast machine, and never bought with looking more seldom.

    Args:
        frame_s: between two pictures.
    """
    often = [every for every in EVERY if every == 1 or every * frame_s <= SELDOM_S + 1e-3]
    area = automatic_hw[0] * automatic_hw[1]
    found = [Plan(size, n) for size in sizes_hw for n in often if n == 1 or size[0] * size[1] <= area]
    return tuple(sorted(found, key=lambda plan: (-plan.pixels, plan.every)))
