"""The letterbox of preprocess.py on the device that computes: the same pixels, as operations on tensors.

Only whole numbers where OpenCV uses them: what it gives on a CPU comes out here, bit for bit where it shrinks, within
one grey level elsewhere. All sizes are known beforehand and all constants made beforehand, so that calling it can be
captured as a CUDA graph.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from detector.boxes import Letterbox
from detector.engines.preprocess import HALVE_BELOW, PAD_VALUE

SCALE = 2048  # of OpenCV's weights in whole numbers, 11 bits
AREA_TAPS = 4  # source pixels that one of half as many touches: 2 to 3 wide, anywhere between
GREY_BGR = (3735, 19235, 9798)  # OpenCV's weights of blue, green and red, in 15 bits
Size = tuple[int, int]


class DeviceLetterbox:
    """From `source`, which may be filled anew at any time, to `padded`, by each call; a device_path.Fixed.

    Args:
        source_shape: height, width and channels of the picture, 3 (BGR) or 1 (grey).
        shape_hw: of the network's input.
        channels: 3 or 1, what the network takes.
        device: where.

    Attributes:
        place: where the picture lies in the input.
        source: uint8 (H, W, C), the picture's own bytes.
        padded: uint8 (h, w, channels), grey around the picture.
    """

    most_apart = 0.0

    def __init__(self, source_shape: tuple[int, int, int], shape_hw: Size, channels: int, device: torch.device) -> None:
        height, width, _ = source_shape
        self.place = Letterbox.fit((width, height), shape_hw)
        self.source = torch.zeros(source_shape, dtype=torch.uint8, device=device)
        self.padded = torch.full((*shape_hw, channels), PAD_VALUE, dtype=torch.uint8, device=device)
        inner_w, inner_h = self.place.inner_wh
        self._halvings: list[tuple[AreaTaps, AreaTaps] | None] = []
        while max(inner_w / width, inner_h / height) < HALVE_BELOW:
            half_w, half_h = max(1, width // 2), max(1, height // 2)
            even = (2 * half_w, 2 * half_h) == (width, height)
            taps = None if even else (AreaTaps.of(height, half_h, device), AreaTaps.of(width, half_w, device))
            self._halvings.append(taps)
            width, height = half_w, half_h
        self._rows = LinearTaps.of(height, inner_h, device, clears=False)
        self._columns = LinearTaps.of(width, inner_w, device, clears=True)
        self._grey = torch.tensor(GREY_BGR, dtype=torch.int32, device=device)

    @property
    def result(self) -> Tensor:
        """What a call changes."""
        return self.padded[: self.place.inner_wh[1], : self.place.inner_wh[0]]

    def __call__(self) -> None:
        """Fills `padded`."""
        x = self.source
        for taps in self._halvings:
            x = halved(x) if taps is None else averaged(x, *taps)
        x = interpolated(x, self._rows, self._columns)
        channels = self.padded.shape[2]
        if x.shape[2] != channels:
            x = x.expand(-1, -1, channels) if channels == 3 else grey(x, self._grey)
        self.result.copy_(x)


@dataclass(frozen=True, eq=False)
class LinearTaps:
    """Along one axis, the two source pixels of each pixel.

    Attributes:
        indices: int64 (2 * N,), of the first ones, then of the second ones.
        weights: int32 (2, N), SCALE together for each pixel.
    """

    indices: Tensor
    weights: Tensor

    @classmethod
    def of(cls, length: int, new_length: int, device: torch.device, clears: bool) -> LinearTaps:
        """`clears`: beyond the first and last pixel all weight is the nearest's, as OpenCV does it along rows."""
        at = ((np.arange(new_length) + 0.5) * (length / new_length) - 0.5).astype(np.float32)
        first = np.floor(at).astype(np.int64)
        share = (at - first).astype(np.float32)
        if clears:
            share[(first < 0) | (first >= length - 1)] = 0
        indices = np.concatenate([first, first + 1]).clip(0, length - 1)
        weights = np.rint(np.stack([np.float32(1) - share, share]) * SCALE).astype(np.int32)
        return cls(torch.from_numpy(indices).to(device), torch.from_numpy(weights).to(device))


@dataclass(frozen=True, eq=False)
class AreaTaps:
    """Along one axis, the source pixels that each pixel covers.

    Attributes:
        indices: int64 (AREA_TAPS, N).
        weights: float32 (AREA_TAPS, N), 1 together for each pixel.
    """

    indices: Tensor
    weights: Tensor

    @classmethod
    def of(cls, length: int, new_length: int, device: torch.device) -> AreaTaps:
        """`new_length`: `length` halved, rounded down, at least 1."""
        scale = length / new_length
        start = np.arange(new_length) * scale
        pixels = np.floor(start).astype(np.int64) + np.arange(AREA_TAPS)[:, None]
        covered = np.minimum(pixels + 1, start + scale) - np.maximum(pixels, start)
        weights = (covered.clip(0) * (pixels < length) / scale).astype(np.float32)
        return cls(
            torch.from_numpy(pixels.clip(0, length - 1)).to(device),
            torch.from_numpy(weights / weights.sum(axis=0)).to(device),
        )


def halved(x: Tensor) -> Tensor:
    """Levels (2h, 2w, C), uint8 or int16 -> int16 (h, w, C), the mean of each four."""
    total = x[0::2, 0::2].to(torch.int16) + x[0::2, 1::2] + x[1::2, 0::2] + x[1::2, 1::2]
    return (total + 2) >> 2


def averaged(x: Tensor, rows: AreaTaps, columns: AreaTaps) -> Tensor:
    """Levels (H, W, C) -> int16 (h, w, C), where one pixel covers no whole number of others."""
    wide = torch.zeros((), device=x.device)
    for index, weight in zip(rows.indices, rows.weights, strict=True):  # by turns: all at once is four times the memory
        wide = wide + x[index] * weight[:, None, None]  # (h, W, C)
    mean = torch.zeros((), device=x.device)
    for index, weight in zip(columns.indices, columns.weights, strict=True):
        mean = mean + wide[:, index] * weight[:, None]
    return mean.round().to(torch.int16)


def interpolated(x: Tensor, rows: LinearTaps, columns: LinearTaps) -> Tensor:
    """Levels (H, W, C) -> int32 (h, w, C), linear, rounded at the same places as in OpenCV."""
    # Both pixels of a pair in one operation: on a GPU each operation costs more than what it computes here.
    pairs = x[:, columns.indices].unflatten(1, (2, -1)) * columns.weights[:, :, None]  # (H, 2, w, C)
    along = pairs.sum(1, dtype=torch.int32) >> 4
    pairs = along[rows.indices].unflatten(0, (2, -1)) * rows.weights[:, :, None, None]  # (2, h, w, C)
    return ((pairs >> 16).sum(0, dtype=torch.int32) + 2) >> 2


def grey(x: Tensor, weights: Tensor) -> Tensor:
    """int32 (h, w, 3) BGR -> int32 (h, w, 1)."""
    return ((x * weights).sum(2, keepdim=True, dtype=torch.int32) + (1 << 14)) >> 15
