"""The wheel: all that camapp needs is in it, and is found where only the wheel is."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

REPOSITORY = Path(__file__).parents[1]
NOT_ALONE = ("__pycache__", ".pyc")  # what a run leaves behind

FIND_ALL = """
from pathlib import Path
import sys
from camapp.menu_entry import START
from camapp.version import PROJECT, own_version
from detector.modelfile import read_info, read_openvino
from detector.paths import CLIP, DEFAULT_MODEL, RESOURCES

assert RESOURCES.is_relative_to(sys.argv[1]), RESOURCES
assert CLIP.stat().st_size > 0
assert "person" in read_info(DEFAULT_MODEL).class_names
assert read_openvino(DEFAULT_MODEL).precision == "int8"
assert not START.exists()  # an entry in the menu starts the Python of the wheel
assert not PROJECT.exists()
assert own_version() == sys.argv[2]
"""
SHOW_ALL = """
import sys
from camapp.ui.app import make_app
from camapp.ui.look import icons
from camapp.ui.words.language import Language, speaks_chinese
from PySide6.QtGui import QColor

app = make_app()
assert icons.ICONS.is_relative_to(sys.argv[1]), icons.ICONS
assert not app.windowIcon().isNull()
assert app.windowIcon().actualSize(app.windowIcon().availableSizes()[0]).width() >= 256
assert app.desktopFileName() == "camapp"  # the entry in the menu has this name: the task bar shows its icon
for path in icons.ICONS.glob("*.svg"):
    assert not icons.icon(path.stem, QColor("black")).isNull(), path
Language(app).choose("zh_CN")
assert speaks_chinese()
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as `uv build --wheel` and pip do it, without asking a network for anything."""
    folder = tmp_path_factory.mktemp("wheel")
    (built,) = WheelBuilder(str(REPOSITORY)).build(directory=str(folder), versions=["standard"])
    return Path(built)


@pytest.fixture(scope="module")
def unpacked(wheel: Path) -> Path:
    """As an installer lays it out."""
    folder = wheel.parent / "site-packages"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def files_below(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and not any(mark in str(path) for mark in NOT_ALONE)
    }


def run_away_from_the_repository(unpacked: Path, code: str, *args: str) -> None:
    """Fails with what was said; nothing of the repository can be imported or is the current folder."""
    environment = {**os.environ, "PYTHONPATH": str(unpacked), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", code, str(unpacked), *args]
    done = subprocess.run(command, cwd=unpacked.parent, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("package", ["camapp", "detector"])
def test_every_module_and_the_mark_of_types_are_in_it(unpacked: Path, package: str) -> None:
    in_wheel = {name for name in files_below(unpacked / package) if not name.startswith("resources/")}
    assert in_wheel == files_below(REPOSITORY / package)
    assert "py.typed" in in_wheel


def test_every_resource_is_in_it_as_it_is_here(unpacked: Path) -> None:
    here, there = REPOSITORY / "resources", unpacked / "detector" / "resources"
    assert files_below(there) == files_below(here)
    for name in files_below(here):
        assert (there / name).read_bytes() == (here / name).read_bytes(), name


def test_licence_and_notice_are_in_it_and_nothing_else(unpacked: Path, wheel: Path) -> None:
    (described,) = unpacked.glob("*.dist-info")
    assert {path.name for path in unpacked.iterdir()} == {"camapp", "detector", described.name}
    for name in ("LICENSE", "NOTICE"):
        assert (described / "licenses" / name).read_bytes() == (REPOSITORY / name).read_bytes()
    assert wheel.name.endswith("-py3-none-any.whl")


def test_its_command_is_camapp(unpacked: Path) -> None:
    (entry_points,) = unpacked.glob("*.dist-info/entry_points.txt")
    assert entry_points.read_text().split() == ["[console_scripts]", "camapp", "=", "camapp.__main__:main"]


def test_model_clip_and_version_are_found_where_only_the_wheel_is(unpacked: Path, wheel: Path) -> None:
    run_away_from_the_repository(unpacked, FIND_ALL, wheel.name.split("-")[1])


def test_icons_and_chinese_are_found_where_only_the_wheel_is(unpacked: Path) -> None:
    run_away_from_the_repository(unpacked, SHOW_ALL)
