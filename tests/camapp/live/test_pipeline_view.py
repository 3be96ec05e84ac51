"""What a person chooses to see of a running picture: the selected object, turned, mirrored, cropped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from camapp.live.choices import Selected
from camapp.live.reading.transform import Transform
from tests.camapp.live.fakes import (
    HandCamera,
    ScriptedDetector,
    ScriptedSource,
    numbered_frames,
    read_video,
    some_boxes,
)
from tests.camapp.live.reading.test_player import ScriptedFile
from tests.camapp.live.watching import LIMIT_S, Start, Watcher


def test_the_picture_says_which_box_is_the_selected_object(start: Start, watcher: Watcher) -> None:
    camera = HandCamera()
    boxes = [(100, 0, 150, 50), (0, 0, 50, 50)]
    pipeline = start(camera, ScriptedDetector(lambda frame: some_boxes(frame.index, boxes)))
    camera.take()
    assert watcher.wait_shown(0, boxes=2).selected is None
    pipeline.choices = replace(pipeline.choices, selected=Selected(0, (0, 0, 50, 50)))
    watcher.wait(lambda w: w.shown[-1].selected == 1)
    boxes.reverse()
    camera.take()
    watcher.wait(lambda w: w.shown[-1].frame.index == 1 and w.shown[-1].selected == 0)


def test_boxes_are_those_of_the_picture_as_it_is_turned(start: Start, watcher: Watcher) -> None:
    camera = HandCamera()
    pipeline = start(camera, ScriptedDetector(lambda frame: some_boxes(frame.index, [(0, 0, *frame.size_wh)])))
    camera.take()
    assert watcher.wait_shown(0, boxes=1).detections.xyxy.tolist() == [[0, 0, 160, 96]]
    pipeline.transform = Transform(rotate=90, crop_xywh=(0, 10, 96, 50))
    taken = camera.take()
    watcher.wait(lambda w: w.shown[-1].frame.index == 1 and w.shown[-1].detections.predicted.tolist() == [False])
    shown = watcher.shown[-1]
    assert shown.detections.xyxy.tolist() == [[0, 0, 96, 50]]
    np.testing.assert_array_equal(shown.frame.image, np.rot90(taken.image, -1)[10:60])


def test_boxes_of_the_picture_before_it_was_turned_are_not_carried_over(start: Start, watcher: Watcher) -> None:
    camera = HandCamera()
    pipeline = start(camera, ScriptedDetector())
    camera.take()
    watcher.wait_shown(0, boxes=1)
    pipeline.set_detector(ScriptedDetector(lambda frame: some_boxes(frame.index, [])))
    pipeline.transform = Transform(mirror=True)
    camera.take()
    assert len(watcher.wait_shown(1).detections) == 0


def test_a_picture_that_stands_still_is_turned_at_once_and_so_is_a_paused_camera(
    start: Start, watcher: Watcher
) -> None:
    pipeline = start(ScriptedSource(numbered_frames(1)), ScriptedDetector())
    watcher.wait_shown(0, boxes=1)
    pipeline.transform = Transform(rotate=90)
    watcher.wait(lambda w: w.shown[-1].frame.size_wh == (96, 160) and len(w.shown[-1].detections))
    camera = HandCamera()
    other = start(camera)
    camera.take()
    watcher.wait_shown(0)
    other.pause()
    other.transform = Transform(rotate=270)
    camera.take()
    watcher.wait_shown(1)


def test_a_recording_goes_on_in_its_size_when_the_picture_is_turned(
    start: Start, watcher: Watcher, tmp_path: Path
) -> None:
    camera = HandCamera()
    pipeline = start(camera)
    pipeline.start_recording(tmp_path / "v.mp4")
    for index in range(4):
        if index == 2:
            pipeline.transform = Transform(rotate=90)
        camera.take()
        watcher.wait_shown(index)
    pipeline.stop()
    pictures, _, _ = read_video(tmp_path / "v.mp4")
    assert [picture.shape for picture in pictures] == [(96, 160, 3)] * 4


def test_a_file_is_sought_and_stepped_and_says_where_it_is(start: Start, watcher: Watcher) -> None:
    pipeline = start(ScriptedFile(100, fps=10.0), ScriptedDetector())
    assert pipeline.seekable
    watcher.wait_shown(0)
    pipeline.pause()
    pipeline.seek(5.0)
    watcher.wait(lambda w: pipeline.stats().frame_number == 50)
    pipeline.step(-1)
    watcher.wait(lambda w: pipeline.stats().frame_number == 49)
    pipeline.step(1)
    watcher.wait(lambda w: pipeline.stats().frame_number == 50)
    stats = pipeline.stats()
    assert (stats.position_s, stats.duration_s, stats.frame_count, stats.at_end) == (5.0, 10.0, 100, False)
    watcher.wait(lambda w: w.shown[-1].detections.predicted.tolist() == [False])  # though it is paused
    pipeline.seek(99.0)
    watcher.wait(lambda w: pipeline.stats().frame_number == 99)
    pipeline.resume()
    assert watcher.ended.wait(LIMIT_S)
    assert pipeline.stats().at_end


def test_a_camera_cannot_be_sought(start: Start, watcher: Watcher) -> None:
    camera = HandCamera()
    pipeline = start(camera)
    assert not pipeline.seekable
    pipeline.seek(3.0)
    pipeline.step(1)
    camera.take()
    watcher.wait_shown(0)
    assert not pipeline.paused
    assert pipeline.stats().position_s is None
