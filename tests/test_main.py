"""The launcher: what it installs, what it says where it can't, and that later starts do none of it."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import main as launcher
from camapp import system_libraries
from camapp.errors import SystemLibraryError
from camapp.screen import has_screen
from camapp.start import WindowOptions, open_window
from scripts import setup_env

REPOSITORY = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "requirements-test.lock", "requirements-setup.lock")


@pytest.fixture
def venv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Another, empty place for .venv."""
    venv = tmp_path / ".venv"
    monkeypatch.setattr(setup_env, "VENV", venv)
    monkeypatch.setattr(setup_env, "PYTHON", venv / "bin" / "python")
    monkeypatch.setattr(setup_env, "UV", venv / "bin" / "uv")
    monkeypatch.setattr(setup_env, "UNFINISHED", venv / "camapp-unfinished")
    return venv


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Records what the set-up would run; everything goes well."""
    run: list[str] = []

    def quiet(command: list[str]) -> str:
        run.append(" ".join(command))
        return ""

    monkeypatch.setattr(setup_env, "_quiet", quiet)
    monkeypatch.setattr(setup_env, "_run", lambda command: run.append(" ".join(command)))
    return run


@pytest.fixture
def lack(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """lack("libEGL.so.1") makes a Debian without these libraries, on which ann may not use sudo."""

    def without(*sonames: str, programs: tuple[str, ...] = ("apt-get",), user_id: int = 1000) -> None:
        monkeypatch.setattr(sys, "platform", "linux")
        monkeypatch.setattr(system_libraries, "_loads", lambda name: name not in sonames)
        monkeypatch.setattr(setup_env.os, "geteuid", lambda: user_id, raising=False)
        monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}" if name in programs else None)
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
            monkeypatch.delenv(name, raising=False)

    return without


def test_an_old_python_is_named_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 18))
    assert launcher.main() == 2
    assert (
        capsys.readouterr().err
        == "camapp needs Python 3.11 or newer, and this is 3.9. Start it with a newer python3.\n"
    )


def test_the_launcher_can_be_read_by_an_old_python() -> None:
    text = (REPOSITORY / "main.py").read_text()
    ast.parse(text, feature_version=(3, 7))
    assert "from __future__" not in text  # Python 3.6 knows no annotations there
    assert not re.search(r"^\s*(match |type )|:=|except\*", text, re.MULTILINE)


def test_a_python_too_new_for_the_libraries_is_named_before_anything_is_installed(
    venv: Path, commands: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 15, 0))
    with pytest.raises(setup_env.SetupError) as said:
        setup_env.set_up("run")
    assert said.value.exit_code == 2
    assert str(said.value) == (
        "camapp's libraries are not built for Python 3.15 yet. "
        "Install Python 3.14 beside it (python.org has it), and start camapp with that one."
    )
    assert not commands


def test_a_python_of_32_bits_is_named_before_anything_is_installed(
    venv: Path, commands: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "maxsize", 2**31 - 1)
    with pytest.raises(setup_env.SetupError, match="has 32 bits") as said:
        setup_env.set_up("run")
    assert said.value.exit_code == 2
    assert not commands


def test_the_start_files_can_ask_whether_a_start_would_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["main.py", "--is-set-up"])
    monkeypatch.setattr(setup_env, "set_up", lambda kind: pytest.fail("it was only asked"))
    for ready in (True, False):
        monkeypatch.setattr(setup_env, "is_ready", lambda kind, ready=ready: ready)
        assert launcher.main() == (0 if ready else 1)


def test_later_starts_go_straight_to_venvs_python_with_the_standard_library_alone(tmp_path: Path) -> None:
    for name in ("main.py", "camapp/__init__.py", "camapp/system_libraries.py", "scripts/setup_env.py", LOCKS[0]):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(REPOSITORY / name, tmp_path / name)
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "started: $@"\n')
    python.chmod(0o755)
    stamp = tmp_path / ".venv" / "camapp-ready-run"
    stamp.write_text(subprocess.check_output(["sha256sum", tmp_path / LOCKS[0]], text=True).split()[0])
    bare = [sys.executable, "-S", "-E", str(tmp_path / "main.py"), "detect", "a b.mp4"]  # -S: no installed packages
    done = subprocess.run(bare, capture_output=True, text=True, cwd="/")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"started: {tmp_path / 'main.py'} detect a b.mp4\n"


def test_a_changed_lock_asks_for_set_up_again(venv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = tmp_path / "some.lock"
    lock.write_text("a==1\n")
    monkeypatch.setattr(setup_env, "LOCKS", {"run": lock, "test": lock})
    assert not setup_env.is_ready("run")
    (venv / "bin").mkdir(parents=True)
    setup_env.PYTHON.touch()
    setup_env._stamp("run").write_text(setup_env._digest("run"))
    assert setup_env.is_ready("run")
    assert not setup_env.is_ready("test")
    lock.write_text("a==2\n")
    assert not setup_env.is_ready("run")


def test_the_set_up_installs_by_hash_and_leaves_its_stamps(
    venv: Path, commands: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup_env, "_missing", lambda kind: ([], []))
    venv.mkdir()
    setup_env.set_up("test")
    assert sum("--require-hashes" in command for command in commands) == 2
    assert commands[-1].endswith(f"--require-hashes -r {REPOSITORY / 'requirements-test.lock'}")
    assert sorted(path.name for path in venv.iterdir()) == ["camapp-ready-run", "camapp-ready-test"]


def test_an_interrupted_installation_is_made_whole(
    venv: Path, commands: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup_env, "_missing", lambda kind: ([], []))
    venv.mkdir()

    def killed(command: list[str]) -> None:
        if "uv" in command[0]:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(setup_env, "_run", killed)
        with pytest.raises(KeyboardInterrupt):
            setup_env.set_up("run")
    assert not setup_env.is_ready("run")
    setup_env.set_up("run")
    assert commands[-1].endswith("--reinstall")
    commands.clear()
    setup_env.set_up("run")
    assert "--reinstall" not in commands[-1]


def test_root_installs_what_is_missing_by_apt(
    commands: list[str], lack: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    lack("libEGL.so.1", "libgthread-2.0.so.0", user_id=0)
    monkeypatch.setattr(setup_env, "_known_to_apt", lambda names: names[0])
    said = setup_env._apt_install(["libEGL.so.1", "libgthread-2.0.so.0"], ["gcc"])
    assert said == ""
    assert commands[-1].endswith("install -y --no-install-recommends gcc libegl1 libglib2.0-0t64")
    assert "sudo" not in commands[-1]


def test_an_interrupted_apt_is_mended_first(
    commands: list[str], lack: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    lack("libEGL.so.1", user_id=0)
    said = iter(["", "E: dpkg was interrupted", "", "", ""])  # update, install, dpkg, fix, install

    def quiet(command: list[str]) -> str:
        commands.append(" ".join(command))
        return next(said)

    monkeypatch.setattr(setup_env, "_quiet", quiet)
    assert setup_env._apt_install(["libEGL.so.1"], []) == ""
    assert commands[2].endswith("dpkg --configure -a")
    assert commands[1] == commands[4]


def test_others_install_by_sudo(commands: list[str], lack: Callable[..., None]) -> None:
    lack("libEGL.so.1", programs=("apt-get", "sudo"))
    setup_env._apt_install(["libEGL.so.1"], [])
    assert commands[-1].startswith("sudo -n env DEBIAN_FRONTEND=noninteractive apt-get")


def test_without_root_and_sudo_the_library_is_named_with_the_command(venv: Path, lack: Callable[..., None]) -> None:
    lack("libGL.so.1")
    venv.mkdir()
    with pytest.raises(setup_env.SetupError) as said:
        setup_env.set_up("run")
    assert str(said.value) == (
        "camapp needs what this system lacks: libGL.so.1 (that takes root or sudo). "
        "Install it with: sudo apt-get install -y libgl1"
    )


def test_other_systems_are_told_their_own_command(lack: Callable[..., None]) -> None:
    lack(programs=("dnf",))
    assert system_libraries.install_command(["libGL.so.1"]) == "sudo dnf install 'libGL.so.1()(64bit)'"


def test_what_only_a_window_needs_is_no_obstacle_without_a_screen(
    venv: Path, lack: Callable[..., None], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lack("libxcb-cursor.so.0")
    setup_env._install_system_packages("run")
    said = capsys.readouterr().err
    assert "libxcb-cursor.so.0" in said
    assert "sudo apt-get install -y libxcb-cursor0" in said
    monkeypatch.setenv("DISPLAY", ":0")
    with pytest.raises(setup_env.SetupError, match="libxcb-cursor0"):
        setup_env._install_system_packages("run")


def test_a_full_disk_is_said_before_the_download(venv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(9e9, 8e9, 1e9))
    with pytest.raises(setup_env.SetupError, match=r"has 1\.0 GB left") as said:
        setup_env.set_up("run")
    assert said.value.exit_code == 5


def test_a_failed_download_says_that_it_goes_on_later(venv: Path) -> None:
    with pytest.raises(setup_env.SetupError, match="start again: it goes on from here"):
        setup_env._run([sys.executable, "-c", "raise SystemExit(1)"])


def test_the_window_names_the_library_that_it_lacks(lack: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    lack("libxcb-cursor.so.0")
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
    with pytest.raises(SystemLibraryError) as said:
        open_window(WindowOptions())
    assert said.value.exit_code == 4
    assert str(said.value) == (
        "The window needs what this system lacks: libxcb-cursor.so.0. "
        "Install it with: sudo apt-get install -y libxcb-cursor0"
    )


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a screen")
def test_a_display_that_does_not_answer_is_no_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert not has_screen()
    monkeypatch.setenv("DISPLAY", ":54321")
    assert not has_screen()
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-of-nobody")
    assert not has_screen()
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert has_screen()


def test_tracebacks_go_to_the_log_file_and_not_to_the_terminal(tmp_path: Path) -> None:
    code = (
        "import logging, warnings; from camapp.logfile import log_to_file; log_to_file(); log_to_file();"
        "logging.getLogger('camapp').error('boom'); warnings.warn('careful')"
    )
    for home in (tmp_path, Path("/dev/null")):  # the second can't be written
        environment = {**os.environ, "XDG_STATE_HOME": str(home)}
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    (log,) = tmp_path.rglob("camapp.log")
    assert log.read_text().count("boom") == 1
    assert "careful" in log.read_text()


@pytest.mark.parametrize("name", LOCKS)
def test_locks_hold_names_versions_and_hashes_but_no_address(name: str) -> None:
    text = (REPOSITORY / name).read_text()
    assert "://" not in text
    assert "index" not in text
    for entry in re.split(r"\n(?=\S)", text):
        if not entry.startswith("#"):
            assert re.match(r"[a-z0-9-]+==\S+ ", entry), entry
            assert "--hash=sha256:" in entry, entry


def test_the_test_lock_holds_the_same_versions_and_more() -> None:
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^([a-z0-9-]+==\S+)", (REPOSITORY / name).read_text(), re.MULTILINE))

    assert pins(LOCKS[0]) < pins(LOCKS[1])
    assert {"torch==2.15.0", "torchvision==0.29.2"} <= pins(LOCKS[0])
