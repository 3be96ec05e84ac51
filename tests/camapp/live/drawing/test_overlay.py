"""What is drawn, and where, seen in the pixels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from camapp.live.choices import LABEL_PARTS, Choices, LabelPart, Selected
from camapp.live.drawing.box_lines import DARK
from camapp.live.drawing.compose import compose
from camapp.live.drawing.follow import Follower
from camapp.live.drawing.labels import (
    MOST_COVERED,
    Label,
    Taken,
    place,
    plate_height,
    shortened,
    text_width,
    texts,
)
from camapp.live.drawing.overlay import (
    PALETTE,
    OverlayStyle,
    class_colour,
    draw_detections,
    text_height,
)
from camapp.live.drawing.plates import ink_on
from camapp.live.drawing.resize import resized
from camapp.live.drawing.shown import Shown
from detector.types import Detections, Frame
from tests.camapp.live.fakes import some_boxes

Picture = npt.NDArray[np.uint8]


def canvas(width: int = 640, height: int = 360, grey: int = 128) -> Picture:
    return np.full((height, width, 3), grey, np.uint8)


def is_colour(pixels: Picture, colour: tuple[int, int, int]) -> npt.NDArray[np.bool_]:
    return np.asarray((pixels == np.array(colour, np.uint8)).all(axis=-1))


def nothing_taken() -> Taken:
    return Taken((), (640, 360), 20)


def overlap(a: Label, b: Label) -> bool:
    return a.x < b.x + b.w and b.x < a.x + a.w and a.y < b.y + b.h and b.y < a.y + a.h


def test_a_box_is_a_line_of_its_class_colour_with_dark_on_both_sides() -> None:
    image = canvas()
    draw_detections(image, some_boxes(0, [(100, 100, 300, 250)]), OverlayStyle())
    row = image[200]
    assert tuple(row[100]) == class_colour(0)
    assert tuple(row[99]) == DARK
    assert tuple(row[101]) == DARK
    assert tuple(row[299]) == class_colour(0)
    assert tuple(row[200]) == (128, 128, 128)  # nothing is drawn inside


def test_a_predicted_box_is_dashed_and_a_detected_one_is_not() -> None:
    detected, predicted = canvas(), canvas()
    found = some_boxes(0, [(100, 100, 300, 250)])
    draw_detections(detected, found, OverlayStyle())
    draw_detections(predicted, found.carried_to(1), OverlayStyle())
    assert is_colour(detected[110:240, 100], PALETTE[0]).all()
    share = is_colour(predicted[110:240, 100], PALETTE[0]).mean()
    assert 0.4 < share < 0.6


def test_boxes_are_scaled_to_the_picture_and_labels_give_source_pixels() -> None:
    image = canvas()
    found = some_boxes(0, [(200, 200, 600, 500)])
    draw_detections(image, found, OverlayStyle(scale=0.5))
    assert tuple(image[200, 100]) == class_colour(0)
    assert texts(found, 0, "person")[0] == "person 0.90  x 200 y 200  400x300"


@pytest.mark.parametrize(
    ("parts", "centre", "expected"),
    [
        (LABEL_PARTS, True, ["person 0.90  cx 400 cy 350  400x300  #7", "person 0.90  #7", "person"]),
        (("class", "confidence"), False, ["person 0.90", "person"]),
        (("class",), False, ["person"]),
        (("wh", "xy"), False, ["x 200 y 200  400x300"]),
        (("id",), False, ["#7"]),
        ((), False, []),
    ],
)
def test_labels_say_what_was_chosen_and_can_be_shorter(
    parts: tuple[LabelPart, ...], centre: bool, expected: list[str]
) -> None:
    found = replace(some_boxes(0, [(200, 200, 600, 500)]), track_ids=np.array([7], np.int64))
    assert texts(found, 0, "person", parts, centre) == expected


def test_an_object_that_is_not_numbered_yet_has_no_number_in_its_label() -> None:
    found = replace(some_boxes(0), track_ids=np.array([0], np.int64))
    assert texts(found, 0, "person", ("class", "id")) == ["person"]


def test_where_nothing_tracks_a_label_has_no_id() -> None:
    assert texts(some_boxes(0), 0, "person", ("class", "id")) == ["person"]


def test_without_any_part_there_is_no_label() -> None:
    plain, labelled = canvas(), canvas()
    draw_detections(plain, some_boxes(0, [(100, 100, 300, 250)]), OverlayStyle(label=()))
    draw_detections(labelled, some_boxes(0, [(100, 100, 300, 250)]), OverlayStyle())
    assert (plain[60:98] == 128).all()
    assert not (labelled[60:98] == 128).all()


def test_lines_and_letters_grow_as_chosen() -> None:
    def line_width(style: OverlayStyle) -> int:
        image = canvas(1280, 720)
        draw_detections(image, some_boxes(0, [(400, 300, 900, 650)]), style)
        return int(is_colour(image[500, 380:500], class_colour(0)).sum())

    assert line_width(OverlayStyle(line_scale=2.0)) == 2 * line_width(OverlayStyle())
    assert text_height((1280, 720), 2.0) == 32
    assert text_height((1280, 720), 0.1) == 11


def test_on_a_screen_of_200_percent_lines_and_letters_are_twice_as_large_as_on_one_of_100() -> None:
    found = some_boxes(0, [(400, 300, 900, 650)])
    for width, height in ((874, 492), (300, 200), (2154, 1212)):
        (usual,) = draw_detections(canvas(width, height), found, OverlayStyle(pixel_ratio=1.0, scale=width / 1280))
        twice = canvas(2 * width, 2 * height)
        (label,) = draw_detections(twice, found, OverlayStyle(pixel_ratio=2.0, scale=width / 640))
        assert label.h == pytest.approx(2 * usual.h, abs=3)


def test_letters_of_a_window_stay_near_the_size_of_its_own() -> None:
    sizes = [text_height(size_wh, pixel_ratio=1.0) for size_wh in ((300, 200), (874, 492), (1500, 900), (2154, 1212))]
    assert sizes == [11, 12, 14, 16]
    assert text_height((2154, 1212)) == 24  # a picture that is kept may be looked at reduced


def test_the_rim_of_a_label_is_seen_at_the_edge_of_the_picture() -> None:
    (label,) = draw_detections(canvas(), some_boxes(0, [(560, 100, 640, 200)]), OverlayStyle())
    assert label.x + label.w == 639
    (label,) = draw_detections(canvas(), some_boxes(0, [(0, 0, 300, 360)]), OverlayStyle())
    assert (label.x, label.y) == (1, 1)


def test_what_covers_one_side_of_a_box_moves_its_label_to_the_other() -> None:
    panel = (200, 0, 640, 360)
    (label,) = draw_detections(canvas(), some_boxes(0, [(20, 100, 400, 340)]), OverlayStyle(covered=(panel,)))
    assert (label.x, label.y + label.h) == (20, 100)


def test_labels_keep_away_from_what_lies_over_the_picture() -> None:
    found = some_boxes(0, [(100, 60, 300, 340), (400, 20, 440, 50), (10, 200, 60, 300)])
    bar = (90, 10, 630, 110)
    plain = draw_detections(canvas(), found, OverlayStyle())
    kept = draw_detections(canvas(), found, OverlayStyle(covered=(bar,)))
    below, beside = kept  # the second box is out of sight, it has none
    assert plain[0].y < 60
    assert (below.x, below.y) == (100, 110)
    assert beside == plain[2]


def test_no_label_covers_another_even_where_there_is_no_room_for_all() -> None:
    taken, placed = nothing_taken(), list[Label]()
    for _ in range(100):
        label = place(
            ["person 0.90  x 200 y 100  100x200", "person 0.90", "person"], (50, 50, 90, 90), (160, 120), 11, taken
        )
        if label is not None:
            assert not any(overlap(label, other) for other in placed)
            placed.append(label)
    assert 1 < len(placed) < 100


def test_many_labels_get_shorter_before_they_hide_the_picture() -> None:
    said = ["person 0.91  x 1312 y 140  384x210", "person 0.91", "person"]
    assert shortened([said] * 3, (640, 360), 16) == [said] * 3
    assert shortened([said] * 20, (640, 360), 16) == [said[1:]] * 20
    assert shortened([said] * 60, (640, 360), 16) == [said[2:]] * 60
    assert shortened([said] * 5000, (640, 360), 16) == [said[2:]] * 5000
    assert shortened([[], said], (40, 40), 16) == [[], said[2:]]


def test_twenty_labels_cover_hardly_more_than_a_quarter_of_a_small_picture() -> None:
    found = some_boxes(0, [(x, y, x + 60, y + 70) for x in range(20, 600, 120) for y in range(30, 350, 80)])
    plain, labelled = canvas(), canvas()
    draw_detections(plain, found, OverlayStyle(label=()))
    draw_detections(labelled, found, OverlayStyle())
    assert (plain != labelled).any(axis=-1).mean() < MOST_COVERED + 0.02


def test_the_selected_box_lies_on_top_edged_in_white_and_its_label_says_all() -> None:
    image = canvas()
    found = some_boxes(0, [(100, 100, 300, 250), (104, 104, 304, 254)])
    draw_detections(image, found, OverlayStyle(label=("class",), selected=1))
    assert tuple(image[200, 104]) == class_colour(0)
    assert tuple(image[200, 102]) == (255, 255, 255)  # over the other box
    other = canvas()
    draw_detections(other, found, OverlayStyle(label=("class",)))
    assert not is_colour(other[200, 90:110], (255, 255, 255)).any()


def test_the_selected_object_is_followed_until_it_is_out_of_sight() -> None:
    follower, wish = Follower(), Selected(0, (10, 10, 60, 110))
    assert follower.find(wish, some_boxes(0, [(300, 10, 350, 110), (20, 10, 70, 110)]), 0.0) == 1
    assert follower.find(wish, some_boxes(1, [(35, 10, 85, 110)]), 0.1) == 0
    assert follower.find(wish, some_boxes(2, [(35, 10, 85, 110)], class_id=1), 0.2) is None
    assert follower.find(wish, Detections.empty(3), 0.3) is None
    assert follower.find(wish, some_boxes(4, [(50, 10, 100, 110)]), 0.4) == 0
    assert follower.find(wish, Detections.empty(5), 2.0) is None  # out of sight for too long
    assert follower.find(wish, some_boxes(6, [(50, 10, 100, 110)]), 2.1) is None
    assert follower.find(Selected(0, (50, 10, 100, 110)), some_boxes(7, [(50, 10, 100, 110)]), 2.2) == 0
    assert follower.find(None, some_boxes(8, [(50, 10, 100, 110)]), 2.3) is None


@pytest.mark.parametrize(
    "box",
    [(0, 0, 60, 60), (600, 0, 640, 40), (0, 320, 50, 360), (590, 330, 640, 360), (0, 0, 640, 360), (-50, -50, 9, 9)],
)
def test_the_label_lies_inside_the_picture_wherever_the_box_is(box: tuple[int, int, int, int]) -> None:
    label = place(["bottle 0.91  x 312 y 140  84x210"], box, (640, 360), 16, nothing_taken())
    assert label is not None
    assert label.x >= 0
    assert label.x + label.w <= 640
    assert label.y >= 0
    assert label.y + label.h <= 360


def test_at_the_upper_border_a_low_box_has_its_label_below_and_a_tall_one_inside() -> None:
    low = place(["person 0.90"], (100, 2, 300, 40), (640, 360), 16, nothing_taken())
    tall = place(["person 0.90"], (100, 2, 300, 340), (640, 360), 16, nothing_taken())
    assert low is not None
    assert tall is not None
    assert (low.y, tall.y) == (40, 2)


def test_labels_of_boxes_at_the_same_place_do_not_cover_each_other() -> None:
    taken, placed = nothing_taken(), list[Label]()
    for _ in range(5):
        label = place(["person 0.90  x 200 y 100  100x200"], (200, 100, 300, 300), (640, 360), 16, taken)
        assert label is not None
        for other in placed:
            assert label.x >= other.x + other.w or other.x >= label.x + label.w or abs(label.y - other.y) >= label.h
        placed.append(label)


def test_a_label_too_wide_for_the_picture_is_shortened_and_left_out_in_a_tiny_one() -> None:
    variants = ["person 0.90  x 20 y 10  10x20", "person 0.90"]
    short = place(variants, (20, 10, 30, 30), (text_width(variants[1], 11) + 20, 60), 11, nothing_taken())
    assert short is not None
    assert short.text == "person 0.90"
    assert place(variants, (2, 1, 3, 3), (20, 60), 11, nothing_taken()) is None
    assert place(variants, (2, 1, 3, 3), (200, plate_height(11) - 1), 11, nothing_taken()) is None


@pytest.mark.parametrize("size_wh", [(1, 1), (2, 3), (31, 17)])
def test_tiny_pictures_are_drawn_without_complaint(size_wh: tuple[int, int]) -> None:
    image = canvas(*size_wh)
    draw_detections(image, some_boxes(0, [(0, 0, size_wh[0], size_wh[1])]), OverlayStyle())


def test_chinese_names_are_drawn_as_characters_and_not_as_boxes() -> None:
    pictures = []
    for names in (("人", "瓶"), ("瓶", "人")):
        image = canvas()
        draw_detections(image, some_boxes(0, [(100, 100, 400, 250)]), OverlayStyle(1.0, "zh", names))
        pictures.append(image)
    assert (pictures[0] != pictures[1]).any()  # replacement boxes would be alike


def test_where_a_chinese_name_is_missing_the_english_one_stands() -> None:
    assert OverlayStyle(language="zh", class_names_zh=("人",)).name_of(some_boxes(0, class_id=1), 1) == "bottle"


def test_letters_have_soft_edges() -> None:
    image = canvas()
    draw_detections(image, some_boxes(0, [(100, 100, 400, 250)]), OverlayStyle())
    plate = image[100 - plate_height(11) : 99, 101:250]
    whole = is_colour(plate, PALETTE[0]) | is_colour(plate, ink_on(PALETTE[0]))
    assert 0.02 < 1 - whole.mean() < 0.5


@pytest.mark.parametrize("colour", PALETTE)
def test_text_can_be_read_on_every_class_colour(colour: tuple[int, int, int]) -> None:
    def luminance(bgr: tuple[int, int, int]) -> float:
        linear = [c / 255 / 12.92 if c / 255 <= 0.03928 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in bgr]
        return 0.0722 * linear[0] + 0.7152 * linear[1] + 0.2126 * linear[2]

    light, dark = sorted((luminance(colour), luminance(ink_on(colour))), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5  # WCAG 2.1, level AA


def test_labels_grow_with_the_picture() -> None:
    assert text_height((1280, 720)) == 16
    assert text_height((3840, 2160)) == 36  # not three times as high: it is looked at from further off
    assert text_height((720, 1280)) < text_height((1280, 720))  # upright: the width limits
    assert text_height((64, 48)) == 11


def test_no_detections_leave_the_picture_as_it_was() -> None:
    image = canvas()
    draw_detections(image, Detections.empty(0), OverlayStyle())
    assert (image == 128).all()


def shown_at(view_wh: tuple[int, int] | None, size_wh: tuple[int, int] = (640, 360), channels: int = 3) -> Shown:
    image = np.full((size_wh[1], size_wh[0], channels), 200, np.uint8)
    found = some_boxes(0, [(size_wh[0] * 0.25, size_wh[1] * 0.25, size_wh[0] * 0.75, size_wh[1] * 0.75)])
    return compose(Frame(image, 0, 0.0, 0.0), found, view_wh, Choices(background_bgr=(1, 2, 3)))


def test_the_view_gets_exactly_its_pixels_with_the_picture_in_the_middle() -> None:
    shown = shown_at((1000, 1000))
    assert shown.picture.shape == (1000, 1000, 4)
    assert shown.scale == pytest.approx(1000 / 640)
    left, top = shown.offset_xy
    assert (left, top) == (0, (1000 - 562) // 2)
    assert tuple(shown.picture[0, 0]) == (1, 2, 3, 255)
    assert tuple(shown.picture[999, 500]) == (1, 2, 3, 255)
    assert tuple(shown.picture[top, 5]) == (200, 200, 200, 255)
    assert (shown.picture[..., 3] == 255).all()


def test_places_go_there_and_back_between_view_and_source() -> None:
    shown = shown_at((500, 700))
    assert shown.to_source(*shown.to_picture(123, 45)) == pytest.approx((123, 45))
    assert shown.object_at(*shown.to_picture(320, 180)) == 0
    assert shown.object_at(*shown.to_picture(5, 5)) is None


@pytest.mark.parametrize("view_wh", [None, (320, 180), (1, 1), (0, 0), (33, 977)])
@pytest.mark.parametrize("channels", [1, 3])
def test_every_view_size_and_grey_pictures_can_be_shown(view_wh: tuple[int, int] | None, channels: int) -> None:
    shown = shown_at(view_wh, channels=channels)
    expected = (360, 640) if view_wh is None else (max(view_wh[1], 1), max(view_wh[0], 1))
    assert shown.picture.shape[:2] == expected


def test_the_smallest_of_nested_boxes_is_the_one_under_the_mouse() -> None:
    found = some_boxes(0, [(0, 0, 100, 100), (40, 40, 60, 60)])
    shown = compose(Frame(canvas(100, 100), 0, 0.0, 0.0), found, None, Choices())
    assert shown.object_at(50, 50) == 1
    assert shown.object_at(10, 10) == 0


def test_a_large_picture_is_averaged_and_not_sampled() -> None:
    stripes = np.zeros((1201, 1603, 3), np.uint8)
    stripes[:, ::4] = 240  # every fourth column: sampling would give stripes again, or nothing
    small = resized(stripes, (400, 300))
    assert small.shape == (300, 400, 3)
    assert small.min() > 40
    assert small.max() < 80


def test_choices_filter_by_confidence_and_class() -> None:
    found = some_boxes(0, [(0, 0, 9, 9), (5, 5, 9, 9)], score=0.5)
    assert len(Choices(score=0.5).apply(found)) == 2
    assert len(Choices(score=0.51).apply(found)) == 0
    assert len(Choices(classes_on=frozenset({"bottle"})).apply(found)) == 0
    assert len(Choices(classes_on=frozenset({"person"})).apply(found)) == 2
    assert len(Choices(classes_on=frozenset({"person"})).apply(Detections.empty(0))) == 0
