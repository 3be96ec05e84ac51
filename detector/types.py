"""The two data types that carry everything: a picture with its time, and what was found on it.

Coordinates are pixels of the source picture, x right, y down; edges are continuous, so w = x2 - x1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt


def check_array(name: str, array: npt.NDArray[np.generic], dtype: npt.DTypeLike, shape: tuple[int | None, ...]) -> None:
    """Refuses an array of another type or shape (None: any length) and makes it read-only: threads share it.

    Raises:
        ValueError: names expected and actual, as in "xyxy must be float32 (None, 4), got float64 (2, 4)".
    """
    fits = (
        isinstance(array, np.ndarray)
        and array.dtype == dtype
        and array.ndim == len(shape)
        and all(want is None or want == have for want, have in zip(shape, array.shape, strict=True))
    )
    if not fits:
        actual = f"{array.dtype} {array.shape}" if isinstance(array, np.ndarray) else type(array).__name__
        raise ValueError(f"{name} must be {np.dtype(dtype)} {shape}, got {actual}")
    array.flags.writeable = False


@dataclass(frozen=True, eq=False, slots=True)
class Frame:
    """One picture of a source, read-only: draw into a copy.

    Attributes:
        image: uint8 (H, W, 3) in BGR, or (H, W, 1) grey.
        index: counts the source's frames from 0; a gap is a dropped frame.
        captured_at_s: when it was grabbed, on the time.monotonic() clock.
        time_s: the source's own time of this picture, 0 at its first: a file's timestamp, a camera's elapsed time.
    """

    image: npt.NDArray[np.uint8]
    index: int
    captured_at_s: float
    time_s: float

    def __post_init__(self) -> None:
        channels = 1 if isinstance(self.image, np.ndarray) and self.image.shape[-1:] == (1,) else 3
        check_array("image", self.image, np.uint8, (None, None, channels))

    @property
    def size_wh(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.image.shape[1], self.image.shape[0]


@dataclass(frozen=True, eq=False, slots=True)
class FinerNames:
    """What a classifier calls the N boxes that a detector found.

    Attributes:
        class_ids: int64 (N,), index into class_names; -1 where a box has no name.
        scores: float32 (N,), in 0..1; 0 where a box has no name.
        class_names: English names of all classes that the classifier knows.
        class_names_zh: Chinese, the same length; empty if there are none.
    """

    class_ids: npt.NDArray[np.int64]
    scores: npt.NDArray[np.float32]
    class_names: tuple[str, ...]
    class_names_zh: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_array("class_ids", self.class_ids, np.int64, (None,))
        check_array("scores", self.scores, np.float32, (len(self.class_ids),))

    def name_of(self, number: int, chinese: bool = False) -> str:
        """Of the box of that number; empty where it has none."""
        class_id = int(self.class_ids[number])
        if class_id < 0:
            return ""
        return (chinese and self.class_names_zh and self.class_names_zh[class_id]) or self.class_names[class_id]

    def keep(self, chosen: npt.NDArray[np.bool_]) -> FinerNames:
        """Those where `chosen`, bool (N,), is True."""
        return replace(self, class_ids=self.class_ids[chosen], scores=self.scores[chosen])


@dataclass(frozen=True, eq=False, slots=True)
class Detections:
    """The N objects of one Frame, best score first; or the N best classes of the whole picture.

    Attributes:
        xyxy: float32 (N, 4), pixels of Frame.image; a box over all of it is (0, 0, W, H).
        scores: float32 (N,), in 0..1.
        class_ids: int64 (N,), index into class_names.
        predicted: bool (N,), False where the box was detected on this very frame, True where it was carried over.
        frame_index: Frame.index of the picture they belong to.
        class_names: English names of all classes that the model knows.
        track_ids: int64 (N,), the same number from 1 on for the same object over frames, 0 where it is not known yet;
            None where objects are not followed.
        whole_picture: no objects but classes of the picture, each with a box over all of it.
        finer: what a classifier calls each box; None where none was asked.
    """

    xyxy: npt.NDArray[np.float32]
    scores: npt.NDArray[np.float32]
    class_ids: npt.NDArray[np.int64]
    predicted: npt.NDArray[np.bool_]
    frame_index: int
    class_names: tuple[str, ...]
    track_ids: npt.NDArray[np.int64] | None = None
    whole_picture: bool = False
    finer: FinerNames | None = None

    def __post_init__(self) -> None:
        count = len(self.scores)
        if self.finer is not None and len(self.finer.class_ids) != count:
            raise ValueError(f"finer must have {count} names, got {len(self.finer.class_ids)}")
        check_array("xyxy", self.xyxy, np.float32, (count, 4))
        check_array("scores", self.scores, np.float32, (count,))
        check_array("class_ids", self.class_ids, np.int64, (count,))
        check_array("predicted", self.predicted, np.bool_, (count,))
        if self.track_ids is not None:
            check_array("track_ids", self.track_ids, np.int64, (count,))

    def __len__(self) -> int:
        return len(self.scores)

    @property
    def names(self) -> list[str]:
        """The English class name of each box."""
        return [self.class_names[i] for i in self.class_ids]

    @property
    def xywh(self) -> npt.NDArray[np.float32]:
        """float32 (N, 4): top-left corner, width and height in pixels."""
        return np.concatenate([self.xyxy[:, :2], self.xyxy[:, 2:] - self.xyxy[:, :2]], axis=1)

    @classmethod
    def empty(cls, frame_index: int, class_names: tuple[str, ...] = ()) -> Detections:
        """No object on this frame."""
        return cls(
            xyxy=np.zeros((0, 4), np.float32),
            scores=np.zeros(0, np.float32),
            class_ids=np.zeros(0, np.int64),
            predicted=np.zeros(0, np.bool_),
            frame_index=frame_index,
            class_names=class_names,
        )

    def keep(self, chosen: npt.NDArray[np.bool_]) -> Detections:
        """Those where `chosen`, bool (N,), is True, in the same order."""
        return replace(
            self,
            xyxy=self.xyxy[chosen],
            scores=self.scores[chosen],
            class_ids=self.class_ids[chosen],
            predicted=self.predicted[chosen],
            track_ids=None if self.track_ids is None else self.track_ids[chosen],
            finer=None if self.finer is None else self.finer.keep(chosen),
        )

    def carried_to(self, frame_index: int) -> Detections:
        """The same boxes for another frame, all marked as predicted."""
        return replace(self, predicted=np.ones(len(self), np.bool_), frame_index=frame_index)
