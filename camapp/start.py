"""The start of the window: what stands on its command line, and what must be there before Qt is.

Not by typer: with rich it takes a tenth of the time until the first picture, and the window has four options.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from camapp import system_libraries
from camapp.errors import SystemLibraryError
from camapp.live.promise import parse_promise

VALUES = {
    "--source": "source",
    "--model": "model",
    "--device": "device",
    "--precision": "precision",
    "--promise": "promise",
}


@dataclass(frozen=True)
class WindowOptions:
    """What the window opens with.

    Attributes:
        source: as open_source understands it; None: as it was left, else the first working camera, or the clip.
        model: path of a model; None: the bundled one.
        device, precision: as open_detector understands them.
        timings: the window closes at the first boxes and says when they and the first picture came.
        promise: as parse_promise understands it; None: as it was left.
    """

    source: str | None = None
    model: Path | None = None
    device: str = "auto"
    timings: bool = False
    precision: str = "auto"
    promise: str | None = None


def read_options(args: Sequence[str]) -> WindowOptions | None:
    """Of a command line that opens the window; None: it is another command, asks for help or is wrong."""
    rest = iter(args[1:] if args[:1] == ["window"] else args)
    values: dict[str, str] = {}
    timings = False
    for arg in rest:
        if arg == "--timings":
            timings = True
            continue
        name, joined, value = arg.partition("=")
        if name not in VALUES or (not joined and (value := _next_value(rest)) == ""):
            return None
        values[VALUES[name]] = value
    model = values.get("model")
    return WindowOptions(
        values.get("source"),
        None if model is None else Path(model),
        values.get("device", "auto"),
        timings,
        values.get("precision", "auto"),
        values.get("promise"),
    )


def _next_value(rest: Iterator[str]) -> str:
    value = next(rest, "")
    return "" if value.startswith("-") else value


def open_window(options: WindowOptions) -> int:
    """Shows the window until it is closed, or with `timings` until it has shown boxes; there must be a screen.

    Returns:
        The exit code.

    Raises:
        SystemLibraryError: Qt could not start, and would say so less clearly.
        CommandError: what is promised cannot be.
    """
    promise = None if options.promise is None else parse_promise(options.promise)
    check_libraries()
    gc.disable()  # nothing of what is imported is garbage, and to look takes 7 % longer; the window looks later
    import_ahead()
    from camapp.ui.app import run_window

    model = _model_file(options.model)
    return run_window(options.source, model, options.device, options.timings, options.precision, promise)


def import_ahead() -> None:
    """Imports OpenVINO beside Qt: most of it needs no lock of Python's, and once the window is there, it would hold it.

    What goes wrong says the loading of the model.
    """

    def try_import() -> None:
        with contextlib.suppress(Exception):  # of any kind: a broken OpenVINO, or two threads in each other's imports
            from detector.engines.quiet_openvino import import_openvino  # here: with it come numpy and OpenCV

            import_openvino()

    Thread(target=try_import, name="camapp-openvino", daemon=True).start()


def _model_file(model: Path | None) -> str | None:
    if model is None or model.exists():
        return None if model is None else str(model)
    from camapp.cli.models import find_model  # here: with it comes typer

    return str(find_model(str(model)))


def check_libraries() -> None:
    """What a window needs of the system is here.

    Raises:
        SystemLibraryError: Qt could not start, and would say so less clearly.
    """
    if lacking := system_libraries.missing({**system_libraries.ALWAYS, **system_libraries.WINDOW}):
        command = system_libraries.install_command(lacking)
        raise SystemLibraryError("library_missing", names=", ".join(lacking), command=command)
