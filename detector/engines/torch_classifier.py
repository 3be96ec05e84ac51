"""The classifier's engine for CUDA, and for CPUs where OpenVINO does not run: plain torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from detector.boxes import FloatArray
from detector.engines.classifier import Classifier
from detector.engines.torch_engine import cpu_has_bf16, to_numpy, why_no_cuda
from detector.errors import DeviceError
from detector.models.checkpoint import load_classifier
from detector.models.fuse import fold_batch_norms

AT_ONCE = 32  # pictures in one run: a GPU's memory has room for so many beside the detector


class TorchClassifier(Classifier):
    """The network with folded batch norms; on CUDA in half precision, on a CPU in bf16 where it is fast.

    Args:
        path: the model file.
        device: "cuda", "cpu", or "auto": CUDA where it works.

    Raises:
        ModelFileError: the file cannot be used, or is of a detector.
        DeviceError: CUDA is asked for and not to be had.
    """

    def __init__(self, path: Path, device: str = "auto", precision: str = "auto") -> None:
        """`precision`: "auto" or "fp32", exact but slower."""
        if device == "cuda" and not torch.cuda.is_available():
            raise DeviceError("device_missing", name="cuda", reason=why_no_cuda())
        network, info = load_classifier(path)
        self.on_gpu = device != "cpu" and torch.cuda.is_available()
        self._device = torch.device("cuda" if self.on_gpu else "cpu")
        fast = torch.float16 if self.on_gpu else torch.bfloat16 if cpu_has_bf16() else torch.float32
        self._dtype = torch.float32 if precision == "fp32" else fast
        kind = {torch.float16: "fp16", torch.bfloat16: "bf16", torch.float32: "fp32"}[self._dtype]
        place = torch.cuda.get_device_name(self._device) if self.on_gpu else "CPU"
        super().__init__(info, f"{place}, torch {kind}")
        order = [2, 1, 0] if info.channel_order == "rgb" and info.in_channels == 3 else list(range(info.in_channels))
        self._order = torch.tensor(order, device=self._device)
        self._mean, self._std = (
            torch.tensor(values[: info.in_channels], device=self._device).view(1, -1, 1, 1)
            for values in (info.mean, info.std)
        )
        folded = fold_batch_norms(network)
        self._network = folded.to(self._device, self._dtype, memory_format=torch.channels_last)  # type: ignore[call-overload]

    @torch.inference_mode()
    def infer(self, batch: npt.NDArray[np.uint8]) -> FloatArray:
        """See Classifier.infer."""
        logits = []
        for i in range(0, len(batch), AT_ONCE):
            pixels = torch.from_numpy(batch[i : i + AT_ONCE]).to(self._device)
            x = (pixels.permute(0, 3, 1, 2)[:, self._order].float() - self._mean) / self._std
            logits.append(to_numpy(self._network(x.to(self._dtype, memory_format=torch.channels_last))))
        return np.concatenate(logits)

    def _release(self) -> None:
        del self._network
