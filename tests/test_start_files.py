"""The files for a double click: whatever their folder is called, they do what `python3 main.py` does or say why not."""

from __future__ import annotations

import ctypes.util
import json
import os
import pty
import re
import select
import shlex
import shutil
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import pytest

import main as launcher
from scripts import setup_env

REPOSITORY = Path(__file__).parents[1]
AWKWARD = "a b 'c' \"d\" $HOME `x` 100%k 你好 #1"
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="a .desktop file is for Linux")
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="needs a shell")
TOOLS = ("sh", "cat", "dirname", "mktemp", "rm", "uname")
# Stands for main.py: tells the test its arguments, says something on stderr and ends as it is told.
STUB = """
import json, os, sys
if "--is-set-up" in sys.argv[1:]:
    sys.exit(int(os.environ["STUB_SET_UP"]))
sys.stderr.write("what main.py says\\n")
with open(os.environ["STUB_SAID"], "w") as said:
    json.dump([os.path.dirname(os.path.abspath(__file__)), *sys.argv[1:]], said)
sys.exit(int(os.environ["STUB_CODE"]))
"""
AS_GNOME_DOES = """
import ctypes, ctypes.util, sys
gio = ctypes.CDLL(ctypes.util.find_library("gio-2.0"))
gio.g_desktop_app_info_new_from_filename.restype = ctypes.c_void_p
info = gio.g_desktop_app_info_new_from_filename(sys.argv[1].encode())
sys.exit(not (info and gio.g_app_info_launch(ctypes.c_void_p(info), None, None, None)))
"""


class Folder:
    """A copy of the start files with a stub for main.py, and what a double click would find around it."""

    def __init__(self, root: Path) -> None:
        self.path = root / AWKWARD
        self.path.mkdir()
        for name in ("start.command", "camapp.desktop"):
            shutil.copy(REPOSITORY / name, self.path / name)
        (self.path / "main.py").write_text(STUB)
        self.programs = root / "bin"
        self.programs.mkdir()
        for tool in TOOLS:
            (self.programs / tool).symlink_to(shutil.which(tool) or tool)
        self.said = root / "said.json"
        self.environment = {**os.environ, "STUB_SAID": str(self.said), "STUB_CODE": "0", "STUB_SET_UP": "0"}
        self.environment["PATH"] = str(self.programs)

    def add_program(self, name: str, script: str) -> None:
        """A program of this name on PATH."""
        (self.programs / name).write_text(script)
        (self.programs / name).chmod(0o755)

    def add_python(self, name: str = "python3") -> None:
        """The Python of this test, which fits."""
        self.add_program(name, f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n')

    def start(self, *args: str) -> subprocess.CompletedProcess[str]:
        """By a file manager: no terminal anywhere."""
        command = ["sh", str(self.path / "start.command"), *args]
        return subprocess.run(
            command, env=self.environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, cwd="/"
        )

    def start_in_terminal(self, *args: str) -> tuple[int, str]:
        """The exit code, and all that stood in the terminal; Enter is pressed when it is asked for."""
        ours, theirs = pty.openpty()
        command = ["sh", str(self.path / "start.command"), *args]
        process = subprocess.Popen(command, env=self.environment, stdin=theirs, stdout=theirs, stderr=theirs, cwd="/")
        os.close(theirs)
        text = b""
        while chunk := read_terminal(ours):
            if b"Enter closes" in chunk and b"Enter closes" not in text:
                os.write(ours, b"\n")
            text += chunk
        os.close(ours)
        return process.wait(), text.decode().replace("\r\n", "\n")


def read_terminal(terminal: int) -> bytes:
    """Empty when the program has ended."""
    select.select([terminal], [], [])
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux says so that the other side is closed
        return b""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    return Folder(tmp_path)


def started_with(folder: Folder) -> list[str]:
    """The folder of the main.py that ran, and its arguments."""
    said: list[str] = json.loads(folder.said.read_text())
    return said


@POSIX
def test_it_starts_the_main_py_beside_it_with_its_arguments(folder: Folder) -> None:
    folder.add_python()
    assert folder.start("--source", "a b.mp4").returncode == 0
    assert started_with(folder) == [str(folder.path), "--source", "a b.mp4"]


@POSIX
def test_a_python_that_fits_is_found_behind_one_that_is_too_old(folder: Folder) -> None:
    folder.add_program("python3", "#!/bin/sh\nexit 1\n")
    folder.add_python("python3.12")
    assert folder.start_in_terminal()[0] == 0
    assert started_with(folder) == [str(folder.path)]


@POSIX
def test_without_python_one_sentence_says_where_to_get_it(folder: Folder) -> None:
    folder.add_program("python3", "#!/bin/sh\nexit 1\n")
    code, text = folder.start_in_terminal()
    assert code == 2
    assert text.startswith("camapp needs Python 3.11 to 3.14, and there is none on this computer.\n")
    assert "python3" in text if sys.platform == "linux" else "https://www.python.org" in text
    assert text.rstrip().endswith("Enter closes this window.")


@POSIX
def test_a_failure_stays_on_the_screen_until_it_is_read(folder: Folder) -> None:
    folder.add_python()
    folder.environment["STUB_CODE"] = "5"
    code, text = folder.start_in_terminal()
    assert code == 5
    assert text.startswith("what main.py says\n\ncamapp ended with code 5. The lines above say why, and what to do.\n")
    assert text.rstrip().endswith("Enter closes this window.")


@POSIX
@pytest.mark.parametrize("code", [0, 130])
def test_done_or_interrupted_asks_for_nothing(folder: Folder, code: int) -> None:
    folder.add_python()
    folder.environment["STUB_CODE"] = str(code)
    assert folder.start_in_terminal() == (code, "what main.py says\n")


@LINUX
def test_the_first_start_by_a_double_click_opens_a_terminal_for_its_progress(folder: Folder, tmp_path: Path) -> None:
    folder.add_python()
    folder.environment["STUB_SET_UP"] = "1"
    opened = tmp_path / "opened"
    folder.add_program("konsole", f'#!/bin/sh\nfor word; do echo "$word"; done >{shlex.quote(str(opened))}\n')
    assert folder.start("--device", "cpu").returncode == 0
    option, *command = opened.read_text().splitlines()
    assert option == "-e"
    assert command == ["sh", str(folder.path / "start.command"), "--in-terminal", "--device", "cpu"]
    assert not folder.said.exists()  # the terminal does the work
    assert subprocess.run(command, env=folder.environment).returncode == 0
    assert started_with(folder) == [str(folder.path), "--device", "cpu"]


@LINUX
def test_a_failure_after_a_double_click_is_shown_in_a_terminal(folder: Folder, tmp_path: Path) -> None:
    folder.add_python()
    folder.environment["STUB_CODE"] = "4"
    folder.environment["TMPDIR"] = str(tmp_path)
    shown = tmp_path / "shown"
    folder.add_program("xterm", f'#!/bin/sh\nshift\n"$@" >{shlex.quote(str(shown))} 2>&1\n')
    folder.start()
    assert shown.read_text() == (
        "what main.py says\n\ncamapp ended with code 4. The lines above say why, and what to do.\n"
    )
    assert not list(tmp_path.glob("tmp.*"))


@LINUX
@pytest.mark.parametrize(("set_up", "code"), [(0, 0), (0, 4), (1, 0), (1, 5)])
def test_without_a_terminal_program_it_starts_all_the_same(folder: Folder, set_up: int, code: int) -> None:
    folder.add_python()
    folder.environment |= {"STUB_SET_UP": str(set_up), "STUB_CODE": str(code)}
    done = folder.start()
    assert done.returncode == code
    assert started_with(folder) == [str(folder.path)]
    assert done.stderr.startswith("what main.py says\n")


def exec_line(desktop_file: Path, place: str) -> list[str]:
    """The command of a .desktop file as the specification says it is read; `place` stands for %k."""
    (line,) = re.findall(r"^Exec=(.*)$", desktop_file.read_text(encoding="utf-8"), re.MULTILINE)
    words = re.findall(r'"(?:[^"\\]|\\.)*"|\S+', line.replace("\\\\", "\\"))
    plain = [re.sub(r"\\(.)", r"\1", word[1:-1]) if word[0] == '"' else word for word in words]
    return [place if word == "%k" else word.replace("%%", "%") for word in plain]


@LINUX
@pytest.mark.parametrize("kind", ["path", "address"])
def test_the_desktop_file_starts_the_folder_that_it_lies_in(folder: Folder, kind: str) -> None:
    folder.add_python()
    file = folder.path / "camapp.desktop"
    place = str(file) if kind == "path" else "file://" + urllib.parse.quote(str(file))
    subprocess.run(exec_line(file, place), env=folder.environment, check=True, cwd="/", stdin=subprocess.DEVNULL)
    assert started_with(folder) == [str(folder.path)]


@LINUX
@pytest.mark.skipif(ctypes.util.find_library("gio-2.0") is None, reason="GLib's launcher is not here")
def test_glib_launches_the_desktop_file(folder: Folder) -> None:
    folder.add_python()
    os.mkfifo(folder.said)
    command = [sys.executable, "-c", AS_GNOME_DOES, str(folder.path / "camapp.desktop")]
    quiet = subprocess.DEVNULL
    subprocess.run(command, env=folder.environment, check=True, cwd="/", stdin=quiet, stderr=quiet)
    assert started_with(folder) == [str(folder.path)]  # waits until the stub writes


def test_a_folder_that_was_unpacked_can_be_started() -> None:
    for name in ("start.command", "camapp.desktop"):
        assert os.access(REPOSITORY / name, os.X_OK), name
        assert b"\r" not in (REPOSITORY / name).read_bytes()


def test_the_batch_file_is_as_windows_reads_it() -> None:
    data = (REPOSITORY / "start.bat").read_bytes()
    assert data.count(b"\n") == data.count(b"\r\n")
    text = data.decode("ascii")  # cmd.exe reads it in the code page of the country
    jumps = set(re.findall(r"goto (\w+)|call :(\w+)", text))
    labels = set(re.findall(r"^:(\w+)", text, re.MULTILINE))
    assert {first or second for first, second in jumps} == labels
    assert 'set "MAIN=%~dp0main.py"' in text
    assert "*.bat -text" in (REPOSITORY / ".gitattributes").read_text()


def test_all_agree_on_the_pythons_that_fit() -> None:
    fit = f"not {launcher.OLDEST_PYTHON} <= sys.version_info[:2] <= {setup_env.NEWEST_PYTHON}"
    oldest, newest = (".".join(map(str, version)) for version in (launcher.OLDEST_PYTHON, setup_env.NEWEST_PYTHON))
    for name in ("start.bat", "start.command"):
        text = (REPOSITORY / name).read_text()
        assert fit in text
        assert f"camapp needs Python {oldest} to {newest}, and there is none" in text
    assert f'requires-python = ">={oldest}"' in (REPOSITORY / "pyproject.toml").read_text()
