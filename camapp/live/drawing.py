"""A frame and its boxes -> the finished picture at the window's own pixels."""

from __future__ import annotations

import cv2
import numpy as np

from camapp.live.choices import Choices
from camapp.live.overlay import OverlayStyle, draw_detections
from camapp.live.resize import fitted_size, resized
from camapp.live.shown import Shown
from detector.types import Detections, Frame


def compose(
    frame: Frame,
    detections: Detections,
    view_size_wh: tuple[int, int] | None,
    choices: Choices,
    class_names_zh: tuple[str, ...] = (),
    selected: int | None = None,
) -> Shown:
    """The picture as large as fits into the view, in its middle, with the boxes drawn at the view's resolution.

    Args:
        view_size_wh: in device pixels; None: the frame's own size.
        selected: number of the box that stands out.
    """
    width, height = frame.size_wh
    view_w, view_h = (max(side, 1) for side in view_size_wh or frame.size_wh)
    scale = min(view_w / width, view_h / height)
    inner_wh = fitted_size(frame.size_wh, (view_w, view_h))
    left, top = (view_w - inner_wh[0]) // 2, (view_h - inner_wh[1]) // 2
    inner = resized(frame.image, inner_wh)
    draw_detections(inner, detections, OverlayStyle.of(choices, class_names_zh, scale, selected))
    picture = np.empty((view_h, view_w, 4), np.uint8)
    beside = (*choices.background_bgr, 255)
    bottom, right = top + inner_wh[1], left + inner_wh[0]
    for strip in (picture[:top], picture[bottom:], picture[top:bottom, :left], picture[top:bottom, right:]):
        strip[...] = beside
    cv2.cvtColor(inner, cv2.COLOR_BGR2BGRA, dst=picture[top:bottom, left:right])
    return Shown(picture, frame, detections, (left, top), scale, selected)
