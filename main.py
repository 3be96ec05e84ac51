"""Starts camapp: `python3 main.py`. The first start makes the environment in .venv; later ones go straight to it.

Written so that even Python 3.6 can read it, and say that it is too old.
"""

import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.realpath(__file__))
OLDEST_PYTHON = (3, 11)
SETUP_TEST = "--setup-test"  # what scripts/test.sh asks for: the environment of the tests, and no start
IS_SET_UP = "--is-set-up"  # what start.command asks: 0 if a start would set up nothing, else 1


def main() -> int:
    """Sets up what is missing, then runs camapp by .venv's Python.

    Returns:
        The exit code, of camapp or of the set-up that failed.
    """
    if sys.version_info < OLDEST_PYTHON:
        have, need = (".".join(map(str, version[:2])) for version in (sys.version_info, OLDEST_PYTHON))
        sys.stderr.write(f"camapp needs Python {need} or newer, and this is {have}. Start it with a newer python3.\n")
        return 2
    sys.path.insert(0, ROOT)
    from scripts import setup_env  # only now: its syntax is that of the Python just checked

    if IS_SET_UP in sys.argv[1:]:
        return 0 if setup_env.is_ready("run") else 1
    wanted: setup_env.Kind = "test" if SETUP_TEST in sys.argv[1:] else "run"
    try:
        if not setup_env.is_ready(wanted):
            setup_env.set_up(wanted)
    except setup_env.SetupError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrupted. The next start goes on from here.\n")
        return 130
    if wanted == "test":
        return 0
    if setup_env.inside():
        from camapp.__main__ import main as run_camapp

        return run_camapp()
    command = [str(setup_env.PYTHON), os.path.join(ROOT, "main.py"), *sys.argv[1:]]
    if os.name != "nt":  # Windows' exec gives the prompt back while camapp still runs
        os.execv(command[0], command)
    return subprocess.call(command)


if __name__ == "__main__":
    sys.exit(main())
