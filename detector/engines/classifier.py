"""What names whole pictures, or parts of them: the same engines as a Detector's, another network."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from threading import Lock
from types import TracebackType
from typing import Self

import cv2
import numpy as np
import numpy.typing as npt

from detector.boxes import FloatArray
from detector.engines.preprocess import resize, with_channels
from detector.modelfile import ModelInfo

AT_ONCE = 4  # pictures in one run of the CPU's network; the rest singly: each number has to be compiled

Picture = npt.NDArray[np.uint8]


class Classifier(ABC):
    """One model on one device; open_classifier makes it.

    Calls from several threads wait for each other.

    Attributes:
        info: what the model file says.
        class_names: English names, in the order of the scores.
        device: for people, as "CPU, OpenVINO bf16".
        size_hw: to which every picture is squeezed.
    """

    def __init__(self, info: ModelInfo, device: str) -> None:
        self.info = info
        self.class_names = info.class_names
        self.device = device
        self.size_hw = info.sizes_hw[0]
        self._one_at_a_time = Lock()
        self._closed = False

    def classify(self, pictures: Sequence[Picture]) -> FloatArray:
        """How sure each class is of each picture.

        Args:
            pictures: uint8 (h, w, 3) BGR or (h, w, 1) grey, of any and of different sizes.

        Returns:
            float32 (N, K), each row adding up to 1.

        Raises:
            ValueError: the classifier is closed.
        """
        if not pictures:
            return np.zeros((0, len(self.class_names)), np.float32)
        batch = np.stack([squeeze(picture, self.size_hw, self.info.in_channels) for picture in pictures])
        with self._one_at_a_time:
            if self._closed:
                raise ValueError("this classifier is closed")
            return softmax(self.infer(batch))

    def warm_up(self, several: bool) -> None:
        """Compiles for one picture, and for `several`, now and not when so many boxes first come into view."""
        self.classify([np.zeros((*self.size_hw, self.info.in_channels), np.uint8)] * (AT_ONCE + 1 if several else 1))

    def close(self) -> None:
        """Gives memory and threads back; classify can't be called after it."""
        with self._one_at_a_time:
            if not self._closed:
                self._closed = True
                self._release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @abstractmethod
    def infer(self, batch: Picture) -> FloatArray:
        """Runs the network, normalisation included; for benchmarks, else use classify.

        Args:
            batch: uint8 (N, h, w, in_channels), squeezed to size_hw.

        Returns:
            logits float32 (N, K).
        """

    @abstractmethod
    def _release(self) -> None:
        """Drops what the engine holds."""


def squeeze(image: Picture, size_hw: tuple[int, int], channels: int) -> Picture:
    """All of the picture in just this size, whatever its shape, as in training.

    Args:
        image: uint8 (H, W, 3) BGR or (H, W, 1) grey, H and W at least 1.
        channels: 3 or 1, what the network takes.

    Returns:
        uint8 (h, w, channels).
    """
    height, width = size_hw
    while image.shape[0] >= 2 * height and image.shape[1] >= 2 * width:  # halving is fast, other ratios are not
        image = resize(image, (image.shape[1] // 2, image.shape[0] // 2), cv2.INTER_AREA)
    squeezed = resize(image, (width, height), cv2.INTER_AREA)
    if squeezed.shape[2] != channels:
        squeezed = with_channels(cv2.cvtColor(squeezed, cv2.COLOR_GRAY2BGR if channels == 3 else cv2.COLOR_BGR2GRAY))
    return squeezed


def softmax(logits: FloatArray) -> FloatArray:
    """(N, K) -> (N, K), each row adding up to 1."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)
