"""The live pipeline: camera to window and recording, each on its own thread, none waiting for a slower one.

camapp-capture passes each frame to a slot for the detector, a slot for the drawing worker and the queue of a
recording. camapp-detect takes the newest frame and puts its boxes where camapp-draw and camapp-record look them up by
the frame's index.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

from camapp.errors import CamappError, RecordingError
from camapp.live.capture import Playback, capture_loop
from camapp.live.choices import DETECTED_FROM, Choices
from camapp.live.drawing import compose
from camapp.live.live_stats import LiveStats, RecordingStatus, seconds_left
from camapp.live.logs import Sink
from camapp.live.outputs import check_writable
from camapp.live.overlay import OverlayStyle
from camapp.live.rates import RateMeter, RecentMedian
from camapp.live.recorder import RecordingSummary
from camapp.live.recording import FrameWriter
from camapp.live.shown import Shown
from camapp.live.slot import LatestSlot
from camapp.live.tracks import LastBoxes
from camapp.live.video_sinks import VideoSink, annotated, write_picture
from detector.errors import UserFacingError
from detector.types import Detections, Frame

if TYPE_CHECKING:
    from camapp.live.source_base import Source
    from detector.engines.base import Detector

__all__ = ["Choices", "LivePipeline", "LiveStats", "RecordingStatus"]

log = logging.getLogger(__name__)
JOIN_S = 2.0  # OpenCV can hang in a read, a driver in a network's run: the thread is left behind
ENCODE_S = 10.0  # what waits for the encoder when a recording ends
LONGEST_WAIT_S = 0.1  # a picture is shown after that even where the camera is slower


class LivePipeline:
    """One source, shown, detected and recorded live.

    All methods may be called from any one thread (the window's). None waits for the camera or the detector; stop()
    and stop_recording() wait for the encoder to finish.

    Args:
        source: iterated on the capture thread; closed by stop().
        detector: None: no boxes until set_detector.
        publish: called on the drawing worker with each finished picture; None: nothing is drawn for a window.
        on_error: called on any worker.
        on_mended: a lost camera gives pictures again.
        on_end: the source has ended by itself.
        sinks: written from the start with every frame, closed by stop().
        choices: what is shown, recorded and logged.
        loop: a file starts again at its end.
    """

    def __init__(
        self,
        source: Source,
        detector: Detector | None = None,
        *,
        publish: Callable[[Shown], None] | None,
        on_error: Callable[[UserFacingError], None],
        on_mended: Callable[[], None] | None = None,
        on_end: Callable[[], None] | None = None,
        sinks: Sequence[Sink] = (),
        choices: Choices | None = None,
        loop: bool = False,
    ) -> None:
        self.source = source
        self._publish = publish
        self._on_error = on_error
        self._on_mended = on_mended
        self._on_end = on_end
        self._choices = choices or Choices()
        self._view_size_wh: tuple[int, int] | None = None
        self._loop = loop
        self._sinks = tuple(sinks)

        self._playback = Playback()
        self._ended = Event()
        self._boxes = LastBoxes()
        self._to_detect: LatestSlot[Frame] = LatestSlot()
        self._to_draw: LatestSlot[Frame] = LatestSlot()
        self._threads: list[Thread] = []

        self._lock = Lock()  # over the four below, which capture, detection and the window change
        self._latest: Frame | None = None
        self._detector = detector
        self._replaced: list[Detector] = []
        self._writers: tuple[FrameWriter, ...] = ()

        self._sink_writer: FrameWriter | None = None
        self._recording: tuple[FrameWriter, VideoSink] | None = None
        self._last_recording = (0, 0)  # frames and missed of the one before
        self._shown: tuple[Frame, Detections] | None = None
        self._camera_rate = RateMeter()
        self._detector_rate = RateMeter()
        self._detect_s = RecentMedian()
        self._delay_s = RecentMedian()
        self._gaps = 0
        self._skipped = 0

    # The window's side

    def start(self) -> None:
        """Starts the threads; returns at once."""
        self.source.on_trouble = self._trouble
        if self._sinks:
            self._sink_writer = self._add_writer(self._sinks)
        stages = [("detect", self._detect_loop), ("capture", self._capture)]
        if self._publish is not None:
            stages.append(("draw", self._draw_loop))
        self._threads = [Thread(target=stage, name=f"camapp-{name}", daemon=True) for name, stage in stages]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ends the recording, closes the source and joins all threads; what hangs is left behind after 2 s.

        A recording gets up to 10 s to write what waits for the encoder; the detector is left open.
        """
        deadline_s = time.monotonic() + JOIN_S
        self._playback.stop()
        self._to_draw.close()
        self.source.close()
        self._join("camapp-capture", deadline_s)
        self.stop_recording()
        if self._sink_writer is not None:
            self._sink_writer.finish(ENCODE_S)
        self._to_detect.close()
        deadline_s = max(deadline_s, time.monotonic() + JOIN_S / 4)
        self._join("camapp-draw", deadline_s)
        if self._join("camapp-detect", deadline_s):
            self._close_replaced()

    def wait(self, timeout: float | None = None) -> bool:
        """Waits until the source has ended and all of it is written; False after `timeout` seconds."""
        if not self._ended.wait(timeout):
            return False
        return self._sink_writer is None or self._sink_writer.finish(timeout)

    def set_detector(self, detector: Detector | None) -> None:
        """From the next frame on. The one replaced is closed as soon as it is free; the last one is left open."""
        with self._lock:
            if detector is self._detector:
                return
            if self._detector is not None:
                self._replaced.append(self._detector)
            self._detector = detector
            if detector is None:
                self._boxes.clear()
        self._detect_again()
        self._to_draw.wake()

    @property
    def choices(self) -> Choices:
        """What is shown, recorded and logged; replace it as a whole, a still picture is drawn anew at once."""
        return self._choices

    @choices.setter
    def choices(self, choices: Choices) -> None:
        before, self._choices = self._choices, choices
        recording = self._recording
        if recording is not None:
            recording[1].style = self._style()
        if choices.iou != before.iou:
            self._detect_again()
        self._to_draw.wake()

    @property
    def view_size_wh(self) -> tuple[int, int] | None:
        """Of the pictures published, in device pixels; None: the frame's own size."""
        return self._view_size_wh

    @view_size_wh.setter
    def view_size_wh(self, size_wh: tuple[int, int] | None) -> None:
        self._view_size_wh = size_wh
        self._to_draw.wake()

    def pause(self) -> None:
        """Freezes the picture; a file waits, a camera runs on and a recording of it goes on."""
        self._playback.pause()

    def resume(self) -> None:
        """Goes on: a file where it was, a camera with what it sees now."""
        self._playback.resume()

    @property
    def paused(self) -> bool:
        """Whether the picture is frozen."""
        return self._playback.paused

    def start_recording(self, path: Path) -> None:
        """Every frame from now on, with its boxes. What goes wrong later comes through on_error.

        Raises:
            RecordingError: the folder cannot be written.
            ValueError: a recording is running.
        """
        if self._recording is not None:
            raise ValueError(f"the recording {self._recording[1].path} is still running")
        check_writable(path)
        sink = VideoSink(path, self._style())
        self._recording = self._add_writer((sink,)), sink

    def stop_recording(self) -> RecordingSummary | None:
        """Finishes the file; None if there is no recording, or no frame came."""
        if self._recording is None:
            return None
        writer, sink = self._recording
        with self._lock:
            self._writers = tuple(other for other in self._writers if other is not writer)
        writer.finish(ENCODE_S)
        self._last_recording = writer.frames, writer.missed
        self._recording = None
        return sink.summary

    @property
    def recording_status(self) -> RecordingStatus | None:
        """None while nothing is recorded; also once a recording has failed, which on_error was told."""
        if self._recording is None or self._recording[0].failed is not None:
            return None
        writer, sink = self._recording
        frames, seconds, written = sink.progress
        left = seconds_left(sink.path, seconds, written)
        return RecordingStatus(sink.path, seconds, written, frames, writer.missed, left)

    def snapshot(self, path: Path) -> Path:
        """Saves the picture last shown, at the source's own size with its boxes, as .png or .jpg; returns the path.

        Raises:
            RecordingError: it cannot be written, or there is no picture yet.
        """
        shown = self._shown
        if shown is None and self._latest is not None:
            shown = self._latest, self._choices.apply(self._boxes.for_frame(self._latest))
        if shown is None:
            raise RecordingError("no_picture_yet")
        return write_picture(path, annotated(*shown, self._style()))

    def stats(self) -> LiveStats:
        """The figures of this moment."""
        frames, missed = self._last_recording
        if self._recording is not None:
            frames, missed = self._recording[0].frames, self._recording[0].missed
        elif self._sink_writer is not None:
            frames, missed = self._sink_writer.frames, self._sink_writer.missed
        return LiveStats(
            camera_fps=self._camera_rate.per_second(),
            detector_fps=self._detector_rate.per_second(),
            delay_ms=1000 * (self._delay_s.value() or 0.0),
            dropped=self._gaps + self._to_draw.dropped,
            skipped=self._skipped,
            recorded_frames=frames,
            recording_missed=missed,
        )

    # The threads

    def _capture(self) -> None:
        capture_loop(self.source, self._playback, self._loop, self._take, self._on_error, self._source_ended)

    def _take(self, frame: Frame) -> None:
        self._camera_rate.tick()
        with self._lock:
            writers, detector, before = self._writers, self._detector, self._latest
            if before is not None:
                self._gaps += max(frame.index - before.index - 1, 0)
            self._latest = frame
            if self._playback.paused and not writers:
                return  # a frozen picture needs no boxes
            if not self._to_detect.put(frame) and before is not None:
                self._boxes.mark_skipped(before.index)
                self._skipped += detector is not None
        if detector is None:
            self._boxes.mark_skipped(frame.index)
        for writer in writers:
            writer.offer(frame)
        if not self._playback.paused and self._publish is not None:
            self._to_draw.put(frame)

    def _source_ended(self) -> None:
        stopped = self._playback.stopped
        self._ended.set()
        if not stopped and self._on_end is not None:
            self._on_end()

    def _detect_loop(self) -> None:
        while not self._to_detect.closed:
            with self._lock:
                detector = self._detector
            self._close_replaced()
            frame = self._to_detect.take()
            with self._lock:
                detector = self._detector
            if frame is None:
                continue
            if detector is None:
                self._boxes.mark_skipped(frame.index)
                continue
            self._detect(detector, frame)

    def _detect(self, detector: Detector, frame: Frame) -> None:
        self._boxes.mark_taken(frame.index)
        started_s = time.monotonic()
        try:
            found = detector.detect([frame], DETECTED_FROM, self._choices.iou)[0]
        except UserFacingError as error:
            self._give_up(detector, frame, error)
            return
        except Exception as error:
            log.exception("detect")
            self._give_up(detector, frame, CamappError("detection_failed", reason=error))
            return
        self._detect_s.add(time.monotonic() - started_s)
        self._detector_rate.tick()
        shown = self._shown
        late = shown is not None and shown[0].index == frame.index
        self._boxes.add(found, frame.captured_at_s)
        if late:  # it was drawn without its own boxes
            self._to_draw.wake()

    def _give_up(self, detector: Detector, frame: Frame, error: UserFacingError) -> None:
        """The picture goes on without boxes until another detector is set."""
        self._boxes.mark_skipped(frame.index)
        with self._lock:
            if self._detector is detector:
                self._detector = None
                self._replaced.append(detector)
        self._on_error(error)

    def _draw_loop(self) -> None:
        frame: Frame | None = None
        while not self._to_draw.closed:
            new = self._to_draw.take()
            frame = new or frame
            if frame is None or self._to_draw.closed:
                continue
            try:
                self._draw(frame, is_new=new is not None)
            except Exception as error:  # one picture less, and the next may be well again
                log.exception("draw")
                self._on_error(CamappError("internal", reason=error))

    def _draw(self, frame: Frame, is_new: bool) -> None:
        if self._publish is None:
            return
        if is_new:
            self._await_own_boxes(frame)
        choices = self._choices
        detections = choices.apply(self._boxes.for_frame(frame))
        self._shown = frame, detections
        self._publish(compose(frame, detections, self._view_size_wh, choices, self._class_names_zh()))
        if is_new:
            self._delay_s.add(time.monotonic() - frame.captured_at_s)

    def _await_own_boxes(self, frame: Frame) -> None:
        """Where the detector keeps up with the camera, each picture waits for its own boxes, else for none."""
        usually_s, fps = self._detect_s.value(), self._camera_rate.per_second()
        if self._detector is None or usually_s is None or not fps:
            return
        interval_s = min(1 / fps, LONGEST_WAIT_S)
        if usually_s < interval_s:
            self._boxes.wait(frame.index, interval_s)

    # Helpers

    def _detect_again(self) -> None:
        """The newest frame once more, for a picture that stands still; a running one has its next frame at hand."""
        with self._lock:
            if self._latest is not None and (self._ended.is_set() or self._playback.paused):
                self._to_detect.put(self._latest)
        self._to_detect.wake()

    def _add_writer(self, sinks: Sequence[Sink]) -> FrameWriter:
        writer = FrameWriter(sinks, self._boxes, lambda: self._choices, self._writer_failed)
        with self._lock:
            self._writers = (*self._writers, writer)
        return writer

    def _writer_failed(self, error: UserFacingError) -> None:
        self._on_error(error)
        if self._publish is None:  # nobody watches: there is nothing left to do
            self._ended.set()

    def _trouble(self, error: UserFacingError | None) -> None:
        if error is not None:
            self._on_error(error)
        elif self._on_mended is not None:
            self._on_mended()

    def _style(self) -> OverlayStyle:
        return OverlayStyle.of(self._choices, self._class_names_zh())

    def _class_names_zh(self) -> tuple[str, ...]:
        detector = self._detector
        return () if detector is None else detector.info.class_names_zh

    def _close_replaced(self) -> None:
        with self._lock:
            replaced, self._replaced = self._replaced, []
        for detector in replaced:
            detector.close()

    def _join(self, name: str, deadline_s: float) -> bool:
        """False if the thread hangs."""
        for thread in self._threads:
            if thread.name == name:
                thread.join(max(deadline_s - time.monotonic(), 0.0))
                if thread.is_alive():
                    log.warning("%s does not end", name)
                    return False
        return True
