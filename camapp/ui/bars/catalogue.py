"""What there is to choose from: model files and devices. Slow to find out, so it is asked on a job's thread."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from camapp.errors import CamappError
from detector.errors import UserFacingError
from detector.modelfile import ModelInfo, exported_precision, read_info
from detector.paths import DEFAULT_MODEL, MODELS

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ModelEntry:
    """A model file that can be chosen.

    Attributes:
        path: the file; empty for the bundled default.
        name: for a person.
        info: what the file says of itself; None if it cannot be used.
        trouble: why it cannot.
    """

    path: str
    name: str
    info: ModelInfo | None
    trouble: UserFacingError | None = None


@dataclass(frozen=True)
class Machine:
    """What could compute here.

    Attributes:
        cpu: its name.
        has_nvidia: the NVIDIA driver sees a GPU.
        has_gpu, has_npu: OpenVINO sees one of Intel's.
        cpu_bf16: the processor computes with floats of 16 bits; None: nobody knows.
    """

    cpu: str
    has_nvidia: bool
    has_gpu: bool = False
    has_npu: bool = False
    cpu_bf16: bool | None = None


def find_models(opened: tuple[str, ...] = ()) -> list[ModelEntry]:
    """The models that came with the program, then those that the person opened and that are still there."""
    bundled = sorted(MODELS.glob("*.safetensors"), key=lambda path: (path != DEFAULT_MODEL, path.name))
    own = [Path(path) for path in opened]
    entries = [_entry(path) for path in bundled]
    return entries + [_entry(path) for path in own if path not in bundled and path.is_file()]


def find_machine() -> Machine:
    """The processor and what else computes."""
    from detector.engines import has_nvidia_gpu, openvino_devices  # here: the engines take a while to import
    from detector.engines.quiet_openvino import openvino_core
    from detector.machine import cpu_name

    cpu_bf16 = None
    try:
        cpu_bf16 = "BF16" in openvino_core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        places = openvino_devices()
    except (RuntimeError, ImportError, OSError) as error:  # without OpenVINO there is torch
        log.info("OpenVINO says no devices: %s", error)
        places = ()
    has_gpu, has_npu = (any(place.startswith(kind) for place in places) for kind in ("GPU", "NPU"))
    return Machine(cpu_name(), has_nvidia_gpu(), has_gpu, has_npu, cpu_bf16)


def has_int8(path: str) -> bool:
    """Whether the model file brings a network of whole numbers; `path` empty: the bundled one."""
    try:
        return exported_precision(Path(path) if path else DEFAULT_MODEL) == "int8"
    except (UserFacingError, OSError):
        return False  # whoever loads it says why


def automatic_size(info: ModelInfo, size_wh: tuple[int, int]) -> tuple[int, int]:
    """Height and width at which the network sees a picture of this size by itself."""
    from detector.engines.preprocess import choose_shape

    return choose_shape(size_wh, info.sizes_hw)


def _entry(path: Path) -> ModelEntry:
    spec = "" if path == DEFAULT_MODEL else str(path)
    try:
        return ModelEntry(spec, path.stem, read_info(path))
    except UserFacingError as error:
        return ModelEntry(spec, path.stem, None, error)
    except OSError as error:
        return ModelEntry(spec, path.stem, None, CamappError("internal", reason=error.strerror or str(error)))
