"""What the session's lane does with a pipeline: each may wait for the encoder, a disk or a driver."""

from __future__ import annotations

from pathlib import Path

from camapp.errors import RecordingError
from camapp.live.camera.controls import apply_controls
from camapp.live.camera.source import CameraSource
from camapp.live.pipeline import LivePipeline, RecordingOptions
from camapp.live.recording.recorder import RecordingSummary
from camapp.live.sources import Source


def finish(pipeline: LivePipeline) -> RecordingSummary | None:
    """Ends a recording, if any, and the pipeline."""
    summary = pipeline.stop_recording()
    pipeline.stop()
    return summary


def begin(pipeline: LivePipeline, path: Path, options: RecordingOptions) -> Path:
    """Starts a recording; a file that has ended plays again for it."""
    _make_folder(path.parent)
    pipeline.stop_recording()  # one that failed a moment ago, as on a full disk, is still to be closed
    pipeline.start_recording(path, options)
    if pipeline.at_end:  # else it would wait for pictures that do not come
        pipeline.resume()
    return path


def end_recording(pipeline: LivePipeline) -> RecordingSummary | None:
    """Finishes a recording to which no more pictures come; not one for which the file has begun again meanwhile."""
    return pipeline.stop_recording() if pipeline.wait(0) else None


def snap(pipeline: LivePipeline, path: Path) -> Path:
    """Saves the picture in view."""
    _make_folder(path.parent)
    return pipeline.snapshot(path)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RecordingError("folder_unwritable", path=folder, reason=error.strerror or str(error)) from error


def set_controls(source: Source, controls: dict[str, int]) -> None:
    """Gives a camera the values that were chosen for it; see apply_controls."""
    if isinstance(source, CameraSource) and source.camera is not None:
        apply_controls(source.camera, controls)
