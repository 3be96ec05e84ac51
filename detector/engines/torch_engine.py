"""The engine for CUDA, and for CPUs where OpenVINO does not run: plain torch."""

from __future__ import annotations

import copy
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from detector.boxes import FloatArray
from detector.engines.base import Detector
from detector.engines.cuda_lane import CudaLane, give_memory_back
from detector.engines.device_path import DevicePath
from detector.engines.faults import is_memory, reason_of
from detector.engines.postprocess import suppress, to_detections
from detector.engines.preprocess import check_shape
from detector.errors import DeviceError
from detector.modelfile import ModelInfo
from detector.models.checkpoint import load_model
from detector.models.fuse import fold_batch_norms
from detector.models.network import DetectorNetwork
from detector.types import Detections, Frame

log = logging.getLogger(__name__)
PRECISIONS = ("auto", "bf16", "fp32")


class TorchDetector(Detector):
    """The network with folded batch norms; on CUDA in half precision, on a CPU in bf16 where it is fast.

    Args:
        network: as it comes from load_model; it is copied.
        info: its description.
        device: "cuda", "mps", "cpu", or "auto": CUDA where it works, else MPS.
        size_hw: as in Detector.
        precision: "auto", "bf16" or "fp32", exact but slower.
        stays: a GPU whose memory is full is not left for the CPU; torch.OutOfMemoryError says it to the caller.
        graphs: on CUDA, what comes again runs as a graph; else operation by operation, to compare.

    Raises:
        DeviceError: CUDA is asked for and not to be had, or int8.
        UsageError: size_hw is no input shape.
    """

    most_frames = 8  # a batch of this many uses a GPU well; more only adds delay

    def __init__(
        self,
        network: DetectorNetwork,
        info: ModelInfo,
        device: str = "auto",
        size_hw: tuple[int, int] | None = None,
        precision: str = "auto",
        stays: bool = False,
        graphs: bool = True,
    ) -> None:
        if precision not in PRECISIONS:
            raise DeviceError("precision_missing", engine="torch", precision=precision, known=", ".join(PRECISIONS))
        if device == "cuda" and not torch.cuda.is_available():
            raise DeviceError("device_missing", name="cuda", reason=why_no_cuda())
        super().__init__(info, "torch", size_hw)
        folded = fold_batch_norms(copy.deepcopy(network).eval())
        self._network = folded.to(memory_format=torch.channels_last)
        self._precision, self._stays, self._graphs = precision, stays, graphs
        self._path: DevicePath | None = None  # on CUDA: letterbox and decoding there, too
        order = [2, 1, 0] if info.channel_order == "rgb" and info.in_channels == 3 else list(range(info.in_channels))
        self._order = torch.tensor(order)
        self._mean = torch.tensor(info.mean[: info.in_channels]).view(1, -1, 1, 1)
        self._std = torch.tensor(info.std[: info.in_channels]).view(1, -1, 1, 1)
        try:
            self._move_to(best_device() if device == "auto" else torch.device(device))
        except torch.OutOfMemoryError:
            if stays:
                raise
            self._leave_gpu()

    @classmethod
    def from_file(
        cls,
        path: Path,
        device: str = "auto",
        size_hw: tuple[int, int] | None = None,
        precision: str = "auto",
        stays: bool = False,
        graphs: bool = True,
    ) -> TorchDetector:
        """The network of a model file.

        Raises:
            ModelFileError: the file cannot be used; and what the constructor raises.
        """
        network, info = load_model(path)
        return cls(network, info, device, size_hw, precision, stays, graphs)

    @property
    def on_gpu(self) -> bool:
        """Whether it runs on a GPU now; it leaves one whose memory is full."""
        return self._device.type == "cuda"

    @property
    def in_graphs(self) -> bool:
        """Whether what came again runs as CUDA graphs."""
        return self._path is not None and self._path.in_graphs

    def prepare(self, size_hw: tuple[int, int]) -> None:
        """See Detector.prepare; on CUDA frames wait while it captures a graph."""
        path = self._path
        if path is None:
            return
        try:
            path.prepare(check_shape(size_hw))
        except RuntimeError as error:  # what is wrong is said at the first frame
            log.info("%s: %s", size_hw, error)
        except ValueError:  # not for a path that was left meanwhile
            if self._closed:
                raise

    def _detect_chunk(
        self, frames: Sequence[Frame], shape_hw: tuple[int, int], score: float, iou: float
    ) -> list[Detections]:
        if self._path is not None:
            try:
                found = self._path.find(frames, shape_hw, score)
            except RuntimeError as error:  # torch.OutOfMemoryError is one
                if not is_memory(error):
                    self._leave_path(error)
                elif self._stays:
                    raise
                else:
                    self._leave_gpu()
            else:
                return [
                    to_detections(suppress(candidates, iou), place, frame.index, self.class_names)
                    for frame, (candidates, place) in zip(frames, found, strict=True)
                ]
        return super()._detect_chunk(frames, shape_hw, score, iou)

    def infer(self, batch: npt.NDArray[np.uint8]) -> tuple[FloatArray, FloatArray]:
        """See Detector.infer."""
        try:
            return self._run(batch)
        except torch.OutOfMemoryError:
            if self._stays:
                raise
            self._leave_gpu()
            return self._run(batch)

    @torch.inference_mode()
    def _run(self, batch: npt.NDArray[np.uint8]) -> tuple[FloatArray, FloatArray]:
        logits, ltrb = self.forward(torch.from_numpy(batch).to(self._device))
        return to_numpy(logits), to_numpy(ltrb)

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """uint8 (B, h, w, in_channels) -> logits and ltrb, all on the device."""
        x = pixels.permute(0, 3, 1, 2)[:, self._order]
        x = ((x.float() - self._mean) / self._std).to(self._dtype, memory_format=torch.channels_last)
        return self._network(x)

    def _move_to(self, device: torch.device) -> None:
        # Never fp16 on a CPU: a hundred times slower. No autocast: it would convert the weights anew at each call.
        fast = {"cuda": torch.float16, "cpu": torch.bfloat16 if cpu_has_bf16() else torch.float32}
        asked = {"bf16": torch.bfloat16, "fp32": torch.float32}
        self._dtype = asked.get(self._precision) or fast.get(device.type, torch.float32)
        self._network = self._network.to(device, self._dtype)
        self._order, self._mean, self._std = (t.to(device) for t in (self._order, self._mean, self._std))
        self._device = device
        kind = {torch.float16: "fp16", torch.bfloat16: "bf16", torch.float32: "fp32"}[self._dtype]
        place = torch.cuda.get_device_name(device) if device.type == "cuda" else device.type.upper()
        self.device = f"{place}, torch {kind}"
        if device.type == "cuda":
            self._path = DevicePath(self.forward, self.info.in_channels, device, CudaLane(device), self._graphs)

    def _leave_gpu(self) -> None:
        """Goes on with the CPU when the GPU's memory is full, and says so."""
        self._close_path()
        self._move_to(torch.device("cpu"))
        give_memory_back()
        self.device += " (the GPU's memory is full)"
        log.warning("The GPU's memory is full: the detector goes on with the CPU, which is slower.")

    def _leave_path(self, error: RuntimeError) -> None:
        """The network stays on the GPU, the CPU does the rest; where the GPU itself is broken, that fails at once."""
        log.warning("The GPU does not take pictures (%s): the CPU makes them ready, which is slower.", reason_of(error))
        self._close_path()

    def _close_path(self) -> None:
        path, self._path = self._path, None
        if path is not None:
            path.close()

    def _release(self) -> None:
        on_gpu = self.on_gpu
        self._close_path()
        del self._network
        if on_gpu:
            give_memory_back()


def best_device() -> torch.device:
    """CUDA where it works, else Apple's MPS, else the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def to_numpy(tensor: Tensor) -> FloatArray:
    """float32 on the host."""
    return tensor.float().cpu().numpy()


def cpu_has_bf16() -> bool:
    """Whether this CPU multiplies bf16 by itself; emulated it is slower than fp32."""
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())


def why_no_cuda() -> str:
    """In a few words."""
    if torch.version.cuda is None:
        return "this torch was installed without CUDA"
    return "no NVIDIA GPU with a working driver was found"
