"""The window on a live camera, watched: one process of `python -m camapp.bench --live`, on two cores."""

from __future__ import annotations

import json
import os
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import numpy.typing as npt
import typer

from camapp.bench_burnt_in import BurntIn, read_burnt_in
from detector.commands import run_command
from detector.timing import describe_machine

if TYPE_CHECKING:
    from camapp.live.camera.modes import CameraMode
    from camapp.live.drawing.shown import Shown
    from camapp.live.reading.base import Source
    from camapp.ui.main_window import MainWindow
    from detector.boxes import FloatArray
    from detector.engines.base import Detector
    from detector.errors import UserFacingError
    from detector.types import Frame

    Infer = Callable[[Detector, npt.NDArray[np.uint8]], tuple[FloatArray, FloatArray]]

CORES = 2
FPS = 30.0
START_LIMIT_S = 90.0  # until the first boxes: a slow machine may compile the network first
SETTLE_S = 5.0  # not measured: the engine is chosen, caches fill
LOOK_MS = 50
SCREENSHOTS = 10
SCENES = (("720p camera", (1280, 720), False), ("1080p camera, recording", (1920, 1080), True))


@dataclass(frozen=True)
class Spread:
    """Median and the value that 95 of 100 do not exceed."""

    median: float
    p95: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread | None:
        """None of nothing."""
        if not len(values):
            return None
        median, p95 = np.percentile(np.asarray(values, np.float64), [50, 95])
        return cls(float(median), float(p95))


@dataclass(frozen=True)
class Scene:
    """What was measured in one scene.

    Attributes:
        name, camera, device, input_hw: of what; the network's input.
        seconds: measured.
        camera_fps, drawn_fps, detector_fps: pictures that came, were painted, were detected, a second.
        slowest_drawn_fps, slowest_detector_fps: in the slowest whole second.
        recorded, missing: pictures in the file, and those that came and are not in it; None without a recording.
        arrived_ms: from the camera's own time to the pipeline: transfer, decoding.
        boxes_ms, drawn_ms, painted_ms: from there to the picture's boxes, to the finished picture, to the paint.
        to_overlay_ms, to_paint_ms: the whole from the camera's own time.
        ui_ms: what the window's thread computed from one painted picture to the next, all included.
        detect_own_ms: what the detection thread computed a picture outside the engine.
        burnt_in: the camera's own time was read from the pixels; else it is the driver's stamp.
        screenshots, agreed: those that could be read, and those of them that showed the very picture that counted as
            painted; 0 without burnt_in.
        troubles: what the window said went wrong.
    """

    name: str
    camera: str
    device: str
    input_hw: tuple[int, int] | None
    seconds: float
    camera_fps: float
    drawn_fps: float
    detector_fps: float
    slowest_drawn_fps: float
    slowest_detector_fps: float
    recorded: int | None
    missing: int | None
    arrived_ms: Spread | None
    boxes_ms: Spread | None
    drawn_ms: Spread | None
    painted_ms: Spread | None
    to_overlay_ms: Spread | None
    to_paint_ms: Spread | None
    ui_ms: Spread | None
    detect_own_ms: Spread | None
    burnt_in: bool
    screenshots: int = 0
    agreed: int = 0
    troubles: tuple[str, ...] = ()


@dataclass
class Seen:
    """What happened while a scene was watched; each list is filled by one thread."""

    arrived: list[tuple[int, float, float]] = field(default_factory=list)  # index, the camera's time, arrival
    burnt: list[BurntIn] = field(default_factory=list)
    painted: list[tuple[int, float | None, float, float, float]] = field(default_factory=list)
    # index, boxes found, drawn, painted, and the window's thread's computing time so far
    detected: list[tuple[float, float, float]] = field(default_factory=list)  # ended, computed before and after it


class Watch:
    """Notes what passes, on the threads on which it does; each note takes a fraction of a millisecond."""

    def __init__(self, window: MainWindow) -> None:
        self.seen: Seen | None = None  # None: nothing is noted
        self.troubles: list[str] = []
        self.on_screen: Shown | None = None  # painted last; what the view holds may still wait for its paint
        self._window = window
        self._clocked: set[type[Detector]] = set()
        self._is_inside = False
        window.view.painted.connect(self._note_painted)
        for failed in (window.session.failed, window.session.model_failed):
            failed.connect(self._note_trouble)

    def follow_frames(self) -> None:
        """Of the source in view."""
        self._window.session.watch_frames(self._note_frame)

    def clock_engines(self) -> None:
        """Notes what the detection thread computes outside the engine; of every kind of engine that is loaded by now.

        On the classes: a detector may hand its frames on to an engine of its own choice, and change it.
        """
        from detector.engines.base import Detector

        kinds: list[type[Detector]] = Detector.__subclasses__()
        for kind in kinds:
            kinds += kind.__subclasses__()
            if "infer" in vars(kind) and kind not in self._clocked:
                self._clocked.add(kind)
                setattr(kind, "infer", self._timed(kind.infer))  # noqa: B010 -- mypy knows no methods that change

    def _timed(self, infer: Infer) -> Infer:
        def timed(engine: Detector, batch: npt.NDArray[np.uint8]) -> tuple[FloatArray, FloatArray]:
            seen = self.seen
            if seen is None or self._is_inside or threading.current_thread().name != "camapp-detect":
                return infer(engine, batch)
            self._is_inside = True  # one that hands on to another counts once
            before_s = time.thread_time()
            try:
                return infer(engine, batch)
            finally:
                self._is_inside = False
                seen.detected.append((time.monotonic(), before_s, time.thread_time()))

        return timed

    def _note_frame(self, frame: Frame) -> None:
        arrived_s, seen = time.monotonic(), self.seen
        if seen is None:
            return
        burnt, taken_s = read_burnt_in(frame.image), frame.captured_at_s
        if burnt is not None:
            seen.burnt.append(burnt)
            taken_s = burnt.taken_s(arrived_s)
        seen.arrived.append((frame.index, taken_s, arrived_s))

    def _note_trouble(self, error: UserFacingError) -> None:
        self.troubles.append(str(error))

    def _note_painted(self, shown: Shown, at_s: float) -> None:
        self.on_screen = shown
        if self.seen is not None and not (self.seen.painted and self.seen.painted[-1][0] == shown.frame.index):
            passed = shown.frame.index, shown.found_at_s, shown.drawn_at_s, at_s, time.thread_time()
            self.seen.painted.append(passed)


def main(
    out: Annotated[Path, typer.Argument(help="The JSON file to write.")],
    camera: Annotated[str | None, typer.Option(help="Which camera; without it the bench's own.")] = None,
    seconds: Annotated[float, typer.Option(min=1.0)] = 20.0,
    model: Annotated[str | None, typer.Option(help="A model file; without it the bundled one.")] = None,
) -> None:
    """Runs the scenes and writes their figures."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    machine = describe_machine()  # after that: the cores that were used
    scenes = run_scenes(camera, seconds, model)
    out.write_text(json.dumps({"machine": machine, "scenes": [asdict(scene) for scene in scenes]}))


def run_scenes(camera: str | None, seconds: float, model: str | None) -> list[Scene]:
    """One after the other in one window."""
    from PySide6.QtCore import QEventLoop, QTimer

    from camapp.start import import_ahead

    import_ahead()  # as the window's start does
    from camapp.live.camera.modes import CameraMode
    from camapp.live.camera.source import CameraSource
    from camapp.ui.app import make_app
    from camapp.ui.collector import Collector
    from camapp.ui.doors import Doors
    from camapp.ui.look.theme import Theme
    from camapp.ui.main_window import MainWindow

    sizes = {name: size_wh for name, size_wh, _ in SCENES}

    def open_one(spec: str, _patient: bool, _mode: CameraMode | None) -> Source:
        if camera is None:
            from camapp.bench_camera import OwnCamera

            return OwnCamera(sizes[spec])
        return CameraSource(camera, CameraMode(sizes[spec], FPS, "MJPG"))

    def wait(until: Callable[[], bool], limit_s: float) -> None:
        end_s = time.monotonic() + limit_s
        while not until() and time.monotonic() < end_s:
            loop = QEventLoop()  # as app.exec(): what merely processes events now and then sleeps in between
            QTimer.singleShot(LOOK_MS, loop.quit)
            loop.exec()

    app = make_app()
    window = MainWindow(Theme(app), SCENES[0][0], model, doors=Doors(open_source=open_one))
    watch = Watch(window)
    window.show()
    Collector(window)
    scenes = []
    with tempfile.TemporaryDirectory() as folder:
        for name, _size_wh, records in SCENES:
            window.session.open(name)
            wait(lambda: is_boxed(window), START_LIMIT_S)
            watch.troubles = [] if is_boxed(window) else [f"no boxes after {START_LIMIT_S:g} s"]
            path, lost_before = Path(folder) / "bench.mp4" if records else None, _lost(window)
            if path is not None:
                window.session.recordings.start(path)
            wait(lambda: False, SETTLE_S)
            watch.follow_frames()
            watch.clock_engines()
            watch.seen = seen = Seen()
            began_s = time.monotonic()
            wait(lambda: False, seconds)
            watch.seen, lasted_s = None, time.monotonic() - began_s
            recorded = missing = None
            if path is not None:
                window.session.recordings.stop()
                wait(lambda: not window.session.recordings.is_ending, 20.0)
                recorded, missing = in_file(path, _lost(window) - lost_before)
            shots = screenshots(window, watch, wait) if seen.burnt else (0, 0)
            scene = summary(name, window, seen, lasted_s, (recorded, missing), shots)
            scenes.append(replace(scene, troubles=tuple(watch.troubles)))
        window.close()
    return scenes


def is_boxed(window: MainWindow) -> bool:
    """Whether the picture in view has boxes of its own."""
    return window.view.shown is not None and window.view.shown.found_at_s is not None


def in_file(path: Path, lost: int) -> tuple[int, int]:
    """Pictures in a recording, and how many of the camera's are not in it.

    By the numbers burnt into the first and the last picture, where there are such; else `lost`.
    """
    import av

    numbers, count = [], 0
    with av.open(str(path)) as video:
        for picture in video.decode(video=0):
            count += 1
            burnt = read_burnt_in(np.asarray(picture.to_ndarray(format="gray"), np.uint8))
            if burnt is not None:
                numbers.append((count, burnt.number))
    if len(numbers) < 2:
        return count, lost
    (first, first_number), (last, last_number) = numbers[0], numbers[-1]
    return count, (last_number - first_number) - (last - first)


def screenshots(window: MainWindow, watch: Watch, wait: Callable[[Callable[[], bool], float], None]) -> tuple[int, int]:
    """How many could be read, and how many of them show the number of the picture that was painted last."""
    from PySide6.QtGui import QImage

    taken = agreed = 0
    for _ in range(SCREENSHOTS):
        wait(lambda: False, 0.11)
        shown = watch.on_screen
        if shown is None:
            continue
        where = window.view.picture_rect().toAlignedRect()
        image = window.screen().grabWindow(window.winId()).toImage()
        ratio = image.devicePixelRatio()
        corner = window.view.mapTo(window, where.topLeft())
        part = image.copy(
            round(corner.x() * ratio), round(corner.y() * ratio),
            round(where.width() * ratio), round(where.height() * ratio),
        ).convertToFormat(QImage.Format.Format_Grayscale8)  # fmt: skip
        if part.isNull():
            continue
        rows = np.frombuffer(part.constBits(), np.uint8).reshape(part.height(), part.bytesPerLine())
        grey = np.asarray(rows[:, : part.width()], np.uint8)
        burnt, own = read_burnt_in(grey), read_burnt_in(shown.frame.image)
        if burnt is not None:  # a label may lie over it
            taken += 1
            agreed += burnt == own
    return taken, agreed


def summary(
    name: str,
    window: MainWindow,
    seen: Seen,
    lasted_s: float,
    in_file: tuple[int | None, int | None],
    shots: tuple[int, int],
) -> Scene:
    """Of a scene."""
    detector, source = window.session.detector, window.session.source
    info = window.session.source_info
    times = {index: (taken_s, arrived_s) for index, taken_s, arrived_s in seen.arrived}
    painted = [one for one in seen.painted if one[0] in times]
    parts: list[list[float]] = [[], [], [], [], [], []]
    for index, found_s, drawn_s, painted_s, _ in painted:
        taken_s, arrived_s = times[index]
        parts[0].append(arrived_s - taken_s)
        if found_s is not None:
            parts[1].append(found_s - arrived_s)
        parts[2].append(drawn_s - (found_s or arrived_s))
        parts[3].append(painted_s - drawn_s)
        parts[4].append(drawn_s - taken_s)
        parts[5].append(painted_s - taken_s)
    arrived, boxes, drawn, on_screen, to_overlay, to_paint = (Spread.of([1000 * s for s in part]) for part in parts)
    computed_s = [one[4] for one in painted]
    outside_s = [begin - end for (_, _, end), (_, begin, _) in pairwise(seen.detected)]
    paint_times, detect_times = [one[3] for one in painted], [one[0] for one in seen.detected]
    return Scene(
        name=name,
        camera=f"{source.name if source else ''}, {info.description if info else ''}",
        device="" if detector is None else detector.device,
        input_hw=None if detector is None or info is None else detector.shape_for(info.size_wh),
        seconds=lasted_s,
        camera_fps=len(seen.arrived) / lasted_s,
        drawn_fps=len(painted) / lasted_s,
        detector_fps=len(seen.detected) / lasted_s,
        slowest_drawn_fps=slowest_second(paint_times),
        slowest_detector_fps=slowest_second(detect_times),
        recorded=in_file[0],
        missing=in_file[1],
        arrived_ms=arrived,
        boxes_ms=boxes,
        drawn_ms=drawn,
        painted_ms=on_screen,
        to_overlay_ms=to_overlay,
        to_paint_ms=to_paint,
        ui_ms=Spread.of((1000 * np.diff(computed_s)).tolist()),
        detect_own_ms=Spread.of([1000 * s for s in outside_s]),
        burnt_in=bool(seen.burnt),
        screenshots=shots[0],
        agreed=shots[1],
    )


def slowest_second(times_s: Sequence[float]) -> float:
    """Fewest events in a whole second; 0 where there was none."""
    if not times_s or times_s[-1] - times_s[0] < 1:
        return 0.0
    seconds = np.floor(np.asarray(times_s) - times_s[0]).astype(np.int64)
    return float(np.bincount(seconds)[: int(seconds[-1])].min())


def _lost(window: MainWindow) -> int:
    """Pictures of the camera that no recording of it can hold: left out before the pipeline, or by the recorder."""
    stats, source = window.session.stats(), window.session.source
    return (0 if stats is None else stats.recording_missed) + int(getattr(source, "dropped", 0))


if __name__ == "__main__":
    run_command(main)
