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
    from camapp.ui.main_window import MainWindow

FRAME_MS = 16.0  # one picture of a 60 Hz screen: what is longer can be felt
SLOW_CAMERA = "slow camera"
START_LIMIT_S = 120.0
LOOK_MS = 100  # how often it is asked whether a scene is over


@dataclass(frozen=True)
class Blocks:
    """How long the window's thread was busy at a time in one scene.

    Attributes:
        scene: what went on.
        answers: that were waited for, each to a question 2 ms after the one before.
        longest_ms, p99_ms: until it answered, by the clock, other programs included.
        longest_cpu_ms: what the thread itself computed in one turn of its event loop.
        over_frame: answers that took more than 16 ms.
    """

    scene: str
    answers: int
    longest_ms: float
    p99_ms: float
    longest_cpu_ms: float
    over_frame: int


@dataclass(frozen=True)
class Start:
    """Medians over several starts, in seconds since the process began."""

    first_picture_s: float
    first_boxes_s: float
    starts: int


def main(
    ui: Annotated[bool, typer.Option("--ui", help="The longest time that the window does not answer.")] = False,
    timings: Annotated[bool, typer.Option("--timings", help="From the start to first picture and boxes.")] = False,
    seconds: Annotated[float, typer.Option(help="How long each scene of --ui lasts.", min=0.2)] = 5.0,
    slow: Annotated[float, typer.Option(help="How long the slow camera of --ui takes to open.", min=0.0)] = 10.0,
    starts: Annotated[int, typer.Option(help="How often --timings starts the window.", min=1)] = 3,
    as_json: Annotated[Path | None, typer.Option("--json", help="Write all figures to this file.")] = None,
) -> None:
    """Measures the window on the bundled clip; without an option both."""
    if not has_screen():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    console = Console()
    figures: dict[str, object] = {"machine": describe_machine()}
    console.print(" · ".join(describe_machine().values()), soft_wrap=True)
    if timings or not ui:
        start = measure_starts(starts)
        figures["start"] = asdict(start)
        console.print(
            f"first picture after {start.first_picture_s:.2f} s, first boxes after {start.first_boxes_s:.2f} s"
        )
    if ui or not timings:
        scenes = measure_blocks(seconds, slow)
        figures["ui"] = [asdict(scene) for scene in scenes]
        print_blocks(console, scenes)
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

    from camapp.ui.app import make_app
    from camapp.ui.block_meter import BlockMeter
    from camapp.ui.collector import Collector
    from camapp.ui.doors import Doors
    from camapp.ui.look.theme import Theme
    from camapp.ui.main_window import MainWindow

    app = make_app()
    window = MainWindow(Theme(app), str(CLIP), model, doors=Doors(open_source=_with_slow_camera(slow_s)))
    window.show()
    Collector(window)
    meter = BlockMeter(window)
    scenes: list[Blocks] = []

    def scene(name: str, act: Callable[[], object], until: Callable[[], bool] | None = None) -> None:
        meter.reset()
        act()
        end_s = time.monotonic() + seconds
        while time.monotonic() < end_s or (until is not None and not until()):
            loop = QEventLoop()  # as app.exec(): what merely processes events now and then sleeps in between
            QTimer.singleShot(LOOK_MS, loop.quit)
            loop.exec()
        scenes.append(summary(name, meter.wall_ms, meter.cpu_ms))

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


def summary(scene: str, wall_ms: list[float], cpu_ms: list[float]) -> Blocks:
    """Of a scene."""
    wall = np.array(wall_ms or [0.0])
    over = int((wall > FRAME_MS).sum())
    return Blocks(
        scene, len(wall_ms), float(wall.max()), float(np.percentile(wall, 99)), max(cpu_ms, default=0.0), over
    )


def print_blocks(console: Console, scenes: list[Blocks]) -> None:
    """One row a scene."""
    table = Table(title="How long the window took to answer, in ms", title_justify="left")
    table.add_column("scene")
    for name in ("longest", "99 %", f"above {FRAME_MS:g}", "of", "longest computing"):
        table.add_column(name, justify="right")
    for at in scenes:
        counts = str(at.over_frame), str(at.answers)
        table.add_row(at.scene, f"{at.longest_ms:.1f}", f"{at.p99_ms:.1f}", *counts, f"{at.longest_cpu_ms:.1f}")
    console.print(table)


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
