"""Where the files that travel with the program lie: the bundled model, the clip, the icons."""

from __future__ import annotations

from pathlib import Path

_IN_WHEEL = Path(__file__).parent / "resources"
RESOURCES = _IN_WHEEL if _IN_WHEEL.is_dir() else Path(__file__).parent.parent / "resources"
MODELS = RESOURCES / "models"
DEFAULT_MODEL = MODELS / "everyday-r50h.safetensors"
CLIP = RESOURCES / "clip.mp4"
