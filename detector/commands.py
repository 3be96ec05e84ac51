"""How every command of the detector starts and ends: options by typer, errors as one sentence and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable

import typer

from detector.errors import UserFacingError

INTERRUPTED = 130  # what typer makes of Ctrl-C; as shells say it: 128 + SIGINT


def run_command(main: Callable[..., None]) -> None:
    """Runs `main` with the command line's options and exits.

    What a person can mend goes to stderr as one sentence, without a traceback: a UserFacingError ends with its own
    exit code, wrong use with 2, Ctrl-C with 130.
    """
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(main)
    try:
        code = app(standalone_mode=False)
    except UserFacingError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(error.exit_code) from error
    except typer.TyperException as error:
        what = error.format_message()
        stop = "" if what.endswith((".", "?")) else "."
        command = getattr(getattr(error, "ctx", None), "command_path", "the command")  # "python -m detector.evaluate"
        sys.stderr.write(f"{what}{stop} `{command} --help` lists its options.\n")
        raise SystemExit(error.exit_code) from error
    code = code if isinstance(code, int) else 0  # --help and Ctrl-C give a code, a command that is done gives nothing
    if code == INTERRUPTED:
        sys.stderr.write("Interrupted; what was done is kept.\n")
    raise SystemExit(code)
