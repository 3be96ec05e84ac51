"""Finds objects in pictures: `open_detector().detect([frame])` gives their boxes in pixels.

Importing this package is fast: engines, OpenCV, OpenVINO and torch load when a detector is opened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detector.engines import open_detector

__all__ = ["open_detector"]


def __getattr__(name: str) -> object:
    if name == "open_detector":
        from detector.engines import open_detector

        return open_detector
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
