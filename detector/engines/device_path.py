"""From frames to the best boxes of each without leaving the device: letterbox, network, decoding, one download.

Nothing here is CUDA's own: a Lane moves the bytes and captures the steps (cuda_lane.py). So all of it runs on a CPU,
too, where the tests compare it with the path through preprocess.py and postprocess.py.
"""

from __future__ import annotations

import logging
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from threading import Lock
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from detector.boxes import FloatArray, Letterbox
from detector.engines.device_boxes import COLUMNS, Cells, best_rows, passing
from detector.engines.device_letterbox import DeviceLetterbox
from detector.engines.faults import is_memory, reason_of
from detector.engines.postprocess import Candidates, decode
from detector.types import Frame

log = logging.getLogger(__name__)
MOST_LETTERBOXES = 6  # kept, with their graphs: sizes of pictures, each with an input shape; a large one has 100 MB
MOST_NETWORKS = 16  # kept, with their graphs: input shapes, each with a number of pictures
RETRY_S = 60.0  # until a capture is tried again for which there was no memory

Forward = Callable[[Tensor], tuple[Tensor, Tensor]]


class Fixed(Protocol):
    """What always reads from and writes to the same tensors, and waits for nothing.

    Attributes:
        most_apart: how far `result` may be off where the same is computed in another way.
    """

    most_apart: float

    @property
    def result(self) -> Tensor:
        """By which a run is judged."""

    def __call__(self) -> None:
        """One run."""


Step = TypeVar("Step", bound=Fixed)


class Lane(Protocol):
    """How a device is given its work."""

    def at_work(self) -> AbstractContextManager[None]:
        """All other methods, and all operations on their tensors, belong within it; one thread at a time."""

    def upload(self, image: npt.NDArray[np.uint8], to: Tensor) -> None:
        """Begins to copy a picture to a tensor of its shape; `image` may change as soon as this returns."""

    def capture(self, work: Callable[[], object]) -> Callable[[], object]:
        """Something that does what `work` does, faster; `work` always uses the same tensors and waits for nothing.

        Raises:
            torch.OutOfMemoryError: there is no room for it.
            RuntimeError: it cannot be captured.
        """

    def host_memory(self, like: Tensor) -> Tensor:
        """A tensor on the host, for download."""

    def download(self, rows: Tensor, to: Tensor) -> FloatArray:
        """`rows`, once all that was asked for is done, in the memory of `to`."""

    def close(self) -> None:
        """Gives memory back."""


class DevicePath:
    """One network on one device. Calls from several threads wait for each other.

    One picture's network is captured at once, other steps when they come for the second time; a step that cannot be
    captured, or gives something else then, is run as it is. One frame is on its way at a time: Detector.detect gives
    the boxes of one back before it is given the next. Only the pictures of a batch overlap, on their way up.

    Args:
        forward: uint8 (B, h, w, in_channels) on the device -> logits and ltrb there, as HeadOutput.
        in_channels: 3 or 1.
        device: where.
        lane: to it.
        captures: whether steps are captured; else all run operation by operation, to compare.
    """

    def __init__(
        self, forward: Forward, in_channels: int, device: torch.device, lane: Lane, captures: bool = True
    ) -> None:
        self._forward, self._in_channels, self._device, self._lane = forward, in_channels, device, lane
        self._turn = Lock()
        self._letterboxes: Kept[DeviceLetterbox] = Kept(MOST_LETTERBOXES)
        self._networks: Kept[NetworkStep] = Kept(MOST_NETWORKS)
        self._captures_from_s = 0.0 if captures else math.inf  # on the monotonic clock
        self._told = False
        self._closed = False

    @property
    def in_graphs(self) -> bool:
        """Whether all networks that came again run as graphs."""
        return all(part.captured for part in self._networks.all() if part.used)

    def find(
        self, frames: Sequence[Frame], shape_hw: tuple[int, int], score: float
    ) -> list[tuple[Candidates, Letterbox]]:
        """What passes on each frame, best first, and where the frame lies in the network's input.

        Raises:
            torch.OutOfMemoryError: there is no room for it.
            RuntimeError: the device fails.
            ValueError: closed.
        """
        with self._at_work():
            network = self._network(shape_hw, len(frames))
            places = []
            for number, frame in enumerate(frames):
                boxed = self._letterbox(frame, shape_hw)
                self._lane.upload(frame.image, boxed.step.source)
                self._run(boxed)
                network.step.pixels[number].copy_(boxed.step.padded)
                places.append(boxed.step.place)
            self._run(network, at_once=len(frames) == 1)
            rows = self._lane.download(network.step.rows, network.step.host)
            found = [passing(rows[number], score) for number in range(len(frames))]
            return [
                (network.step.all_that_pass(number, score) if candidates is None else candidates, places[number])
                for number, candidates in enumerate(found)
            ]

    def prepare(self, shape_hw: tuple[int, int]) -> None:
        """Captures the network for one picture of this shape; frames wait meanwhile.

        Raises:
            torch.OutOfMemoryError, RuntimeError, ValueError: as find.
        """
        with self._at_work():
            self._capture(self._network(shape_hw, 1))

    def close(self) -> None:
        """Drops tensors and graphs."""
        with self._turn:
            self._closed = True
            self._letterboxes.clear()
            self._networks.clear()
            self._lane.close()

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        with self._turn:
            if self._closed:
                raise ValueError("this detector is closed")
            with self._lane.at_work():
                yield

    def _network(self, shape_hw: tuple[int, int], count: int) -> Part[NetworkStep]:
        shape = (count, *shape_hw, self._in_channels)
        return self._networks.get(shape, lambda: NetworkStep(self._forward, shape, self._device, self._lane))

    def _letterbox(self, frame: Frame, shape_hw: tuple[int, int]) -> Part[DeviceLetterbox]:
        shape = (*frame.image.shape[:2], frame.image.shape[2])
        return self._letterboxes.get(
            (shape, shape_hw), lambda: DeviceLetterbox(shape, shape_hw, self._in_channels, self._device)
        )

    def _run(self, part: Part[Any], at_once: bool = False) -> None:
        if part.used or at_once:
            self._capture(part)
        part.used = True
        part.run()

    def _capture(self, part: Part[Any]) -> None:
        if part.captured or time.monotonic() < self._captures_from_s:
            return
        try:
            part.step()
            expected = part.step.result.clone()
            run = self._lane.capture(part.step)
            part.step.result.zero_()
            run()
            apart = float((part.step.result.float() - expected.float()).abs().max())
            if not apart <= part.step.most_apart:
                raise RuntimeError(f"it differs by {apart:.3g} from what it was made of")
            part.run, part.captured = run, True
        except RuntimeError as error:
            full = ran_out(error)
            self._captures_from_s = time.monotonic() + RETRY_S if full else math.inf
            if not self._told:
                self._told = True
                reason = "its memory is full" if full else reason_of(error)
                log.warning("No CUDA graph could be made (%s): the GPU works step by step, which is slower.", reason)


class NetworkStep:
    """From `pixels`, which may be filled anew at any time, to `rows`, by each call; a Fixed.

    Attributes:
        pixels: uint8 (B, h, w, in_channels), letterboxed.
        rows: float32 (B, N, COLUMNS), the best boxes of each.
        host: the same on the host, for download.
    """

    most_apart = 0.05  # of a score: half precision in another order

    def __init__(self, forward: Forward, shape: tuple[int, int, int, int], device: torch.device, lane: Lane) -> None:
        self._forward, self._shape_hw = forward, (shape[1], shape[2])
        self._cells = Cells.of(self._shape_hw, device)
        self._outputs: tuple[Tensor, ...] = ()  # a graph writes to them at every replay: they are kept
        self.pixels = torch.zeros(shape, dtype=torch.uint8, device=device)
        self.rows = torch.zeros(shape[0], self._cells.rows, COLUMNS, device=device)
        self.host = lane.host_memory(self.rows)

    @property
    def result(self) -> Tensor:
        """The scores: boxes of equal scores may change places."""
        return self.rows[:, :, 4]

    def __call__(self) -> None:
        """Fills `rows`."""
        logits, ltrb = self._forward(self.pixels)
        self.rows.copy_(best_rows(logits, ltrb, self._cells))
        self._outputs = (logits, ltrb)

    def all_that_pass(self, number: int, score: float) -> Candidates:
        """More than `rows` holds, for the picture of that number: evaluation asks for scores that low."""
        logits, ltrb = (output[number].float().cpu().numpy() for output in self._outputs)
        return decode(logits, ltrb, self._shape_hw, score)


class Part(Generic[Step]):
    """A step, and what runs it: itself, or its graph."""

    def __init__(self, step: Step) -> None:
        self.step = step
        self.run: Callable[[], object] = step
        self.captured = self.used = False


class Kept(Generic[Step]):
    """Parts by what they are for: those used last, `most` of them."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._parts: OrderedDict[Hashable, Part[Step]] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Step]) -> Part[Step]:
        """The part for that key; made if there is none."""
        part = self._parts.get(key)
        if part is None:
            part = self._parts[key] = Part(make())
            if len(self._parts) > self._most:
                self._parts.popitem(last=False)
        self._parts.move_to_end(key)
        return part

    def all(self) -> tuple[Part[Step], ...]:
        """Those that there are."""
        return tuple(self._parts.values())

    def clear(self) -> None:
        """There are none."""
        self._parts.clear()


def ran_out(error: BaseException | None) -> bool:
    """Whether memory is what is missing; where a capture breaks off, another error may cover the first."""
    while error is not None:
        if isinstance(error, Exception) and is_memory(error):
            return True
        error = error.__context__
    return False
