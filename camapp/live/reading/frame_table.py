"""When each frame of a video is shown, and from where it can be decoded: read from its packets, without decoding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import av
import numpy as np
import numpy.typing as npt
from av.container import InputContainer
from av.video.stream import VideoStream

JUMP_BACK_S = 1.0  # packets are out of order by less; a file with a longer step back holds several recordings


@dataclass(frozen=True, eq=False)
class FrameTable:
    """All frames of a video in the order in which they are shown.

    Attributes:
        pts: int64 (N,), ascending, in units of `unit_s`.
        keyframes: int64 (K,), ascending, those of the frames that are decoded without another.
        unit_s: seconds.
    """

    pts: npt.NDArray[np.int64]
    keyframes: npt.NDArray[np.int64]
    unit_s: float

    def __len__(self) -> int:
        return len(self.pts)

    def time_s(self, number: int) -> float:
        """When the frame is shown, 0 for the first."""
        return float((self.pts[number] - self.pts[0]) * self.unit_s)

    def number_at(self, time_s: float) -> int:
        """The frame that is shown at this time."""
        place = int(np.searchsorted(self.pts, self.pts[0] + time_s / self.unit_s + 0.5, side="right")) - 1
        return min(max(place, 0), len(self) - 1)

    def keyframes_before(self, number: int) -> list[int]:
        """The pts of the keyframes from which this frame might be reached, the nearest first."""
        return [int(pts) for pts in self.keyframes[self.keyframes <= self.pts[number]][::-1]]


def read_table(container: InputContainer, stream: VideoStream, give_up: Callable[[], bool]) -> FrameTable | None:
    """The table of a video; None where frames have no times of their own, or where `give_up` says so."""
    all_pts: list[int] = []
    keyframes: list[int] = []
    newest = None
    unit_s = float(stream.time_base) if stream.time_base else 0.0
    try:
        for packet in container.demux(stream):
            if give_up():
                return None
            if packet.size == 0 or packet.is_discard:  # the end, and what an edit list leaves out
                continue
            if not keyframes and not packet.is_keyframe:  # no decoder begins in the middle
                continue
            pts = packet.pts
            if pts is None or not unit_s or (newest is not None and (newest - pts) * unit_s > JUMP_BACK_S):
                return None
            newest = pts if newest is None else max(newest, pts)
            all_pts.append(pts)
            if packet.is_keyframe:
                keyframes.append(pts)
    except av.FFmpegError:  # a damaged end: all before it is there
        pass
    if not keyframes or len(set(all_pts)) < len(all_pts):
        return None
    return FrameTable(np.array(sorted(all_pts), np.int64), np.array(sorted(keyframes), np.int64), unit_s)
