"""The engine for CPUs, Intel GPUs and NPUs: OpenVINO. Runs the int8 network of a model file without importing torch."""

from __future__ import annotations

import copy
import hashlib
import json
import logging
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt
from platformdirs import user_cache_path
from safetensors import SafetensorError
from safetensors.numpy import load, save

from detector.boxes import FloatArray
from detector.engines.base import Detector
from detector.engines.quiet_openvino import import_openvino, openvino_core
from detector.errors import DeviceError, OutputError
from detector.machine import usable_cores
from detector.modelfile import ModelInfo, hash_weights, read_info, read_openvino, read_weights, write_aside

log = logging.getLogger(__name__)
MOST_SHAPES = 6  # compiled networks kept; each holds some tens of MB
MOST_CACHED = 5  # converted networks kept on the disk
PRECISIONS = ("auto", "int8", "float", "bf16", "fp32")


class OpenVinoDetector(Detector):
    """One compiled network per input shape, made when the first frame of that shape comes.

    Args:
        path: the model file.
        size_hw: as in Detector.
        precision: "auto": the int8 network of the file if it has one, else what the CPU does best; or one of
            "int8", "float", "bf16", "fp32", all but the first converted from the weights; "float": as the CPU likes it.
        threads: for the network on a CPU; None: default_threads().
        place: OpenVINO's name of the device: "CPU", "GPU", "GPU.1", "NPU".

    Raises:
        ModelFileError: the file cannot be used.
        DeviceError: OpenVINO does not start, or there is no int8 network but "int8" is asked for.
        UsageError: size_hw is no input shape.
    """

    def __init__(
        self,
        path: Path,
        size_hw: tuple[int, int] | None = None,
        precision: str = "auto",
        threads: int | None = None,
        place: str = "CPU",
    ) -> None:
        if precision not in PRECISIONS:
            raise ValueError(f"precision must be one of {PRECISIONS}, got {precision!r}")
        super().__init__(read_info(path, "detect"), "CPU, OpenVINO", size_hw)
        self._network = OpenVinoRunner(path, self.info, precision, threads, place)
        self.device = self._network.device
        self.precision, self.weights_hash = self._network.precision, self._network.weights_hash

    def infer(self, batch: npt.NDArray[np.uint8]) -> tuple[FloatArray, FloatArray]:
        """See Detector.infer."""
        logits, ltrb = self._network.run(batch, ("logits", "ltrb"))
        return logits, ltrb

    def prepare(self, size_hw: tuple[int, int]) -> None:
        """See Detector.prepare."""
        self._network.prepare((1, *size_hw, self.info.in_channels))

    def twin(self, threads: int | None) -> OpenVinoDetector:
        """The same network with another number of threads; made of this one, so that the file is not read again.

        Raises:
            DeviceError: OpenVINO cannot.
            ValueError: the detector is closed.
        """
        other = copy.copy(self)
        Detector.__init__(other, self.info, self.device, self.size_hw)
        other.names = None  # the classifier goes with the first
        other._network = self._network.twin(threads)
        return other

    def _release(self) -> None:
        self._network.release()


class OpenVinoRunner:
    """A model file's network, compiled once for each input shape that comes.

    Attributes:
        device: for people.
        precision: "int8", "bf16", "fp32" or "fp16".
        weights_hash: of the model file's weights.

    Args:
        path, precision, threads, place: as in OpenVinoDetector.
    """

    def __init__(
        self, path: Path, info: ModelInfo, precision: str = "auto", threads: int | None = None, place: str = "CPU"
    ) -> None:
        self._place = place
        try:
            self._core = openvino_core()
            refuse_emulated(self._core, precision, place)
            self.weights_hash = hash_weights(read_weights(path))
            self._model, found = load_network(self._core, path, info, precision, self.weights_hash)
            self.precision = self._float_precision() if found == "float" else found
            self.device = f"{self._place_name()}, OpenVINO {self.precision}"
        except (RuntimeError, ImportError, OSError) as error:
            raise DeviceError("engine_failed", engine="OpenVINO", reason=first_line(error)) from error
        self._found = found
        self._options = compile_options(found, threads, place)
        self._requests: OrderedDict[tuple[int, ...], Any] = OrderedDict()
        self._looking, self._compiling = Lock(), Lock()  # the first is never held for long

    def run(self, batch: npt.NDArray[np.uint8], outputs: Sequence[str]) -> tuple[FloatArray, ...]:
        """The outputs of these names, which hold until the next call.

        Args:
            batch: uint8 (B, h, w, in_channels).
        """
        ov = import_openvino()
        batch = np.ascontiguousarray(batch)  # shared, not copied: it has to live until the network is through
        request = self._request(batch.shape)
        request.set_input_tensor(ov.Tensor(batch, shared_memory=True))
        request.infer()
        return tuple(request.get_tensor(name).data for name in outputs)

    def prepare(self, shape: tuple[int, ...]) -> None:
        """Compiles the network for batches of this shape; run goes on meanwhile with those that are compiled.

        Raises:
            DeviceError: OpenVINO cannot.
            ValueError: it was released.
        """
        self._request(shape)

    def twin(self, threads: int | None) -> OpenVinoRunner:
        """See OpenVinoDetector.twin."""
        other = copy.copy(self)
        with self._compiling:  # which gives the model another shape
            if self._model is None:
                raise ValueError("this network is released")
            other._model = self._model.clone()
        other._options = compile_options(self._found, threads, self._place)
        other._requests = OrderedDict()
        other._looking, other._compiling = Lock(), Lock()
        return other

    def release(self) -> None:
        """Gives the memory back; that takes 20 ms of Python's lock for each shape."""
        with self._looking:
            self._requests.clear()
            self._model = None

    def _request(self, shape: tuple[int, ...]) -> Any:
        request = self._compiled(shape)
        if request is not None:
            return request
        with self._compiling:
            request = self._compiled(shape)  # by another thread, meanwhile
            if request is None:
                request = self._compile(shape)
        return request

    def _compiled(self, shape: tuple[int, ...]) -> Any:
        with self._looking:
            if shape in self._requests:
                self._requests.move_to_end(shape)
            return self._requests.get(shape)

    def _compile(self, shape: tuple[int, ...]) -> Any:
        model = self._model
        if model is None:
            raise ValueError("this network is released")
        try:
            model.reshape(list(shape))
            request = self._core.compile_model(model, self._place, self._options).create_infer_request()
        except RuntimeError as error:
            raise DeviceError("engine_failed", engine="OpenVINO", reason=first_line(error)) from error
        with self._looking:
            if self._model is not None:
                if len(self._requests) == MOST_SHAPES:
                    self._requests.popitem(last=False)
                self._requests[shape] = request
        return request

    def _place_name(self) -> str:
        """A CPU needs no name, there is only one."""
        return "CPU" if self._place == "CPU" else str(self._core.get_property(self._place, "FULL_DEVICE_NAME"))

    def _float_precision(self) -> str:
        chosen = self._core.get_property(self._place, "INFERENCE_PRECISION_HINT").get_type_name()
        return {"f32": "fp32", "f16": "fp16"}.get(chosen, chosen)


def refuse_emulated(core: Any, precision: str, place: str) -> None:
    """OpenVINO takes bf16 on any processor, and computes in fp32, or slower, where it has none.

    Raises:
        DeviceError: that is so here.
    """
    if precision == "bf16" and place == "CPU" and "BF16" not in core.get_property(place, "OPTIMIZATION_CAPABILITIES"):
        raise DeviceError("bf16_missing")


def default_threads() -> int | None:
    """On up to four cores all but one, which capture, drawing and recording need; above, None: OpenVINO's choice.

    Two network threads on two busy cores are slower than one: each waits for the other at every layer.
    """
    cores = usable_cores()
    return max(1, cores - 1) if cores <= 4 else None


def compile_options(precision: str, threads: int | None, place: str = "CPU") -> dict[str, Any]:
    """For a lone picture at the shortest delay. "float" and "int8" leave the type of the float parts to the device."""
    options: dict[str, Any] = {"PERFORMANCE_HINT": "LATENCY"}
    if place == "CPU":
        # Not pinned: the app's other threads would be shut out of the cores that the network has taken.
        options["ENABLE_CPU_PINNING"] = False
        threads = threads or default_threads()
        if threads is not None:
            options["INFERENCE_NUM_THREADS"] = threads
    else:  # its compiler takes seconds
        options["CACHE_DIR"] = str(user_cache_path("camapp") / "openvino" / "compiled")
    if precision in ("fp32", "bf16"):
        options["INFERENCE_PRECISION_HINT"] = {"fp32": "f32", "bf16": "bf16"}[precision]
    return options


def load_network(core: Any, path: Path, info: ModelInfo, precision: str, weights_hash: str) -> tuple[Any, str]:
    """The network of a model file as an openvino.Model, and its precision: that of the file's network, or as asked.

    Of "auto" there is "float" left where the file has no network.

    Raises:
        DeviceError: "int8" asked for, but there is none that belongs to the weights.
    """
    exported = read_openvino(path)
    if exported is not None and precision in ("auto", exported.precision):
        if exported.weights_hash == weights_hash:
            try:
                return read_bytes(core, exported.xml, exported.bin), exported.precision
            except RuntimeError as error:  # made by a newer OpenVINO
                log.warning("The int8 network in '%s' cannot be read by this OpenVINO: %s", path, first_line(error))
        else:
            log.warning("The int8 network in '%s' belongs to other weights and is not used.", path)
    if precision == "int8":
        raise DeviceError("int8_missing", path=path)
    return converted(core, path, info, weights_hash), "float" if precision == "auto" else precision


def read_bytes(core: Any, xml: bytes, weights: bytes) -> Any:
    """An openvino.Model of its .xml and .bin."""
    # Weights as plain bytes would be copied under Python's lock, 5 ms in which a window could not answer.
    return core.read_model(xml.decode(), import_openvino().Tensor(np.frombuffer(weights, np.uint8)))


def converted(core: Any, path: Path, info: ModelInfo, weights_hash: str) -> Any:
    """The weights as an openvino.Model: from the user's cache, or through torch and into the cache."""
    cached = cache_file(info, weights_hash)
    try:
        parts = load(cached.read_bytes())
        return read_bytes(core, parts["xml"].tobytes(), parts["bin"].tobytes())
    except FileNotFoundError:
        pass
    except (OSError, SafetensorError, KeyError, RuntimeError):
        log.warning("The cached network '%s' is damaged and is made again.", cached)
    from detector.engines.convert import to_bytes, to_openvino
    from detector.models import checkpoint

    model = to_openvino(checkpoint.load_network(path)[0], info)
    xml, weights = to_bytes(model)
    try:
        write_aside(cached, save({"xml": np.frombuffer(xml, np.uint8), "bin": np.frombuffer(weights, np.uint8)}))
        forget_oldest(cached.parent)
    except OutputError as error:
        log.info("%s The network is converted again at the next start.", error.what)
    return model


def is_converted(info: ModelInfo, weights_hash: str) -> bool:
    """Whether the weights need no torch any more."""
    return cache_file(info, weights_hash).is_file()


def cache_file(info: ModelInfo, weights_hash: str) -> Path:
    """Where the conversion of these weights is kept: another OpenVINO or another normalisation is another file."""
    normalisation = (info.backbone, info.neck_width, info.mean, info.std, info.channel_order, info.in_channels)
    key = json.dumps([weights_hash, import_openvino().__version__, normalisation])
    name = hashlib.sha256(key.encode()).hexdigest()[:32]
    return user_cache_path("camapp") / "openvino" / f"{name}.safetensors"


def forget_oldest(folder: Path) -> None:
    """Keeps the MOST_CACHED newest files: a training run leaves many models behind."""
    by_age = sorted(folder.glob("*.safetensors"), key=lambda file: file.stat().st_mtime, reverse=True)
    for file in by_age[MOST_CACHED:]:
        file.unlink(missing_ok=True)


def first_line(error: Exception) -> str:
    """What a library says in its last line that says something, without its file names and stack."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1].rstrip(".") if lines else type(error).__name__
