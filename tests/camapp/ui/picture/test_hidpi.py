"""Sharpness where a unit is more than one pixel; the factor must be set before Qt is there: another process."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

PROGRAM = """
import numpy as np
from PySide6.QtWidgets import QApplication
from camapp.live.choices import Choices
from camapp.live.drawing.compose import compose
from camapp.ui.look.theme import Theme
from camapp.ui.picture.video_view import VideoView
from detector.types import Detections, Frame

app = QApplication([])
view = VideoView(Theme(app))
view.resize(701, 503)  # odd: 1051.5 device pixels at 150 %
view.show()
image = np.random.default_rng(0).integers(0, 255, (720, 1280, 3), np.uint8)
for zoom in (1.0, 3.0):
    view._zooming.zoom(zoom)
    found = Detections.empty(0)
    shown = compose(Frame(image, 0, 0.0, 0.0), found, view.size_in_pixels(), Choices(), visible=view.visible_part)
    view.show_picture(shown, ())
    seen = view.grab().toImage().convertToFormat(view._image.format())
    pixels = np.frombuffer(seen.constBits(), np.uint8).reshape(seen.height(), seen.bytesPerLine() // 4, 4)
    height, width = 400, 600  # the corner with the zoom's own button is left out
    apart = np.abs(pixels[:height, :width, :3].astype(int) - shown.picture[:height, :width, :3])
    print(view.devicePixelRatioF(), apart.max())
"""


@pytest.mark.parametrize("factor", ["1", "1.5", "2"])
def test_each_pixel_of_the_worker_s_picture_is_one_of_the_screen(factor: str) -> None:
    environment = {**os.environ, "QT_SCALE_FACTOR": factor, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, env=environment, check=False, timeout=200
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(float(factor)), "0"] * 2
