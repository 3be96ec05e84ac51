"""What frames with their boxes are written into: a video, a table, a folder, a count."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from camapp.errors import CamappError
from detector.errors import UserFacingError
from detector.types import Detections, Frame

log = logging.getLogger(__name__)


class Sink(Protocol):
    """Takes every frame with its detections, in order. Its file is made at the first write.

    One that draws has an attribute `draws`, True: it is given the boxes that are drawn; all others those that were
    found.

    Both may raise RecordingError; close() may come without any write, after a failed one, and twice.
    """

    path: Path

    def write(self, frame: Frame, detections: Detections) -> None: ...

    def close(self) -> None: ...


def write_all(sinks: Sequence[Sink], frame: Frame, found: Detections, drawn: Detections) -> None:
    """To each what is meant for it: the boxes that were found, or those that are drawn.

    Raises:
        RecordingError: one cannot be written.
    """
    for sink in sinks:
        sink.write(frame, drawn if getattr(sink, "draws", False) else found)


def close_sink(sink: Sink, on_error: Callable[[UserFacingError], None]) -> None:
    """Closes it; whatever goes wrong is said, and keeps no other sink from being closed."""
    try:
        sink.close()
    except UserFacingError as error:
        on_error(error)
    except Exception as error:
        log.exception("close %s", sink.path)
        on_error(CamappError("internal", reason=error))
