"""The live pipeline: what is shown, and that nothing waits for a slower part."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from camapp.errors import CameraError, SourceError
from camapp.live.drawing.shown import Shown
from camapp.live.pipeline import Choices
from detector.errors import DeviceError
from detector.types import Detections, Frame
from tests.camapp.live.fakes import (
    HandCamera,
    ScriptedDetector,
    ScriptedSource,
    number_in,
    numbered_frames,
    read_video,
    some_boxes,
)
from tests.camapp.live.watching import LIMIT_S, Gate, Start, Watcher


def test_the_camera_is_shown_before_there_is_a_detector(start: Start, watcher: Watcher) -> None:
    camera = HandCamera()
    pipeline = start(camera)
    camera.take()
    assert len(watcher.wait_shown(0).detections) == 0
    pipeline.set_detector(ScriptedDetector())
    camera.take()
    shown = watcher.wait_shown(1, boxes=1)
    assert shown.detections.frame_index == 1


def test_each_picture_carries_boxes_of_its_own_frame(start: Start, watcher: Watcher) -> None:
    camera = HandCamera()
    start(camera, ScriptedDetector(lambda frame: some_boxes(frame.index, [(frame.index, 0, 50, 50)])))
    for index in range(5):
        camera.take()
        watcher.wait_shown(index)
        watcher.wait(lambda w: w.shown[-1].detections.predicted.tolist() == [False])
        shown = watcher.shown[-1]
        assert (shown.frame.index, shown.detections.xyxy[0, 0]) == (index, index)


def test_a_picture_shown_before_its_result_is_drawn_again_with_it(start: Start, watcher: Watcher) -> None:
    camera, gate = HandCamera(), Gate(at=0)
    start(camera, ScriptedDetector(gate.find))
    camera.take()
    watcher.wait_shown(0, boxes=0)
    gate.open.set()
    assert watcher.wait_shown(0, boxes=1).detections.predicted.tolist() == [False]


def test_the_picture_goes_on_while_the_detector_is_busy_and_it_takes_the_newest(start: Start, watcher: Watcher) -> None:
    camera, gate = HandCamera(), Gate(at=0)
    detector = ScriptedDetector(gate.find)
    pipeline = start(camera, detector)
    camera.take()
    assert gate.reached.wait(LIMIT_S)
    watcher.wait_shown(0)  # the detector may have it before it is drawn; the next picture would take its place
    for index in range(1, 6):
        camera.take()
        watcher.wait_shown(index)
    gate.open.set()
    watcher.wait_shown(5, boxes=1)
    assert detector.seen == [0, 5]
    assert pipeline.stats().skipped == 4
    assert pipeline.stats().dropped == 0


def test_frames_that_the_camera_lost_are_counted(start: Start, watcher: Watcher) -> None:
    camera = HandCamera()
    pipeline = start(camera)
    camera.take()
    watcher.wait_shown(0)
    camera.take(skipped=3)
    watcher.wait_shown(4)
    assert pipeline.stats().dropped == 3


def test_choices_are_applied_to_a_picture_that_stands_still(start: Start, watcher: Watcher) -> None:
    picture = ScriptedSource(numbered_frames(1))
    detector = ScriptedDetector(lambda frame: some_boxes(frame.index, score=0.5))
    pipeline = start(picture, detector)
    watcher.wait_shown(0, boxes=1)
    pipeline.choices = Choices(score=0.6)
    watcher.wait(lambda w: len(w.shown[-1].detections) == 0)
    pipeline.choices = Choices(score=0.4)
    watcher.wait(lambda w: len(w.shown[-1].detections) == 1)
    pipeline.view_size_wh = (333, 222)
    watcher.wait(lambda w: w.shown[-1].picture.shape == (222, 333, 4))


def test_a_new_model_looks_at_a_picture_that_stands_still_and_the_old_one_is_closed(
    start: Start, watcher: Watcher
) -> None:
    old, new = ScriptedDetector(), ScriptedDetector(lambda frame: some_boxes(frame.index, [(1, 1, 9, 9)] * 2))
    pipeline = start(ScriptedSource(numbered_frames(1)), old)
    watcher.wait_shown(0, boxes=1)
    assert watcher.ended.wait(LIMIT_S)
    pipeline.set_detector(new)
    watcher.wait_shown(0, boxes=2)
    pipeline.stop()
    assert old.closed
    assert not new.closed


def test_without_a_detector_the_boxes_go(start: Start, watcher: Watcher) -> None:
    pipeline = start(ScriptedSource(numbered_frames(1)), ScriptedDetector())
    watcher.wait_shown(0, boxes=1)
    pipeline.set_detector(None)
    watcher.wait(lambda w: len(w.shown[-1].detections) == 0)


@pytest.mark.parametrize(
    ("raised", "sentence"),
    [
        (RuntimeError("out of memory"), "The detector stopped: out of memory. Choose another device or model."),
        (DeviceError("device_unknown", name="npu", known="cpu"), "There is no device 'npu'. Choose one of: cpu."),
    ],
)
def test_a_detector_that_fails_is_said_once_and_the_picture_goes_on(
    start: Start, watcher: Watcher, raised: Exception, sentence: str, caplog: pytest.LogCaptureFixture
) -> None:
    def find(frame: Frame) -> Detections:
        raise raised

    camera, detector = HandCamera(), ScriptedDetector(find)
    with caplog.at_level(logging.CRITICAL):
        pipeline = start(camera, detector)
        for index in range(3):
            camera.take()
            watcher.wait_shown(index)
            watcher.wait(lambda w: w.errors)
    assert [str(error) for error in watcher.errors] == [sentence]
    detector.find = lambda frame: some_boxes(frame.index)
    pipeline.set_detector(detector)  # the person tries it again
    camera.take()
    watcher.wait_shown(3, boxes=1)
    assert not detector.closed


def test_a_lost_camera_is_said_and_so_is_its_return(start: Start, watcher: Watcher) -> None:
    camera = HandCamera()
    start(camera)
    camera.take()
    watcher.wait_shown(0)
    camera.on_trouble(CameraError("camera_lost", name="HD Webcam"))
    camera.on_trouble(None)
    assert [str(error) for error in watcher.errors] == [
        "The camera 'HD Webcam' stopped sending pictures. Trying again; check its cable."
    ]
    assert watcher.mended == 1


def test_a_source_that_ends_with_an_error_is_said_and_its_last_picture_stays(start: Start, watcher: Watcher) -> None:
    source = ScriptedSource(numbered_frames(3, fps=1000), SourceError("source_damaged", name="clip.mp4", frames=3))
    pipeline = start(source, ScriptedDetector())
    assert watcher.ended.wait(LIMIT_S)
    assert [error.code for error in watcher.errors] == ["source_damaged"]
    watcher.wait_shown(2)
    pipeline.view_size_wh = (64, 64)
    watcher.wait(lambda w: w.shown[-1].picture.shape == (64, 64, 4))
    assert watcher.shown[-1].frame.index == 2


def test_a_paused_camera_keeps_its_picture_and_then_shows_the_present(start: Start, watcher: Watcher) -> None:
    camera = HandCamera()
    pipeline = start(camera, ScriptedDetector())
    camera.take()
    watcher.wait_shown(0)
    pipeline.pause()
    assert pipeline.paused
    camera.take()
    camera.take()
    pipeline.resume()
    camera.take()
    watcher.wait_shown(3)


def test_a_file_plays_at_its_own_pace_and_every_picture_is_shown(start: Start, watcher: Watcher) -> None:
    pipeline = start(ScriptedSource(numbered_frames(10, fps=50)))
    assert pipeline.wait(LIMIT_S)
    watcher.wait_shown(9)
    stamps = {shown.frame.index: shown.frame.captured_at_s for shown in watcher.shown}
    for index, captured_at_s in stamps.items():
        assert captured_at_s - stamps[min(stamps)] >= (index - min(stamps)) / 50 - 0.001


def test_a_detector_that_hangs_does_not_hold_up_the_end(
    watcher: Watcher, start: Start, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    camera, gate = HandCamera(), Gate(at=0)
    pipeline = start(camera, ScriptedDetector(gate.find))
    pipeline.start_recording(tmp_path / "v.mp4")
    camera.take()
    assert gate.reached.wait(LIMIT_S)
    for _ in range(5):
        watcher.wait_shown(camera.take().index)
    pipeline.stop()
    assert caplog.messages == ["camapp-detect does not end"]
    gate.open.set()
    assert [number_in(picture) for picture in read_video(tmp_path / "v.mp4")[0]] == list(range(6))


def test_a_drawing_that_fails_is_said_and_the_next_picture_comes(
    start: Start, watcher: Watcher, caplog: pytest.LogCaptureFixture
) -> None:
    camera = HandCamera()

    def publish(shown: Shown) -> None:
        if shown.frame.index == 0:
            raise RuntimeError("gone")
        watcher.publish(shown)

    with caplog.at_level(logging.CRITICAL):
        start(camera, publish=publish)
        camera.take()
        watcher.wait(lambda w: w.errors)
    camera.take()
    watcher.wait_shown(1)
    assert [error.code for error in watcher.errors] == ["internal"]


def test_another_overlap_sends_a_still_picture_through_the_detector_again(start: Start, watcher: Watcher) -> None:
    detector = ScriptedDetector()
    pipeline = start(ScriptedSource(numbered_frames(1)), detector)
    watcher.wait_shown(0, boxes=1)
    assert watcher.ended.wait(LIMIT_S)
    detector.find = lambda frame: some_boxes(frame.index, [(1, 1, 9, 9)] * 3)
    pipeline.choices = replace(pipeline.choices, iou=0.9)
    watcher.wait_shown(0, boxes=3)
