"""What was measured on this machine, in one small file: which engine is the fastest, and which have been checked."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from platformdirs import user_cache_path

from detector.engines.candidate import Candidate
from detector.engines.candidates import has_nvidia_gpu
from detector.engines.quiet_openvino import import_openvino
from detector.errors import OutputError
from detector.machine import cpu_name, usable_cores
from detector.modelfile import ModelInfo, write_aside

log = logging.getLogger(__name__)
FOLDER_VARIABLE = "CAMAPP_CACHE_DIR"  # another folder for it: a second set, or a test's own
MOST = 64  # entries of each kind; the oldest go
REVISION = "2"  # another one whenever an engine of ours computes otherwise: the old one's figures are forgotten


@dataclass(frozen=True)
class Measured:
    """How fast the engines were here.

    Attributes:
        chosen: the one to use.
        median_ms: of each that worked, for a frame.
        considered: all that there were; where there are others now, this is out of date.
    """

    chosen: Candidate
    median_ms: tuple[tuple[Candidate, float], ...]
    considered: frozenset[Candidate]


def choices_file() -> Path:
    """Where it lies, whether or not it was written yet."""
    folder = os.environ.get(FOLDER_VARIABLE)
    return (Path(folder) if folder else user_cache_path("camapp")) / "engines.json"


def key_of(*parts: object) -> str:
    """A short name of things that are written as JSON or strings, here, with these libraries and this code."""
    text = json.dumps([*machine(), *parts], default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


@cache
def machine() -> tuple[str, ...]:
    """What measurements and checks hold for."""
    torch = _version("torch") if has_nvidia_gpu() else ""  # else it computes only where all others fail
    return REVISION, cpu_name(), str(usable_cores()), _openvino_version(), torch


def model_key(info: ModelInfo, shape_hw: tuple[int, int] | None, *asked: str) -> str:
    """Of what the speed depends on: the architecture, not what it has learned.

    Args:
        shape_hw: the network's input; None: the one measured last.
        asked: device and precision.
    """
    architecture = (info.backbone, info.norm, info.neck_width, info.in_channels, info.bins, len(info.class_names))
    return key_of(architecture, shape_hw, asked)


class Remembered:
    """The file's content. A damaged one counts as empty; one that cannot be written costs only time."""

    def __init__(self, path: Path | None = None) -> None:
        """`path`: None: choices_file()."""
        self._path = path or choices_file()
        self._lock = Lock()
        content = _read(self._path)
        self._measured: dict[str, Any] = content.get("measured", {})
        self._checked: dict[str, Any] = content.get("checked", {})
        self._changed = False

    def measured(self, key: str) -> Measured | None:
        """What was measured, if it was."""
        with self._lock:
            try:
                entry = self._measured[key]
                return Measured(
                    Candidate(**entry["chosen"]),
                    tuple((Candidate(**one), float(ms)) for one, ms in entry["median_ms"]),
                    frozenset(Candidate(**one) for one in entry["considered"]),
                )
            except (KeyError, TypeError, ValueError):
                return None

    def is_checked(self, key: str) -> bool:
        """Whether this engine found the right boxes before."""
        with self._lock:
            return self._checked.get(key) is True

    def keep_measured(self, key: str, measured: Measured) -> None:
        """Until save() only in memory."""
        entry = {
            "chosen": measured.chosen.as_json(),
            "median_ms": [(one.as_json(), round(ms, 3)) for one, ms in measured.median_ms],
            "considered": [asdict(one) for one in sorted(measured.considered, key=str)],
        }
        with self._lock:
            self._measured.pop(key, None)
            self._measured[key] = entry
            self._changed = True

    def keep_checked(self, key: str) -> None:
        """Until save() only in memory."""
        with self._lock:
            self._checked.pop(key, None)
            self._checked[key] = True
            self._changed = True

    def save(self) -> None:
        """Writes it if there is something new; the entries of other programs since then are kept."""
        with self._lock:
            if not self._changed:
                return
            self._changed = False
            there = _read(self._path)
            content = {
                "measured": _newest({**there.get("measured", {}), **self._measured}),
                "checked": _newest({**there.get("checked", {}), **self._checked}),
            }
        try:
            write_aside(self._path, json.dumps(content, indent=1).encode())
        except OutputError as error:
            log.info("%s What was measured is measured again at the next start.", error.what)


def _read(path: Path) -> dict[str, dict[str, Any]]:
    try:
        content = json.loads(path.read_bytes())
        if isinstance(content, dict) and all(isinstance(part, dict) for part in content.values()):
            return content
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        pass
    log.warning("'%s' is damaged: the engines are measured again.", path)
    return {}


def _newest(entries: dict[str, Any]) -> dict[str, Any]:
    kept: Iterable[tuple[str, Any]] = list(entries.items())[-MOST:]
    return dict(kept)


def _openvino_version() -> str:
    try:
        return str(import_openvino().__version__)
    except (ImportError, OSError):
        return ""


def _version(package: str) -> str:
    from importlib.metadata import PackageNotFoundError, version  # here: it takes longer than all else in this file

    try:
        return version(package)
    except PackageNotFoundError:
        return ""
