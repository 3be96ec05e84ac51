"""A file begins at any of its frames, and each is exactly the one that playing it from the start gives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from camapp.errors import SourceError
from camapp.live.reading.base import SeekableSource
from camapp.live.reading.file_source import VideoFile
from camapp.live.reading.picture_source import PictureSource
from detector.types import Frame
from tests.camapp.live.conftest import MakeClip
from tests.camapp.live.readers import clip_picture, numbers_in, read_until_error

IRREGULAR_S = [0.0, 0.04, 0.05, 0.3, 0.31, 0.4, *(0.5 + i / 30 for i in range(34))]  # 40 frames


class FromTwelve(VideoFile):
    """Begins at frame 12."""

    def __iter__(self) -> Iterator[Frame]:
        return self.frames_from(12)


def assert_same(frame: Frame, expected: Frame) -> None:
    assert (frame.index, frame.time_s) == (expected.index, pytest.approx(expected.time_s, abs=1e-6))
    np.testing.assert_array_equal(frame.image, expected.image)


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.avi"])
@pytest.mark.parametrize("shift_s", [0.0, 1.5])
def test_a_video_begins_at_any_frame_with_its_index_and_time(make_clip: MakeClip, name: str, shift_s: float) -> None:
    times_s = [shift_s + t for t in IRREGULAR_S] if not name.endswith("avi") else [i / 30 for i in range(40)]
    path = make_clip(name, times_s)
    whole = list(VideoFile(path))
    video = VideoFile(path)
    for number in (25, 0, 39, 9, 10, 11, 1):
        frames = video.frames_from(number)
        assert_same(next(frames), whole[number])
        rest = list(frames)
        assert [frame.index for frame in rest] == list(range(number + 1, 40))
        if rest:
            assert_same(rest[-1], whole[-1])


def test_frames_that_lean_on_an_earlier_group_are_exact_too(tmp_path: Path) -> None:
    path = tmp_path / "open.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.options = {"bf": "3", "g": "8", "x264-params": "open-gop=1:scenecut=0:b-adapt=0"}
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        for i in range(40):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(clip_picture(i), format="bgr24")))
        container.mux(stream.encode(None))
    whole, video = list(VideoFile(path)), VideoFile(path)
    assert len(whole) == 40
    for number in range(40):
        assert_same(next(video.frames_from(number)), whole[number])


def test_the_frame_at_a_time_is_the_one_that_is_shown_then(make_clip: MakeClip) -> None:
    video = VideoFile(make_clip("a.mp4", IRREGULAR_S))
    asked_s = (-1.0, 0.0, 0.039, 0.04, 0.2, 0.3, 0.301, 99.0)
    assert [video.number_at(time_s) for time_s in asked_s] == [0, 0, 0, 1, 2, 3, 3, 39]
    assert video.frame_count == 40


def test_how_long_a_file_is_stands_in_its_info(make_clip: MakeClip, tmp_path: Path) -> None:
    video = VideoFile(make_clip("a.mp4", [i / 10 for i in range(20)]))
    next(iter(video))
    assert video.info is not None
    assert video.info.duration_s == pytest.approx(2.0, abs=0.11)
    assert video.frame_count == 20


def test_a_damaged_video_begins_anywhere_and_says_so_at_its_end(make_clip: MakeClip, tmp_path: Path) -> None:
    content = make_clip("a.mkv", [i / 10 for i in range(60)]).read_bytes()
    (tmp_path / "cut.mkv").write_bytes(content[: len(content) * 2 // 3])
    whole, _ = read_until_error(VideoFile(tmp_path / "cut.mkv"))
    frames, error = read_until_error(FromTwelve(tmp_path / "cut.mkv"))
    assert f"damaged after {len(whole)} frames" in str(error)
    assert_same(frames[0], whole[12])
    assert_same(frames[-1], whole[-1])


def test_beyond_the_end_there_is_nothing(make_clip: MakeClip) -> None:
    video = VideoFile(make_clip("a.mp4", [i / 30 for i in range(5)]))
    assert video.number_at(1e9) == 4
    assert numbers_in(list(video.frames_from(4))) == [4]


def test_a_video_that_is_gone_is_said_when_it_is_sought(make_clip: MakeClip) -> None:
    path = make_clip("a.mp4", [i / 30 for i in range(5)])
    video = VideoFile(path)
    path.unlink()
    with pytest.raises(SourceError):
        video.number_at(0.1)


def test_a_folder_begins_at_any_picture_and_leaves_out_what_cannot_be_read(tmp_path: Path) -> None:
    for i in range(5):
        cv2.imwrite(str(tmp_path / f"{i}.png"), np.full((20, 30, 3), 10 * i, np.uint8))
    (tmp_path / "3.png").write_bytes(b"damaged")
    folder = PictureSource(tmp_path)
    assert folder.number_at(2.5) == 2
    assert folder.number_at(99) == 4
    frames = folder.frames_from(2)
    given = [next(frames), next(frames)]
    with pytest.raises(SourceError, match="1 of 5 pictures"):
        next(frames)
    assert [(frame.index, frame.time_s, int(frame.image[0, 0, 0])) for frame in given] == [(2, 2.0, 20), (3, 3.0, 40)]
    assert folder.names == ["0.png", "1.png", "2.png", "4.png"]
    assert next(folder.frames_from(1)).image[0, 0, 0] == 10
    assert folder.frame_count == 4


def test_files_can_be_sought_and_begin_as_usual(make_clip: MakeClip) -> None:
    video = VideoFile(make_clip("a.mp4", [i / 30 for i in range(12)]))
    assert isinstance(video, SeekableSource)
    assert numbers_in(list(video.frames_from(7))) == [7, 8, 9, 10, 0]
    assert numbers_in(list(video)) == [*range(11), 0]
