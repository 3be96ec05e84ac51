"""camapp in the Start menu of Windows: what PowerShell is asked, and what is said if it refuses."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from camapp import start_menu
from camapp.command_line import app, run_app
from detector.paths import RESOURCES

REPOSITORY = Path(__file__).parents[2]
Asked = list[dict[str, str]]
TESTS_OWN = ("CAMAPP_CONFIG_DIR", "CAMAPP_CACHE_DIR")  # see tests/conftest.py


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Asked:
    """A Windows whose PowerShell makes each shortcut that it is asked for; the environment of each call."""
    calls: Asked = []

    def powershell(command: list[str], env: dict[str, str], **_: object) -> subprocess.CompletedProcess[str]:
        assert command[0] == "powershell"
        calls.append(env)
        Path(env["CAMAPP_LINK"]).write_text("a shortcut")
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("APPDATA", str(tmp_path))
    monkeypatch.setattr(subprocess, "run", powershell)
    return calls


def test_the_shortcut_starts_this_very_folder_and_has_the_icon(
    asked: Asked, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_app(app, ["menu-entry"]) == 0
    link = tmp_path / "Microsoft" / "Windows" / "Start Menu" / "Programs" / "camapp.lnk"
    assert capsys.readouterr().out == f"In the applications menu: {link}\n"
    assert asked[0]["CAMAPP_LINK"] == str(link)
    assert (asked[0]["CAMAPP_TARGET"], asked[0]["CAMAPP_ARGUMENTS"]) == (str(REPOSITORY / "start.bat"), "")
    assert asked[0]["CAMAPP_ICON"] == str(RESOURCES / "icons" / "camapp.ico")
    assert (RESOURCES / "icons" / "camapp.ico").read_bytes()[:4] == b"\0\0\1\0"


def test_every_value_that_powershell_reads_is_given(asked: Asked) -> None:
    start_menu.add_shortcut()
    wanted = {part.split(";")[0].rstrip(").;") for part in start_menu.MAKE_SHORTCUT.split("$env:")[1:]}
    assert wanted == {name for name in asked[0] if name.startswith("CAMAPP_") and name not in TESTS_OWN}


def test_the_shortcut_of_a_wheel_starts_its_python(
    asked: Asked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start_menu, "START", tmp_path / "site-packages" / "start.bat")
    start_menu.add_shortcut()
    assert (asked[0]["CAMAPP_TARGET"], asked[0]["CAMAPP_ARGUMENTS"]) == (sys.executable, "-m camapp")


def test_removed_it_is_gone(asked: Asked, capsys: pytest.CaptureFixture[str]) -> None:
    link = start_menu.add_shortcut()
    for _ in range(2):
        assert run_app(app, ["menu-entry", "--remove"]) == 0
        assert not link.exists()
    assert capsys.readouterr().out == f"Removed: {link}\n" * 2


@pytest.mark.parametrize("refusal", [subprocess.CompletedProcess([], 1, "", "\nAccess denied.\nAt line:1"), None])
def test_a_refusal_is_said_in_one_sentence(
    asked: Asked,
    refusal: subprocess.CompletedProcess[str] | None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def powershell(*_: object, **__: object) -> subprocess.CompletedProcess[str]:
        if refusal is None:
            raise FileNotFoundError(2, "No such file", "powershell")
        return refusal

    monkeypatch.setattr(subprocess, "run", powershell)
    assert run_app(app, ["menu-entry"]) == 5
    said = capsys.readouterr().err
    assert said.startswith("The entry in the applications menu cannot be written: '")
    assert said.count("\n") == 1
    assert ("Access denied." if refusal else "No such file") in said
