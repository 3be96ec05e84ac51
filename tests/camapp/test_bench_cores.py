"""What other programs took of the cores."""

from __future__ import annotations

import pytest

from camapp.bench_cores import Cores


def test_what_others_took_is_what_was_busy_less_ones_own() -> None:
    before, after = Cores(10.0, 100.0, 5.0, 2), Cores(20.0, 116.0, 11.0, 2)
    assert before.taken_by_others(after) == pytest.approx(0.5)
    assert after.taken_by_others(before) is None
    assert before.taken_by_others(Cores(20.0, 104.0, 11.0, 2)) == 0.0  # the system counts in hundredths
    assert Cores(10.0, None, 5.0, 1).taken_by_others(after) is None


def test_a_moment_is_after_the_one_before() -> None:
    before, after = Cores.now(), Cores.now()
    assert after.count == before.count >= 1
    assert after.own_s >= before.own_s
    assert before.busy_s is None or (after.busy_s or 0.0) >= before.busy_s
