"""Boxes and labels, drawn alike in the window and in recordings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from camapp.live.choices import LABEL_PARTS, Choices, LabelPart, Language
from camapp.live.drawing import labels
from camapp.live.drawing.best_classes import draw_best_classes
from camapp.live.drawing.box_lines import Bgr, draw_box
from camapp.live.drawing.plates import WHITE, draw_label
from camapp.live.naming import in_full
from detector.types import Detections

Picture = npt.NDArray[np.uint8]

# Okabe and Ito, "Color Universal Design", 2008: told apart with every kind of colour vision; in BGR.
PALETTE: tuple[Bgr, ...] = (
    (233, 180, 86),  # sky blue
    (0, 159, 230),  # orange
    (115, 158, 0),  # bluish green
    (66, 228, 240),  # yellow
    (167, 121, 204),  # reddish purple
    (0, 94, 213),  # vermillion
    (178, 114, 0),  # blue
)
SMALLEST_TEXT_PX = 11  # Chinese characters are not legible below
USUAL_TEXT_PX, USUAL_HEIGHT = 16, 720
GROWTH = 0.75  # a picture of twice the height is looked at from further off, or reduced: letters grow by 1.7, not 2
SCREEN_TEXT, SCREEN_HEIGHT = 12, 492  # in a window of usual size letters are as large as those of the window
SCREEN_GROWTH = 0.35  # a larger window lies as near as a small one: its letters grow by 1.3 only
OUTSIDE_PX = 200  # edges of boxes that are cut off are kept so far away: more than any line is wide


@dataclass(frozen=True)
class OverlayStyle:
    """How detections are drawn.

    Attributes:
        scale: picture pixels per source pixel; labels always give source pixels.
        language: of the class names.
        class_names_zh: Chinese names by class id; where there is none, the English one stands.
        label: what labels say.
        centre: labels give the centre instead of the top-left corner.
        line_scale, text_scale: width of the lines and height of the letters, 1 is usual.
        selected: number of the box that stands out: it lies on top, edged in white, and its label says all.
        origin_xy: what lies in the top-left corner, in source pixels, where a part of the picture is drawn.
        whole_wh: size of the whole picture then, which lines and letters are measured by; None: it is whole.
        pixel_ratio: picture pixels per unit of the screen that it is looked at on; None: it may be looked at anywhere.
        covered: what lies over the picture there: labels keep away from it.
    """

    scale: float = 1.0
    language: Language = "en"
    class_names_zh: tuple[str, ...] = field(default=(), repr=False)
    label: tuple[LabelPart, ...] = Choices.label
    centre: bool = False
    line_scale: float = 1.0
    text_scale: float = 1.0
    selected: int | None = None
    origin_xy: tuple[float, float] = (0.0, 0.0)
    whole_wh: tuple[int, int] | None = None
    pixel_ratio: float | None = None
    covered: tuple[labels.Box, ...] = ()

    @classmethod
    def of(
        cls, choices: Choices, class_names_zh: tuple[str, ...] = (), scale: float = 1.0, selected: int | None = None
    ) -> OverlayStyle:
        """As the person chose."""
        return cls(
            scale=scale,
            language=choices.language,
            class_names_zh=class_names_zh,
            label=choices.label,
            centre=choices.centre,
            line_scale=choices.line_scale,
            text_scale=choices.text_scale,
            selected=selected,
        )

    def name_of(self, detections: Detections, class_id: int) -> str:
        """The class name in the language of the style."""
        if self.language == "zh" and class_id < len(self.class_names_zh):
            return self.class_names_zh[class_id]
        return detections.class_names[class_id]

    def label_of(self, detections: Detections, number: int) -> str:
        """The class of a box, and its finer name where a classifier gave it one."""
        finer = "" if detections.finer is None else detections.finer.name_of(number, self.language == "zh")
        return in_full(self.name_of(detections, int(detections.class_ids[number])), finer)


def class_colour(class_id: int) -> Bgr:
    """The colour of a class, always the same, in BGR."""
    return PALETTE[class_id % len(PALETTE)]


def text_height(size_wh: tuple[int, int], text_scale: float = 1.0, pixel_ratio: float | None = None) -> int:
    """Height of the labels' capital letters for a picture of this size, in pixels; `pixel_ratio` as in OverlayStyle."""
    height = _height_16_9(size_wh)
    if pixel_ratio is None:
        return max(round(USUAL_TEXT_PX * (height / USUAL_HEIGHT) ** GROWTH * text_scale), SMALLEST_TEXT_PX)
    units = SCREEN_TEXT * (height / pixel_ratio / SCREEN_HEIGHT) ** SCREEN_GROWTH * text_scale
    return round(max(units, SMALLEST_TEXT_PX) * pixel_ratio)


def _line_width(size_wh: tuple[int, int], line_scale: float, pixel_ratio: float | None) -> int:
    ratio = pixel_ratio or 1.0
    units = max(USUAL_TEXT_PX * (_height_16_9(size_wh) / ratio / USUAL_HEIGHT) ** GROWTH, SMALLEST_TEXT_PX) / 8
    return max(round(units * line_scale * ratio), 1)


def _height_16_9(size_wh: tuple[int, int]) -> float:
    """A tall picture is measured by its width."""
    return min(size_wh[1], size_wh[0] * 9 / 16)


def draw_detections(image_bgr: Picture, detections: Detections, style: OverlayStyle) -> list[labels.Label]:
    """Draws boxes and labels into `image_bgr`, uint8 (H, W, 3), writable and contiguous; returns the labels.

    Boxes predicted for this frame are dashed, their labels dark with a rim. All boxes are drawn before the first
    label, and the best box last, so that the surest lies on top; over all, the selected one.
    """
    size_wh = image_bgr.shape[1], image_bgr.shape[0]
    whole_wh = style.whole_wh or size_wh
    text_px = text_height(whole_wh, style.text_scale, style.pixel_ratio)
    if detections.whole_picture:
        draw_best_classes(image_bgr, detections, style.name_of, text_px, style.covered)
        return []
    thickness = _line_width(whole_wh, style.line_scale, style.pixel_ratio)
    corners = _corners(detections, style, size_wh)
    order = [number for number in range(len(detections)) if _is_in_sight(corners[number], size_wh)]
    if style.selected in order:
        order.sort(key=lambda number: number != style.selected)
    for number in reversed(order):
        colour, dashed = class_colour(int(detections.class_ids[number])), bool(detections.predicted[number])
        if number == style.selected:
            draw_box(image_bgr, _grown(corners[number], 2 * thickness, size_wh), WHITE, 2 * thickness, dashed=False)
        draw_box(image_bgr, corners[number], colour, thickness, dashed)
    taken = labels.Taken(style.covered, size_wh, labels.plate_height(text_px))
    placed: list[labels.Label] = []
    for number, variants in zip(order, _variants(detections, order, style, size_wh, text_px), strict=True):
        seen = labels.uncovered(_clipped(corners[number], size_wh), style.covered)
        label = labels.place(variants, seen, size_wh, text_px, taken) if seen is not None else None
        if label is not None:
            placed.append(label)
            colour = class_colour(int(detections.class_ids[number]))
            draw_label(image_bgr, label, colour, text_px, bool(detections.predicted[number]))
    return placed


def _variants(
    detections: Detections, order: list[int], style: OverlayStyle, size_wh: tuple[int, int], text_px: int
) -> list[list[str]]:
    """What each label may say, the longest first; the selected one's says all however crowded it is."""

    def texts(number: int, parts: Sequence[LabelPart]) -> list[str]:
        return labels.texts(detections, number, style.label_of(detections, number), parts, style.centre)

    parts = labels.worth_saying(style.label, len(order), size_wh, text_px)
    wanted = labels.shortened([texts(number, parts) for number in order], size_wh, text_px)
    if style.selected in order:
        wanted[order.index(style.selected)] = texts(style.selected, LABEL_PARTS)
    return wanted


def _grown(box: labels.Box, by: int, size_wh: tuple[int, int]) -> labels.Box:
    """Larger on all sides, but not out of sight where it was in sight."""
    left, top, right, bottom = box
    width, height = size_wh
    return (
        max(left - by, min(left, 0)),
        max(top - by, min(top, 0)),
        min(right + by, max(right, width)),
        min(bottom + by, max(bottom, height)),
    )


def _is_in_sight(box: labels.Box, size_wh: tuple[int, int]) -> bool:
    return box[0] < size_wh[0] and box[1] < size_wh[1] and box[2] > 0 and box[3] > 0


def _clipped(box: labels.Box, size_wh: tuple[int, int]) -> labels.Box:
    left, top, right, bottom = box
    return max(left, 0), max(top, 0), min(right, size_wh[0]), min(bottom, size_wh[1])


def _corners(detections: Detections, style: OverlayStyle, size_wh: tuple[int, int]) -> list[labels.Box]:
    """Left, top, right, bottom of each box in whole picture pixels, the last two not included.

    An edge that lies outside is out of sight, and how far does not matter.
    """
    outside = OUTSIDE_PX if style.whole_wh is not None else 0
    origin = np.array([*style.origin_xy, *style.origin_xy], np.float32)
    limits = np.array([*size_wh, *size_wh]) + outside
    edges = np.clip(np.rint((detections.xyxy - origin) * style.scale), -outside, limits).astype(int)
    return [(left, top, right, bottom) for left, top, right, bottom in edges.tolist()]
