"""A frame and its boxes -> the finished picture at the window's own pixels."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
import numpy.typing as npt

from camapp.live.choices import Choices
from camapp.live.overlay import OverlayStyle, draw_detections
from camapp.live.shown import Shown
from detector.types import Detections, Frame

Picture = npt.NDArray[np.uint8]


def compose(
    frame: Frame,
    detections: Detections,
    view_size_wh: tuple[int, int] | None,
    choices: Choices,
    class_names_zh: tuple[str, ...] = (),
) -> Shown:
    """The picture as large as fits into the view, in its middle, with the boxes drawn at the view's resolution.

    Args:
        view_size_wh: in device pixels; None: the frame's own size.
    """
    width, height = frame.size_wh
    view_w, view_h = (max(side, 1) for side in view_size_wh or frame.size_wh)
    scale = min(view_w / width, view_h / height)
    inner_wh = max(round(width * scale), 1), max(round(height * scale), 1)
    left, top = (view_w - inner_wh[0]) // 2, (view_h - inner_wh[1]) // 2
    inner = resized(frame.image, inner_wh)
    draw_detections(inner, detections, OverlayStyle.of(choices, class_names_zh, scale))
    picture = np.empty((view_h, view_w, 4), np.uint8)
    beside = (*choices.background_bgr, 255)
    bottom, right = top + inner_wh[1], left + inner_wh[0]
    for strip in (picture[:top], picture[bottom:], picture[top:bottom, :left], picture[top:bottom, right:]):
        strip[...] = beside
    cv2.cvtColor(inner, cv2.COLOR_BGR2BGRA, dst=picture[top:bottom, left:right])
    return Shown(picture, frame, detections, (left, top), scale)


def resized(image: Picture, size_wh: tuple[int, int]) -> Picture:
    """uint8 (H, W, 3) or (H, W, 1) -> a writable (h, w, 3) of that size.

    OpenCV's INTER_AREA is fast at whole ratios only (6.8 ms against 0.5 at 1080p), INTER_LINEAR leaves out pixels
    from a half on: so a large picture is first reduced by a whole ratio, then fitted.
    """
    height, width = image.shape[:2]
    ratio = min(width // size_wh[0], height // size_wh[1])
    if ratio >= 2:
        whole = image[: height - height % ratio, : width - width % ratio]
        image = cast(Picture, cv2.resize(whole, (width // ratio, height // ratio), interpolation=cv2.INTER_AREA))
    if (image.shape[1], image.shape[0]) != size_wh:
        image = cast(Picture, cv2.resize(image, size_wh, interpolation=cv2.INTER_LINEAR))
    if image.ndim == 2 or image.shape[2] == 1:  # OpenCV drops the last axis of grey pictures
        return cast(Picture, cv2.cvtColor(image, cv2.COLOR_GRAY2BGR))
    return image if image.flags.writeable else image.copy()
