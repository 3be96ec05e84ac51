"""The commands, their options and exit codes. What they do is imported when they run: `--help` is instant."""

from __future__ import annotations

import io
import json
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from camapp.errors import CamappError, CameraError
from detector.errors import UserFacingError

if TYPE_CHECKING:
    from camapp.cli.job import Job

log = logging.getLogger(__name__)
INTERRUPTED = 130  # as shells say it: 128 + SIGINT

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich", no_args_is_help=True)

ModelOption = Annotated[Path | None, typer.Option("--model", metavar="FILE", help="A model; else the bundled one.")]
DeviceOption = Annotated[str, typer.Option("--device", help="auto, cpu, torch or cuda.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


@app.command()
def detect(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE", help="A video, a picture, a folder of pictures, a camera's number or name, an address."
        ),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="V.mp4", help="The video with boxes; for pictures a folder.")
    ] = None,
    csv: Annotated[Path | None, typer.Option("--csv", metavar="F", help="A table, one row a box.")] = None,
    jsonl: Annotated[Path | None, typer.Option("--jsonl", metavar="F", help="JSON Lines, one line a box.")] = None,
    coco: Annotated[Path | None, typer.Option("--coco", metavar="F", help="A COCO data set with scores.")] = None,
    model: ModelOption = None,
    device: DeviceOption = "auto",
    score: Annotated[
        float | None, typer.Option("--score", min=0.0, max=1.0, help="The least confidence; else the model's own.")
    ] = None,
    size: Annotated[
        str | None, typer.Option("--size", metavar="HxW", help="The network's input, as 256x416; else by the picture.")
    ] = None,
    classes: Annotated[
        str, typer.Option("--classes", metavar="A,B", help="Only these, or 'all'; else those the model masters.")
    ] = "",
    seconds: Annotated[
        float | None, typer.Option("--seconds", min=0.0, help="Only so much; a camera else runs until Ctrl-C.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Find objects in SOURCE: every frame of a file, or a camera live.

    [dim]Exit codes: 0 done, 2 wrong use, 3 bad input, 4 no such device or a silent one, 5 disk,
    130 interrupted (what was done is kept).[/dim]
    """
    from camapp.cli.job import Job
    from camapp.cli.outputs import Outputs
    from detector.engines.preprocess import parse_size

    job = Job(
        source=source,
        outputs=Outputs(out, csv, jsonl, coco),
        model=model,
        device=device,
        score=score,
        size_hw=None if size is None else parse_size(size),
        classes=tuple(name.strip() for name in classes.split(",") if name.strip()),
        seconds=seconds,
    )
    raise typer.Exit(run_job(job, as_json))


@app.command()
def cameras(as_json: JsonOption = False) -> None:
    """List the cameras that are plugged in, with the modes that they offer where the system says so."""
    from camapp.cli.tables import CameraRow, print_cameras
    from camapp.live.camera.listing import list_cameras, list_modes

    found = [CameraRow(camera, list_modes(camera)) for camera in list_cameras()]
    if as_json:
        rows = [row.as_json() for row in found]
        sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2) + "\n")
    if not found:
        raise CameraError("no_camera")
    if not as_json:
        print_cameras(Console(), found)


@app.command()
def models(as_json: JsonOption = False) -> None:
    """List the models that came with camapp."""
    from camapp.cli.tables import ModelRow, print_models
    from detector.modelfile import read_info, read_openvino
    from detector.paths import MODELS

    rows = []
    for path in sorted(MODELS.glob("*.safetensors")):
        network = read_openvino(path)
        rows.append(ModelRow(path, read_info(path), network.precision if network else "weights", path.stat().st_size))
    if as_json:
        described = [
            json.loads(row.info.to_json()) | {"path": str(row.path), "precision": row.precision, "bytes": row.bytes}
            for row in rows
        ]
        sys.stdout.write(json.dumps(described, ensure_ascii=False, indent=2) + "\n")
    else:
        print_models(Console(), rows)


def detect_without_window(source: str | None, model: Path | None, device: str) -> int:
    """What `camapp` does where there is no screen: the bundled clip, or `source`, into ./output.

    Returns:
        The exit code.
    """
    from camapp.cli.job import Job
    from camapp.cli.outputs import Outputs
    from detector.paths import CLIP

    sys.stderr.write(f"{CamappError('no_screen')}\n")
    name = "clip" if source is None else Path(source).stem or "camera"
    stem = "".join(c if c.isalnum() or c in " ._-" else "_" for c in name)
    folder = output_folder()
    outputs = Outputs(*(folder / f"{stem}{suffix}" for suffix in (".mp4", ".csv", ".jsonl")))
    return run_job(Job(str(CLIP) if source is None else source, outputs, model, device))


def output_folder() -> Path:
    """./output, or in the folder of videos where this one can't be written."""
    if os.access(Path.cwd(), os.W_OK):
        return Path("output")
    from platformdirs import user_videos_path

    return user_videos_path() / "camapp"


def run_job(job: Job, as_json: bool = False) -> int:
    """Runs with a progress bar, then prints the summary.

    Returns:
        The exit code.
    """
    from camapp.cli.tables import print_summary, progress_bar, say

    console = Console()
    with progress_bar(f"Detecting in {Path(job.source).name or job.source}") as show:
        summary = job.run(show)
    if as_json:
        sys.stdout.write(json.dumps(summary.as_json(), ensure_ascii=False, indent=2) + "\n")
    else:
        print_summary(console, summary)
        if not summary.files and summary.error is None:
            say(console, "Nothing was saved; --out, --csv, --jsonl and --coco name files.")
    if summary.error is not None:
        sys.stderr.write(f"{summary.error}\n")
    elif summary.interrupted:
        sys.stderr.write("Interrupted. What was done is kept.\n")
    return summary.exit_code


def run_app(commands: typer.Typer, args: Sequence[str] | None = None) -> int:
    """Runs a command line (None: this program's own); whatever goes wrong is one sentence on stderr.

    Returns:
        The exit code.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # file names can hold what a terminal can't show
    try:
        code = commands(args=args, prog_name="camapp", standalone_mode=False)
    except UserFacingError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    except typer.TyperException as error:
        what = error.format_message()
        stop = "" if what.endswith((".", "?")) else "."
        command = getattr(getattr(error, "ctx", None), "command_path", "camapp")  # as "camapp detect"
        lists = "commands and options" if command == "camapp" else "its options"
        sys.stderr.write(f"{what}{stop} `{command} --help` lists {lists}.\n")
        return error.exit_code
    except typer.Abort:
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()  # who read our output has gone, as in `camapp models | head -1`
        return 1
    except Exception as error:
        log.exception("command")
        sys.stderr.write(f"{CamappError('internal', reason=error)}\n")
        return 1
    return code if isinstance(code, int) else 0
