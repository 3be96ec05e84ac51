"""Engines: the same Detector on different devices. open_detector chooses one."""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from pathlib import Path

from detector.engines.base import Detector
from detector.engines.openvino_engine import OpenVinoDetector
from detector.errors import DeviceError
from detector.paths import DEFAULT_MODEL

__all__ = ["DEVICES", "Detector", "open_detector"]

# name -> what it means, for help texts
DEVICES = {
    "auto": "the fastest that works",
    "cpu": "the CPU, by OpenVINO",
    "openvino": "the same as cpu",
    "torch": "plain torch, on a GPU if there is one",
    "cuda": "an NVIDIA GPU",
}


def open_detector(
    path: str | Path | None = None, device: str = "auto", size_hw: tuple[int, int] | None = None
) -> Detector:
    """A detector that is ready to work; opening takes a second or a few.

    Args:
        path: a model file; None: the bundled model.
        device: a key of DEVICES.
        size_hw: the network's input in multiples of 32; None: chosen by each frame's aspect.

    Raises:
        ModelFileError: the file is missing, damaged or no model.
        DeviceError: the device is unknown or not usable here.
        UsageError: size_hw is no input shape.
    """
    path = DEFAULT_MODEL if path is None else Path(path)
    if device not in DEVICES:
        raise DeviceError("device_unknown", name=device, known=", ".join(DEVICES))
    if device in ("torch", "cuda") or (device == "auto" and has_nvidia_gpu()):
        from detector.engines.torch_engine import TorchDetector  # here: torch takes seconds to import

        detector = TorchDetector.from_file(path, "cuda" if device == "cuda" else "auto", size_hw)
        if device != "auto" or detector.on_gpu:
            return detector
        detector.close()  # there is a GPU, but this torch can't use it: OpenVINO is the faster one on a CPU
    return OpenVinoDetector(path, size_hw)


@cache
def has_nvidia_gpu() -> bool:
    """Whether the NVIDIA driver sees a GPU; asks the driver itself, since importing torch takes seconds."""
    try:
        driver = ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return False
    count = ctypes.c_int(0)
    return driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(count)) == 0 and count.value > 0
