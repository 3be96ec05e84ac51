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

from camapp.cli.complete import complete_classes, complete_device, complete_model, complete_precision, complete_source
from camapp.cli.models import find_model, model_files, opened_models
from camapp.errors import CamappError, CameraError
from detector.errors import UserFacingError

if TYPE_CHECKING:
    from camapp.cli.job import Job
    from camapp.live.run_view import RunView, ShowRun

log = logging.getLogger(__name__)
INTERRUPTED = 130  # as shells say it: 128 + SIGINT

app = typer.Typer(pretty_exceptions_enable=False, rich_markup_mode="rich", no_args_is_help=True)

ModelOption = Annotated[
    Path | None,
    typer.Option(
        "--model",
        metavar="MODEL",
        parser=find_model,
        autocompletion=complete_model,
        help="A model's file, or its name in `camapp models`; else the bundled one.",
    ),
]
DeviceOption = Annotated[
    str, typer.Option("--device", autocompletion=complete_device, help="auto, cpu, gpu or npu (Intel), cuda, torch.")
]
PrecisionOption = Annotated[
    str,
    typer.Option(
        "--precision",
        autocompletion=complete_precision,
        help="int8, bf16 or fp32, each slower and more exact than the one before; else the best of the device.",
    ),
]
PROMISE_HELP = "'30 fps' or '80 ms' to be kept: input size and looks give way. Else as fast as it can."
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
SOURCE_HELP = "A video, a picture, a folder of pictures, a camera's number or name, an address."


@app.command()
def detect(
    context: typer.Context,
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE",
            autocompletion=complete_source,
            help=f"{SOURCE_HELP} Several are worked through one after the other.",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="V.mp4", help="The video with boxes; of pictures or several sources a folder."),
    ] = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="F", help="A table, one row a box; of several sources a folder.")
    ] = None,
    jsonl: Annotated[
        Path | None, typer.Option("--jsonl", metavar="F", help="JSON Lines, one line a box; likewise.")
    ] = None,
    coco: Annotated[
        Path | None, typer.Option("--coco", metavar="F", help="A COCO data set with scores; likewise.")
    ] = None,
    show: Annotated[
        bool, typer.Option("--show", help="A window with the picture while it works; closing it ends the run.")
    ] = False,
    model: ModelOption = None,
    names: Annotated[
        Path | None,
        typer.Option(
            "--names",
            metavar="CLASSIFIER",
            parser=find_model,
            autocompletion=complete_model,
            help="A model that names pictures: each box gets a finer name, in the columns name and name_score.",
        ),
    ] = None,
    device: DeviceOption = "auto",
    precision: PrecisionOption = "auto",
    score: Annotated[
        float | None, typer.Option("--score", min=0.0, max=1.0, help="The least confidence; else the model's own.")
    ] = None,
    size: Annotated[
        str | None, typer.Option("--size", metavar="HxW", help="The network's input, as 256x416; else by the picture.")
    ] = None,
    promise: Annotated[str | None, typer.Option("--promise", metavar="P", help=f"Of a camera: {PROMISE_HELP}")] = None,
    classes: Annotated[
        str,
        typer.Option(
            "--classes",
            metavar="A,B",
            autocompletion=complete_classes,
            help="Only these, or 'all'; else those the model masters.",
        ),
    ] = "",
    seconds: Annotated[
        float | None,
        typer.Option("--seconds", min=0.0, help="Only so much of each; a camera else runs until Ctrl-C."),
    ] = None,
    steady: Annotated[
        bool,
        typer.Option("--steady/--no-steady", help="Boxes in videos don't shake or blink; tables have them as found."),
    ] = True,
    zone: Annotated[
        str | None,
        typer.Option(
            "--zone",
            metavar="X,Y,W,H",
            help="Small things far away: this part, or 'all', is looked at closely, too. It takes many times as long.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Find objects in each SOURCE: every frame of a file, or a camera live.

    With a --model that names whole pictures: the five best classes of each frame, each with a box over all of it.

    With several sources --out, --csv, --jsonl and --coco name folders; one that fails does not stop the others.

    [dim]Exit codes: 0 done, 2 wrong use, 3 bad input, 4 no such device or a silent one, 5 disk,
    130 interrupted (what was done is kept); of several sources that of the first that failed.[/dim]
    """
    from camapp.cli.job import Job
    from camapp.cli.outputs import Outputs
    from camapp.cli.zone import parse_zone
    from camapp.live.promise import parse_promise
    from detector.engines.preprocess import parse_size

    job = Job(
        sources=tuple(sources),
        outputs=Outputs(out, csv, jsonl, coco),
        model=model,
        names=names,
        device=device,
        precision=precision,
        score=score,
        size_hw=None if size is None else parse_size(size),
        promise=None if promise is None else parse_promise(promise),
        classes=tuple(name.strip() for name in classes.split(",") if name.strip()),
        seconds=seconds,
        steady=steady,
        zone=None if zone is None else parse_zone(zone),
    )
    raise typer.Exit(run_job(job, as_json, context.obj if show else None))


@app.command()
def cameras(as_json: JsonOption = False) -> None:
    """List the cameras that are plugged in, with the modes that they offer where the system says so."""
    from camapp.cli.tables import CameraRow, print_cameras
    from camapp.live.camera.listing import list_cameras, list_modes

    found = [CameraRow(camera, list_modes(camera)) for camera in list_cameras()]
    if as_json:
        print_json([row.as_json() for row in found])
    if not found:
        raise CameraError("no_camera")
    if not as_json:
        print_cameras(Console(), found)


@app.command()
def models(as_json: JsonOption = False) -> None:
    """List the models that came with camapp and those of your own, with their figures."""
    from camapp.cli.tables import ModelRow, print_models

    files = dict.fromkeys(path.resolve() for path in (*model_files(), *opened_models()))
    rows = [ModelRow.read(path) for path in files]
    if as_json:
        print_json([row.as_json() for row in rows])
    else:
        print_models(Console(), rows)


def print_json(content: object) -> None:
    """On stdout, for programs."""
    sys.stdout.write(json.dumps(content, ensure_ascii=False, indent=2) + "\n")


def detect_without_window(source: str | None, model: Path | None, device: str, precision: str = "auto") -> int:
    """What `camapp` does where there is no screen: the bundled clip, or `source`, into ./output.

    Returns:
        The exit code.
    """
    from camapp.cli.job import Job
    from camapp.cli.outputs import Outputs, names_of
    from camapp.live.sources import open_source
    from detector.paths import CLIP

    sys.stderr.write(f"{CamappError('no_screen')}\n")
    spec = str(CLIP) if source is None else source
    (stem,) = names_of([open_source(spec)])
    folder = output_folder()
    outputs = Outputs(*(folder / f"{stem}{suffix}" for suffix in (".mp4", ".csv", ".jsonl")))
    return run_job(Job((spec,), outputs, model, device, precision=precision))


def output_folder() -> Path:
    """./output, or in the folder of videos where this one can't be written."""
    if os.access(Path.cwd(), os.W_OK):
        return Path("output")
    from platformdirs import user_videos_path

    return user_videos_path() / "camapp"


def run_job(job: Job, as_json: bool = False, show: ShowRun | None = None) -> int:
    """Runs with a progress bar, and in a window if there is one, then prints the summary.

    Args:
        show: runs the work beside a window, until that is closed.

    Returns:
        The exit code.
    """
    from camapp.cli.outputs import Outputs
    from camapp.cli.report import TerminalReport
    from camapp.cli.runs import interruptible

    tasks = job.prepare()
    report = TerminalReport(as_json)

    def work(view: RunView | None) -> int:
        try:
            summary = job.run(tasks, [report], stop, view)
        finally:
            report.close()
        if as_json:
            print_json(summary.as_json())
        report.finish(summary, wants_files=job.outputs != Outputs())
        sys.stdout.flush()  # a window may stay open
        return summary.exit_code

    with interruptible() as stop:
        return work(None) if show is None else show(work, stop)


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
