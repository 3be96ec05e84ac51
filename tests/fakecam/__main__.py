"""Runs a program with emulated cameras: python -m tests.fakecam STATE [--at "S COMMAND"]... -- PROGRAM ARGS..."""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import cv2

from tests.fakecam.fakecam import FakeCam
from tests.fakecam.packs import Picture


def main() -> int:
    """The command; ends with the program's exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("state", type=Path, help="folder of the cameras; made if it is not there")
    parser.add_argument("--clip", type=Path, help="what the cameras see, for a new folder")
    parser.add_argument("--pictures", type=int, default=300, help="so many of the clip")
    parser.add_argument("--formats", nargs="+", default=["MJPG-1280x720", "YUYV-640x480"])
    parser.add_argument("--at", action="append", default=[], metavar='"SECONDS COMMAND"', help="README.md: commands")
    split = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    options, program = parser.parse_args(sys.argv[1:split]), sys.argv[split + 1 :]
    if not program:
        parser.error("no program after --")
    if (options.state / "state.bin").exists():
        fake = FakeCam(options.state)
        fake.reset()
    else:
        pictures = list(read_clip(options.clip, options.pictures)) if options.clip else None
        fake = FakeCam.create(options.state, options.formats, pictures)
    for line in options.at:
        seconds, command = line.split(None, 1)
        if float(seconds) <= 0:
            fake.cmd(command)
        else:
            timer = threading.Timer(float(seconds), fake.cmd, (command,))
            timer.daemon = True
            timer.start()
    return fake.popen(program, stdout=None).wait()


def read_clip(path: Path, count: int) -> Iterator[Picture]:
    """The first `count` pictures of a video."""
    capture = cv2.VideoCapture(str(path))
    for _ in range(count):
        there, picture = capture.read()
        if not there:
            return
        yield picture


if __name__ == "__main__":
    sys.exit(main())
