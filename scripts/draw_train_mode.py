"""Draws docs/pictures/networks/train_mode.webp: one frame detected in eval mode, and with the batch norms in training.

From the repository's root: python -m scripts.draw_train_mode
"""

from __future__ import annotations

import copy
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import torch

from camapp.live.drawing.overlay import OverlayStyle, draw_detections
from detector.boxes import Letterbox
from detector.engines.postprocess import decode, suppress, to_detections
from detector.engines.torch_engine import to_numpy
from detector.modelfile import ModelInfo
from detector.models.checkpoint import load_model
from detector.models.network import DetectorNetwork
from detector.paths import CLIP, DEFAULT_MODEL
from detector.types import Detections

FRAME = 300  # three bottles and a hand; the same as on the page that shows it
SHAPE_HW = (256, 416)
IOU = 0.5  # of the NMS
WIDTH = 640  # of each half, in pixels
TARGET = Path(__file__).resolve().parents[1] / "docs" / "pictures" / "networks" / "train_mode.webp"

Picture = npt.NDArray[np.uint8]


def frame_of_clip() -> Picture:
    """uint8 (H, W, 3), BGR."""
    clip = cv2.VideoCapture(str(CLIP))
    for _ in range(FRAME + 1):
        clip.grab()
    return clip.retrieve()[1]


def detect(network: DetectorNetwork, info: ModelInfo, picture: Picture) -> Detections:
    """The network as it is, its norms not folded."""
    height, width = SHAPE_HW
    x = torch.from_numpy(cv2.resize(picture, (width, height))).permute(2, 0, 1)[None]
    with torch.no_grad():
        logits, ltrb = network((x - torch.tensor(info.mean)[:, None, None]) / torch.tensor(info.std)[:, None, None])
    found = suppress(decode(to_numpy(logits[0]), to_numpy(ltrb[0]), SHAPE_HW, info.score_threshold), IOU)
    place = Letterbox((picture.shape[1], picture.shape[0]), (width, height), SHAPE_HW)
    return to_detections(found, place, FRAME, info.class_names)


def main() -> None:
    """Writes both, side by side."""
    network, info = load_model(DEFAULT_MODEL)
    picture = frame_of_clip()
    halves = []
    for mode in (network, copy.deepcopy(network).train()):
        drawn = picture.copy()
        draw_detections(drawn, detect(mode, info, picture), OverlayStyle(label=("class", "confidence"), text_scale=1.6))
        halves.append(cv2.resize(drawn, (WIDTH, WIDTH * 9 // 16), interpolation=cv2.INTER_AREA))
    gap = np.full((halves[0].shape[0], 8, 3), 255, np.uint8)
    cv2.imwrite(str(TARGET), np.hstack([halves[0], gap, halves[1]]), [cv2.IMWRITE_WEBP_QUALITY, 80])


if __name__ == "__main__":
    main()
