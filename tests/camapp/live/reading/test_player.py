"""A file in the window: played, paused, stepped and sought, with indices and times that always grow."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from queue import Queue

import pytest

from camapp.errors import SourceError
from camapp.live.reading.base import SeekableSource, SourceInfo
from camapp.live.reading.playback import Again, Playback, Seek, Step
from camapp.live.reading.player import Player
from detector.errors import UserFacingError
from detector.types import Frame
from tests.camapp.live.fakes import ScriptedSource, number_in, numbered_frames
from tests.camapp.live.watching import LIMIT_S


class ScriptedFile(ScriptedSource, SeekableSource):
    """A list of frames that can begin anywhere; frame i has time i / fps."""

    def __init__(self, count: int, fps: float = 1000.0, error: Exception | None = None) -> None:
        super().__init__(numbered_frames(count, fps), error)
        self.fps = fps

    def frames_from(self, number: int) -> Iterator[Frame]:
        yield from self.frames[number:]
        if self.error is not None:
            raise self.error

    def number_at(self, time_s: float) -> int:
        return min(max(int(time_s * self.fps + 0.5), 0), len(self.frames) - 1)

    @property
    def frame_count(self) -> int:
        return len(self.frames)

    def __iter__(self) -> Iterator[Frame]:
        self.info = SourceInfo(
            (160, 96), self.fps, len(self.frames), "scripted", duration_s=len(self.frames) / self.fps
        )
        return self.frames_from(0)


class Watched:
    """A player on a thread of its own; its frames are waited for."""

    def __init__(self, source: ScriptedSource, paused: bool = False, loop: bool = False) -> None:
        self.playback = Playback()
        if paused:
            self.playback.pause()
        self.errors: list[UserFacingError] = []
        self.ends: Queue[None] = Queue()
        self._frames: Queue[Frame] = Queue()
        self._last: Frame | None = None
        player = Player(source, self.playback, loop, self.errors.append, lambda: self.ends.put(None))
        self._thread = threading.Thread(target=lambda: [self._frames.put(frame) for frame in player])
        self._thread.start()

    def next(self) -> int:
        """The number in the next frame; its index and time have grown."""
        frame = self._frames.get(timeout=LIMIT_S)
        if self._last is not None:
            assert frame.index == self._last.index + 1
            assert frame.time_s > self._last.time_s
        self._last = frame
        return number_in(frame.image)

    def stop(self) -> None:
        self.playback.stop()
        self._thread.join(LIMIT_S)
        assert not self._thread.is_alive()


Play = Callable[..., Watched]


@pytest.fixture
def play() -> Iterator[Play]:
    """Starts players that are stopped after the test."""
    started: list[Watched] = []

    def start(source: ScriptedSource, **options: bool) -> Watched:
        started.append(Watched(source, **options))
        return started[-1]

    yield start
    for watched in started:
        watched.stop()


def test_a_looped_clip_goes_on_counting_frames_and_time(play: Play) -> None:
    watched = play(ScriptedSource(numbered_frames(3, fps=1000)), loop=True)
    assert [watched.next() for _ in range(7)] == [0, 1, 2, 0, 1, 2, 0]


def test_a_single_picture_is_not_looped_and_stays(play: Play) -> None:
    watched = play(ScriptedSource(numbered_frames(1)), loop=True)
    assert watched.next() == 0
    watched.ends.get(timeout=LIMIT_S)
    watched.playback.ask(Again())
    assert watched.next() == 0


def test_a_paused_file_waits_where_it_is(play: Play) -> None:
    watched = play(ScriptedFile(3), paused=True)
    watched.playback.resume()
    assert [watched.next() for _ in range(3)] == [0, 1, 2]


def test_a_paused_file_is_stepped_there_and_back(play: Play) -> None:
    watched = play(ScriptedFile(60, fps=1.0))
    assert watched.next() == 0
    watched.playback.pause()
    said = []
    for count in (1, 1, 1, -1, -1, 5, -100):
        watched.playback.ask(Step(count))
        said.append(watched.next())
        assert watched.playback.position.number == said[-1]
    assert said == [1, 2, 3, 2, 1, 6, 0]


def test_what_is_sought_is_shown_at_once_though_paused_and_playing_goes_on_from_there(play: Play) -> None:
    watched = play(ScriptedFile(100, fps=50.0))
    assert watched.next() == 0
    watched.playback.pause()
    watched.playback.ask(Seek(1.6))
    while (number := watched.next()) != 80:  # a frame or two may have come before the pause
        assert number < 10
    assert watched.playback.position.time_s == pytest.approx(1.6)
    assert watched.playback.position.jumps == 1
    watched.playback.resume()
    assert [watched.next() for _ in range(3)] == [81, 82, 83]


def test_at_its_end_a_file_waits_for_what_is_wanted_next(play: Play) -> None:
    watched = play(ScriptedFile(5))
    assert [watched.next() for _ in range(5)] == [0, 1, 2, 3, 4]
    watched.ends.get(timeout=LIMIT_S)
    assert watched.playback.position.at_end
    watched.playback.pause()
    watched.playback.ask(Step(-1))
    assert watched.next() == 3
    assert not watched.playback.position.at_end
    watched.playback.ask(Step(1))
    assert watched.next() == 4
    watched.playback.resume()
    watched.ends.get(timeout=LIMIT_S)
    watched.playback.resume()  # "play" at the end begins again
    assert [watched.next() for _ in range(5)] == [0, 1, 2, 3, 4]


def test_steps_add_up_and_the_newest_seek_counts() -> None:
    playback = Playback()
    playback.ask(Step(1))
    playback.ask(Step(1))
    playback.ask(Again())
    assert playback.take_request() == Step(2)
    playback.ask(Seek(1.0))
    playback.ask(Seek(2.0))
    assert playback.take_request() == Seek(2.0)
    assert playback.take_request() is None


def test_a_frame_can_be_shown_once_more_in_the_middle(play: Play) -> None:
    watched = play(ScriptedFile(100, fps=1.0))
    assert watched.next() == 0
    watched.playback.ask(Again())
    assert watched.next() == 0
    watched.playback.ask(Step(1))
    assert watched.next() == 1


def test_of_a_damaged_file_what_can_be_read_can_still_be_sought(play: Play) -> None:
    watched = play(ScriptedFile(5, error=SourceError("source_damaged", name="a.mp4", frames=5)))
    assert [watched.next() for _ in range(5)] == [0, 1, 2, 3, 4]
    watched.ends.get(timeout=LIMIT_S)
    assert [error.code for error in watched.errors] == ["source_damaged"]
    watched.playback.pause()
    watched.playback.ask(Seek(0.002))
    assert watched.next() == 2


def test_a_source_that_cannot_seek_takes_no_notice_but_begins_again(play: Play) -> None:
    watched = play(ScriptedSource(numbered_frames(3, fps=1000)))
    assert [watched.next() for _ in range(3)] == [0, 1, 2]
    watched.ends.get(timeout=LIMIT_S)
    watched.playback.ask(Step(-1))
    watched.playback.resume()
    assert watched.next() == 0


def test_nothing_readable_ends_at_once(play: Play) -> None:
    watched = play(ScriptedSource([], SourceError("source_unreadable", name="a.mp4")))
    watched.ends.get(timeout=LIMIT_S)
    watched.stop()
    assert [error.code for error in watched.errors] == ["source_unreadable"]


class ClosedInTheMidst(ScriptedSource):
    """Is stopped while it reads on, and must not be begun again then."""

    def __init__(self, playback: Playback) -> None:
        super().__init__(numbered_frames(2))
        self._playback = playback

    def __iter__(self) -> Iterator[Frame]:
        assert not self.closed
        yield from super().__iter__()
        self._playback.stop()
        self.close()


def test_a_looped_clip_that_is_closed_while_it_reads_on_ends() -> None:
    playback, errors = Playback(), list[UserFacingError]()
    player = Player(ClosedInTheMidst(playback), playback, True, errors.append, lambda: None)
    assert [frame.index for frame in player] == [0, 1]
    assert errors == []
