"""Promises: how they are said, and between which plans is chosen."""

from __future__ import annotations

import pytest

from camapp.errors import CommandError
from camapp.live.promise import Plan, Promise, parse_promise, remembered_promise
from camapp.live.promise_plans import fitting_sizes, plans
from detector.engines.preprocess import choose_shape
from detector.modelfile import ModelInfo

SIZES = ModelInfo(backbone="none", neck_width=1, class_names=("a",)).sizes_hw


@pytest.mark.parametrize(
    ("text", "promise"),
    [
        ("30 fps", Promise("rate", 30.0)),
        (" 12.5FPS ", Promise("rate", 12.5)),
        ("80ms", Promise("delay", 80.0)),
        ("2000 ms", Promise("delay", 2000.0)),
    ],
)
def test_a_promise_is_a_rate_or_a_delay_and_says_itself_again(text: str, promise: Promise) -> None:
    assert parse_promise(text) == promise
    assert parse_promise(str(promise)) == promise


@pytest.mark.parametrize("text", ["", "30", "fps", "30 fps or so", "0.5 fps", "9 ms", "nan ms", "1e3 ms"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(CommandError):
        parse_promise(text)
    assert remembered_promise(text) is None


def test_a_picture_has_as_much_time_as_there_is_to_the_next() -> None:
    assert Promise("rate", 25.0).limit_s(None) == 1 / 25
    assert Promise("rate", 25.0).limit_s(60.0) == 1 / 25
    assert Promise("rate", 25.0).limit_s(10.0) == 1 / 10
    assert Promise("delay", 80.0).limit_s(10.0) == 0.08


@pytest.mark.parametrize(
    ("size_wh", "expected"),
    [
        ((1280, 720), ((192, 320), (256, 416), (384, 640), (736, 1280))),
        ((640, 480), ((256, 320), (320, 416), (480, 640))),
        ((720, 1280), ((320, 192), (416, 256), (640, 384), (1280, 736))),
    ],
)
def test_sizes_have_the_aspect_of_the_picture(size_wh: tuple[int, int], expected: tuple[tuple[int, int], ...]) -> None:
    assert fitting_sizes(size_wh, SIZES, choose_shape(size_wh, SIZES)) == expected


def test_a_picture_of_an_odd_aspect_has_its_automatic_size() -> None:
    automatic = choose_shape((2000, 300), SIZES)
    assert fitting_sizes((2000, 300), SIZES, automatic) == (automatic,)


def test_plans_are_ordered_by_what_is_seen_a_second() -> None:
    found = plans(((192, 320), (256, 416), (384, 640)), (256, 416), 1 / 30)
    assert found[:4] == (Plan((384, 640)), Plan((256, 416)), Plan((192, 320)), Plan((256, 416), 2))
    assert found[-1] == Plan((192, 320), 6)
    assert [plan for plan in found if plan.every > 1 and plan.size_hw == (384, 640)] == []


def test_a_slow_camera_is_looked_at_five_times_a_second_at_least() -> None:
    assert max(plan.every for plan in plans(((256, 416),), (256, 416), 1 / 15)) == 3
    assert plans(((256, 416),), (256, 416), 1.0) == (Plan((256, 416)),)
