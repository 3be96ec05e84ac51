"""camapp in the applications menu: on Linux an entry and its icon, in the person's own folders; on Windows a shortcut.

The entry names this very installation by its absolute path: `start.command` of an unpacked folder, which sets up what
is missing, or else the Python that camapp was installed into.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from camapp import start_menu
from camapp.errors import CommandError, MenuEntryError
from detector.paths import RESOURCES

NAME = "camapp"  # also the window's: by it the task bar finds the icon
ICON_FOLDERS = {".svg": "scalable", ".png": "256x256"}  # of the hicolor theme, which every desktop looks into
START = Path(__file__).resolve().parents[1] / "start.command"
ENTRY = """[Desktop Entry]
Type=Application
Version=1.5
Name=camapp
GenericName=Object detector
GenericName[zh_CN]=目标检测
Comment=Every object before the camera boxed, recorded and listed
Comment[zh_CN]=框出摄像头前的每个物体，并可录像和列表
{start}
Icon=camapp
Terminal=false
Categories=AudioVideo;Video;Recorder;
Keywords=camera;webcam;detection;recorder;
StartupNotify=true
StartupWMClass=camapp
"""


def add_menu_entry() -> Path:
    """Writes the entry and the icons, over those that are there; on Windows a shortcut in the Start menu.

    Returns:
        The entry.

    Raises:
        CommandError: this system has no such menu.
        MenuEntryError: the folders cannot be written.
    """
    system = sys.platform
    if system == "win32":
        return start_menu.add_shortcut()
    entry, icons = _places(system)
    try:
        for icon in icons:
            icon.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(RESOURCES / "icons" / icon.name, icon)
        entry.parent.mkdir(parents=True, exist_ok=True)
        entry.write_text(ENTRY.format(start=_start_lines()), encoding="utf-8")
    except OSError as error:
        raise MenuEntryError("menu_unwritable", path=error.filename, reason=error.strerror or error) from error
    _tell_desktop(entry, icons)
    return entry


def remove_menu_entry() -> Path:
    """Takes away what add_menu_entry() wrote, if anything.

    Returns:
        Where the entry was.

    Raises:
        CommandError: this system has no such menu.
        MenuEntryError: the folders cannot be written.
    """
    system = sys.platform
    if system == "win32":
        return start_menu.remove_shortcut()
    entry, icons = _places(system)
    try:
        for path in (entry, *icons):
            path.unlink(missing_ok=True)
    except OSError as error:
        raise MenuEntryError("menu_unwritable", path=error.filename, reason=error.strerror or error) from error
    _tell_desktop(entry, icons)
    return entry


def quoted_argument(text: str) -> str:
    """One argument of an Exec line: quoted, its percent signs no field codes, escaped as all strings of such a file."""
    for special in ("\\", '"', "`", "$"):
        text = text.replace(special, "\\" + special)
    return _escaped('"' + text.replace("%", "%%") + '"')


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def _start_lines() -> str:
    if START.is_file():
        return f"Exec=sh {quoted_argument(str(START))}"
    return f"Exec={quoted_argument(sys.executable)} -m camapp\nTryExec={_escaped(sys.executable)}"


def _places(system: str) -> tuple[Path, list[Path]]:
    """The entry and the icons."""
    if system == "darwin":
        raise CommandError("no_applications_menu")
    given = os.environ.get("XDG_DATA_HOME", "")
    data = Path(given) if os.path.isabs(given) else Path.home() / ".local" / "share"  # as the specification says
    icons = [data / "icons" / "hicolor" / size / "apps" / f"{NAME}{suffix}" for suffix, size in ICON_FOLDERS.items()]
    return data / "applications" / f"{NAME}.desktop", icons


def _tell_desktop(entry: Path, icons: list[Path]) -> None:
    """So that the menu changes at once. Desktops without these programs look for themselves."""
    theme = icons[0].parents[2]
    if theme.is_dir():
        os.utime(theme)  # how GTK sees that its cache of icons is old
    for command in (["update-desktop-database", "-q", str(entry.parent)], ["xdg-desktop-menu", "forceupdate"]):
        program = shutil.which(command[0])
        if program is not None:
            subprocess.run([program, *command[1:]], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
