"""camapp in the applications menu: what is written, that a desktop can start it, and that it goes away again."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from camapp import menu_entry
from camapp.command_line import app, run_app
from detector.paths import RESOURCES

REPOSITORY = Path(__file__).parents[2]
AWKWARD = "a b 'c' \"d\" $HOME `x` 100%k back\\slash 你好"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of this person's data, on Linux without programs that look after a menu."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data"


def read_entry(path: Path) -> configparser.SectionProxy:
    parser = configparser.RawConfigParser()
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # the keys' letters as they are
    parser.read(path, encoding="utf-8")
    return parser["Desktop Entry"]


def words(line: str) -> list[str]:
    """An Exec line as the specification says it is read."""
    found = re.findall(r'"(?:[^"\\]|\\.)*"|\S+', line.replace("\\\\", "\\"))
    return [re.sub(r"\\(.)", r"\1", word[1:-1]).replace("%%", "%") if word[0] == '"' else word for word in found]


def test_the_entry_starts_this_very_folder(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_app(app, ["menu-entry"]) == 0
    entry = data / "applications" / "camapp.desktop"
    assert capsys.readouterr().out == f"In the applications menu: {entry}\n"
    assert words(read_entry(entry)["Exec"]) == ["sh", str(REPOSITORY / "start.command")]


def test_the_entry_of_a_wheel_starts_its_python(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = str(tmp_path / AWKWARD / "python")
    monkeypatch.setattr(menu_entry, "START", tmp_path / "site-packages" / "start.command")
    monkeypatch.setattr(sys, "executable", python)
    entry = read_entry(menu_entry.add_menu_entry())
    assert words(entry["Exec"]) == [python, "-m", "camapp"]
    assert entry["TryExec"].replace("\\\\", "\\") == python


def test_the_icon_travels_with_the_entry(data: Path) -> None:
    entry = read_entry(menu_entry.add_menu_entry())
    assert entry["Icon"] == "camapp"
    for size, name in (("256x256", "camapp.png"), ("scalable", "camapp.svg")):
        icon = data / "icons" / "hicolor" / size / "apps" / name
        assert icon.read_bytes() == (RESOURCES / "icons" / name).read_bytes()


def test_the_entry_says_what_the_file_for_a_double_click_says(data: Path) -> None:
    ours, beside = read_entry(menu_entry.add_menu_entry()), read_entry(REPOSITORY / "camapp.desktop")
    assert {**ours, "Exec": ""} == {**beside, "Exec": ""}


def test_added_again_it_is_the_newest_and_removed_it_is_gone(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    entry = menu_entry.add_menu_entry()
    entry.write_text("of an older version")
    menu_entry.add_menu_entry()
    assert read_entry(entry)["Name"] == "camapp"
    for _ in range(2):
        assert run_app(app, ["menu-entry", "--remove"]) == 0
        assert capsys.readouterr().out == f"Removed: {entry}\n"
    assert not [path for path in data.rglob("*") if path.is_file()]


def test_a_relative_data_folder_does_not_count(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "here")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert menu_entry.add_menu_entry() == tmp_path / ".local" / "share" / "applications" / "camapp.desktop"


def test_the_menu_is_told(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run: list[list[str]] = []
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(subprocess, "run", lambda command, **_: run.append(command))
    menu_entry.add_menu_entry()
    assert ["/usr/bin/update-desktop-database", "-q", str(data / "applications")] in run


def test_a_folder_that_cannot_be_written_is_said_in_one_sentence(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data.write_text("a file where the folder should be")
    assert run_app(app, ["menu-entry"]) == 5
    assert capsys.readouterr().err.startswith("The entry in the applications menu cannot be written: '")


def test_macos_is_told_what_to_do_there(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert run_app(app, ["menu-entry"]) == 2
    assert "drag start.command into the Dock" in capsys.readouterr().err
    assert not data.exists()
