"""Whole picture and tiles by turns: what is looked at when, what is carried meanwhile, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from camapp.live.choices import Choices
from camapp.live.promise import parse_promise
from camapp.live.zone_looks import MOST_TILES, ZoneLooks
from detector.tiles import tile_zone
from detector.types import Detections, Frame
from tests.detector.test_tiles import SHAPE_HW, SIZE_WH, BrightThings, frame_with

ZONE = (200, 200, 480, 270)
SMALL, LARGE = (300, 300, 12, 12), (1200, 500, 300, 300)


@dataclass
class Scene:
    """A detector that takes `tile_s` a view, by its own clock; frames of 30 a second."""

    tile_s: float = 0.012
    choices: Choices = field(default_factory=lambda: Choices(zone=ZONE))
    now_s: float = 0.0

    def __post_init__(self) -> None:
        self.detector = BrightThings()
        self.looks = ZoneLooks(self.clock)
        self.calls = 0

    def clock(self) -> float:
        return self.now_s + sum(len(views) for views in self.detector.seen) * self.tile_s

    def see(self, index: int, *things: tuple[int, int, int, int], time_s: float | None = None) -> Detections:
        frame = frame_with(*things)
        frame = Frame(frame.image, index, 0.0, index / 30 if time_s is None else time_s)
        return self.looks.detect(self.detector, frame, self.choices)

    @property
    def last(self) -> list[tuple[int, int]]:
        """The views of the last look."""
        return self.detector.seen[-1]


def tiles() -> int:
    tiling = tile_zone(ZONE, SIZE_WH, SHAPE_HW, MOST_TILES)
    assert tiling is not None
    return len(tiling.tiles)


def boxes(found: Detections) -> dict[tuple[int, ...], bool]:
    """xywh -> predicted."""
    return {
        tuple(xywh): bool(p) for xywh, p in zip(found.xywh.round().astype(int).tolist(), found.predicted, strict=True)
    }


def test_the_first_picture_is_looked_at_in_all_its_parts() -> None:
    scene = Scene()
    assert boxes(scene.see(0, SMALL, LARGE)) == {SMALL: False, LARGE: False}
    assert len(scene.last) == 1 + tiles()


def test_then_whole_picture_and_some_tiles_take_turns_and_the_rest_is_carried_as_predicted() -> None:
    scene = Scene()
    scene.see(0, SMALL, LARGE)
    found = boxes(scene.see(1, SMALL, LARGE))
    assert scene.last == [SIZE_WH]
    assert found == {SMALL: True, LARGE: False}
    seen_anew = False
    for index in range(2, 2 + 2 * tiles()):
        found = boxes(scene.see(index, SMALL, LARGE))
        assert set(found) == {SMALL, LARGE}
        if index % 2:
            assert scene.last == [SIZE_WH]
        else:
            assert len(scene.last) == 2
            assert SIZE_WH not in scene.last
            assert found[LARGE]
            seen_anew |= not found[SMALL]
    assert seen_anew


def test_the_time_of_a_frame_stays_bounded_and_each_tile_has_its_turn() -> None:
    scene = Scene(tile_s=0.012)
    scene.see(0, SMALL)
    before = scene.clock()
    frames_before_all = -(-tiles() // 2) * 2
    for index in range(1, 1 + frames_before_all):
        scene.see(index, SMALL)
        assert scene.clock() - before <= 1 / 30
        before = scene.clock()
    assert sum(len(views) for views in scene.detector.seen[1:] if SIZE_WH not in views) >= tiles()


def test_where_all_of_it_takes_little_time_every_frame_gets_all_and_nothing_is_predicted() -> None:
    scene = Scene(tile_s=0.0005)
    for index in range(4):
        assert boxes(scene.see(index, SMALL, LARGE)) == {SMALL: False, LARGE: False}


def test_a_moving_thing_is_carried_along() -> None:
    scene = Scene()
    for index in range(80):
        x = 250 + 3 * index // 2
        found = scene.see(index, (x, 300, 12, 12))
        if index > 30:  # its speed is known
            assert len(found) == 1, index
            assert abs(float(found.xyxy[0, 0]) - x) <= 4


def test_what_is_gone_is_gone_once_its_tile_was_looked_at_again() -> None:
    scene = Scene()
    scene.see(0, SMALL)
    left = [len(scene.see(index)) for index in range(1, 3 + 2 * tiles())]
    assert left[0] == 1
    assert left[-1] == 0


@pytest.mark.parametrize("again", [(5, 5 / 30), (9, 3.0)], ids=["the same picture", "one much later"])
def test_a_picture_that_stands_still_is_looked_at_in_all_its_parts(again: tuple[int, float]) -> None:
    scene = Scene()
    for index in range(6):
        scene.see(index, SMALL)
    found = scene.see(again[0], SMALL, LARGE, time_s=again[1])
    assert boxes(found) == {SMALL: False, LARGE: False}


def test_the_cost_is_what_was_measured() -> None:
    scene = Scene(tile_s=0.012)
    assert scene.looks.cost is None
    for index in range(6):
        scene.see(index, SMALL)
    cost = scene.looks.cost
    assert cost is not None
    assert cost.tiles == tiles()
    assert cost.ms == pytest.approx(12 * tiles())
    scene.choices = Choices()
    scene.see(6, SMALL)
    assert scene.looks.cost is None
    assert scene.last == [SIZE_WH]


def test_a_zone_beside_the_picture_changes_nothing() -> None:
    scene = Scene(choices=Choices(zone=(5000, 0, 100, 100)))
    assert boxes(scene.see(0, SMALL, LARGE)) == {LARGE: False}
    assert scene.looks.cost is None


def test_another_zone_begins_anew() -> None:
    scene = Scene()
    scene.see(0, SMALL)
    scene.choices = Choices(zone=(1000, 100, 300, 200))
    assert len(scene.see(1, SMALL)) == 0
    assert len(scene.last) > 2


def test_the_picture_is_only_looked_at_as_a_whole_where_the_model_names_pictures() -> None:
    scene = Scene()
    scene.detector.of_whole_picture = True
    scene.see(0, SMALL)
    assert scene.last == [SIZE_WH]


def test_a_detector_that_is_slow_never_looks_at_everything_at_once_again() -> None:
    scene = Scene(tile_s=0.8)
    scene.see(0, SMALL)
    for index in range(30, 300, 30):  # one look a second, of 30 pictures
        scene.see(index, SMALL)
        assert len(scene.last) == 1


def test_with_a_promise_no_look_takes_longer_than_one_at_the_whole_picture() -> None:
    scene = Scene(tile_s=0.0005, choices=Choices(zone=ZONE, promise=parse_promise("30 fps")))
    for index in range(6):
        scene.see(index, SMALL)
    assert [len(views) for views in scene.detector.seen] == [1 + tiles(), 1, 1, 1, 1, 1]


def test_another_input_size_for_the_same_zone_takes_turns_as_before() -> None:
    scene = Scene()
    frames = [frame_with(SMALL, LARGE) for _ in range(4)]
    for index, size_hw in enumerate([None, None, (192, 320), (192, 320)]):
        frame = Frame(frames[index].image, index, 0.0, index / 30)
        found = scene.looks.detect(scene.detector, frame, scene.choices, size_hw)
        assert tuple(LARGE) in boxes(found)
        assert (len(scene.last) > 3) == (index == 0)


def test_boxes_are_read_only_and_finite() -> None:
    scene = Scene()
    for index in range(4):
        found = scene.see(index, (0, 0, 300, 300), (1900, 1060, 20, 20))
        assert np.isfinite(found.xyxy).all()
        assert not found.xyxy.flags.writeable
