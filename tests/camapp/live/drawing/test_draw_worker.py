"""The draw thread by itself: what comes at the worst moment is drawn all the same."""

from __future__ import annotations

import threading

import pytest

from camapp.live.choices import Choices
from camapp.live.detecting import DetectWorker
from camapp.live.drawing.draw_worker import DrawWorker
from camapp.live.drawing.shown import Shown
from camapp.live.drawn import OnFrame
from camapp.live.rates import RateMeter
from camapp.live.tracks import LastBoxes
from detector.types import Frame
from tests.camapp.live.fakes import numbered_frames, some_boxes
from tests.camapp.live.watching import LIMIT_S, Watcher


class LateResult(LastBoxes):
    """The result of the first frame comes right after the draw thread has looked for it."""

    worker: DrawWorker

    def drawn_for(self, frame: Frame, choices: Choices) -> OnFrame:
        drawn = super().drawn_for(frame, choices)
        if not len(drawn.detections):
            self.add(some_boxes(frame.index), frame.captured_at_s)
            self.worker.detected(frame.index)
        return drawn


def test_a_result_that_comes_while_its_still_picture_is_drawn_is_not_lost(watcher: Watcher) -> None:
    boxes, rate = LateResult(), RateMeter()
    detecting = DetectWorker(None, boxes, Choices, lambda index: None, watcher.fail)
    boxes.worker = worker = DrawWorker(boxes, detecting, Choices, rate, watcher.publish, watcher.fail)
    thread = threading.Thread(target=worker.run, name="camapp-draw")
    thread.start()
    worker.slot.put(numbered_frames(1)[0])
    try:
        watcher.wait_shown(0, boxes=1)
    finally:
        worker.slot.close()
        thread.join(LIMIT_S)


def test_a_drawing_that_always_fails_is_said_and_logged_once(
    watcher: Watcher, caplog: pytest.LogCaptureFixture
) -> None:
    failed = threading.Semaphore(0)

    def publish(shown: Shown) -> None:
        failed.release()
        raise RuntimeError("no font")

    boxes = LastBoxes()
    detecting = DetectWorker(None, boxes, Choices, lambda index: None, watcher.fail)
    worker = DrawWorker(boxes, detecting, Choices, RateMeter(), publish, watcher.fail)
    thread = threading.Thread(target=worker.run, name="camapp-draw")
    thread.start()
    for frame in numbered_frames(5):
        worker.slot.put(frame)
        assert failed.acquire(timeout=LIMIT_S)
    worker.slot.close()
    thread.join(LIMIT_S)
    assert [error.code for error in watcher.errors] == ["internal"]
    assert [record.name for record in caplog.records] == ["camapp.live.drawing.draw_worker"]
