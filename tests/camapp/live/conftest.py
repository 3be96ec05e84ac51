"""Cameras and clips for the tests of sources and of what is built on them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from tests.fakecam.fakecam import FakeCam, build

MakeClip = Callable[..., Path]


@pytest.fixture(scope="session")
def fakecam_state(tmp_path_factory: pytest.TempPathFactory) -> FakeCam:
    """Emulated cameras, made once; tests take the fixture `fakecam`."""
    if shutil.which("gcc") is None:
        pytest.skip("gcc is missing: it builds the emulated camera (apt install gcc libc6-dev)")
    folder = tmp_path_factory.mktemp("fakecam")
    build(folder)
    return FakeCam.create(folder)


@pytest.fixture
def fakecam(fakecam_state: FakeCam) -> Iterator[FakeCam]:
    """Both emulated cameras plugged in, without faults."""
    fakecam_state.reset()
    yield fakecam_state
    fakecam_state.reset()


@pytest.fixture
def make_clip(tmp_path: Path) -> MakeClip:
    """make_clip("a.mp4", times_s=[...]): a video whose frame i has the brightness brightness_of(i)."""

    def make(name: str, times_s: list[float], codec: str = "libx264", **options: str) -> Path:
        path = tmp_path / name
        with av.open(str(path), "w", options=options) as container:
            stream = container.add_stream(codec, rate=1000, options={"bf": "2", "g": "10", "crf": "10"})
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
            for i, time_s in enumerate(times_s):
                frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), brightness_of(i), np.uint8), format="bgr24")
                frame.pts, frame.time_base = round(time_s * 1000), stream.codec_context.time_base
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return path

    return make


def brightness_of(i: int) -> int:
    """The brightness of frame i of a clip: steps of 20 survive the encoder."""
    return 20 + 20 * (i % 11)
