"""Steady numbers from shaking ones, without lagging behind what really moves.

The one-euro filter (Casiez, Roussel and Vogel, "1€ Filter: a simple speed-based low-pass filter for noisy input", CHI
2012): slow things are smoothed much, fast ones little. Two things differ. Speed counts only as far as it exceeds what
the numbers' own shaking would look like, so that a box whose detector shakes more is not taken for a moving one; and
the numbers move on by that speed from one look to the next, so that steady motion is followed without any lag.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# Chosen on noise of 2 px on a box of 100 px, at 8 to 30 looks a second: a still box shakes a quarter as much, one of
# 300 px/s lags less than 1 px; it stops within 15 px at 30 looks a second.
STILL_HZ = 0.4  # cut-off frequency of what stands still
STILL_GAIN = 0.12  # of a new number at most then, however rare the looks are: these shake as much
SPEED_HZ, SPEED_GAIN = 1.0, 0.3  # likewise of the speed
SURE = 2.5  # speed counts from so many times what the shaking alone looks like
BETA = 0.08  # cut-off in Hz for each multiple of the shaking that is covered in a second
FARTHEST = 4.0  # the smooth numbers are never further from the raw ones, in multiples of the shaking
NOISE_S, NOISE_GAIN = 0.6, 0.15  # over which the shaking is measured
FIRST_NOISE = 0.01  # of a size, before it was measured
LEAST_NOISE = 0.2  # pixels
SPIKE = 4.0  # one look raises the shaking at most so much: it may be a start or a stop


@dataclass(frozen=True, eq=False, slots=True)
class Motion:
    """N boxes as they move: float64 arrays, of each a pair for the centre, x y, and one for the size, w h.

    Attributes:
        smooth: (N, 2, 2) in pixels, at the time of the last look.
        drift: (N, 2, 2) in pixels a second; 0 where nothing moves for sure.
        speed: (N, 2, 2) what drift is taken from.
        last, before: (N, 2, 2) the raw numbers of the last two looks.
        step_s: (N,) between these two; 0 where there was one only.
        noise: (N, 2) how much the raw numbers shake, in pixels: one standard deviation.
    """

    smooth: Floats
    drift: Floats
    speed: Floats
    last: Floats
    before: Floats
    step_s: Floats
    noise: Floats

    @classmethod
    def begin(cls, raw: Floats) -> Motion:
        """Of boxes (N, 2, 2) that are seen for the first time."""
        still = np.zeros_like(raw)
        noise = np.maximum(FIRST_NOISE * np.sqrt(np.abs(raw[:, 1].prod(axis=1))), LEAST_NOISE)
        return cls(raw, still, still, raw, raw, np.zeros(len(raw)), np.repeat(noise[:, None], 2, axis=1))

    def __len__(self) -> int:
        return len(self.step_s)

    def pick(self, chosen: npt.NDArray[np.intp]) -> Motion:
        """Those boxes, in that order."""
        return Motion(*(getattr(self, field.name)[chosen] for field in fields(self)))

    def with_more(self, others: Motion) -> Motion:
        """These boxes and then the others."""
        if not len(others):
            return self
        pairs = ((getattr(self, field.name), getattr(others, field.name)) for field in fields(self))
        return Motion(*(np.concatenate(pair) for pair in pairs))

    def moved(self, seconds: Floats) -> Floats:
        """Where they are so many seconds (N,) after their last look: (N, 2, 2), sizes never below 0."""
        places = self.smooth + self.drift * seconds[:, None, None]
        np.maximum(places[:, 1], 0.0, out=places[:, 1])
        return places

    def after(self, raw: Floats, step_s: Floats) -> Motion:
        """One look later: the boxes (N, 2, 2) as they were found, so many seconds (N,) after the look before."""
        noise = self._noise(raw, step_s)
        gain = _gain(SPEED_HZ, SPEED_GAIN, step_s)
        speed = self.speed + gain[:, None, None] * ((raw - self.last) / step_s[:, None, None] - self.speed)
        of_noise = SURE * noise * (gain * np.sqrt(2 / (2 - gain)) / step_s)[:, None]  # of differences of white noise
        fast = np.maximum(np.hypot(speed[..., 0], speed[..., 1]), 1e-9)
        moves = np.maximum(1 - (of_noise / fast) ** 2, 0.0)  # 0 to 1: how sure it is that it moves
        drift = moves[..., None] * speed
        there = self.smooth + drift * step_s[:, None, None]
        away = raw - there
        follow = 2 * np.pi * BETA * moves * fast / noise * step_s[:, None]
        still = _gain(STILL_HZ, STILL_GAIN, step_s)[:, None]
        weight = still + (1 - still) * follow / (1 + follow)
        distance = np.maximum(np.hypot(away[..., 0], away[..., 1]), 1e-9)
        weight = np.maximum(weight, 1 - FARTHEST * noise / distance)
        return Motion(there + weight[..., None] * away, drift, speed, raw, self.last, step_s, noise)

    def _noise(self, raw: Floats, step_s: Floats) -> Floats:
        """What differs from going on as before is shaking: steady motion adds nothing to it."""
        ratio = (step_s / np.where(self.step_s > 0, self.step_s, 1.0))[:, None]
        off = raw - self.last - (self.last - self.before) * ratio[:, None]
        squares = (off**2).mean(axis=2) / (1 + (1 + ratio) ** 2 + ratio**2)
        gain = np.minimum(1 - np.exp(-step_s / NOISE_S), NOISE_GAIN) * (self.step_s > 0)
        known = self.noise**2
        measured = np.minimum(squares, SPIKE**2 * known)
        return np.maximum(np.sqrt(known + gain[:, None] * (measured - known)), LEAST_NOISE)


def _gain(cutoff_hz: float, at_most: float, step_s: Floats) -> Floats:
    """Weight of a new number in a low-pass filter of first order."""
    turn = 2 * np.pi * cutoff_hz * step_s
    return np.minimum(turn / (1 + turn), at_most)
