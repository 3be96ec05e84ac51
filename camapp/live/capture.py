"""The capture thread: takes frames from a source, at a file's own pace, and passes them on."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from camapp.errors import CamappError
from camapp.live.reading.playback import Playback
from camapp.live.reading.player import Player
from detector.errors import UserFacingError
from detector.types import Frame

if TYPE_CHECKING:
    from camapp.live.reading.base import Source

log = logging.getLogger(__name__)


def capture_loop(
    source: Source,
    playback: Playback,
    loop: bool,
    take: Callable[[Frame], None],
    on_error: Callable[[UserFacingError], None],
    on_end: Callable[[], None],
) -> None:
    """Passes every frame to `take` until playback is stopped, or until a live source ends.

    A lost camera is the source's own matter: it reopens with back-off and says so; only what cannot be mended ends
    up in on_error. on_end is called each time that a file comes to its end, and at the last.
    """
    try:
        frames: Iterable[Frame] = source if source.live else Player(source, playback, loop, on_error, on_end)
        for frame in frames:
            if playback.stopped:
                return
            take(frame)
    except UserFacingError as error:
        on_error(error)
    except Exception:
        log.exception("capture")
        on_error(CamappError("read_failed", name=source.name))
    finally:
        on_end()
