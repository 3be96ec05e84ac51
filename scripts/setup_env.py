"""Makes .venv with all that camapp needs, from a bare Python and the hash locks. main.py calls it; run nothing here.

The standard library alone. Each step looks first whether it is done, so that an interrupted set-up goes on.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Literal

from camapp import system_libraries

Kind = Literal["run", "test"]

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
_PROGRAMS = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = _PROGRAMS / ("python.exe" if os.name == "nt" else "python")
UV = _PROGRAMS / ("uv.exe" if os.name == "nt" else "uv")
LOCKS: dict[Kind, Path] = {"run": ROOT / "requirements.lock", "test": ROOT / "requirements-test.lock"}
SETUP_LOCK = ROOT / "requirements-setup.lock"
NEWEST_PYTHON = (3, 14)  # the newest that all locked libraries are built for; start.bat and start.command know it, too
UNFINISHED = VENV / "camapp-unfinished"  # there while libraries are being installed
ROOM_NEEDED = 8_000_000_000  # bytes: .venv on Linux, where torch brings CUDA, and the downloads beside it
ROOM_LEFT = 200_000_000  # bytes: with less than this left, a failure is the full disk's


class SetupError(Exception):
    """A set-up that could not go on: one sentence of what happened, one of what to do.

    Attributes:
        exit_code: what main.py ends with.
    """

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def is_ready(kind: Kind) -> bool:
    """Whether .venv holds just what the lock says; takes a millisecond."""
    try:
        return PYTHON.exists() and _stamp(kind).read_text() == _digest(kind)
    except OSError:
        return False


def inside() -> bool:
    """Whether this very Python is .venv's."""
    return VENV.exists() and os.path.samefile(sys.prefix, VENV)


def set_up(kind: Kind) -> None:
    """Installs system packages (Debian and its kin), .venv, uv in it, and the locked libraries.

    Raises:
        SetupError: says what is missing and how to get it.
    """
    _check_python()
    say("Setting up camapp, this once: some minutes, and about 6 GB on Linux. Later starts need no network.")
    _check_room()
    _install_system_packages(kind)
    try:
        _make_venv()
        _install_libraries(kind)
        for done in ("run", "test") if kind == "test" else ("run",):
            _stamp(done).write_text(_digest(done))
    except OSError as error:
        _check_room(ROOM_LEFT)
        raise SetupError(
            f"'{VENV}' cannot be written: {error.strerror or error}. Move the folder of camapp."
        ) from error
    say("Set up.")


def say(text: str) -> None:
    """Tells the person what goes on, on stderr: stdout belongs to the command that follows."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def _stamp(kind: Kind) -> Path:
    return VENV / f"camapp-ready-{kind}"


def _digest(kind: Kind) -> str:
    return hashlib.sha256(LOCKS[kind].read_bytes()).hexdigest()


def _check_python() -> None:
    """The libraries come as ready builds alone; without this check a wall of text would say so."""
    have, newest = (".".join(map(str, version[:2])) for version in (sys.version_info, NEWEST_PYTHON))
    if sys.version_info[:2] > NEWEST_PYTHON:
        raise SetupError(
            f"camapp's libraries are not built for Python {have} yet. "
            f"Install Python {newest} beside it (python.org has it), and start camapp with that one.",
            exit_code=2,
        )
    if sys.maxsize < 2**32:
        raise SetupError(
            f"This Python {have} has 32 bits, and camapp's libraries need 64. Install a 64-bit Python from python.org.",
            exit_code=2,
        )


def _check_room(needed: int = ROOM_NEEDED) -> None:
    if VENV.exists() and needed == ROOM_NEEDED:
        return  # part of it is there: the disk itself will say when it is full
    free = shutil.disk_usage(ROOT).free
    if free < needed:
        raise SetupError(
            f"The disk of '{ROOT}' has {free / 1e9:.1f} GB left, and camapp's libraries need {ROOM_NEEDED / 1e9:.0f}. "
            "Make room, then start again: it goes on from here.",
            exit_code=5,
        )


def _install_system_packages(kind: Kind) -> None:
    """By apt-get, what is missing alone. What only a window needs is no obstacle where there is no screen."""
    libraries, packages = _missing(kind)
    if not libraries and not packages:
        return
    command = system_libraries.install_command(libraries, packages)
    obstacle = _apt_install(libraries, packages)
    libraries, packages = _missing(kind)
    screen = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if packages or (libraries and (kind == "test" or screen or set(libraries) & set(system_libraries.ALWAYS))):
        names = ", ".join([*packages, *libraries])
        raise SetupError(f"camapp needs what this system lacks: {names} ({obstacle}). Install it with: {command}")
    if libraries:
        say(f"Without these there will be no window: {', '.join(libraries)} ({obstacle}). Later: {command}")


def _missing(kind: Kind) -> tuple[list[str], list[str]]:
    """Sonames and Debian packages that are not here."""
    if sys.platform != "linux":
        return [], []
    libraries = system_libraries.missing([*system_libraries.ALWAYS, *system_libraries.WINDOW])
    packages = []
    if not PYTHON.exists() and importlib.util.find_spec("ensurepip") is None:
        packages.append(f"python{sys.version_info.major}.{sys.version_info.minor}-venv")
    if kind == "test":  # the emulated camera is compiled
        packages += [] if shutil.which("gcc") else ["gcc"]
        packages += [] if Path("/usr/include/stdio.h").exists() else ["libc6-dev"]
    return libraries, packages


def _apt_install(libraries: list[str], packages: list[str]) -> str:
    """Tries to install.

    Returns:
        What stood in the way, empty if nothing did.
    """
    if shutil.which("apt-get") is None:
        return "there is no apt-get here"
    become_root = _become_root()
    if become_root is None:
        return "that takes root or sudo"
    environment = ["env", "DEBIAN_FRONTEND=noninteractive"]
    apt_get = [*become_root, *environment, "apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120"]
    say("Looking up system packages ...")
    _quiet([*apt_get, "update"])  # if one of many sources fails, the others may do
    known = {**system_libraries.ALWAYS, **system_libraries.WINDOW}
    names = [*packages, *(_known_to_apt(known[library]) for library in libraries)]
    say("Installing system packages: " + " ".join(names))
    install = [*apt_get, "install", "-y", "--no-install-recommends", *names]
    failed = _quiet(install)
    if failed:  # perhaps because an installation before this one was interrupted
        _quiet([*become_root, *environment, "dpkg", "--configure", "-a"])
        _quiet([*apt_get, "install", "-y", "--fix-broken"])
        failed = _quiet(install)
    return f"apt-get failed: {failed}" if failed else ""


def _become_root() -> list[str] | None:
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    if not _quiet(["sudo", "-n", "true"]):
        return ["sudo", "-n"]
    if sys.stdin.isatty():
        say("System packages are missing. sudo asks for your password to install them.")
        return ["sudo"]
    return None


def _known_to_apt(names: tuple[str, ...]) -> str:
    return next((name for name in names[:-1] if not _quiet(["apt-cache", "show", name])), names[-1])


def _make_venv() -> None:
    if _quiet([str(PYTHON), "-c", f"import sys; sys.exit(sys.version_info < {tuple(sys.version_info[:2])})"]):
        say("Making the environment .venv ...")
        if failed := _quiet([sys.executable, "-m", "venv", "--clear", str(VENV)]):
            _check_room(ROOM_LEFT)
            raise SetupError(f"The environment '{VENV}' could not be made: {failed}. Mend that, then start again.")
    elif _quiet([str(PYTHON), "-m", "pip", "--version"]):  # interrupted between Python and pip
        _quiet([str(PYTHON), "-m", "ensurepip"])
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    _run([*pip, "--only-binary", ":all:", "-r", str(SETUP_LOCK)])


def _install_libraries(kind: Kind) -> None:
    say("Downloading and installing libraries ...")
    command = [str(UV), "pip", "install", "--python", str(PYTHON), "--only-binary", ":all:"]
    if os.name == "nt":  # PyTorch's own builds: CUDA where there is an NVIDIA card, else the small one
        command += ["-r", str(ROOT / "pyproject.toml"), "-c", str(LOCKS[kind]), "--no-verify-hashes"]
        command += ["--torch-backend", "auto", *(["--group", "test"] if kind == "test" else [])]
    else:
        command += ["--require-hashes", "-r", str(LOCKS[kind])]
    if UNFINISHED.exists():  # killed in the middle of a library: what lies there can't be trusted
        command.append("--reinstall")
    UNFINISHED.touch()
    _run(command)
    UNFINISHED.unlink()


def _quiet(command: list[str]) -> str:
    """Runs without a word.

    Returns:
        Empty if it went well, else the last line it said.
    """
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    except OSError as error:
        return str(error.strerror or error)
    lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
    return "" if done.returncode == 0 else (lines or [f"exit code {done.returncode}"])[-1]


def _run(command: list[str]) -> None:
    """Runs with its progress on stderr.

    Raises:
        SetupError: it failed.
    """
    if subprocess.run(command, stdout=sys.stderr, cwd=ROOT).returncode:
        _check_room(ROOM_LEFT)
        raise SetupError(
            "The libraries could not be installed; the lines above say why. "
            "Check the network, then start again: it goes on from here."
        )
