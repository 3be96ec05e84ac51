"""What tests of sources share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from camapp.live.reading.base import Source
from detector.errors import UserFacingError
from detector.types import Frame

BRIGHTNESSES = 11  # steps of 20 survive the encoder


def clip_picture(i: int) -> npt.NDArray[np.uint8]:
    """Frame i of a clip of the fixture make_clip, (64, 96, 3): its upper half says i % 11, below is noise."""
    picture = np.random.default_rng(i).integers(0, 255, (64, 96, 3), dtype=np.uint8)
    picture[:32] = 20 + 20 * (i % BRIGHTNESSES)
    return picture


def numbers_in(frames: Sequence[Frame]) -> list[int]:
    """Which frames of a clip these are, modulo 11."""
    return [round((float(frame.image[2:28].mean()) - 20) / 20) for frame in frames]


def read_until_error(source: Source) -> tuple[list[Frame], UserFacingError]:
    """The frames that come, and the error that must follow them."""
    frames = []
    try:
        for frame in source:
            frames.append(frame)
    except UserFacingError as error:
        return frames, error
    raise AssertionError(f"no error after {len(frames)} frames")
