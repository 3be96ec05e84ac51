"""What the commands print: a summary, cameras, models, a progress bar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from camapp.cli.job import OnProgress, Progress
from camapp.cli.tally import RunSummary
from camapp.live.camera.listing import CameraInfo
from camapp.live.camera.modes import CameraMode, best_mode
from detector.modelfile import ModelInfo


@dataclass(frozen=True)
class ModelRow:
    """One model file.

    Attributes:
        path: the file.
        info: its description.
        precision: of the network made for OpenVINO, as "int8"; "weights" where there are only those.
        bytes: size of the file.
    """

    path: Path
    info: ModelInfo
    precision: str
    bytes: int


@dataclass(frozen=True)
class CameraRow:
    """One camera with its modes, largest first; none where the system does not say."""

    camera: CameraInfo
    modes: Sequence[CameraMode]

    @property
    def best(self) -> CameraMode | None:
        """The mode that is asked for by default."""
        return best_mode(self.modes)

    def as_json(self) -> dict[str, object]:
        """For programs."""
        camera = self.camera
        modes = [
            {"width": mode.size_wh[0], "height": mode.size_wh[1], "fps": mode.fps, "fourcc": mode.fourcc.strip()}
            | {"default": mode == self.best}
            for mode in self.modes
        ]
        return {"number": camera.index, "name": camera.name, "path": camera.path, "port": camera.port, "modes": modes}


@contextmanager
def progress_bar(title: str) -> Iterator[OnProgress]:
    """A bar with the time left, on stderr; nothing where stderr is no terminal, but trouble is said in any case."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[frames]} frames"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    said: list[str] = []
    with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=None, frames=0)

        def show(at: Progress) -> None:
            bar.update(task, completed=at.done, total=at.total, frames=at.frames)
            trouble = "" if at.trouble is None else str(at.trouble)
            if trouble and trouble != (said[-1] if said else ""):
                console.print(Text(trouble), soft_wrap=True)
            said.append(trouble)
            del said[:-1]

        yield show


def print_summary(console: Console, summary: RunSummary) -> None:
    """The table of classes, how long it took, and the files."""
    tally = summary.tally
    if tally.frames:
        table = Table(title=f"Found in {summary.source}", title_justify="left")
        table.add_column("class")
        for name in ("boxes", "most at once", "best confidence"):
            table.add_column(name, justify="right")
        for name, found in tally.most_first():
            table.add_row(Text(name), f"{found.boxes:,}", str(found.most_at_once), f"{found.best_score:.2f}")
        if tally.classes:
            console.print(table)
        else:
            say(console, f"Nothing was found in {summary.source}; a lower --score shows what is less sure.")
        say(console, f"{frames_in_time(summary)}, by {summary.device}.")
    if summary.missed:
        say(console, f"{summary.missed:,} frames could not be written: this computer is too slow for them.")
    for path in summary.files:
        say(console, f"Written: {path}")


def frames_in_time(summary: RunSummary) -> str:
    """How many frames, and how fast: of a camera the rate recorded, of a file that of the work."""
    count = summary.tally.frames
    seconds = summary.tally.video_seconds if summary.live else summary.seconds
    frames = "1 frame" if count == 1 else f"{count:,} frames"
    rate = f", {count / seconds:.1f} a second" if count > 1 and seconds else ""
    return f"{frames} in {seconds:.1f} s{rate}"


def print_cameras(console: Console, cameras: Sequence[CameraRow]) -> None:
    """Number, name, device and modes of each."""
    table = Table()
    table.add_column("number", justify="right")
    for name in ("name", "device", "modes"):
        table.add_column(name)
    for row in cameras:
        modes = [f"{mode}{' *' if mode == row.best else ''}" for mode in row.modes]
        table.add_row(str(row.camera.index), Text(row.camera.name), Text(row.camera.path), Text("\n".join(modes)))
    console.print(table)
    if any(row.modes for row in cameras):
        say(console, "* is what camapp asks for unless you choose another.")


def print_models(console: Console, models: Sequence[ModelRow]) -> None:
    """One row a model, with its measured accuracy and the classes that it masters."""
    table = Table()
    for name in ("model", "backbone", "precision", "MB", "AP50", "classes on"):
        table.add_column(name, justify="right" if name in ("MB", "AP50") else "left")
    for model in models:
        info = model.info
        accuracy = info.measured.get("AP50")
        table.add_row(
            Text(model.path.stem),
            Text(info.backbone),
            model.precision,
            f"{model.bytes / 1e6:.1f}",
            "-" if accuracy is None else f"{accuracy:.3f}",
            Text(", ".join(info.classes_on) or f"all {len(info.class_names)}"),
        )
    console.print(table)


def say(console: Console, text: str) -> None:
    """One line, never cut or coloured: paths are copied from it."""
    console.print(Text(text), soft_wrap=True)
