"""Live threads may outlive the window: Qt deletes it when the screen is taken away."""

from __future__ import annotations

import threading
from collections.abc import Callable

import shiboken6
from pytestqt.qtbot import QtBot

from camapp.errors import CameraError
from camapp.live.choices import Choices
from camapp.live.drawing.compose import compose
from camapp.ui.bridge import LiveBridge
from camapp.ui.jobs import Jobs
from tests.camapp.live.fakes import numbered_frames, some_boxes


def on_a_thread(work: Callable[[], None]) -> BaseException | None:
    """What `work` raised there."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(20)
    return raised[0] if raised else None


def test_a_window_that_is_gone_is_told_nothing_and_nobody_fails(qtbot: QtBot) -> None:
    bridge = LiveBridge(1)
    shown = compose(numbered_frames(1)[0], some_boxes(0, []), None, Choices())
    shiboken6.delete(bridge)
    assert on_a_thread(lambda: bridge.publish(shown)) is None
    assert on_a_thread(lambda: bridge.fail(CameraError("no_camera"))) is None
    assert on_a_thread(bridge.mend) is None
    assert on_a_thread(bridge.end) is None


def test_a_job_that_outlives_the_window_ends_in_silence(qtbot: QtBot) -> None:
    jobs, go_on = Jobs("test"), threading.Event()
    lane = next(thread for thread in threading.enumerate() if thread.name == "camapp-test")
    jobs.run(lambda: go_on.wait(20), lambda result: None)
    jobs.run(lambda: jobs._queue.put(None))
    shiboken6.delete(jobs)
    go_on.set()
    lane.join(20)
    assert not lane.is_alive()
