"""What is done on the host after the network: threshold, decoding, NMS, boxes in the picture's pixels."""

from __future__ import annotations

import numpy as np

from benchmarks.speed.forms import Setting
from benchmarks.speed.scores import CLASSES, CONFIDENT, IOU
from benchmarks.speed.tables import Row, Table, timed
from detector.boxes import FloatArray, Letterbox, anchor_points, xyxy_to_ltrb
from detector.engines.postprocess import decode, suppress, to_detections
from detector.types import Frame

OBJECTS = 100
MIDDLE = 0.165  # share of an object's sides, from its centre: four cells a box, as the bundled model has on photographs
BACKGROUND = -5.0  # logit of a cell that holds nothing, about


def busy_outputs(shape_hw: tuple[int, int]) -> tuple[FloatArray, FloatArray]:
    """Outputs as a trained network gives them for OBJECTS objects: the cells of each one's middle say it, nearly alike.

    Returns:
        logits float32 (A, K), ltrb float32 (A, 4).
    """
    random = np.random.default_rng(0)
    points, strides = anchor_points(shape_hw)
    logits = random.normal(BACKGROUND, 1.0, (len(points), CLASSES)).astype(np.float32)
    xyxy = np.concatenate([points - strides[:, None], points + strides[:, None]], axis=1)
    size_wh = np.array(shape_hw[::-1], np.float32)
    for _ in range(OBJECTS):
        side = random.uniform(0.04, 0.25, 2) * size_wh
        corner = random.uniform(0, 1, 2) * (size_wh - side)
        box = np.concatenate([corner, corner + side])
        away = np.abs(points - (corner + side / 2)) / side
        # The level whose cells are about an eighth of the object, as assigners choose it.
        level = strides == min((8, 16, 32), key=lambda stride: abs(np.log(stride * 8 / side.max())))
        cells = np.flatnonzero(level & (away < MIDDLE).all(axis=1))
        logits[cells, random.integers(0, CLASSES)] = random.uniform(0, 3, len(cells))
        xyxy[cells] = box + random.normal(0, 1.0, (len(cells), 4))
    return logits, xyxy_to_ltrb(points, strides, xyxy)


def decoding_table(frame: Frame, setting: Setting) -> Table:
    """Each step alone, and all together."""
    logits, ltrb = busy_outputs(setting.shape_hw)
    place = Letterbox.fit(frame.size_wh, setting.shape_hw)
    names = tuple(f"class {i}" for i in range(CLASSES))
    candidates = decode(logits, ltrb, setting.shape_hw, CONFIDENT)
    found = suppress(candidates, IOU)

    def everything() -> object:
        return to_detections(suppress(decode(logits, ltrb, setting.shape_hw, CONFIDENT), IOU), place, 0, names)

    rows = [
        (Row("all after the network", note=f"{OBJECTS} objects"), everything),
        (
            Row("threshold and decoding", note=f"{len(logits)} cells, {len(candidates.scores)} candidates"),
            lambda: decode(logits, ltrb, setting.shape_hw, CONFIDENT),
        ),
        (Row("class-wise NMS", note=f"{len(found.scores)} boxes"), lambda: suppress(candidates, IOU)),
        (Row("boxes in source pixels"), lambda: to_detections(found, place, 0, names)),
    ]
    height, width = setting.shape_hw
    return Table(
        f"Decoding, input {height}x{width}, the host",
        "NMS 0.2 ms at most",
        timed(rows, setting.rounds * 4, setting.clock),
    )
