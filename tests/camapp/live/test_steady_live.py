"""Steady boxes in running pipelines: drawn in the window and in videos, never written into tables."""

from __future__ import annotations

import csv
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from camapp.live.batch import run_batch
from camapp.live.choices import Choices
from camapp.live.recording.logs import CsvLog
from camapp.live.tracks import LastBoxes
from detector.types import Detections, Frame
from tests.camapp.live.fakes import HandCamera, ScriptedDetector, ScriptedSource, numbered_frames, some_boxes
from tests.camapp.live.test_steady import Camera, found
from tests.camapp.live.watching import Start, Watcher


def shaking(frame: Frame) -> Detections:
    """A still thing of which the detector is less sure now and then, and which it misses once."""
    noise = np.random.default_rng(frame.index).normal(0, 2, 4)
    score = 0.3 if frame.index % 5 == 4 else 0.9
    boxes = [] if frame.index == 17 else [(np.array([30, 20, 90, 80]) + noise).tolist()]
    return some_boxes(frame.index, boxes, score)


class Drawing:
    """A sink that keeps what it is to draw."""

    draws = True
    path = Path()

    def __init__(self) -> None:
        self.drawn: list[Detections] = []

    def write(self, _frame: Frame, detections: Detections) -> None:
        self.drawn.append(detections)

    def close(self) -> None:
        """Nothing is held."""


def shows_found(index: int, watcher: Watcher) -> bool:
    """Whether this picture is in view with a box that was found on it."""
    if not watcher.shown or watcher.shown[-1].frame.index != index:
        return False
    detections = watcher.shown[-1].detections
    return len(detections) > 0 and not detections.predicted.any()


def rows(path: Path) -> list[dict[str, str]]:
    with path.open() as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("follow", [False, True])
def test_a_video_has_steady_boxes_and_its_table_those_that_were_found(tmp_path: Path, follow: bool) -> None:
    tables: list[list[dict[str, str]]] = []
    drawings: list[list[Detections]] = []
    for steady in (False, True):
        drawing, log = Drawing(), CsvLog(tmp_path / f"{steady}.csv")
        source = ScriptedSource(numbered_frames(60))
        run_batch(source, ScriptedDetector(shaking), [drawing, log], score=0.4, steady=steady, follow=follow)
        tables.append(rows(log.path))
        drawings.append(drawing.drawn)
    assert tables[0] == tables[1]
    assert len(tables[0]) == 60 - 12 - 1
    as_found, steadied = drawings
    assert [len(one) for one in as_found].count(0) == 13
    assert [len(one) for one in steadied] == [1] * 60
    assert [i for i, one in enumerate(steadied) if one.predicted.any()] == [17]
    places = np.concatenate([one.xyxy for one in steadied[20:]])
    assert places.std(axis=0).mean() < 2 / 3


def test_the_window_shows_steady_boxes_and_the_log_has_those_that_were_found(
    start: Start, watcher: Watcher, tmp_path: Path
) -> None:
    camera, log = HandCamera(), CsvLog(tmp_path / "t.csv")
    pipeline = start(camera, ScriptedDetector(shaking), sinks=[log], choices=Choices(score=0.4, steady=True))
    shown = {}
    for index in range(17):
        camera.take()
        watcher.wait(partial(shows_found, index))
        shown[index] = watcher.shown[-1].detections
    pipeline.choices = replace(pipeline.choices, steady=False)  # at once, on the picture in view
    as_found = shaking(Frame(np.zeros((96, 160, 3), np.uint8), 16, 0.0, 0.0)).xyxy
    watcher.wait(lambda w: np.array_equal(w.shown[-1].detections.xyxy, as_found))
    camera.close()
    assert pipeline.wait(20)
    assert len(rows(log.path)) == 17 - 3
    for row in rows(log.path):
        true = shaking(Frame(np.zeros((96, 160, 3), np.uint8), int(row["frame"]), 0.0, 0.0)).xyxy[0, 0]
        assert float(row["x"]) == pytest.approx(true, abs=0.06)
    assert np.std([shown[i].xyxy[0] for i in range(8, 17)], axis=0).mean() < 1.2


def test_steady_boxes_are_kept_for_half_a_second_and_not_over_a_jump() -> None:
    camera, boxes = Camera(), LastBoxes()
    drawn = camera.look(found())
    boxes.add(found(), 50.0, drawn)

    def count(index: int, captured_at_s: float) -> int:
        frame = replace(camera.frame(index=index), captured_at_s=captured_at_s)
        return len(boxes.drawn_for(frame, camera.choices).detections)

    assert [count(3, 50.4), count(3, 50.51)] == [1, 0]
    boxes.begin_anew(5)
    assert [count(4, 50.1), count(5, 50.1)] == [1, 0]


def test_boxes_that_are_not_steadied_are_drawn_as_they_were_found() -> None:
    boxes, camera = LastBoxes(), Camera()
    boxes.add(found(), 50.0)
    on = boxes.drawn_for(camera.frame(index=1), camera.choices)
    assert on.detections.xyxy.tolist() == found().xyxy.tolist()
    assert on.dashed.tolist() == [True]
