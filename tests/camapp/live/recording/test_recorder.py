"""Recordings: all frames, their true times, and what survives a kill and a full disk."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

from camapp.errors import RecordingError
from camapp.live.recording.recorder import Recorder, preset_for
from tests.camapp.live.fakes import number_in, numbered_picture, read_video


def record(path: Path, times_s: list[float], size_wh: tuple[int, int] = (160, 96)) -> Recorder:
    recorder = Recorder(path, size_wh)
    for number, time_s in enumerate(times_s):
        recorder.write(numbered_picture(number, size_wh), time_s)
    return recorder


@pytest.mark.parametrize("fps", [7.5, 15, 25, 30000 / 1001, 60])
def test_a_minute_recorded_plays_a_minute_at_any_rate(tmp_path: Path, fps: float) -> None:
    count = round(60 * fps)
    summary = record(tmp_path / "v.mp4", [5 + i / fps for i in range(count)]).close()
    pictures, _, duration_s = read_video(tmp_path / "v.mp4")
    assert len(pictures) == summary.frames == count
    assert duration_s == pytest.approx(60, rel=0.001)
    assert summary.seconds == pytest.approx(duration_s, abs=0.001)
    assert summary.bytes == (tmp_path / "v.mp4").stat().st_size


def test_every_frame_keeps_its_own_time_at_a_changing_rate(tmp_path: Path) -> None:
    gaps = np.random.default_rng(0).choice([1 / 60, 1 / 30, 0.1, 1.5], 80)
    times_s = [0.0, *np.cumsum(gaps).tolist()]
    record(tmp_path / "v.mp4", times_s).close()
    pictures, read_s, _ = read_video(tmp_path / "v.mp4")
    assert [number_in(picture) for picture in pictures] == list(range(len(times_s)))
    assert read_s == pytest.approx(times_s, abs=1e-4)


def test_a_clock_that_stands_still_or_goes_back_loses_no_frame(tmp_path: Path) -> None:
    record(tmp_path / "v.mp4", [0, 0.1, 0.1, 0.05, 0.2]).close()
    pictures, read_s, _ = read_video(tmp_path / "v.mp4")
    assert [number_in(picture) for picture in pictures] == [0, 1, 2, 3, 4]
    assert read_s == sorted(read_s)


@pytest.mark.parametrize("size_wh", [(1, 1), (161, 97), (2, 401)])
def test_odd_and_tiny_sizes_are_recorded(tmp_path: Path, size_wh: tuple[int, int]) -> None:
    recorder = Recorder(tmp_path / "v.mp4", size_wh)
    for i in range(3):
        recorder.write(np.full((size_wh[1], size_wh[0], 3), 100 * (i == 1), np.uint8), i / 30)
    recorder.close()
    pictures, _, _ = read_video(tmp_path / "v.mp4")
    assert len(pictures) == 3
    assert pictures[1].mean() == pytest.approx(100, abs=5)


def test_a_picture_of_another_size_is_fitted_in(tmp_path: Path) -> None:
    recorder = record(tmp_path / "v.mp4", [0.0])
    recorder.write(np.full((300, 100, 3), 200, np.uint8), 0.1)
    recorder.close()
    last = read_video(tmp_path / "v.mp4")[0][1]
    assert last.shape == (96, 160, 3)
    assert last[48, 80].mean() == pytest.approx(200, abs=6)
    assert last[48, 5].mean() < 10


def test_a_picture_too_large_for_a_video_is_made_smaller(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "v.mp4", (6000, 90))
    recorder.write(np.full((90, 6000, 3), 200, np.uint8), 0)
    recorder.close()
    assert read_video(tmp_path / "v.mp4")[0][0].shape == (62, 4096, 3)


def test_a_single_picture_is_shown_for_a_second(tmp_path: Path) -> None:
    assert record(tmp_path / "v.mp4", [0.0]).close().seconds == 1
    assert read_video(tmp_path / "v.mp4")[2] == pytest.approx(1)


def test_colours_are_those_of_the_camera(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "v.mp4", (64, 64))
    for i in range(3):
        recorder.write(np.full((64, 64, 3), (200, 60, 30), np.uint8), i / 30)  # blue, not red
    recorder.close()
    assert read_video(tmp_path / "v.mp4")[0][2][32, 32].tolist() == pytest.approx([200, 60, 30], abs=6)


def test_closing_twice_gives_the_same_summary(tmp_path: Path) -> None:
    recorder = record(tmp_path / "v.mp4", [0.0, 0.1])
    assert recorder.close() == recorder.close()


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(RecordingError) as caught:
        Recorder(tmp_path / "file" / "v.mp4", (64, 64))
    assert caught.value.code == "folder_unwritable"


def test_a_larger_picture_gets_a_faster_preset() -> None:
    assert preset_for((1280, 720), cores=2) == "superfast"
    assert preset_for((1920, 1080), cores=2) == "ultrafast"
    assert preset_for((1920, 1080), cores=16) == "superfast"


# Pictures with noise, so that the file grows as a camera's would. Prints the time of each frame once it is written.
WRITER = """
    import sys
    from pathlib import Path
    import numpy as np
    from camapp.errors import RecordingError
    from camapp.live.recording.recorder import Recorder
    from tests.camapp.live.fakes import numbered_picture

    noise = np.random.default_rng(0).integers(0, 60, (240, 400, 3), dtype=np.uint8)
    recorder = Recorder(Path(sys.argv[1]), (400, 240))
    try:
        for number in range(int(sys.argv[2])):
            picture = numbered_picture(number % 1024, (400, 240))
            picture[:200] += np.roll(noise, number * 7, 1)[:200]
            recorder.write(picture, number / 30)
            print(number, flush=True)
    except RecordingError as error:
        print(error.code, flush=True)
    print(recorder.close().frames, flush=True)
"""


def test_a_recording_that_is_killed_plays_and_has_lost_at_most_a_second(tmp_path: Path) -> None:
    command = [sys.executable, "-c", textwrap.dedent(WRITER), str(tmp_path / "v.mp4"), "100000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        written = next(int(line) for line in process.stdout if int(line) >= 200)
        process.send_signal(signal.SIGKILL)
    pictures, times_s, _ = read_video(tmp_path / "v.mp4")
    assert [number_in(picture) for picture in pictures] == [n % 1024 for n in range(len(pictures))]
    assert times_s[-1] >= written / 30 - 1


LIMITED = """
    import resource, signal
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # so that writing fails as on a full disk
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="file sizes are limited by POSIX means")
def test_on_a_full_disk_the_recording_ends_with_a_sentence_and_plays_to_there(tmp_path: Path) -> None:
    script = textwrap.dedent(LIMITED) + textwrap.dedent(WRITER)
    command = [sys.executable, "-c", script, str(tmp_path / "v.mp4"), "2000"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert lines[-2] == "disk_full"
    last, kept = int(lines[-3]), int(lines[-1])
    pictures, times_s, _ = read_video(tmp_path / "v.mp4")
    assert len(pictures) == kept
    assert [number_in(picture) for picture in pictures] == [n % 1024 for n in range(len(pictures))]
    assert times_s[-1] >= last / 30 - 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the full device")
def test_a_disk_that_is_full_from_the_start_is_said() -> None:
    with pytest.raises(RecordingError) as caught:
        Recorder(Path("/dev/full"), (64, 64))
    assert caught.value.code == "disk_full"


def test_a_recording_without_a_picture_leaves_no_file(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "empty.mp4", (64, 48))
    assert recorder.close().frames == 0
    assert not (tmp_path / "empty.mp4").exists()
