"""How sources, cameras and models are opened: the real ways, which tests replace by others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from camapp.live.camera.listing import CameraInfo, list_cameras
from camapp.live.camera.modes import CameraMode
from camapp.live.camera.thumbnails import thumbnails
from camapp.live.camera.watch import Look
from camapp.live.sources import Source, open_source

if TYPE_CHECKING:
    from detector.engines.base import Detector


def load_detector(
    path: str | None,
    device: str,
    size_hw: tuple[int, int] | None,
    names: str | None = None,
    precision: str = "auto",
) -> Detector:
    """On a job thread: the engines are imported here and not with the window, which is to appear at once.

    It serves with what starts the fastest, and takes a faster engine once it has found one.

    Args:
        names: a model that names the boxes. Where `path` itself names pictures, it takes its place.
    """
    from detector.engines import open_model
    from detector.modelfile import read_info

    alone = names is None or (path is not None and read_info(Path(path)).task == "classify")
    return open_model(path, device, size_hw, None if alone else names, precision, improves=True)


@dataclass(frozen=True)
class Doors:
    """How things are opened; tests put others in place."""

    list_cameras: Callable[[], list[CameraInfo]] = list_cameras
    open_source: Callable[[str, bool, CameraMode | None], Source] = open_source
    load_detector: Callable[..., Detector] = load_detector
    look: Look = thumbnails
