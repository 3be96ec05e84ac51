"""Engines: the same Detector on different devices. open_detector chooses one."""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from pathlib import Path

from detector.engines.base import Detector
from detector.engines.classifier import Classifier, OpenVinoClassifier
from detector.engines.openvino_engine import OpenVinoDetector
from detector.engines.whole_picture import WholePicture
from detector.errors import DeviceError, ModelFileError
from detector.modelfile import read_info
from detector.paths import DEFAULT_MODEL

__all__ = ["DEVICES", "Classifier", "Detector", "WholePicture", "open_classifier", "open_detector", "open_model"]

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
    check_device(device)
    if device in ("torch", "cuda") or (device == "auto" and has_nvidia_gpu()):
        from detector.engines.torch_engine import TorchDetector  # here: torch takes seconds to import

        detector = TorchDetector.from_file(path, "cuda" if device == "cuda" else "auto", size_hw)
        if device != "auto" or detector.on_gpu:
            return detector
        detector.close()  # there is a GPU, but this torch can't use it: OpenVINO is the faster one on a CPU
    return OpenVinoDetector(path, size_hw)


def open_classifier(path: str | Path, device: str = "auto") -> Classifier:
    """What names pictures, or parts of them, ready to work.

    Args:
        path: a model file that detector.train --task classify made.
        device: a key of DEVICES.

    Raises:
        ModelFileError: the file is missing, damaged or of a detector.
        DeviceError: the device is unknown or not usable here.
    """
    path = Path(path)
    check_device(device)
    if device in ("torch", "cuda") or (device == "auto" and has_nvidia_gpu()):
        from detector.engines.torch_classifier import TorchClassifier  # here: torch takes seconds to import

        classifier = TorchClassifier(path, "cuda" if device == "cuda" else "auto")
        if device != "auto" or classifier.on_gpu:
            return classifier
        classifier.close()
    return OpenVinoClassifier(path)


def open_model(
    path: str | Path | None = None,
    device: str = "auto",
    size_hw: tuple[int, int] | None = None,
    names: str | Path | None = None,
) -> Detector:
    """As open_detector; a model that names whole pictures is taken, too.

    Args:
        path, device, size_hw: as of open_detector; a classifier has a size of its own.
        names: a classifier that gives each box a finer name; it becomes the detector's `names`.

    Raises:
        ModelFileError, DeviceError, UsageError: as open_detector; and a detector is given for `names`.
    """
    if path is not None and read_info(Path(path)).task == "classify":
        if names is not None:
            raise ModelFileError("model_finds_no_boxes", path=path)
        classifier = open_classifier(path, device)
        classifier.warm_up(several=False)
        return WholePicture(classifier)
    detector = open_detector(path, device, size_hw)
    if names is not None:
        try:
            detector.names = open_classifier(names, device)
            detector.names.warm_up(several=True)
        except BaseException:
            detector.close()
            raise
    return detector


def check_device(device: str) -> None:
    """Refuses what is no key of DEVICES.

    Raises:
        DeviceError: names those that there are.
    """
    if device not in DEVICES:
        raise DeviceError("device_unknown", name=device, known=", ".join(DEVICES))


@cache
def has_nvidia_gpu() -> bool:
    """Whether the NVIDIA driver sees a GPU; asks the driver itself, since importing torch takes seconds."""
    try:
        driver = ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return False
    count = ctypes.c_int(0)
    return driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(count)) == 0 and count.value > 0
