"""RT-DETR (Zhao et al., 2023) with ResNet-18, as transformers builds it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from transformers import RTDetrConfig, RTDetrForObjectDetection, RTDetrResNetConfig

from benchmarks.same_budget.common import TRAIN_SIZE, CandidateDetector, as_candidates, normalised, train_by_the_clock
from detector.data.labelled import Dataset
from detector.engines.postprocess import Candidates
from detector.training.batches import Batch
from detector.training.runtime import best_device


def train(data: Dataset, budget_s: float) -> tuple[CandidateDetector, int]:
    """Trains it; the detector and the views seen."""
    body = RTDetrResNetConfig(
        embedding_size=64, hidden_sizes=[64, 128, 256, 512], depths=[2, 2, 2, 2], layer_type="basic",
        out_features=["stage2", "stage3", "stage4"],
    )  # fmt: skip
    config = RTDetrConfig(
        backbone_config=body, encoder_in_channels=[128, 256, 512], decoder_layers=3, hidden_expansion=0.5,
        num_labels=len(data.class_names), freeze_backbone_batch_norms=False,
    )  # fmt: skip
    network = RTDetrForObjectDetection(config)
    device = best_device()

    def loss_of(batch: Batch) -> Tensor:
        labels = []
        for xyxy, ids in zip(batch.truth_xyxy / TRAIN_SIZE, batch.truth_ids, strict=True):
            real = xyxy[ids >= 0]
            boxes = torch.cat([(real[:, :2] + real[:, 2:]) / 2, real[:, 2:] - real[:, :2]], dim=1)
            labels.append({"class_labels": ids[ids >= 0].to(device), "boxes": boxes.to(device)})
        return network(pixel_values=normalised(batch.images.to(device)), labels=labels).loss

    views = train_by_the_clock(network, data, budget_s, loss_of, lr=2e-4)
    return RtDetrDetector(network, data.class_names), views


class RtDetrDetector(CandidateDetector):
    """The trained network."""

    def __init__(self, network: nn.Module, class_names: tuple[str, ...]) -> None:
        super().__init__("resnet18", class_names)
        self._network = network

    def candidates(self, picture: npt.NDArray[np.uint8], score: float) -> Candidates:
        """See CandidateDetector."""
        h, w = picture.shape[:2]
        image = torch.from_numpy(picture).permute(2, 0, 1)[None].to(best_device())
        with torch.inference_mode():
            output = self._network(pixel_values=normalised(image))
        scores, class_ids = output.logits[0].sigmoid().max(dim=-1)
        centre, half = output.pred_boxes[0, :, :2], output.pred_boxes[0, :, 2:] / 2
        size = torch.tensor([w, h, w, h], device=centre.device)
        return as_candidates(torch.cat([centre - half, centre + half], dim=1) * size, scores, class_ids, score)
