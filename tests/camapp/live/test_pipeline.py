"""The live pipeline: what is shown, what is recorded, and that nothing waits for a slower part."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Condition, Event

import cv2
import numpy as np
import pytest

from camapp.errors import CameraError, RecordingError, SourceError
from camapp.live.capture import Playback, looped, paced
from camapp.live.logs import JsonlLog
from camapp.live.pipeline import Choices, LivePipeline
from camapp.live.shown import Shown
from camapp.live.source_base import Source
from detector.engines.base import Detector
from detector.errors import DeviceError, UserFacingError
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

LIMIT_S = 20.0  # until a test gives up; nothing is measured by it


class Watcher:
    """Notes what a pipeline says, and waits for what is expected."""

    def __init__(self) -> None:
        self.shown: list[Shown] = []
        self.errors: list[UserFacingError] = []
        self.mended = 0
        self.ended = Event()
        self._changed = Condition()

    def publish(self, shown: Shown) -> None:
        with self._changed:
            self.shown.append(shown)
            self._changed.notify_all()

    def fail(self, error: UserFacingError) -> None:
        with self._changed:
            self.errors.append(error)
            self._changed.notify_all()

    def mend(self) -> None:
        self.mended += 1

    def wait(self, what: Callable[[Watcher], object]) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: what(self), LIMIT_S), "what was waited for did not come"

    def wait_shown(self, index: int, boxes: int | None = None) -> Shown:
        """The first picture of this frame, with this many boxes if it matters."""

        def fits(shown: Shown) -> bool:
            return shown.frame.index == index and (boxes is None or len(shown.detections) == boxes)

        self.wait(lambda w: any(fits(shown) for shown in w.shown))
        return next(shown for shown in self.shown if fits(shown))


Start = Callable[..., LivePipeline]


@pytest.fixture
def watcher() -> Watcher:
    return Watcher()


@pytest.fixture
def start(watcher: Watcher) -> Iterator[Start]:
    """Starts a pipeline that is stopped after the test; no thread of it may stay."""
    started: list[LivePipeline] = []

    def start_one(source: Source, detector: Detector | None = None, **options: object) -> LivePipeline:
        options = {"publish": watcher.publish, **options}
        pipeline = LivePipeline(
            source,
            detector,
            on_error=watcher.fail,
            on_mended=watcher.mend,
            on_end=watcher.ended.set,
            **options,  # type: ignore[arg-type]
        )
        pipeline.start()
        started.append(pipeline)
        return pipeline

    yield start_one
    for pipeline in started:
        pipeline.stop()
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("camapp-")] == []


class Gate:
    """Holds a detector at a frame until the test lets it go on."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.reached = Event()
        self.open = Event()

    def find(self, frame: Frame) -> Detections:
        if frame.index == self.at:
            self.reached.set()
            assert self.open.wait(LIMIT_S)
        return some_boxes(frame.index)


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
        shown = watcher.wait_shown(index, boxes=1)
        if not shown.detections.predicted.any():
            assert shown.detections.xyxy[0, 0] == index


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


def test_a_slow_window_costs_pictures_and_never_the_recording(start: Start, watcher: Watcher, tmp_path: Path) -> None:
    camera, blocked = HandCamera(), Event()

    def slow(shown: Shown) -> None:
        watcher.publish(shown)
        assert blocked.wait(LIMIT_S)

    pipeline = start(camera, publish=slow)
    pipeline.start_recording(tmp_path / "v.mp4")
    camera.take()
    watcher.wait_shown(0)
    for _ in range(40):
        camera.take()
    camera.close()
    assert watcher.ended.wait(LIMIT_S)
    blocked.set()
    summary = pipeline.stop_recording()
    assert summary is not None
    assert summary.frames == 41
    assert [number_in(picture) for picture in read_video(tmp_path / "v.mp4")[0]] == list(range(41))
    assert pipeline.stats().recorded_frames == 41
    assert pipeline.stats().recording_missed == 0
    assert pipeline.stats().dropped >= 39


class SlowDisk:
    """A sink that stands still until the test lets it go on."""

    path = Path("slow")

    def __init__(self) -> None:
        self.open = Event()
        self.indices: list[int] = []

    def write(self, frame: Frame, detections: Detections) -> None:
        assert self.open.wait(LIMIT_S)
        self.indices.append(frame.index)

    def close(self) -> None:
        """Nothing is held."""


def test_while_a_recording_falls_behind_fewer_pictures_are_shown_and_none_is_missed(
    start: Start, watcher: Watcher
) -> None:
    camera, disk = HandCamera(), SlowDisk()
    pipeline = start(camera, ScriptedDetector(), sinks=[disk])
    for _ in range(121):
        camera.take()
    watcher.wait_shown(120)
    assert {shown.frame.index % 4 for shown in watcher.shown if shown.frame.index > 80} == {0}
    assert pipeline.stats().dropped >= 20
    disk.open.set()
    camera.close()
    assert pipeline.wait(LIMIT_S)
    assert disk.indices == list(range(121))
    assert pipeline.stats().recording_missed == 0


def test_a_disk_that_stands_still_costs_counted_frames_and_no_memory(start: Start, watcher: Watcher) -> None:
    camera, disk = HandCamera(), SlowDisk()
    pipeline = start(camera, sinks=[disk])
    for _ in range(201):
        camera.take()
    watcher.wait_shown(200)
    missed = pipeline.stats().recording_missed
    assert missed >= 40
    disk.open.set()
    camera.close()
    assert pipeline.wait(LIMIT_S)
    assert len(disk.indices) == 201 - missed
    assert disk.indices == sorted(disk.indices)


def test_a_recorded_frame_has_its_own_boxes_or_the_last_ones_marked(
    start: Start, watcher: Watcher, tmp_path: Path
) -> None:
    camera, gate = HandCamera(), Gate(at=2)
    log = tmp_path / "t.jsonl"
    pipeline = start(camera, ScriptedDetector(gate.find), sinks=[JsonlLog(log)])
    for index in range(3):
        camera.take()
        watcher.wait_shown(index)
        if index < 2:
            watcher.wait(lambda w: not w.shown[-1].detections.predicted.any() and len(w.shown[-1].detections))
    assert gate.reached.wait(LIMIT_S)
    for index in range(3, 6):
        camera.take()
        watcher.wait_shown(index)
    gate.open.set()
    camera.close()
    assert pipeline.wait(LIMIT_S)
    rows = [json.loads(line) for line in log.read_text().splitlines()]
    assert [(row["frame"], row["predicted"]) for row in rows] == [(0, 0), (1, 0), (2, 0), (3, 1), (4, 1), (5, 0)]


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


def test_a_recording_goes_on_while_the_picture_is_paused(start: Start, watcher: Watcher, tmp_path: Path) -> None:
    camera = HandCamera()
    pipeline = start(camera)
    pipeline.start_recording(tmp_path / "v.mp4")
    camera.take()
    watcher.wait_shown(0)
    pipeline.pause()
    for _ in range(5):
        camera.take()
    camera.close()
    assert watcher.ended.wait(LIMIT_S)
    pipeline.stop_recording()
    assert len(read_video(tmp_path / "v.mp4")[0]) == 6
    assert {shown.frame.index for shown in watcher.shown} == {0}


def test_recordings_can_be_made_one_after_another(start: Start, watcher: Watcher, tmp_path: Path) -> None:
    camera = HandCamera()
    pipeline = start(camera, ScriptedDetector())
    assert pipeline.recording_status is None
    assert pipeline.stop_recording() is None
    for number in range(2):
        pipeline.start_recording(tmp_path / f"{number}.mp4")
        status = pipeline.recording_status
        assert status is not None
        assert status.path == tmp_path / f"{number}.mp4"
        for _ in range(3):
            watcher.wait_shown(camera.take().index)
        summary = pipeline.stop_recording()
        assert summary is not None
        assert (summary.path, summary.frames) == (status.path, 3)
    assert pipeline.recording_status is None
    assert [number_in(picture) for picture in read_video(tmp_path / "1.mp4")[0]] == [3, 4, 5]


def test_stopping_in_the_midst_of_a_recording_finishes_it(start: Start, watcher: Watcher, tmp_path: Path) -> None:
    camera = HandCamera()
    pipeline = start(camera)
    pipeline.start_recording(tmp_path / "v.mp4")
    for _ in range(10):
        watcher.wait_shown(camera.take().index)
    pipeline.stop()
    assert len(read_video(tmp_path / "v.mp4")[0]) == 10


def test_a_recording_where_nothing_can_be_written_is_refused_at_once(start: Start, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    pipeline = start(HandCamera())
    with pytest.raises(RecordingError) as caught:
        pipeline.start_recording(tmp_path / "file" / "v.mp4")
    assert caught.value.code == "folder_unwritable"
    assert pipeline.recording_status is None


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the full device")
def test_a_full_disk_is_said_and_the_picture_goes_on(start: Start, watcher: Watcher) -> None:
    camera = HandCamera()
    pipeline = start(camera)
    pipeline.start_recording(Path("/dev/full"))
    for _ in range(40):  # the first half second of them is written as one piece
        camera.take()
    watcher.wait(lambda w: w.errors)
    assert watcher.errors[0].code == "disk_full"
    assert pipeline.recording_status is None
    watcher.wait_shown(camera.take().index)
    pipeline.stop_recording()


def test_a_snapshot_is_the_shown_picture_with_its_boxes_at_full_size(
    start: Start, watcher: Watcher, tmp_path: Path
) -> None:
    camera = HandCamera()
    pipeline = start(camera, ScriptedDetector())
    with pytest.raises(RecordingError, match="There is no picture yet"):
        pipeline.snapshot(tmp_path / "s.png")
    pipeline.view_size_wh = (80, 48)
    camera.take()
    watcher.wait_shown(0, boxes=1)
    path = pipeline.snapshot(tmp_path / "快照.png")
    saved = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR)
    assert saved is not None
    assert saved.shape == (96, 160, 3)
    assert (saved != watcher.shown[-1].frame.image).any()


def test_a_file_plays_at_its_own_pace_and_every_picture_is_shown(start: Start, watcher: Watcher) -> None:
    pipeline = start(ScriptedSource(numbered_frames(10, fps=50)))
    assert pipeline.wait(LIMIT_S)
    watcher.wait_shown(9)
    stamps = {shown.frame.index: shown.frame.captured_at_s for shown in watcher.shown}
    for index, captured_at_s in stamps.items():
        assert captured_at_s - stamps[min(stamps)] >= (index - min(stamps)) / 50 - 0.001


def test_a_paused_file_waits_where_it_is() -> None:
    playback = Playback()
    frames = paced(numbered_frames(3, fps=1000), playback)
    next(frames)
    playback.pause()
    taken: list[Frame] = []
    thread = threading.Thread(target=lambda: taken.append(next(frames)))
    thread.start()
    playback.resume()
    thread.join(LIMIT_S)
    assert taken[0].index == 1
    playback.stop()
    assert list(frames) == []


def test_a_looped_clip_goes_on_counting_frames_and_time() -> None:
    frames = looped(ScriptedSource(numbered_frames(3, fps=10)))
    taken = [next(frames) for _ in range(7)]
    assert [frame.index for frame in taken] == list(range(7))
    assert [frame.time_s for frame in taken] == pytest.approx([i / 10 for i in range(7)])
    assert [number_in(frame.image) for frame in taken] == [0, 1, 2, 0, 1, 2, 0]


def test_a_single_picture_is_not_looped() -> None:
    assert len(list(looped(ScriptedSource(numbered_frames(1))))) == 1


def test_without_a_window_a_camera_is_written_to_the_end(watcher: Watcher, start: Start, tmp_path: Path) -> None:
    camera = HandCamera()
    pipeline = start(camera, ScriptedDetector(), publish=None, sinks=[JsonlLog(tmp_path / "t.jsonl")])
    for _ in range(20):
        camera.take()
    camera.close()
    assert pipeline.wait(LIMIT_S)
    lines = (tmp_path / "t.jsonl").read_text().splitlines()
    assert len(lines) >= 1
    assert pipeline.stats().recorded_frames == 20


def test_without_a_window_a_full_disk_ends_the_wait(watcher: Watcher, start: Start) -> None:
    camera = HandCamera()
    pipeline = start(camera, ScriptedDetector(), publish=None, sinks=[JsonlLog(Path("/dev/full"))])
    camera.take()
    assert pipeline.wait(LIMIT_S)
    assert [error.code for error in watcher.errors] == ["disk_full"]


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
