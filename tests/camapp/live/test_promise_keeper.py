"""The keeper between a promise and the threads of a pipeline, by a clock that the test moves."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace

import pytest

from camapp.live.choices import Choices
from camapp.live.promise import Plan, Promise, SizeHW
from camapp.live.promise_keeper import PAINTINGS, PromiseKeeper
from camapp.live.rates import RateMeter
from detector.errors import DeviceError
from detector.types import Frame
from tests.camapp.live.fakes import ScriptedDetector, numbered_picture
from tests.camapp.live.watching import LIMIT_S

PROMISED = Choices(promise=Promise("rate", 30.0))
AUTOMATIC, SMALLER = (256, 416), (192, 320)
PICTURE = numbered_picture(0, (1280, 720))


class Clock:
    """Tells what the test says."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@dataclass
class Rig:
    """A keeper whose pictures, 30 a second, take as long as the test says."""

    detector: ScriptedDetector = field(default_factory=ScriptedDetector)
    clock: Clock = field(default_factory=Clock)
    index: int = 0
    looks: list[tuple[int, SizeHW | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.keeper = PromiseKeeper(lambda: 30.0, RateMeter(), self.clock)

    def run(self, pictures: int, took_s: float, choices: Choices = PROMISED) -> None:
        for _ in range(pictures):
            frame = Frame(PICTURE, self.index, self.index / 30, self.index / 30)
            if self.keeper.is_due(frame):
                size_hw = self.keeper.size_for(self.detector, frame, choices)
                self.looks.append((frame.index, size_hw))
                self.clock.now_s = frame.captured_at_s + took_s
                self.keeper.looked(frame, size_hw, took_s)
            self.clock.now_s = frame.captured_at_s + took_s
            self.keeper.drew(frame)
            self.index += 1

    def finish_preparing(self) -> None:
        assert self.keeper.join(LIMIT_S)


def test_without_a_promise_every_picture_is_looked_at_as_ever() -> None:
    rig = Rig()
    rig.run(60, 0.2, Choices())
    assert rig.looks == [(index, None) for index in range(60)]
    assert rig.keeper.status() is None
    rig.finish_preparing()


def test_smaller_sizes_are_made_ready_beside_the_pictures_and_used_when_they_are_needed() -> None:
    rig = Rig()
    rig.run(30, 0.010)
    rig.finish_preparing()
    assert set(rig.detector.sizes) == {SMALLER}
    rig.run(60, 0.060)
    status = rig.keeper.status()
    assert status is not None
    assert status.gives_up
    assert status.automatic_hw == AUTOMATIC
    assert rig.looks[-1][0] - rig.looks[-2][0] == status.plan.every
    assert rig.looks[-1][1] == (SMALLER if status.smaller else None)


def test_a_size_chosen_by_hand_stays() -> None:
    rig = Rig()
    rig.detector.size_hw = (320, 320)
    rig.run(30, 0.010)
    rig.run(60, 0.5)
    status = rig.keeper.status()
    assert status is not None
    assert status.plan == Plan((320, 320), 6)
    assert {size for _, size in rig.looks} == {None}
    assert rig.detector.sizes == []


def test_beside_a_zone_in_tiles_only_the_cadence_moves() -> None:
    rig = Rig()
    rig.run(90, 0.5, replace(PROMISED, zone=(0, 0, 640, 360)))
    assert rig.keeper.every == 6
    assert {size for _, size in rig.looks} == {None}
    assert rig.detector.sizes == []


def test_a_promise_taken_back_changes_nothing_any_more() -> None:
    rig = Rig()
    rig.detector.size_hw = (320, 320)
    rig.run(90, 0.5)
    assert rig.keeper.every == 6
    rig.run(6, 0.5, Choices())
    assert rig.keeper.every == 1
    assert rig.keeper.status() is None


def test_a_size_that_the_engine_refuses_is_said_in_the_log_and_left_out(caplog: pytest.LogCaptureFixture) -> None:
    class Refusing(ScriptedDetector):
        def prepare(self, size_hw: SizeHW) -> None:
            raise DeviceError("engine_failed", engine="OpenVINO", reason="no memory")

    rig = Rig(Refusing())
    with caplog.at_level(logging.WARNING):
        rig.run(30, 0.010)
        rig.finish_preparing()
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    rig.run(60, 0.060)
    assert {size for _, size in rig.looks} == {None}
    assert rig.keeper.every > 1


def test_a_detector_that_was_closed_meanwhile_is_no_fault() -> None:
    class Closed(ScriptedDetector):
        def prepare(self, size_hw: SizeHW) -> None:
            raise ValueError("this detector is closed")

    rig = Rig(Closed())
    rig.run(30, 0.010)
    rig.finish_preparing()
    assert rig.detector.sizes == []


def test_another_model_and_another_picture_begin_anew() -> None:
    rig = Rig()
    rig.detector.size_hw = (320, 320)
    rig.run(90, 0.5)
    rig.detector = ScriptedDetector()
    rig.run(6, 0.010)
    status = rig.keeper.status()
    assert status is not None
    assert status.plan == Plan(AUTOMATIC)
    rig.keeper.close()
    rig.run(30, 0.010)  # closed: nothing is prepared any more
    assert rig.detector.sizes == []


def test_a_picture_that_stands_still_is_not_late_however_often_it_is_looked_at() -> None:
    rig = Rig()
    rig.detector.size_hw = (320, 320)
    rig.run(10, 0.005)
    frame = Frame(PICTURE, rig.index - 1, (rig.index - 1) / 30, (rig.index - 1) / 30)
    for _ in range(20):
        rig.clock.now_s += 1.0
        rig.keeper.looked(frame, None, 0.005)
    assert rig.keeper.every == 1


def test_slow_pictures_are_all_looked_at_however_seldom_it_shall_be() -> None:
    rig = Rig()
    rig.detector.size_hw = (320, 320)
    rig.run(90, 0.5)
    assert rig.keeper.every == 6
    slow = [Frame(PICTURE, rig.index + i, 100.0 + i / 4, i / 4) for i in range(4)]
    assert all(rig.keeper.is_due(frame) for frame in slow)


def test_pictures_left_out_count_as_late() -> None:
    rig = Rig()
    rig.detector.size_hw = (320, 320)
    rig.run(30, 0.005)
    for _ in range(20):  # one picture of three is drawn, in time
        rig.index += 2
        rig.run(1, 0.005)
    status = rig.keeper.status()
    assert status is not None
    assert status.plan.every > 1


def test_a_picture_waits_for_its_boxes_only_as_long_as_it_can_still_be_drawn_in_time() -> None:
    rig = Rig()
    rig.run(10, 0.010, Choices())
    frame = Frame(PICTURE, rig.index, rig.clock.now_s, rig.clock.now_s)
    assert rig.keeper.patience_s(frame, 0.1) == 0.1  # nothing is promised
    rig.run(10, 0.010)
    rig.finish_preparing()
    now_s = rig.clock.now_s
    for age_s, painting_s, waits_s in (
        (0, 0, 0.85 / 30),
        (0.01, 0, 0.85 / 30 - 0.01),
        (0.01, 0.008, 0.85 / 30 - 0.018),
        (0.5, 0, 0),
    ):
        taken_s = now_s - age_s
        for _ in range(PAINTINGS):
            rig.keeper.drew(Frame(PICTURE, rig.index, taken_s, taken_s), painting_s)
        waited_s = rig.keeper.patience_s(Frame(PICTURE, rig.index + 1, taken_s, taken_s), 0.1)
        assert waited_s == pytest.approx(waits_s, abs=1e-6), (age_s, painting_s)
    assert rig.keeper.patience_s(Frame(PICTURE, rig.index + 2, now_s, now_s), 0.005) == 0.005
