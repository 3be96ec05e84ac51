"""Engines: the same Detector on different devices. open_detector chooses one."""

from __future__ import annotations

from pathlib import Path

from detector.engines.base import Detector
from detector.engines.candidates import DEVICES, PRECISIONS, chain, check_device, has_nvidia_gpu, openvino_devices
from detector.engines.chosen import ChosenDetector
from detector.engines.classifier import Classifier
from detector.engines.improver import Improver
from detector.engines.openvino_classifier import OpenVinoClassifier
from detector.engines.remembered import Remembered, model_key
from detector.engines.whole_picture import WholePicture
from detector.errors import ModelFileError
from detector.modelfile import read_info
from detector.paths import DEFAULT_MODEL

__all__ = [
    "DEVICES",
    "PRECISIONS",
    "Classifier",
    "Detector",
    "WholePicture",
    "has_nvidia_gpu",
    "open_classifier",
    "open_detector",
    "open_model",
    "openvino_devices",
]


def open_detector(
    path: str | Path | None = None,
    device: str = "auto",
    size_hw: tuple[int, int] | None = None,
    precision: str = "auto",
    improves: bool = False,
) -> Detector:
    """A detector that is ready to work; opening takes a second or a few.

    It is the engine that was measured to be the fastest on this machine, if that was done. One that fails gives way to
    the next, and its boxes have to be right on the check picture; the detector's `report` says what happened.

    Args:
        path: a model file; None: the bundled model.
        device: a key of DEVICES.
        size_hw: the network's input in multiples of 32; None: chosen by each frame's aspect.
        precision: a key of PRECISIONS.
        improves: it serves with what starts the fastest, and engines are measured while it works: for live pictures.

    Raises:
        ModelFileError: the file is missing, damaged or no model.
        DeviceError: the device or the precision is unknown or not usable here.
        UsageError: size_hw is no input shape.
    """
    path = DEFAULT_MODEL if path is None else Path(path)
    first = list(chain(device, precision, gpu_first=not improves))
    memory = Remembered()
    known = memory.measured(model_key(read_info(path, "detect"), size_hw, device, precision))
    if known is not None and (known.chosen.on_cpu or not improves):
        first.insert(0, known.chosen)
    strict = known is None and (device in ("gpu", "npu", "cuda") or precision != "auto")
    detector = ChosenDetector(path, first, size_hw, memory, strict)
    detector.accompany(Improver(detector, device, precision, improves))
    return detector


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
    precision: str = "auto",
    improves: bool = False,
) -> Detector:
    """As open_detector; a model that names whole pictures is taken, too.

    Args:
        path, device, size_hw, precision, improves: as of open_detector; a classifier has a size of its own, and the
            precision that is the best for it.
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
    detector = open_detector(path, device, size_hw, precision, improves)
    if names is not None:
        try:
            detector.names = open_classifier(names, device)
            detector.names.warm_up(several=True)
        except BaseException:
            detector.close()
            raise
    return detector
