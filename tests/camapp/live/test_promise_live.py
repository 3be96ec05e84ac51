"""A promise in a running pipeline."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from camapp.live import promise_keeper
from camapp.live.choices import Choices
from camapp.live.pipeline import LivePipeline
from camapp.live.promise import Promise, PromiseStatus
from camapp.live.promise_keeper import PromiseKeeper
from tests.camapp.live.fakes import HandCamera, ScriptedDetector, ScriptedSource, numbered_frames, read_video
from tests.camapp.live.watching import LIMIT_S, Start, Watcher

make_keeper = PromiseKeeper.__init__
PROMISED = Choices(promise=Promise("delay", 10.0))


def all_given_up(camera: HandCamera, pipeline: LivePipeline, watcher: Watcher) -> PromiseStatus:
    """Pictures that are a second old when they come: no promise can be kept."""
    for _ in range(5000):
        watcher.wait_shown(camera.take(age_s=1.0).index)
        status = pipeline.stats().promise
        if status is not None and status.nothing_left:
            return status
    raise AssertionError("something was kept")


@pytest.fixture
def detector() -> ScriptedDetector:
    """Its size was chosen by hand: only how often it looks can be given up."""
    detector = ScriptedDetector()
    detector.size_hw = (96, 160)
    return detector


def test_boxes_are_carried_over_the_pictures_that_are_not_looked_at(
    start: Start, watcher: Watcher, detector: ScriptedDetector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promise_keeper, "SELDOM_S", 1e9)  # this machine may take its time
    camera = HandCamera()
    pipeline = start(camera, detector, choices=PROMISED)
    status = all_given_up(camera, pipeline, watcher)
    assert status.plan.every > 1
    first, looks, skipped = camera.count, len(detector.seen), pipeline.stats().skipped
    for _ in range(3 * status.plan.every):
        index = camera.take(age_s=1.0).index
        watcher.wait_shown(index, boxes=1)
        assert pipeline._boxes.wait(index, LIMIT_S)
    looked = detector.seen[looks - 1 :]
    assert {later - earlier for earlier, later in pairwise(looked)} == {status.plan.every}
    carried = [shown for shown in watcher.shown if shown.frame.index >= first and shown.frame.index not in looked]
    assert carried
    assert all(shown.detections.predicted.all() for shown in carried)
    assert pipeline.stats().skipped == skipped


def test_the_recording_has_every_picture_all_the_same(
    start: Start, watcher: Watcher, detector: ScriptedDetector, tmp_path: Path
) -> None:
    camera = HandCamera()
    pipeline = start(camera, detector, choices=PROMISED)
    all_given_up(camera, pipeline, watcher)
    pipeline.start_recording(tmp_path / "a.mp4")
    first = camera.count
    for _ in range(20):
        watcher.wait_shown(camera.take().index)
    pipeline.stop_recording()
    assert len(read_video(tmp_path / "a.mp4")[0]) == 20 == camera.count - first


def keep_every_ninth(keeper: PromiseKeeper, *arguments: object) -> None:
    make_keeper(keeper, *arguments)
    keeper.every = 9


def test_a_picture_that_stands_still_gets_its_own_boxes(
    start: Start, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PromiseKeeper, "is_due", lambda keeper, frame: frame.index == 0)
    monkeypatch.setattr(PromiseKeeper, "size_for", lambda *_: None)
    monkeypatch.setattr(PromiseKeeper, "__init__", keep_every_ninth)
    start(ScriptedSource(numbered_frames(4)), ScriptedDetector())
    watcher.wait(lambda w: w.shown and w.shown[-1].frame.index == 3)
    watcher.wait(lambda w: len(w.shown[-1].detections) and not w.shown[-1].detections.predicted.any())
