"""What a detector says of its engine: which it is, why, and what befell the others."""

from __future__ import annotations

from dataclasses import dataclass

from detector.engines.candidate import Candidate
from detector.errors import UserFacingError


@dataclass(frozen=True)
class EngineReport:
    """Replaced as a whole when something changes.

    Attributes:
        used: the engine at work.
        measuring: others are being prepared or raced against it just now.
        median_ms: what was measured here for one frame, the fastest first; empty: nothing was.
        refused: what cannot be used, and why.
        trouble: why the engine before had to go; None: there was none, or it is back.
    """

    used: Candidate
    measuring: bool = False
    median_ms: tuple[tuple[Candidate, float], ...] = ()
    refused: tuple[tuple[Candidate, UserFacingError], ...] = ()
    trouble: UserFacingError | None = None
