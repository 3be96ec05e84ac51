"""The figures of a promise: what they count, and that a run gives them."""

from __future__ import annotations

import io
import os
from dataclasses import replace

import pytest
from rich.console import Console

from camapp import bench_promise
from camapp.bench_promise import Kept, Phase, back_under, busy, pinned, plan_at, print_promises, said
from camapp.live.promise import Plan

PHASE = Phase("pinned to one core", 300, 31.5, 44.0, 0.02, 3, 14.9, 1.2, "192x320, 1 picture of 2", 2)
KEPT = Kept("30 fps", 33.3, "CPU, OpenVINO int8", (PHASE, replace(PHASE, back_s=None)), 2.5, ((0.0, "256x416"),))


def pictures(delays_s: list[float]) -> list[tuple[float, float]]:
    """30 a second from 100 s on."""
    return [(100 + index / 30, delay_s) for index, delay_s in enumerate(delays_s)]


@pytest.mark.parametrize(
    ("delays_s", "back_s"),
    [
        ([0.02] * 300, 0.0),
        ([0.2] * 30 + [0.02] * 270, 1.9),
        ([0.2] * 30 + [0.02] * 60 + [0.2] * 30 + [0.02] * 180, 4.9),
        ([0.2] * 300, None),
        ([0.02] * 200 + [0.2] * 100, None),
    ],
)
def test_back_under_the_limit_is_back_for_good(delays_s: list[float], back_s: float | None) -> None:
    assert back_under(pictures(delays_s), 100.0, 110.0, 0.033) == (
        None if back_s is None else pytest.approx(back_s, abs=0.15)
    )


def test_the_plan_in_use_is_the_last_that_began() -> None:
    changes = [(1.0, Plan((256, 416))), (2.0, Plan((192, 320), 2))]
    assert [said(plan_at(changes, at_s)) for at_s in (0.5, 1.5, 2.5)] == [
        "256x416",
        "256x416",
        "192x320, 1 picture of 2",
    ]


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="the system cannot pin a process")
def test_a_pinned_process_is_set_free_again() -> None:
    before = os.sched_getaffinity(0)
    with pinned(), busy():
        assert os.sched_getaffinity(0) == {min(before)}
    assert os.sched_getaffinity(0) == before


def test_what_was_not_reached_is_said() -> None:
    text = io.StringIO()
    print_promises(Console(file=text), [KEPT, replace(KEPT, restored_s=None)])
    assert "not yet" in text.getvalue()
    assert "Quality restored after 2.5 s" in text.getvalue()
    assert "Quality not yet restored" in text.getvalue()


@pytest.mark.slow
def test_a_run_has_all_its_phases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_promise, "SETTLING_S", 0.5)
    (kept,) = bench_promise.measure_promises(("80 ms",), 1.0)
    assert [phase.what for phase in kept.phases] == [
        "as it is",
        "pinned to one core",
        "and a busy program there",
        "as before",
    ]
    assert kept.limit_ms == 80.0
    assert kept.changes
