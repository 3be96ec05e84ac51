"""What the emulated camera and the busy scene show, cut from the bundled clip."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt

from detector.paths import CLIP

Picture = npt.NDArray[np.uint8]

PERSON_UNTIL = 210  # frame of the clip up to which somebody is in view
ROOM_AT = 228  # somebody is at the right edge, the rest of the room is empty
ROOM_FRAMES = 90
COLUMNS, ROWS = 5, 4
TWENTY_FRAMES = 90


def clip_pictures() -> list[Picture]:
    """All of the bundled clip, uint8 (720, 1280, 3) in BGR."""
    with av.open(str(CLIP)) as video:
        return [frame.to_ndarray(format="bgr24") for frame in video.decode(video=0)]


def camera_pictures() -> Iterator[Picture]:
    """Somebody before the camera, then an empty room."""
    pictures = clip_pictures()
    yield from pictures[:PERSON_UNTIL:2]  # every second: half the room on the disk
    room = pictures[ROOM_AT]
    height, width = room.shape[:2]
    part = room[: height * 3 // 4, : width * 3 // 4]
    for _ in range(ROOM_FRAMES):
        yield part


def write_twenty(path: Path) -> None:
    """A video of twenty views at once, each of the clip at another time, with a person in each."""
    pictures = clip_pictures()[:PERSON_UNTIL]
    height, width = pictures[0].shape[:2]
    tile_wh = (width // COLUMNS, height // ROWS)
    small = [cv2.resize(picture, tile_wh, interpolation=cv2.INTER_AREA) for picture in pictures]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30, options={"crf": "18", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for i in range(TWENTY_FRAMES):
            tiles = [small[(37 * tile + i) % len(small)] for tile in range(COLUMNS * ROWS)]
            rows = [np.hstack(tiles[row * COLUMNS : (row + 1) * COLUMNS]) for row in range(ROWS)]
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.vstack(rows), format="bgr24")))
        container.mux(stream.encode(None))
