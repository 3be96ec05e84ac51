"""A zone in tiles: where they lie, what becomes of boxes at their edges, and that nothing is lost or found twice."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from detector.engines.base import Detector
from detector.modelfile import ModelInfo
from detector.tiles import WHOLE, Look, clipped, detect_with_zone, look_at, merged, tile_zone
from detector.types import Detections, Frame

SIZE_WH = (1920, 1080)
SHAPE_HW = (256, 416)
NAMES = ("person", "car")
SMALLEST_SEEN = 8  # input pixels that the detector below needs


def detections(*rows: tuple[float, float, float, float, float], class_id: int = 0, carried: bool = False) -> Detections:
    """x1, y1, x2, y2, score each."""
    table = np.array(rows, np.float32).reshape(-1, 5)
    return Detections(
        table[:, :4].copy(),
        table[:, 4].copy(),
        np.full(len(table), class_id, np.int64),
        np.full(len(table), carried),
        0,
        NAMES,
    )


def look(part: int, found: Detections, cut: bool = False) -> Look:
    return Look(part, found, np.full(len(found), cut))


class BrightThings(Detector):
    """Finds the bright rectangles of a dark picture, unless the network would see them with too few pixels."""

    most_frames = 4

    def __init__(self) -> None:
        super().__init__(ModelInfo("resnet18", 96, NAMES), "CPU, scripted", None)
        self.seen: list[list[tuple[int, int]]] = []

    def detect(
        self,
        frames: Sequence[Frame],
        score: float = 0.05,
        iou: float = 0.6,
        size_hw: tuple[int, int] | None = None,
    ) -> list[Detections]:
        self.seen.append([frame.size_wh for frame in frames])
        results = []
        for frame in frames:
            height, width = size_hw or self.shape_for(frame.size_wh)
            scale = min(width / frame.size_wh[0], height / frame.size_wh[1])
            bright = np.ascontiguousarray(frame.image[:, :, 0] > 128).astype(np.uint8)
            stats = cv2.connectedComponentsWithStats(bright)[2][1:]
            rows = [(x, y, x + w, y + h, 0.9) for x, y, w, h, _ in stats.tolist() if min(w, h) * scale >= SMALLEST_SEEN]
            found = detections(*rows)
            results.append(Detections(found.xyxy, found.scores, found.class_ids, found.predicted, frame.index, NAMES))
        return results

    def infer(self, batch: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        raise NotImplementedError

    def _release(self) -> None:
        pass


def frame_with(*things: tuple[int, int, int, int], size_wh: tuple[int, int] = SIZE_WH) -> Frame:
    """Bright rectangles, x, y, w, h."""
    image = np.zeros((size_wh[1], size_wh[0], 3), np.uint8)
    for x, y, width, height in things:
        image[y : y + height, x : x + width] = 255
    return Frame(image, 7, 0.0, 0.0)


@pytest.mark.parametrize("zone", [(0, 0, 1920, 1080), (300, 200, 900, 300), (5, 900, 700, 400), (1000, 500, 40, 30)])
@pytest.mark.parametrize("most", [None, 12, 1])
def test_tiles_hold_the_whole_zone_and_lie_inside_the_picture(
    zone: tuple[int, int, int, int], most: int | None
) -> None:
    tiling = tile_zone(zone, SIZE_WH, SHAPE_HW, most)
    assert tiling is not None
    covered = np.zeros((SIZE_WH[1], SIZE_WH[0]), bool)
    for x, y, width, height in tiling.tiles:
        assert min(x, y) >= 0
        assert (x + width, y + height) <= SIZE_WH
        assert y + height <= SIZE_WH[1]
        covered[y : y + height, x : x + width] = True
    x, y, width, height = tiling.zone
    assert covered[y : y + height, x : x + width].all()
    assert most is None or len(tiling.tiles) <= most


def test_neighbours_share_enough_for_small_things() -> None:
    tiling = tile_zone((0, 0, *SIZE_WH), SIZE_WH, SHAPE_HW, closest=1.0)
    assert tiling is not None
    starts = sorted({tile[0] for tile in tiling.tiles})
    assert max(np.diff(starts)) <= 416 - 64
    assert all(tile[2:] == (416, 256) for tile in tiling.tiles)


def test_a_smaller_zone_is_seen_more_closely_for_the_same_number_of_tiles() -> None:
    scales = []
    for zone in ((0, 0, 1920, 1080), (0, 0, 960, 540), (0, 0, 480, 270)):
        tiling = tile_zone(zone, SIZE_WH, SHAPE_HW, 12)
        assert tiling is not None
        scales.append(tiling.scale)
    assert scales == sorted(scales)
    assert scales[0] > 416 / 1920
    assert scales[-1] > 2


@pytest.mark.parametrize(
    "zone", [(2000, 0, 50, 50), (0, 0, 0, 0), (10, 10, 5, 400), (-300, -300, 200, 200), (0, 0, -9, 50)]
)
def test_a_zone_beside_the_picture_or_without_size_gives_no_tiles(zone: tuple[int, int, int, int]) -> None:
    assert tile_zone(zone, SIZE_WH, SHAPE_HW) is None
    detector = BrightThings()
    frame = frame_with((100, 100, 60, 60))
    assert len(detect_with_zone(detector, frame, zone)) == 1
    assert detector.seen == [[SIZE_WH]]


def test_a_zone_that_sticks_out_is_cut_off() -> None:
    assert clipped((-50, 1000, 200, 500), SIZE_WH) == (0, 1000, 150, 80)
    assert clipped((0, 0, 10**6, 10**6), SIZE_WH) == (0, 0, *SIZE_WH)


def test_a_picture_smaller_than_a_tile_is_one_tile() -> None:
    tiling = tile_zone((0, 0, 100, 60), (100, 60), SHAPE_HW, closest=1.0)
    assert tiling is not None
    assert tiling.tiles == ((0, 0, 100, 60),)


def test_small_things_are_found_in_tiles_at_their_places_in_the_picture() -> None:
    things = [(100, 80, 12, 12), (500, 300, 12, 12), (710, 410, 12, 12)]
    frame = frame_with(*things)
    detector = BrightThings()
    assert len(detector.detect([frame])[0]) == 0
    found = detect_with_zone(detector, frame, (50, 50, 800, 450))
    assert found.frame_index == 7
    assert sorted(map(tuple, found.xywh.astype(int).tolist())) == sorted(things)
    assert not found.predicted.any()


def test_each_thing_on_a_grid_over_the_edges_of_tiles_is_found_once_and_whole() -> None:
    things = [(x, y, 13, 13) for x in range(200, 800, 29) for y in range(200, 500, 31)]
    found = detect_with_zone(BrightThings(), frame_with(*things), (150, 150, 700, 400))
    assert sorted(map(tuple, found.xywh.astype(int).tolist())) == sorted(things)


def test_a_large_thing_over_many_tiles_is_found_once_by_the_look_at_the_whole_picture() -> None:
    found = detect_with_zone(BrightThings(), frame_with((200, 200, 700, 500)), (0, 0, *SIZE_WH))
    assert found.xywh.tolist() == [[200, 200, 700, 500]]


def test_tiles_are_given_to_the_detector_as_one_batch() -> None:
    detector, frame = BrightThings(), frame_with()
    tiling = tile_zone((0, 0, 900, 500), SIZE_WH, SHAPE_HW, 12)
    assert tiling is not None
    looks = look_at(detector, frame, tiling, range(WHOLE, len(tiling.tiles)), 0.1, 0.6)
    assert [one.part for one in looks] == list(range(WHOLE, len(tiling.tiles)))
    assert len(detector.seen) == 1
    assert detector.seen[0] == [SIZE_WH, *(tile[2:] for tile in tiling.tiles)]


def test_a_piece_that_no_other_look_saw_whole_is_kept() -> None:
    piece = look(0, detections((400, 100, 416, 120, 0.8)), cut=True)
    assert len(merged([piece], 0, NAMES)) == 1
    whole = look(1, detections((400, 100, 440, 120, 0.6)))
    assert merged([piece, whole], 0, NAMES).xyxy.tolist() == [[400, 100, 440, 120]]
    other_class = look(1, detections((400, 100, 440, 120, 0.6), class_id=1))
    assert len(merged([piece, other_class], 0, NAMES)) == 2
    hardly = look(1, detections((400, 100, 440, 120, 0.1)))
    assert len(merged([piece, hardly], 0, NAMES)) == 2


def test_boxes_of_one_look_are_told_apart_as_the_detector_did() -> None:
    pair = look(WHOLE, detections((0, 0, 100, 100, 0.9), (0, 30, 100, 130, 0.8)))
    assert len(merged([pair], 0, NAMES)) == 2
    again = look(0, detections((0, 2, 100, 102, 0.7)))
    assert merged([pair, again], 0, NAMES).scores.tolist() == pytest.approx([0.9, 0.8])


def test_a_box_found_now_goes_before_one_that_is_carried_unless_it_is_unsure() -> None:
    carried = look(0, detections((10, 10, 30, 30, 0.9), carried=True))
    sure = look(WHOLE, detections((12, 10, 32, 30, 0.5)))
    unsure = look(WHOLE, detections((12, 10, 32, 30, 0.2)))
    assert merged([carried, sure], 0, NAMES, 0.35).predicted.tolist() == [False]
    assert merged([carried, unsure], 0, NAMES, 0.35).predicted.tolist() == [True]


def test_nothing_in_no_look_is_nothing() -> None:
    assert len(merged([], 3, NAMES)) == 0
    assert len(merged([look(WHOLE, detections()), look(0, detections())], 3, NAMES)) == 0
