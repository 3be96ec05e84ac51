"""A frame and its boxes -> the finished picture at the window's own pixels."""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from camapp.live.choices import Choices
from camapp.live.drawing.overlay import OverlayStyle, draw_detections
from camapp.live.drawing.resize import fitted_size, resized
from camapp.live.drawing.shown import Shown
from camapp.live.drawing.visible import Placement, Visible
from detector.types import Detections, Frame

Picture = npt.NDArray[np.uint8]


def compose(
    frame: Frame,
    detections: Detections,
    view_size_wh: tuple[int, int] | None,
    choices: Choices,
    class_names_zh: tuple[str, ...] = (),
    selected: int | None = None,
    visible: Visible | None = None,
    dashed: npt.NDArray[np.bool_] | None = None,
) -> Shown:
    """The picture as large as fits into the view, in its middle, with the boxes drawn at the view's resolution.

    Args:
        view_size_wh: in device pixels; None: the frame's own size.
        selected: number of the box that stands out.
        visible: the part in sight; None: the whole.
        dashed: bool (N,): which boxes are; None: those predicted.
    """
    view_w, view_h = (max(side, 1) for side in view_size_wh or frame.size_wh)
    visible = visible or Visible()
    placement = visible.placed(frame.size_wh, (view_w, view_h))
    if visible.zoom == 1:
        inner = resized(frame.image, fitted_size(frame.size_wh, (view_w, view_h)))
        left, top = placement.left, placement.top
    else:
        inner, left, top = _part_in_sight(frame, placement, (view_w, view_h))
    style = replace(
        OverlayStyle.of(choices, class_names_zh, placement.scale, selected),
        origin_xy=((left - placement.left) / placement.scale, (top - placement.top) / placement.scale),
        whole_wh=fitted_size(frame.size_wh, (view_w, view_h)),
        pixel_ratio=choices.pixel_ratio,
        covered=tuple((x0 - left, y0 - top, x1 - left, y1 - top) for x0, y0, x1, y1 in choices.covered),
    )
    boxes = detections if dashed is None else replace(detections, predicted=dashed)
    drawn = draw_detections(inner, boxes, style)
    picture = np.empty((view_h, view_w, 4), np.uint8)
    beside = (*choices.background_bgr, 255)
    bottom, right = top + inner.shape[0], left + inner.shape[1]
    for strip in (picture[:top], picture[bottom:], picture[top:bottom, :left], picture[top:bottom, right:]):
        strip[...] = beside
    cv2.cvtColor(inner, cv2.COLOR_BGR2BGRA, dst=picture[top:bottom, left:right])
    labels = tuple((label.x + left, label.y + top, label.w, label.h) for label in drawn)
    return Shown(picture, frame, detections, (placement.left, placement.top), placement.scale, selected, labels)


def _part_in_sight(frame: Frame, placement: Placement, view_wh: tuple[int, int]) -> tuple[Picture, int, int]:
    """What the view shows of the frame, writable and at the view's resolution, and where it lies in the view."""
    scale = placement.scale
    spans = []  # along x, then y: first and last source pixel, and the part of the resized ones that is in sight
    for start, side, view in zip(placement[:2], frame.size_wh, view_wh, strict=True):
        first, last = max(math.floor(-start / scale), 0), min(math.ceil((view - start) / scale), side)
        begins = start + round(first * scale)
        length = max(round((last - first) * scale), 1)
        spans.append((first, last, length, begins, max(begins, 0), min(begins + length, view)))
    (x0, x1, width, x_begins, left, right), (y0, y1, height, y_begins, top, bottom) = spans
    part = resized(frame.image[y0:y1, x0:x1], (width, height))
    inner = part[top - y_begins : bottom - y_begins, left - x_begins : right - x_begins]
    return np.ascontiguousarray(inner), left, top
