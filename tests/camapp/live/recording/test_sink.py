"""Closing what was written into."""

from __future__ import annotations

from pathlib import Path

import pytest

from camapp.errors import RecordingError
from camapp.live.recording.sink import close_sink
from detector.errors import UserFacingError
from detector.types import Detections, Frame


class BadEnd:
    """A sink that cannot be closed."""

    path = Path("v.mp4")

    def __init__(self, error: Exception) -> None:
        self.error = error

    def write(self, frame: Frame, detections: Detections) -> None:
        """Takes everything."""

    def close(self) -> None:
        raise self.error


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (RecordingError("disk_full", path="v.mp4"), "The disk is full: 'v.mp4' ends here."),
        (ZeroDivisionError("a fault"), "Something went wrong inside camapp: a fault."),
    ],
)
def test_an_end_that_cannot_be_written_is_one_sentence(error: Exception, sentence: str) -> None:
    said: list[UserFacingError] = []
    close_sink(BadEnd(error), said.append)
    assert [one.what for one in said] == [sentence]
