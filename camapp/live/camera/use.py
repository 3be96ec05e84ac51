"""Who in this program has which camera: a glance for a thumbnail must never take one away from a source."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition, Event

from camapp.live.reading.live_source import LiveSource

GIVE_BACK_S = 15.0  # a camera that is slow to open cannot be given back before it has opened

_changed = Condition()
_sources: dict[str, LiveSource] = {}  # by device; from before they open it until they have closed it
_glances: dict[str, Event] = {}  # by device; set: give it back


def claim(path: str, source: LiveSource) -> None:
    """The source opens this device now; a glance at it is told to end, and waited for."""
    with _changed:
        _sources[path] = source
        if path in _glances:
            _glances[path].set()
        _changed.wait_for(lambda: path not in _glances, GIVE_BACK_S)


def release(path: str, source: LiveSource) -> None:
    """The source has closed it."""
    with _changed:
        if _sources.get(path) is source:
            del _sources[path]
        _changed.notify_all()


def source_of(path: str) -> LiveSource | None:
    """The source that has this device, or is just opening it."""
    with _changed:
        return _sources.get(path)


@contextmanager
def glance(path: str) -> Iterator[Event | None]:
    """The device is ours for a moment, until the event is set; None: it is in use here."""
    with _changed:
        given_back = None if path in _sources or path in _glances else Event()
        if given_back is not None:
            _glances[path] = given_back
    try:
        yield given_back
    finally:
        if given_back is not None:
            with _changed:
                del _glances[path]
                _changed.notify_all()
