from __future__ import annotations

import pytest

from detector.engines.trial import BLOCK, ROUNDS, Trial


def run(times_s: dict[str, float], first_of_block_s: float = 1.0) -> tuple[Trial[str], list[str]]:
    """A whole race; the first frame of each block is slow, as with cold caches."""
    trial, order = Trial(list(times_s)), []
    while not trial.over:
        one = trial.next()
        trial.add(times_s[one] if order[-1:] == [one] else first_of_block_s)
        order.append(one)
    return trial, order


def test_the_engines_take_turns_in_blocks_whose_first_frame_does_not_count() -> None:
    trial, order = run({"a": 0.01, "b": 0.008})
    assert order == (["a"] * BLOCK + ["b"] * BLOCK) * ROUNDS
    assert trial.medians_ms() == {"a": pytest.approx(10), "b": pytest.approx(8)}
    assert trial.best() == "b"


def test_a_small_gain_is_no_reason_to_change() -> None:
    assert run({"a": 0.01, "b": 0.0095})[0].best() == "a"


def test_one_that_costs_more_has_to_gain_more() -> None:
    trial = Trial(["a", "b", "c"], {"b": 0.25})
    while not trial.over:
        trial.add({"a": 0.01, "b": 0.008, "c": 0.0085}[trial.next()])
    assert trial.best() == "c"


def test_a_hopeless_engine_gets_one_block() -> None:
    _trial, order = run({"a": 0.01, "b": 0.05, "c": 0.011})
    assert order.count("b") == BLOCK
    assert order.count("c") == BLOCK * ROUNDS


def test_one_that_fails_is_out_and_the_turns_of_the_others_go_on() -> None:
    trial = Trial(["a", "b", "c"])
    for _ in range(BLOCK + 2):
        trial.add(0.01)
    trial.drop("b")
    assert trial.next() == "c"
    trial.drop("c")
    assert trial.over
    assert trial.next() == trial.best() == "a"


def test_alone_there_is_no_race() -> None:
    trial = Trial(["a"])
    assert trial.over
    trial.add(0.01)
    assert trial.best() == "a"
    assert trial.medians_ms() == {}
