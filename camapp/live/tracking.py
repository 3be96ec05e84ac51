"""Which box is the object that was here before: each object gets a small number that it keeps while it is in view.

ByteTrack (Zhang et al., 2022) from the library `trackers`: motion is predicted, sure boxes are joined to objects first,
less sure ones to those that are left. Its import takes two seconds of processor time: nothing here does it before the
first box was found, and a live pipeline does not wait for it.
"""

from __future__ import annotations

import logging
from concurrent.futures import Future
from dataclasses import replace
from functools import cache
from threading import Thread
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from camapp.live.choices import Choices
from camapp.live.drawn import STAYS_FROM
from detector.boxes import iou
from detector.types import Detections, Frame

if TYPE_CHECKING:
    from trackers import ByteTrackTracker

log = logging.getLogger(__name__)

NOMINAL_FPS = 30  # the library counts in such frames; true times are passed with each picture
MISSED_FRAMES = 29  # an object may be missed for so many: under a second, so pictures of a folder have none in common
OVERLAP = 0.1  # IoU of a predicted box with the one found; more numbers for the same objects with 0.3, measured
LESS_SURE = 0.5  # of the confidence shown: such boxes keep an object alive, but none begins with them
SLOW_S = 0.1  # between two pictures: then the second box of an object confirms it, else the third
SAME_BOX = 0.5  # IoU of two boxes of one object on the very same picture


def least_score(choices: Choices) -> float:
    """Boxes from this confidence on help to follow objects, or to draw them steadily."""
    if choices.follow:
        return choices.score * LESS_SURE
    return choices.score * STAYS_FROM if choices.steady else choices.score


class Numbering:
    """Gives track_ids to the detections of one source, in order; for one thread.

    Args:
        wait: for the library to be loaded; else there are no ids until it is.
    """

    def __init__(self, wait: bool) -> None:
        self._wait = wait
        self._tracker: _Tracker | None = None
        self._failed = False

    def begin_anew(self) -> None:
        """The next picture shows something else: its first object is number 1."""
        self._tracker = None

    def apply(self, frame: Frame, found: Detections, choices: Choices) -> Detections:
        """The same boxes with track_ids; as they are while objects are not followed. What breaks costs only the ids.

        Args:
            found: on this frame, from least_score(choices) on.
        """
        if not choices.follow or self._failed or found.whole_picture:
            self._tracker = None
            return found
        if self._tracker is None and not len(found):
            return found
        try:
            if self._tracker is not None and self._tracker.class_names != found.class_names:
                self._tracker = None  # another model
            if self._tracker is None:
                loading = library()
                if not (self._wait or loading.done()):
                    return found
                self._tracker = _Tracker(loading.result(), found.class_names)
            return self._tracker.numbered(frame, found, choices)
        except Exception:  # boxes without numbers are better than none
            log.exception("follow objects")
            self._failed = True
            return found


@cache
def library() -> Future[type[ByteTrackTracker]]:
    """Loads it, once in a process, while all else goes on."""
    loading: Future[type[ByteTrackTracker]] = Future()

    def load() -> None:
        try:
            from trackers import ByteTrackTracker
        except Exception as error:
            loading.set_exception(error)
        else:
            loading.set_result(ByteTrackTracker)

    # Not a daemon: ended in the midst of an import, it would take the whole program down instead of letting it end.
    Thread(target=load, name="load-trackers").start()
    return loading


class _Tracker:
    """The library's tracker, told apart by class, and the numbers that people see.

    The library knows no classes: each is moved to a lane of its own, so far away that nothing overlaps. Its ids count
    all that it confirms; a number is used only by what is also confident enough to be shown.
    """

    def __init__(self, library: type[ByteTrackTracker], class_names: tuple[str, ...]) -> None:
        self.class_names = class_names
        self._tracker = library(lost_track_buffer=MISSED_FRAMES, frame_rate=NOMINAL_FPS, minimum_iou_threshold=OVERLAP)
        self._lanes: dict[int, int] = {}  # by class id
        self._numbers: dict[int, int] = {}  # by the library's id
        self._used = 0
        self._clock_s = 0.0  # time as the library sees it: it never stands still or goes back
        self._time_s: float | None = None
        self._last = Detections.empty(-1)

    def numbered(self, frame: Frame, found: Detections, choices: Choices) -> Detections:
        """With track_ids, 0 where it is not known yet."""
        if frame.index == self._last.frame_index:
            numbers = self._as_before(found)
        else:
            numbers = self._joined(frame, found, choices)
        self._last = replace(found, track_ids=numbers)
        return self._last

    def _joined(self, frame: Frame, found: Detections, choices: Choices) -> npt.NDArray[np.int64]:
        from supervision import Detections as LibraryDetections

        step_s = self._tick(frame.time_s)
        self._tracker.track_activation_threshold = self._tracker.high_conf_det_threshold = choices.score
        self._tracker.minimum_consecutive_frames = 3 if step_s < SLOW_S else 2
        useful = choices.wanted(found) & (found.scores >= least_score(choices)) & np.isfinite(found.xyxy).all(axis=1)
        places = np.flatnonzero(useful)
        joined = self._tracker.update(
            LibraryDetections(
                self._in_lanes(found, places, frame), confidence=found.scores[places], data={"at": places}
            ),
            timestamp=self._clock_s,
        )
        alive = {track.tracker_id for track in self._tracker.tracks}
        self._numbers = {track: number for track, number in self._numbers.items() if track in alive}
        numbers = np.zeros(len(found), np.int64)
        tracks = [] if joined.tracker_id is None else joined.tracker_id.tolist()
        for place, track in zip(joined.data.get("at", ()), tracks, strict=True):
            if track < 0:
                continue
            if track not in self._numbers and found.scores[place] >= choices.score:
                self._used += 1
                self._numbers[track] = self._used
            numbers[place] = self._numbers.get(track, 0)
        return numbers

    def _tick(self, time_s: float) -> float:
        """Seconds since the last picture."""
        step_s = 0.0 if self._time_s is None else time_s - self._time_s
        if step_s <= 0:  # the first picture, or one with a broken time
            step_s = 1 / NOMINAL_FPS
        self._time_s = time_s
        self._clock_s += step_s
        return step_s

    def _in_lanes(self, found: Detections, places: npt.NDArray[np.intp], frame: Frame) -> npt.NDArray[np.float64]:
        lanes = [self._lanes.setdefault(class_id, len(self._lanes)) for class_id in found.class_ids[places].tolist()]
        away = np.array(lanes, np.float64) * 4 * max(frame.size_wh)  # predicted boxes may leave the picture
        return found.xyxy[places].astype(np.float64) + away[:, None]

    def _as_before(self, found: Detections) -> npt.NDArray[np.int64]:
        """Numbers for the picture of last time, detected again with another overlap: nothing has moved."""
        numbers = np.zeros(len(found), np.int64)
        before = self._last.track_ids
        if before is None or not len(before):
            return numbers
        overlap = iou(found.xyxy, self._last.xyxy)
        overlap[found.class_ids[:, None] != self._last.class_ids[None, :]] = 0
        for i in range(len(found)):
            j = int(overlap[i].argmax())
            if overlap[i, j] >= SAME_BOX:
                numbers[i] = before[j]
                overlap[:, j] = 0
        return numbers
