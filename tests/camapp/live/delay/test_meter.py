"""Known times go in, the delay comes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from camapp.live.delay.code import NUMBERS
from camapp.live.delay.meter import FEWEST, Delay, DelayMeter, Passage

STEP_S, FRAME_S = 1 / 60, 1 / 30
BEGIN_S = 100.0


@dataclass
class Setup:
    """A screen, a camera that stamps what was on it `late_s` later, and a pipeline."""

    late_s: float = 0.12
    step_s: float = STEP_S
    frame_s: float = FRAME_S
    frames: int = 150
    left_out: Sequence[int] = ()
    twice: Sequence[int] = ()
    unread: Sequence[int] = ()
    unboxed: Sequence[int] = ()
    meter: DelayMeter = field(default_factory=DelayMeter)

    def run(self) -> Delay | None:
        shown = [BEGIN_S + i * self.step_s for i in range(int(self.frames * self.frame_s / self.step_s) + 60)]
        for place, at_s in enumerate(shown):
            self.meter.showed(place % NUMBERS, at_s)
        index, seen_s = 0, BEGIN_S
        for number in range(self.frames):
            exposed_s = BEGIN_S + 0.004 + number * self.frame_s
            if number not in self.twice:
                seen_s = exposed_s
            if number in self.left_out:
                continue
            place = int((seen_s - BEGIN_S) / self.step_s)
            captured_s = exposed_s + self.late_s
            self.meter.saw(index, captured_s, None if number in self.unread else place % NUMBERS)
            found_s = None if number in self.unboxed else captured_s + 0.015
            self.meter.passed(Passage(index, captured_s, found_s, captured_s + 0.02, captured_s + 0.023))
            index += 1
        return self.meter.delay()


@pytest.mark.parametrize("late_s", [0.04, 0.12, 0.25, 1.5])
def test_the_parts_are_what_they_were(late_s: float) -> None:
    delay = Setup(late_s).run()
    assert delay is not None
    assert delay.to_capture.median_ms == pytest.approx(1000 * late_s, abs=1000 * STEP_S / 2)
    assert delay.whole.median_ms - delay.to_capture.median_ms == pytest.approx(23, abs=0.1)
    assert delay.to_boxes is not None
    parts = delay.to_boxes.median_ms, delay.to_drawn.median_ms, delay.to_painted.median_ms
    assert parts == pytest.approx((15, 5, 3), abs=0.1)
    assert (delay.frames, delay.readable, delay.painted, delay.dropped, delay.doubled) == (150, 150, 150, 0, 0)
    assert delay.uncertain_ms == pytest.approx(1000 * (STEP_S + FRAME_S) / 2, abs=0.1)


def test_pictures_that_the_camera_left_out_are_counted() -> None:
    delay = Setup(left_out=(20, 50, 51, 90)).run()
    assert delay is not None
    assert (delay.frames, delay.dropped, delay.doubled) == (146, 4, 0)


def test_pictures_that_it_sent_twice_are_counted() -> None:
    delay = Setup(twice=(20, 60)).run()
    assert delay is not None
    assert (delay.dropped, delay.doubled) == (2, 2)  # in the place of one that it left out


def test_of_a_camera_as_fast_as_the_screen_nobody_knows_what_came_twice() -> None:
    delay = Setup(frame_s=STEP_S).run()
    assert delay is not None
    assert delay.doubled is None


def test_a_picture_that_comes_late_is_not_one_that_is_missing() -> None:
    meter = DelayMeter()
    for place in range(300):
        meter.showed(place, BEGIN_S + place * STEP_S)
    for index in range(60):
        captured_s = BEGIN_S + 0.05 + index * FRAME_S + (0.06 if index == 30 else 0.0)
        meter.saw(index, captured_s, 2 * index)
        meter.passed(Passage(index, captured_s, captured_s, captured_s, captured_s))
    delay = meter.delay()
    assert delay is not None
    assert delay.dropped == 0


def test_pictures_that_could_not_be_read_are_left_out() -> None:
    delay = Setup(unread=range(10, 40)).run()
    assert delay is not None
    assert (delay.frames, delay.readable, delay.dropped) == (150, 120, 0)
    assert delay.to_capture.median_ms == pytest.approx(120, abs=1000 * STEP_S / 2)


def test_too_few_pictures_give_no_result() -> None:
    assert Setup(frames=FEWEST - 1).run() is None
    assert Setup(frames=FEWEST).run() is not None
    assert DelayMeter().delay() is None


def test_where_most_pictures_had_no_boxes_of_their_own_there_is_no_such_part() -> None:
    delay = Setup(unboxed=range(100)).run()
    assert delay is not None
    assert delay.to_boxes is None
    assert delay.to_drawn.median_ms == pytest.approx(20, abs=0.1)


def test_a_number_that_was_shown_before_counts_as_shown_last() -> None:
    setup = Setup(frames=900)  # 30 s: all numbers come round
    delay = setup.run()
    assert delay is not None
    assert delay.to_capture.median_ms == pytest.approx(120, abs=1000 * STEP_S / 2)


def test_a_number_from_long_ago_is_a_misreading() -> None:
    meter = DelayMeter()
    for place in range(NUMBERS):
        meter.showed(place, BEGIN_S + place * STEP_S)
    for index in range(60):
        meter.saw(index, BEGIN_S + 15 + index * FRAME_S, 3)
        meter.passed(Passage(index, 0.0, None, 0.0, 0.0))
    assert meter.delay() is None


def test_a_picture_drawn_again_counts_as_painted_when_it_was_first() -> None:
    setup = Setup()
    assert setup.run() is not None
    setup.meter.passed(Passage(3, 0.0, None, 0.0, 1e6))
    delay = setup.meter.delay()
    assert delay is not None
    assert delay.whole.p95_ms < 200


def test_it_begins_anew_with_what_stands_on_the_screen() -> None:
    setup = Setup()
    setup.run()
    setup.meter.begin_anew()
    assert setup.meter.delay() is None
