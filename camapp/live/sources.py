"""Everything that gives frames, by one word: a camera, a video, a picture, a folder of pictures, a stream."""

from __future__ import annotations

from pathlib import Path

from camapp.errors import SourceError
from camapp.live.camera.listing import CameraInfo, list_cameras
from camapp.live.camera.modes import CameraMode
from camapp.live.camera.source import CameraSource
from camapp.live.reading.base import OnTrouble, Source, SourceInfo
from camapp.live.reading.file_source import VideoFile
from camapp.live.reading.live_source import LiveSource
from camapp.live.reading.picture_source import PictureSource, is_picture_name
from camapp.live.reading.stream_source import SCHEMES, StreamSource, is_address, without_password

__all__ = [
    "CameraInfo",
    "CameraMode",
    "CameraSource",
    "LiveSource",
    "OnTrouble",
    "PictureSource",
    "Source",
    "SourceInfo",
    "StreamSource",
    "VideoFile",
    "list_cameras",
    "open_source",
]

CAMERA_PREFIX = "camera:"  # for a camera that need not be plugged in now: "camera:HD Webcam"


def open_source(spec: str | Path, patient: bool = False, mode: CameraMode | None = None) -> Source:
    """The source that `spec` names; it is not opened yet.

    Args:
        spec: "0" (a camera's number), a camera's name, "camera:NAME", "rtsp://..." or another address, or the path of a
            video, a picture or a folder of pictures.
        patient: True: a camera or stream that does not open at first is tried again as well (see LiveSource).
        mode: of a camera; None: its best one. Other sources take no notice.

    Raises:
        SourceError: source_missing; address_unknown; source_unreadable: it may not be looked at.
    """
    text = str(spec)
    if text.isdecimal():
        return CameraSource(text, mode, patient)
    if text.startswith(CAMERA_PREFIX):
        return CameraSource(text.removeprefix(CAMERA_PREFIX), mode, patient)
    if is_address(text):
        return StreamSource(text, patient=patient)
    if text.startswith("/dev/video"):
        return CameraSource(text, mode, patient)
    source = _file_or_folder(text)
    if source is not None:
        return source
    if any(text.casefold() == camera.name.casefold() for camera in list_cameras()):
        return CameraSource(text, mode, patient)
    if "://" in text:
        known = ", ".join(f"{scheme}://" for scheme in sorted(SCHEMES))
        raise SourceError("address_unknown", name=without_password(text), known=known)
    raise SourceError("source_missing", name=text)


def _file_or_folder(text: str) -> Source | None:
    if not text.strip():  # else it would be the present folder
        return None
    try:
        path = Path(text).expanduser()
        if path.is_dir() or (path.is_file() and is_picture_name(path)):
            return PictureSource(path)
        return VideoFile(path) if path.is_file() else None
    except PermissionError as error:
        raise SourceError("source_unreadable", name=text) from error
    except (OSError, RuntimeError, ValueError):  # no file can have that name: too long, "~nobody", a NUL in it
        return None
