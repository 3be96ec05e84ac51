"""What is drawn on a frame: steady boxes, moved to the frame's own time, and which of them are dashed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from camapp.live.choices import Choices
from detector.types import Detections, Frame

KEEP_S = 0.5  # older boxes say more about the past than about the picture
STAYS_FROM = 0.7  # of the confidence asked for: what is drawn already is drawn on from here
BRIDGE_S = 0.25  # what the detector misses is drawn on for so long, and never longer
OVERDUE = 1.5  # boxes whose next look is late by half of the usual time are dashed
SMALLEST_PX = 1.0  # of a side, after what has moved out of the picture was cut off


class OnFrame(NamedTuple):
    """The boxes of one frame.

    Attributes:
        detections: those to be drawn; `predicted` says which were not detected on this very frame.
        dashed: bool (N,): a box that is merely moved on between two looks is drawn as one that was found, else it
            would flicker at the network's rate; one that was looked for and not found, or is late, is dashed.
    """

    detections: Detections
    dashed: npt.NDArray[np.bool_]

    @property
    def picture(self) -> Detections:
        """As the picture has it: predicted where it is dashed."""
        return replace(self.detections, predicted=self.dashed)


@dataclass(frozen=True, eq=False, slots=True)
class Drawn:
    """The steady boxes of one look of the detector, to be moved to the frames after it.

    Attributes:
        detections: M boxes, best score first: all that were found, smoothed, and those bridged, which were missed.
        drift: float32 (M, 4): how their xyxy move, in pixels a second.
        unseen_s: float64 (M,): since when they are missed; 0: seen by this look.
        found_scores: float32 (M,): of this very look, not smoothed; 0 where it missed them.
        held: bool (M,): drawn although less sure than `score`, because they were drawn before.
        score: Choices.score at that time: with another one nothing is held.
        time_s: Frame.time_s of the look.
        step_s: between it and the one before; 0 if there was none.
    """

    detections: Detections
    drift: npt.NDArray[np.float32]
    unseen_s: npt.NDArray[np.float64]
    found_scores: npt.NDArray[np.float32]
    held: npt.NDArray[np.bool_]
    score: float
    time_s: float
    step_s: float

    def at(self, frame: Frame, choices: Choices) -> OnFrame:
        """Of this frame, the one that was looked at or one after it."""
        boxes = self.detections
        ahead_s = 0.0 if frame.index == boxes.frame_index else min(max(frame.time_s - self.time_s, 0.0), KEEP_S)
        wanted = self.found_scores >= choices.score
        if choices.score == self.score:
            wanted |= self.held
        missed = self.unseen_s > 0
        wanted &= choices.wanted(boxes) & (~missed | (self.unseen_s + ahead_s <= BRIDGE_S))
        xyxy = boxes.xyxy + self.drift * np.float32(ahead_s)
        edges = np.array([*frame.size_wh, *frame.size_wh], np.float32)
        cut = np.clip(xyxy, 0, edges)
        in_sight = (cut[:, 2] - cut[:, 0] >= SMALLEST_PX) & (cut[:, 3] - cut[:, 1] >= SMALLEST_PX)
        carried = frame.index != boxes.frame_index
        found_here = ~missed & (not carried) & np.isfinite(xyxy).all(axis=1)  # never left out
        xyxy = np.where(in_sight[:, None], cut, xyxy)
        wanted &= in_sight | found_here
        moved = replace(
            boxes,
            xyxy=xyxy,
            predicted=boxes.predicted | missed | carried,
            frame_index=frame.index,
            track_ids=boxes.track_ids if choices.follow else None,
        ).keep(wanted)
        late = carried and ahead_s > OVERDUE * self.step_s
        return OnFrame(moved, (missed | late)[wanted])
