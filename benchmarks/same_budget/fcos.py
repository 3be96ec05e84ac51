"""torchvision's FCOS (Tian et al., 2019) with ResNet-18 and a feature pyramid."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torchvision.models.detection import FCOS
from torchvision.models.detection.backbone_utils import resnet_fpn_backbone
from torchvision.ops.feature_pyramid_network import LastLevelP6P7

from benchmarks.same_budget.common import SIZE_HW, CandidateDetector, as_candidates, train_by_the_clock
from detector.data.labelled import Dataset
from detector.engines.postprocess import Candidates
from detector.training.batches import Batch
from detector.training.runtime import best_device


def train(data: Dataset, budget_s: float) -> tuple[CandidateDetector, int]:
    """Trains it; the detector and the views seen."""
    backbone = resnet_fpn_backbone(
        backbone_name="resnet18",
        weights=None,
        norm_layer=nn.BatchNorm2d,
        trainable_layers=5,
        returned_layers=[2, 3, 4],
        extra_blocks=LastLevelP6P7(256, 256),
    )
    height, width = SIZE_HW  # _skip_resize holds in training only: else it would judge pictures of 800 pixels
    network = FCOS(
        backbone, len(data.class_names), height, width, score_thresh=0.01, nms_thresh=0.99, _skip_resize=True
    )
    device = best_device()

    def loss_of(batch: Batch) -> Tensor:
        targets = [
            {"boxes": xyxy[ids >= 0].to(device), "labels": ids[ids >= 0].to(device)}
            for xyxy, ids in zip(batch.truth_xyxy, batch.truth_ids, strict=True)
        ]
        return torch.stack(list(network(list(_rgb(batch.images.to(device))), targets).values())).sum()

    views = train_by_the_clock(network, data, budget_s, loss_of, lr=5e-4)
    return FcosDetector(network, data.class_names), views


def _rgb(images: Tensor) -> Tensor:
    return images.flip(1).float() / 255  # the network itself subtracts the mean


class FcosDetector(CandidateDetector):
    """The trained network."""

    def __init__(self, network: nn.Module, class_names: tuple[str, ...]) -> None:
        super().__init__("resnet18", class_names)
        self._network = network

    def candidates(self, picture: npt.NDArray[np.uint8], score: float) -> Candidates:
        """See CandidateDetector."""
        image = torch.from_numpy(picture).permute(2, 0, 1)[None].to(best_device())
        with torch.inference_mode():
            found = self._network(list(_rgb(image)))[0]
        return as_candidates(found["boxes"], found["scores"], found["labels"], score)
