"""The model files that `camapp models` lists and `--model` knows by name. Light: the shell asks at every Tab."""

from __future__ import annotations

import os
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


def opened_models() -> list[Path]:
    """Those that were opened in the window and are still there."""
    from camapp.settings import peek_settings, settings_path

    return [path for path in map(Path, peek_settings(settings_path()).recent_models) if path.is_file()]


def find_model(text: str) -> Path:
    """The file that `--model` means: a path, or a name from `camapp models`."""
    path = Path(text)
    if path.exists() or path.suffix or os.sep in text:
        return path
    return next((file for file in model_files() if file.stem == text), path)


def _in(folder: Path) -> list[Path]:
    files = (path for path in folder.glob(f"*{SUFFIX}") if path.is_file())
    return sorted(files, key=lambda path: (path != paths.DEFAULT_MODEL, path.name))
