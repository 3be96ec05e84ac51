"""Contact sheets of the look-through: a scene in its languages and colours on one sheet."""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np

from scripts.screenshots.variants import LANGUAGES, SCHEMES

WIDTH = 980  # of one picture on the sheet, in pixels


def write_sheets(folder: Path) -> None:
    """FOLDER/sheets/SIZE@SCALE-SCENE.png from FOLDER/SIZE@SCALE/SCENE-SCHEME-LANGUAGE.png."""
    target = folder / "sheets"
    target.mkdir(exist_ok=True)
    for looks in sorted(place for place in folder.iterdir() if "@" in place.name):
        scenes = sorted({path.name.rsplit("-", 2)[0] for path in looks.glob("*.png")})
        for scene in scenes:
            names = [[f"{scene}-{scheme}-{language}.png" for language in LANGUAGES] for scheme in SCHEMES]
            found = [[looks / name for name in row if (looks / name).exists()] for row in names]
            rows = [[_small(path) for path in row] for row in found if row]
            height = max(picture.shape[0] for row in rows for picture in row)
            sheet = np.vstack([np.hstack([_padded(picture, height) for picture in row]) for row in rows])
            path = target / f"{looks.name}-{scene}.png"
            cv2.imwrite(str(path), sheet)
            sys.stdout.write(f"{path}\n")


def _small(path: Path) -> np.ndarray:
    picture = cv2.imread(str(path))
    if picture is None:
        raise OSError(f"{path} cannot be read")
    height = round(picture.shape[0] * WIDTH / picture.shape[1])
    return cv2.resize(picture, (WIDTH, height), interpolation=cv2.INTER_AREA)


def _padded(picture: np.ndarray, height: int) -> np.ndarray:
    return cv2.copyMakeBorder(
        picture, 4, 4 + height - picture.shape[0], 4, 4, cv2.BORDER_CONSTANT, value=(160, 90, 200)
    )
