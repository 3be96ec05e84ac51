"""Where recordings and pictures are saved, and how they are named."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QStandardPaths

Location = QStandardPaths.StandardLocation


def recordings_folder() -> Path:
    """`camapp` in the person's folder of videos."""
    return _folder(Location.MoviesLocation)


def pictures_folder() -> Path:
    """`camapp` in the person's folder of pictures."""
    return _folder(Location.PicturesLocation)


def stamped(folder: Path, suffix: str, name: str = "camapp") -> Path:
    """A name by the clock that is not taken: "camapp 2026-11-21 14-30-05.mp4", and " (2)" within the same second."""
    stem = f"{name} {datetime.now():%Y-%m-%d %H-%M-%S}"
    path, number = folder / f"{stem}{suffix}", 2
    while path.exists():
        path, number = folder / f"{stem} ({number}){suffix}", number + 1
    return path


def _folder(location: Location) -> Path:
    return Path(QStandardPaths.writableLocation(location) or Path.home()) / "camapp"
