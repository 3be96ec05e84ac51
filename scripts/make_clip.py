"""Cuts resources/clip.mp4, the stand-in for a camera, from a folder of Intel's sample videos (CC BY 4.0).

    python scripts/make_clip.py FOLDER [resources/clip.mp4]

FOLDER holds the files named in PARTS, from github.com/intel-iot-devkit/sample-videos.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt

SIZE_WH = (1280, 720)
FPS = 30


@dataclass(frozen=True)
class Part:
    """A stretch of one file. `top` is where the 16:9 cut-out begins, as a share of what is above and below it."""

    file: str
    start_s: float
    seconds: float
    top: float = 0.5


PARTS = (
    Part("person-signing-book.mkv", 0.0, 3.6, top=0.45),  # 4:3: cut to 16:9 with the whole head in it
    Part("one-by-one-person-detection.mp4", 6.2, 2.2),  # a woman walks in
    Part("one-by-one-person-detection.mp4", 133.9, 2.0),  # a man walks out
    Part("bottle-detection.mp4", 11.2, 4.2),  # a hand puts a bottle beside two others
)


def pictures(path: Path, part: Part) -> Iterator[npt.NDArray[np.uint8]]:
    """One picture for each 1/FPS second of the part: a slower file repeats its own, nothing is made up between them."""
    with av.open(str(path)) as container:
        shown = 0
        wanted = round(part.seconds * FPS)
        for frame in container.decode(video=0):
            until = (
                (frame.time or 0.0) + 1 / float(container.streams.video[0].average_rate or FPS) - part.start_s
            ) * FPS
            if until <= 0.5:
                continue
            image = frame.to_ndarray(format="bgr24")
            while shown < min(wanted, round(until)):
                shown += 1
                yield image
            if shown == wanted:
                return
        raise SystemExit(f"{path} ends before {part.start_s + part.seconds} s")


def fit(image: npt.NDArray[np.uint8], top: float) -> npt.NDArray[np.uint8]:
    """Cut to 16:9 and enlarged, without distortion."""
    height, width = image.shape[:2]
    cut_height = round(width * SIZE_WH[1] / SIZE_WH[0])
    y = round((height - cut_height) * top)
    resized = cv2.resize(image[y : y + cut_height], SIZE_WH, interpolation=cv2.INTER_LANCZOS4)
    return resized.astype(np.uint8, copy=False)


def main() -> None:
    """Writes the clip: H.264, yuv420p, constant rate, its index at the start of the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path, nargs="?", default=Path(__file__).parent.parent / "resources" / "clip.mp4")
    args = parser.parse_args()
    with av.open(str(args.out), "w", options={"movflags": "faststart"}) as container:
        container.metadata["copyright"] = "CC BY 4.0, Intel, github.com/intel-iot-devkit/sample-videos"
        stream = container.add_stream("libx264", rate=FPS, options={"crf": "21", "preset": "slow", "g": str(FPS)})
        stream.width, stream.height = SIZE_WH
        stream.pix_fmt = "yuv420p"
        stream.time_base = Fraction(1, FPS)
        for part in PARTS:
            for image in pictures(args.folder / part.file, part):
                container.mux(stream.encode(av.VideoFrame.from_ndarray(fit(image, part.top), format="bgr24")))
        container.mux(stream.encode())


if __name__ == "__main__":
    main()
