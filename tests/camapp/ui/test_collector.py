"""Garbage is found, and what stays for good is not looked at again and again."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from camapp.ui.collector import MANY, OLD_EVERY, Collector


class Ring:
    """Holds itself: only the collector can free it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def collector(qtbot: QtBot) -> Iterator[Collector]:
    """For one test; then all is as it was."""
    made = Collector()
    yield made
    made.end()


def grown_old(ring: Ring) -> None:
    """As if it had been there for long."""
    for generation in (0, 1):
        gc.collect(generation)
    assert any(old is ring for old in gc.get_objects(generation=2))


def test_new_garbage_is_freed_at_the_next_look(collector: Collector) -> None:
    ring = Ring()
    alive = weakref.ref(ring)
    del ring
    collector.look()
    assert alive() is None


def test_old_garbage_is_freed_some_looks_later(collector: Collector) -> None:
    ring = Ring()
    alive = weakref.ref(ring)
    grown_old(ring)
    del ring
    collector.look()
    assert alive() is not None
    for _ in range(OLD_EVERY):
        collector.look()
    assert alive() is None


def test_no_other_thread_looks_for_garbage(collector: Collector) -> None:
    looks: list[str] = []

    def note(phase: str, info: dict[str, int]) -> None:
        looks.append(threading.current_thread().name)

    kept: list[list[int]] = []
    gc.callbacks.append(note)
    try:
        busy = threading.Thread(target=lambda: kept.extend([i] for i in range(3 * MANY)))
        busy.start()
        busy.join(20)
    finally:
        gc.callbacks.remove(note)
    assert len(kept) == 3 * MANY
    assert looks == []


def test_what_an_import_brought_is_not_looked_at_again(collector: Collector) -> None:
    kept = [[i] for i in range(2 * MANY)]
    collector.look()
    assert gc.get_freeze_count() > len(kept)
    assert len(gc.get_objects(generation=0)) < MANY


def test_at_the_end_python_looks_by_itself_again(collector: Collector) -> None:
    assert not gc.isenabled()
    collector.end()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
