"""Finer names for the boxes that a detector found, and steady numbers for the best classes of a whole picture.

A classifier's word changes from picture to picture: shown and written is an average over an object's last looks.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from camapp.live.choices import Choices
from camapp.live.drawn import STAYS_FROM
from camapp.live.rates import RecentMedian
from detector.boxes import iou
from detector.types import Detections, FinerNames, Frame

if TYPE_CHECKING:
    from detector.engines.classifier import Classifier

LIVE_LOOKS = 4  # boxes named in one picture, those first that waited longest: a crowd does not slow the picture down
AVERAGED = 10  # looks that a name is the average of
SMALLEST_PX = 8  # of a side: of less nothing can be told
NAMED_FROM = 0.3  # less sure than this is no name: a classifier always has a best class, for anything at all
SAME_FROM = 0.3  # IoU with an object's last box
FORGOTTEN_S = 1.0  # after so long out of sight it is another object
STEADY_S = 0.3  # over which the classes of a whole picture are averaged
APART_S = 0.5  # pictures further apart have nothing in common: those of a folder are a second


@dataclass(frozen=True, eq=False)
class _Known:
    """An object: its box, class and number when it was last seen, and what its looks said.

    Attributes:
        scores: float32 (K,), their average; None before the first.
        looks: how many they are, at most AVERAGED.
    """

    xyxy: npt.NDArray[np.float32]
    class_id: int
    track_id: int
    seen_s: float
    looked: int = -1
    scores: npt.NDArray[np.float32] | None = None
    looks: int = 0

    def after(self, scores: npt.NDArray[np.float32], turn: int) -> _Known:
        """With one look more."""
        looks = min(self.looks + 1, AVERAGED)
        before = scores if self.scores is None else self.scores
        mean = np.asarray(before + (scores - before) / looks, np.float32)
        return replace(self, looked=turn, scores=mean, looks=looks)


class Naming:
    """For the detections of one source, in order; for one thread.

    Attributes:
        usual_s: how long a picture's names take.

    Args:
        most: boxes that the classifier looks at in one picture; None: all.
    """

    def __init__(self, most: int | None) -> None:
        self.usual_s = RecentMedian()
        self._most = most
        self._known: list[_Known] = []
        self._turn = 0
        self._classes: tuple[str, ...] = ()
        self._steady: dict[int, float] = {}
        self._steady_s: float | None = None

    def begin_anew(self) -> None:
        """The next picture shows something else."""
        self._known = []
        self._steady_s = None

    def apply(self, frame: Frame, found: Detections, classifier: Classifier | None, choices: Choices) -> Detections:
        """The same boxes with `finer`, where there is a classifier; the classes of a whole picture steadied.

        Args:
            found: on this frame, with track_ids where objects are followed.
        """
        if found.whole_picture:
            return self._steadied(frame, found)
        if classifier is None:
            return found
        began_s = time.monotonic()
        if classifier.class_names != self._classes:
            self._classes, self._known = classifier.class_names, []
        self._turn += 1
        least = choices.score * STAYS_FROM if choices.steady else choices.score  # what is drawn on keeps its name
        wanted = np.flatnonzero(choices.wanted(found) & (found.scores >= least))
        objects, others = self._joined(frame, found, wanted)
        sure = {i: known for i, known in objects.items() if found.scores[i] >= choices.score}
        objects |= self._looked_at(frame, sure, classifier)
        self._known = [*objects.values(), *others]
        self.usual_s.add(time.monotonic() - began_s)
        return replace(found, finer=_names(len(found), objects, classifier))

    def _joined(
        self, frame: Frame, found: Detections, wanted: npt.NDArray[np.intp]
    ) -> tuple[dict[int, _Known], list[_Known]]:
        """What is known of each box wanted, by its number, else by overlap with one of its class; and of the others."""
        left = [k for k in self._known if abs(frame.time_s - k.seen_s) <= FORGOTTEN_S]
        objects = {}
        for i in wanted.tolist():
            xyxy, class_id = found.xyxy[i], int(found.class_ids[i])
            track = 0 if found.track_ids is None else int(found.track_ids[i])
            same = _same(left, xyxy, class_id, track)
            if same is None:
                objects[i] = _Known(xyxy, class_id, track, frame.time_s)
            else:
                left.remove(same)
                objects[i] = replace(same, xyxy=xyxy, track_id=track or same.track_id, seen_s=frame.time_s)
        return objects, left

    def _looked_at(self, frame: Frame, objects: dict[int, _Known], classifier: Classifier) -> dict[int, _Known]:
        """Those that waited longest, after the classifier was asked about them."""
        looked = sorted(objects, key=lambda i: objects[i].looked)[: self._most]
        pictures = {i: _part(frame.image, objects[i].xyxy) for i in looked}
        large = [i for i in looked if min(pictures[i].shape[:2]) >= SMALLEST_PX]
        answers = classifier.classify([pictures[i] for i in large])
        return {i: objects[i].after(scores, self._turn) for i, scores in zip(large, answers, strict=True)}

    def _steadied(self, frame: Frame, found: Detections) -> Detections:
        """Each class's score averaged over the last moments; a class that is not among the best counts as 0 there."""
        step_s = np.inf if self._steady_s is None else frame.time_s - self._steady_s
        if found.class_names != self._classes or not 0 <= step_s <= APART_S:
            self._steady = {}
        self._classes, self._steady_s = found.class_names, frame.time_s
        now = dict(zip(found.class_ids.tolist(), found.scores.tolist(), strict=True))
        keep = float(np.exp(-step_s / STEADY_S)) if self._steady else 0.0
        mixed = {k: keep * self._steady.get(k, 0.0) + (1 - keep) * now.get(k, 0.0) for k in self._steady | now}
        best = sorted(mixed.items(), key=lambda item: -item[1])
        self._steady = dict(best[: 4 * len(now)])
        best = best[: len(now)]
        return replace(
            found,
            class_ids=np.array([k for k, _ in best], np.int64),
            scores=np.array([score for _, score in best], np.float32),
        )


def in_full(name: str, finer: str) -> str:
    """What a person reads: `cola (bottle)`, or `bottle` where there is no finer name."""
    return f"{finer} ({name})" if finer else name


def _same(known: list[_Known], xyxy: npt.NDArray[np.float32], class_id: int, track: int) -> _Known | None:
    if track:
        numbered = next((k for k in known if k.track_id == track), None)
        if numbered is not None:
            return numbered
    alike = [k for k in known if k.class_id == class_id and (not track or not k.track_id)]
    if not alike:
        return None
    overlap = iou(xyxy[None], np.stack([k.xyxy for k in alike]))[0]
    best = int(overlap.argmax())
    return alike[best] if overlap[best] >= SAME_FROM else None


def _part(image: npt.NDArray[np.uint8], xyxy: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """What of the picture lies in a box."""
    height, width = image.shape[:2]
    left, top, right, bottom = np.clip(np.rint(xyxy), 0, (width, height, width, height)).astype(int).tolist()
    return image[top:bottom, left:right]


def _names(count: int, objects: dict[int, _Known], classifier: Classifier) -> FinerNames:
    ids, scores = np.full(count, -1, np.int64), np.zeros(count, np.float32)
    for i, known in objects.items():
        if known.scores is not None and known.scores.max() >= NAMED_FROM:
            ids[i], scores[i] = known.scores.argmax(), known.scores.max()
    return FinerNames(ids, scores, classifier.class_names, classifier.info.class_names_zh)
