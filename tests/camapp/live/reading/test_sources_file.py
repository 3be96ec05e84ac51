"""Video files: exactly their frames at their times, and what is said of those that are damaged or none."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from camapp.errors import SourceError
from camapp.live.sources import open_source
from tests.camapp.live.readers import BRIGHTNESSES, numbers_in, read_until_error

MakeClip = Callable[..., Path]
UNEVEN_S = [0.0, 0.033, 0.070, 0.1, 0.25, 0.26, 1.0, 1.033, 1.5, 2.0, 2.04, 2.08, 2.2, 2.3, 2.4]


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.mov", "ü 测试.mp4", "50%d:a.mp4"])
def test_a_video_gives_exactly_its_frames_at_its_own_times(make_clip: MakeClip, name: str) -> None:
    source = open_source(make_clip(name, UNEVEN_S))
    frames = list(source)
    assert [f.index for f in frames] == list(range(len(UNEVEN_S)))
    assert [f.time_s for f in frames] == pytest.approx(UNEVEN_S, abs=0.001)
    assert numbers_in(frames) == [i % BRIGHTNESSES for i in range(len(frames))]
    assert source.name == name
    assert not source.live
    assert source.info is not None
    assert source.info.size_wh == (96, 64)
    assert source.info.frame_count in (len(UNEVEN_S), None)
    assert source.info.description.startswith("96x64 H264, ")


def test_a_video_begins_anew_each_time_it_is_iterated(make_clip: MakeClip) -> None:
    source = open_source(make_clip("a.mp4", UNEVEN_S))
    assert [f.index for f in source] == [f.index for f in source]


def test_closing_a_video_ends_its_iteration(make_clip: MakeClip) -> None:
    source = open_source(make_clip("a.mp4", UNEVEN_S))
    frames = []
    for frame in source:
        frames.append(frame)
        source.close()
    assert len(frames) == 1
    assert list(source) == []


def test_colours_are_blue_green_red_without_padding_between_rows(tmp_path: Path) -> None:
    path = tmp_path / "orange.mp4"
    orange = np.full((34, 50, 3), (0, 128, 255), np.uint8)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30, options={"crf": "1"})
        stream.width, stream.height, stream.pix_fmt = 50, 34, "yuv420p"
        container.mux(stream.encode(av.VideoFrame.from_ndarray(orange, format="bgr24")))
        container.mux(stream.encode(None))
    (frame,) = open_source(path)
    assert frame.image[17, 25].tolist() == pytest.approx([0, 128, 255], abs=4)
    assert frame.image.flags.c_contiguous


@pytest.mark.parametrize("options", [{"movflags": "faststart"}, {"movflags": "frag_keyframe+empty_moov"}])
def test_a_truncated_mp4_gives_what_can_be_read_and_then_says_so(make_clip: MakeClip, options: dict[str, str]) -> None:
    path = make_clip("cut.mp4", [i / 30 for i in range(120)], **options)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 7 // 10])
    frames, error = read_until_error(open_source(path))
    assert 20 < len(frames) < 120
    assert numbers_in(frames) == [i % BRIGHTNESSES for i in range(len(frames))]
    assert error.code == "source_damaged"
    assert str(error).startswith(f"'{path}' is damaged after {len(frames)} frames.")


def test_an_mp4_cut_off_between_two_frames_is_damaged_too(make_clip: MakeClip) -> None:
    path = make_clip("cut.mp4", [i / 30 for i in range(60)], movflags="faststart")
    with av.open(str(path)) as container:
        starts = [entry.pos for entry in container.streams.video[0].index_entries]
    path.write_bytes(path.read_bytes()[: starts[30]])
    frames, error = read_until_error(open_source(path))
    assert len(frames) == 30
    assert error.code == "source_damaged"


def test_a_truncated_mkv_gives_what_can_be_read_and_then_says_so(make_clip: MakeClip) -> None:
    path = make_clip("cut.mkv", [i / 30 for i in range(240)])
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    frames, error = read_until_error(open_source(path))
    assert 20 < len(frames) < 240
    assert error.code == "source_damaged"


def test_an_mp4_whose_index_is_cut_off_is_said_to_have_none(make_clip: MakeClip) -> None:
    path = make_clip("cut.mp4", UNEVEN_S)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    frames, error = read_until_error(open_source(path))
    assert frames == []
    assert error.code == "source_no_index"


def test_damage_in_the_middle_costs_only_the_frames_there(make_clip: MakeClip) -> None:
    path = make_clip("hole.mp4", [i / 30 for i in range(120)], movflags="faststart")
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 3000] = bytes(3000)
    path.write_bytes(content)
    frames, error = read_until_error(open_source(path))
    assert 60 < len(frames) <= 120
    assert frames[-1].time_s == pytest.approx(119 / 30, abs=0.01)
    times = [f.time_s for f in frames]
    assert times == sorted(set(times))
    assert error.code == "source_damaged"


@pytest.mark.parametrize(
    "content", [b"", b"just text\n" * 500, b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n", bytes(5000)]
)
def test_what_is_no_video_is_refused_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.mp4"
    path.write_bytes(content)
    frames, error = read_until_error(open_source(path))
    assert frames == []
    assert str(error) == f"'{path}' is not a video or picture that can be read. Choose another file."
    assert error.exit_code == 3


def test_a_sound_file_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "sound.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=8000, layout="mono")
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        sound.sample_rate = 8000
        container.mux(stream.encode(sound))
        container.mux(stream.encode(None))
    assert read_until_error(open_source(path))[1].code == "source_unreadable"


def test_a_video_that_vanished_since_is_missing(make_clip: MakeClip) -> None:
    path = make_clip("a.mp4", UNEVEN_S)
    source = open_source(path)
    path.unlink()
    with pytest.raises(SourceError, match=re.escape(f"There is no file or folder '{path}'.")):
        list(source)


@pytest.mark.parametrize("spec", ["no such thing", "/no/such/file.mp4", "", " ", "~nobody/a.mp4", "a\0b", "x" * 5000])
def test_what_is_nowhere_is_missing(monkeypatch: pytest.MonkeyPatch, spec: str) -> None:
    monkeypatch.setattr("camapp.live.sources.list_cameras", lambda: [])
    with pytest.raises(SourceError) as caught:
        open_source(spec)
    assert caught.value.code == "source_missing"


def test_phone_videos_are_turned_upright_as_by_opencv(make_clip: MakeClip) -> None:
    path = make_clip("phone.mp4", UNEVEN_S)
    path.write_bytes(turn_sideways(path.read_bytes()))
    source = open_source(path)
    frame = next(iter(source))
    assert frame.size_wh == (64, 96)
    assert source.info is not None
    assert source.info.size_wh == (64, 96)
    theirs = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG).read()[1]
    assert cv2.absdiff(frame.image, theirs).mean() < 1


def turn_sideways(mp4: bytes) -> bytes:
    """Writes a matrix of 90 degrees into the track header, as phones do (ISO 14496-12, tkhd)."""
    upright = b"".join(n.to_bytes(4, "big") for n in (0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000))
    sideways = b"".join(
        (n & 0xFFFFFFFF).to_bytes(4, "big") for n in (0, 0x10000, 0, -0x10000, 0, 0, 64 << 16, 0, 0x40000000)
    )
    at = mp4.index(upright, mp4.index(b"tkhd"))
    return mp4[:at] + sideways + mp4[at + len(upright) :]
