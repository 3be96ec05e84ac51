"""Steady numbers from shaking ones, without lagging behind what really moves.

The one-euro filter (Casiez, Roussel and Vogel, "1€ Filter: a simple speed-based low-pass filter for noisy input", CHI
2012): slow things are smoothed much, fast ones little. Two things differ. Speed counts only as far as it exceeds what
the numbers' own shaking would look like, so that a box whose detector shakes more is not taken for a moving one; and
the numbers move on by that speed from one look to the next, so that steady motion is followed without any lag.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# Chosen on noise of 2 px on a box of 100 px, at 8 to 30 looks a second: a still box shakes a quarter as much, one of
# 300 px/s lags less than 1 px; it stops within 15 px at 30 looks a second.
STILL_HZ = 0.4  # cut-off frequency of what stands still
STILL_GAIN = 0.1  # of a new number at most then, however rare the looks are: these shake as much
SPEED_HZ, SPEED_GAIN = 1.0, 0.3  # likewise of the speed
SURE = 2.5  # speed counts from so many times what the shaking alone looks like
BETA = 0.08  # cut-off in Hz for each multiple of the shaking that is covered in a second
FARTHEST = 4.0  # the smooth numbers are never further from the raw ones, in multiples of the shaking
NOISE_S, NOISE_GAIN = 0.6, 0.15  # over which the shaking is measured
FIRST_NOISE = 0.01  # of a size, before it was measured
LEAST_NOISE = 0.2  # pixels
SPIKE = 4.0  # one look raises the shaking at most so much: it may be a start or a stop


Motions = npt.NDArray[np.void]
# A box as it moves; each pair of pairs is its centre, x y, and its size, w h, in pixels.
MOTION = np.dtype(
    [
        ("smooth", np.float64, (2, 2)),  # at the time of the last look
        ("drift", np.float64, (2, 2)),  # in pixels a second; 0 where nothing moves for sure
        ("speed", np.float64, (2, 2)),  # what drift is taken from
        ("last", np.float64, (2, 2)),  # as it was found, and at the look before
        ("before", np.float64, (2, 2)),
        ("step_s", np.float64),  # between these two looks; 0 where there was one only
        ("looks", np.float64),
        ("noise", np.float64, (2,)),  # how much centre and size shake, in pixels: one standard deviation
    ]
)


def begin(raw: Floats) -> Motions:
    """MOTION (N,) of boxes (N, 2, 2) that are seen for the first time."""
    motions = np.zeros(len(raw), MOTION)
    motions["smooth"] = motions["last"] = motions["before"] = raw
    sides = np.sqrt(np.abs(raw[:, 1, 0] * raw[:, 1, 1]))
    motions["noise"] = np.maximum(FIRST_NOISE * sides, LEAST_NOISE)[:, None]
    motions["looks"] = 1
    return motions


def moved(motions: Motions, seconds: Floats) -> Floats:
    """Where they are so many seconds (N,) after their last look: (N, 2, 2), sizes never below 0."""
    places: Floats = motions["smooth"] + motions["drift"] * seconds[:, None, None]
    np.maximum(places[:, 1], 0.0, out=places[:, 1])
    return places


def after(motions: Motions, raw: Floats, step_s: Floats) -> Motions:
    """One look later: the boxes (N, 2, 2) as they were found, so many seconds (N,) after the look before."""
    noise = _noise(motions, raw, step_s)
    gain = np.maximum(_gain(SPEED_HZ, SPEED_GAIN, step_s), 1 / motions["looks"])  # at first the plain average
    steps = step_s[:, None, None]
    speed = motions["speed"] + gain[:, None, None] * ((raw - motions["last"]) / steps - motions["speed"])
    of_noise = SURE * noise * (gain * np.sqrt(2 / (2 - gain)) / step_s)[:, None]  # of differences of white noise
    fast = np.maximum(np.hypot(speed[..., 0], speed[..., 1]), 1e-9)
    moves = np.maximum(1 - (of_noise / fast) ** 2, 0.0)  # 0 to 1: how sure it is that it moves
    drift = moves[..., None] * speed
    there = motions["smooth"] + drift * steps
    away = raw - there
    follow = 2 * np.pi * BETA * moves * fast / noise * step_s[:, None]
    still = _gain(STILL_HZ, STILL_GAIN, step_s)[:, None]
    weight = still + (1 - still) * follow / (1 + follow)
    distance = np.maximum(np.hypot(away[..., 0], away[..., 1]), 1e-9)
    weight = np.maximum(weight, 1 - FARTHEST * noise / distance)
    looked = np.empty_like(motions)
    looked["smooth"], looked["drift"], looked["speed"] = there + weight[..., None] * away, drift, speed
    looked["last"], looked["before"], looked["step_s"], looked["noise"] = raw, motions["last"], step_s, noise
    looked["looks"] = motions["looks"] + 1
    return looked


def _noise(motions: Motions, raw: Floats, step_s: Floats) -> Floats:
    """What differs from going on as before is shaking: steady motion adds nothing to it."""
    last, two_looks = motions["last"], motions["step_s"] > 0
    ratio = step_s / np.where(two_looks, motions["step_s"], 1.0)
    off = raw - last - (last - motions["before"]) * ratio[:, None, None]
    squares = (off[..., 0] ** 2 + off[..., 1] ** 2) / (2 * (1 + (1 + ratio) ** 2 + ratio**2))[:, None]
    gain = np.minimum(step_s / NOISE_S, NOISE_GAIN) * two_looks
    known = motions["noise"] ** 2
    known += gain[:, None] * (np.minimum(squares, SPIKE**2 * known) - known)
    return np.maximum(np.sqrt(known), LEAST_NOISE)


def _gain(cutoff_hz: float, at_most: float, step_s: Floats) -> Floats:
    """Weight of a new number in a low-pass filter of first order."""
    turn = 2 * np.pi * cutoff_hz * step_s
    return np.minimum(turn / (1 + turn), at_most)
