"""The overlay of 100 boxes with text, beside supervision's annotators on the same boxes."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import cv2
import numpy as np
import numpy.typing as npt

from benchmarks.speed.forms import Setting
from benchmarks.speed.tables import Row, Step, Table, timed
from camapp.live.drawing.labels import Label
from camapp.live.drawing.overlay import OverlayStyle, draw_detections
from detector.types import Detections

Picture = npt.NDArray[np.uint8]
BOXES = 100
SIZE_WH = (1920, 1080)
NAMES = ("person", "bottle", "cup", "chair", "dog", "tennis racket", "clock", "traffic light")
THEIRS = {
    "plain": "supervision BoxAnnotator, LabelAnnotator",
    "apart": "supervision BoxAnnotator, LabelAnnotator that keeps labels apart, as ours does",
    "font": "supervision BoxAnnotator, RichLabelAnnotator: letters of a font, as ours are",
}
FRAMES = 30  # of a scene that moves: no text and no place comes twice in a row


def scene(number: int) -> Detections:
    """BOXES boxes all over the picture, each moved a little and of another score from frame to frame."""
    fixed, moving = np.random.default_rng(0), np.random.default_rng(number + 1)
    limits = np.array(SIZE_WH)
    side = fixed.uniform(40, 300, (BOXES, 2))
    corner = fixed.uniform(0, 1, (BOXES, 2)) * (limits - side) + moving.normal(0, 3, (BOXES, 2))
    xyxy = np.clip(np.concatenate([corner, corner + side], axis=1), 0, np.tile(limits, 2)).astype(np.float32)
    scores = np.clip(fixed.uniform(0.4, 0.95, BOXES) + moving.normal(0, 0.02, BOXES), 0, 1)
    class_ids = fixed.integers(0, len(NAMES), BOXES)
    order = np.argsort(-scores)
    return Detections(
        xyxy=xyxy[order],
        scores=scores[order].astype(np.float32),
        class_ids=class_ids[order].astype(np.int64),
        predicted=np.zeros(BOXES, np.bool_),
        frame_index=number,
        class_names=NAMES,
    )


def background() -> Picture:
    """A picture that is neither flat nor noise."""
    small = np.random.default_rng(0).integers(0, 256, (27, 48, 3), np.uint8)
    return np.asarray(cv2.resize(small, SIZE_WH, interpolation=cv2.INTER_CUBIC), np.uint8)


def our_step(scenes: list[Detections], picture: Picture) -> Callable[[], list[Label]]:
    """The next frame's boxes and labels, drawn into the picture."""
    style, turns = OverlayStyle(), itertools.cycle(scenes)
    return lambda: draw_detections(picture, next(turns), style)


def supervision_step(scenes: list[Detections], picture: Picture, texts: list[list[str]], kind: str) -> Step:
    """The same boxes by BoxAnnotator and one of its label annotators, with the texts that ours had room for.

    Args:
        kind: a key of THEIRS.

    Raises:
        ImportError: supervision is not installed.
    """
    import supervision as sv

    boxes = sv.BoxAnnotator()
    labels = {
        "plain": lambda: sv.LabelAnnotator(),
        "apart": lambda: sv.LabelAnnotator(smart_position=True),
        "font": lambda: sv.RichLabelAnnotator(),
    }[kind]()
    turns: Iterator[tuple[Detections, list[str]]] = itertools.cycle(list(zip(scenes, texts, strict=True)))
    theirs = {id(d): sv.Detections(xyxy=d.xyxy, confidence=d.scores, class_id=d.class_ids) for d in scenes}

    def work() -> object:
        detections, said = next(turns)
        found = theirs[id(detections)]
        return labels.annotate(boxes.annotate(picture, found), found, labels=said)

    return work


def drawing_table(setting: Setting) -> Table:
    """Both, into a picture that is there already; its copy is no part of the time."""
    scenes = [scene(number) for number in range(FRAMES)]
    placed = [draw_detections(background(), detections, OverlayStyle()) for detections in scenes]
    # Those whose label found no room have a short one: supervision draws one for each.
    texts = [[label.text for label in labels] + ["x"] * (BOXES - len(labels)) for labels in placed]
    count = f"{BOXES} boxes, {min(map(len, placed))} or more labels"
    rows: list[tuple[Row, Step | None]] = [(Row("ours", note=count), our_step(scenes, background()))]
    dashed = [detections.carried_to(detections.frame_index) for detections in scenes]
    rows.append((Row("ours, all boxes dashed", note=count), our_step(dashed, background())))
    for kind, name in THEIRS.items():
        try:
            step = supervision_step(scenes, background(), texts, kind)
            rows.append((Row(name, note=f"{BOXES} boxes, {BOXES} labels"), step))
        except ImportError:
            rows.append((Row(name, not_run="supervision is not installed"), None))
    notes = (f"{FRAMES} frames of a scene that moves by turns; both on one core, OpenCV with one thread.",)
    width, height = SIZE_WH
    target = "supervision at least 3 times ours, ours under 4 ms (for now 10 ms)"
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        done = timed(rows, setting.rounds * 3, setting.clock)
    finally:
        cv2.setNumThreads(before)
    return Table(f"Overlay on {width}x{height}, the host", target, done, notes)
