"""`python -m camapp.bench --soak FRAMES`: whether memory or latency drift over hours, replayed as fast as all keep up.

The pipeline is the window's: detection, numbers, steady boxes, drawing for a window, a recording with boxes into one
file. Only the window is not there. A frame comes when the one before is drawn with its boxes and the encoder is not
behind. What drifts is judged by bench_drift.py.
"""

from __future__ import annotations

import ctypes
import gc
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from threading import Event
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from camapp.bench_cores import Cores
from camapp.bench_drift import RULE, Drift, drift_of
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
MIB = 1 << 20
WIDE = 120  # columns of the table
FEWEST = 100  # frames, so that each part has some
OTHERS = (
    "Others: what other programs took of the cores. Where that changes, latency does, too: a drift of latency without "
    "one of the computing time is theirs, or a wait."
)


@dataclass(frozen=True)
class Part:
    """One tenth of the frames.

    Attributes:
        frames: replayed until its end.
        memory_mib: resident, at its end; None where the system does not say.
        in_use_mib: what the heaps hold and were not given back; None where the C library does not say.
        objects: that Python's collector knows then.
        median_ms, p95_ms: latency of its frames, from their start to the picture for the window.
        work_ms: what all threads computed a frame.
        others: share of the cores that other programs took meanwhile; None: not known.
    """

    frames: int
    memory_mib: float | None
    in_use_mib: float | None
    objects: int
    median_ms: float
    p95_ms: float
    work_ms: float
    others: float | None


@dataclass(frozen=True)
class Soak:
    """The whole run.

    Attributes:
        device: of the detector.
        frames, recorded: replayed, and in the file.
        seconds: it took.
        drifts: what was judged; without what there is too little of.
    """

    device: str
    frames: int
    recorded: int
    seconds: float
    parts: tuple[Part, ...]
    drifts: tuple[Drift, ...]
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


class Sample(NamedTuple):
    """At one moment: how many frames there were."""

    frames: int
    memory_mib: float | None
    in_use_mib: float | None
    cores: Cores


class Diary:
    """Notes latency and memory, on the drawing thread."""

    def __init__(self, frames: int, drawn: Event) -> None:
        self.latency_ms = np.full(frames, np.nan)
        self.samples: list[Sample] = []
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
                self.samples.append(Sample(index + 1, resident_mib(), in_use_mib(), Cores.now()))
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
        drifts=tuple(_drifts(diary, frames)),
        troubles=tuple(map(str, troubles)),
    )


def resident_mib() -> float | None:
    """The memory that this process holds; None where the system has no /proc to say it."""
    if sys.platform != "linux":
        return None
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MIB


def in_use_mib() -> float | None:
    """What the heaps of this process hold, less what was given back to them; None without the GNU C library.

    Resident memory grows by holes between what is held, too; this grows only by what is never given back.
    """
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)
    if not hasattr(library, "mallinfo2"):  # before glibc 2.33, and in other C libraries
        return None
    library.mallinfo2.restype = _MallInfo
    said = library.mallinfo2()
    return float(said.uordblks + said.hblkhd) / MIB


class _MallInfo(ctypes.Structure):
    """struct mallinfo2 of malloc.h; what is not used here goes by its place."""

    _fields_ = (
        ("first", ctypes.c_size_t * 4),
        ("hblkhd", ctypes.c_size_t),
        ("between", ctypes.c_size_t * 2),
        ("uordblks", ctypes.c_size_t),
        ("last", ctypes.c_size_t * 2),
    )


def print_soak(console: Console, soak: Soak) -> None:
    """One row a tenth, then the verdicts."""
    title = f"{soak.frames} frames replayed in {soak.seconds:.0f} s, {soak.recorded} of them in the file, {soak.device}"
    table = Table(title=title, title_justify="left")
    for name in (
        "frames",
        "memory, MiB",
        "in use, MiB",
        "Python objects",
        "latency, ms",
        "95 %",
        "computed, ms",
        "others",
    ):
        table.add_column(name, justify="right", no_wrap=True)
    for part in soak.parts:
        memory = ("not known" if mib is None else f"{mib:.1f}" for mib in (part.memory_mib, part.in_use_mib))
        times = f"{part.median_ms:.2f}", f"{part.p95_ms:.2f}", f"{part.work_ms:.2f}"
        others = "not known" if part.others is None else f"{part.others:.0%}"
        table.add_row(str(part.frames), *memory, str(part.objects), *times, others)
    Console(file=console.file, width=max(console.width, WIDE)).print(table)  # a cut figure is none
    for drift in soak.drifts:
        console.print(drift.sentence, soft_wrap=True, markup=False)
    console.print(RULE, soft_wrap=True, markup=False)
    console.print(OTHERS, soft_wrap=True, markup=False)
    for trouble in soak.troubles:
        console.print(trouble, soft_wrap=True, markup=False)


def _drifts(diary: Diary, frames: int) -> Iterator[Drift]:
    at = [sample.frames for sample in diary.samples]
    memory = [np.nan if sample.memory_mib is None else sample.memory_mib for sample in diary.samples]
    in_use = [np.nan if sample.in_use_mib is None else sample.in_use_mib for sample in diary.samples]
    work_ms = [
        1000 * (after.cores.own_s - before.cores.own_s) / (after.frames - before.frames)
        for before, after in pairwise(diary.samples)
    ]
    for drift in (
        drift_of("Memory", "MiB", at, memory, frames),
        drift_of("Memory in use", "MiB", at, in_use, frames),
        drift_of("Latency", "ms", range(1, frames + 1), diary.latency_ms, frames),
        drift_of("Computing time of a frame", "ms", at[1:], work_ms, frames),
    ):
        if drift is not None:
            yield drift


def _parts(diary: Diary, frames: int) -> Iterator[Part]:
    for part in range(1, PARTS + 1):
        begin, end = frames * (part - 1) // PARTS, frames * part // PARTS
        times = diary.latency_ms[begin:end]
        times = times[~np.isnan(times)]
        median, p95 = np.percentile(times, [50, 95]) if len(times) else (np.nan, np.nan)
        within = [sample for sample in diary.samples if begin <= sample.frames <= end]
        objects = diary.objects[min(part, len(diary.objects)) - 1] if diary.objects else 0
        memory = in_use = others = None
        work_ms = np.nan
        if within:
            first, last = within[0], within[-1]
            memory, in_use, others = last.memory_mib, last.in_use_mib, first.cores.taken_by_others(last.cores)
            work_ms = 1000 * (last.cores.own_s - first.cores.own_s) / max(last.frames - first.frames, 1)
        yield Part(end, memory, in_use, objects, float(median), float(p95), float(work_ms), others)


def _clip_pictures() -> list[npt.NDArray[np.uint8]]:
    source, pictures = open_source(str(CLIP)), []
    for frame in source:
        pictures.append(frame.image)
        if len(pictures) == CLIP_FRAMES:
            break
    source.close()
    return pictures
