"""Boxes that neither shake nor blink: what the detector finds in one picture after another, joined and smoothed.

A light matcher, by number where objects are followed, else by class and overlap with where the object should be by
now: it needs no library, and its mistakes cost a moment's smoothness, never a wrong row in a table. What is written
into tables is not touched.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from camapp.live.choices import Choices
from camapp.live.drawn import BRIDGE_S, STAYS_FROM, Drawn
from camapp.live.one_euro import Floats, Motion
from camapp.live.presence import is_changed, look
from detector.boxes import iou
from detector.types import Detections, FinerNames, Frame

FORGOTTEN_S = 0.5  # unseen for so long, or pictures so far apart: another object
MARGIN = 0.25  # boxes are grown by so much of their sides before they are compared: small fast ones meet, too
SAME_FROM = 0.2  # IoU of such boxes
TAKEN_FROM = 0.6  # IoU with what is drawn now: its place is taken, by another class or by what hides it
HIDDEN_FROM = 0.1  # IoU with what is drawn now: it may be hidden, so that its look says nothing
SCORE_S = 0.3  # over which the confidence beside a box is averaged
NOMINAL_S = 1 / 30  # between pictures whose times are broken
Indices = npt.NDArray[np.intp]
Boxes = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False, slots=True)
class _Objects:
    """T objects, each with its motion and what is known of it.

    Attributes:
        motion: of T boxes, at their last looks.
        seen_s, born_s: float64 (T,), when they were seen last and first, on the steadier's own clock.
        scores: float32 (T,), averaged.
        class_ids, track_ids: int64 (T,); 0 where there is no number.
        finer_ids, finer_scores: int64 and float32 (T,): rows of FinerNames.
        shown: bool (T,): drawn when last seen.
    """

    motion: Motion
    seen_s: Floats
    born_s: Floats
    scores: npt.NDArray[np.float32]
    class_ids: npt.NDArray[np.int64]
    track_ids: npt.NDArray[np.int64]
    finer_ids: npt.NDArray[np.int64]
    finer_scores: npt.NDArray[np.float32]
    shown: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.seen_s)

    def pick(self, chosen: Indices) -> _Objects:
        rest = (getattr(self, field.name)[chosen] for field in fields(self)[1:])
        return _Objects(self.motion.pick(chosen), *rest)

    def with_more(self, others: _Objects) -> _Objects:
        if not len(others):
            return self
        rest = ((getattr(self, field.name), getattr(others, field.name)) for field in fields(self)[1:])
        return _Objects(self.motion.with_more(others.motion), *(np.concatenate(pair) for pair in rest))


class Steadier:
    """For the detections of one source, in order; for one thread."""

    def __init__(self) -> None:
        self.begin_anew()

    def begin_anew(self) -> None:
        """The next picture shows something else."""
        self._before: _Objects | None = None  # as they were when the last picture came
        self._now: _Objects | None = None
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
        raw = _rows(found, places, self._clock_s, choices.score)
        known = self._before
        if known is None or not len(known):
            seen, missed = raw, raw.pick(places[:0])
        else:
            if choices.score != self._score:
                known = replace(known, shown=known.scores >= choices.score)
            of_known, of_raw = _same(known, raw, self._clock_s)
            seen = _seen(known.pick(of_known), raw, of_raw, self._clock_s)
            missed = self._missed(known.pick(_others(len(known), of_known)), seen, frame)
        self._score = choices.score
        self._now = seen.with_more(missed)
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

    def _missed(self, objects: _Objects, seen: _Objects, frame: Frame) -> _Objects:
        """Those that were not found now; `shown` only where the person shall not notice that."""
        unseen_s = self._clock_s - objects.seen_s
        objects = objects.pick(np.flatnonzero(unseen_s <= FORGOTTEN_S))
        unseen_s = self._clock_s - objects.seen_s
        shown = objects.shown & (unseen_s <= np.minimum(BRIDGE_S, objects.seen_s - objects.born_s))
        if shown.any():
            there = _xyxy(objects.motion.moved(unseen_s))
            overlap = iou(there, _xyxy(seen.motion.smooth[seen.shown])).max(axis=1, initial=0.0)
            shown &= overlap < TAKEN_FROM
            was = _xyxy(objects.motion.moved(unseen_s - self._step_s))
            for i in np.flatnonzero(shown & (overlap < HIDDEN_FROM)).tolist():
                shown[i] = self._looks_alike(was[i], frame, there[i])
        return replace(objects, shown=shown)

    def _looks_alike(self, was: Boxes, frame: Frame, there: Boxes) -> bool:
        """Whether these places of the picture before and of this one show the same."""
        if self._earlier is None:
            return False
        before, now = look(self._earlier.image, was), look(frame.image, there)
        return before is not None and now is not None and not is_changed(before, now)

    def _drawn(
        self, found: Detections, places: Indices, seen: _Objects, missed: _Objects, choices: Choices, time_s: float
    ) -> Drawn:
        xyxy, scores = found.xyxy.copy(), found.scores.copy()
        drift, held = np.zeros_like(xyxy), np.zeros(len(found), np.bool_)
        xyxy[places], drift[places] = _xyxy(seen.motion.smooth), _xyxy(seen.motion.drift)
        scores[places] = seen.scores
        held[places] = seen.shown & (found.scores[places] < choices.score)
        boxes, found_scores = replace(found, xyxy=xyxy, scores=scores), found.scores
        unseen_s = np.zeros(len(found))
        bridged = missed.pick(np.flatnonzero(missed.shown))
        if len(bridged):
            ago_s = self._clock_s - bridged.seen_s
            boxes = _with_bridged(boxes, bridged, _xyxy(bridged.motion.moved(ago_s)))
            drift = np.concatenate([drift, _xyxy(bridged.motion.drift)])
            held = np.append(held, bridged.shown)
            found_scores = np.append(found_scores, np.zeros(len(bridged), np.float32))
            unseen_s = np.append(unseen_s, ago_s)
        order = np.argsort(-boxes.scores, kind="stable")
        return Drawn(
            _ordered(boxes, order),
            drift[order],
            unseen_s[order],
            found_scores[order],
            held[order],
            choices.score,
            time_s,
            self._step_s,
        )


def _rows(found: Detections, places: Indices, clock_s: float, score: float) -> _Objects:
    """These boxes as objects that are seen for the first time."""
    count = len(places)
    finer = found.finer
    return _Objects(
        Motion.begin(_pairs_of(found.xyxy[places])),
        np.full(count, clock_s),
        np.full(count, clock_s),
        found.scores[places],
        found.class_ids[places],
        np.zeros(count, np.int64) if found.track_ids is None else found.track_ids[places],
        np.full(count, -1, np.int64) if finer is None else finer.class_ids[places],
        np.zeros(count, np.float32) if finer is None else finer.scores[places],
        found.scores[places] >= score,
    )


def _same(known: _Objects, raw: _Objects, clock_s: float) -> tuple[Indices, Indices]:
    """Which objects known are which boxes: two lists of the same length. The most alike are joined first."""
    there = _xyxy(_grown(known.motion.moved(clock_s - known.seen_s)))
    alike = iou(there, _xyxy(_grown(raw.motion.smooth)))
    alike[known.class_ids[:, None] != raw.class_ids] = 0
    numbered = (known.track_ids[:, None] > 0) & (raw.track_ids > 0)
    if numbered.any():
        alike[numbered] = np.where(known.track_ids[:, None] == raw.track_ids, 2.0, 0.0)[numbered]
    pairs: list[npt.NDArray[np.intp]] = []
    rows = np.arange(len(known))
    while alike.size:
        best = alike.argmax(axis=1)
        joined = (alike[rows, best] >= SAME_FROM) & (alike.argmax(axis=0)[best] == rows)
        if not joined.any():
            break
        pairs.append(np.stack([rows[joined], best[joined]]))
        alike[joined] = 0
        alike[:, best[joined]] = 0
    of_known, of_raw = np.concatenate(pairs, axis=1) if pairs else np.zeros((2, 0), np.intp)
    return of_known, of_raw


def _seen(known: _Objects, raw: _Objects, of_raw: Indices, clock_s: float) -> _Objects:
    """All boxes of this picture in their order, those in `of_raw` as the next look of `known`."""
    if not len(known):
        return raw
    now = raw.pick(of_raw)
    step_s = clock_s - known.seen_s
    keep = np.exp(-step_s / SCORE_S).astype(np.float32)
    looked = replace(
        now,
        motion=known.motion.after(now.motion.smooth, step_s),
        born_s=known.born_s,
        scores=now.scores + keep * (known.scores - now.scores),
        track_ids=np.where(now.track_ids > 0, now.track_ids, known.track_ids),
        shown=now.shown | known.shown,
    )
    new = _others(len(raw), of_raw)
    return looked.with_more(raw.pick(new)).pick(np.argsort(np.concatenate([of_raw, new])))


def _others(count: int, chosen: Indices) -> Indices:
    left = np.ones(count, np.bool_)
    left[chosen] = False
    return np.flatnonzero(left)


def _with_bridged(boxes: Detections, bridged: _Objects, xyxy: Boxes) -> Detections:
    finer, track_ids = boxes.finer, boxes.track_ids
    if finer is not None:
        finer = FinerNames(
            np.append(finer.class_ids, bridged.finer_ids),
            np.append(finer.scores, bridged.finer_scores),
            finer.class_names,
            finer.class_names_zh,
        )
    return replace(
        boxes,
        xyxy=np.concatenate([boxes.xyxy, xyxy]),
        scores=np.append(boxes.scores, bridged.scores),
        class_ids=np.append(boxes.class_ids, bridged.class_ids),
        predicted=np.append(boxes.predicted, bridged.shown),
        track_ids=None if track_ids is None else np.append(track_ids, bridged.track_ids),
        finer=finer,
    )


def _ordered(boxes: Detections, order: Indices) -> Detections:
    finer = boxes.finer
    return replace(
        boxes,
        xyxy=boxes.xyxy[order],
        scores=boxes.scores[order],
        class_ids=boxes.class_ids[order],
        predicted=boxes.predicted[order],
        track_ids=None if boxes.track_ids is None else boxes.track_ids[order],
        finer=None if finer is None else replace(finer, class_ids=finer.class_ids[order], scores=finer.scores[order]),
    )


def _pairs_of(xyxy: Boxes) -> Floats:
    """xyxy (N, 4) -> centres and sizes (N, 2, 2)."""
    corners = xyxy.reshape(-1, 2, 2).astype(np.float64)
    return np.stack([corners.mean(axis=1), corners[:, 1] - corners[:, 0]], axis=1)


def _xyxy(pairs: Floats) -> Boxes:
    """Centres and sizes (N, 2, 2), or their drift -> xyxy (N, 4)."""
    centre, half = pairs[:, 0], pairs[:, 1] / 2
    return np.concatenate([centre - half, centre + half], axis=1).astype(np.float32)


def _grown(pairs: Floats) -> Floats:
    return pairs * np.array([1.0, 1 + 2 * MARGIN])[:, None]
