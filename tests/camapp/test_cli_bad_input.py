"""The command line on bad input: one sentence on stderr, the exit code of the README, nothing lost."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import cv2
import pytest

from camapp.errors import CamappError, CameraError
from camapp.live.detecting import DetectWorker
from camapp.live.reading import stream_source
from camapp.live.reading.base import Source
from detector.engines.base import Detector
from detector.paths import CLIP
from detector.types import Frame
from tests.camapp.cli_helpers import Command, frame_count, with_index_first, write_clip
from tests.camapp.live.servers import PictureServer
from tests.detector.small_model import noise_frame


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write_clip(tmp_path / "clip.mp4")


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (("detec",), "No such command 'detec'. Did you mean 'detect'? `camapp --help` lists commands and options."),
        (("detect",), "Missing argument 'SOURCE'. `camapp detect --help` lists its options."),
        (
            ("detect", CLIP, "--scores", "1"),
            "No such option: --scores (Possible options: --csv, --score, --seconds). "
            "`camapp detect --help` lists its options.",
        ),
        (
            ("detect", CLIP, "--score", "2"),
            "Invalid value for '--score': Input should be less than or equal to 1. "
            "`camapp detect --help` lists its options.",
        ),
        (
            ("detect", CLIP, "--size", "big"),
            "The input size 'big' cannot be used. Give height x width in multiples of 32, as 256x416.",
        ),
        (
            ("detect", CLIP, "--out", "video.avi"),
            "'video.avi' does not end in .mp4, and the video would be one. Give it as NAME.mp4.",
        ),
        (
            ("detect", CLIP, "--out", CLIP),
            f"'{CLIP}' is the source itself, or is asked for twice. Give another name.",
        ),
        (
            ("detect", CLIP, "--csv", "a.csv", "--jsonl", "a.csv"),
            "'a.csv' is the source itself, or is asked for twice. Give another name.",
        ),
    ],
    ids=lambda value: "" if isinstance(value, str) else " ".join(Path(arg).name for arg in value),
)
def test_wrong_use_ends_with_2(
    camapp: Command, args: tuple[object, ...], sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = camapp(*args)
    assert (ran.code, ran.sentence) == (2, sentence)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_class_ends_with_2_and_names_the_close_one(camapp: Command, cli_model: Path, clip: Path) -> None:
    ran = camapp("detect", clip, "--model", cli_model, "--classes", "botle")
    assert (ran.code, ran.sentence) == (2, "The model knows no class 'botle'. Did you mean bottle?")


def test_a_size_that_no_network_takes_ends_with_2(camapp: Command, cli_model: Path, clip: Path) -> None:
    ran = camapp("detect", clip, "--model", cli_model, "--size", "100x100")
    assert ran.code == 2
    assert "'100x100' cannot be used" in ran.sentence


def test_a_missing_file_ends_with_3(camapp: Command) -> None:
    ran = camapp("detect", "no such.mp4")
    assert (ran.code, ran.sentence) == (3, "There is no file or folder 'no such.mp4'. Check the name.")


def test_a_name_that_no_terminal_can_show_is_escaped(camapp: Command) -> None:
    ran = camapp("detect", "no such \udcff.mp4")
    assert (ran.code, ran.sentence) == (3, "There is no file or folder 'no such \\udcff.mp4'. Check the name.")


def test_a_fault_of_ours_is_one_sentence_too(
    camapp: Command, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise ZeroDivisionError("a fault")

    monkeypatch.setattr("camapp.live.camera.listing.list_cameras", broken)
    ran = camapp("cameras")
    assert ran.code == 1
    assert ran.sentence.startswith("Something went wrong inside camapp: a fault. ")
    assert "ZeroDivisionError" in caplog.text


def test_a_text_file_named_mp4_ends_with_3_without_output(camapp: Command, cli_model: Path, tmp_path: Path) -> None:
    text = tmp_path / "notes.mp4"
    text.write_text("This is no video.\n" * 100)
    ran = camapp("detect", text, "--model", cli_model, "--out", tmp_path / "o.mp4", "--csv", tmp_path / "o.csv")
    assert ran.code == 3
    assert ran.sentence == f"'{text}' is not a video or picture that can be read. Choose another file."
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notes.mp4"]


def test_what_can_be_read_of_a_truncated_video_is_kept(camapp: Command, cli_model: Path, tmp_path: Path) -> None:
    whole = write_clip(tmp_path / "whole.mp4", frames=60)
    first = tmp_path / "first.mp4"  # its index at the start, as cameras and phones that stream it write it
    with_index_first(whole, first)
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(first.read_bytes()[: first.stat().st_size // 2])
    ran = camapp("detect", cut, "--model", cli_model, "--out", tmp_path / "o.mp4", "--csv", tmp_path / "o.csv")
    assert ran.code == 3
    frames = frame_count(tmp_path / "o.mp4")
    assert 0 < frames < 60
    assert ran.sentence.startswith(f"'{cut}' is damaged after {frames} frames.")


def test_a_video_without_index_leaves_no_output(camapp: Command, cli_model: Path, clip: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(clip.read_bytes()[: clip.stat().st_size // 2])
    ran = camapp("detect", cut, "--model", cli_model, "--out", tmp_path / "o.mp4")
    assert ran.code == 3
    assert ran.sentence.startswith(f"'{cut}' has no readable index: it was cut off")
    assert not (tmp_path / "o.mp4").exists()


def test_a_folder_without_pictures_ends_with_3(camapp: Command, cli_model: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    ran = camapp("detect", empty, "--model", cli_model, "--out", tmp_path / "seen")
    assert ran.code == 3
    assert ran.sentence.startswith(f"The folder '{empty}' holds no pictures.")
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]  # nothing is left where pictures would have been


def test_a_damaged_picture_in_a_folder_costs_that_one_alone(camapp: Command, cli_model: Path, tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    cv2.imwrite(str(pictures / "1.png"), noise_frame().image)
    (pictures / "2.png").write_bytes(b"no picture")
    ran = camapp("detect", pictures, "--model", cli_model, "--out", tmp_path / "seen")
    assert ran.code == 3
    assert "1 of 2 pictures" in ran.sentence
    assert [path.name for path in (tmp_path / "seen").iterdir()] == ["1.png"]


def test_a_folder_into_one_video_ends_with_2(camapp: Command, tmp_path: Path) -> None:
    ran = camapp("detect", tmp_path, "--out", tmp_path / "o.mp4")
    assert ran.code == 2
    assert ran.sentence.endswith("Give a folder to --out.")
    ran = camapp("detect", tmp_path, "--out", tmp_path)
    assert ran.code == 2
    assert "is the source itself" in ran.sentence


def test_no_camera_ends_with_4(camapp: Command, cli_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("camapp.live.camera.listing.enumerate_cameras", lambda backend: [])
    ran = camapp("detect", "0", "--model", cli_model)
    assert (ran.code, ran.sentence) == (4, "No camera was found. Plug one in, or choose a file.")
    assert camapp("cameras").code == 4
    listed = camapp("cameras", "--json")
    assert (listed.code, listed.out) == (4, "[]\n")


def test_a_stream_that_does_not_answer_ends_with_4(camapp: Command, cli_model: Path, tmp_path: Path) -> None:
    with socket.socket() as nobody:  # a port that is taken and never listened on: refused at once
        nobody.bind(("127.0.0.1", 0))
        address = f"rtsp://127.0.0.1:{nobody.getsockname()[1]}/live"
        ran = camapp("detect", address, "--model", cli_model, "--out", tmp_path / "o.mp4")
    assert ran.code == 4
    assert ran.sentence.startswith(f"The stream '{address}' does not answer.")
    assert not (tmp_path / "o.mp4").exists()


def test_a_stream_that_is_silent_ends_with_4(
    camapp: Command, cli_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_source, "TIMEOUT_S", 0.5)
    with closing(PictureServer()) as server:
        address = f"{server.address}/silent"
        ran = camapp("detect", address, "--model", cli_model, "--out", tmp_path / "o.mp4")
    assert ran.code == 4
    assert ran.sentence.startswith(f"The stream '{address}' does not answer.")
    assert not (tmp_path / "o.mp4").exists()


class CameraThatComesBack(Source):
    """Three pictures, and between them it is lost and found again."""

    live = True

    def __iter__(self) -> Iterator[Frame]:
        yield noise_frame()
        self.on_trouble(CameraError("camera_lost", name=self.name))
        self.on_trouble(None)
        yield noise_frame(index=1)
        yield noise_frame(index=2)


def test_a_camera_that_was_lost_and_came_back_is_no_error(
    camapp: Command, cli_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("camapp.cli.job.open_source", lambda spec: CameraThatComesBack(spec))
    ran = camapp("detect", "0", "--model", cli_model, "--out", tmp_path / "o.mp4")
    assert (ran.code, frame_count(tmp_path / "o.mp4")) == (0, 3)


def test_a_detector_that_failed_is_said_though_a_camera_came_back_since(
    camapp: Command, cli_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = threading.Event()

    def fail(worker: DetectWorker, detector: Detector, frame: Frame) -> None:
        worker._give_up(detector, frame, CamappError("detection_failed", reason="out of memory"))
        failed.set()

    class Camera(CameraThatComesBack):
        def __iter__(self) -> Iterator[Frame]:
            pictures = super().__iter__()
            yield next(pictures)
            assert failed.wait(20)
            yield from pictures

    monkeypatch.setattr(DetectWorker, "_detect", fail)
    monkeypatch.setattr("camapp.cli.job.open_source", lambda spec: Camera(spec))
    ran = camapp("detect", "0", "--model", cli_model, "--out", tmp_path / "o.mp4")
    assert ran.code == 3
    assert "The detector stopped: out of memory." in ran.err
    assert frame_count(tmp_path / "o.mp4") == 3


def test_a_device_that_is_not_here_ends_with_4(camapp: Command, cli_model: Path, clip: Path) -> None:
    ran = camapp("detect", clip, "--model", cli_model, "--device", "abacus")
    assert ran.code == 4
    assert ran.sentence.startswith("There is no device 'abacus'. Choose one of: auto")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda content: b"GIF89a no model", "is not a camapp model"),
        (lambda content: content[: len(content) // 2], "is incomplete or damaged"),
        (lambda content: content.replace(b"resnet18", b"resnet99"), "names an unknown architecture, 'resnet99'"),
    ],
    ids=["no model", "truncated", "unknown architecture"],
)
def test_a_bad_model_ends_with_3(
    camapp: Command, clip: Path, cli_model: Path, tmp_path: Path, damage: Callable[[bytes], bytes], said: str
) -> None:
    bad = tmp_path / "bad.safetensors"  # with a network for OpenVINO, as the bundled one
    bad.write_bytes(damage(cli_model.read_bytes()))
    ran = camapp("detect", clip, "--model", bad, "--out", tmp_path / "o.mp4")
    assert ran.code == 3
    assert said in ran.sentence
    assert not (tmp_path / "o.mp4").exists()


def test_a_missing_model_ends_with_3(camapp: Command, clip: Path) -> None:
    ran = camapp("detect", clip, "--model", "none.safetensors")
    assert ran.code == 3
    assert ran.sentence.startswith("There is no model file 'none.safetensors'.")


@pytest.mark.parametrize("option", ["--out", "--csv", "--jsonl", "--coco"])
def test_a_folder_that_cannot_be_written_ends_with_5(
    camapp: Command, cli_model: Path, clip: Path, tmp_path: Path, option: str
) -> None:
    (tmp_path / "file").write_text("in the way")
    path = tmp_path / "file" / "o.mp4"
    ran = camapp("detect", clip, "--model", cli_model, option, path)
    assert ran.code == 5
    assert ran.sentence.startswith(f"'{path}' cannot be written: ")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux's device that is always full")
def test_a_full_disk_ends_with_5_and_keeps_the_other_file(
    camapp: Command, cli_model: Path, clip: Path, tmp_path: Path
) -> None:
    ran = camapp("detect", clip, "--model", cli_model, "--jsonl", tmp_path / "o.jsonl", "--csv", "/dev/full")
    assert (ran.code, ran.sentence) == (
        5,
        "The disk is full: '/dev/full' ends here. All before that is kept. Make room, then start again.",
    )
    assert Path("/dev/full").is_char_device()


@pytest.mark.skipif(sys.platform == "win32", reason="file sizes are limited by POSIX means")
def test_a_video_that_fills_the_disk_ends_with_5_and_plays_to_there(
    camapp: Command, cli_model: Path, tmp_path: Path
) -> None:
    import resource

    clip, video = write_clip(tmp_path / "clip.mp4", frames=60), tmp_path / "o.mp4"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, limits[1]))  # Python ignores the signal: writing fails
    try:
        ran = camapp("detect", clip, "--model", cli_model, "--out", video)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert ran.code == 5
    assert ran.sentence.startswith(f"The disk is full: '{video}' ends here.")
    assert 0 < frame_count(video) < 60
