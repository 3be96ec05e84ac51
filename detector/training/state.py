"""What a training run needs to go on exactly where it was cut: one file, written aside and renamed."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import torch

from detector.errors import TrainingError
from detector.modelfile import write_aside


def state_path(out: Path) -> Path:
    """Where the run that makes `out` keeps its state."""
    return out.with_suffix(".resume")


def save_state(path: Path, state: dict[str, Any]) -> None:
    """Writes tensors, numbers and texts.

    Raises:
        OutputError: the folder cannot be written or is full; the previous state stays.
    """
    buffer = io.BytesIO()
    torch.save(state, buffer)
    write_aside(path, buffer.getvalue())


def load_state(path: Path, options: dict[str, Any]) -> dict[str, Any] | None:
    """The state of the same run, or None if there is none.

    Raises:
        TrainingError: it is of a run with other options, or damaged.
    """
    if not path.exists():
        return None
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        found = state["options"]
    except Exception as error:  # torch.load raises many kinds for a damaged file
        raise TrainingError("resume_mismatch", path=path, difference="it is damaged") from error
    differing = [f"{k} was {found.get(k)}, now {v}" for k, v in options.items() if found.get(k) != v]
    if differing:
        raise TrainingError("resume_mismatch", path=path, difference="; ".join(differing[:3]))
    return state
