"""Network streams, from servers on this machine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from camapp.live.reading import stream_source
from camapp.live.reading.stream_source import is_address, without_password
from camapp.live.sources import StreamSource, open_source
from detector.errors import UserFacingError
from tests.camapp.live.readers import BRIGHTNESSES, numbers_in, read_until_error
from tests.camapp.live.servers import PictureServer, rtsp_server

MakeClip = Callable[..., Path]


@pytest.fixture
def server() -> Iterator[PictureServer]:
    """Serves pictures until the test ends."""
    server = PictureServer()
    yield server
    server.close()


@pytest.fixture
def short_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence is noticed after half a second, so that tests need not wait for 5."""
    monkeypatch.setattr(stream_source, "TIMEOUT_S", 0.5)
    monkeypatch.setattr(StreamSource, "first_limit_s", 0.5)
    monkeypatch.setattr(StreamSource, "silent_limit_s", 0.5)


def test_a_camera_in_the_network_gives_its_pictures(server: PictureServer) -> None:
    source = open_source(f"{server.address}/camera.mjpg")
    assert source.live
    frames = []
    for frame in source:
        frames.append(frame)
        if len(frames) == 10:
            break
    indices = [f.index for f in frames]
    assert indices == sorted(set(indices))
    assert [f.time_s for f in frames] == sorted({f.time_s for f in frames})
    assert frames[0].time_s == 0
    assert source.info is not None
    assert source.info.size_wh == (96, 64)


def test_a_slow_consumer_gets_new_pictures_not_old_ones(server: PictureServer) -> None:
    source = open_source(f"{server.address}/camera.mjpg")
    assert isinstance(source, StreamSource)
    frames = iter(source)
    first = next(frames)
    while source.dropped < 20:  # counted by the reading thread
        threading.Event().wait(0.02)
    latest = [next(frames) for _ in range(4)]
    assert latest[0].index > first.index + 15
    frames.close()


def test_rtsp_comes_over_tcp() -> None:
    with rtsp_server(frames=30) as (address, transport):
        source = open_source(address)
        frames = []
        for frame in source:
            frames.append(frame)
            if len(frames) == 3:
                break
    assert source.live
    assert frames[0].size_wh == (96, 64)
    assert all(asked.startswith("RTP/AVP/TCP") for asked in transport)
    assert transport


@pytest.mark.parametrize("path", ["/silent", "/not-there.mjpg"])
@pytest.mark.usefixtures("short_timeout")
def test_an_address_that_does_not_answer_is_reported(server: PictureServer, path: str) -> None:
    frames, error = read_until_error(open_source(server.address + path))
    assert frames == []
    assert str(error) == f"The stream '{server.address}{path}' does not answer. Check the address and the network."
    assert error.exit_code == 4


def test_an_address_without_a_server_is_reported() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"rtsp://127.0.0.1:{unused.getsockname()[1]}/camera"
        assert read_until_error(open_source(address))[1].code == "stream_silent"


def test_a_stream_that_breaks_off_is_opened_again(server: PictureServer) -> None:
    source = open_source(f"{server.address}/camera.mjpg")
    troubles: list[UserFacingError | None] = []
    source.on_trouble = troubles.append
    frames = []
    for frame in source:
        frames.append(frame)
        if len(frames) == 3:
            server.break_off()
        if None in troubles:
            break
    assert [error.code for error in troubles if error] == ["stream_lost"]
    assert [f.time_s for f in frames] == sorted({f.time_s for f in frames})


@pytest.mark.usefixtures("short_timeout")
def test_a_stream_that_falls_silent_is_reported_and_can_be_closed() -> None:
    with rtsp_server(frames=30) as (address, _):
        source = open_source(address)
        troubles: list[UserFacingError | None] = []

        def on_trouble(error: UserFacingError | None) -> None:
            troubles.append(error)
            source.close()

        source.on_trouble = on_trouble
        assert len(list(source)) > 0
    assert troubles[0] is not None
    assert troubles[0].code in ("stream_silent", "stream_lost")


def test_a_video_behind_an_address_gives_exactly_its_frames_even_to_a_slow_consumer(
    server: PictureServer, make_clip: MakeClip
) -> None:
    times_s = [i / 25 for i in range(40)]
    server.files["/a.mp4"] = make_clip("a.mp4", times_s).read_bytes()
    source = open_source(f"{server.address}/a.mp4")
    assert not source.live
    frames = []
    for frame in source:
        threading.Event().wait(0.005)
        frames.append(frame)
    assert numbers_in(frames) == [i % BRIGHTNESSES for i in range(40)]
    assert [f.index for f in frames] == list(range(40))
    assert [f.time_s for f in frames] == pytest.approx(times_s, abs=0.001)


def test_a_truncated_video_behind_an_address_gives_what_can_be_read(server: PictureServer, make_clip: MakeClip) -> None:
    content = make_clip("a.mp4", [i / 30 for i in range(120)], movflags="faststart").read_bytes()
    server.files["/a.mp4"] = content[: len(content) * 7 // 10]
    frames, error = read_until_error(open_source(f"{server.address}/a.mp4"))
    assert numbers_in(frames) == [i % BRIGHTNESSES for i in range(len(frames))]
    assert error.code == "source_damaged"


def test_a_text_behind_an_address_is_no_video(server: PictureServer) -> None:
    server.files["/a.mp4"] = b"just text\n" * 100
    frames, error = read_until_error(open_source(f"{server.address}/a.mp4"))
    assert frames == []
    assert error.code == "source_unreadable"


def test_closing_from_another_thread_ends_a_silent_stream(server: PictureServer) -> None:
    source = open_source(f"{server.address}/silent", patient=True)
    closer = threading.Timer(0.2, source.close)
    closer.start()
    assert list(source) == []
    closer.join()


@pytest.mark.parametrize("address", ["rtsp://host/a", "RTSP://host/a", "http://host:80/x.mjpg", "srt://h:1"])
def test_addresses_are_known_by_their_scheme(address: str) -> None:
    assert is_address(address)


@pytest.mark.parametrize("path", ["C:\\clips\\a.mp4", "/clips/http/a.mp4", "a:b.mp4", "file:///a.mp4", "http:a.mp4"])
def test_paths_are_no_addresses(path: str) -> None:
    assert not is_address(path)


def test_a_password_is_never_shown() -> None:
    assert without_password("rtsp://me:secret@host:554/a?b=c") == "rtsp://host:554/a?b=c"
    assert open_source("rtsp://me:secret@host/a").name == "rtsp://host/a"
