"""Makes the pictures of the docs from the real window, and on request the look-through of all its looks.

    python -m scripts.screenshots                        # docs/pictures, both languages
    python -m scripts.screenshots --matrix FOLDER        # both languages and schemes, 100 % and 200 %, two window sizes
    python -m scripts.screenshots --only recording,busy  # some scenes; --list names them

The window, the pipeline and the model are the real ones; cameras are the emulated ones of tests/fakecam (needs gcc),
which send parts of the bundled clip. Where there is no screen it works under Xvfb (needs xvfb-run).
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.screenshots import footage, sheets
from scripts.screenshots.variants import GUIDE_SIZES, LANGUAGES, SCALES, SIZES
from tests.fakecam.fakecam import FakeCam

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs" / "pictures"


def main() -> int:
    """Returns the number of runs that failed."""
    parser = argparse.ArgumentParser(
        "scripts.screenshots", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--matrix", type=Path, help="folder for the look-through; nothing of it is committed")
    parser.add_argument("--out", type=Path, default=PICTURES, help="folder of the docs' pictures")
    parser.add_argument("--only", default="", help="scenes, with commas between them")
    parser.add_argument("--scales", default=",".join(SCALES), help="of the look-through")
    parser.add_argument("--sizes", default=",".join(SIZES), help="of the look-through")
    parser.add_argument("--languages", default=",".join(LANGUAGES), help="en, zh or both, with a comma between them")
    parser.add_argument("--list", action="store_true", help="names the scenes")
    options = parser.parse_args()
    if options.list:
        return subprocess.call([sys.executable, "-m", "scripts.screenshots.take", "--list"], cwd=ROOT)
    missing = [name for name in ("gcc", "xvfb-run") if shutil.which(name) is None]
    if missing:
        sys.stderr.write(f"Needed and not here: {', '.join(missing)} (apt install gcc libc6-dev xvfb).\n")
        return 1
    with tempfile.TemporaryDirectory() as folder, home_of_ann() as home:
        work = Path(folder)
        os.environ["HOME"] = str(home)  # its name is seen where paths are shown
        cameras = FakeCam.create(work, ("MJPG-1280x720", "YUYV-640x480"), footage.camera_pictures())
        footage.write_twenty(work / "twenty.mp4")
        if options.matrix is None:
            return run(cameras, options.out, "guide", "1", ",".join(GUIDE_SIZES), options)
        if not options.only:
            shutil.rmtree(options.matrix, ignore_errors=True)
        failed = 0
        for scale in options.scales.split(","):
            failed += run(cameras, options.matrix, "matrix", scale, options.sizes, options) != 0
        sheets.write_sheets(options.matrix)
        return failed


@contextmanager
def home_of_ann() -> Iterator[Path]:
    """A fresh home with a short name, while it is free; gone afterwards."""
    home = Path(tempfile.gettempdir()) / "ann"
    try:
        home.mkdir(mode=0o700)
    except FileExistsError:
        home = Path(tempfile.mkdtemp(prefix="ann-"))
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


def run(cameras: FakeCam, out: Path, purpose: str, scale: str, sizes: str, options: argparse.Namespace) -> int:
    """One process for one scale, which Qt takes from the environment at its start."""
    out.mkdir(parents=True, exist_ok=True)
    home = Path.home()
    (home / "Videos").mkdir(exist_ok=True)
    environment = cameras.env()
    preload = environment.pop("LD_PRELOAD")
    environment |= {
        "QT_SCALE_FACTOR": scale,
        "QT_QPA_PLATFORM": "xcb",
        "CAMAPP_CONFIG_DIR": str(home / "config"),
        "LC_ALL": "C.UTF-8",
    }
    for name in ("XDG_CONFIG_HOME", "XDG_VIDEOS_DIR", "WAYLAND_DISPLAY"):
        environment.pop(name, None)
    side = round(2600 * float(scale))
    command = ["xvfb-run", "-a", "-s", f"-screen 0 {side}x{side}x24", "env", f"LD_PRELOAD={preload}", sys.executable]
    command += ["-m", "scripts.screenshots.take", "--work", str(cameras.folder), "--out", str(out)]
    command += ["--purpose", purpose, "--sizes", sizes, "--languages", options.languages, "--only", options.only]
    return subprocess.call(command, cwd=ROOT, env=environment | {"PYTHONPATH": os.pathsep.join([str(ROOT)])})


if __name__ == "__main__":
    sys.exit(main())
