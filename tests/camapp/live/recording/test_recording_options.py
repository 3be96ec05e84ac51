"""How a person records: three qualities, and the clean picture with its boxes beside it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from camapp.live.drawing.overlay import OverlayStyle
from camapp.live.recording.recorder import CRF, Quality
from camapp.live.recording.recording_sinks import CleanVideoSink, RecordingOptions
from camapp.live.recording.video_sinks import VideoSink
from detector.types import Detections, Frame
from tests.camapp.live.fakes import HandCamera, ScriptedDetector, number_in, numbered_frames, read_video, some_boxes
from tests.camapp.live.watching import Start, Watcher


def record_noise(path: Path, quality: Quality) -> int:
    """Bytes of a video of noise."""
    noise = np.random.default_rng(0)
    sink = VideoSink(path, OverlayStyle(), quality)
    for index in range(10):
        image = np.repeat(noise.integers(0, 255, (120, 160, 1), dtype=np.uint8), 3, axis=2)
        sink.write(Frame(image, index, 0.0, index / 30), Detections.empty(index))
    sink.close()
    assert sink.summary is not None
    return sink.summary.bytes


def test_a_better_quality_takes_more_room(tmp_path: Path) -> None:
    small, normal, best = (record_noise(tmp_path / f"{quality}.mp4", quality) for quality in CRF)
    assert small < normal < best


def test_a_clean_recording_has_no_boxes_and_they_stand_beside_it_by_its_own_numbers(
    start: Start, watcher: Watcher, tmp_path: Path
) -> None:
    camera = HandCamera()
    pipeline = start(camera, ScriptedDetector(lambda frame: some_boxes(frame.index, [(frame.index, 20, 150, 70)])))
    for index in range(3):  # before the recording
        camera.take()
        watcher.wait_shown(index)
    pipeline.start_recording(tmp_path / "v.mp4", RecordingOptions(clean=True))
    for index in range(3, 7):
        camera.take()
        watcher.wait(lambda w, i=index: w.shown[-1].frame.index == i and not w.shown[-1].detections.predicted.any())
    status = pipeline.recording_status
    assert status is not None
    summary = pipeline.stop_recording()
    assert summary is not None
    assert (summary.frames, summary.boxes_path) == (4, tmp_path / "v.jsonl")
    assert summary.bytes == (tmp_path / "v.mp4").stat().st_size + (tmp_path / "v.jsonl").stat().st_size
    pictures, times_s, _ = read_video(tmp_path / "v.mp4")
    assert [number_in(picture) for picture in pictures] == [3, 4, 5, 6]
    assert abs(pictures[0][30:60].astype(int) - 90).max() < 8  # nothing is drawn
    rows = [json.loads(line) for line in (tmp_path / "v.jsonl").read_text().splitlines()]
    assert [(row["frame"], row["x"]) for row in rows] == [(0, 3), (1, 4), (2, 5), (3, 6)]
    assert [row["time_s"] for row in rows] == pytest.approx(times_s, abs=0.001)


def test_a_clean_recording_takes_grey_pictures_and_closes_without_any(tmp_path: Path) -> None:
    sink = CleanVideoSink(tmp_path / "grey.mp4")
    sink.write(Frame(np.full((40, 60, 1), 77, np.uint8), 0, 0.0, 0.0), some_boxes(0))
    assert sink.progress[0] == 1
    assert sink.progress[2] >= (tmp_path / "grey.jsonl").stat().st_size > 0
    sink.close()
    assert abs(int(read_video(tmp_path / "grey.mp4")[0][0][20, 30, 0]) - 77) < 3
    CleanVideoSink(tmp_path / "none.mp4").close()
    assert not list(tmp_path.glob("none.*"))


def test_a_clean_recording_has_the_pictures_of_numbered_frames_whole(tmp_path: Path) -> None:
    sink = CleanVideoSink(tmp_path / "v.mp4", "best")
    for frame in numbered_frames(5):
        sink.write(frame, Detections.empty(frame.index))
    sink.close()
    assert [number_in(picture) for picture in read_video(tmp_path / "v.mp4")[0]] == [0, 1, 2, 3, 4]
    assert (tmp_path / "v.jsonl").read_text() == ""  # it is there, though nothing was found
