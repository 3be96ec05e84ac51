"""`camapp detect` on several sources: each into files of its own, one that is bad stops none of the others."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path

import cv2
import pytest

from camapp.cli.outputs import names_of
from camapp.live.sources import CameraSource, PictureSource, StreamSource, VideoFile
from tests.camapp.cli_helpers import Command, frame_count, start, write_clip
from tests.detector.small_model import noise_frame


def picture(path: Path) -> Path:
    path.parent.mkdir(exist_ok=True)
    cv2.imwrite(str(path), noise_frame((160, 96)).image)
    return path


def test_each_source_gets_files_of_its_own_named_after_it(camapp: Command, cli_model: Path, tmp_path: Path) -> None:
    first = write_clip(tmp_path / "party.mp4", frames=4)
    (tmp_path / "b").mkdir()
    second = write_clip(tmp_path / "b" / "party.mp4", frames=3)
    folder = picture(tmp_path / "photos" / "1.png").parent
    table = picture(tmp_path / "table.png")
    seen, tables = tmp_path / "seen", tmp_path / "tables"
    options = ("--model", cli_model, "--out", seen, "--csv", tables, "--coco", tables)
    ran = camapp("detect", first, second, folder, table, *options)
    assert (ran.code, ran.err) == (0, "")
    assert sorted(str(p.relative_to(seen)) for p in seen.rglob("*.*")) == [
        "party-2.mp4", "party.mp4", "photos/1.png", "table.png",
    ]  # fmt: skip
    assert [frame_count(seen / name) for name in ("party.mp4", "party-2.mp4")] == [4, 3]
    names = {"party", "party-2", "photos", "table"}
    assert {p.name for p in tables.iterdir()} == {f"{n}{s}" for n in names for s in (".csv", ".json")}
    assert "4 of 4 sources done: 9 frames" in ran.out
    assert f"Written: {seen / 'party-2.mp4'}" in ran.out


def test_a_bad_source_stops_none_of_the_others_and_its_code_is_the_last_word(
    camapp: Command, cli_model: Path, tmp_path: Path
) -> None:
    good, text = write_clip(tmp_path / "good.mp4", frames=3), tmp_path / "notes.mp4"
    text.write_text("This is no video.\n" * 100)
    ran = camapp("detect", "foo://bar", text, good, "none.mp4", "--model", cli_model, "--csv", tmp_path / "o", "--json")
    assert ran.code == 3
    said = json.loads(ran.out)
    assert [(s["source"], s["state"], s["frames"]) for s in said["sources"]] == [
        ("foo://bar", "failed", 0), (str(text), "failed", 0), (str(good), "done", 3), ("none.mp4", "failed", 0),
    ]  # fmt: skip
    assert [s["error"] and s["error"]["code"] for s in said["sources"]] == [
        "address_unknown", "source_unreadable", None, "source_missing",
    ]  # fmt: skip
    assert (said["total"]["done"], said["total"]["frames"], said["exit_code"]) == (1, 3, 3)
    lines = ran.err.splitlines()
    assert lines[0].startswith("foo://bar: 'foo://bar' is an address of an unknown kind. Known are http://, https://,")
    assert lines[1].startswith("notes.mp4: ")
    assert lines[2].startswith("none.mp4: There is no file or folder")
    assert [p.name for p in (tmp_path / "o").iterdir()] == ["good.csv"]


def test_where_no_source_can_be_opened_no_model_is_loaded(camapp: Command) -> None:
    ran = camapp("detect", "a.mp4", "b.mp4", "--model", "none.safetensors", "--json")
    assert ran.code == 3
    said = json.loads(ran.out)
    assert (said["device"], [s["state"] for s in said["sources"]]) == (None, ["failed", "failed"])


@pytest.mark.parametrize("option", ["--out", "--csv", "--jsonl", "--coco"])
def test_one_file_for_several_sources_ends_with_2(camapp: Command, tmp_path: Path, option: str) -> None:
    clips = [write_clip(tmp_path / f"{name}.mp4", frames=1) for name in "ab"]
    for file in (tmp_path / "boxes.csv", clips[0]):
        ran = camapp("detect", *clips, option, file)
        assert ran.code == 2
        assert ran.sentence.startswith(
            f"'{file}' is one file, and there are several sources. Give a folder to {option}"
        )
    assert len(list(tmp_path.iterdir())) == 2


def test_no_output_overwrites_a_source(camapp: Command, tmp_path: Path) -> None:
    clips = [write_clip(tmp_path / f"{name}.mp4", frames=1) for name in "ab"]
    ran = camapp("detect", *clips, "--out", tmp_path)
    assert ran.code == 2
    assert ran.sentence.startswith(f"'{clips[0]}' is the source itself")


def test_a_camera_without_an_end_must_come_last(camapp: Command, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mp4", frames=1)
    ran = camapp("detect", "0", clip)
    assert (ran.code, ran.sentence) == (
        2,
        "'0' is live and has no end: the sources after it would never begin. Give --seconds, or name it last.",
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux's device that is always full")
def test_a_full_disk_ends_it_and_says_what_was_not_begun(camapp: Command, cli_model: Path, tmp_path: Path) -> None:
    clips = [write_clip(tmp_path / f"{name}.mp4", frames=2) for name in "abc"]
    (tmp_path / "o").mkdir()
    (tmp_path / "o" / "b.csv").symlink_to("/dev/full")
    ran = camapp("detect", *clips, "--model", cli_model, "--csv", tmp_path / "o", "--json")
    assert ran.code == 5
    assert [s["state"] for s in json.loads(ran.out)["sources"]] == ["done", "failed", "not begun"]
    assert ran.err.splitlines()[-1] == "1 of 3 sources were not begun."


def test_ctrl_c_keeps_what_is_done_and_begins_no_other(cli_model: Path, tmp_path: Path) -> None:
    clips = [write_clip(tmp_path / f"{n}.mp4", frames=f) for n, f in (("a", 2), ("b", 900), ("c", 2))]
    tables = tmp_path / "o"
    with start("detect", *clips, "--model", cli_model, "--csv", tables, "--json") as child:
        while not ((tables / "b.csv").exists() and (tables / "b.csv").stat().st_size > 500):
            assert child.poll() is None, child.communicate()
            time.sleep(0.01)
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=200)
    said = json.loads(out)
    assert (child.returncode, said["exit_code"], said["interrupted"]) == (130, 130, True)
    assert [s["state"] for s in said["sources"]] == ["done", "interrupted", "not begun"]
    assert err == "Interrupted. What was done is kept.\n1 of 3 sources were not begun.\n"
    assert sorted(p.name for p in tables.iterdir()) == ["a.csv", "b.csv"]


def test_names_of_files_can_be_had_on_every_system_and_differ(tmp_path: Path) -> None:
    sources = [
        VideoFile(tmp_path / "a:b?.mp4"),
        PictureSource(picture(tmp_path / "A_b_.png")),
        PictureSource(tmp_path),
        CameraSource("0"),
        CameraSource("HD Webcam"),
        CameraSource("/dev/video2"),
        StreamSource("rtsp://me:secret@host:554/live/1"),
        StreamSource("http://..."),
    ]
    assert names_of(sources) == [
        "a_b", "A_b-2", tmp_path.name, "Camera 0", "HD Webcam", "video2", "host_554_live_1", "source",
    ]  # fmt: skip
