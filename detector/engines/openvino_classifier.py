"""Classifiers on CPUs, Intel GPUs and NPUs, by OpenVINO."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from detector.boxes import FloatArray
from detector.engines.classifier import AT_ONCE, Classifier, Picture
from detector.engines.openvino_engine import OpenVinoRunner
from detector.modelfile import read_info


class OpenVinoClassifier(Classifier):
    """Without torch once the network was converted, which is kept for the next start.

    Raises:
        ModelFileError: the file cannot be used, or is of a detector.
        DeviceError: OpenVINO does not start.
    """

    def __init__(self, path: Path, precision: str = "auto", threads: int | None = None) -> None:
        """`precision` and `threads` as of an OpenVinoDetector."""
        info = read_info(path, "classify")
        self._network = OpenVinoRunner(path, info, precision, threads)
        super().__init__(info, self._network.device)

    def infer(self, batch: Picture) -> FloatArray:
        """See Classifier.infer."""
        whole = len(batch) // AT_ONCE * AT_ONCE
        parts = [batch[i : i + AT_ONCE] for i in range(0, whole, AT_ONCE)]
        parts += [batch[i : i + 1] for i in range(whole, len(batch))]
        return np.concatenate([self._network.run(part, ("logits",))[0].copy() for part in parts])

    def _release(self) -> None:
        self._network.release()
