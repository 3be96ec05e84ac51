"""Which version of camapp this is."""

from __future__ import annotations

import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"


def own_version() -> str:
    """Of the folder that camapp was unpacked into, else as it was installed; "?" if nothing says."""
    try:
        return str(tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["version"])
    except (OSError, KeyError, tomllib.TOMLDecodeError):
        pass  # a wheel has no pyproject.toml
    from importlib.metadata import PackageNotFoundError, version  # here: it would delay the window

    try:
        return version("camapp")
    except PackageNotFoundError:
        return "?"
