"""What the shell offers at Tab. Runs at each press of the key: nothing here may load more than it must."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

# Of detector.engines, which is slow to import; a test: equal.
DEVICES = ("auto", "cpu", "openvino", "gpu", "npu", "torch", "cuda")
PRECISIONS = ("auto", "int8", "bf16", "fp32")
PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./~+,:=@%")


def complete_source(incomplete: str) -> list[tuple[str, str]]:
    """Cameras by name or number, and files beside them; nothing but files: the shell does that better itself."""
    if os.sep in incomplete:
        return []
    cameras = list(_cameras(incomplete))
    return [*cameras, *_files(incomplete)] if cameras else []


def complete_model(incomplete: str) -> list[tuple[str, str]]:
    """Names of models; where none fits, the shell offers files."""
    from camapp.cli.models import model_files

    names = [(path.stem, str(path)) for path in model_files() if path.stem.startswith(incomplete)]
    return [*names, *_files(incomplete)] if names else []


def complete_device(incomplete: str) -> list[str]:
    """What computes."""
    return [name for name in DEVICES if name.startswith(incomplete)]


def complete_precision(incomplete: str) -> list[str]:
    """In what numbers it computes."""
    return [name for name in PRECISIONS if name.startswith(incomplete)]


def complete_classes(incomplete: str) -> list[str]:
    """Classes of the bundled model after the last comma, and "all"."""
    from detector.modelfile import read_info
    from detector.paths import DEFAULT_MODEL

    before, comma, last = incomplete.rpartition(",")
    names = read_info(DEFAULT_MODEL).class_names if DEFAULT_MODEL.is_file() else ()
    every = names if comma else ("all", *names)
    return [_typed(f"{before}{comma}{name}") for name in every if name.startswith(last)]


def _cameras(incomplete: str) -> Iterator[tuple[str, str]]:
    from camapp.live.camera.listing import list_cameras

    for camera in list_cameras():
        if camera.name.casefold().startswith(incomplete.casefold()):
            yield _typed(camera.name), f"camera {camera.index}"
        elif incomplete and str(camera.index).startswith(incomplete):
            yield str(camera.index), camera.name


def _files(incomplete: str) -> Iterator[tuple[str, str]]:
    for path in sorted(Path().iterdir()):
        if path.name.startswith(incomplete) and (incomplete or not path.name.startswith(".")):
            yield _typed(f"{path.name}{os.sep if path.is_dir() else ''}"), ""


def _typed(text: str) -> str:
    """As it must stand in the command line: bash puts it there as it comes, the other shells quote it themselves."""
    if os.environ.get("_CAMAPP_COMPLETE") == "complete_bash":
        return "".join(c if c in PLAIN or ord(c) > 127 else f"\\{c}" for c in text)
    if os.environ.get("_CAMAPP_COMPLETE") in ("complete_powershell", "complete_pwsh") and set(text) - PLAIN:
        return "'" + text.replace("'", "''") + "'"
    return text
