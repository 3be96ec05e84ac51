"""Running the command line in the tests, and files to run it on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
import pytest

from camapp.__main__ import main

REPOSITORY = Path(__file__).parents[2]


class Ran(NamedTuple):
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def sentence(self) -> str:
        """The one line on stderr: no traceback, no second line."""
        assert "Traceback" not in self.err
        assert len(self.err.strip().splitlines()) == 1, self.err
        return self.err.strip()


class Command:
    """Calls the command line in this process, as `camapp ARGS`."""

    def __init__(self, capfd: pytest.CaptureFixture[str]) -> None:
        self._capfd = capfd

    def __call__(self, *args: object) -> Ran:
        self._capfd.readouterr()
        code = main([str(arg) for arg in args])
        return Ran(code, *self._capfd.readouterr())


def start(*args: object, **environment: str) -> subprocess.Popen[str]:
    """Starts `camapp ARGS` as a program of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "camapp", *map(str, args)],
        cwd=REPOSITORY,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def write_clip(path: Path, frames: int = 12, size_wh: tuple[int, int] = (320, 180), fps: int = 30) -> Path:
    """A video of coarse noise, in which the small model of the tests finds things."""
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 256, (4, size_wh[1] // 6 + 1, size_wh[0] // 6 + 1, 3), np.uint8)
    images = [np.ascontiguousarray(c.repeat(6, 0).repeat(6, 1)[: size_wh[1], : size_wh[0]]) for c in coarse]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=fps, options={"g": "15", "bf": "0", "preset": "ultrafast"})
        stream.width, stream.height = size_wh
        stream.pix_fmt = "yuv420p"
        for i in range(frames):
            image = images[i * len(images) // frames]  # four pictures, each for a while: quick to encode
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        container.mux(stream.encode())
    return path


def frame_count(path: Path) -> int:
    """How many frames of a video decode."""
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


def with_index_first(path: Path, out: Path) -> None:
    """The same video with its index at the start."""
    with av.open(str(path)) as whole, av.open(str(out), "w", options={"movflags": "faststart"}) as container:
        stream = container.add_stream_from_template(whole.streams.video[0])
        for packet in whole.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                container.mux(packet)
