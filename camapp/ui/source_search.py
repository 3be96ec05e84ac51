"""Which source to try next where none was asked for: the one of last time, each camera, then the bundled clip."""

from __future__ import annotations

from collections.abc import Sequence

from camapp.live.camera.listing import CameraInfo
from detector.errors import UserFacingError
from detector.paths import CLIP


class SourceSearch:
    """Goes on until a source gives a picture.

    Attributes:
        active: the source in view, if any, was found and not asked for.
        remembered: the source as it was left, tried before all others; empty: none.
        wants_cameras: next, the cameras are to be listed.
        reason: why the first one tried did not do; what happened to others that nobody asked for is not said.
    """

    def __init__(self) -> None:
        self.active = False
        self.remembered = ""
        self.wants_cameras = False
        self.reason: UserFacingError | None = None
        self._candidates: list[str] = []

    def begin(self, remembered: str) -> None:
        """Anew, from the source of last time."""
        self.active, self.remembered, self.reason = True, remembered, None
        self.wants_cameras = True
        self._candidates = [remembered] if remembered and remembered != str(CLIP) else []

    def give_up(self) -> None:
        """A source was asked for."""
        self.active = self.wants_cameras = False
        self._candidates = []

    def add_cameras(self, cameras: Sequence[CameraInfo]) -> None:
        """Those that are plugged in."""
        self.wants_cameras = False
        self._candidates = [str(camera.index) for camera in cameras]

    def next(self) -> str | None:
        """What to try now; None: nothing more is known, so cameras are to be listed or the clip stands in."""
        return self._candidates.pop(0) if self._candidates else None

    def failed(self, error: UserFacingError) -> None:
        """What was tried does not work."""
        self.reason = self.reason or error

    def take_reason(self) -> UserFacingError | None:
        """Why it is not the first one, to be said once."""
        reason, self.reason = self.reason, None
        return reason
