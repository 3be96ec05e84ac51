"""The figures of steadiness are taken, and they hold."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from camapp import bench_steady
from camapp.bench_steady import Crossings, Steadiness, cost_ms, cross, moving_box, print_steadiness, still_boxes
from camapp.live.choices import Choices
from camapp.live.tracking import Numbering
from detector.types import Detections, Frame


def test_boxes_that_shake_and_blink_are_drawn_steady() -> None:
    still = still_boxes(30.0)
    assert still.raw_px == pytest.approx(bench_steady.SHAKING_PX, rel=0.1)
    assert still.ratio <= 1 / 3
    assert still.raw_gaps > 100
    assert still.drawn_gaps == 0


@pytest.mark.parametrize("every", [1, 3])
def test_a_moving_box_is_drawn_where_it_is(every: int) -> None:
    moving = moving_box(every)
    assert abs(moving.lag_px) < 1
    assert moving.off_px < 5
    assert moving.lag_unsteadied_px == pytest.approx(10 * (every - 1) / 2, abs=1)


def test_numbers_stay_when_two_things_cross() -> None:
    crossings = cross(2)
    assert crossings.changed == 0
    assert crossings.numbered > 0.8


def test_a_number_that_changes_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    turns: Iterator[int] = iter(range(10_000))

    def swapping(_self: Numbering, _frame: Frame, found: Detections, _choices: Choices) -> Detections:
        ids = [1, 2] if next(turns) < 70 else [2, 1]
        return replace(found, track_ids=np.array(ids[: len(found)], np.int64))

    monkeypatch.setattr(Numbering, "apply", swapping)
    assert cross(2).changed >= 2


def test_all_of_it_is_said() -> None:
    said = io.StringIO()
    console = Console(file=said, width=100)
    print_steadiness(console, Steadiness((still_boxes(30.0),), (moving_box(1),), Crossings(20, 0, 0.9), cost_ms()))
    assert "20 crossings of two things: 0 changed numbers" in said.getvalue()
    assert "boxes that shake by 2 px" in said.getvalue()


@pytest.mark.slow
def test_the_real_detector_on_a_still_picture_is_drawn_steady() -> None:
    still = bench_steady.still_clip()
    assert still.objects > 0
    assert still.ratio <= 1 / 3
    assert still.drawn_gaps <= still.raw_gaps
