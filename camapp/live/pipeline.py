"""The live pipeline: camera to window and recording, each on its own thread, none waiting for a slower one.

camapp-capture passes each frame to a slot for the detector, a slot for the drawing worker and the queue of a
recording. camapp-detect takes the newest frame and puts its boxes where camapp-draw and camapp-record look them up by
the frame's index.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

from camapp.errors import RecordingError
from camapp.live.capture import capture_loop
from camapp.live.choices import Choices
from camapp.live.detecting import DetectWorker
from camapp.live.drawing.draw_worker import DrawWorker
from camapp.live.drawing.overlay import OverlayStyle
from camapp.live.drawing.shown import Shown
from camapp.live.drawing.visible import Visible
from camapp.live.live_stats import LiveStats, RecordingStatus, place_in_file
from camapp.live.promise_keeper import PromiseKeeper
from camapp.live.rates import RateMeter
from camapp.live.reading.base import SeekableSource
from camapp.live.reading.playback import Again, Playback, Seek, Step
from camapp.live.reading.transform import Transform
from camapp.live.recording.record_worker import FrameWriter
from camapp.live.recording.recorder import RecordingSummary
from camapp.live.recording.recording_sinks import RecordingOptions
from camapp.live.recording.sink import Sink
from camapp.live.recording.video_sinks import annotated, write_picture
from camapp.live.recording.writers import Writers
from camapp.live.tracks import LastBoxes
from detector.errors import UserFacingError
from detector.types import Frame

if TYPE_CHECKING:
    from camapp.live.reading.base import Source
    from detector.engines.base import Detector

__all__ = ["Choices", "LivePipeline", "LiveStats", "RecordingOptions", "RecordingStatus", "Transform"]

log = logging.getLogger(__name__)
PREPARE_S = 8.0  # nothing can end a compilation, and a program that ends during one may crash
JOIN_S = 2.0  # OpenCV can hang in a read, a driver in a network's run: the thread is left behind
RELIEF = 4  # only every so many frames are shown and detected while a recording falls behind


class LivePipeline:
    """One source, shown, detected and recorded live.

    Its methods may be called from any thread, start_recording and stop_recording from one at a time. None waits for
    the camera or the detector; stop() and stop_recording() wait for the encoder to finish.

    Attributes:
        watch: called on the capture thread with every frame; it must not wait.

    Args:
        source: iterated on the capture thread; closed by stop().
        detector: None: no boxes until set_detector.
        publish: called on the drawing worker with each finished picture; None: nothing is drawn for a window.
        on_error: called on any worker.
        on_mended: a lost camera gives pictures again.
        on_end: the source has ended by itself.
        sinks: written from the start with every frame, closed by stop().
        choices: what is shown, recorded and logged.
        transform: of every picture before anything else; all coordinates are pixels of what comes out.
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
        transform: Transform | None = None,
        loop: bool = False,
    ) -> None:
        self.source = source
        self._on_error = on_error
        self._on_mended = on_mended
        self._on_end = on_end
        self._choices = choices or Choices()
        self._transform = self._applied = transform or Transform()
        self._loop = loop
        self._sinks = tuple(sinks)

        self._playback = Playback()
        self._jumps = 0
        self._ended = Event()
        self._camera_rate = RateMeter()
        self._boxes = LastBoxes()
        self._keeper = PromiseKeeper(self._stated_fps, self._camera_rate)
        self._detecting = DetectWorker(
            detector, self._boxes, self._current_choices, self._detected, on_error, self._keeper
        )
        self._drawing: DrawWorker | None = None
        if publish is not None:
            self._drawing = DrawWorker(
                self._boxes, self._detecting, self._current_choices, self._camera_rate, publish, on_error
            )
        self._threads: dict[str, Thread] = {}
        self._latest: Frame | None = None
        self.watch: Callable[[Frame], None] | None = None
        self._not_drawn = 0
        self._writers = Writers(self._new_writer, self._style)

    # The window's side

    def start(self) -> None:
        """Starts the threads; returns at once."""
        self.source.on_trouble = self._trouble
        if self._sinks:
            self._writers.add_lasting(self._sinks)
        stages = {"detect": self._detecting.run, "capture": self._capture}
        if self._drawing is not None:
            stages["draw"] = self._drawing.run
        self._threads = {name: Thread(target=run, name=f"camapp-{name}", daemon=True) for name, run in stages.items()}
        for thread in self._threads.values():
            thread.start()

    def stop(self) -> None:
        """Ends the recording, closes the source and joins all threads; what hangs is left behind after 2 s.

        A recording gets up to 10 s to write what waits for the encoder. The detector is left open.
        """
        deadline_s = time.monotonic() + JOIN_S
        self._playback.stop()
        if self._drawing is not None:
            self._drawing.slot.close()
        self.source.close()
        self._join("capture", deadline_s)
        self.stop_recording()  # while the detector still works: the last frames get their own boxes
        self._writers.finish_lasting()
        self._detecting.close()
        deadline_s = max(deadline_s, time.monotonic() + JOIN_S / 4)
        self._join("draw", deadline_s)
        if self._join("detect", deadline_s) and self._keeper.join(PREPARE_S):
            self._detecting.close_replaced()

    def wait(self, timeout: float | None = None) -> bool:
        """Waits until the source has ended and all of it is written; False after `timeout` seconds."""
        if not self._ended.wait(timeout):
            return False
        return self._writers.finish_lasting(timeout)

    def set_detector(self, detector: Detector | None) -> None:
        """From the next frame on. The one replaced is closed as soon as it is free; the last one is left open."""
        self._detecting.set_detector(detector)
        self._writers.restyle()
        self._detect_still()
        self._redraw()

    @property
    def choices(self) -> Choices:
        """What is shown, recorded and logged; replace it as a whole, a still picture is drawn anew at once."""
        return self._choices

    @choices.setter
    def choices(self, choices: Choices) -> None:
        before, self._choices = self._choices, choices
        self._writers.restyle()
        if (choices.iou, choices.zone) != (before.iou, before.zone):
            self._detect_still()
        self._redraw()

    @property
    def transform(self) -> Transform:
        """Turn, mirror and crop, from the next picture on; one that stands still is shown anew at once."""
        return self._transform

    @transform.setter
    def transform(self, transform: Transform) -> None:
        self._transform = transform
        if not self.source.live:  # it may stand still
            self._playback.ask(Again())

    @property
    def view_size_wh(self) -> tuple[int, int] | None:
        """Of the pictures published, in device pixels; None: the frame's own size."""
        return None if self._drawing is None else self._drawing.view_size_wh

    @view_size_wh.setter
    def view_size_wh(self, size_wh: tuple[int, int] | None) -> None:
        if self._drawing is not None:
            self._drawing.view_size_wh = size_wh
            self._redraw()

    @property
    def visible(self) -> Visible:
        """The part of the picture that is published; recordings have the whole."""
        return Visible() if self._drawing is None else self._drawing.visible

    @visible.setter
    def visible(self, visible: Visible) -> None:
        if self._drawing is not None:
            self._drawing.visible = visible
            self._redraw()

    def pause(self) -> None:
        """Freezes the picture; a file waits, a camera runs on and a recording of it goes on."""
        self._playback.pause()
        self._detecting.look_if_passed_over()

    def resume(self) -> None:
        """Goes on: a file where it was or, at its end, from the start; a camera with what it sees now."""
        if self.at_end:
            self._ended.clear()  # at once: a recording that begins now is not one that was left over at the end
        self._playback.resume()

    @property
    def seekable(self) -> bool:
        """Whether seek and step back work: a video, a folder."""
        return isinstance(self.source, SeekableSource)

    def seek(self, time_s: float) -> None:
        """Shows the frame at this time of the file, exactly that one, and goes on from there unless it is paused.

        Returns at once; of several wishes the newest counts. Where the file is, stats() says.
        """
        if not self.source.live:
            self._playback.ask(Seek(time_s))

    def step(self, count: int) -> None:
        """Pauses, and shows the frame so many after the one in view, or before it."""
        if not self.source.live:
            self._playback.pause()
            self._playback.ask(Step(count))

    @property
    def paused(self) -> bool:
        """Whether the picture is frozen."""
        return self._playback.paused

    @property
    def at_end(self) -> bool:
        """Whether a file has come to its end; resume() begins it again."""
        return self._playback.position.at_end

    def start_recording(self, path: Path, options: RecordingOptions | None = None) -> None:
        """Every frame from now on, with its boxes. What goes wrong later comes through on_error.

        Raises:
            RecordingError: the folder cannot be written.
            ValueError: a recording is running.
        """
        self._writers.begin(path, options or RecordingOptions())

    def stop_recording(self) -> RecordingSummary | None:
        """Finishes the file; None if there is no recording, or no frame came."""
        return self._writers.end()

    @property
    def recording_status(self) -> RecordingStatus | None:
        """None while nothing is recorded; also once a recording has failed, which on_error was told."""
        return self._writers.status

    def snapshot(self, path: Path) -> Path:
        """Saves the picture last shown, at the source's own size with its boxes, as .png or .jpg; returns the path.

        Raises:
            RecordingError: it cannot be written, or there is no picture yet.
        """
        shown = None if self._drawing is None else self._drawing.shown
        if shown is None and self._latest is not None:
            shown = self._latest, self._boxes.drawn_for(self._latest, self._choices).picture
        if shown is None:
            raise RecordingError("no_picture_yet")
        return write_picture(path, annotated(*shown, self._style()))

    def stats(self) -> LiveStats:
        """The figures of this moment."""
        frames, missed = self._writers.frames_and_missed
        drawing, delay_s = self._drawing, None
        if drawing is not None:
            delay_s = drawing.delay_s.value()
        return LiveStats(
            camera_fps=self._camera_rate.per_second(),
            detector_fps=self._detecting.rate.per_second(),
            delay_ms=1000 * (delay_s or 0.0),
            naming_ms=self._detecting.naming_ms,
            zone=self._detecting.zone_cost,
            dropped=self._not_drawn + (0 if drawing is None else drawing.slot.dropped),
            skipped=self._detecting.skipped,
            promise=self._keeper.status(),
            recorded_frames=frames,
            recording_missed=missed,
            **place_in_file(self.source, self._playback.position),
        )

    # The workers' side

    def _capture(self) -> None:
        capture_loop(self.source, self._playback, self._loop, self._take, self._on_error, self._source_ended)

    def _transformed(self, frame: Frame) -> Frame:
        """And where the picture does not go on from the one before, its boxes don't, either."""
        transform, jumps = self._transform, self._playback.position.jumps
        if jumps != self._jumps:  # a file that was at its end may have been sought
            self._ended.clear()
        if transform != self._applied or jumps != self._jumps:
            self._applied, self._jumps = transform, jumps
            self._boxes.begin_anew(frame.index)
        return frame if transform.is_identity else replace(frame, image=transform.apply(frame.image))

    def _take(self, frame: Frame) -> None:
        anew = self._transform != self._applied
        frame = self._transformed(frame)
        self._camera_rate.tick()
        if self._latest is not None:
            self._not_drawn += max(frame.index - self._latest.index - 1, 0)
        self._latest = frame
        if self.watch is not None:
            self.watch(frame)
        # A paused camera shows one picture more when it is turned; each frame of a paused file was asked for.
        paused = self._playback.paused and self.source.live and not anew
        if paused and not self._writers.active:
            return  # a frozen picture needs no boxes
        # A frame missing in a recording is worse than one that is not shown or not detected.
        relieve = frame.index % RELIEF != 0 and self._writers.behind
        if relieve:
            self._detecting.leave_out(frame)
        elif self._keeper.is_due(frame) or self._playback.paused:
            self._detecting.put(frame)
        else:
            self._detecting.pass_over(frame)
        self._writers.offer(frame)
        if self._drawing is not None and not paused:
            if relieve:
                self._not_drawn += 1
            else:
                self._drawing.slot.put(frame)

    def _source_ended(self) -> None:
        if self._ended.is_set():
            return
        self._ended.set()
        self._detecting.look_if_passed_over()
        if not self._playback.stopped and self._on_end is not None:
            self._on_end()

    def _detected(self, index: int) -> None:
        if self._drawing is not None:
            self._drawing.detected(index)

    def _trouble(self, error: UserFacingError | None) -> None:
        if error is not None:
            self._on_error(error)
        elif self._on_mended is not None:
            self._on_mended()

    def _writer_failed(self, error: UserFacingError) -> None:
        self._on_error(error)
        if self._drawing is None:  # nobody watches: there is nothing left to do
            self._ended.set()

    # Helpers

    def _detect_still(self) -> None:
        if self._stands_still:  # else the next frame is at hand
            self._detecting.again()

    @property
    def _stands_still(self) -> bool:
        return self._ended.is_set() or self._playback.paused

    def _redraw(self) -> None:
        if self._drawing is not None:
            self._drawing.slot.wake()

    def _new_writer(self, sinks: Sequence[Sink]) -> FrameWriter:
        return FrameWriter(sinks, self._boxes, self._current_choices, self._writer_failed)

    def _current_choices(self) -> Choices:
        return self._choices

    def _stated_fps(self) -> float | None:
        return None if self.source.info is None else self.source.info.fps

    def _style(self) -> OverlayStyle:
        return OverlayStyle.of(self._choices, self._detecting.class_names_zh)

    def _join(self, name: str, deadline_s: float) -> bool:
        """False if the thread hangs."""
        thread = self._threads.get(name)
        if thread is None:
            return True
        thread.join(max(deadline_s - time.monotonic(), 0.0))
        if thread.is_alive():
            log.warning("camapp-%s does not end", name)
        return not thread.is_alive()
