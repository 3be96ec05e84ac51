"""What the window does behind the scenes: opens sources, loads the model, records; all slow work off the UI thread."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from camapp.errors import CameraError, SourceError
from camapp.live.camera.listing import CameraInfo
from camapp.live.camera.modes import CameraMode
from camapp.live.choices import Choices
from camapp.live.drawing.visible import Visible
from camapp.live.pipeline import LivePipeline, LiveStats
from camapp.live.reading.transform import Transform
from camapp.live.sources import CAMERA_PREFIX, Source, SourceInfo
from camapp.settings import CameraSettings
from camapp.ui import pipeline_jobs
from camapp.ui.bridge import LiveBridge
from camapp.ui.doors import Doors
from camapp.ui.jobs import Jobs
from camapp.ui.recordings import Recordings
from camapp.ui.source_search import SourceSearch
from detector.errors import UserFacingError
from detector.paths import CLIP

if TYPE_CHECKING:
    from detector.engines.base import Detector
    from detector.types import Frame

__all__ = ["Doors", "LiveSession"]

log = logging.getLogger(__name__)
FINISH_S = 15.0  # stopping takes at most 2 s, and finishing a recording 10
LOADED_S = 5.0  # a model that takes longer to load is left behind


class LiveSession(QObject):
    """One pipeline at a time, and the detector that all share.

    Signals:
        opening: (spec) a source is being opened; no picture yet.
        opened: (spec, Source) its first picture is here.
        transformed: (Transform) the pictures are turned, mirrored or cropped in another way from now on.
        pictured: (Shown) the newest picture.
        failed: (UserFacingError) of source, detector or recording.
        mended, ended, left_end: the source is back; it came to its end; it goes on after that.
        stood_in: (UserFacingError) why another source is shown than the one wanted.
        cameras_found: (list of CameraInfo).
        detector_changed: (Detector) it works from the next picture on.
        model_failed: (UserFacingError) the detector before goes on, if there was one.

    Attributes:
        recordings: starts and ends those of the source in view.
        settings_of: what was chosen for a source: mode, turns, controls.
    """

    opening = Signal(str)
    opened = Signal(str, object)
    transformed = Signal(object)
    pictured = Signal(object)
    failed = Signal(object)
    mended = Signal()
    ended = Signal()
    left_end = Signal()
    stood_in = Signal(object)
    cameras_found = Signal(object)
    detector_changed = Signal(object)
    model_failed = Signal(object)

    def __init__(self, doors: Doors, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._doors = doors
        self._lane = Jobs("sources", self)  # one lane, so that a camera is closed before it is opened again
        self._model_lane = Jobs("model", self)
        self._number = 0  # of the source asked for last; what comes from an earlier one is ignored
        self._spec = ""
        self._source: Source | None = None
        self._pipeline: LivePipeline | None = None
        self._bridge: LiveBridge | None = None
        self._has_picture = self._is_faulty = self._has_ended = False
        self._search = SourceSearch()
        self._detector: Detector | None = None
        self._choices = Choices(follow=False, steady=True)
        self._view_size_wh: tuple[int, int] | None = None
        self._visible = Visible()
        self._cameras: list[CameraInfo] = []
        self.settings_of: Callable[[str], CameraSettings] = lambda spec: CameraSettings()
        self.recordings = Recordings(self._lane, self)
        self.recordings.failed.connect(self.failed)

    # --- sources

    def open_default(self, first: str = "") -> None:
        """`first` if it opens, else the first camera that works; without one the bundled clip, again and again."""
        self._search.begin(first)
        self._try_next()

    def open(self, spec: str) -> None:
        """This source and no other."""
        self._search.give_up()
        self._open(spec)

    def open_again(self) -> None:
        """The same as last time; what was found by itself is looked for again."""
        if self._search.active:
            self.open_default(self._search.remembered)
        else:
            self._open(self._spec)

    def look_for_cameras(self) -> None:
        """Answers by cameras_found."""
        self._lane.run(self._doors.list_cameras, self._show_cameras)

    def _show_cameras(self, cameras: list[CameraInfo]) -> None:
        self._cameras = cameras
        self.cameras_found.emit(cameras)

    def _try_cameras(self, number: int, cameras: list[CameraInfo]) -> None:
        self._show_cameras(cameras)
        if number == self._number:
            self._search.add_cameras(cameras)
            self._try_next()

    def _try_next(self) -> None:
        spec = self._search.next()
        if spec is not None:
            self._open(spec)
        elif self._search.wants_cameras:
            self._number += 1
            number = self._number
            self._lane.run(
                self._doors.list_cameras, partial(self._try_cameras, number), partial(self._try_clip, number)
            )
        else:
            self._try_clip(self._number, self._search.reason or CameraError("no_camera"))

    def _try_clip(self, number: int, reason: UserFacingError) -> None:
        if number != self._number:
            return
        self._search.take_reason()
        self._open(str(CLIP), patient=True)  # a fault of the clip itself is said
        self.stood_in.emit(reason)

    def _open(self, spec: str, patient: bool | None = None) -> None:
        self._number += 1
        self._spec, self._has_picture, self._is_faulty, self._has_ended = spec, False, False, False
        self._let_go()
        self.opening.emit(spec)
        chosen = self.settings_of(self.lasting_spec)
        mode = None
        if chosen.size_wh is not None and chosen.fps is not None:
            mode = CameraMode(chosen.size_wh, chosen.fps, chosen.pixel_format)
        self._lane.run(
            partial(self._doors.open_source, spec, not self._search.active if patient is None else patient, mode),
            partial(self._start, self._number),
            partial(self._fail, self._number),
        )

    def _let_go(self) -> None:
        """Stops the pipeline on the lane; a recording that runs is finished and announced."""
        self.recordings.let_go()
        self._pipeline = self._bridge = self._source = None

    def _start(self, number: int, source: Source) -> None:
        if number != self._number:
            source.close()
            return
        self._source = source
        self._bridge = LiveBridge(number, self)
        self._bridge.ready.connect(self._take_picture)
        self._bridge.failed.connect(self._fail)
        self._bridge.mended.connect(self._mend)
        self._bridge.ended.connect(self._end)
        self._pipeline = LivePipeline(
            source,
            self._detector,
            publish=self._bridge.publish,
            on_error=self._bridge.fail,
            on_mended=self._bridge.mend,
            on_end=self._bridge.end,
            choices=self._choices,
            loop=self._spec == str(CLIP),
        )
        self._pipeline.view_size_wh = self._view_size_wh
        self._pipeline.visible = self._visible
        self._pipeline.transform = transform_of(self.settings_of(self.lasting_spec))
        # On the lane: a thread that starts must get Python's lock before start() returns, which a model that is being
        # loaded keeps to itself. What else the lane does with this pipeline comes after it.
        self._lane.run(self._pipeline.start, None, partial(self._fail, self._number))
        self.recordings.watch(self._pipeline)

    @Slot(int)
    def _take_picture(self, number: int) -> None:
        if number != self._number or self._bridge is None:
            return
        shown = self._bridge.slot.take(0)
        if shown is None:
            return
        if not self._has_picture:
            self._has_picture = True
            chosen = self.settings_of(self.lasting_spec)  # a camera's name may be known only now
            self.set_transform(transform_of(chosen))
            self._set_controls()
            self.opened.emit(self._spec, self._source)
            reason = self._search.take_reason() if self._search.active and self._search.remembered else None
            if reason is not None:
                self.stood_in.emit(reason)  # a camera that was not asked for is passed over in silence
        if self._has_ended and not self.at_end:
            self._has_ended = False
            self.left_end.emit()
        self.pictured.emit(shown)

    def _set_controls(self) -> None:
        """A camera that was plugged in anew has forgotten what was chosen for it."""
        chosen = self.settings_of(self.lasting_spec).controls
        if self._source is not None and chosen:
            work = partial(pipeline_jobs.set_controls, self._source, chosen)
            self._lane.run(work, None, self.failed.emit)

    @Slot(int, object)
    def _fail(self, number: int, error: UserFacingError) -> None:
        if number != self._number:
            return
        log.info("%s", error)
        self._is_faulty |= isinstance(error, CameraError | SourceError)
        if self._search.active and not self._has_picture and self._spec != str(CLIP):
            self._search.failed(error)
            self._try_next()
        else:
            self.failed.emit(error)

    @Slot(int)
    def _mend(self, number: int) -> None:
        if number == self._number:
            self._is_faulty = False
            self._set_controls()
            self.mended.emit()

    @Slot(int)
    def _end(self, number: int) -> None:
        if number != self._number or self._pipeline is None:
            return
        self.recordings.stop_at_end()
        if not self._is_faulty:  # a source that failed has ended, too
            self._has_ended = True
            self.ended.emit()

    # --- the detector and what is shown of it

    def load_model(
        self,
        path: str | None,
        device: str,
        size_hw: tuple[int, int] | None = None,
        names: str | None = None,
        precision: str = "auto",
    ) -> None:
        """In the background; answers by detector_changed or model_failed, in the order asked.

        Args:
            names: a model that gives each box a finer name.
        """
        wanted: tuple[object, ...] = (path, device, size_hw)
        if precision != "auto":
            wanted += (names, precision)
        elif names is not None:
            wanted += (names,)
        work = partial(self._doors.load_detector, *wanted)
        self._model_lane.run(work, self._use, self.model_failed.emit)

    def _use(self, detector: Detector) -> None:
        old, self._detector = self._detector, detector
        self.detector_changed.emit(detector)  # first: its first picture compiles the network, which takes every core
        if self._pipeline is not None:
            self._pipeline.set_detector(detector)  # closes the old one when it is free
        elif old is not None:
            self._lane.run(old.close)

    @property
    def source_info(self) -> SourceInfo | None:
        """What the source in view turned out to be."""
        return self._source.info if self._source is not None else None

    @property
    def spec(self) -> str:
        """What open_source was asked for."""
        return self._spec

    @property
    def lasting_spec(self) -> str:
        """The same source tomorrow: a camera's number can change, its name does not."""
        if not self._spec.isdigit():
            return self._spec
        known = next((camera.name for camera in self._cameras if str(camera.index) == self._spec), "")
        name = self._source.name if self._has_picture and self._source is not None else known
        return f"{CAMERA_PREFIX}{name}" if name else self._spec

    @property
    def source(self) -> Source | None:
        """The one in view."""
        return self._source

    @property
    def is_automatic(self) -> bool:
        """Whether the source in view was found and not asked for."""
        return self._search.active and self._spec != self._search.remembered

    @property
    def source_name(self) -> str:
        """Of the source in view, for a person."""
        return self._source.name if self._source is not None else ""

    @property
    def is_live(self) -> bool:
        """Whether a camera or stream is in view."""
        return self._source is not None and self._source.live

    @property
    def detector(self) -> Detector | None:
        """The one that is loaded."""
        return self._detector

    @property
    def has_detector(self) -> bool:
        """Whether a model is loaded."""
        return self._detector is not None

    @property
    def choices(self) -> Choices:
        """What the person wants to see."""
        return self._choices

    def choose(self, **changes: object) -> None:
        """Replaces fields of Choices, from the next picture on."""
        self._choices = replace(self._choices, **changes)  # type: ignore[arg-type]
        if self._pipeline is not None:
            self._pipeline.choices = self._choices

    def set_view_size(self, width: int, height: int) -> None:
        """In device pixels."""
        self._view_size_wh = (width, height)
        if self._pipeline is not None:
            self._pipeline.view_size_wh = self._view_size_wh

    def set_visible(self, visible: Visible) -> None:
        """The part of the picture in sight."""
        self._visible = visible
        if self._pipeline is not None:
            self._pipeline.visible = visible

    def set_transform(self, transform: Transform) -> None:
        """Turn, mirror and crop, from the next picture on."""
        if self._pipeline is not None and self._pipeline.transform != transform:
            self._pipeline.transform = transform
            self.transformed.emit(transform)

    def watch_frames(self, watch: Callable[[Frame], None] | None) -> None:
        """Called on the capture thread with every frame of the source in view, and of no other; None: no more."""
        if self._pipeline is not None:
            self._pipeline.watch = watch

    # --- pause, and the place in a file

    @property
    def seekable(self) -> bool:
        """Whether there is a place in a file to go to."""
        return self._pipeline is not None and self._pipeline.seekable

    def seek(self, time_s: float) -> None:
        """To this time of the file."""
        if self._pipeline is not None:
            self._pipeline.seek(time_s)

    def step(self, count: int) -> None:
        """Pauses, and so many pictures on or back."""
        if self._pipeline is not None:
            self._pipeline.step(count)

    @property
    def paused(self) -> bool:
        """Whether the picture stands still by the person's wish."""
        return self._pipeline is not None and self._pipeline.paused

    @property
    def at_end(self) -> bool:
        """Whether a file has come to its end and begins again when it is let go on."""
        return self._pipeline is not None and self._pipeline.at_end

    def toggle_pause(self) -> None:
        """Stops the picture, or lets it go on: from the start where a file has ended."""
        if self._pipeline is not None:
            stands = self._pipeline.paused or self._pipeline.at_end
            (self._pipeline.resume if stands else self._pipeline.pause)()

    def stats(self) -> LiveStats | None:
        """None while there is no source."""
        return self._pipeline.stats() if self._pipeline is not None else None

    def close(self) -> bool:
        """Finishes a recording and joins all threads; called once the window is out of sight.

        Returns:
            False if a driver hangs or a model is still being loaded: neither can be interrupted.
        """
        self._number += 1
        self._let_go()
        joined = self._lane.close(FINISH_S)
        joined = self._model_lane.close(LOADED_S) and joined
        if not joined:
            log.warning("a driver or a model that is being loaded did not end in time")
        elif self._detector is not None:
            self._detector.close()
            self._detector = None
        return joined


def transform_of(chosen: CameraSettings) -> Transform:
    """As the settings have it."""
    return Transform(chosen.mirror, chosen.rotate, chosen.crop_xywh)
