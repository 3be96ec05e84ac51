"""What all candidates share: how long they may train, and how their boxes are judged."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from detector.boxes import FloatArray
from detector.data.augment import PictureCache
from detector.data.labelled import Dataset
from detector.engines.base import Detector
from detector.engines.postprocess import Candidates, suppress, to_detections
from detector.engines.preprocess import letterbox
from detector.modelfile import ModelInfo
from detector.training.batches import Batch, Sampler, ViewShares, make_batch
from detector.training.runtime import autocast, best_device
from detector.training.schedule import cosine_factor
from detector.types import Detections, Frame

SIZE_HW = (256, 416)  # of the network's input when it is judged
TRAIN_SIZE = 320  # side of the square training views
BATCH = 16
MEAN, STD = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)  # RGB, of ImageNet, as all of them use


class CandidateDetector(Detector):
    """A candidate's network as a Detector, so that all are judged by the same code."""

    def __init__(self, name: str, class_names: tuple[str, ...]) -> None:
        super().__init__(ModelInfo(name, 0, class_names), str(best_device()), SIZE_HW)

    def _detect_chunk(
        self, frames: Sequence[Frame], shape_hw: tuple[int, int], score: float, iou: float
    ) -> list[Detections]:
        found = []
        for frame in frames:
            picture, place = letterbox(frame.image, shape_hw, 3)
            best = suppress(self.candidates(picture, score), iou)
            found.append(to_detections(best, place, frame.index, self.class_names))
        return found

    @abstractmethod
    def candidates(self, picture: npt.NDArray[np.uint8], score: float) -> Candidates:
        """All boxes of one letterboxed BGR picture (h, w, 3) from `score` on, in its pixels, best first."""

    def infer(self, batch: npt.NDArray[np.uint8]) -> tuple[FloatArray, FloatArray]:
        """Not of this kind of network."""
        raise TypeError("use detect")

    def _release(self) -> None:
        """Python's own memory handling does it."""


def normalised(images: Tensor) -> Tensor:
    """uint8 BGR (B, 3, H, W) -> float RGB, normalised."""
    mean, std = (torch.tensor(v, device=images.device).view(1, 3, 1, 1) for v in (MEAN, STD))
    return (images.flip(1).float() - mean) / std


def as_candidates(xyxy: Tensor, scores: Tensor, class_ids: Tensor, score: float) -> Candidates:
    """Tensors of any order -> Candidates."""
    kept = scores >= score
    order = scores[kept].argsort(descending=True)
    rows = (t[kept][order].float().cpu().numpy() for t in (xyxy, scores, class_ids))
    boxes, sure, classes = rows
    return Candidates(boxes, sure, classes.astype(np.int64))


def train_by_the_clock(
    network: nn.Module, data: Dataset, budget_s: float, loss_of: Callable[[Batch], Tensor], lr: float
) -> int:
    """AdamW with a cosine, on this project's own views, until the time is over; returns the views seen.

    For networks whose libraries bring no training recipe.
    """
    optimizer = torch.optim.AdamW(network.parameters(), lr=lr, weight_decay=0.05)
    device, started_s, steps = best_device(), time.monotonic(), 0
    network.to(device).train()
    for batch in _batches(data):
        progress = (time.monotonic() - started_s) / budget_s
        if progress >= 1:
            break
        for group in optimizer.param_groups:
            group["lr"] = lr * cosine_factor(progress)
        with autocast(device):
            loss = loss_of(batch)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 10.0)
        optimizer.step()
        steps += 1
    network.eval()
    return steps * BATCH


def _batches(data: Dataset) -> Iterator[Batch]:
    cache, sampler = PictureCache(data.pictures), Sampler(data.pictures, 0.0)
    step = 0
    while True:
        yield make_batch(cache, sampler, TRAIN_SIZE, BATCH, ViewShares(mosaic=0.6), np.random.default_rng((0, step)))
        step += 1
