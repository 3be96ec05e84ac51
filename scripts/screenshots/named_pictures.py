"""A model that names whole pictures, learned in seconds from parts of the bundled clip: for the scenes with names."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import cv2

from detector.paths import CLIP

EVERY = 3  # frames of the clip: neighbours look alike
STEPS = 12  # few, so that the answers are not all 100 %


@dataclass(frozen=True)
class Kind:
    """A class: what is seen in frames first to last of the clip."""

    name: str
    name_zh: str
    first: int
    last: int


KINDS = (
    Kind("facing the camera", "面向摄像头", 0, 15),
    Kind("hands together", "双手合拢", 24, 90),
    Kind("seen from behind", "背影", 120, 170),
    Kind("leaving the picture to the right", "正从右侧离开画面", 200, 235),
    Kind("a hand puts down a bottle", "手在放瓶子", 250, 300),
    Kind("three bottles", "三个瓶子", 310, 355),
)


def learn(folder: Path) -> Path:
    """Trains a layer on the bundled model's backbone -> FOLDER/scenes.safetensors; takes some ten seconds.

    Raises:
        RuntimeError: it could not be trained.
    """
    data, model = folder / "scenes", folder / "scenes.safetensors"
    if model.exists():
        return model
    _write_pictures(data)
    words = folder / "scenes_zh.json"
    words.write_text(json.dumps({kind.name: kind.name_zh for kind in KINDS}, ensure_ascii=False), "utf-8")
    command = [sys.executable, "-m", "detector.train", "--task", "classify", "--data", str(data), "--out", str(model)]
    command += ["--names-zh", str(words), "--steps", str(STEPS), "--batch", "16"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"no model to name pictures: {done.stderr.strip() or done.stdout.strip()}")
    return model


def _write_pictures(data: Path) -> None:
    """DATA/NAME/FRAME.jpg."""
    clip = cv2.VideoCapture(str(CLIP))
    number = 0
    while True:
        there, picture = clip.read()
        if not there:
            break
        for kind in KINDS:
            if kind.first <= number <= kind.last and number % EVERY == 0:
                place = data / kind.name
                place.mkdir(parents=True, exist_ok=True)
                cv2.imwrite(str(place / f"{number}.jpg"), picture)
        number += 1
    clip.release()
