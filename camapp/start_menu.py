"""camapp in the Start menu of Windows: a shortcut with its icon, which a batch file cannot have."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from camapp.errors import MenuEntryError
from detector.paths import RESOURCES

START = Path(__file__).resolve().parents[1] / "start.bat"
# Windows makes shortcuts through a COM object alone, which PowerShell reaches. Paths go by the environment: no quoting.
MAKE_SHORTCUT = (
    "$ErrorActionPreference = 'Stop';"
    "$link = (New-Object -ComObject WScript.Shell).CreateShortcut($env:CAMAPP_LINK);"
    "$link.TargetPath = $env:CAMAPP_TARGET;"
    "$link.Arguments = $env:CAMAPP_ARGUMENTS;"
    "$link.IconLocation = $env:CAMAPP_ICON;"
    "$link.WindowStyle = 7;"  # the console stays minimised
    "$link.Save()"
)


def shortcut_path() -> Path:
    """Where the shortcut is, whether or not it was made yet."""
    programs = Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming")
    return programs / "Microsoft" / "Windows" / "Start Menu" / "Programs" / "camapp.lnk"


def add_shortcut() -> Path:
    """Makes the shortcut, over one that is there; it starts `start.bat` of this folder, or else this Python.

    Raises:
        MenuEntryError: Windows refused; the reason is in Windows' words.
    """
    path = shortcut_path()
    target, arguments = (str(START), "") if START.is_file() else (sys.executable, "-m camapp")
    environment = {
        **os.environ,
        "CAMAPP_LINK": str(path),
        "CAMAPP_TARGET": target,
        "CAMAPP_ARGUMENTS": arguments,
        "CAMAPP_ICON": str(RESOURCES / "icons" / "camapp.ico"),
    }
    command = ["powershell", "-NoProfile", "-NonInteractive", "-Command", MAKE_SHORTCUT]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(command, env=environment, capture_output=True, text=True, errors="replace")
    except OSError as error:
        raise MenuEntryError("menu_unwritable", path=path, reason=error.strerror or error) from error
    if done.returncode != 0:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        raise MenuEntryError("menu_unwritable", path=path, reason=(lines or [f"code {done.returncode}"])[0])
    return path


def remove_shortcut() -> Path:
    """Takes the shortcut away, if there is one.

    Raises:
        MenuEntryError: Windows refused.
    """
    path = shortcut_path()
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise MenuEntryError("menu_unwritable", path=path, reason=error.strerror or error) from error
    return path
