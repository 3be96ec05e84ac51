"""Tiny pictures in class folders, and a small classifier: for tests of training, engines and the app."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import torch

from detector.modelfile import ModelInfo
from detector.models.checkpoint import save_classifier
from detector.models.classifier import Classifier

COLOURS = {"blue": (220, 40, 20), "green": (30, 200, 60), "red": (20, 30, 230)}  # BGR
NAMES = tuple(COLOURS)
NAMES_ZH = ("蓝", "绿", "红")
SIDE = 64


def colour_picture(name: str, seed: int = 0, size_wh: tuple[int, int] = (SIDE, SIDE)) -> np.ndarray:
    """One colour with a texture of its own."""
    texture = np.random.default_rng(seed).integers(0, 90, (4, 4, 1), np.uint8)
    noise = cv2.resize(texture, size_wh, interpolation=cv2.INTER_NEAREST)
    return np.clip(np.array(COLOURS[name], np.int64) + noise[..., None] - 45, 0, 255).astype(np.uint8)


def write_class_folders(folder: Path, each: int, seed: int = 0) -> Path:
    """FOLDER/blue/0.png and so on."""
    for number, name in enumerate(COLOURS):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for i in range(each):
            path = str(folder / name / f"{i}.png")
            assert cv2.imwrite(path, colour_picture(name, seed + 1000 * number + i))
    return folder


def colour_network() -> Classifier:
    """Tells blue, green and red apart without training: a random backbone, and a layer fitted to its features."""
    torch.manual_seed(0)
    network = Classifier("resnet18", len(NAMES)).eval()
    for part in network.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(part.weight, 0.3, 0.6)  # a fresh norm hides faults of folding
    pictures = np.stack([colour_picture(name, 100 + i) for name in NAMES for i in range(4)])
    x = (torch.from_numpy(pictures).permute(0, 3, 1, 2).flip(1).float() - 127.5) / 64
    with torch.inference_mode():
        features = network.backbone(x)[-1].mean(dim=(2, 3))
    targets = torch.eye(len(NAMES)).repeat_interleave(4, 0) * 8
    centre = features.mean(0)
    solution = torch.linalg.lstsq(features - centre, targets - targets.mean(0)).solution
    with torch.no_grad():
        network.fc.weight.copy_(solution.T)
        network.fc.bias.copy_(targets.mean(0) - centre @ solution)
    return network


def save_colour_classifier(path: Path) -> Path:
    """Writes it."""
    info = ModelInfo(
        "resnet18", 0, NAMES, NAMES_ZH, mean=(127.5,) * 3, std=(64.0,) * 3, sizes_hw=((SIDE, SIDE),), task="classify",
        measured={"top1": 1.0, "top5": 1.0, "pictures": 12, "data": "colours"}, score_threshold=0.0,
    )  # fmt: skip
    save_classifier(path, colour_network(), info)
    return path
