"""A zone of the picture that is looked at in tiles, too: where it lies, and every frame of a file with it.

It is kept as shares of the picture as it comes, so that it holds the same things however the picture is turned,
mirrored or cropped, and in another of the camera's modes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from camapp.live.choices import Choices
from camapp.live.reading.transform import Transform
from camapp.live.tracking import least_score
from detector.tiles import Zone, clipped, detect_with_zone
from detector.types import Detections, Frame

if TYPE_CHECKING:
    from detector.engines.base import Detector

MOST_TILES = 48  # of a zone in each frame of a file, where nobody waits for the next picture
WHOLE_PICTURE: Zone = (0, 0, 1_000_000, 1_000_000)  # what lies outside is cut off
Share = tuple[float, float, float, float]  # left, top, width, height, 0..1 of the picture as it comes
Size = tuple[int, int]


def detect_frame(detector: Detector, frame: Frame, choices: Choices) -> Detections:
    """Whole picture and all tiles of Choices.zone on this very frame: nothing is predicted."""
    least = least_score(choices)
    if choices.zone is None:
        return detector.detect([frame], least, choices.iou)[0]
    return detect_with_zone(detector, frame, choices.zone, least, choices.iou, MOST_TILES)


def share_of(zone: Zone, transform: Transform, size_wh: Size) -> Share | None:
    """A zone drawn on the transformed picture, to be kept; None where it is too small or beside the picture.

    Args:
        zone: in pixels of the transformed picture.
        size_wh: of the picture as it comes.
    """
    inside = clipped(zone, transform.size_after(size_wh))
    if inside is None:
        return None
    left, top = _origin(transform, size_wh)
    x1, y1 = inside[0] + left, inside[1] + top
    x2, y2 = x1 + inside[2], y1 + inside[3]
    width, height = _turned(transform, size_wh)
    if transform.mirror:
        x1, x2 = width - x2, width - x1
    # Turned back: clockwise, the right edge of the picture as it comes lies below, its bottom at the left.
    if transform.rotate == 90:
        x1, y1, x2, y2 = y1, width - x2, y2, width - x1
    elif transform.rotate == 180:
        x1, y1, x2, y2 = width - x2, height - y2, width - x1, height - y1
    elif transform.rotate == 270:
        x1, y1, x2, y2 = height - y2, x1, height - y1, x2
    return x1 / size_wh[0], y1 / size_wh[1], (x2 - x1) / size_wh[0], (y2 - y1) / size_wh[1]


def zone_of(share: Share, transform: Transform, size_wh: Size) -> Zone | None:
    """The inverse: where a zone that was kept lies in the transformed picture; None where it cannot be seen there."""
    x1, y1 = share[0] * size_wh[0], share[1] * size_wh[1]
    x2, y2 = x1 + share[2] * size_wh[0], y1 + share[3] * size_wh[1]
    width, height = _turned(transform, size_wh)
    if transform.rotate == 90:
        x1, y1, x2, y2 = width - y2, x1, width - y1, x2
    elif transform.rotate == 180:
        x1, y1, x2, y2 = width - x2, height - y2, width - x1, height - y1
    elif transform.rotate == 270:
        x1, y1, x2, y2 = y1, height - x2, y2, height - x1
    if transform.mirror:
        x1, x2 = width - x2, width - x1
    left, top = _origin(transform, size_wh)
    x1, y1, x2, y2 = (round(value) for value in (x1 - left, y1 - top, x2 - left, y2 - top))
    return clipped((x1, y1, x2 - x1, y2 - y1), transform.size_after(size_wh))


def _turned(transform: Transform, size_wh: Size) -> Size:
    """Before the crop."""
    return size_wh[::-1] if transform.rotate in (90, 270) else size_wh


def _origin(transform: Transform, size_wh: Size) -> tuple[int, int]:
    """Of the crop, in the turned and mirrored picture."""
    crop = transform.crop_xywh
    if crop is None or transform.size_after(size_wh) == _turned(transform, size_wh):
        return 0, 0
    return max(crop[0], 0), max(crop[1], 0)
