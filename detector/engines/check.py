"""The check picture: an engine whose boxes are not those of torch in fp32 is not used.

A faulty driver or compiler rarely fails: it gives boxes that are wrong. So each engine looks at one picture first whose
boxes are known. They travel with the program or are made for a user's own model (engines/converted.py).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from detector.boxes import FloatArray, iou
from detector.errors import DeviceError
from detector.paths import RESOURCES
from detector.types import Detections, Frame

# The tolerance. On this picture the bundled model's int8 network stays within IoU 0.89 and 0.10 at all its sizes, bf16
# within 0.98 and 0.02: `python -m detector.check`. On other pictures single boxes differ by more: int8 is not exact.
SURE = 0.5  # score from which a box must be found by both
SCORE_APART = 0.15  # the most that its scores may differ
LEAST_IOU = 0.8  # of the box with torch's
KEPT_FROM = SURE - SCORE_APART - 0.05  # what a reference holds: all that a sure box may be compared with
CHECK = RESOURCES / "check"  # the picture, and what torch finds on it by the models that come along

Shape = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Boxes:
    """What is found on the check picture.

    Attributes:
        xyxy: float32 (N, 4), its pixels.
        scores: float32 (N,).
        class_ids: int64 (N,).
    """

    xyxy: FloatArray
    scores: FloatArray
    class_ids: npt.NDArray[np.int64]

    @classmethod
    def of(cls, found: Detections, least: float = KEPT_FROM) -> Boxes:
        """Those of at least this score."""
        kept = found.scores >= least
        return cls(found.xyxy[kept], found.scores[kept], found.class_ids[kept])


@dataclass(frozen=True, eq=False)
class Reference:
    """What a model's exact network finds on the check picture.

    Attributes:
        weights_hash: of the model (modelfile.hash_weights).
        made_by: the engine, for a person.
        boxes: by the network's input shape, height and width.
    """

    weights_hash: str
    made_by: str
    boxes: Mapping[Shape, Boxes]

    def to_json(self) -> str:
        """For a file of its own; boxes to a hundredth of a pixel, scores to four places."""
        shapes = {
            f"{height}x{width}": [
                [int(class_id), round(float(score), 4), *(round(float(edge), 2) for edge in box)]
                for class_id, score, box in zip(found.class_ids, found.scores, found.xyxy, strict=True)
            ]
            for (height, width), found in self.boxes.items()
        }
        content = {"weights_hash": self.weights_hash, "picture": picture_hash(), "made_by": self.made_by}
        return json.dumps(content | {"boxes": shapes}, separators=(",", ":")) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Reference:
        """The inverse of to_json.

        Raises:
            ValueError: something else, or of another picture.
        """
        try:
            content = json.loads(text)
            if content["picture"] != picture_hash():
                raise ValueError("it belongs to another check picture")
            boxes = {}
            for name, rows in content["boxes"].items():
                height, width = map(int, name.split("x"))
                table = np.array(rows, np.float32).reshape(-1, 6)
                boxes[height, width] = Boxes(table[:, 2:], table[:, 1], table[:, 0].astype(np.int64))
            return cls(content["weights_hash"], content["made_by"], boxes)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not a reference: {error!r}") from error


@cache
def check_frame() -> Frame:
    """The picture, 640x360: four moments of the bundled clip side by side, so that there is much to find.

    Raises:
        OSError: it is missing or damaged.
    """
    image = cv2.imdecode(np.frombuffer((CHECK / "picture.webp").read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise OSError("the check picture cannot be read")
    return Frame(np.asarray(image, np.uint8), 0, 0.0, 0.0)


@cache
def picture_hash() -> str:
    """SHA-256 of its pixels."""
    return hashlib.sha256(check_frame().image.tobytes()).hexdigest()


def stored_reference(weights_hash: str, *folders: Path) -> Reference | None:
    """What came with the program, or lies in one of `folders`, for these weights; None: nothing that can be read."""
    for folder in (CHECK, *folders):
        for path in sorted(folder.glob("*.json")):
            try:
                reference = Reference.from_json(path.read_text("utf-8"))
            except (OSError, ValueError):
                continue
            if reference.weights_hash == weights_hash:
                return reference
    return None


def wrong_boxes(found: Boxes, reference: Boxes) -> int:
    """How many sure boxes of either have no like in the other."""
    if not np.isfinite(found.xyxy).all() or not np.isfinite(found.scores).all():
        return max(len(found.scores), 1)
    alike = iou(found.xyxy, reference.xyxy) >= LEAST_IOU
    alike &= np.abs(found.scores[:, None] - reference.scores[None]) <= SCORE_APART
    alike &= found.class_ids[:, None] == reference.class_ids[None]
    lost = (reference.scores >= SURE) & ~alike.any(axis=0)
    invented = (found.scores >= SURE + SCORE_APART) & ~alike.any(axis=1)
    return int(lost.sum() + invented.sum())


def refuse_wrong(engine: str, found: Boxes, reference: Boxes) -> None:
    """Lets an engine pass that finds what torch does.

    Raises:
        DeviceError: it finds something else.
    """
    wrong = wrong_boxes(found, reference)
    if wrong:
        sure = int((reference.scores >= SURE).sum())
        raise DeviceError("engine_differs", engine=engine, wrong=wrong, boxes=sure)
