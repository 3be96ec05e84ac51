"""Whether a figure of a long run drifts: a trend that chance does not explain, and that is large enough to matter.

Mann, "Nonparametric tests against trend", 1945; Sen, "Estimates of the regression coefficient based on Kendall's tau",
1968. By ranks and medians: hiccups do not tilt them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

WARM_UP = 0.1  # share of the frames at the start that is left out, in which caches fill
LONG_WARM_UP = 1500  # frames: of a short run up to half is left out
BLOCKS = 20  # the rest is cut into so many, and each stands for itself by its median
CHANCE = 0.01  # that a figure without a trend looks as if it grew so steadily
MATTERS = 0.03  # of the figure itself, from the first block to the last; the index of a recording of an hour is 1.5 %
PER_FRAMES = 10_000
RULE = (
    f"Drift: after the start, the medians of {BLOCKS} parts grow more steadily than chance would once in "
    f"{1 / CHANCE:.0f} times (Mann-Kendall), and by more than {MATTERS:.0%} (Sen's slope)."
)


@dataclass(frozen=True)
class Drift:
    """The trend of one figure.

    Attributes:
        of: the figure.
        per_10000: Sen's slope: by how much it grows over 10,000 frames.
        growth: the same over the frames that were judged, as a share of the figure.
        chance: that it would look so without a trend.
        drifts: the verdict.
    """

    of: str
    unit: str
    per_10000: float
    growth: float
    chance: float
    drifts: bool

    @property
    def sentence(self) -> str:
        """The verdict and what it rests on."""
        verdict = "DRIFT" if self.drifts else "no drift"
        slope = f"{self.per_10000:+.2f} {self.unit} in 10,000 frames, {self.growth:+.1%} over those judged"
        return f"{self.of}: {verdict} ({slope}; by chance with probability {self.chance:.3f})."


def drift_of(of: str, unit: str, at: npt.ArrayLike, values: npt.ArrayLike, frames: int) -> Drift | None:
    """Of these values at these frames, of which some may be missing (nan); None: too few are left to tell.

    Args:
        frames: in the whole run.
    """
    x, y = np.asarray(at, np.float64), np.asarray(values, np.float64)
    kept = ~np.isnan(y) & (x > max(WARM_UP * frames, min(LONG_WARM_UP, frames / 2)))
    x, y = x[kept], y[kept]
    if len(x) < BLOCKS:
        return None
    places = np.array_split(np.arange(len(x)), BLOCKS)
    x, y = (np.array([np.median(values[place]) for place in places]) for values in (x, y))
    pairs = list(combinations(range(BLOCKS), 2))
    rises = np.array([y[later] - y[earlier] for earlier, later in pairs])
    runs = np.array([x[later] - x[earlier] for earlier, later in pairs])
    slope = float(np.median(rises / runs))
    level = abs(float(np.median(y)))
    growth = slope * float(x[-1] - x[0]) / level if level else 0.0
    chance = _chance(float(np.sign(rises).sum()), y)
    return Drift(of, unit, slope * PER_FRAMES, growth, chance, drifts=chance < CHANCE and growth > MATTERS)


def _chance(score: float, values: npt.NDArray[np.float64]) -> float:
    """Of a Mann-Kendall score so high or higher, by its normal approximation with ties."""
    count = len(values)
    ties = np.unique(values, return_counts=True)[1].astype(np.float64)
    variance = (count * (count - 1) * (2 * count + 5) - float((ties * (ties - 1) * (2 * ties + 5)).sum())) / 18
    if variance <= 0:  # all alike
        return 1.0
    z = (score - np.sign(score)) / math.sqrt(variance)
    return 0.5 * math.erfc(float(z) / math.sqrt(2))
