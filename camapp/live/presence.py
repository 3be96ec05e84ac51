"""Whether an object that the detector missed is still there, as far as the picture tells.

What blinks looks as it did; what has gone leaves the ground behind it. Asked only about what is missed, so that it
costs nothing while all is found.
"""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
import numpy.typing as npt

SIDE = 8  # cells along each side of a look
SAMPLES = 64  # pixels along each side that a look is averaged from, at most about twice as many
CHANGED = 18.0  # mean difference of two looks, in grey levels: noise makes 2, a still picture's next frame 1
Look = npt.NDArray[np.float32]


def look(image: npt.NDArray[np.uint8], xyxy: npt.NDArray[np.floating]) -> Look | None:
    """A box's content, averaged to float32 (8, 8) grey levels; None where next to nothing of it lies in the picture."""
    height, width = image.shape[:2]
    left, top, right, bottom = np.clip(np.rint(xyxy), 0, (width, height, width, height)).astype(int).tolist()
    if right - left < SIDE or bottom - top < SIDE:
        return None
    part = image[top : bottom : max((bottom - top) // SAMPLES, 1), left : right : max((right - left) // SAMPLES, 1)]
    small = cv2.resize(np.ascontiguousarray(part), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return cast(Look, small.reshape(SIDE, SIDE, -1).mean(axis=2, dtype=np.float32))


def is_changed(before: Look, now: Look) -> bool:
    """Whether something else is to be seen there; the same in another light is not."""
    difference = now - before
    return float(np.abs(difference - np.clip(difference.mean(), -CHANGED, CHANGED)).mean()) > CHANGED
