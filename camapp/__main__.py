"""The start: the window without a command, a command otherwise."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence

from camapp.errors import CamappError
from camapp.logfile import log_to_file
from camapp.screen import has_screen
from camapp.start import WindowOptions, open_window, read_options
from detector.errors import UserFacingError

log = logging.getLogger(__name__)
COMPLETING = "_CAMAPP_COMPLETE"  # set by the shell at Tab, which then calls camapp without arguments


def main(args: Sequence[str] | None = None) -> int:
    """Runs the command line; None: this program's own.

    Returns:
        The exit code.
    """
    log_to_file()
    options = None if COMPLETING in os.environ else read_options(sys.argv[1:] if args is None else args)
    if options is not None and has_screen():
        return show_window(options)
    from camapp.command_line import app, run_app

    return run_app(app, args)


def show_window(options: WindowOptions) -> int:
    """Opens it; whatever goes wrong is one sentence on stderr.

    Returns:
        The exit code.
    """
    try:
        return open_window(options)
    except UserFacingError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    except Exception as error:
        log.exception("window")
        sys.stderr.write(f"{CamappError('internal', reason=error)}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
