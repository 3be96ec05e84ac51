"""The record thread: every captured frame, joined with its own boxes, in order, into one or more sinks."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from threading import Thread

from camapp.errors import CamappError
from camapp.live.choices import Choices
from camapp.live.handover import BoundedQueue
from camapp.live.recording.sink import Sink, close_sink, write_all
from camapp.live.tracks import LastBoxes
from detector.errors import UserFacingError
from detector.types import Frame

log = logging.getLogger(__name__)
QUEUE_BYTES = 256 * 1024 * 1024  # of pictures waiting for a slow encoder or disk
QUEUE_FRAMES = 8, 150  # at least, however large or rare they are, and at most
OWN_BOXES_S = 1.0  # longer no recording waits for the detector
# Pictures wait no longer, for they are lost if the program is killed; twice what the detector may take, so that neither
# that nor a hiccup of the disk costs one. Where the encoder is too slow for good, a longer queue would not save any.
QUEUE_S = 2 * OWN_BOXES_S


class FrameWriter:
    """Writes on its own thread what `offer` is given, without ever holding up the giver.

    Attributes:
        frames: written to all sinks.
        missed: not taken, since the queue was full.
        failed: what ended it early; it was passed to on_error and the sinks are closed.

    Args:
        sinks: closed by the thread, at the end or after an error.
        boxes: where the detections come from.
        choices: asked for each frame which of them are wanted.
        on_error: called on the thread.
    """

    def __init__(
        self,
        sinks: Sequence[Sink],
        boxes: LastBoxes,
        choices: Callable[[], Choices],
        on_error: Callable[[UserFacingError], None],
    ) -> None:
        self.frames = 0
        self.missed = 0
        self.failed: UserFacingError | None = None
        self._sinks = tuple(sinks)
        self._boxes = boxes
        self._choices = choices
        self._on_error = on_error
        self._queue: BoundedQueue[Frame] = BoundedQueue(QUEUE_FRAMES[0])
        self._newest_s = 0.0  # when the frame offered last was captured
        self._thread = Thread(target=self._run, name="camapp-record", daemon=True)
        self._thread.start()

    def offer(self, frame: Frame) -> None:
        """Never waits; a frame for which there is no room is counted."""
        room = QUEUE_BYTES // frame.image.nbytes
        self._queue.size = min(max(room, QUEUE_FRAMES[0]), QUEUE_FRAMES[1])
        self._newest_s = frame.captured_at_s
        if (self._waits_s() > QUEUE_S or not self._queue.offer(frame)) and self.failed is None:
            self.missed += 1

    @property
    def behind(self) -> bool:
        """The queue is more than half full: the machine has too much to do."""
        return len(self._queue) > self._queue.size / 2 or self._waits_s() > QUEUE_S / 2

    def _waits_s(self) -> float:
        """How long the oldest picture in the queue has waited; a few may wait for long, as those of a slow camera."""
        oldest = self._queue.oldest
        if oldest is None or len(self._queue) < QUEUE_FRAMES[0]:
            return 0.0
        return self._newest_s - oldest.captured_at_s

    def finish(self, timeout: float | None = None) -> bool:
        """Writes what waits and closes the sinks; False if that is not done after `timeout` seconds."""
        self._queue.close()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            for frame in self._queue:
                self._boxes.wait(frame.index, OWN_BOXES_S)
                choices = self._choices()
                found = choices.apply(self._boxes.for_frame(frame))
                write_all(self._sinks, frame, found, self._boxes.drawn_for(frame, choices).picture)
                self.frames += 1
        except UserFacingError as error:
            self._fail(error)
        except Exception as error:
            log.exception("record")
            self._fail(CamappError("internal", reason=error))
        finally:
            self._queue.cancel()
            for sink in self._sinks:
                close_sink(sink, self._fail)

    def _fail(self, error: UserFacingError) -> None:
        if self.failed is None:
            self.failed = error
            self._on_error(error)
