"""Boxes that neither shake nor blink: what the detector finds in one picture after another, joined and smoothed.

A light matcher, by number where objects are followed, else by class and overlap with where the object should be by
now: it needs no library, and its mistakes cost a moment's smoothness, never a wrong row in a table. What is written
into tables is not touched.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from camapp.live import one_euro
from camapp.live.choices import Choices
from camapp.live.drawn import BRIDGE_S, STAYS_FROM, Drawn
from camapp.live.one_euro import Floats
from camapp.live.presence import is_changed, look
from detector.boxes import iou
from detector.types import Detections, Frame

FORGOTTEN_S = 0.5  # unseen for so long, or pictures so far apart: another object
GROWN = np.array([[1.0], [2.0]])  # of centre and size, before boxes are compared: small fast ones meet, too
SAME_FROM = 0.2  # IoU of such boxes
TAKEN_FROM = 0.6  # IoU with what is drawn now: its place is taken, by another class or by what hides it
HIDDEN_FROM = 0.1  # IoU with what is drawn now: it may be hidden, so that its look says nothing
SCORE_S = 0.3  # over which the confidence beside a box is averaged
NOMINAL_S = 1 / 30  # between pictures whose times are broken
Indices = npt.NDArray[np.intp]
Boxes = npt.NDArray[np.float32]


Objects = npt.NDArray[np.void]
OBJECT = np.dtype(
    [
        ("motion", one_euro.MOTION),
        ("seen_s", np.float64),  # last and first, on the steadier's own clock
        ("born_s", np.float64),
        ("score", np.float32),  # averaged
        ("class_id", np.int64),
        ("track_id", np.int64),  # 0 where there is no number
        ("finer_id", np.int64),  # a row of FinerNames
        ("finer_score", np.float32),
        ("shown", np.bool_),  # drawn when last seen
    ]
)


class Steadier:
    """For the detections of one source, in order; for one thread."""

    def __init__(self) -> None:
        self.begin_anew()

    def begin_anew(self) -> None:
        """The next picture shows something else."""
        self._before: Objects | None = None  # as they were when the last picture came
        self._now: Objects | None = None
        self._last: Frame | None = None
        self._earlier: Frame | None = None
        self._clock_s = self._step_s = 0.0
        self._score = -1.0
        self._names: tuple[tuple[str, ...], tuple[str, ...]] = (), ()

    def apply(self, frame: Frame, found: Detections, choices: Choices) -> Drawn | None:
        """What is to be drawn of these boxes; None of a whole picture's classes, and where it was not asked for.

        Args:
            found: on this frame, from STAYS_FROM * choices.score on.
        """
        if not choices.steady or found.whole_picture:
            self.begin_anew()
            return None
        self._tick(frame, found)
        least = choices.score * STAYS_FROM
        useful = choices.wanted(found) & (found.scores >= least) & np.isfinite(found.xyxy).all(axis=1)
        places = np.flatnonzero(useful)
        seen = _as_new(found, places, self._clock_s, choices.score)
        missed = seen[:0]
        known = self._before
        if known is not None and len(known):
            if choices.score != self._score:
                known = known.copy()
                known["shown"] = known["score"] >= choices.score
            of_known, of_seen = _same(known, seen, self._clock_s)
            seen[of_seen] = _looked_at(known[of_known], seen[of_seen], self._clock_s)
            left = np.ones(len(known), np.bool_)
            left[of_known] = False
            if left.any():
                missed = self._missed(known[left], seen, frame)
        self._score = choices.score
        self._now = np.concatenate([seen, missed]) if len(missed) else seen
        return self._drawn(found, places, seen, missed, choices, frame.time_s)

    def _tick(self, frame: Frame, found: Detections) -> None:
        """Goes on to this picture, or back to before it where it is the one of last time."""
        names = found.class_names, () if found.finer is None else found.finer.class_names
        if self._last is None or names != self._names:
            self.begin_anew()
            self._names = names
        elif frame.index != self._last.index:
            step_s = frame.time_s - self._last.time_s
            self._step_s = step_s if step_s > 0 else NOMINAL_S
            self._clock_s += self._step_s
            self._before, self._earlier = self._now, self._last
            if self._step_s > FORGOTTEN_S:
                self._before, self._step_s = None, 0.0
        self._last = frame

    def _missed(self, objects: Objects, seen: Objects, frame: Frame) -> Objects:
        """Those that were not found now; `shown` only where the person shall not notice that."""
        objects = objects[self._clock_s - objects["seen_s"] <= FORGOTTEN_S]
        unseen_s = self._clock_s - objects["seen_s"]
        shown = objects["shown"] & (unseen_s <= np.minimum(BRIDGE_S, objects["seen_s"] - objects["born_s"]) + 1e-6)
        if shown.any():
            there = _xyxy(one_euro.moved(objects["motion"], unseen_s))
            overlap = iou(there, _xyxy(seen["motion"]["smooth"][seen["shown"]])).max(axis=1, initial=0.0)
            shown &= overlap < TAKEN_FROM
            was = _xyxy(one_euro.moved(objects["motion"], unseen_s - self._step_s))
            for i in np.flatnonzero(shown & (overlap < HIDDEN_FROM)).tolist():
                shown[i] = self._looks_alike(was[i], frame, there[i])
        objects["shown"] = shown
        return objects

    def _looks_alike(self, was: Boxes, frame: Frame, there: Boxes) -> bool:
        """Whether these places of the picture before and of this one show the same."""
        if self._earlier is None:
            return False
        before, now = look(self._earlier.image, was), look(frame.image, there)
        return before is not None and now is not None and not is_changed(before, now)

    def _drawn(
        self, found: Detections, places: Indices, seen: Objects, missed: Objects, choices: Choices, time_s: float
    ) -> Drawn:
        xyxy, scores = found.xyxy.copy(), found.scores.copy()
        drift, held = np.zeros_like(xyxy), np.zeros(len(found), np.bool_)
        xyxy[places], drift[places] = _xyxy(seen["motion"]["smooth"]), _xyxy(seen["motion"]["drift"])
        scores[places] = seen["score"]
        held[places] = seen["shown"] & (found.scores[places] < choices.score)
        bridged = missed[missed["shown"]]
        ago_s = self._clock_s - bridged["seen_s"]
        xyxy = np.concatenate([xyxy, _xyxy(one_euro.moved(bridged["motion"], ago_s))])
        scores = np.concatenate([scores, bridged["score"]])
        order = np.argsort(-scores, kind="stable")

        def ordered(of_found: npt.NDArray[np.generic], of_bridged: npt.ArrayLike) -> npt.NDArray[Any]:
            if len(bridged):
                of_found = np.concatenate([of_found, np.asarray(of_bridged, of_found.dtype)])
            return of_found[order]

        finer, none = found.finer, np.zeros(len(bridged))
        if finer is not None:
            finer = replace(
                finer,
                class_ids=ordered(finer.class_ids, bridged["finer_id"]),
                scores=ordered(finer.scores, bridged["finer_score"]),
            )
        boxes = replace(
            found,
            xyxy=xyxy[order],
            scores=scores[order],
            class_ids=ordered(found.class_ids, bridged["class_id"]),
            predicted=ordered(found.predicted, bridged["shown"]),
            track_ids=None if found.track_ids is None else ordered(found.track_ids, bridged["track_id"]),
            finer=finer,
        )
        return Drawn(
            boxes,
            drift=ordered(drift, _xyxy(bridged["motion"]["drift"])),
            unseen_s=ordered(np.zeros(len(found)), ago_s),
            found_scores=ordered(found.scores, none),
            held=ordered(held, bridged["shown"]),
            score=choices.score,
            time_s=time_s,
            step_s=self._step_s,
        )


def _as_new(found: Detections, places: Indices, clock_s: float, score: float) -> Objects:
    """OBJECT (P,): these boxes as objects that are seen for the first time."""
    objects = np.zeros(len(places), OBJECT)
    corners = found.xyxy[places].reshape(-1, 2, 2).astype(np.float64)
    centres_and_sizes = np.stack([(corners[:, 0] + corners[:, 1]) / 2, corners[:, 1] - corners[:, 0]], axis=1)
    objects["motion"] = one_euro.begin(centres_and_sizes)
    objects["seen_s"] = objects["born_s"] = clock_s
    objects["score"], objects["class_id"] = found.scores[places], found.class_ids[places]
    if found.track_ids is not None:
        objects["track_id"] = found.track_ids[places]
    if found.finer is not None:
        objects["finer_id"], objects["finer_score"] = found.finer.class_ids[places], found.finer.scores[places]
    objects["shown"] = objects["score"] >= score
    return objects


def _same(known: Objects, new: Objects, clock_s: float) -> tuple[Indices, Indices]:
    """Which objects known are which of the new: two lists of the same length. The most alike are joined first."""
    there = _xyxy(one_euro.moved(known["motion"], clock_s - known["seen_s"]) * GROWN)
    alike = iou(there, _xyxy(new["motion"]["smooth"] * GROWN))
    alike[known["class_id"][:, None] != new["class_id"]] = 0
    ids, new_ids = known["track_id"][:, None], new["track_id"]
    if ids.any() and new_ids.any():
        alike = np.where((ids > 0) & (new_ids > 0), 2.0 * (ids == new_ids), alike)
    rows, columns, numbers = [np.zeros(0, np.intp)], [np.zeros(0, np.intp)], np.arange(len(known))
    while alike.size:
        best = alike.argmax(axis=1)
        joined = (alike[numbers, best] >= SAME_FROM) & (alike.argmax(axis=0)[best] == numbers)
        if not joined.any():
            break
        rows.append(numbers[joined])
        columns.append(best[joined])
        alike[joined] = 0
        alike[:, best[joined]] = 0
    return np.concatenate(rows), np.concatenate(columns)


def _looked_at(known: Objects, new: Objects, clock_s: float) -> Objects:
    """These objects after one look more; `new` are the same as if seen for the first time."""
    step_s = clock_s - known["seen_s"]
    looked = new.copy()
    looked["motion"] = one_euro.after(known["motion"], new["motion"]["smooth"], step_s)
    looked["born_s"] = known["born_s"]
    looked["score"] += np.exp(-step_s / SCORE_S) * (known["score"] - new["score"])
    looked["track_id"] = np.where(new["track_id"] > 0, new["track_id"], known["track_id"])
    looked["shown"] |= known["shown"]
    return looked


def _xyxy(pairs: Floats) -> Boxes:
    """Centres and sizes (N, 2, 2), or their drift -> xyxy (N, 4)."""
    centre, half = pairs[:, 0], pairs[:, 1] / 2
    return np.concatenate([centre - half, centre + half], axis=1).astype(np.float32)
