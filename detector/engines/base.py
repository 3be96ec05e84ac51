"""What every engine is: frames in, Detections out. An engine only adds how its network runs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt

from detector.boxes import FloatArray
from detector.engines.postprocess import decode, suppress, to_detections
from detector.engines.preprocess import check_shape, choose_shape, letterbox
from detector.errors import ModelFileError
from detector.modelfile import ModelInfo
from detector.types import Detections, Frame

if TYPE_CHECKING:
    from detector.engines.classifier import Classifier
    from detector.engines.report import EngineReport


class Detector(ABC):
    """One model on one device; open_detector makes it.

    Calls from several threads wait for each other.

    Attributes:
        info: what the model file says.
        class_names: English names, in the order of Detections.class_ids.
        device: for people, as "CPU, OpenVINO int8".
        size_hw: the input shape for all frames; None: chosen by each frame's aspect.
        of_whole_picture: whether it gives classes of the picture instead of boxes.
        names: what gives each box a finer name, for whoever shows them; detect does not. Closed with the detector.
        report: why this device, where it was chosen or changes; None: it is what was asked for.
        on_change: called on any thread when `report`, and `device` with it, is another.
    """

    of_whole_picture = False
    names: Classifier | None = None
    report: EngineReport | None = None
    most_frames = 1  # that the network takes at once

    def __init__(self, info: ModelInfo, device: str, size_hw: tuple[int, int] | None) -> None:
        """See the class.

        Raises:
            ModelFileError: the model takes other pictures than Frame holds.
        """
        if info.in_channels not in (1, 3):
            raise ModelFileError("model_channels", channels=info.in_channels)
        self.info = info
        self.class_names = info.class_names
        self.device = device
        self.on_change: Callable[[], object] = nothing
        self.size_hw = None if size_hw is None else check_shape(size_hw)
        self._one_at_a_time = Lock()
        self._closed = False

    def detect(
        self,
        frames: Sequence[Frame],
        score: float = 0.05,
        iou: float = 0.6,
        size_hw: tuple[int, int] | None = None,
    ) -> list[Detections]:
        """The objects of each frame, in the order of the frames.

        Args:
            frames: of any and of different sizes.
            score: lowest score to report, in 0..1.
            iou: boxes of one class that overlap more count as one, in 0..1.
            size_hw: the input shape for these frames; None: shape_for.

        Raises:
            ValueError: the detector is closed.
        """
        by_shape: dict[tuple[int, int], list[int]] = {}
        for position, frame in enumerate(frames):
            by_shape.setdefault(size_hw or self.shape_for(frame.size_wh), []).append(position)
        results: dict[int, Detections] = {}
        with self._one_at_a_time:
            if self._closed:
                raise ValueError("this detector is closed")
            for shape_hw, positions in by_shape.items():
                for start in range(0, len(positions), self.most_frames):
                    chunk = positions[start : start + self.most_frames]
                    found = self._detect_chunk([frames[i] for i in chunk], shape_hw, score, iou)
                    results.update(zip(chunk, found, strict=True))
        return [results[i] for i in range(len(frames))]

    def shape_for(self, size_wh: tuple[int, int]) -> tuple[int, int]:
        """Height and width at which the network sees a picture of this size."""
        return self.size_hw or choose_shape(size_wh, self.info.sizes_hw)

    def prepare(self, size_hw: tuple[int, int]) -> None:  # noqa: B027 -- an engine may have nothing to make
        """Makes what the first frame of this input shape would have to wait for; detect goes on meanwhile.

        Raises:
            DeviceError: the engine cannot.
            ValueError: the detector is closed.
        """

    def measure_again(self) -> None:  # noqa: B027 -- an engine that was asked for is not compared
        """Forgets which engine was the fastest here, and finds it anew while frames come."""

    def close(self) -> None:
        """Gives memory and threads back; detect can't be called after it."""
        with self._one_at_a_time:
            if not self._closed:
                self._closed = True
                self._release()
                if self.names is not None:
                    self.names.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _detect_chunk(
        self, frames: Sequence[Frame], shape_hw: tuple[int, int], score: float, iou: float
    ) -> list[Detections]:
        boxed = [letterbox(frame.image, shape_hw, self.info.in_channels) for frame in frames]
        logits, ltrb = self.infer(np.stack([image for image, _ in boxed]) if len(boxed) > 1 else boxed[0][0][None])
        return [
            to_detections(
                suppress(decode(logits[i], ltrb[i], shape_hw, score), iou), boxed[i][1], frame.index, self.class_names
            )
            for i, frame in enumerate(frames)
        ]

    @abstractmethod
    def infer(self, batch: npt.NDArray[np.uint8]) -> tuple[FloatArray, FloatArray]:
        """Runs the network, normalisation included; for benchmarks, else use detect.

        Args:
            batch: uint8 (B, h, w, in_channels), BGR or grey, letterboxed, at most `most_frames` pictures.

        Returns:
            logits float32 (B, A, K) and ltrb float32 (B, A, 4), which hold until the next call.
        """

    @abstractmethod
    def _release(self) -> None:
        """Drops what the engine holds."""


def nothing() -> None:
    """Nobody listens."""
