"""The draw thread: shows every frame, with its own boxes where the detector keeps up."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace

from camapp.errors import CamappError
from camapp.live.choices import Choices
from camapp.live.detecting import DetectWorker
from camapp.live.drawing.compose import compose
from camapp.live.drawing.follow import Follower
from camapp.live.drawing.shown import Shown
from camapp.live.drawing.visible import Visible
from camapp.live.rates import RateMeter, RecentMedian
from camapp.live.seldom import Seldom
from camapp.live.slot import LatestSlot
from camapp.live.tracks import LastBoxes
from detector.errors import UserFacingError
from detector.types import Detections, Frame

log = logging.getLogger(__name__)
LONGEST_WAIT_S = 0.1  # a picture is shown after that even where the camera is slower


class DrawWorker:
    """Draws the newest frame and, where nothing new comes, the last one again as soon as something changes.

    Attributes:
        slot: takes the frames; wake() draws the last one again.
        shown: the frame and the boxes last drawn.
        delay_s: from capture to publishing.
        view_size_wh: of the pictures, in device pixels; None: the frame's own size.
        visible: the part of the frame that they show.

    Args:
        publish: called on the thread with each finished picture.
        camera_rate: says how long a picture may wait for its boxes.
    """

    def __init__(
        self,
        boxes: LastBoxes,
        detecting: DetectWorker,
        choices: Callable[[], Choices],
        camera_rate: RateMeter,
        publish: Callable[[Shown], None],
        on_error: Callable[[UserFacingError], None],
    ) -> None:
        self.slot: LatestSlot[Frame] = LatestSlot()
        self.shown: tuple[Frame, Detections] | None = None
        self.delay_s = RecentMedian()
        self.view_size_wh: tuple[int, int] | None = None
        self.visible = Visible()
        self._looked_up = -1  # index of the frame whose boxes were last asked for
        self._follower = Follower()
        self._faults = Seldom()
        self._boxes = boxes
        self._detecting = detecting
        self._choices = choices
        self._camera_rate = camera_rate
        self._publish = publish
        self._on_error = on_error

    def detected(self, index: int) -> None:
        """A result came: if that very frame is shown without it, it is drawn again."""
        if self._looked_up == index:
            self.slot.wake()

    def run(self) -> None:
        """The thread's function: until the slot is closed."""
        frame: Frame | None = None
        while not self.slot.closed:
            new = self.slot.take()
            frame = new or frame
            if frame is None or self.slot.closed:
                continue
            try:
                self._draw(frame, is_new=new is not None)
            except Exception as error:  # one picture less; the next may be well again
                if self._faults.is_due():
                    log.exception("draw; %d more like the one before", self._faults.told())
                    self._on_error(CamappError("internal", reason=error))

    def _draw(self, frame: Frame, is_new: bool) -> None:
        if is_new:
            self._await_own_boxes(frame)
        began_s = time.monotonic()
        choices = self._choices()
        self._looked_up = frame.index  # first: a result that comes after the look wakes us, one before it is found
        found_at_s = self._boxes.found_at_s(frame.index)  # before the boxes: those drawn may be newer, never older
        detections, dashed = drawn = self._boxes.drawn_for(frame, choices)
        self.shown = frame, drawn.picture
        selected = self._follower.find(choices.selected, detections, frame.captured_at_s)
        names_zh = self._detecting.class_names_zh
        shown = compose(frame, detections, self.view_size_wh, choices, names_zh, selected, self.visible, dashed)
        self._publish(replace(shown, found_at_s=found_at_s, drawn_at_s=time.monotonic()))
        if is_new:
            now_s = time.monotonic()
            self.delay_s.add(now_s - frame.captured_at_s)
            self._detecting.keeper.drew(frame, now_s - began_s)

    def _await_own_boxes(self, frame: Frame) -> None:
        """Where the detector keeps up with the camera, each picture waits for its own boxes, else for none."""
        usual_s, fps = self._detecting.usual_s.value(), self._camera_rate.per_second()
        if not self._detecting.working or usual_s is None or not fps:
            return
        if self._detecting.keeper.every > 1:  # else some pictures would be late and others not: the motion jerks
            return
        interval_s = min(1 / fps, LONGEST_WAIT_S)
        if usual_s < interval_s:
            self._boxes.wait(frame.index, self._detecting.keeper.patience_s(frame, interval_s))
