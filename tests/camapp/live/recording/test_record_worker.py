"""The queue before the encoder: what waits in it is lost if the program is killed, so it does not wait for long."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from camapp.live.choices import Choices
from camapp.live.recording.record_worker import QUEUE_S, FrameWriter
from camapp.live.tracks import LastBoxes
from detector.errors import UserFacingError
from detector.types import Detections, Frame
from tests.camapp.live.fakes import numbered_frames
from tests.camapp.live.watching import LIMIT_S


class StandingDisk:
    """Takes nothing until it is opened."""

    path = Path("disk")

    def __init__(self) -> None:
        self.reached, self.open = Event(), Event()
        self.indices: list[int] = []

    def write(self, frame: Frame, detections: Detections) -> None:
        self.reached.set()
        assert self.open.wait(LIMIT_S)
        self.indices.append(frame.index)

    def close(self) -> None:
        """Nothing is held."""


@pytest.fixture
def disk() -> Iterator[StandingDisk]:
    one = StandingDisk()
    yield one
    one.open.set()


def offer_all(disk: StandingDisk, count: int, fps: float) -> FrameWriter:
    """So many pictures of a camera, while the disk stands still at the first."""
    boxes, errors = LastBoxes(), list[UserFacingError]()
    boxes.mark_skipped(count)
    writer = FrameWriter([disk], boxes, Choices, errors.append)
    for frame in numbered_frames(count):
        writer.offer(replace(frame, captured_at_s=frame.index / fps))
        assert disk.reached.wait(LIMIT_S)
    return writer


def test_no_more_than_two_seconds_wait_and_what_is_left_out_is_counted(disk: StandingDisk) -> None:
    writer = offer_all(disk, 140, fps=30)
    assert writer.behind
    disk.open.set()
    assert writer.finish(LIMIT_S)
    assert disk.indices == list(range(len(disk.indices)))
    assert len(disk.indices) == pytest.approx(QUEUE_S * 30, abs=2)
    assert writer.missed == 140 - len(disk.indices)


def test_a_few_pictures_of_a_slow_camera_may_wait_for_longer(disk: StandingDisk) -> None:
    writer = offer_all(disk, 9, fps=0.5)
    disk.open.set()
    assert writer.finish(LIMIT_S)
    assert (writer.frames, writer.missed) == (9, 0)
