"""What the live pipeline records: every frame, whatever else is slow or broken."""

from __future__ import annotations

import json
from pathlib import Path
from threading import Event

import cv2
import numpy as np
import pytest

from camapp.errors import RecordingError
from camapp.live.detecting import DetectWorker
from camapp.live.drawing.shown import Shown
from camapp.live.recording.logs import JsonlLog
from detector.types import Detections, Frame
from tests.camapp.live.fakes import (
    HandCamera,
    ScriptedDetector,
    number_in,
    read_video,
)
from tests.camapp.live.watching import LIMIT_S, Gate, Start, Watcher


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


def test_a_picture_that_comes_while_a_recording_ends_is_not_missed(
    start: Start, watcher: Watcher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera = HandCamera()
    pipeline = start(camera)
    pipeline.start_recording(tmp_path / "v.mp4")
    camera.take()
    watcher.wait_shown(0)
    put = DetectWorker.put

    def end_it_first(detecting: DetectWorker, frame: Frame) -> None:
        pipeline.stop_recording()
        put(detecting, frame)

    monkeypatch.setattr(DetectWorker, "put", end_it_first)
    camera.take()
    watcher.wait_shown(1)
    assert (pipeline.stats().recorded_frames, pipeline.stats().recording_missed) == (1, 0)


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
