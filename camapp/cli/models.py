"""The model files that `camapp models` lists and `--model` knows by name. Light: the shell asks at every Tab."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from detector import paths

SUFFIX = ".safetensors"


def own_models_folder() -> Path:
    """Where a person may put models of their own; it need not be there."""
    from platformdirs import user_data_path

    return user_data_path("camapp") / "models"


def model_files() -> list[Path]:
    """Those that came with camapp, the default one first, then those of one's own."""
    return [*_in(paths.MODELS), *_in(own_models_folder())]


def opened_models() -> Iterator[Path]:
    """Those that were opened in the window and are still there."""
    from camapp.settings import parse_settings, settings_path  # here: the library that checks them takes a while

    try:
        settings = parse_settings(settings_path().read_text(encoding="utf-8"))
    except (OSError, ValueError):  # none, or broken: the window says so, and keeps it aside
        return
    for text in settings.recent_models:
        path = Path(text)
        if path.is_file():
            yield path


def find_model(text: str) -> Path:
    """The file that `--model` means: a path, or a name from `camapp models`."""
    path = Path(text)
    if path.exists() or path.suffix or os.sep in text:
        return path
    return next((file for file in model_files() if file.stem == text), path)


def _in(folder: Path) -> list[Path]:
    files = (path for path in folder.glob(f"*{SUFFIX}") if path.is_file())
    return sorted(files, key=lambda path: (path != paths.DEFAULT_MODEL, path.name))
