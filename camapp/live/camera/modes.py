"""What a camera can give: sizes, rates and pixel formats, and which of them to begin with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

USUAL_SIZE_WH = (1280, 720)  # large enough to see by, small enough to decode and record on two cores
SMOOTH_FPS = 24.0  # what is slower than this looks like single pictures


@dataclass(frozen=True)
class CameraMode:
    """One way in which a camera sends pictures.

    Attributes:
        size_wh: in pixels.
        fps: pictures a second, as promised; in low light cameras give fewer.
        fourcc: how pixels are packed: "MJPG" is a row of JPEG pictures, "YUYV" is raw.
    """

    size_wh: tuple[int, int]
    fps: float
    fourcc: str

    def __str__(self) -> str:
        return f"{self.size_wh[0]}x{self.size_wh[1]} {self.fourcc.strip()}, {self.fps:g} fps"


# Asked for where nobody can tell what a camera offers.
USUAL_MODE = CameraMode(USUAL_SIZE_WH, 30.0, "MJPG")


def largest_first(modes: Iterable[CameraMode]) -> list[CameraMode]:
    """As a person looks through them: by size, then the fastest."""
    return sorted(modes, key=lambda m: (-m.size_wh[0] * m.size_wh[1], -m.size_wh[0], -m.fps, m.fourcc))


def best_mode(modes: Sequence[CameraMode]) -> CameraMode | None:
    """The one to begin with: smooth first, then as near to 1280x720 as can be, then raw rather than packed as JPEG.

    None of none.
    """

    def badness(mode: CameraMode) -> tuple[float, ...]:
        too_slow = max(SMOOTH_FPS - mode.fps, 0.0)
        pixels, usual = mode.size_wh[0] * mode.size_wh[1], USUAL_SIZE_WH[0] * USUAL_SIZE_WH[1]
        off_size = max(pixels / usual, usual / pixels)
        off_shape = abs(mode.size_wh[0] / mode.size_wh[1] - USUAL_SIZE_WH[0] / USUAL_SIZE_WH[1])
        return too_slow, off_size, off_shape, abs(mode.fps - 30.0), mode.fourcc in ("MJPG", "JPEG")

    return min(modes, key=badness, default=None)
