"""What stands still hardly shakes, what moves does not lag."""

from __future__ import annotations

import numpy as np
import pytest

from camapp.live import one_euro
from camapp.live.one_euro import FARTHEST, Floats

BOXES = 40  # at once, so that chance plays no part


def boxes(side: float, lefts: Floats) -> Floats:
    """Centres and sizes (T, BOXES, 2, 2) of squares that are at these places, (T,), one after the other."""
    out = np.full((len(lefts), BOXES, 2, 2), side)
    out[:, :, 0, 0] = lefts[:, None]
    return out


def shaken(true: Floats, noise_px: float) -> Floats:
    return true + np.random.default_rng(0).normal(0, noise_px, true.shape)


def smoothed(raw: Floats, fps: float) -> Floats:
    """The same through the filter, (T, BOXES, 2, 2)."""
    motions, steps = one_euro.begin(raw[0]), np.full(BOXES, 1 / fps)
    out = [motions["smooth"]]
    for one in raw[1:]:
        motions = one_euro.after(motions, one, steps)
        out.append(motions["smooth"])
    return np.stack(out)


@pytest.mark.parametrize(("side", "noise_px"), [(30, 0.5), (100, 2.0), (400, 8.0), (100, 5.0)])
@pytest.mark.parametrize("fps", [10.0, 15.0, 30.0, 60.0])
def test_a_still_box_shakes_a_third_at_most(side: float, noise_px: float, fps: float) -> None:
    raw = shaken(boxes(side, np.zeros(240)), noise_px)
    assert smoothed(raw, fps)[60:].std(axis=0).mean() <= raw[60:].std(axis=0).mean() / 3


@pytest.mark.parametrize(("side", "noise_px"), [(30, 0.5), (100, 2.0), (400, 4.0)])
@pytest.mark.parametrize("fps", [10.0, 30.0])
def test_a_box_of_300_px_a_second_lags_by_less_than_two_pixels(side: float, noise_px: float, fps: float) -> None:
    true = boxes(side, 300 * np.arange(90) / fps)
    behind = (true - smoothed(shaken(true, noise_px), fps))[30:, :, 0, 0]
    assert abs(behind.mean()) < 2
    assert np.abs(behind).max() < 5 * noise_px + 2


def test_a_box_that_starts_and_stops_is_followed_within_a_few_pixels() -> None:
    fps = 30.0
    time_s = np.arange(180) / fps
    true = boxes(100, 300 * np.clip(time_s - 2, 0, 2))  # stands, goes, stands
    off = np.abs(smoothed(shaken(true, 1.0), fps) - true)[30:, :, 0, 0].mean(axis=1)
    assert off.max() < 8
    assert off[-30:].max() < 2


def test_a_jump_is_followed_at_once() -> None:
    true = boxes(100, np.where(np.arange(60) < 40, 0.0, 250.0))
    assert np.abs(smoothed(shaken(true, 1.0), 30.0) - true)[40, :, 0, 0].max() < 2 * FARTHEST * 4


def test_what_stands_still_drifts_nowhere() -> None:
    motions = one_euro.begin(boxes(80, np.zeros(1))[0])
    for _ in range(30):
        motions = one_euro.after(motions, boxes(80, np.zeros(1))[0], np.full(BOXES, 1 / 30))
    assert not motions["drift"].any()
    np.testing.assert_array_equal(one_euro.moved(motions, np.full(BOXES, 0.5)), boxes(80, np.zeros(1))[0])


def test_what_moves_is_moved_on_to_the_time_asked_for() -> None:
    places = boxes(80, 10.0 * np.arange(40))  # 300 px/s
    motions = one_euro.begin(places[0])
    for one in places[1:]:
        motions = one_euro.after(motions, one, np.full(BOXES, 1 / 30))
    np.testing.assert_allclose(one_euro.moved(motions, np.full(BOXES, 0.1))[:, 0, 0], 390 + 30, atol=1.0)


def test_sizes_never_fall_below_nothing() -> None:
    motions = one_euro.begin(boxes(50, np.zeros(1))[0])
    motions["drift"][:, 1] = -200
    assert one_euro.moved(motions, np.full(BOXES, 0.5))[:, 1].min() == 0


def test_uneven_steps_of_a_steady_motion_are_not_taken_for_shaking() -> None:
    steps = np.tile([1 / 30, 3 / 30], 30)
    motions = one_euro.begin(boxes(80, np.zeros(1))[0])
    for step_s, left in zip(steps, 300 * np.cumsum(steps), strict=True):
        motions = one_euro.after(motions, boxes(80, np.array([left]))[0], np.full(BOXES, step_s))
    assert motions["noise"].max() < 0.3


def test_no_box_is_a_batch_too() -> None:
    none = one_euro.begin(np.zeros((0, 2, 2)))
    assert len(one_euro.after(none, np.zeros((0, 2, 2)), np.zeros(0))) == 0
    assert one_euro.moved(none, np.zeros(0)).shape == (0, 2, 2)
