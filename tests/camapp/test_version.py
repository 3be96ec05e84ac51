"""Which version this is: said at once, and the same wherever it is asked."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from camapp import version
from camapp.command_line import app, run_app

REPOSITORY = Path(__file__).parents[2]
HEAVY = ("torch", "cv2", "openvino", "PySide6", "numpy", "av")
ASK = f"""
import sys
from camapp.__main__ import main
code = main(["--version"])
heavy = [name for name in {HEAVY} if name in sys.modules]
sys.exit(f"imported: {{heavy}}" if heavy else code)
"""


def test_the_version_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_app(app, ["--version"]) == 0
    assert re.fullmatch(r"camapp \d+\.\d+\.\d+\n", capsys.readouterr().out)


def test_saying_the_version_imports_no_library() -> None:
    done = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, cwd=REPOSITORY)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_unpacked_folder_says_its_own_version() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    assert version.own_version() == project["version"]


def test_without_folder_and_installation_there_is_no_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(version, "PROJECT", tmp_path / "pyproject.toml")
    monkeypatch.setattr(metadata, "version", missing)
    assert version.own_version() == "?"
