from __future__ import annotations

import logging
import threading

import pytest
from pytestqt.qtbot import QtBot

from camapp.errors import SourceError
from camapp.ui.jobs import Jobs
from detector.errors import UserFacingError


def test_results_come_back_on_the_calling_thread_in_order(qtbot: QtBot) -> None:
    jobs, results, threads = Jobs("lane"), [], []

    def done(value: int) -> None:
        results.append(value)
        threads.append(threading.current_thread())

    for i in range(5):
        jobs.run(lambda i=i: i * i, done)
    qtbot.waitUntil(lambda: len(results) == 5, timeout=20_000)
    assert results == [0, 1, 4, 9, 16]
    assert set(threads) == {threading.current_thread()}
    assert jobs.close(20)


def test_an_error_comes_back_and_the_lane_goes_on(qtbot: QtBot) -> None:
    jobs = Jobs("lane")
    errors: list[UserFacingError] = []
    results: list[int] = []

    def fail() -> int:
        raise SourceError("source_missing", name="x")

    jobs.run(fail, results.append, errors.append)
    jobs.run(lambda: 1, results.append, errors.append)
    qtbot.waitUntil(lambda: results == [1], timeout=20_000)
    assert [error.code for error in errors] == ["source_missing"]
    assert jobs.close(20)


def test_an_unforeseen_error_becomes_a_sentence(qtbot: QtBot, caplog: pytest.LogCaptureFixture) -> None:
    jobs = Jobs("lane")
    errors: list[UserFacingError] = []
    with caplog.at_level(logging.CRITICAL):
        jobs.run(lambda: 1 // 0, None, errors.append)
        qtbot.waitUntil(lambda: len(errors) == 1, timeout=20_000)
    assert str(errors[0]).startswith("Something went wrong inside camapp: ")
    assert jobs.close(20)


def test_close_ends_the_thread_and_brings_nothing_back(qtbot: QtBot) -> None:
    jobs, results, go = Jobs("lane"), [], threading.Event()
    jobs.run(go.wait, results.append)
    jobs.run(lambda: 2, results.append)
    assert not jobs.close(0.01)
    go.set()
    assert jobs.close(20)
    jobs.run(lambda: 3, results.append)
    qtbot.wait(1)
    assert results == []
