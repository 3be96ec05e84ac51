"""A program that asks and sets a camera, for tests under the emulated one; it prints one JSON object a line.

python -m tests.camapp.live.ask_camera NUMBER COMMAND... with "stream": read pictures meanwhile; "set ID VALUE",
"auto ID 0", "back": change something; "modes", "controls": print what there is.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict

from camapp.live.camera_controls import back_to_automatic, list_controls, set_automatic, set_control
from camapp.live.camera_modes import best_mode
from camapp.live.camera_source import CameraSource
from camapp.live.cameras import find_camera, list_modes
from detector.errors import UserFacingError
from detector.types import Frame


def main() -> None:
    """Runs the commands in their order."""
    camera = find_camera(sys.argv[1])
    pictures: Iterator[Frame] | None = None
    source = CameraSource(sys.argv[1])
    for command in sys.argv[2:]:
        word, *numbers = command.split()
        said: object = None
        try:
            if word == "stream":
                pictures = iter(source)
                said = next(pictures).index
            elif word == "picture" and pictures is not None:
                said = next(pictures).index
            elif word == "modes":
                said = {"modes": [str(mode) for mode in list_modes(camera)], "best": str(best_mode(list_modes(camera)))}
            elif word == "controls":
                said = [asdict(control) for control in list_controls(camera)]
            elif word == "set":
                said = set_control(camera, int(numbers[0], 0), int(numbers[1]))
            elif word == "auto":
                set_automatic(camera, int(numbers[0], 0), numbers[1] == "1")
            elif word == "back":
                back_to_automatic(camera)
        except UserFacingError as error:
            said = {"code": error.code, "text": str(error)}
        sys.stdout.write(json.dumps(said) + "\n")
    source.close()
    if pictures is not None:
        list(pictures)


if __name__ == "__main__":
    main()
