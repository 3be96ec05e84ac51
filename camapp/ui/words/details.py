"""What a developer asks first, as plain text: versions, device, cameras, last errors. No picture, no password."""

from __future__ import annotations

import platform
import re
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication

from camapp.live.camera.listing import list_cameras, list_modes
from camapp.live.live_stats import LiveStats
from camapp.live.promise import promise_line
from camapp.logfile import log_path
from camapp.version import own_version
from detector.errors import UserFacingError

KEPT = 20  # errors
PACKAGES = ("numpy", "opencv-python", "openvino", "torch", "av", "PySide6-Essentials", "safetensors")
CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")
SECRETS = re.compile(r"(?i)((?:password|passwd|pwd|token|key|auth)=)[^&\s'\"]+")


@dataclass(frozen=True)
class State:
    """What the window shows at this moment, in its own words."""

    source: str
    model: str
    device: str
    size: str
    stats: LiveStats | None
    troubles: tuple[str, ...]


class Troubles:
    """The last errors that were said."""

    def __init__(self) -> None:
        self._lines: deque[str] = deque(maxlen=KEPT)

    def add(self, error: UserFacingError) -> None:
        """In English, whatever the window speaks."""
        self._lines.append(f"{time.strftime('%H:%M:%S')} {error.code}: {error}")

    @property
    def lines(self) -> tuple[str, ...]:
        """Oldest first."""
        return tuple(self._lines)


def report(state: State) -> str:
    """The text to paste; asks the cameras for their modes."""
    lines = [
        f"camapp {version_of('camapp')}, Python {platform.python_version()}, Qt {qVersion()}",
        f"{platform.platform()}, {platform.machine()}, screen by {QGuiApplication.platformName()}",
        ", ".join(f"{name} {version_of(name)}" for name in PACKAGES),
        f"source: {state.source}",
        f"model: {state.model}; device: {state.device}; input size: {state.size}",
    ]
    if state.stats is not None:
        stats = state.stats
        lines.append(
            f"camera {stats.camera_fps:.1f} fps, detector {stats.detector_fps:.1f} fps,"
            f" delay {stats.delay_ms:.0f} ms, dropped {stats.dropped}, missed in recording {stats.recording_missed}"
        )
        if stats.promise is not None:
            lines.append(promise_line(stats.promise))
    cameras = list_cameras()
    lines.append(f"cameras: {len(cameras)}")
    for camera in cameras:
        modes = "; ".join(str(mode) for mode in list_modes(camera)) or "modes unknown"
        lines.append(f"  {camera.index} {camera.name}: {modes}")
    lines.append("last errors:")
    lines.extend(f"  {line}" for line in state.troubles or ("none",))
    lines.append(f"log file: {log_path()}")
    return without_secrets("\n".join(lines))


def without_secrets(text: str) -> str:
    """No password of an address, and `~` instead of the home folder, whose name is often the person's."""
    return SECRETS.sub(r"\1***", CREDENTIALS.sub("***@", text)).replace(str(Path.home()), "~")


def version_of(name: str) -> str:
    """Of an installed package; "-" without it."""
    from importlib.metadata import PackageNotFoundError, version  # here: it would delay the window

    try:
        return own_version() if name == "camapp" else version(name)
    except PackageNotFoundError:
        return "-"
