"""Garbage is found, and what stays for good is not looked at again and again."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from camapp.ui.collector import MANY, Collector


class Ring:
    """Holds itself: only the collector can free it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def collector(qtbot: QtBot) -> Iterator[Collector]:
    """For one test; then all is as it was."""
    thresholds = gc.get_threshold()
    yield Collector()
    gc.unfreeze()
    gc.set_threshold(*thresholds)


def grown_old(ring: Ring) -> None:
    """As if it had been there for long."""
    for generation in (0, 1):
        gc.collect(generation)
    assert any(old is ring for old in gc.get_objects(generation=2))


def test_old_garbage_is_freed(collector: Collector) -> None:
    ring = Ring()
    alive = weakref.ref(ring)
    grown_old(ring)
    del ring
    gc.collect(1)
    assert alive() is not None
    collector.look()
    assert alive() is None


def test_python_itself_never_looks_at_all_objects(collector: Collector) -> None:
    looks: list[int] = []

    def note(phase: str, info: dict[str, int]) -> None:
        looks.append(info["generation"])

    gc.callbacks.append(note)
    try:
        kept = [[i] for i in range(3 * MANY)]
    finally:
        gc.callbacks.remove(note)
    assert len(kept) == 3 * MANY
    assert set(looks) == {0, 1}


def test_what_an_import_brought_is_not_looked_at_again(collector: Collector) -> None:
    kept = [[i] for i in range(2 * MANY)]
    for generation in (0, 1):
        gc.collect(generation)
    collector.look()
    assert gc.get_freeze_count() > len(kept)
    assert len(gc.get_objects(generation=2)) < MANY
