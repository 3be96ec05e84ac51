"""A whole source through detector and sinks: every frame, in order, and what is kept when something breaks."""

from __future__ import annotations

import csv
from dataclasses import replace
from itertools import islice
from pathlib import Path
from threading import Event

import pytest

from camapp.errors import CameraError, RecordingError, SourceError
from camapp.live.batch import BatchProgress, run_batch
from camapp.live.recording.coco_log import CocoLog
from camapp.live.recording.logs import CsvLog, JsonlLog
from camapp.live.recording.video_sinks import VideoSink
from camapp.live.sources import open_source
from detector.engines import open_detector
from detector.paths import CLIP
from detector.types import Detections, Frame
from tests.camapp.live.fakes import (
    HandCamera,
    ScriptedDetector,
    ScriptedSource,
    number_in,
    numbered_frames,
    read_times,
    read_video,
    some_boxes,
)


class FullDisk:
    """A sink that breaks at one frame, and notes what it got."""

    path = Path("full")

    def __init__(self, at: int) -> None:
        self.at = at
        self.indices: list[int] = []
        self.closed = 0

    def write(self, frame: Frame, detections: Detections) -> None:
        if frame.index == self.at:
            raise RecordingError("disk_full", path=self.path)
        self.indices.append(frame.index)

    def close(self) -> None:
        self.closed += 1


def test_every_frame_is_detected_and_written_in_order(tmp_path: Path) -> None:
    detector = ScriptedDetector(lambda frame: some_boxes(frame.index, [(1, 2, 30, 40)] * (frame.index % 3)))
    sinks = [VideoSink(tmp_path / "v.mp4"), CsvLog(tmp_path / "t.csv"), JsonlLog(tmp_path / "t.jsonl")]
    summary = run_batch(ScriptedSource(numbered_frames(90)), detector, sinks)
    assert detector.seen == list(range(90))
    assert not detector.closed
    assert (summary.frames, summary.error, summary.interrupted) == (90, None, False)
    assert summary.boxes_by_class == {"person": 90}
    assert summary.video_seconds == pytest.approx(89 / 30)
    pictures, _, duration_s = read_video(tmp_path / "v.mp4")
    assert [number_in(picture) for picture in pictures] == list(range(90))
    assert duration_s == pytest.approx(3, rel=0.02)
    with (tmp_path / "t.csv").open() as file:
        assert [int(row["frame"]) for row in csv.DictReader(file)] == [i for i in range(90) for _ in range(i % 3)]
    assert (tmp_path / "t.jsonl").read_text().count("\n") == 90


def test_only_what_was_chosen_is_written(tmp_path: Path) -> None:
    detector = ScriptedDetector(lambda frame: some_boxes(frame.index, score=0.4, class_id=frame.index % 2))
    summary = run_batch(ScriptedSource(numbered_frames(10)), detector, [], classes_on=frozenset({"bottle"}))
    assert summary.boxes_by_class == {"bottle": 5}
    assert run_batch(ScriptedSource(numbered_frames(10)), detector, [], score=0.5).boxes_by_class == {}


def test_the_models_own_threshold_is_the_default() -> None:
    detector = ScriptedDetector(lambda frame: some_boxes(frame.index, score=0.6))
    detector.info = replace(detector.info, score_threshold=0.7)
    assert run_batch(ScriptedSource(numbered_frames(3)), detector, []).boxes_by_class == {}


def test_progress_is_told_to_the_end_with_the_total() -> None:
    told: list[BatchProgress] = []
    run_batch(ScriptedSource(numbered_frames(20)), ScriptedDetector(), [], on_progress=told.append)
    assert (told[-1].frames, told[-1].total) == (20, 20)


def test_what_was_readable_of_a_damaged_file_is_kept(tmp_path: Path) -> None:
    source = ScriptedSource(numbered_frames(30), SourceError("source_damaged", name="clip.mp4", frames=30))
    summary = run_batch(source, ScriptedDetector(), [VideoSink(tmp_path / "v.mp4"), CsvLog(tmp_path / "t.csv")])
    assert summary.frames == 30
    assert str(summary.error).startswith("'clip.mp4' is damaged after 30 frames.")
    assert len(read_video(tmp_path / "v.mp4")[0]) == 30


def test_without_a_readable_frame_there_is_an_error_and_no_file(tmp_path: Path) -> None:
    sinks = [VideoSink(tmp_path / "v.mp4"), CsvLog(tmp_path / "t.csv"), CocoLog(tmp_path / "c.json")]
    summary = run_batch(ScriptedSource([], SourceError("source_unreadable", name="x")), ScriptedDetector(), sinks)
    assert summary.error is not None
    assert summary.error.code == "source_unreadable"
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_ends_the_run_and_keeps_the_other_outputs(tmp_path: Path) -> None:
    full = FullDisk(at=12)
    summary = run_batch(ScriptedSource(numbered_frames(200)), ScriptedDetector(), [VideoSink(tmp_path / "v.mp4"), full])
    assert summary.error is not None
    assert summary.error.code == "disk_full"
    assert summary.error.exit_code == 5
    assert full.indices == list(range(12))
    assert full.closed == 1
    assert len(read_video(tmp_path / "v.mp4")[0]) == 13


def test_a_detector_that_fails_is_said_in_a_sentence_and_what_was_done_is_kept(tmp_path: Path) -> None:
    def find(frame: Frame) -> Detections:
        if frame.index == 20:
            raise RuntimeError("out of memory")
        return some_boxes(frame.index)

    summary = run_batch(ScriptedSource(numbered_frames(200)), ScriptedDetector(find), [VideoSink(tmp_path / "v.mp4")])
    assert str(summary.error) == "The detector stopped: out of memory. Choose another device or model."
    assert summary.frames == 20
    assert len(read_video(tmp_path / "v.mp4")[0]) == 20


def test_an_unexpected_failure_of_a_source_is_a_sentence_too() -> None:
    summary = run_batch(ScriptedSource(numbered_frames(2), ZeroDivisionError()), ScriptedDetector(), [])
    assert str(summary.error) == "Reading from 'script' failed. Choose the source again."


def test_an_interrupted_run_keeps_what_was_done(tmp_path: Path) -> None:
    stop = Event()

    def find(frame: Frame) -> Detections:
        if frame.index == 30:
            stop.set()
        return some_boxes(frame.index)

    source = ScriptedSource(numbered_frames(500))
    summary = run_batch(source, ScriptedDetector(find), [VideoSink(tmp_path / "v.mp4")], stop=stop)
    assert summary.interrupted
    assert summary.error is None
    assert summary.frames == 31
    assert [number_in(p) for p in read_video(tmp_path / "v.mp4")[0]] == list(range(31))


def test_a_progress_display_that_fails_leaves_no_thread_behind() -> None:
    def broken(progress: BatchProgress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_batch(ScriptedSource(numbered_frames(50)), ScriptedDetector(), [], on_progress=broken)


def test_a_silent_source_is_left_when_stop_is_set() -> None:
    stop = Event()
    stop.set()
    summary = run_batch(HandCamera(), ScriptedDetector(), [], stop=stop)
    assert (summary.frames, summary.interrupted) == (0, True)


def test_a_camera_error_keeps_its_exit_code() -> None:
    source = ScriptedSource([], CameraError("camera_silent", name="HD Webcam"))
    error = run_batch(source, ScriptedDetector(), []).error
    assert error is not None
    assert error.exit_code == 4


def test_the_mp4_of_the_clip_has_exactly_its_frames_and_its_duration(tmp_path: Path) -> None:
    times_s, _ = read_times(CLIP)
    summary = run_batch(open_source(str(CLIP)), ScriptedDetector(), [VideoSink(tmp_path / "v.mp4")])
    written_s, duration_s = read_times(tmp_path / "v.mp4")
    assert summary.error is None
    assert written_s == pytest.approx([time_s - times_s[0] for time_s in times_s], abs=1e-3)
    usual_gap_s = (times_s[-1] - times_s[0]) / (len(times_s) - 1)
    assert duration_s == pytest.approx(usual_gap_s * len(times_s), rel=0.02)


def test_the_bundled_model_finds_a_person_in_the_bundled_clip(tmp_path: Path) -> None:
    frames = list(islice(open_source(str(CLIP)), 0, 90, 3))
    with open_detector(device="cpu") as detector:
        summary = run_batch(ScriptedSource(frames), detector, [CsvLog(tmp_path / "t.csv")])
        threshold = detector.info.score_threshold
    assert summary.error is None
    assert summary.boxes_by_class.get("person", 0) >= len(frames) // 2
    with (tmp_path / "t.csv").open() as file:
        rows = list(csv.DictReader(file))
    width, height = frames[0].size_wh
    for row in rows:
        assert float(row["score"]) >= threshold - 1e-4
        assert 0 <= float(row["x"]) <= float(row["x"]) + float(row["w"]) <= width + 0.1
        assert 0 <= float(row["y"]) <= float(row["y"]) + float(row["h"]) <= height + 0.1
