"""Boxes that are drawn neither shake nor blink, leave no ghosts, and are where their objects are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from camapp.live.choices import Choices
from camapp.live.drawn import Drawn, OnFrame
from camapp.live.steady import Steadier
from detector.types import Detections, FinerNames, Frame
from tests.camapp.live.fakes import NAMES, some_boxes

CHOICES = Choices(score=0.4, steady=True)
FPS = 30.0
BOX = (40, 40, 100, 120)
Image = npt.NDArray[np.uint8]


def scene(boxes: Sequence[Sequence[float]] = (BOX,)) -> Image:
    """Bright things at these places on a dark ground."""
    image = np.full((240, 320, 3), 40, np.uint8)
    for left, top, right, bottom in boxes:
        image[int(top) : int(bottom), int(left) : int(right)] = 200
    return image


class Camera:
    """Pictures one after the other, through one Steadier."""

    def __init__(self, choices: Choices = CHOICES, fps: float = FPS) -> None:
        self.choices, self.fps = choices, fps
        self.steadier = Steadier()
        self.index = -1

    def frame(self, image: Image | None = None, index: int | None = None) -> Frame:
        index = self.index if index is None else index
        return Frame(scene() if image is None else image, index, 50 + index / self.fps, index / self.fps)

    def look(self, found: Detections, image: Image | None = None) -> Drawn:
        """The next picture, on which this was found."""
        self.index += 1
        drawn = self.steadier.apply(self.frame(image), replace(found, frame_index=self.index), self.choices)
        assert drawn is not None
        return drawn

    def see(self, found: Detections, image: Image | None = None) -> OnFrame:
        """And what is drawn on it."""
        return self.look(found, image).at(self.frame(image), self.choices)


def found(score: float = 0.9, boxes: Sequence[Sequence[float]] = (BOX,)) -> Detections:
    return some_boxes(0, boxes, score)


NOTHING = Detections.empty(0, NAMES)


def test_a_still_box_shakes_a_third_at_most_and_what_was_found_is_not_touched() -> None:
    camera, random = Camera(), np.random.default_rng(0)
    raw, drawn = [], []
    for _ in range(150):
        one = found(boxes=[(np.array(BOX) + random.normal(0, 2, 4)).tolist()])
        before = one.xyxy.copy()
        drawn.append(camera.see(one).detections.xyxy[0])
        raw.append(one.xyxy[0])
        np.testing.assert_array_equal(one.xyxy, before)
    assert np.std(drawn[30:], axis=0).mean() <= np.std(raw[30:], axis=0).mean() / 3


def test_the_first_box_of_an_object_is_drawn_where_it_was_found() -> None:
    on = Camera().see(found())
    assert on.detections.xyxy.tolist() == [list(BOX)]
    assert (on.detections.predicted.tolist(), on.dashed.tolist()) == ([False], [False])


def test_a_box_stays_while_it_is_a_little_less_sure_but_does_not_begin_so() -> None:
    camera = Camera()
    assert len(camera.see(found(0.3)).detections) == 0
    assert len(camera.see(found(0.41)).detections) == 1
    shown = [camera.see(found(0.3)) for _ in range(60)]
    assert all(len(on.detections) == 1 and not on.dashed.any() for on in shown)
    camera.see(NOTHING, scene([]))
    assert len(camera.see(found(0.3)).detections) == 0  # it was gone


def test_another_confidence_counts_at_once_for_what_was_held() -> None:
    camera = Camera()
    camera.see(found(0.41))
    drawn = camera.look(found(0.3))
    assert len(drawn.at(camera.frame(), camera.choices).detections) == 1
    for score, count in ((0.35, 0), (0.41, 0), (0.25, 1)):
        assert len(drawn.at(camera.frame(), replace(camera.choices, score=score)).detections) == count


def test_a_short_gap_is_bridged_with_a_dashed_box_for_a_quarter_of_a_second_and_no_longer() -> None:
    camera = Camera()
    for _ in range(20):
        camera.see(found())
    gap = [camera.see(NOTHING) for _ in range(20)]  # the picture still shows it
    assert [len(on.detections) for on in gap] == [1] * 7 + [0] * 13  # 7 / 30 s
    assert all(on.dashed.all() and on.detections.predicted.all() for on in gap)
    again = camera.see(found())
    assert (len(again.detections), again.dashed.tolist()) == (1, [False])


def test_a_gap_ends_in_time_on_frames_between_two_looks_too() -> None:
    camera = Camera(fps=10.0)
    for _ in range(20):
        camera.see(found())
    camera.look(NOTHING)
    drawn = camera.look(NOTHING)  # missed for 0.2 s
    for later_s, count in ((0.0, 1), (0.04, 1), (0.06, 0)):
        frame = replace(camera.frame(index=camera.index + 1), time_s=camera.index / 10 + later_s)
        assert len(drawn.at(frame, camera.choices).detections) == count


def test_what_has_gone_from_the_picture_leaves_no_ghost() -> None:
    camera = Camera()
    for _ in range(20):
        camera.see(found())
    assert len(camera.see(NOTHING, scene([])).detections) == 0
    assert len(camera.see(NOTHING, scene([])).detections) == 0


def test_what_goes_while_it_is_missed_leaves_no_ghost_either() -> None:
    camera = Camera()
    for _ in range(20):
        camera.see(found())
    counts = [len(camera.see(NOTHING, scene() if i < 3 else scene([])).detections) for i in range(6)]
    assert counts == [1, 1, 1, 0, 0, 0]


def test_a_box_that_was_seen_once_is_not_drawn_on() -> None:
    camera = Camera()
    camera.see(found())
    assert len(camera.see(NOTHING).detections) == 0


def test_another_class_at_the_same_place_takes_it() -> None:
    camera = Camera()
    for _ in range(20):
        camera.see(found())
    on = camera.see(some_boxes(0, [BOX], class_id=1))
    assert on.detections.names == ["bottle"]


def test_what_is_hidden_by_another_object_is_bridged_though_the_picture_has_changed() -> None:
    camera = Camera()
    boxes = [(40, 40, 100, 120), (90, 60, 150, 140)]
    for _ in range(20):
        camera.see(found(boxes=boxes))
    on = camera.see(found(boxes=[(70, 50, 130, 130)]), np.full((240, 320, 3), 240, np.uint8))
    assert sorted(on.dashed.tolist()) == [False, True]


def test_boxes_between_two_looks_are_where_their_object_is_by_then() -> None:
    camera = Camera(fps=10.0)
    for i in range(10):
        drawn = camera.look(found(boxes=[(20 * i, 40, 20 * i + 60, 120)]))  # 200 px/s
    for later_s in (0.033, 0.066, 0.1):
        frame = replace(camera.frame(index=camera.index + 1), time_s=0.9 + later_s)
        on = drawn.at(frame, camera.choices)
        assert abs(float(on.detections.xyxy[0, 0]) - (180 + 200 * later_s)) < 2
        assert (on.detections.predicted.tolist(), on.dashed.tolist()) == ([True], [False])
        assert on.detections.frame_index == camera.index + 1


def test_a_box_that_is_overdue_is_dashed_and_moves_on_for_half_a_second_at_most() -> None:
    camera = Camera(fps=10.0)
    for i in range(6):
        drawn = camera.look(found(boxes=[(10 * i, 40, 10 * i + 60, 120)]))
    late = drawn.at(replace(camera.frame(index=9), time_s=0.5 + 0.2), camera.choices)
    assert late.dashed.tolist() == [True]
    places = [
        drawn.at(replace(camera.frame(index=9), time_s=0.5 + later_s), camera.choices).detections.xyxy[0, 0]
        for later_s in (0.5, 1.5)
    ]
    assert places[0] == places[1]


def test_boxes_that_move_out_of_the_picture_are_cut_off_and_then_gone() -> None:
    camera = Camera()
    for i in range(20):
        drawn = camera.look(found(boxes=[(80 + 10 * i, 40, min(140 + 10 * i, 320), 120)]))
    widths = []
    for ahead in (1, 3, 8):
        on = drawn.at(camera.frame(index=camera.index + ahead), camera.choices)
        widths += (on.detections.xyxy[:, 2] - on.detections.xyxy[:, 0]).tolist()
        assert (on.detections.xyxy[:, 2] <= 320).all()
    assert len(widths) == 2


def test_what_was_found_beside_the_picture_is_left_where_it_was_found() -> None:
    beside = (400, 40, 460, 120)
    assert Camera().see(found(boxes=[beside])).detections.xyxy.tolist() == [list(beside)]


def test_small_fast_objects_are_joined_though_their_boxes_do_not_meet() -> None:
    camera = Camera()
    for i in range(12):
        drawn = camera.look(found(boxes=[(20 * i, 40, 20 * i + 18, 60)]), scene([]))
        assert len(drawn.at(camera.frame(), CHOICES).detections) == 1
    next_one = drawn.at(camera.frame(index=camera.index + 1), CHOICES)
    assert abs(float(next_one.detections.xyxy[0, 0]) - 240) < 2


def test_numbers_are_stronger_than_overlap() -> None:
    camera = Camera()
    boxes = [(40, 40, 100, 120), (120, 40, 180, 120)]
    for _ in range(10):
        camera.see(replace(found(boxes=boxes), track_ids=np.array([1, 2], np.int64)))
    swapped = camera.see(replace(found(boxes=boxes), track_ids=np.array([2, 1], np.int64)))
    ids = swapped.detections.track_ids
    assert ids is not None
    assert dict(zip(ids.tolist(), swapped.detections.xyxy[:, 0].tolist(), strict=True))[1] > 100
    assert camera.see(found(boxes=boxes)).detections.track_ids is None


def test_without_following_numbers_are_not_drawn() -> None:
    camera = Camera(replace(CHOICES, follow=False))
    on = camera.see(replace(found(), track_ids=np.array([1], np.int64)))
    assert on.detections.track_ids is None


def test_a_bridged_box_keeps_its_number_and_its_finer_name() -> None:
    camera = Camera()
    none = FinerNames(np.zeros(0, np.int64), np.zeros(0, np.float32), ("cola", "water"))
    finer = replace(none, class_ids=np.array([1], np.int64), scores=np.array([0.8], np.float32))
    for _ in range(10):
        camera.see(replace(found(), track_ids=np.array([7], np.int64), finer=finer))
    on = camera.see(replace(NOTHING, track_ids=np.zeros(0, np.int64), finer=none)).detections
    assert on.finer is not None
    assert on.track_ids is not None
    assert (on.finer.name_of(0), on.track_ids.tolist(), on.predicted.tolist()) == ("water", [7], [True])


def test_confidence_beside_a_box_is_steady_too_and_the_best_comes_first() -> None:
    camera, random = Camera(), np.random.default_rng(0)
    scores = []
    for _ in range(90):
        two = found(boxes=[BOX, (200, 40, 260, 120)])
        noisy = np.array([0.8, 0.6], np.float32) + random.normal(0, 0.05, 2).astype(np.float32)
        scores.append(camera.see(replace(two, scores=noisy)).detections.scores)
    assert np.std(scores[30:], axis=0).max() < 0.05 / 2
    assert (np.diff(scores, axis=1) <= 0).all()


def test_the_same_picture_found_again_changes_nothing() -> None:
    camera, random = Camera(), np.random.default_rng(0)
    for _ in range(10):
        shaken = found(boxes=[(np.array(BOX) + random.normal(0, 2, 4)).tolist()])
        first = camera.see(shaken).detections.xyxy
    camera.index -= 1
    np.testing.assert_array_equal(camera.see(shaken).detections.xyxy, first)


@pytest.mark.parametrize("times_s", [(0.0, 0.0, 0.0), (0.5, 0.2, 0.1)])
def test_times_that_stand_still_or_go_back_harm_nothing(times_s: tuple[float, ...]) -> None:
    steadier = Steadier()
    for index, time_s in enumerate(times_s):
        frame = Frame(scene(), index, 0.0, time_s)
        drawn = steadier.apply(frame, replace(found(), frame_index=index), CHOICES)
        assert drawn is not None
        np.testing.assert_allclose(drawn.at(frame, CHOICES).detections.xyxy, [BOX], atol=0.01)


def test_pictures_of_a_folder_have_nothing_in_common() -> None:
    camera = Camera(fps=1.0)
    camera.see(found())
    moved = (44, 40, 104, 120)
    assert camera.see(found(boxes=[moved])).detections.xyxy.tolist() == [list(moved)]
    assert len(camera.see(NOTHING).detections) == 0


def test_another_model_begins_anew() -> None:
    camera = Camera()
    for _ in range(10):
        camera.see(found())
    assert len(camera.see(Detections.empty(0, (*NAMES, "cup"))).detections) == 0


def test_a_box_without_a_place_costs_the_others_nothing() -> None:
    camera = Camera()
    for _ in range(5):
        on = camera.see(found(boxes=[(float("nan"), 0, 10, 10), BOX]))
    np.testing.assert_allclose(on.detections.xyxy, [BOX], atol=0.01)


def test_a_class_that_is_switched_off_is_not_drawn_on() -> None:
    camera = Camera()
    for _ in range(10):
        camera.see(found())
    only_bottles = replace(CHOICES, classes_on=frozenset({"bottle"}))
    assert len(camera.look(NOTHING).at(camera.frame(), only_bottles).detections) == 0


def test_classes_of_a_whole_picture_and_those_who_did_not_ask_get_nothing() -> None:
    steadier, frame = Steadier(), Frame(scene(), 0, 0.0, 0.0)
    assert steadier.apply(frame, replace(found(), whole_picture=True), CHOICES) is None
    assert steadier.apply(frame, found(), replace(CHOICES, steady=False)) is None
