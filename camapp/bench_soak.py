"""`python -m camapp.bench --soak FRAMES`: whether memory or latency drift over hours, replayed as fast as all keep up.

The pipeline is the window's: detection, numbers, steady boxes, drawing for a window, a recording with boxes into one
file. Only the window is not there. A frame comes when the one before is drawn with its boxes and the encoder is not
behind.
"""

from __future__ import annotations

import gc
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from camapp.errors import CamappError
from camapp.live.choices import Choices
from camapp.live.drawing.shown import Shown
from camapp.live.pipeline import LivePipeline
from camapp.live.reading.base import Source, SourceInfo
from camapp.live.sources import open_source
from detector.engines.base import Detector
from detector.errors import UserFacingError
from detector.paths import CLIP
from detector.types import Frame

PARTS = 10
CLIP_FRAMES = 120  # that are replayed over and over
VIEW_WH = (1280, 720)
FPS = 30.0  # at which they say to have been captured, in the file
DRAWN_LIMIT_S = 1.0  # longer no frame waits for the one before, as while the network is compiled
ENCODER_ROOM = 4  # frames that may wait for the encoder
SAMPLES = 200  # of memory, over all
PER_FRAMES = 10_000
MIB = 1 << 20
WIDE = 100  # columns of the table
FEWEST = 100  # frames, so that each part has some


@dataclass(frozen=True)
class Part:
    """One tenth of the frames.

    Attributes:
        frames: replayed until its end.
        memory_mib: resident, at its end; None where the system does not say.
        objects: that Python's collector knows then.
        median_ms, p95_ms: latency of its frames, from their start to the picture for the window.
    """

    frames: int
    memory_mib: float | None
    objects: int
    median_ms: float
    p95_ms: float


@dataclass(frozen=True)
class Drift:
    """A straight line through all samples but those of the first tenth, in which caches fill.

    Attributes:
        per_10000: by how much it grows over 10,000 frames.
        error: standard error of that.
    """

    per_10000: float
    error: float


@dataclass(frozen=True)
class Soak:
    """The whole run; drift None where there is nothing to tell it from.

    Attributes:
        device: of the detector.
        frames, recorded: replayed, and in the file.
        seconds: it took.
    """

    device: str
    frames: int
    recorded: int
    seconds: float
    parts: tuple[Part, ...]
    memory_mib: Drift | None
    latency_ms: Drift | None
    troubles: tuple[str, ...]


class Replay(Source):
    """As a camera whose next picture comes when the one before was drawn; each is a new array, as a camera's is.

    Attributes:
        drawn: set when the frame before has been.
    """

    live = True

    def __init__(self, frames: int, ready: Event) -> None:
        super().__init__("Replay")
        self.pipeline: LivePipeline | None = None
        self.drawn = ready
        self._frames = frames
        self._pictures = _clip_pictures()

    def __iter__(self) -> Iterator[Frame]:
        height, width = self._pictures[0].shape[:2]
        self.info = SourceInfo((width, height), FPS, self._frames, f"{width}x{height}, replayed")
        for index in range(self._frames):
            if self.closed:
                return
            self.drawn.clear()
            picture = self._pictures[index % len(self._pictures)].copy()
            yield Frame(picture, index, time.monotonic(), index / FPS)
            self.drawn.wait(DRAWN_LIMIT_S)
            self._await_encoder(index)

    def _await_encoder(self, index: int) -> None:
        """Until at most a few frames wait for it."""
        end_s = time.monotonic() + DRAWN_LIMIT_S
        while self.pipeline is not None and not self.closed and time.monotonic() < end_s:
            stats = self.pipeline.stats()
            if index + 1 - stats.recorded_frames - stats.recording_missed <= ENCODER_ROOM:
                return
            time.sleep(0.001)


class Diary:
    """Notes latency and memory, on the drawing thread."""

    def __init__(self, frames: int, drawn: Event) -> None:
        self.latency_ms = np.full(frames, np.nan)
        self.memory: list[tuple[int, float]] = []  # frame, MiB
        self.objects: list[int] = []
        self._drawn = drawn
        self._each = max(frames // SAMPLES, 1)
        self._part = frames // PARTS
        self._last = -1

    def publish(self, shown: Shown) -> None:
        """A picture is ready for the window; it counts once, and with its own boxes."""
        index = shown.frame.index
        if shown.found_at_s is None:
            return
        if index > self._last:
            self._last = index
            self.latency_ms[index] = 1000 * (time.monotonic() - shown.frame.captured_at_s)
            if index % self._each == self._each - 1:
                memory = resident_mib()
                if memory is not None:
                    self.memory.append((index + 1, memory))
            if (index + 1) // self._part > len(self.objects):
                self.objects.append(len(gc.get_objects()))
        self._drawn.set()


def measure_soak(frames: int, detector: Detector) -> Soak:
    """Replays so many frames, 100 at least; the detector is left open.

    Raises:
        ValueError: fewer.
        CamappError: bench_failed, where no frame was drawn.
    """
    if frames < FEWEST:
        raise ValueError(f"at least {FEWEST} frames are needed, got {frames}")
    troubles: list[UserFacingError] = []
    drawn = Event()
    diary, source = Diary(frames, drawn), Replay(frames, drawn)
    with tempfile.TemporaryDirectory() as folder:
        choices = Choices(
            detector.info.score_threshold, classes_on=frozenset(detector.info.classes_on), steady=True, follow=True
        )
        pipeline = LivePipeline(source, detector, publish=diary.publish, on_error=troubles.append, choices=choices)
        pipeline.view_size_wh = VIEW_WH
        pipeline.start_recording(Path(folder) / "soak.mp4")
        source.pipeline = pipeline
        began_s = time.monotonic()
        pipeline.start()
        while not pipeline.wait(1.0):
            pass
        lasted_s = time.monotonic() - began_s
        summary = pipeline.stop_recording()
        pipeline.stop()
    if np.isnan(diary.latency_ms).all():
        raise CamappError("bench_failed", reason=troubles[0] if troubles else "no frame was drawn.")
    return Soak(
        device=detector.device,
        frames=frames,
        recorded=0 if summary is None else summary.frames,
        seconds=lasted_s,
        parts=tuple(_parts(diary, frames)),
        memory_mib=drift_of([at for at, _ in diary.memory], [mib for _, mib in diary.memory], frames),
        latency_ms=drift_of(range(1, frames + 1), diary.latency_ms, frames),
        troubles=tuple(map(str, troubles)),
    )


def drift_of(at: npt.ArrayLike, values: npt.ArrayLike, frames: int) -> Drift | None:
    """The line through `values` at these frames; what is missing (nan) or of the first tenth is left out.

    A median of every twentieth part of the samples stands for them, so that a hiccup does not tilt the line.
    """
    x, y = np.asarray(at, np.float64), np.asarray(values, np.float64)
    kept = ~np.isnan(y) & (x > frames / PARTS)
    x, y = x[kept], y[kept]
    if len(x) < 2 * PARTS:
        return None
    places = np.array_split(np.arange(len(x)), 2 * PARTS)
    x, y = (np.array([np.median(of[place]) for place in places]) for of in (x, y))
    (slope, _), covariance = np.polyfit(x / PER_FRAMES, y, 1, cov=True)
    return Drift(float(slope), float(np.sqrt(covariance[0, 0])))


def resident_mib() -> float | None:
    """The memory that this process holds; None where the system has no /proc to say it."""
    if sys.platform != "linux":
        return None
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MIB


def print_soak(console: Console, soak: Soak) -> None:
    """One row a tenth, then the drift."""
    title = f"{soak.frames} frames replayed in {soak.seconds:.0f} s, {soak.recorded} of them in the file, {soak.device}"
    table = Table(title=title, title_justify="left")
    for name in ("frames", "memory, MiB", "Python objects", "latency, ms", "95 %"):
        table.add_column(name, justify="right", no_wrap=True)
    for part in soak.parts:
        memory = "not known" if part.memory_mib is None else f"{part.memory_mib:.1f}"
        latency = f"{part.median_ms:.2f}", f"{part.p95_ms:.2f}"
        table.add_row(str(part.frames), memory, str(part.objects), *latency)
    Console(file=console.file, width=max(console.width, WIDE)).print(table)  # a cut figure is none
    for name, unit, drift in (("memory", "MiB", soak.memory_mib), ("latency", "ms", soak.latency_ms)):
        if drift is not None:
            said = f"{drift.per_10000:+.2f} {unit} (standard error {drift.error:.2f})"
            console.print(f"Drift of {name} in 10,000 frames, after the first tenth: {said}", soft_wrap=True)
    for trouble in soak.troubles:
        console.print(trouble, soft_wrap=True, markup=False)


def _parts(diary: Diary, frames: int) -> Iterator[Part]:
    for part in range(1, PARTS + 1):
        end = frames * part // PARTS
        times = diary.latency_ms[frames * (part - 1) // PARTS : end]
        times = times[~np.isnan(times)]
        median, p95 = np.percentile(times, [50, 95]) if len(times) else (np.nan, np.nan)
        memory = [mib for at, mib in diary.memory if at <= end]
        objects = diary.objects[min(part, len(diary.objects)) - 1] if diary.objects else 0
        yield Part(end, memory[-1] if memory else None, objects, float(median), float(p95))


def _clip_pictures() -> list[npt.NDArray[np.uint8]]:
    source, pictures = open_source(str(CLIP)), []
    for frame in source:
        pictures.append(frame.image)
        if len(pictures) == CLIP_FRAMES:
            break
    source.close()
    return pictures
