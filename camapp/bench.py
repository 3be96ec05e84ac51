"""`python -m camapp.bench`: whether the window always answers, and how long it takes to start."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from camapp.screen import has_screen
from detector.commands import run_command
from detector.paths import CLIP
from detector.timing import describe_machine

if TYPE_CHECKING:
    from camapp.live.camera.modes import CameraMode
    from camapp.live.reading.base import Source
    from camapp.ui.block_meter import Answer
    from camapp.ui.main_window import MainWindow

FRAME_MS = 16.0  # one picture of a 60 Hz screen: what is longer can be felt
SLOW_CAMERA = "slow camera"
START_LIMIT_S = 120.0
WIDE = 125  # columns of the table
EXPLAINED = """\
own: the longest answer less the time in which the system gave the window's thread no core: it computed, or waited for
Python's lock or anything else. no core: that time, the longest. computing: of one turn of the event loop.
idle program: how late one was that did nothing but ask: what the machine does to anybody."""
LOOK_MS = 100  # how often it is asked whether a scene is over


@dataclass(frozen=True)
class Blocks:
    """How long the window's thread did not answer in one scene.

    Attributes:
        scene: what went on.
        answers: that were waited for, to a question every 2 ms from another process.
        longest_own_ms: until it answered, less the time in which the system gave the thread no core: it computed, or
            waited for Python's lock or for anything else. This is what the program can be blamed for.
        own_over_frame: answers of which that took more than 16 ms.
        longest_ms, p99_ms: until it answered, by the clock, all included.
        over_frame: answers that took more than 16 ms by the clock.
        longest_core_ms: how long the thread was ready to go on but had no core, at most in one answer.
        longest_cpu_ms: what the thread itself computed in one turn of its event loop.
        idle_late_ms: how late an idle program was, which did nothing but ask: what the busy machine does to anybody.
    """

    scene: str
    answers: int
    longest_own_ms: float
    own_over_frame: int
    longest_ms: float
    p99_ms: float
    over_frame: int
    longest_core_ms: float
    longest_cpu_ms: float
    idle_late_ms: float


@dataclass(frozen=True)
class Start:
    """Medians over several starts, in seconds since the process began."""

    first_picture_s: float
    first_boxes_s: float
    starts: int


def main(
    ui: Annotated[bool, typer.Option("--ui", help="The longest time that the window does not answer.")] = False,
    timings: Annotated[bool, typer.Option("--timings", help="From the start to first picture and boxes.")] = False,
    steady: Annotated[bool, typer.Option("--steady", help="Whether the boxes drawn shake, blink or lag.")] = False,
    live: Annotated[bool, typer.Option("--live", help="The window on a live camera: rates, delays, costs.")] = False,
    camera: Annotated[str | None, typer.Option(help="Of --live: which; without it one of its own.")] = None,
    fakecam: Annotated[Path | None, typer.Option(help="Of --live: folder of an emulated camera, fakecam.py.")] = None,
    soak: Annotated[int | None, typer.Option(help="Replay so many frames: what drifts?", min=100)] = None,
    seconds: Annotated[float, typer.Option(help="How long each scene of --ui and --live lasts.", min=0.2)] = 5.0,
    promise: Annotated[
        bool, typer.Option("--promise", help="Whether a rate and a delay are kept on a machine that slows down.")
    ] = False,
    slow: Annotated[float, typer.Option(help="How long the slow camera of --ui takes to open.", min=0.0)] = 10.0,
    starts: Annotated[int, typer.Option(help="How often --timings starts the window.", min=1)] = 3,
    as_json: Annotated[Path | None, typer.Option("--json", help="Write all figures to this file.")] = None,
) -> None:
    """Measures the window on the bundled clip, and the boxes drawn; without an option its start and its answers."""
    if not has_screen():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    console = Console()
    figures: dict[str, object] = {"machine": describe_machine()}
    console.print(" · ".join(describe_machine().values()), soft_wrap=True)
    chosen = promise or ui or timings or steady or live or soak is not None
    if timings or not chosen:
        start = measure_starts(starts)
        figures["start"] = asdict(start)
        console.print(
            f"first picture after {start.first_picture_s:.2f} s, first boxes after {start.first_boxes_s:.2f} s"
        )
    if ui or not chosen:
        scenes = measure_blocks(seconds, slow)
        figures["ui"] = [asdict(scene) for scene in scenes]
        print_blocks(console, scenes)
    if steady:
        from camapp.bench_steady import measure_steadiness, print_steadiness

        steadiness = measure_steadiness()
        figures["steady"] = asdict(steadiness)
        print_steadiness(console, steadiness)
    if live:
        from camapp.bench_live import measure_live, print_live

        on_camera = measure_live(max(seconds, 1.0), camera, fakecam)
        figures["live"] = on_camera
        print_live(console, on_camera)
    if soak is not None:
        from camapp.bench_soak import measure_soak, print_soak
        from detector.engines import open_detector

        with open_detector() as detector:
            soaked = measure_soak(soak, detector)
        figures["soak"] = asdict(soaked)
        print_soak(console, soaked)
    if promise:
        from camapp.bench_promise import measure_promises, print_promises

        kept = measure_promises()
        figures["promise"] = [asdict(one) for one in kept]
        print_promises(console, kept)
    if as_json is not None:
        as_json.write_text(json.dumps(figures, indent=2) + "\n")


def measure_starts(count: int, source: str = str(CLIP)) -> Start:
    """Starts the window so many times, as `camapp --timings` does."""
    pictures, boxes = [], []
    for _ in range(count):
        command = [sys.executable, "-m", "camapp", "--timings", "--source", source]
        done = subprocess.run(command, capture_output=True, text=True, timeout=START_LIMIT_S, check=True)
        said = json.loads(done.stdout)
        pictures.append(said["first_picture_s"])
        boxes.append(said["first_boxes_s"])
    return Start(statistics.median(pictures), statistics.median(boxes), count)


def measure_blocks(seconds: float, slow_s: float, model: str | None = None) -> list[Blocks]:
    """Runs the scenes one after the other in one window."""
    from PySide6.QtCore import QEventLoop, QTimer

    from camapp.start import import_ahead

    import_ahead()  # as the window's start does
    from camapp.ui.app import make_app
    from camapp.ui.block_meter import BlockMeter
    from camapp.ui.collector import Collector
    from camapp.ui.doors import Doors
    from camapp.ui.look.theme import Theme
    from camapp.ui.main_window import MainWindow

    app = make_app()
    window = MainWindow(Theme(app), str(CLIP), model, doors=Doors(open_source=_with_slow_camera(slow_s)))
    meter = BlockMeter(window)
    window.show()
    Collector(window)
    while not window.windowHandle().isExposed():  # until it is on the screen, it is the start that takes time
        app.processEvents()
    app.processEvents()  # it paints itself
    scenes: list[Blocks] = []

    def scene(name: str, act: Callable[[], object], until: Callable[[], bool] | None = None) -> None:
        meter.reset()
        act()
        end_s = time.monotonic() + seconds
        while time.monotonic() < end_s or (until is not None and not until()):
            loop = QEventLoop()  # as app.exec(): what merely processes events now and then sleeps in between
            QTimer.singleShot(LOOK_MS, loop.quit)
            loop.exec()
        scenes.append(summary(name, meter.answers, meter.cpu_ms))

    with tempfile.TemporaryDirectory() as folder:
        scene("the window opens, the model loads", lambda: None, lambda: window.session.has_detector)
        scene("the clip plays with boxes", lambda: None)
        scene("a recording starts", lambda: window.session.recordings.start(Path(folder) / "bench.mp4"))
        scene("it stops", window.session.recordings.stop)
        scene(
            f"a camera opens that takes {slow_s:g} s",
            lambda: window.session.open(SLOW_CAMERA),
            lambda: shows(window, SLOW_CAMERA),
        )
        scene("back to the clip", lambda: window.session.open(str(CLIP)), lambda: shows(window, CLIP.name))
        meter.stop()
        window.close()
    return scenes


def shows(window: MainWindow, name: str) -> bool:
    """Whether a picture of this source is in view."""
    return window.view.shown is not None and window.session.source_name == name


def summary(scene: str, answers: list[Answer], cpu_ms: list[float]) -> Blocks:
    """Of a scene."""
    wall, core, late = np.array([(at.wall_ms, at.core_ms, at.asked_late_ms) for at in answers] or [(0.0, 0.0, 0.0)]).T
    own = wall - core
    return Blocks(
        scene,
        len(answers),
        longest_own_ms=float(own.max()),
        own_over_frame=int((own > FRAME_MS).sum()),
        longest_ms=float(wall.max()),
        p99_ms=float(np.percentile(wall, 99)),
        over_frame=int((wall > FRAME_MS).sum()),
        longest_core_ms=float(core.max()),
        longest_cpu_ms=max(cpu_ms, default=0.0),
        idle_late_ms=float(late.max()),
    )


def print_blocks(console: Console, scenes: list[Blocks]) -> None:
    """One row a scene."""
    table = Table(title="How long the window took to answer, in ms", title_justify="left")
    table.add_column("scene", no_wrap=True)
    over = f"above {FRAME_MS:g}"
    for name in ("own", over, "by the clock", over, "99 %", "of", "no core", "computing", "idle program"):
        table.add_column(name, justify="right")
    for at in scenes:
        own = f"{at.longest_own_ms:.1f}", str(at.own_over_frame)
        clock = f"{at.longest_ms:.1f}", str(at.over_frame), f"{at.p99_ms:.1f}", str(at.answers)
        rest = f"{at.longest_core_ms:.1f}", f"{at.longest_cpu_ms:.1f}", f"{at.idle_late_ms:.1f}"
        table.add_row(at.scene, *own, *clock, *rest)
    Console(file=console.file, width=max(console.width, WIDE)).print(table)  # a cut figure is none
    console.print(EXPLAINED, soft_wrap=True)


def _with_slow_camera(slow_s: float) -> Callable[[str, bool, CameraMode | None], Source]:
    from camapp.live.reading.base import SourceInfo
    from camapp.live.reading.live_source import LiveSource, Picture
    from camapp.live.sources import open_source
    from detector.errors import UserFacingError

    class Opened:
        """Grey pictures in HD, 30 a second."""

        info = SourceInfo((1280, 720), 30.0, None, "1280x720, 30 fps")

        def read(self) -> Picture:
            time.sleep(1 / 30)
            return Picture(np.full((720, 1280, 3), 90, np.uint8), time.monotonic())

        def close(self) -> None:
            """Nothing is held."""

    class SlowCamera(LiveSource):
        """As a webcam on a slow USB port."""

        def connect(self) -> Opened:
            time.sleep(slow_s)
            return Opened()

        def silence(self) -> UserFacingError:
            from camapp.errors import CameraError

            return CameraError("camera_silent", name=self.name)

    def open_one(spec: str, patient: bool, mode: CameraMode | None) -> Source:
        return SlowCamera(SLOW_CAMERA, patient) if spec == SLOW_CAMERA else open_source(spec, patient, mode)

    return open_one


if __name__ == "__main__":
    run_command(main)
