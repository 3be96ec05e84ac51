"""Objects keep their numbers: rendered rectangles that move, cross, are missed and flicker."""

from __future__ import annotations

import csv
import json
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import replace
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from camapp.live import tracking
from camapp.live.batch import run_batch
from camapp.live.choices import Choices
from camapp.live.recording.coco_log import CocoLog
from camapp.live.recording.logs import CsvLog, JsonlLog
from camapp.live.sources import open_source
from camapp.live.tracking import Numbering
from detector.engines import open_detector
from detector.paths import CLIP
from detector.types import Detections, Frame
from tests.camapp.live.fakes import NAMES, ScriptedDetector, ScriptedSource, some_boxes

SIZE_WH = (320, 200)
PERSON, BOTTLE = 0, 1

Place = Callable[[int], tuple[float, float]]


class Scene:
    """Rectangles of 40x60 on a black ground, each of its own grey; the later ones hide the earlier ones.

    Args:
        places: top-left corner of each by picture.
        missed: pictures on which the detector does not see an object, by its number from 0.
        scores: by object and picture; 0.9 else.
    """

    def __init__(
        self,
        places: Sequence[Place],
        *,
        class_ids: Sequence[int] | None = None,
        missed: dict[int, Sequence[int]] | None = None,
        scores: dict[tuple[int, int], float] | None = None,
        fps: float = 30.0,
        noise: float = 1.0,
    ) -> None:
        self.places = places
        self.class_ids = class_ids or [PERSON] * len(places)
        self.missed = missed or {}
        self.scores = scores or {}
        self.fps = fps
        self.noise = noise
        self.random = np.random.default_rng(0)
        self.owners: dict[bytes, int] = {}  # whose box it is

    def frame(self, index: int) -> Frame:
        """The picture, rendered."""
        image = np.zeros((SIZE_WH[1], SIZE_WH[0], 3), np.uint8)
        for number, place in enumerate(self.places):
            x, y = (round(side) for side in place(index))
            image[max(y, 0) : max(y + 60, 0), max(x, 0) : max(x + 40, 0)] = 50 + number
        return Frame(image, index, 100 + index / self.fps, index / self.fps)

    def frames(self, count: int) -> list[Frame]:
        return [self.frame(index) for index in range(count)]

    def find(self, frame: Frame) -> Detections:
        """The visible part of each rectangle, a pixel or so wrong."""
        rows: list[tuple[npt.NDArray[np.float32], float, int]] = []
        for number, class_id in enumerate(self.class_ids):
            ys, xs = np.nonzero(frame.image[..., 0] == 50 + number)
            if frame.index in self.missed.get(number, ()) or len(xs) < 300:
                continue
            box = np.array([xs.min(), ys.min(), xs.max() + 1, ys.max() + 1], np.float32)
            box += self.random.normal(0, self.noise, 4).astype(np.float32)
            self.owners[box.tobytes()] = number
            rows.append((box, self.scores.get((number, frame.index), 0.9), class_id))
        found = some_boxes(frame.index, [box.tolist() for box, _, _ in rows])
        scores, class_ids = [score for _, score, _ in rows], [class_id for _, _, class_id in rows]
        return replace(found, scores=np.array(scores, np.float32), class_ids=np.array(class_ids, np.int64))


def followed(scene: Scene, frames: Sequence[Frame], choices: Choices | None = None) -> Iterator[Detections]:
    """What a person would be shown of each frame."""
    numbering, choices = Numbering(wait=True), choices or Choices()
    for frame in frames:
        yield choices.apply(numbering.apply(frame, scene.find(frame), choices))


def numbers(scene: Scene, frames: Sequence[Frame], choices: Choices | None = None) -> dict[int, list[int]]:
    """The ids that each rectangle had, in order; 0 where it had none."""
    seen: dict[int, list[int]] = {number: [] for number in range(len(scene.places))}
    for found in followed(scene, frames, choices):
        track_ids = [0] * len(found) if found.track_ids is None else found.track_ids.tolist()
        for box, track_id in zip(found.xyxy, track_ids, strict=True):
            seen[scene.owners[box.tobytes()]].append(track_id)
    return seen


def still(x: float, y: float) -> Place:
    return lambda _index: (x, y)


def test_an_object_has_its_number_from_the_third_picture_on_and_keeps_it_while_it_moves() -> None:
    scene = Scene([lambda i: (10 + 4 * i, 40 + i)])
    assert numbers(scene, scene.frames(60))[0] == [0, 0] + [1] * 58


def test_numbers_are_given_in_order_of_appearance() -> None:
    scene = Scene([still(20, 20), still(120, 20), still(220, 20)], missed={0: range(10), 2: range(20)})
    seen = numbers(scene, scene.frames(30))
    assert [ids[-1] for ids in (seen[1], seen[0], seen[2])] == [1, 2, 3]


def test_two_objects_that_cross_keep_their_numbers() -> None:
    scene = Scene([lambda i: (10 + 4 * i, 60), lambda i: (270 - 4 * i, 75)])
    seen = numbers(scene, scene.frames(64))
    assert [set(ids) - {0} for ids in seen.values()] == [{1}, {2}]


@pytest.mark.parametrize("fps", [10.0, 30.0, 60.0])
def test_short_misses_cost_no_number_at_any_rate(fps: float) -> None:
    missed_for = range(30, 30 + round(0.6 * fps))
    scene = Scene([lambda i: (10 + 40 * i / fps, 60), still(240, 90)], missed={0: missed_for, 1: [20, 22, 25]}, fps=fps)
    seen = numbers(scene, scene.frames(30 + round(1.5 * fps)))
    assert [set(ids) - {0} for ids in seen.values()] == [{1}, {2}]


def test_an_object_that_was_away_for_long_is_a_new_one() -> None:
    scene = Scene([still(50, 50)], missed={0: range(20, 60)})
    assert set(numbers(scene, scene.frames(80))[0]) == {0, 1, 2}


def test_what_flickers_uses_no_number() -> None:
    flickers = {0: [i for i in range(40) if i % 7], 1: [i for i in range(40) if i % 7 != 3]}
    scene = Scene([still(20, 20), still(150, 100), still(250, 100)], missed={**flickers, 2: range(20)})
    seen = numbers(scene, scene.frames(40))
    assert (set(seen[0]), set(seen[1]), set(seen[2])) == ({0}, {0}, {0, 1})


def test_a_box_that_is_less_sure_for_a_while_keeps_its_object_alive_but_begins_none() -> None:
    weak = {(0, i): 0.3 for i in range(20, 70)} | {(1, i): 0.3 for i in range(90)}
    scene = Scene([lambda i: (10 + 2 * i, 20), still(60, 120)], scores=weak)
    seen = numbers(scene, scene.frames(90))
    assert set(seen[0][2:]) == {1}
    assert seen[1] == []
    shown_too = numbers(scene, scene.frames(90), Choices(score=0.2))
    assert set(shown_too[1][2:]) == {2}


def test_what_is_not_shown_uses_no_number() -> None:
    scene = Scene([still(20, 20), still(120, 20)], class_ids=[PERSON, BOTTLE])
    assert numbers(scene, scene.frames(10), Choices(classes_on=frozenset({"bottle"})))[1][-1] == 1


def test_objects_of_different_classes_are_never_mixed_up() -> None:
    scene = Scene([still(100, 60), lambda i: (104 if i >= 20 else 400, 60)], class_ids=[PERSON, BOTTLE])
    seen = numbers(scene, scene.frames(40))  # the bottle comes where the person was, and hides it
    assert (set(seen[0][2:20]), set(seen[1][2:])) == ({1}, {2})


def test_at_a_slow_rate_the_second_picture_gives_the_number() -> None:
    scene = Scene([still(50, 50)], fps=4.0)
    assert numbers(scene, scene.frames(5))[0] == [0, 1, 1, 1, 1]


def test_pictures_of_a_folder_have_no_objects_in_common() -> None:
    scene = Scene([still(50, 50)], fps=1.0)  # a folder's picture i has time i seconds
    assert set(numbers(scene, scene.frames(6))[0]) == {0}


def test_frames_left_out_cost_no_number() -> None:
    scene = Scene([lambda i: (10 + 2 * i, 60)])
    kept = [frame for frame in scene.frames(120) if frame.index % 10 in (0, 3, 4)]
    assert set(numbers(scene, kept)[0][2:]) == {1}


def test_times_that_stand_still_or_go_back_cost_no_number() -> None:
    scene = Scene([lambda i: (10 + 2 * i, 60)])
    frames = [replace(frame, time_s=(0.0, 0.5, 0.5, 0.1)[frame.index % 4]) for frame in scene.frames(60)]
    assert set(numbers(scene, frames)[0][3:]) == {1}


def test_the_same_picture_detected_again_has_the_same_numbers() -> None:
    scene = Scene([still(20, 20), still(120, 20)], noise=0.0)
    numbering, choices = Numbering(wait=True), Choices()
    results = [numbering.apply(frame, scene.find(frame), choices) for frame in scene.frames(10)]
    assert results[-1].track_ids is not None
    assert results[-1].track_ids.tolist() == [1, 2]
    other_overlap = replace(some_boxes(9, [(120, 20, 160, 80), (122, 20, 162, 80), (20, 20, 60, 80)]))
    for _ in range(5):
        again = numbering.apply(scene.frame(9), other_overlap, choices)
        assert again.track_ids is not None
        assert again.track_ids.tolist() == [2, 0, 1]


def test_numbers_begin_anew_where_asked_and_with_another_model() -> None:
    scene = Scene([still(20, 20), still(120, 20)], missed={0: range(12)})
    numbering, choices = Numbering(wait=True), Choices()
    frames = scene.frames(60)

    def number_of_the_first(part: Sequence[Frame], class_names: tuple[str, ...] = NAMES) -> int:
        for frame in part:
            found = numbering.apply(frame, replace(scene.find(frame), class_names=class_names), choices)
        assert found.track_ids is not None
        return int(found.track_ids[0])

    assert number_of_the_first(frames[:20]) == 2
    numbering.begin_anew()
    assert number_of_the_first(frames[20:40]) == 1
    assert number_of_the_first(frames[40:], (*NAMES, "cup")) == 1


def test_without_following_there_is_no_number_anywhere() -> None:
    scene = Scene([still(20, 20)])
    assert all(found.track_ids is None for found in followed(scene, scene.frames(5), Choices(follow=False)))
    numbered = replace(some_boxes(0), track_ids=np.array([7], np.int64))
    assert Choices(follow=False).apply(numbered).track_ids is None


def test_a_tracker_that_breaks_costs_only_the_numbers(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        def __init__(self, **_options: object) -> None:
            raise RuntimeError("no tracker today")

    scene = Scene([still(20, 20)])
    library = tracking.library()
    library.result()
    monkeypatch.setattr(library, "_result", Broken)
    with caplog.at_level(logging.ERROR):
        found = list(followed(scene, scene.frames(5)))
    assert [(len(one), one.track_ids) for one in found] == [(1, None)] * 5
    assert len(caplog.records) == 1


def test_a_box_without_a_place_costs_the_others_nothing() -> None:
    numbering, choices = Numbering(wait=True), Choices()
    for frame in Scene([]).frames(5):
        found = some_boxes(frame.index, [(float("nan"), 0, 10, 10), (20, 20, 60, 80)])
        numbered = numbering.apply(frame, found, choices)
    assert numbered.track_ids is not None
    assert numbered.track_ids.tolist() == [0, 1]


def test_the_library_is_not_loaded_with_the_pipeline_and_brings_no_torch() -> None:
    code = """
import sys
import camapp.live.batch, camapp.live.pipeline
from camapp.live.tracking import library
print([name for name in ("trackers", "supervision", "scipy") if name in sys.modules])
library().result()
print([name for name in ("torch", "tensorflow", "pandas") if name in sys.modules])
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=200, check=True)
    assert run.stdout.splitlines() == ["[]", "[]"]


def test_a_live_pipeline_does_not_wait_for_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    library = tracking.library().result()
    loading: Future[object] = Future()
    monkeypatch.setattr(tracking, "library", lambda: loading)
    scene, numbering = Scene([still(20, 20)]), Numbering(wait=False)
    found = [numbering.apply(frame, scene.find(frame), Choices()) for frame in scene.frames(5)]
    assert [one.track_ids for one in found] == [None] * 5
    loading.set_result(library)
    found = [numbering.apply(frame, scene.find(frame), Choices()) for frame in scene.frames(10)[5:]]
    assert [one.track_ids.tolist() for one in found if one.track_ids is not None] == [[0], [0], [1], [1], [1]]


def test_without_a_box_the_library_is_not_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(tracking, "library")
    scene = Scene([])
    assert [len(one) for one in followed(scene, scene.frames(3))] == [0, 0, 0]


def test_every_table_has_the_numbers_and_only_those_that_are_known(tmp_path: Path) -> None:
    scene = Scene([lambda i: (10 + 4 * i, 60), lambda i: (270 - 4 * i, 75)])
    sinks = [CsvLog(tmp_path / "t.csv"), JsonlLog(tmp_path / "t.jsonl"), CocoLog(tmp_path / "c.json")]
    summary = run_batch(ScriptedSource(scene.frames(60)), ScriptedDetector(scene.find), sinks, score=0.5)
    assert summary.error is None
    with (tmp_path / "t.csv").open() as file:
        of_csv = [row["track_id"] for row in csv.DictReader(file)]
    assert of_csv[:6] == ["", "", "", "", "1", "2"]
    assert set(of_csv[4:]) == {"1", "2"}
    of_jsonl = [json.loads(line)["track_id"] for line in (tmp_path / "t.jsonl").read_text().splitlines()]
    of_coco = [row["track_id"] for row in json.loads((tmp_path / "c.json").read_text())["annotations"]]
    assert of_jsonl == of_coco == [int(text) if text else None for text in of_csv]


def test_tables_have_the_boxes_as_they_were_detected(tmp_path: Path) -> None:
    boxes = [(20.5 + 3 * i + (i % 2), 30.0, 60.5 + 3 * i, 90.0) for i in range(20)]
    detector = ScriptedDetector(lambda frame: some_boxes(frame.index, [boxes[frame.index]]))
    run_batch(ScriptedSource(Scene([]).frames(20)), detector, [CsvLog(tmp_path / "t.csv")])
    with (tmp_path / "t.csv").open() as file:
        assert [float(row["x"]) for row in csv.DictReader(file)] == [box[0] for box in boxes]


def test_the_people_of_the_clip_have_few_steady_numbers(tmp_path: Path) -> None:
    log = CsvLog(tmp_path / "t.csv")
    part = ScriptedSource(islice(open_source(str(CLIP)), 0, 310, 4))  # as a slower machine sees it
    with open_detector() as detector:
        summary = run_batch(part, detector, [log], classes_on=frozenset({"person"}))
    assert summary.error is None
    with (tmp_path / "t.csv").open() as file:
        rows = [(int(row["frame"]), row["track_id"]) for row in csv.DictReader(file)]
    ids = [track_id for _, track_id in rows if track_id]
    assert len(set(ids)) <= 4
    assert sorted(set(ids), key=ids.index) == [str(number + 1) for number in range(len(set(ids)))]
    assert len(ids) > 0.9 * len(rows)
    changes = sum(before != after for before, after in pairwise(ids))
    assert changes < 0.05 * len(ids)
