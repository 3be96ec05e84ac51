"""The verdict on a long run: a steady growth is a drift, a hiccup and a start are none."""

from __future__ import annotations

import numpy as np
import pytest

from camapp.bench_drift import Drift, drift_of

FRAMES = 5000
AT = np.arange(1, FRAMES + 1)


def judged(values: np.ndarray) -> Drift:
    drift = drift_of("Memory", "MiB", AT, values, FRAMES)
    assert drift is not None
    return drift


def test_a_steady_growth_is_a_drift_whatever_the_start_did() -> None:
    values = 600 + AT / 100 + np.random.default_rng(0).normal(0, 1, FRAMES)
    values[: FRAMES // 10] -= 300
    drift = judged(values)
    assert drift.drifts
    assert drift.per_10000 == pytest.approx(100, abs=2)
    assert "Memory: DRIFT (+" in drift.sentence


def test_what_settles_after_the_start_is_no_drift() -> None:
    assert not judged(600 + 50 * (1 - np.exp(-AT / 300))).drifts


def test_hiccups_and_missing_values_are_no_drift() -> None:
    values = np.random.default_rng(1).normal(20, 1, FRAMES)
    values[4000:4040] = 2000
    values[::7] = np.nan
    drift = judged(values)
    assert not drift.drifts
    assert "Memory: no drift (" in drift.sentence


def test_a_growth_too_small_to_matter_and_a_fall_are_no_drift() -> None:
    assert judged(600 + AT / 5000).chance < 0.001
    assert not judged(600 + AT / 5000).drifts
    assert not judged(600 - AT / 50).drifts


def test_a_figure_that_never_changes_does_not_drift() -> None:
    assert not judged(np.full(FRAMES, 5.0)).drifts
    assert not judged(np.zeros(FRAMES)).drifts


def test_chance_alone_is_seldom_called_a_drift() -> None:
    noise = np.random.default_rng(2)
    assert sum(judged(noise.normal(20, 5, FRAMES)).drifts for _ in range(100)) <= 3


def test_of_too_few_values_nothing_is_told() -> None:
    assert drift_of("Memory", "MiB", [], [], FRAMES) is None
    assert drift_of("Memory", "MiB", range(19), range(19), 19) is None
