"""Boxes of a model against marks: what was found, what was missed, what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmarks.clips.marks import CLASSES, Clip, Mark, boxes
from detector.boxes import FloatArray, area, iou
from detector.types import Detections

MOSTLY = 0.5  # share of a box inside an ignored region from which on it is not judged
UNMARKED = "face"  # in nearly every clip, and not marked: boxes of it are left out


@dataclass
class Tally:
    """Counts of one clip, or of several added up.

    Attributes:
        frames: looked at.
        marked, found: by class; ignored marks are in neither.
        false: by class, of the classes that are on.
        not_judged: by class, boxes of things that are there but not marked.
    """

    frames: int = 0
    marked: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    false: Counter[str] = field(default_factory=Counter)
    not_judged: Counter[str] = field(default_factory=Counter)

    def __iadd__(self, other: Tally) -> Tally:
        self.frames += other.frames
        self.marked += other.marked
        self.found += other.found
        self.false += other.false
        self.not_judged += other.not_judged
        return self


def score_clip(clip: Clip, found: Iterable[Detections], on: Sequence[str], overlap: float) -> Tally:
    """Counts one clip.

    Args:
        clip: its marks.
        found: what the model found on some of its frames, at the threshold to judge.
        on: classes that a person sees at first; only these can be false.
        overlap: lowest IoU at which a box has found a mark, in 0..1.
    """
    tally = Tally()
    for detections in found:
        marks = clip.frames[detections.frame_index]
        tally.frames += 1
        names = np.array(detections.names, dtype=np.str_)
        for name in CLASSES:
            hits, wrong = match(detections.xyxy[names == name], [m for m in marks if m.name == name], overlap)
            tally.marked[name] += sum(m.name == name and not m.ignore for m in marks)
            tally.found[name] += hits
            if name in on:
                tally.false[name] += wrong
        for name in set(on) - {*CLASSES, UNMARKED}:
            counts = tally.not_judged if name in clip.also_there else tally.false
            counts[name] += int((names == name).sum())
    return tally


def match(xyxy: FloatArray, marks: Sequence[Mark], overlap: float) -> tuple[int, int]:
    """Boxes (N, 4) of one class, best first, each to the free mark that it overlaps most.

    Returns:
        How many marks were found, and how many boxes are false: not those mostly inside an ignored mark, nor those
        that overlap one as they would have to overlap a mark.
    """
    judged = boxes([m for m in marks if not m.ignore])
    ignored = boxes([m for m in marks if m.ignore])
    overlaps = iou(xyxy, judged)
    taken = np.zeros(len(judged), np.bool_)
    wrong = 0
    for row, box in zip(overlaps, xyxy, strict=True):
        free = np.where(taken, -1.0, row)
        if len(free) and free.max() >= overlap:
            taken[free.argmax()] = True
        elif not _is_ignored(box, ignored, overlap):
            wrong += 1
    return int(taken.sum()), wrong


def _is_ignored(box: FloatArray, ignored: FloatArray, overlap: float) -> bool:
    if len(ignored) == 0:
        return False
    top_left, bottom_right = np.maximum(box[:2], ignored[:, :2]), np.minimum(box[2:], ignored[:, 2:])
    inside = area(np.concatenate([top_left, bottom_right], axis=1))
    return bool((inside >= MOSTLY * area(box[None])).any() or (iou(box[None], ignored) >= overlap).any())
