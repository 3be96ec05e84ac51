"""What is CUDA's own in the CUDA engine: streams, pinned memory, graphs. device_path.py says what runs on them.

As in "CUDA Graphs" of PyTorch's notes: tensors that stay where they are, runs on a side stream before the capture, no
wait and no tensor of the host inside, one pool of memory for all graphs, which are never replayed at the same time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from detector.boxes import FloatArray

log = logging.getLogger(__name__)
SLOTS = 2  # while one picture is on its way to the GPU, the next is copied into the other slot
WARM_UPS = 3  # runs before a capture: libraries choose their kernels and get their memory
CAPTURING = Lock()  # one capture at a time in a process, and nobody of ours gives memory back during it


class CudaLane:
    """Gives one GPU its work, in order, one frame after the other; a device_path.Lane.

    Pictures go up on a stream of their own, everything else runs on another; neither is CUDA's default stream, on which
    other parts of the program may work. Which thread calls does not matter, as long as they take turns: a graph belongs
    to the device, not to the thread that captured it.

    Args:
        device: a CUDA device; what runs on it by now is waited for by what comes.
    """

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._compute, self._copy = torch.cuda.Stream(device), torch.cuda.Stream(device)
        self._compute.wait_stream(torch.cuda.current_stream(device))
        self._slots = [UploadSlot() for _ in range(SLOTS)]
        self._turn = 0
        self._pool = torch.cuda.graph_pool_handle()
        self._done = torch.cuda.Event()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """All other methods, and all operations on their tensors, belong within it."""
        with torch.inference_mode(), torch.cuda.stream(self._compute):
            yield

    def upload(self, image: npt.NDArray[np.uint8], to: Tensor) -> None:
        """See Lane.upload. Waits for nothing while no more than SLOTS pictures are on their way."""
        slot = self._slots[self._turn]
        self._turn = (self._turn + 1) % SLOTS
        slot.uploaded.synchronize()  # its pinned bytes are free; at once, but for many pictures in a batch
        if slot.pinned.numel() < image.size:
            slot.consumed.synchronize()
            pinned = torch.empty(image.size, dtype=torch.uint8, pin_memory=True)
            with torch.cuda.stream(self._copy):
                staged = torch.empty(image.size, dtype=torch.uint8, device=self._device)
            slot.pinned, slot.staged = pinned, staged  # both or none: there may be no room
        pinned, staged = slot.pinned[: image.size], slot.staged[: image.size]
        np.copyto(pinned.numpy().reshape(image.shape), image)  # from views that have gaps, too
        with torch.cuda.stream(self._copy):
            self._copy.wait_event(slot.consumed)
            staged.copy_(pinned, non_blocking=True)
            slot.uploaded.record(self._copy)
        self._compute.wait_event(slot.uploaded)
        to.copy_(staged.view(image.shape))
        slot.consumed.record(self._compute)

    def capture(self, work: Callable[[], object]) -> Callable[[], object]:
        """See Lane.capture."""
        with CAPTURING:
            for _ in range(WARM_UPS):
                work()
            graph = torch.cuda.CUDAGraph()
            # thread_local: other threads train, or run a classifier, and are neither stopped nor an error.
            with torch.cuda.graph(graph, self._pool, self._compute, capture_error_mode="thread_local"):
                work()
        return graph.replay

    def host_memory(self, like: Tensor) -> Tensor:
        """See Lane.host_memory; pinned, so that a copy to it need not be waited for at once."""
        return torch.empty(like.shape, dtype=like.dtype, pin_memory=True)

    def download(self, rows: Tensor, to: Tensor) -> FloatArray:
        """See Lane.download: the one wait of a frame."""
        to.copy_(rows, non_blocking=True)
        self._done.record(self._compute)
        self._done.synchronize()
        return to.numpy()

    def join(self) -> None:
        """What the calling thread's own stream is asked for next waits for all that was asked for here."""
        torch.cuda.current_stream(self._device).wait_stream(self._compute)

    def close(self) -> None:
        """See Lane.close."""
        self._slots.clear()
        give_memory_back()


class UploadSlot:
    """Memory for one picture on its way.

    Attributes:
        pinned, staged: uint8 (N,), on the host and on the device; N grows with the pictures.
        uploaded: `staged` is filled, `pinned` free.
        consumed: `staged` is free.
    """

    def __init__(self) -> None:
        self.pinned, self.staged = torch.empty(0, dtype=torch.uint8), torch.empty(0, dtype=torch.uint8)
        self.uploaded, self.consumed = torch.cuda.Event(), torch.cuda.Event()


def give_memory_back() -> None:
    """What torch keeps for later goes back to the GPU, for other programs; a GPU that broke down is let be."""
    if not torch.cuda.is_initialized():
        return
    with CAPTURING:
        try:
            torch.cuda.synchronize()
            torch.cuda.empty_cache()
        except RuntimeError as error:
            log.info("The GPU's memory could not be given back: %s", error)
