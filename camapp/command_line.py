"""All that can be typed after `camapp`: the commands, and the window's options with their help."""

from __future__ import annotations

import sys
from collections.abc import Callable
from threading import Event
from typing import TYPE_CHECKING, Annotated

import typer

from camapp.cli import app, detect_without_window, run_app
from camapp.cli.commands import PROMISE_HELP, DeviceOption, ModelOption, PrecisionOption
from camapp.errors import CommandError
from camapp.menu_entry import add_menu_entry, remove_menu_entry
from camapp.screen import has_screen
from camapp.start import WindowOptions, check_libraries, open_window
from camapp.version import own_version

if TYPE_CHECKING:
    from camapp.live.run_view import RunView

__all__ = ["app", "run_app"]

SourceOption = Annotated[
    str | None,
    typer.Option("--source", metavar="SOURCE", help="As for detect; else the first working camera, or the clip."),
]
PromiseOption = Annotated[str | None, typer.Option("--promise", metavar="P", help=PROMISE_HELP)]
TimingsOption = Annotated[
    bool, typer.Option("--timings", help="Close at the first boxes; print when they and the first picture came.")
]


def say_version(wanted: bool) -> None:
    """What --version does, before anything else is looked at."""
    if wanted:
        sys.stdout.write(f"camapp {own_version()}\n")
        raise typer.Exit


VersionOption = Annotated[
    bool, typer.Option("--version", is_eager=True, callback=say_version, help="Print the version and do nothing else.")
]


@app.callback(invoke_without_command=True, no_args_is_help=False)
def start(
    context: typer.Context,
    source: SourceOption = None,
    model: ModelOption = None,
    device: DeviceOption = "auto",
    precision: PrecisionOption = "auto",
    promise: PromiseOption = None,
    timings: TimingsOption = False,
    _version: VersionOption = False,
) -> None:
    """Every object before the camera boxed, with coordinates, size and class. Without a command: the window."""
    context.obj = show_in_window
    command = context.invoked_subcommand
    if command is None:
        raise typer.Exit(open_window_or_clip(WindowOptions(source, model, device, timings, precision, promise)))
    given = {"--source": source, "--model": model, "--device": None if device == "auto" else device}
    given |= {"--precision": None if precision == "auto" else precision, "--promise": promise}
    for option, value in (given | {"--timings": timings or None}).items():
        if value is not None:  # the command would not see it
            raise CommandError("option_misplaced", option=option, command=command)


@app.command()
def window(
    source: SourceOption = None,
    model: ModelOption = None,
    device: DeviceOption = "auto",
    precision: PrecisionOption = "auto",
    promise: PromiseOption = None,
    timings: TimingsOption = False,
) -> None:
    """Open the window; with no screen, detect in the bundled clip without one."""
    raise typer.Exit(open_window_or_clip(WindowOptions(source, model, device, timings, precision, promise)))


@app.command("menu-entry")
def menu_entry(
    remove: Annotated[bool, typer.Option("--remove", help="Take it away again.")] = False,
) -> None:
    """Put camapp into the applications menu, with its icon (Linux, Windows)."""
    said = f"Removed: {remove_menu_entry()}" if remove else f"In the applications menu: {add_menu_entry()}"
    sys.stdout.write(said + "\n")


def open_window_or_clip(options: WindowOptions) -> int:
    """Shows the window; where there is no screen, detects in the bundled clip.

    Returns:
        The exit code.
    """
    if not has_screen():
        return detect_without_window(options.source, options.model, options.device, options.precision)
    return open_window(options)


def show_in_window(work: Callable[[RunView], int], stop: Event) -> int:
    """A command's work with a window beside it; see run_window.show_run.

    Raises:
        CommandError: there is no screen.
        SystemLibraryError: Qt cannot start.
    """
    if not has_screen():
        raise CommandError("show_no_screen")
    check_libraries()
    from camapp.ui.run_window import show_run

    return show_run(work, stop)
