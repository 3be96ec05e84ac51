from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from camapp.errors import SettingsError
from camapp.settings import (
    CameraSettings,
    DisplayChoices,
    RecordingChoices,
    Settings,
    add_settings,
    load_settings,
    merged,
    save_settings,
    settings_path,
)

FULL = Settings(
    source="camera:HD Webcam",
    recent=("camera:HD Webcam", "rtsp://me:secret@10.0.0.2/a"),
    model="/models/mine.safetensors",
    device="cpu",
    input_size=(384, 640),
    scheme="dark",
    language="zh_CN",
    seen_welcome=True,
    display=DisplayChoices(score=0.5, classes_on=("bottle", "cup")),
    recording=RecordingChoices(folder='C:\\Vidéos "mine"', quality="best", clean=True),
    cameras={"camera:HD Webcam": CameraSettings(size_wh=(1920, 1080), fps=30, pixel_format="MJPG", rotate=90)},
)


def test_what_is_saved_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "settings.toml"
    save_settings(FULL, path)
    assert load_settings(path) == (FULL, None)
    assert [file.name for file in path.parent.iterdir()] == ["settings.toml"]


def test_without_a_file_all_is_fresh(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "settings.toml") == (Settings(), None)


@pytest.mark.parametrize(
    "content",
    [b"scheme = ", b'scheme = "purple"', b"input_size = 3", b"\xff\xfe\x00", b"[display]\nscore = 7"],
    ids=["no TOML", "no such value", "another type", "no text", "out of range"],
)
def test_a_broken_file_is_kept_aside_and_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(content)
    settings, error = load_settings(path)
    aside = tmp_path / "settings.toml.broken"
    assert settings == Settings()
    assert error is not None
    assert error.code == "settings_broken"
    assert str(aside) in str(error)
    assert (aside.read_bytes(), path.exists()) == (content, False)


def test_what_a_newer_version_wrote_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('scheme = "dark"\nhologram = true\n[window]\ndepth = 3\n')
    assert load_settings(path) == (Settings(scheme="dark"), None)


@pytest.mark.skipif(sys.platform == "win32", reason="rights of POSIX")
def test_others_cannot_read_the_file(tmp_path: Path) -> None:
    save_settings(FULL, tmp_path / "settings.toml")
    assert stat.S_IMODE(os.stat(tmp_path / "settings.toml").st_mode) == 0o600


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError) as said:
        save_settings(FULL, tmp_path / "file" / "settings.toml")
    assert said.value.code == "settings_unwritable"


def test_the_newest_source_comes_first_and_once() -> None:
    settings = Settings()
    for spec in [str(i) for i in range(12)] + ["7"]:
        settings = settings.with_recent(spec)
    assert settings.recent == ("7", "11", "10", "9", "8", "6", "5", "4")


def test_tests_have_settings_of_their_own() -> None:
    assert Path.home() not in settings_path().parents


def test_of_two_windows_each_keeps_what_it_changed(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    save_settings(FULL, path)
    other = replace(
        FULL,
        language="en",
        recent=("film.mp4", *FULL.recent),
        display=DisplayChoices(score=0.7, classes_on=("bottle", "cup")),
        cameras={**FULL.cameras, "camera:Second": CameraSettings(mirror=True)},
    )
    add_settings(other, FULL, path)
    webcam = FULL.cameras["camera:HD Webcam"]
    mine = replace(
        FULL,
        scheme="light",
        recent=("4", *FULL.recent),
        display=replace(FULL.display, follow=True),
        cameras={"camera:HD Webcam": replace(webcam, mirror=True)},
    )
    add_settings(mine, FULL, path)
    assert load_settings(path)[0] == replace(
        FULL,
        language="en",
        scheme="light",
        recent=("4", *FULL.recent, "film.mp4"),
        display=DisplayChoices(score=0.7, classes_on=("bottle", "cup"), follow=True),
        cameras={"camera:HD Webcam": replace(webcam, mirror=True), "camera:Second": CameraSettings(mirror=True)},
    )


def test_what_was_taken_away_stays_away() -> None:
    before = Settings(
        recent=("a", "b"), cameras={"x": CameraSettings(controls={"gain": 3, "hue": 1}), "y": CameraSettings()}
    )
    after = Settings(cameras={"x": CameraSettings(controls={"hue": 2})})
    assert merged(after, before, before) == after
    others = Settings(recent=("a", "b"), cameras={"x": CameraSettings(controls={"gain": 4, "hue": 1, "gamma": 5})})
    assert merged(after, before, others) == Settings(cameras={"x": CameraSettings(controls={"hue": 2, "gamma": 5})})


@pytest.mark.parametrize("content", [None, b"scheme = "], ids=["gone", "broken"])
def test_settings_are_written_whole_where_the_file_went(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "settings.toml"
    if content is not None:
        path.write_bytes(content)
    changed = replace(FULL, scheme="light")
    add_settings(changed, FULL, path)
    assert load_settings(path) == (changed, None)
    assert [file.read_bytes() for file in tmp_path.glob("*.broken")] == ([content] if content else [])
