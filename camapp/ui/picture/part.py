"""A rectangle that is drawn on a picture: how it grows, moves and stays inside."""

from __future__ import annotations

from dataclasses import dataclass

from camapp.live.reading.transform import SMALLEST_CROP

Place = tuple[float, float]
Size = tuple[int, int]


@dataclass(frozen=True)
class Part:
    """In whole pixels of the picture, x right and y down; (0, 0, W, H) is all of it."""

    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def of(cls, xywh: tuple[int, int, int, int], picture_wh: Size) -> Part:
        """What lies inside the picture."""
        x, y, width, height = xywh
        return cls.between((x, y), (x + width, y + height), picture_wh)

    @classmethod
    def between(cls, one: Place, other: Place, picture_wh: Size) -> Part:
        """From corner to corner, whichever they are; what lies outside the picture is cut off."""
        (left, right), (top, bottom) = (
            sorted(min(max(round(place[axis]), 0), picture_wh[axis]) for place in (one, other)) for axis in (0, 1)
        )
        return cls(left, top, right, bottom)

    @property
    def xywh(self) -> tuple[int, int, int, int]:
        """Left, top, width, height."""
        return self.left, self.top, self.right - self.left, self.bottom - self.top

    @property
    def is_large_enough(self) -> bool:
        """Whether a crop to it has an effect."""
        return min(self.xywh[2:]) >= SMALLEST_CROP

    def moved(self, by: Place, picture_wh: Size) -> Part:
        """As large as it is, up to the edges of the picture."""
        _, _, width, height = self.xywh
        left = min(max(self.left + round(by[0]), 0), picture_wh[0] - width)
        top = min(max(self.top + round(by[1]), 0), picture_wh[1] - height)
        return Part(left, top, left + width, top + height)

    def stretched(self, sides: tuple[int, int], by: Place, picture_wh: Size) -> Part:
        """With some of its sides moved: -1 is left or top, 1 right or bottom, 0 none; may turn over."""
        left, top, right, bottom = (float(value) for value in (self.left, self.top, self.right, self.bottom))
        if sides[0] < 0:
            left += by[0]
        elif sides[0] > 0:
            right += by[0]
        if sides[1] < 0:
            top += by[1]
        elif sides[1] > 0:
            bottom += by[1]
        return Part.between((left, top), (right, bottom), picture_wh)
