"""What the shell offers at Tab, asked for by the shells' own protocol."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from camapp.cli import complete
from camapp.live.camera.listing import CameraInfo
from detector.engines import DEVICES
from tests.camapp.cli_helpers import REPOSITORY, Command

LOADED = """
import sys
from camapp.__main__ import main
try:
    main([])
except SystemExit:
    print([name for name in ("torch", "cv2", "openvino", "PySide6") if name in sys.modules])
"""


def offered(words: str, shell: str = "bash", **environment: str) -> list[str]:
    """What a shell gets for the command line `words`, whose last word is being typed."""
    asked = {
        "_CAMAPP_COMPLETE": f"complete_{shell}",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
        "_TYPER_COMPLETE_ARGS": words,
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        "_TYPER_COMPLETE_WORD_TO_COMPLETE": words.split(" ")[-1],
    }
    ran = subprocess.run(
        [sys.executable, "-m", "camapp"],
        cwd=REPOSITORY,
        env=os.environ | asked | environment,
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert ran.stderr == ""
    return ran.stdout.splitlines()


def test_commands_and_options_are_offered() -> None:
    assert {"detect", "cameras", "models", "window"} <= set(offered("camapp "))
    assert {"--show", "--seconds", "--score", "--size", "--steady"} == set(offered("camapp detect --s"))


@pytest.mark.parametrize(
    ("shell", "line"),
    [
        ("bash", "everyday-r50h"),
        ("zsh", '"everyday-r50h"'),
        ("fish", "everyday-r50h\t"),
        ("powershell", "everyday-r50h:::"),
    ],
)
def test_every_shell_is_offered_models_by_name(shell: str, line: str) -> None:
    assert any(line in said for said in offered("camapp detect clip.mp4 --model every", shell))


def test_devices_and_classes_are_offered() -> None:
    assert tuple(DEVICES) == complete.DEVICES
    assert offered("camapp detect 0 --device o") == ["openvino"]
    assert complete.complete_classes("person,do") == ["person,dog", "person,donut"]
    assert complete.complete_classes("al") == ["all"]


def test_completing_loads_neither_torch_nor_cv2_unless_cameras_are_asked_for() -> None:
    for words in ("camapp detect x --model e", "camapp de", "camapp detect ./"):
        environment = {"_CAMAPP_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
        ran = subprocess.run(
            [sys.executable, "-c", LOADED], cwd=REPOSITORY, env=os.environ | environment, capture_output=True, text=True
        )
        assert ran.stdout.splitlines()[-1] == "[]", ran.stderr


def test_cameras_are_offered_by_name_and_files_beside_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    cameras = [CameraInfo("HD Webcam", 0, "/dev/video0"), CameraInfo("USB2.0 Cam", 1, "/dev/video2")]
    monkeypatch.setattr("camapp.live.camera.listing.list_cameras", lambda: cameras)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "HDR.mp4").touch()
    (tmp_path / "photos").mkdir()
    assert complete.complete_source("hd") == [("HD Webcam", "camera 0")]
    assert [value for value, _ in complete.complete_source("")] == [
        "HD Webcam", "USB2.0 Cam", "HDR.mp4", f"photos{os.sep}",
    ]  # fmt: skip
    assert complete.complete_source("1") == [("1", "USB2.0 Cam")]
    assert complete.complete_source("par") == []  # the shell offers its files
    assert complete.complete_source(f"photos{os.sep}") == []
    monkeypatch.setenv("_CAMAPP_COMPLETE", "complete_bash")
    assert complete.complete_source("H")[0] == ("HD\\ Webcam", "camera 0")
    monkeypatch.setenv("_CAMAPP_COMPLETE", "complete_powershell")
    assert complete.complete_source("H")[0] == ("'HD Webcam'", "camera 0")


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")
def test_bash_itself_completes_by_the_script_that_is_shown(tmp_path: Path) -> None:
    program = tmp_path / "camapp"
    program.write_text(f'#!/bin/sh\nPYTHONPATH={REPOSITORY} exec {sys.executable} -m camapp "$@"\n')
    program.chmod(0o755)
    script = f"""
export PATH={tmp_path}:$PATH
source <(_CAMAPP_COMPLETE=source_bash camapp)
COMP_WORDS=(camapp detect clip.mp4 --model every) COMP_CWORD=4
_camapp_completion camapp
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    ran = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=200)
    assert (ran.stdout, ran.stderr) == ("everyday-r50h\n", "")


def test_help_says_how_completion_is_installed(camapp: Command) -> None:
    assert "--install-completion" in camapp("--help").out
