from __future__ import annotations

from threading import Event, active_count, current_thread

import cv2
import numpy as np

from camapp.live.delay.code import draw_code
from camapp.live.delay.watching import CodeWatcher
from detector.types import Frame


def picture_of(number: int) -> np.ndarray:
    large = cv2.resize(draw_code(number), (208, 208), interpolation=cv2.INTER_NEAREST)
    return np.pad(cv2.cvtColor(large, cv2.COLOR_GRAY2BGR), ((40, 40), (60, 60), (0, 0)), constant_values=80)


def test_each_picture_is_read_on_a_thread_of_its_own_in_order() -> None:
    read: list[tuple[int, float, int | None]] = []
    threads, all_read = set(), Event()

    def note(index: int, captured_s: float, number: int | None) -> None:
        threads.add(current_thread().name)
        read.append((index, captured_s, number))
        if len(read) == 3:
            all_read.set()

    watcher = CodeWatcher(note)
    for index, image in enumerate((picture_of(9), np.full((288, 328, 3), 80, np.uint8), picture_of(11))):
        watcher.take(Frame(image, index, 5.0 + index, 0.0))
    assert all_read.wait(20)
    watcher.close()
    assert read == [(0, 5.0, 9), (1, 6.0, None), (2, 7.0, 11)]
    assert threads == {"camapp-delay"}


def test_a_reader_that_is_too_slow_costs_pictures_and_no_time() -> None:
    let_go, begun = Event(), Event()
    read: list[int] = []

    def slow(index: int, _captured_s: float, _number: int | None) -> None:
        begun.set()
        let_go.wait(20)
        read.append(index)

    before = active_count()
    watcher = CodeWatcher(slow)
    for index in range(60):
        watcher.take(Frame(np.zeros((8, 8, 3), np.uint8), index, 0.0, 0.0))
    assert begun.wait(20)
    let_go.set()
    watcher.close()
    assert len(read) < 60
    assert active_count() == before
