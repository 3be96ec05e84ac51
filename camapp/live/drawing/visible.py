"""Which part of the picture the window shows, and how large."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from camapp.live.drawing.resize import fitted_size

MOST_ZOOM = 16.0  # beyond, a handful of pixels fills the window
Pair = tuple[float, float]
Size = tuple[int, int]


class Placement(NamedTuple):
    """Where a frame lies in the view, in the view's pixels: its top-left corner, and pixels per source pixel."""

    left: int
    top: int
    scale: float


@dataclass(frozen=True)
class Visible:
    """The part of the picture in sight; a frame or view of another size keeps it.

    Attributes:
        zoom: 1 shows the whole picture as large as fits, 2 half its width.
        centre_xy: what lies in the middle of the view, as fractions of the frame's width and height.
    """

    zoom: float = 1.0
    centre_xy: Pair = (0.5, 0.5)

    def placed(self, frame_wh: Size, view_wh: Size) -> Placement:
        """No ground is seen beside the frame as long as it is larger than the view."""
        scale = min(view_wh[0] / frame_wh[0], view_wh[1] / frame_wh[1]) * self.zoom
        whole = fitted_size(frame_wh, view_wh) if self.zoom == 1 else tuple(round(side * scale) for side in frame_wh)
        left, top = (_start(whole[axis], view_wh[axis], self.centre_xy[axis]) for axis in (0, 1))
        return Placement(left, top, scale)

    def zoomed(self, factor: float, at_xy: Pair, frame_wh: Size, view_wh: Size) -> Visible:
        """Larger or smaller by a factor; what lies at this place of the view stays there."""
        zoom = min(max(self.zoom * factor, 1.0), MOST_ZOOM)
        if zoom == 1:
            return Visible()
        left, top, scale = self.placed(frame_wh, view_wh)
        after = min(view_wh[0] / frame_wh[0], view_wh[1] / frame_wh[1]) * zoom
        source = ((at_xy[0] - left) / scale, (at_xy[1] - top) / scale)
        centre = tuple((source[axis] + (view_wh[axis] / 2 - at_xy[axis]) / after) / frame_wh[axis] for axis in (0, 1))
        return Visible(zoom, (centre[0], centre[1]))._held(frame_wh, view_wh)

    def moved(self, by_xy: Pair, frame_wh: Size, view_wh: Size) -> Visible:
        """The picture is drawn along by so many pixels of the view."""
        scale = self.placed(frame_wh, view_wh).scale
        x, y = (self.centre_xy[axis] - by_xy[axis] / (frame_wh[axis] * scale) for axis in (0, 1))
        return Visible(self.zoom, (x, y))._held(frame_wh, view_wh)

    def _held(self, frame_wh: Size, view_wh: Size) -> Visible:
        """The centre is kept where it has an effect, so that a way back begins at once."""
        scale = min(view_wh[0] / frame_wh[0], view_wh[1] / frame_wh[1]) * self.zoom
        x, y = (_held(self.centre_xy[axis], view_wh[axis] / (2 * frame_wh[axis] * scale)) for axis in (0, 1))
        return Visible(self.zoom, (x, y))


def _start(whole: int, view: int, centre: float) -> int:
    """Where the frame begins along one axis."""
    if whole <= view:
        return (view - whole) // 2
    return min(max(round(view / 2 - centre * whole), view - whole), 0)


def _held(centre: float, half: float) -> float:
    return 0.5 if half >= 0.5 else min(max(centre, half), 1 - half)
