"""The smallest YOLO of Ultralytics (AGPL-3.0: only here, never in the product), trained by its own recipe."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import yaml
from ultralytics import YOLO

from benchmarks.same_budget.common import SIZE_HW, CandidateDetector, as_candidates
from detector.data.labelled import Dataset
from detector.engines.postprocess import Candidates

NETWORK = "yolo11n.yaml"  # a description without weights


def train(data: Dataset, budget_s: float) -> tuple[CandidateDetector, int]:
    """Trains it; the detector and the views seen (pictures times epochs)."""
    with tempfile.TemporaryDirectory() as folder:
        file = write_yolo(data, Path(folder))
        network = YOLO(NETWORK)
        network.train(
            data=str(file), time=budget_s / 3600, epochs=1000, imgsz=max(SIZE_HW), batch=16, workers=0,
            pretrained=False, val=False, plots=False, save=True, project=folder, name="run", verbose=False,
        )  # fmt: skip
        views = (int(network.trainer.epoch) + 1) * len(data.pictures)
        best = YOLO(Path(folder) / "run" / "weights" / "last.pt")
    return UltralyticsDetector(best, data.class_names), views


def write_yolo(data: Dataset, folder: Path) -> Path:
    """The data set in YOLO's form, its pictures as links; returns data.yaml."""
    for name in ("images", "labels"):
        (folder / name).mkdir()
    for picture in data.pictures:
        (folder / "images" / picture.path.name).symlink_to(picture.path.resolve())
        size = np.array(picture.size_wh * 2, np.float32)
        centre, sides = (picture.xyxy[:, :2] + picture.xyxy[:, 2:]) / 2, picture.xyxy[:, 2:] - picture.xyxy[:, :2]
        rows = np.concatenate([centre, sides], axis=1) / size
        lines = [f"{i} {' '.join(f'{v:.6f}' for v in row)}" for i, row in zip(picture.class_ids, rows, strict=True)]
        (folder / "labels" / f"{picture.path.stem}.txt").write_text("\n".join(lines) + "\n")
    path = folder / "data.yaml"
    path.write_text(yaml.safe_dump({"train": "images", "val": "images", "names": list(data.class_names)}))
    return path


class UltralyticsDetector(CandidateDetector):
    """The trained network."""

    def __init__(self, network: Any, class_names: tuple[str, ...]) -> None:
        super().__init__("resnet18", class_names)
        self._network = network

    def candidates(self, picture: npt.NDArray[np.uint8], score: float) -> Candidates:
        """See CandidateDetector."""
        found = self._network.predict(picture, imgsz=list(SIZE_HW), conf=score, iou=0.6, max_det=300, verbose=False)[
            0
        ].boxes
        return as_candidates(found.xyxy, found.conf, found.cls.to(torch.int64), score)
