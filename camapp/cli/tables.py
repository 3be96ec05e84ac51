"""The lists that the commands print: cameras with their modes, models with their figures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from camapp.cli.report import say
from camapp.live.camera.listing import CameraInfo
from camapp.live.camera.modes import CameraMode, best_mode
from detector import paths
from detector.errors import UserFacingError
from detector.modelfile import ModelInfo, read_info, read_openvino


@dataclass(frozen=True)
class ModelRow:
    """One model file.

    Attributes:
        path: the file.
        bytes: its size.
        info: what it says of itself; None where it cannot be used.
        network: precision of the network that it holds for OpenVINO, as "int8"; empty: made at the first start.
        error: why it cannot be used.
    """

    path: Path
    bytes: int
    info: ModelInfo | None = None
    network: str = ""
    error: UserFacingError | None = None

    @classmethod
    def read(cls, path: Path) -> ModelRow:
        """What is in the file; one that is damaged is a row, too."""
        size = path.stat().st_size
        try:
            network = read_openvino(path)
            return cls(path, size, read_info(path), network.precision if network else "")
        except UserFacingError as error:
            return cls(path, size, error=error)

    @property
    def is_bundled(self) -> bool:
        """Whether it came with camapp."""
        return self.path.parent == paths.MODELS.resolve()

    @property
    def is_default(self) -> bool:
        """Whether it is the one in use unless another is named."""
        return self.path == paths.DEFAULT_MODEL.resolve()

    def as_json(self) -> dict[str, Any]:
        """For programs: what the file says of itself, and about the file."""
        about = {
            "name": self.path.stem,
            "path": str(self.path),
            "bundled": self.is_bundled,
            "default": self.is_default,
            "bytes": self.bytes,
            "openvino": self.network or None,
            "error": None if self.error is None else {"code": self.error.code, "message": str(self.error)},
        }
        return about | ({} if self.info is None else json.loads(self.info.to_json()))


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
    """The figures side by side, then of each model what they were measured on and what it is for."""
    naming = [row for row in models if row.info is not None and row.info.task == "classify"]
    finding = [row for row in models if row not in naming]
    if finding:
        console.print(_finding_table(finding))
    if naming:
        console.print(_naming_table(naming))
    for row in models:
        say(console, "")
        origin = "bundled, the default" if row.is_default else "bundled" if row.is_bundled else "your own"
        say(console, f"{row.path.stem} ({origin}): {row.path}")
        for line in [str(row.error)] if row.info is None else _described(row.info, row.network):
            say(console, f"  {line}")
    say(console, "")
    if finding:
        say(
            console,
            "AP is COCO's, 0 to 1; person: its AP50. How fast it is here: python -m detector.bench --model FILE",
        )
    if naming:
        say(console, "top-1, top-5: how often the right class is the best, or among the best five, 0 to 1.")


def _finding_table(models: Sequence[ModelRow]) -> Table:
    """Those that find boxes."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)  # fits into 80 columns
    table.add_column("model", no_wrap=True)  # it is typed after --model
    for name in ("backbone", "on", "AP50", "AP", "person", "ready", "MB"):
        table.add_column(name, justify="left" if name in ("backbone", "ready") else "right")
    for row in models:
        size = f"{row.bytes / 1e6:.1f}"
        if row.info is None:
            table.add_row(Text(row.path.stem), *["-"] * 6, size)
            continue
        info = row.info
        figures = (_figure(info.measured, name) for name in ("AP50", "AP", "person_AP50"))
        on = f"{len(info.classes_on) or len(info.class_names)} of {len(info.class_names)}"
        table.add_row(Text(row.path.stem), Text(info.backbone), on, *figures, row.network or "-", size)
    return table


def _naming_table(models: Sequence[ModelRow]) -> Table:
    """Those that name whole pictures."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("names pictures", no_wrap=True)
    for name in ("backbone", "classes", "top-1", "top-5", "ready", "MB"):
        table.add_column(name, justify="left" if name in ("backbone", "ready") else "right")
    for row in models:
        if row.info is not None:
            figures = (_figure(row.info.measured, name) for name in ("top1", "top5"))
            count, size = str(len(row.info.class_names)), f"{row.bytes / 1e6:.1f}"
            table.add_row(Text(row.path.stem), Text(row.info.backbone), count, *figures, row.network or "-", size)
    return table


def _described(info: ModelInfo, network: str) -> list[str]:
    """A line a fact; figures that the file does not hold are said to be missing, not guessed."""
    ready = f"OpenVINO's {network} network is in the file" if network else "OpenVINO's is made at the first start"
    engines = f"engines: OpenVINO and torch; {ready}"
    if info.task == "classify":
        measured = "not measured"
        if isinstance(info.measured.get("top1"), int | float):
            measured = f"on {info.measured.get('pictures', '?')} pictures: {info.measured.get('data', 'not named')}"
        height, width = info.sizes_hw[0]
        return [
            f"names whole pictures (--model), or each box that a detector finds (--names): {_some(info.class_names)}",
            f"figures: {measured}",
            f"input, height x width: {height}x{width}",
            engines,
        ]
    on = ", ".join(info.classes_on) or "all"
    sizes = ", ".join(f"{height}x{width}" for height, width in info.sizes_hw)
    figures = "not measured: python -m detector.evaluate measures it"
    if isinstance(info.measured.get("AP50"), int | float):
        figures = f"on {info.measured.get('data', 'data that it does not name')}"
    return [
        f"on at first: {on}; {len(info.class_names)} classes in all; confidence {info.score_threshold:g}",
        f"figures: {figures}",
        f"input, height x width, by the picture's shape: {sizes}",
        engines,
    ]


def _some(names: Sequence[str], most: int = 8) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _figure(measured: dict[str, Any], name: str) -> str:
    value = measured.get(name)
    return f"{value:.3f}" if isinstance(value, int | float) and value >= 0 else "-"
