"""Cameras and clips for the tests of sources and of what is built on them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import pytest

from tests.camapp.live.readers import clip_picture
from tests.camapp.live.watching import start, watcher
from tests.fakecam.fakecam import FakeCam, build

__all__ = ["start", "watcher"]  # fixtures

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
    """make_clip("a.mp4", times_s=[...]): a video of reading.clip_picture(i)."""

    def make(name: str, times_s: list[float], codec: str = "libx264", **options: str) -> Path:
        path = tmp_path / name
        with av.open(str(path), "w", options=options) as container:
            stream = container.add_stream(codec, rate=1000, options={"bf": "2", "g": "10", "crf": "20"})
            stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
            for i, time_s in enumerate(times_s):
                frame = av.VideoFrame.from_ndarray(clip_picture(i), format="bgr24")
                frame.pts, frame.time_base = round(time_s * 1000), Fraction(1, 1000)
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return path

    return make
