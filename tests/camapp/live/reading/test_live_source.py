"""The reading thread of live sources and the watch over it, with a connection made for the test."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator

import numpy as np
import pytest

from camapp.errors import CameraError
from camapp.live.reading.base import SourceInfo
from camapp.live.reading.live_source import LiveSource, Picture, StreamEnded
from camapp.live.reading.mailbox import ROOM, Mailbox, Over
from detector.errors import UserFacingError
from detector.types import Frame

Step = float | Exception | None


class ScriptedSource(LiveSource):
    """Does what `script` says: a number is a picture taken at that second, None none just now, an error is raised."""

    first_limit_s = silent_limit_s = 30.0  # a busy machine is not a silent camera

    def __init__(self, patient: bool = False) -> None:
        super().__init__("scripted", patient)
        self.script: queue.Queue[Step] = queue.Queue()
        self.opened = self.released = 0

    def connect(self) -> ScriptedSource.Connection:
        self.opened += 1
        return self.Connection(self)

    def silence(self) -> UserFacingError:
        return CameraError("camera_silent", name=self.name)

    class Connection:
        info = SourceInfo((4, 2), 30.0, None, "4x2")

        def __init__(self, source: ScriptedSource) -> None:
            self._source = source

        def read(self) -> Picture | None:
            step = self._source.script.get()  # blocks like a driver that hangs
            if isinstance(step, Exception):
                raise step
            return None if step is None else Picture(np.zeros((2, 4, 3), np.uint8), step)

        def close(self) -> None:
            self._source.released += 1


@pytest.fixture
def source() -> Iterator[ScriptedSource]:
    """A source whose blocked read is let go at the end."""
    source = ScriptedSource()
    yield source
    source.close()
    source.script.put(None)


def lost() -> CameraError:
    return CameraError("camera_lost", name="scripted")


def test_a_read_that_blocks_for_ever_is_silence(source: ScriptedSource) -> None:
    source.first_limit_s = 0.2
    with pytest.raises(CameraError) as caught:
        next(iter(source))
    assert caught.value.code == "camera_silent"


def test_silence_between_pictures_is_trouble_until_the_next_one(source: ScriptedSource) -> None:
    troubles: list[str | None] = []
    source.silent_limit_s = 0.2

    def on_trouble(error: UserFacingError | None) -> None:
        troubles.append(error.code if error else None)
        if error is not None:
            source.script.put(20.0)

    source.on_trouble = on_trouble
    source.script.put(10.0)
    frames = iter(source)
    assert next(frames).time_s == 0
    assert next(frames).time_s == 10
    assert troubles == ["camera_silent", None]
    source.script.put(None)
    frames.close()
    assert source.released == 1


def test_a_lost_one_is_opened_again_and_counts_on(source: ScriptedSource) -> None:
    troubles: list[str | None] = []
    source.on_trouble = lambda error: troubles.append(error.code if error else None)
    for step in (10.0, lost(), lost(), 12.5):
        source.script.put(step)
    frames = iter(source)
    assert [(f.index, f.time_s) for f in (next(frames), next(frames))] == [(0, 0.0), (1, 2.5)]
    assert troubles == ["camera_lost", None]  # said once, however often it was tried
    assert (source.opened, source.released) == (3, 2)
    source.script.put(None)
    frames.close()


def test_times_grow_even_where_the_stamps_of_a_driver_jump_back(source: ScriptedSource) -> None:
    for step in (5.0, 5.5, 5.4, 5.4, 6.0, StreamEnded()):
        source.script.put(step)
    assert [f.time_s for f in source] == pytest.approx([0, 0.5, 0.501, 0.502, 1.0])


def test_the_end_of_a_stream_ends_the_iteration(source: ScriptedSource) -> None:
    for step in (1.0, StreamEnded()):
        source.script.put(step)
    assert [f.index for f in source] == [0]


def test_a_fault_of_ours_is_logged_and_ends_in_one_sentence(
    source: ScriptedSource, caplog: pytest.LogCaptureFixture
) -> None:
    source.script.put(ZeroDivisionError("a fault of ours"))
    with pytest.raises(CameraError, match="Reading from 'scripted' failed"):
        next(iter(source))
    assert "a fault of ours" in caplog.text


def test_a_closed_source_opens_nothing(source: ScriptedSource) -> None:
    source.close()
    assert list(source) == []
    assert source.opened == 0


def frame(index: int) -> Frame:
    return Frame(np.zeros((2, 4, 3), np.uint8), index, 0.0, 0.0)


def taken(box: Mailbox) -> list[object]:
    items = []
    while (item := box.take(0)) is not None:
        items.append(item.index if isinstance(item, Frame) else item)
    return items


def test_a_full_box_drops_the_oldest_frame_but_no_error() -> None:
    box, error = Mailbox(), lost()
    box.put_error(error)
    assert [box.put(frame(i)) for i in range(ROOM + 2)] == [0] * ROOM + [1, 1]
    box.end(None)
    assert taken(box) == [error, *range(2, ROOM + 2), Over(None)]


def test_a_lossless_box_lets_the_writer_wait() -> None:
    box = Mailbox(lossless=True)
    writer = threading.Thread(target=lambda: [box.put(frame(i)) for i in range(3 * ROOM)])
    writer.start()
    items = [box.take(20) for _ in range(3 * ROOM)]
    writer.join()
    assert [item.index for item in items if isinstance(item, Frame)] == list(range(3 * ROOM))


def test_closing_a_box_lets_its_writer_go() -> None:
    box = Mailbox(lossless=True)
    writer = threading.Thread(target=lambda: [box.put(frame(i)) for i in range(3 * ROOM)])
    writer.start()
    assert isinstance(box.take(20), Frame)
    box.close()
    writer.join(20)
    assert not writer.is_alive()
