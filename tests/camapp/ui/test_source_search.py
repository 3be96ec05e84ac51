"""Which source is tried next where nobody asked for one."""

from __future__ import annotations

from camapp.errors import CameraError
from camapp.live.camera.listing import CameraInfo
from camapp.ui.source_search import SourceSearch
from detector.paths import CLIP


def cameras(*indices: int) -> list[CameraInfo]:
    return [CameraInfo(f"Camera {index}", index, f"/dev/video{index}") for index in indices]


def test_the_source_of_last_time_comes_first_then_each_camera() -> None:
    search = SourceSearch()
    search.begin("camera:HD Webcam")
    assert (search.next(), search.next(), search.wants_cameras) == ("camera:HD Webcam", None, True)
    search.add_cameras(cameras(2, 0))
    assert (search.next(), search.next(), search.next(), search.wants_cameras) == ("2", "0", None, False)


def test_the_clip_is_not_tried_before_the_cameras() -> None:
    search = SourceSearch()
    search.begin(str(CLIP))
    assert (search.next(), search.wants_cameras, search.remembered) == (None, True, str(CLIP))


def test_the_first_reason_is_said_once() -> None:
    search = SourceSearch()
    search.begin("0")
    first = CameraError("camera_missing", name="0")
    search.failed(first)
    search.failed(CameraError("no_camera"))
    assert (search.take_reason(), search.take_reason()) == (first, None)


def test_a_source_that_is_asked_for_ends_the_search() -> None:
    search = SourceSearch()
    search.begin("0")
    search.give_up()
    assert (search.active, search.next(), search.wants_cameras) == (False, None, False)
