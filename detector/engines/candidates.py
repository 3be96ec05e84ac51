"""What could run a network here: engines by device, precision and threads, in the order in which they are tried."""

from __future__ import annotations

import ctypes
import platform
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

from detector.engines.base import Detector
from detector.engines.candidate import Candidate
from detector.engines.openvino_engine import OpenVinoDetector, default_threads
from detector.engines.quiet_openvino import openvino_core
from detector.errors import DeviceError
from detector.machine import usable_cores

# name -> what it means, for help texts
DEVICES = {
    "auto": "the fastest that works",
    "cpu": "the CPU, by OpenVINO",
    "openvino": "the same as cpu",
    "gpu": "an Intel GPU, by OpenVINO",
    "npu": "an Intel NPU, by OpenVINO",
    "torch": "plain torch, on a GPU if there is one",
    "cuda": "an NVIDIA GPU",
}
PRECISIONS = {
    "auto": "the best of the device: int8 on a CPU if the model file has it",
    "int8": "whole numbers of 8 bits; not on an NVIDIA GPU",
    "bf16": "floats of 16 bits",
    "fp32": "exact floats of 32 bits, slow",
}


def open_candidate(candidate: Candidate, path: Path) -> Detector:
    """It with this model.

    Raises:
        ModelFileError: the file cannot be used.
        DeviceError: the engine does not start, or has no such precision.
        RuntimeError: of torch, when a GPU's memory is full.
    """
    if candidate.library == "openvino":
        if not candidate.on_cpu and candidate.place not in openvino_devices():
            reason = "OpenVINO finds no such device"
            raise DeviceError("device_missing", name=candidate.place.lower(), reason=reason)
        return OpenVinoDetector(path, None, candidate.precision, candidate.threads, candidate.place)
    from detector.engines.torch_engine import TorchDetector  # here: torch takes seconds to import

    return TorchDetector.from_file(path, candidate.place, None, candidate.precision, stays=True)


def settled(candidate: Candidate, detector: Detector) -> Candidate:
    """What a candidate turned out to be: "auto" and "float" leave the precision to OpenVINO."""
    precision = getattr(detector, "precision", None)
    return candidate if precision is None else replace(candidate, precision=precision)


def full_name(candidate: Candidate, detector: Detector) -> str:
    """As a detector's `device`, with the number of threads."""
    if candidate.threads is None:
        return detector.device
    return f"{detector.device}, {candidate.threads} {'thread' if candidate.threads == 1 else 'threads'}"


def chain(device: str, precision: str = "auto", gpu_first: bool = True) -> tuple[Candidate, ...]:
    """What is tried in turn until one works, best first.

    Args:
        device: a key of DEVICES.
        precision: a key of PRECISIONS.
        gpu_first: with "auto", an NVIDIA GPU is taken before the CPU although it takes seconds to start.

    Raises:
        DeviceError: one of them is unknown.
    """
    check_device(device)
    check_precision(precision)
    cpu = Candidate("openvino", "CPU", precision, default_threads())
    plain = Candidate("openvino", "CPU", "float", default_threads())  # where the int8 network fails, not the library
    last = Candidate("torch", "cpu", "fp32" if precision == "fp32" else "auto")
    nvidia = Candidate("torch", "cuda", precision)
    on_cpu = (cpu, plain, last) if precision in ("auto", "int8") else (cpu, last)
    if device in ("gpu", "npu"):
        return Candidate("openvino", device.upper(), precision), *on_cpu
    if device == "cuda":
        return nvidia, *on_cpu
    if device == "torch":
        return (nvidia, last) if has_nvidia_gpu() else (Candidate("torch", "auto", precision),)
    if device == "auto" and gpu_first and precision != "int8" and has_nvidia_gpu():
        return nvidia, *on_cpu
    return on_cpu


def worth_measuring(device: str, precision: str, int8: bool, converted: bool) -> tuple[Candidate, ...]:
    """What could be the fastest here. Looks at the machine: not for the thread that starts the program.

    Args:
        device, precision: as of chain.
        int8: the model file holds a network of that precision.
        converted: torch is no more needed for the float networks of a file that has one of int8.
    """
    found: list[Candidate] = []
    if device in ("auto", "cpu", "openvino"):
        found += cpu_candidates(precision, int8, converted)
    if device in ("auto", "gpu", "npu"):
        places = [place for place in openvino_devices() if device == "auto" or place.startswith(device.upper())]
        found += [Candidate("openvino", place, precision) for place in places]
    if device in ("auto", "cuda", "torch") and precision != "int8" and has_nvidia_gpu():
        found.append(Candidate("torch", "cuda", precision))
    return tuple(found)


def cpu_candidates(precision: str, int8: bool, converted: bool) -> list[Candidate]:
    """What to compare on the CPU; see worth_measuring."""
    if precision != "auto":
        return [Candidate("openvino", "CPU", precision, threads) for threads in thread_counts()]
    able = openvino_core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    floats = [name for name in ("bf16", "fp32") if name.upper() in able]
    if not int8:
        return [Candidate("openvino", "CPU", kind, threads) for kind in floats for threads in thread_counts()]
    found = [Candidate("openvino", "CPU", "int8", threads) for threads in thread_counts()]
    # On x86 int8 is the fastest with near certainty, not worth a conversion by torch; ARM's covers only some layers.
    if converted or platform.machine().lower() not in ("x86_64", "amd64"):
        found += [Candidate("openvino", "CPU", kind, default_threads()) for kind in floats]
    return found


def thread_counts() -> list[int | None]:
    """Numbers of threads to compare; None: as many as OpenVINO likes, all cores."""
    cores = usable_cores()
    if cores <= 4:
        return list(range(1, cores + 1))
    return [2, 4, *([cores // 2] if cores > 8 else []), None]


@cache
def openvino_devices() -> tuple[str, ...]:
    """Intel GPUs and NPUs that OpenVINO can use."""
    return tuple(name for name in openvino_core().available_devices if name.startswith(("GPU", "NPU")))


def check_device(device: str) -> None:
    """Refuses what is no key of DEVICES.

    Raises:
        DeviceError: names those that there are.
    """
    if device not in DEVICES:
        raise DeviceError("device_unknown", name=device, known=", ".join(DEVICES))


def check_precision(precision: str) -> None:
    """Refuses what is no key of PRECISIONS.

    Raises:
        DeviceError: names those that there are.
    """
    if precision not in PRECISIONS:
        raise DeviceError("precision_unknown", name=precision, known=", ".join(PRECISIONS))


@cache
def has_nvidia_gpu() -> bool:
    """Whether the NVIDIA driver sees a GPU and torch could use it; asks the driver, importing torch takes seconds."""
    try:
        driver = ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return False
    count = ctypes.c_int(0)
    return driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(count)) == 0 and count.value > 0
