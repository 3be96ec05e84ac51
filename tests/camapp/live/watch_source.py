"""A program that prints what a source gives, for tests under the emulated camera: one JSON object a line.

python -m tests.camapp.live.watch_source SPEC [patient] [silence] [640x480,YUYV,30]. A line on its standard input closes
it. Without "silence" it is not noticed that a camera sends nothing: pictures of a busy machine may be late.
"""

from __future__ import annotations

import json
import sys
import threading

from camapp.live.camera.modes import CameraMode
from camapp.live.reading.live_source import LiveSource
from camapp.live.sources import open_source
from detector.errors import UserFacingError
from tests.fakecam import burnt_in


def say(event: str, **values: object) -> None:
    """One line; a pipe is not flushed by itself."""
    print(json.dumps({"event": event, **values}), flush=True)


def main() -> None:
    """Prints events: start, open, frame, trouble, well, error, end."""
    mode = None
    for option in sys.argv[2:]:
        if option not in ("patient", "silence"):
            size, fourcc, fps = option.split(",")
            width, height = size.split("x")
            mode = CameraMode((int(width), int(height)), float(fps), fourcc)
    source = open_source(sys.argv[1], "patient" in sys.argv[2:], mode)
    if isinstance(source, LiveSource) and "silence" not in sys.argv[2:]:
        source.first_limit_s = source.silent_limit_s = 30.0
    source.on_trouble = lambda error: say("trouble", code=error.code, text=str(error)) if error else say("well")

    def close_when_told() -> None:
        sys.stdin.readline()
        source.close()

    threading.Thread(target=close_when_told, name="stdin", daemon=True).start()
    say("start")
    try:
        for frame in source:
            if frame.index == 0 and source.info is not None:
                say(
                    "open",
                    name=source.name,
                    description=source.info.description,
                    size_wh=source.info.size_wh,
                    mode=str(source.info.mode),
                )
            code = burnt_in.decode(frame.image)
            say(
                "frame",
                index=frame.index,
                time_s=frame.time_s,
                number=code.number if code else None,
                stamp_error_us=(round(frame.captured_at_s * 1e6) - code.taken_us + 1000) % 2**32 - 1000
                if code
                else None,
                fps=source.measured_fps if isinstance(source, LiveSource) else None,
            )
    except UserFacingError as error:
        say("error", code=error.code, text=str(error), exit_code=error.exit_code)
    say("end")


if __name__ == "__main__":
    main()
