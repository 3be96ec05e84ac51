"""Other people's detectors with random weights: what they are, and what makes boxes of their outputs."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.speed.forms import Outputs, Picture, Run, as_array, as_tensor
from benchmarks.speed.ours import normalised_input
from benchmarks.speed.scores import CLASSES, CONFIDENT, IOU, MOST_BOXES, fill_picture, gflop, logit, settle_norms
from detector.boxes import FloatArray, Letterbox
from detector.engines.preprocess import letterbox
from detector.modelfile import ModelInfo
from detector.models.fuse import fold_batch_norms
from detector.types import Frame

NO_MEAN = ModelInfo("resnet50", 0, (), mean=(0.0, 0.0, 0.0), std=(255.0, 255.0, 255.0))  # RT-DETR, Ultralytics
IMAGENET = ModelInfo("resnet50", 0, ())
Finish = Callable[[Outputs], FloatArray]


@dataclass(frozen=True)
class Other:
    """A detector of others.

    Attributes:
        name: with its version's library.
        network: in eval mode; a normalised picture (1, 3, H, W) -> a tuple of tensors.
        info: its normalisation; the rest says nothing.
        finish: outputs -> boxes (N, 4) xyxy in the network's pixels, thresholded and, where it is needed, after NMS.
        gflop: of one forward pass.
    """

    name: str
    network: nn.Module
    info: ModelInfo
    finish: Finish
    gflop: float

    def step(self, run: Run, frame: Frame, shape_hw: tuple[int, int]) -> Callable[[], FloatArray]:
        """From a BGR picture to boxes in its pixels; the picture is made ready as ours is: the fastest way we know."""

        def work() -> FloatArray:
            picture, place = letterbox(frame.image, shape_hw, 3)
            return in_source(self.finish(run(picture)), place)

        return work


def in_source(boxes: FloatArray, place: Letterbox) -> FloatArray:
    """(N, 4) in the network's pixels -> in the picture's, clipped."""
    limits = np.array(place.size_wh * 2, np.float32)
    return np.clip(place.to_source(boxes), 0, limits).astype(np.float32)


class TorchvisionNetwork(nn.Module):
    """A torchvision detector up to its outputs; what comes after is done on the host by its own function."""

    def __init__(self, detector: Any) -> None:
        super().__init__()
        self.backbone, self.head = detector.backbone, detector.head

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """x (1, 3, H, W) -> class logits, boxes and, of FCOS, centreness, (1, A, ...) each."""
        return tuple(self.head(list(self.backbone(x).values())).values())


def torchvision_detector(kind: str, picture: Picture) -> Other:
    """RetinaNet (Lin et al., 2017, version 2 of torchvision) or FCOS (Tian et al., 2019), each with ResNet-50.

    Args:
        kind: "retinanet" or "fcos".
        picture: on which it is to find as much as the others.
    """
    from torchvision.models import detection
    from torchvision.models.detection.image_list import ImageList

    build = {"retinanet": detection.retinanet_resnet50_fpn_v2, "fcos": detection.fcos_resnet50_fpn}[kind]
    torch.manual_seed(0)
    limits = {"score_thresh": CONFIDENT, "nms_thresh": IOU, "detections_per_img": MOST_BOXES}
    detector = build(weights=None, weights_backbone=None, num_classes=CLASSES, **limits).eval()
    network, x = TorchvisionNetwork(detector), normalised_input(picture, IMAGENET)
    settle_norms(network, x)
    fold_batch_norms(network.backbone)
    head = detector.head.classification_head
    lowest = logit(CONFIDENT)
    if kind == "fcos":  # its score is the root of class times centreness: the latter is made 1
        nn.init.constant_(detector.head.regression_head.bbox_ctrness.bias, 20.0)
        lowest = logit(CONFIDENT**2)
    fill_picture(network, x, [head.cls_logits], lambda outputs: outputs[0], lowest)  # type: ignore[index]
    with torch.inference_mode():
        maps = list(detector.backbone(x).values())
        names = list(detector.head(maps))
        shape_hw = (x.shape[2], x.shape[3])
        anchors = detector.anchor_generator(ImageList(x, [shape_hw]), maps)[0]
    cells = [m.shape[2] * m.shape[3] for m in maps]
    each = [count * (len(anchors) // sum(cells)) for count in cells]
    levels: dict[torch.device, list[Tensor]] = {}

    @torch.inference_mode()
    def finish(outputs: Outputs) -> FloatArray:
        found = [as_tensor(output) for output in outputs]
        split = {name: list(tensor.split(each, dim=1)) for name, tensor in zip(names, found, strict=True)}
        place = found[0].device
        if place not in levels:
            levels[place] = list(anchors.to(place).split(each))
        return as_array(detector.postprocess_detections(split, [levels[place]], [shape_hw])[0]["boxes"])

    title = {"retinanet": "torchvision RetinaNet R50 FPN v2", "fcos": "torchvision FCOS R50 FPN"}[kind]
    return Other(title, network, IMAGENET, finish, gflop(network, x))


class RtDetrNetwork(nn.Module):
    """RT-DETR from a picture to logits and boxes."""

    def __init__(self, detector: Any) -> None:
        super().__init__()
        self.detector = detector

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """x (1, 3, H, W) -> logits (1, 300, K), boxes (1, 300, 4) as cxcywh in 0..1."""
        output = self.detector(pixel_values=x)
        return output.logits, output.pred_boxes


def rt_detr(depth: int, picture: Picture) -> Other:
    """RT-DETR (Zhao et al., 2023) of transformers, built as its published ResNet-18 and ResNet-50 checkpoints are.

    Args:
        depth: 18 or 50.
        picture: on which it is to find as much as the others.

    Raises:
        ImportError: transformers is not installed.
    """
    os.environ["HF_HUB_OFFLINE"] = "1"  # nothing is asked for: the description is all that is needed
    from transformers import RTDetrConfig, RTDetrForObjectDetection, RTDetrResNetConfig

    shape_hw = picture.shape[:2]
    shared = {"num_labels": CLASSES, "anchor_image_size": list(shape_hw)}
    out = ["stage2", "stage3", "stage4"]
    if depth == 18:
        body = RTDetrResNetConfig(
            hidden_sizes=[64, 128, 256, 512], depths=[2, 2, 2, 2], layer_type="basic", out_features=out
        )
        config = RTDetrConfig(
            backbone_config=body, encoder_in_channels=[128, 256, 512], decoder_layers=3, hidden_expansion=0.5, **shared
        )
    else:
        config = RTDetrConfig(backbone_config=RTDetrResNetConfig(out_features=out), **shared)
    torch.manual_seed(0)
    detector = RTDetrForObjectDetection(config).eval()
    network, x = RtDetrNetwork(detector), normalised_input(picture, NO_MEAN)
    settle_norms(network, x)
    last = detector.model.decoder.class_embed[-1]
    fill_picture(network, x, [last], lambda outputs: outputs[0], logit(CONFIDENT))  # type: ignore[index]
    size = np.array([shape_hw[1], shape_hw[0]] * 2, np.float32)

    def finish(outputs: Outputs) -> FloatArray:
        """The best 300 of all queries and classes above the threshold, as its own post-processing takes them."""
        logits, boxes = (as_array(output)[0] for output in outputs)
        flat = np.flatnonzero(logits >= logit(CONFIDENT))
        order = flat[np.argsort(-logits.reshape(-1)[flat])][:MOST_BOXES]
        chosen = boxes[order // logits.shape[1]]
        half = chosen[:, 2:] / 2
        return np.concatenate([chosen[:, :2] - half, chosen[:, :2] + half], axis=1) * size

    return Other(f"transformers RT-DETR R{depth}", network, NO_MEAN, finish, gflop(network, x))


class YoloNetwork(nn.Module):
    """An Ultralytics network from a picture to its one output."""

    def __init__(self, detector: nn.Module) -> None:
        super().__init__()
        self.detector = detector

    def forward(self, x: Tensor) -> tuple[Tensor]:
        """x (1, 3, H, W) -> (1, 4 + K, A): cxcywh in pixels, scores."""
        return (self.detector(x),)


def yolo(name: str, picture: Picture) -> Other:
    """A network of Ultralytics (AGPL-3.0: only here, never in the product), from its description.

    Args:
        name: as "yolo11s".
        picture: on which it is to find as much as the others.

    Raises:
        ImportError: ultralytics is not installed.
    """
    os.environ["YOLO_OFFLINE"] = "true"
    from ultralytics.nn.tasks import DetectionModel
    from ultralytics.utils.nms import non_max_suppression

    torch.manual_seed(0)
    detector = DetectionModel(f"{name}.yaml", nc=CLASSES, verbose=False).eval()
    x = normalised_input(picture, NO_MEAN)
    head = detector.model[-1]
    head.export = True  # one tensor comes out
    network = YoloNetwork(detector)
    settle_norms(network, x)
    detector.fuse(verbose=False)
    convs = [branch[-1] for branch in head.cv3]
    # The best class of a cell counts.
    fill_picture(network, x, convs, lambda outputs: outputs[0][:, 4:].amax(1).logit(1e-6), logit(CONFIDENT))  # type: ignore[index]

    def finish(outputs: Outputs) -> FloatArray:
        found = non_max_suppression(as_tensor(outputs[0]), CONFIDENT, IOU, max_det=MOST_BOXES, nc=CLASSES)
        return as_array(found[0][:, :4])

    return Other(f"Ultralytics {name}", network, NO_MEAN, finish, gflop(network, x))
