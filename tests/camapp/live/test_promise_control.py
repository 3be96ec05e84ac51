"""The controller of a promise, on simulated machines."""

from __future__ import annotations

import random

import pytest

from camapp.live.promise import Plan, Promise
from camapp.live.promise_control import Controller
from tests.camapp.live.simulated import AUTOMATIC, SIZES, Machine, slower_between

RATE, DELAY = Promise("rate", 30.0), Promise("delay", 80.0)


def controller(promise: Promise, sizes: tuple[tuple[int, int], ...] = SIZES, fps: float = 30.0) -> Controller:
    return Controller(promise, sizes, AUTOMATIC, fps, 1 / fps)


@pytest.mark.parametrize("promise", [RATE, DELAY], ids=str)
@pytest.mark.parametrize("times", [2.0, 4.0, 7.0])
def test_what_becomes_slow_is_back_under_the_limit_within_three_seconds_and_the_quality_comes_back(
    promise: Promise, times: float
) -> None:
    machine = Machine(controller(promise), draw_s=0.003, slow=slower_between(20, 50, times))
    machine.run(80)
    before, after = machine.plan_at(19.9), machine.plan_at(79)
    assert before.pixels >= AUTOMATIC[0] * AUTOMATIC[1]
    assert machine.back_after(20.0, 50) <= 3.0
    assert machine.plan_at(49).pixels <= before.pixels
    assert after == before
    assert machine.plan_at(58) == before


def test_a_fast_machine_sees_more_than_the_automatic_size() -> None:
    machine = Machine(controller(RATE), look_s=0.001, draw_s=0.001)
    machine.run(20)
    assert machine.plan_at(19.9) == Plan((736, 1280))


def test_a_machine_at_its_limit_does_not_flap() -> None:
    for look_ms in (4, 14, 22, 26, 38, 55):
        machine = Machine(controller(RATE), look_s=look_ms / 1000, draw_s=0.008)
        machine.run(120)
        assert len([at_s for at_s, _ in machine.changes if at_s > 30]) <= 5, (look_ms, machine.changes)


def test_a_machine_whose_speed_wanders_changes_its_plan_seldom() -> None:
    noise = random.Random(3)
    steps = [noise.uniform(0.7, 2.2) for _ in range(1000)]
    machine = Machine(controller(RATE), look_s=0.012, slow=lambda now_s: steps[int(now_s * 4) % 1000])
    machine.run(120)
    assert len(machine.changes) <= 20
    assert machine.p95_between(30, 120) <= 2 * machine.controller.limit_s


def test_a_promise_that_cannot_be_kept_is_said_and_all_is_given_up() -> None:
    control = controller(Promise("delay", 20.0))
    machine = Machine(control, look_s=0.4, draw_s=0.030)
    machine.run(20)
    status = control.status()
    assert (status.kept, status.nothing_left, status.gives_up) == (False, True, True)
    assert control.plan == Plan((192, 320), 6)


def test_with_a_size_chosen_by_hand_only_the_cadence_moves() -> None:
    machine = Machine(controller(RATE, (AUTOMATIC,)), slow=slower_between(10, 30, 6.0))
    machine.run(50)
    assert {plan.size_hw for _, plan in machine.changes} == {AUTOMATIC}
    assert machine.plan_at(29).every > 1
    assert machine.back_after(10.0, 30) <= 3.0
    assert machine.plan_at(49).every == 1


def test_boxes_are_promised_a_delay_too_where_nothing_is_drawn() -> None:
    machine = Machine(controller(DELAY), look_s=0.030, draw_s=0.001, slow=slower_between(10, 60, 3.0))
    machine.run(60)
    late = [delay_s for at_s, delay_s in machine.box_delays if 13 < at_s < 60 and delay_s > 0.080]
    assert len(late) <= 0.05 * len([1 for at_s, _ in machine.box_delays if 13 < at_s < 60])


def test_after_a_busy_time_the_quality_comes_back_at_once_however_often_it_had_gone_up_too_early() -> None:
    control = controller(RATE)
    often_busy = Machine(control, look_s=0.014, slow=lambda now_s: 2.5 if 20 <= now_s < 60 and now_s % 10 < 5 else 1.0)
    often_busy.run(90)
    assert often_busy.plan_at(19.9) == Plan(AUTOMATIC)
    assert min(plan.pixels for at_s, plan in often_busy.changes if 20 < at_s < 60) < Plan(AUTOMATIC).pixels
    assert often_busy.plan_at(70) == Plan(AUTOMATIC)


def test_one_that_was_good_for_long_is_gone_back_to_nearer_to_the_limit_than_one_that_was_never_tried() -> None:
    slow = slower_between(20, 30, 4.0)
    machine = Machine(controller(RATE), look_s=0.019, draw_s=0.004, slow=slow)
    machine.run(60)
    assert machine.plan_at(19.9) == Plan(AUTOMATIC)
    assert machine.plan_at(29.9).pixels < Plan(AUTOMATIC).pixels
    assert machine.plan_at(40) == machine.plan_at(59.9) == Plan(AUTOMATIC)


def test_a_slow_camera_leaves_more_time_for_each_picture() -> None:
    machine = Machine(controller(RATE, fps=15.0), look_s=0.030, draw_s=0.005, fps=15.0)
    machine.run(20)
    assert machine.controller.limit_s == pytest.approx(1 / 15)
    assert machine.plan_at(19) == Plan(AUTOMATIC)


def test_a_size_that_cannot_be_made_ready_is_not_used() -> None:
    control = controller(RATE)
    for size in SIZES:
        if size != AUTOMATIC:
            control.refused(size)
    machine = Machine(control, slow=slower_between(5, 20, 8.0))
    machine.run(20)
    assert {plan.size_hw for _, plan in machine.changes} == {AUTOMATIC}


def test_the_first_pictures_which_wait_for_the_network_count_for_nothing() -> None:
    machine = Machine(controller(RATE), slow=lambda now_s: 100.0 if now_s < 0.5 else 1.0)
    machine.run(1.9)
    assert [plan for _, plan in machine.changes] == [Plan(AUTOMATIC)]
