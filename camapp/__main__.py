"""The start: the window without a command, a command otherwise. The only place that knows both."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from camapp import system_libraries
from camapp.cli import app, detect_without_window, run_app
from camapp.cli.commands import DeviceOption, ModelOption
from camapp.errors import CommandError, SystemLibraryError
from camapp.logfile import log_to_file
from camapp.screen import has_screen

SourceOption = Annotated[
    str | None,
    typer.Option("--source", metavar="SOURCE", help="As for detect; else the first working camera, or the clip."),
]


@app.callback(invoke_without_command=True, no_args_is_help=False)
def start(
    context: typer.Context, source: SourceOption = None, model: ModelOption = None, device: DeviceOption = "auto"
) -> None:
    """Every object before the camera boxed, with coordinates, size and class. Without a command: the window."""
    command = context.invoked_subcommand
    if command is None:
        raise typer.Exit(open_window(source, model, device))
    for option, value in (("--source", source), ("--model", model), ("--device", device)):
        if value not in (None, "auto"):  # the command would not see it
            raise CommandError("option_misplaced", option=option, command=command)


@app.command()
def window(
    source: SourceOption = None,
    model: ModelOption = None,
    device: DeviceOption = "auto",
    timings: Annotated[
        bool, typer.Option("--timings", help="Close at the first boxes; print when they and the first picture came.")
    ] = False,
) -> None:
    """Open the window; with no screen, detect in the bundled clip without one."""
    raise typer.Exit(open_window(source, model, device, timings))


def open_window(source: str | None, model: Path | None, device: str, timings: bool = False) -> int:
    """Shows the window until it is closed, or with `timings` until it has shown boxes.

    Returns:
        The exit code.

    Raises:
        SystemLibraryError: Qt could not start, and would say so less clearly.
    """
    if not has_screen():
        return detect_without_window(source, model, device)
    if lacking := system_libraries.missing({**system_libraries.ALWAYS, **system_libraries.WINDOW}):
        command = system_libraries.install_command(lacking)
        raise SystemLibraryError("library_missing", names=", ".join(lacking), command=command)
    from camapp.ui.app import run_window

    return run_window(source, None if model is None else str(model), device, timings)


def main(args: Sequence[str] | None = None) -> int:
    """Runs the command line; None: this program's own.

    Returns:
        The exit code.
    """
    log_to_file()
    return run_app(app, args)


if __name__ == "__main__":
    sys.exit(main())
