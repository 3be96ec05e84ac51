"""A program that asks and sets a camera, for tests under the emulated one; it prints one JSON object a line.

python -m tests.camapp.live.ask_camera NUMBER COMMAND... with "stream": read pictures meanwhile; "set ID VALUE",
"auto ID 0", "apply JSON", "back": change something; "modes", "controls", "thumbnail", "watch COUNT": print what there
is; "meanwhile": a source opens the camera during a thumbnail.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from threading import Event

from camapp.live.camera import use as camera_use
from camapp.live.camera.controls import apply_controls, back_to_automatic, list_controls, set_automatic, set_control
from camapp.live.camera.listing import find_camera, list_modes
from camapp.live.camera.modes import best_mode
from camapp.live.camera.source import CameraSource
from camapp.live.camera.thumbnails import grab_thumbnail, thumbnails
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
            elif word == "thumbnail":
                image = grab_thumbnail(camera)
                said = {"shape": image.shape, "spread": float(image.std())}
            elif word == "watch":
                watched = thumbnails(camera, Event())
                said = [next(watched).shape for _ in range(int(numbers[0]))]
                watched.close()
            elif word == "meanwhile":  # a source opens the camera while a thumbnail is being taken of it
                with ThreadPoolExecutor() as pool:
                    glance = pool.submit(grab_thumbnail, camera)
                    while not camera_use._glances:
                        time.sleep(0.01)
                    pictures = iter(source)
                    said = [next(pictures).index, glance.result().shape]
            elif word == "modes":
                said = {"modes": [str(mode) for mode in list_modes(camera)], "best": str(best_mode(list_modes(camera)))}
            elif word == "controls":
                said = [asdict(control) for control in list_controls(camera)]
            elif word == "set":
                said = set_control(camera, int(numbers[0], 0), int(numbers[1]))
            elif word == "auto":
                set_automatic(camera, int(numbers[0], 0), numbers[1] == "1")
            elif word == "apply":
                apply_controls(camera, json.loads(command.partition(" ")[2]))
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
