"""How every command of the detector starts and ends: options by typer, errors as one sentence and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable

import typer

from detector.errors import UserFacingError

INTERRUPTED = 130  # as shells say it: 128 + SIGINT


def run_command(main: Callable[..., None]) -> None:
    """Runs `main` with the command line's options and exits.

    A UserFacingError goes to stderr without a traceback and ends with its exit code; Ctrl-C ends with 130.
    """
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(main)
    try:
        app()
    except UserFacingError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(error.exit_code) from error
    except KeyboardInterrupt as interrupt:
        sys.stderr.write("Interrupted; what was done is kept.\n")
        raise SystemExit(INTERRUPTED) from interrupt
