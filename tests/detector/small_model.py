"""A small model with random weights that finds things: for tests of the engines."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from detector.engines.convert import to_bytes, to_openvino
from detector.modelfile import ModelInfo, OpenVinoNetwork, hash_weights, read_weights, write_model
from detector.models.checkpoint import build_network, load_model, save_model
from detector.models.network import DetectorNetwork
from detector.types import Frame

NAMES = ("person", "bottle", "cup", "chair", "book")


def small_network(info: ModelInfo) -> DetectorNetwork:
    """Random weights and norm statistics, and logits spread so that a few percent of the cells find something."""
    torch.manual_seed(0)
    network = build_network(info).eval()
    with torch.no_grad():
        for name, tensor in network.state_dict().items():
            if tensor.ndim == 1 and tensor.dtype.is_floating_point and "outs" not in name:
                tensor.uniform_(0.3, 0.6)  # a fresh norm hides faults of folding
        for out in (*network.head.cls_outs, *network.head.box_outs):
            torch.nn.init.normal_(out.weight)
        logits, ltrb = network(torch.randn(1, info.in_channels, 128, 128))
        for out in network.head.cls_outs:
            out.weight *= 1.5 / logits.std()
            out.bias.fill_(-3.0)
        for out in network.head.box_outs:
            out.weight /= ltrb.std()
    return network


def small_info(backbone: str = "resnet18", **changes: object) -> ModelInfo:
    """Of a network with five classes and a narrow neck."""
    return ModelInfo(backbone=backbone, neck_width=64, class_names=NAMES, **changes)  # type: ignore[arg-type]


def save_small_model(path: Path, **changes: object) -> Path:
    """Writes such a model."""
    info = small_info(**changes)  # type: ignore[arg-type]
    save_model(path, small_network(info), info)
    return path


def noise_frame(size_wh: tuple[int, int] = (320, 180), index: int = 0, channels: int = 3) -> Frame:
    """A picture of coarse random patches: all sizes of structure, the same for the same index and size."""
    rng = np.random.default_rng(index)
    coarse = rng.integers(0, 256, (size_wh[1] // 6 + 1, size_wh[0] // 6 + 1, channels), np.uint8)
    image = coarse.repeat(6, axis=0).repeat(6, axis=1)[: size_wh[1], : size_wh[0]]
    return Frame(np.ascontiguousarray(image), index, 0.0, index / 30)


def add_openvino_network(path: Path, precision: str = "fp32") -> Path:
    """Puts the converted network into the model file, as export --int8 does, but without needing nncf."""
    network, info = load_model(path)
    weights = read_weights(path)
    write_model(
        path, info, weights, OpenVinoNetwork(precision, *to_bytes(to_openvino(network, info)), hash_weights(weights))
    )
    return path
