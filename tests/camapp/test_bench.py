"""`python -m camapp.bench`: blocks of the window's thread are seen, and the start is timed."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QObject, QProcess, QTimer, Signal
from pytestqt.qtbot import QtBot
from rich.console import Console

from camapp.bench import print_blocks, summary
from camapp.live.drawing.shown import Shown
from camapp.ui.block_meter import Answer, BlockMeter
from camapp.ui.question_clock import open_schedstat, waited_ns
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
    qtbot.waitUntil(lambda: max((at.own_ms for at in meter.answers), default=0.0) >= 60, timeout=20_000)
    meter.reset()
    assert meter.answers == []
    qtbot.waitUntil(lambda: len(meter.answers) > 3, timeout=20_000)


def test_a_block_is_one_late_answer_however_long_it_was(qtbot: QtBot, meter: BlockMeter) -> None:
    qtbot.waitUntil(lambda: len(meter.answers) > 3, timeout=20_000)
    meter.reset()
    time.sleep(0.4)
    qtbot.waitUntil(lambda: len(meter.answers) > 3, timeout=20_000)
    late = [at for at in meter.answers if at.wall_ms >= 200]
    assert 1 <= len(late) < 10  # of the hundred questions; a busy machine may block a second time


def test_a_thread_that_waits_for_pythons_lock_is_to_blame_for_it(qtbot: QtBot, meter: BlockMeter) -> None:
    before_s = sys.getswitchinterval()
    sys.setswitchinterval(0.1)
    busy = threading.Event()
    other = threading.Thread(target=lambda: all(not busy.is_set() for _ in iter(int, 1)))
    other.start()
    try:
        qtbot.waitUntil(lambda: max((at.own_ms for at in meter.answers), default=0.0) >= 50, timeout=20_000)
    finally:
        busy.set()
        sys.setswitchinterval(before_s)
        other.join()


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="only Linux says how long a thread had no core")
def test_waiting_for_a_core_is_told_apart(qtbot: QtBot) -> None:
    thread = open_schedstat(os.getpid(), threading.get_native_id())
    before = waited_ns(thread)
    assert before >= 0
    assert waited_ns(thread) >= before
    assert waited_ns(open_schedstat(os.getpid(), 2**30)) == -1  # no such thread: not known


def test_the_other_program_ends_with_the_meter(qtbot: QtBot) -> None:
    meter = BlockMeter()
    meter.stop()
    assert meter.findChildren(QProcess)[0].state() == QProcess.ProcessState.NotRunning


def test_what_a_thread_computes_in_one_turn_is_added_up(qtbot: QtBot, meter: BlockMeter) -> None:
    def compute() -> None:
        end_s = time.thread_time() + 0.05
        while time.thread_time() < end_s:
            pass

    QTimer.singleShot(20, compute)
    qtbot.waitUntil(lambda: max(meter.cpu_ms, default=0.0) >= 50, timeout=20_000)


def test_a_scene_is_summed_up_with_what_is_not_the_programs_own_apart() -> None:
    answers = [Answer(1.0, 0.5, 0.1)] * 98 + [Answer(17.0, 6.0, 0.2), Answer(40.0, 2.0, 9.0)]
    at = summary("playing", answers, [0.5, 3.0])
    assert (at.answers, at.longest_ms, at.over_frame, at.longest_cpu_ms) == (100, 40.0, 2, 3.0)
    assert (at.longest_own_ms, at.own_over_frame) == (38.0, 1)
    assert (at.longest_core_ms, at.idle_late_ms) == (6.0, 9.0)
    assert summary("nothing", [], []).longest_ms == 0.0


def test_the_table_of_the_scenes_is_whole_on_a_narrow_screen() -> None:
    screen = io.StringIO()
    print_blocks(Console(file=screen, width=40), [summary("the clip plays", [Answer(17.25, 6.0, 0.2)], [3.0])])
    assert re.search(r"the clip plays .* 11\.2 .* 17\.2 .* 6\.0 .* 3\.0 .* 0\.2 ", screen.getvalue())


def test_all_scenes_are_measured_in_the_real_window_also_without_a_screen(cli_model: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCENES, str(cli_model)],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=200,
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
    with qtbot.waitSignal(times.done, timeout=20_000):
        session.pictured.emit(shown(some_boxes(2)))
    assert times.first_boxes_s is not None
    assert 0 < times.first_picture_s <= times.first_boxes_s <= process_age_s()
