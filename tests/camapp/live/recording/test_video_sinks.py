"""Pictures with boxes: a canvas that is used again holds nothing of the picture before."""

from __future__ import annotations

import numpy as np

from camapp.live.drawing.overlay import OverlayStyle
from camapp.live.recording.video_sinks import annotated
from detector.types import Frame
from tests.camapp.live.fakes import numbered_picture, some_boxes

STYLE = OverlayStyle()


def test_a_canvas_used_again_is_as_a_new_one() -> None:
    first, second = (Frame(numbered_picture(number), number, number / 30, number / 30) for number in (1, 2))
    wanted = annotated(second, some_boxes(2), STYLE)
    canvas = annotated(first, some_boxes(1, [(0, 0, 90, 60)]), STYLE)
    again = annotated(second, some_boxes(2), STYLE, canvas)
    assert again is canvas
    np.testing.assert_array_equal(again, wanted)
    np.testing.assert_array_equal(second.image, numbered_picture(2))


def test_a_canvas_of_another_shape_is_left_alone() -> None:
    frame = Frame(numbered_picture(1), 1, 0.0, 0.0)
    canvas = np.zeros((10, 20, 3), np.uint8)
    assert annotated(frame, some_boxes(1), STYLE, canvas) is not canvas
    assert not canvas.any()
