"""Objects keep their numbers in a running pipeline: what is shown, what is recorded, and after a jump in a file."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from camapp.live.choices import Choices
from camapp.live.drawing.shown import Shown
from camapp.live.reading.transform import Transform
from camapp.live.recording.logs import CsvLog
from camapp.live.tracking import library
from detector.types import Detections, Frame
from tests.camapp.live.fakes import HandCamera, ScriptedDetector, number_in, some_boxes
from tests.camapp.live.reading.test_player import ScriptedFile
from tests.camapp.live.watching import Start, Watcher


@pytest.fixture(autouse=True)
def loaded_library() -> None:
    """It is there from the start."""
    library().result()


def two_that_pass(frame: Frame) -> Detections:
    """One goes right, one goes left below it."""
    i = frame.index
    return some_boxes(i, [(2 * i, 0, 2 * i + 30, 40), (120 - 2 * i, 50, 150 - 2 * i, 90)])


def ids(shown: Shown) -> list[int] | None:
    track_ids = shown.detections.track_ids
    return None if track_ids is None else track_ids.tolist()


def last_shows(wanted: list[int] | None, index: int | None = None) -> Callable[[Watcher], object]:
    return lambda w: w.shown and ids(w.shown[-1]) == wanted and index in (None, w.shown[-1].frame.index)


def take(camera: HandCamera, watcher: Watcher, count: int) -> None:
    """Pictures that are detected one by one."""
    for _ in range(count):
        frame = camera.take()
        watcher.wait(
            lambda w, frame=frame: any(
                shown.frame.index == frame.index and shown.detections.predicted.tolist() == [False, False]
                for shown in w.shown
            )
        )


def test_numbers_are_shown_recorded_and_carried_over_to_frames_left_out(
    start: Start, watcher: Watcher, tmp_path: Path
) -> None:
    camera, log = HandCamera(), CsvLog(tmp_path / "t.csv")
    pipeline = start(camera, ScriptedDetector(two_that_pass), sinks=[log])
    take(camera, watcher, 12)
    assert ids(watcher.shown[-1]) == [1, 2]
    pipeline.set_detector(None)
    detector = ScriptedDetector(two_that_pass)
    pipeline.set_detector(detector)
    take(camera, watcher, 1)
    assert ids(watcher.shown[-1]) == [1, 2]  # the same model, loaded again
    camera.close()
    assert pipeline.wait(20)
    with (tmp_path / "t.csv").open() as file:
        rows = [(int(row["frame"]), row["track_id"], float(row["x"])) for row in csv.DictReader(file)]
    assert [row[1] for row in rows if row[0] in (0, 1)] == [""] * 4
    assert [row for row in rows if row[0] == 10] == [(10, "1", 20.0), (10, "2", 100.0)]


def test_a_frame_that_is_not_detected_has_the_numbers_of_the_one_before(start: Start, watcher: Watcher) -> None:
    camera = HandCamera()

    def find(frame: Frame) -> Detections:
        if frame.index == 6:
            raise RuntimeError("out of memory")
        return two_that_pass(frame)

    start(camera, ScriptedDetector(find))
    take(camera, watcher, 6)
    camera.take()
    watcher.wait(lambda w: w.errors)
    watcher.wait(lambda w: w.shown[-1].frame.index == 6)
    assert watcher.shown[-1].detections.predicted.all()
    assert ids(watcher.shown[-1]) == [1, 2]


def test_without_following_a_still_picture_loses_its_numbers_at_once(start: Start, watcher: Watcher) -> None:
    camera = HandCamera()
    pipeline = start(camera, ScriptedDetector(two_that_pass))
    take(camera, watcher, 6)
    pipeline.choices = replace(pipeline.choices, follow=False)
    watcher.wait(last_shows(None, 5))


def test_another_overlap_leaves_a_still_picture_its_numbers(start: Start, watcher: Watcher) -> None:
    camera, detector = HandCamera(), ScriptedDetector(two_that_pass)
    pipeline = start(camera, detector)
    take(camera, watcher, 6)
    pipeline.pause()
    for overlap in (0.5, 0.7):
        count = len(detector.seen)
        pipeline.choices = replace(pipeline.choices, iou=overlap)
        watcher.wait(lambda w, count=count: len(detector.seen) > count)
    watcher.wait(last_shows([1, 2], 5))


def test_after_a_jump_in_a_file_numbers_begin_at_one_again(start: Start, watcher: Watcher) -> None:
    def find(frame: Frame) -> Detections:
        """One object in the first eight pictures, another from the fifth on."""
        both = some_boxes(frame.index, [(10, 10, 50, 80), (100, 10, 140, 80)])
        number = number_in(frame.image)
        return both.keep(np.array([number < 8, number >= 4]))

    detector = ScriptedDetector(find)
    pipeline = start(ScriptedFile(60, fps=30.0), detector)
    pipeline.pause()

    def step(count: int) -> None:
        for _ in range(count):
            before = len(detector.seen)
            pipeline.step(1)
            watcher.wait(lambda _, before=before: len(detector.seen) > before)

    step(12)
    watcher.wait(last_shows([2]))
    pipeline.seek(1.0)
    watcher.wait(last_shows([0]))
    step(3)
    watcher.wait(last_shows([1]))


def test_another_crop_begins_anew(start: Start, watcher: Watcher) -> None:
    camera = HandCamera()
    pipeline = start(camera, ScriptedDetector(two_that_pass), choices=Choices())
    take(camera, watcher, 6)
    assert ids(watcher.shown[-1]) == [1, 2]
    pipeline.transform = Transform(mirror=True)
    take(camera, watcher, 1)
    assert ids(watcher.shown[-1]) == [0, 0]
    take(camera, watcher, 4)
    assert ids(watcher.shown[-1]) == [1, 2]
