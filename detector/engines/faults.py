"""What goes wrong in an engine, whatever library computes."""

from __future__ import annotations

from detector.engines.candidate import Candidate
from detector.engines.openvino_engine import first_line
from detector.errors import DeviceError

RUNNING_FAULTS = (DeviceError, RuntimeError, MemoryError)  # OpenVINO's and torch's own are RuntimeErrors
OPENING_FAULTS = (*RUNNING_FAULTS, ImportError)


def as_device_error(candidate: Candidate, error: Exception) -> DeviceError:
    """Whatever went wrong, as something to show."""
    if isinstance(error, DeviceError):
        return error
    return DeviceError("engine_failed", engine=candidate.name, reason=reason_of(error))


def reason_of(error: Exception) -> str:
    """In one line; CUDA says what happened first, and how to look for it after that."""
    first = str(error).strip().partition("\n")[0].strip()
    return first.rstrip(".") if first.startswith("CUDA") else first_line(error)


def is_memory(error: Exception) -> bool:
    """Whether a device's memory is full; each library says it in its own way."""
    text = f"{type(error).__name__} {error}".lower()
    signs = ("outofmemory", "out of memory", "out_of_resources", "not enough memory", "status_alloc_failed")
    return any(sign in text for sign in signs)
