"""A source and a detector whose content and timing a test decides, and frames that carry their number in pixels."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from queue import Queue

import av
import cv2
import numpy as np
import numpy.typing as npt

from camapp.live.reading.base import Source, SourceInfo
from detector.engines.base import Detector
from detector.modelfile import ModelInfo
from detector.types import Detections, Frame

NAMES = ("person", "bottle")
BITS = 10


def numbered_picture(number: int, size_wh: tuple[int, int] = (160, 96)) -> npt.NDArray[np.uint8]:
    """A picture with its number in black and white blocks along the bottom, legible after compression."""
    width, height = size_wh
    image = np.full((height, width, 3), 90, np.uint8)
    block = width // BITS
    for bit in range(BITS):
        image[height - 16 :, bit * block : (bit + 1) * block] = 255 if number >> bit & 1 else 0
    return image


def number_in(image: npt.NDArray[np.uint8]) -> int:
    """The number that numbered_picture wrote."""
    height, width = image.shape[:2]
    block = width // BITS
    lit = [image[height - 12 : height - 4, b * block + 4 : (b + 1) * block - 4].mean() > 128 for b in range(BITS)]
    return sum(1 << bit for bit, on in enumerate(lit) if on)


def numbered_frames(count: int, fps: float = 30.0, size_wh: tuple[int, int] = (160, 96)) -> list[Frame]:
    """Frames 0 to count - 1 of a video."""
    return [Frame(numbered_picture(i, size_wh), i, time.monotonic(), i / fps) for i in range(count)]


def some_boxes(
    frame_index: int, boxes: Sequence[Sequence[float]] = ((10, 20, 50, 70),), score: float = 0.9, class_id: int = 0
) -> Detections:
    """Detections of one class with these xyxy."""
    count = len(boxes)
    return Detections(
        xyxy=np.array(boxes, np.float32).reshape(count, 4),
        scores=np.full(count, score, np.float32),
        class_ids=np.full(count, class_id, np.int64),
        predicted=np.zeros(count, np.bool_),
        frame_index=frame_index,
        class_names=NAMES,
    )


class ScriptedSource(Source):
    """Gives the frames of a list, and then raises what it was given to raise."""

    def __init__(self, frames: Iterable[Frame], error: Exception | None = None) -> None:
        super().__init__("script")
        self.frames = list(frames)
        self.error = error

    def __iter__(self) -> Iterator[Frame]:
        if self.frames:
            self.info = SourceInfo(self.frames[0].size_wh, 30.0, len(self.frames), "scripted")
        for frame in self.frames:
            if self.closed:
                return
            yield frame
        if self.error is not None:
            raise self.error


class HandCamera(Source):
    """A camera that takes a picture when the test says so."""

    live = True

    def __init__(self) -> None:
        super().__init__("hand camera")
        self._frames: Queue[Frame | Exception | None] = Queue()
        self.count = 0

    def take(self, skipped: int = 0, age_s: float = 0.0) -> Frame:
        """Takes the next picture; `skipped` are lost on the way, and it is so old when it comes."""
        self.count += skipped
        frame = Frame(numbered_picture(self.count), self.count, time.monotonic() - age_s, self.count / 30)
        self.count += 1
        self._frames.put(frame)
        return frame

    def fail(self, error: Exception) -> None:
        """What cannot be mended happens."""
        self._frames.put(error)

    def close(self) -> None:
        super().close()
        self._frames.put(None)

    def __iter__(self) -> Iterator[Frame]:
        while (item := self._frames.get()) is not None:
            if isinstance(item, Exception):
                raise item
            yield item


class ScriptedDetector(Detector):
    """Finds in each frame what the test says."""

    def __init__(self, find: Callable[[Frame], Detections] | None = None) -> None:
        info = ModelInfo(backbone="none", neck_width=1, class_names=NAMES, class_names_zh=("人", "瓶子"))
        super().__init__(info, "scripted", None)
        self.find = find or (lambda frame: some_boxes(frame.index))
        self.seen: list[int] = []
        self.sizes: list[tuple[int, int] | None] = []

    def detect(
        self,
        frames: Sequence[Frame],
        score: float = 0.05,
        iou: float = 0.6,
        size_hw: tuple[int, int] | None = None,
    ) -> list[Detections]:
        self.seen += [frame.index for frame in frames]
        self.sizes += [size_hw] * len(frames)
        found = [self.find(frame) for frame in frames]
        return [detections.keep(detections.scores >= score) for detections in found]

    def infer(
        self, batch: npt.NDArray[np.uint8]
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:  # pragma: no cover -- detect is replaced
        raise NotImplementedError

    def _release(self) -> None:
        """Nothing is held."""

    @property
    def closed(self) -> bool:
        """Whether close() was called."""
        return self._closed


def read_video(path: Path) -> tuple[list[npt.NDArray[np.uint8]], list[float], float]:
    """All pictures (BGR), their times, and the duration that the file states, all in seconds."""
    times_s, duration_s = read_times(path)
    with av.open(str(path)) as container:
        planes = [frame.to_ndarray(format="yuv420p") for frame in container.decode(video=0)]
    return [cv2.cvtColor(plane, cv2.COLOR_YUV2BGR_I420) for plane in planes], times_s, duration_s


def read_times(path: Path) -> tuple[list[float], float]:
    """When each picture of a video is shown, all of them decoded, and the duration that the file states."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        times_s = [float(frame.time) for frame in container.decode(stream)]
        assert stream.duration is not None
        return times_s, float(stream.duration * stream.time_base)
