"""The lane of a device path to the CPU: every copy at once, and a capture that only remembers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from detector.boxes import FloatArray


@dataclass
class PlainLane:
    """Does what is asked.

    Attributes:
        fails: raised by every capture.
        captures, replays: how often.
        closed: whether close was called.
    """

    fails: Exception | None = None
    captures: int = 0
    replays: int = 0
    closed: bool = False
    captured: list[object] = field(default_factory=list)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        with torch.inference_mode():
            yield

    def upload(self, image: npt.NDArray[np.uint8], to: Tensor) -> None:
        to.copy_(torch.from_numpy(image.copy()))

    def capture(self, work: Callable[[], object]) -> Callable[[], object]:
        if self.fails is not None:
            raise self.fails
        self.captures += 1
        self.captured.append(work)
        work()

        def replay() -> None:
            self.replays += 1
            work()

        return replay

    def host_memory(self, like: Tensor) -> Tensor:
        return torch.empty(like.shape, dtype=like.dtype)

    def download(self, rows: Tensor, to: Tensor) -> FloatArray:
        to.copy_(rows)
        return to.numpy()

    def close(self) -> None:
        self.closed = True
