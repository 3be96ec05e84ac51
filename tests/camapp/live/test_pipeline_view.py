"""What a person chooses to see of a running picture: the selected object, turned, mirrored, cropped."""

from __future__ import annotations

from dataclasses import replace

from camapp.live.choices import Selected
from tests.camapp.live.fakes import HandCamera, ScriptedDetector, some_boxes
from tests.camapp.live.watching import Start, Watcher


def test_the_picture_says_which_box_is_the_selected_object(start: Start, watcher: Watcher) -> None:
    camera = HandCamera()
    boxes = [(100, 0, 150, 50), (0, 0, 50, 50)]
    pipeline = start(camera, ScriptedDetector(lambda frame: some_boxes(frame.index, boxes)))
    camera.take()
    assert watcher.wait_shown(0, boxes=2).selected is None
    pipeline.choices = replace(pipeline.choices, selected=Selected(0, (0, 0, 50, 50)))
    watcher.wait(lambda w: w.shown[-1].selected == 1)
    boxes.reverse()
    camera.take()
    watcher.wait(lambda w: w.shown[-1].frame.index == 1 and w.shown[-1].selected == 0)
