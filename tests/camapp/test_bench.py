"""`python -m camapp.bench`: blocks of the window's thread are seen, and the start is timed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QObject, QTimer, Signal
from pytestqt.qtbot import QtBot

from camapp.bench import summary
from camapp.live.drawing.shown import Shown
from camapp.ui.block_meter import BlockMeter
from camapp.ui.start_times import StartTimes, process_age_s
from detector.types import Detections, Frame
from tests.camapp.live.fakes import some_boxes

SCENES = """
import dataclasses, json, sys
from camapp.bench import measure_blocks
print(json.dumps([dataclasses.asdict(scene) for scene in measure_blocks(0.2, 0.3, sys.argv[1])]))
"""


@pytest.fixture
def meter(qtbot: QtBot) -> Iterator[BlockMeter]:
    """Measures the thread of the test."""
    one = BlockMeter()
    yield one
    one.stop()


def test_a_thread_that_waits_is_seen_not_to_answer(qtbot: QtBot, meter: BlockMeter) -> None:
    QTimer.singleShot(20, lambda: time.sleep(0.08))
    qtbot.waitUntil(lambda: max(meter.wall_ms, default=0.0) >= 70)
    meter.reset()
    assert meter.wall_ms == []
    qtbot.waitUntil(lambda: len(meter.wall_ms) > 3)


def test_what_a_thread_computes_in_one_turn_is_added_up(qtbot: QtBot, meter: BlockMeter) -> None:
    def compute() -> None:
        end_s = time.thread_time() + 0.05
        while time.thread_time() < end_s:
            pass

    QTimer.singleShot(20, compute)
    qtbot.waitUntil(lambda: max(meter.cpu_ms, default=0.0) >= 50)


def test_a_scene_is_summed_up() -> None:
    at = summary("playing", [1.0] * 98 + [17.0, 40.0], [0.5, 3.0])
    assert (at.answers, at.longest_ms, at.longest_cpu_ms, at.over_frame) == (100, 40.0, 3.0, 2)
    assert summary("nothing", [], []).longest_ms == 0.0


def test_all_scenes_are_measured_in_the_real_window_also_without_a_screen(cli_model: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCENES, str(cli_model)],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    scenes = json.loads(done.stdout)
    assert [scene["scene"] for scene in scenes][-2:] == ["a camera opens that takes 0.3 s", "back to the clip"]
    assert all(scene["answers"] > 0 for scene in scenes)


class Session(QObject):
    """What StartTimes needs of a session."""

    pictured = Signal(object)


def shown(detections: Detections) -> Shown:
    frame = Frame(np.zeros((8, 8, 3), np.uint8), detections.frame_index, 0.0, 0.0)
    return Shown(np.zeros((8, 8, 4), np.uint8), frame, detections, (0, 0), 1.0)


def test_the_start_ends_with_boxes_found_on_the_picture_that_shows_them(qtbot: QtBot) -> None:
    session = Session()
    times = StartTimes(session)  # type: ignore[arg-type]
    session.pictured.emit(shown(Detections.empty(0)))
    assert times.first_picture_s is not None
    session.pictured.emit(shown(some_boxes(0).carried_to(1)))
    assert times.first_boxes_s is None
    with qtbot.waitSignal(times.done):
        session.pictured.emit(shown(some_boxes(2)))
    assert times.first_boxes_s is not None
    assert 0 < times.first_picture_s <= times.first_boxes_s <= process_age_s()
