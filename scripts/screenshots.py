"""Makes the pictures for the docs: the real window, light and dark, and a frame of a recording.

    python -m scripts.screenshots [--source SOURCE] [--model MODEL] [--at 1.5] [--scale 2] [--out docs/pictures]

Without a screen it runs itself under Xvfb, or where that is missing with Qt's offscreen platform.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from detector.paths import CLIP

if TYPE_CHECKING:
    from camapp.ui.main_window import MainWindow

ROOT = Path(__file__).resolve().parent.parent
LONGEST_WAIT_MS = 60_000  # a model may be converted at its first start
RECORD_FRAMES = 30
ROUNDS = 4  # of the clip


def main() -> int:
    """Returns 1 if no box came in time; the pictures are made all the same."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", default=str(CLIP))
    parser.add_argument("--model")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--at", type=float, default=1.5, help="the source's own time of the picture, in seconds")
    parser.add_argument("--scale", type=float, default=1.0, help="device pixels per unit, as on a HiDPI screen")
    parser.add_argument("--size", default="1280x800", help="of the window")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "pictures")
    options = parser.parse_args()
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("QT_QPA_PLATFORM")):
        return run_without_screen(options.scale)
    os.environ["QT_SCALE_FACTOR"] = str(options.scale)
    width, height = (int(side) for side in options.size.split("x"))
    return take(options, width, height)


def run_without_screen(scale: float) -> int:
    """This script once more, on a screen in memory."""
    command = [sys.executable, "-m", "scripts.screenshots", *sys.argv[1:]]
    environment = dict(os.environ)
    if shutil.which("xvfb-run"):
        side = round(2560 * scale)
        command = ["xvfb-run", "-a", "-s", f"-screen 0 {side}x{side}x24", *command]
    else:
        environment["QT_QPA_PLATFORM"] = "offscreen"
    return subprocess.call(command, cwd=ROOT, env=environment)


def take(options: argparse.Namespace, width: int, height: int) -> int:
    """Opens the window, waits for boxes and saves the pictures."""
    from PySide6.QtCore import Qt  # here: QT_SCALE_FACTOR must be set before Qt is there

    from camapp.ui.app import make_app
    from camapp.ui.look.theme import Theme
    from camapp.ui.main_window import MainWindow

    theme = Theme(make_app())
    window = MainWindow(theme, options.source, options.model, options.device)
    window.resize(width, height)
    window.show()
    options.out.mkdir(parents=True, exist_ok=True)

    wait_until(lambda: window.session.has_detector)
    found = True
    for scheme, name in ((Qt.ColorScheme.Light, "window.png"), (Qt.ColorScheme.Dark, "window-dark.png")):
        theme.choose(scheme)
        found = hold_a_good_picture(window, options.at) and found
        wait_until(lambda: False, 700)  # the table comes to say what the picture shows
        window.controls.show_paused(False)
        save(window.grab().save(str(options.out / name)), options.out / name)
        window.toggle_pause()
    with tempfile.TemporaryDirectory() as folder:
        window.output.set_folder(folder)
        window.output.toggle_recording()
        wait_until(lambda: recorded_frames(window) >= RECORD_FRAMES)
        window.close()  # finishes the file
        for recording in Path(folder).glob("*.mp4"):
            save(save_last_frame(recording, options.out / "recording-frame.png"), options.out / "recording-frame.png")
    if not found:
        sys.stderr.write("No box came in time: the pictures are without.\n")
    return 0 if found else 1


def hold_a_good_picture(window: MainWindow, at_s: float) -> bool:
    """Pauses at the time wanted, of any round of the clip, and waits for the boxes of that very picture."""
    for _ in range(ROUNDS):
        wait_until(lambda: is_time(window, at_s))
        window.toggle_pause()
        if wait_until(lambda: has_own_boxes(window), 3000):
            return True
        window.toggle_pause()
    return False


def is_time(window: MainWindow, at_s: float) -> bool:
    """Whether the picture is of the second wanted."""
    shown, info = window.view.shown, window.session.source_info
    if shown is None or info is None:
        return False
    length_s = info.frame_count / info.fps if info.frame_count and info.fps else float("inf")
    return at_s <= shown.frame.time_s % length_s < at_s + 1


def has_own_boxes(window: MainWindow) -> bool:
    """Whether the boxes in view were found on this very picture."""
    shown = window.view.shown
    return shown is not None and len(shown.detections) > 0 and not shown.detections.predicted.any()


def recorded_frames(window: MainWindow) -> int:
    """Of the running recording."""
    status = window.session.recording_status
    return 0 if status is None else status.frames


def wait_until(holds: Callable[[], bool], longest_ms: int = LONGEST_WAIT_MS) -> bool:
    """Lets the window work until `holds()` is true; False after `longest_ms`."""
    from PySide6.QtCore import QDeadlineTimer, QEventLoop, QTimer

    # Not processEvents(): PySide6 6.12 gives up a reference to None at each call, until Python 3.11 aborts.
    loop, timer, deadline = QEventLoop(), QTimer(interval=20), QDeadlineTimer(longest_ms)
    result = False

    def check() -> None:
        nonlocal result
        result = holds()
        if result or deadline.hasExpired():
            loop.quit()

    timer.timeout.connect(check)
    timer.start()
    loop.exec()
    timer.stop()
    return result


def save_last_frame(recording: Path, picture: Path) -> bool:
    """The last picture of a recording as .png."""
    import av
    import cv2

    image = None
    with av.open(str(recording)) as video:
        for frame in video.decode(video=0):
            image = frame.to_ndarray(format="bgr24")
    return image is not None and cv2.imwrite(str(picture), image)


def save(done: bool, path: Path) -> None:
    """Says what became of a picture."""
    sys.stdout.write(f"{path}\n" if done else f"{path} could not be written\n")


if __name__ == "__main__":
    sys.exit(main())
