"""What the pictures show, one scene a screen of the guide or a state of the look-through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QScrollArea

from camapp.errors import RecordingError
from camapp.ui.delay.delay_dialog import DelayDialog
from camapp.ui.picture.part import Part
from detector.paths import CLIP, DEFAULT_MODEL
from scripts.screenshots.named_pictures import learn
from scripts.screenshots.stage import Stage
from tests.camapp.ui.delay.screen_camera import Grabber, ScreenCamera

Act = Callable[[Stage], None]
CAMERA = "0"
TWENTY = "twenty.mp4"
SLOWLY = "lowlight 0 15"  # at half the rate, so that a machine that has other work, too, misses none
RECORDED_MS = 3500
THUMBNAIL_MS = 3000  # until the other camera has sent a picture
CHARTED_MS = 40_000  # of the first minute
SETTLED_MS = 1500  # till boxes and words are those of what was just done
LOOKED_MS = 20_000
ZONE = (512, 180, 768, 540)  # x, y, w, h: nine of the twenty
WEBCAM = "camera:Screen camera"
WEBCAM_S = 0.06  # what a usual webcam takes until its picture is there


def nothing(_stage: Stage) -> None:
    """All is as it should be."""


@dataclass(frozen=True)
class Scene:
    """A state of the window.

    Attributes:
        name: of its pictures.
        arrange: brings the window there, once.
        source: as the window opens it; None: whatever it finds by itself.
        pose, leave: before and after each picture, as menus speak the language in which they were opened.
        is_first: nobody has ever started the program, and there is no camera.
        in_guide: the docs show it.
    """

    name: str
    arrange: Act
    source: str | None = CAMERA
    pose: Act = nothing
    leave: Act = nothing
    is_first: bool = False
    in_guide: bool = True


def hold_person(stage: Stage) -> None:
    stage.wait_for_model()
    stage.hold(1, most=1)


def hold_clip(stage: Stage) -> None:
    stage.wait_for_model()
    stage.hold(1, from_s=1.5)


def hold_twenty(stage: Stage) -> None:
    """Found by the bundled model, at the input size that suits small things."""
    stage.window.models.choose_size((384, 640))
    stage.wait_until(lambda: stage.window.models.state == "ready")
    stage.wait_for_model()
    stage.hold(20)


def welcome(stage: Stage) -> None:
    stage.wait_until(lambda: bool(stage.window.bar.text))
    stage.wait_for_model()
    stage.hold(1)


def see_nothing(stage: Stage) -> None:
    stage.wait_for_model()
    stage.wait_until(lambda: stage.found() > 0)  # else the first boxes of all are still to come
    stage.hold(0, most=0)


def find_no_file(stage: Stage) -> None:
    stage.wait_until(lambda: bool(stage.window.bar.text))


def lose_camera(stage: Stage) -> None:
    stage.cameras.cmd(SLOWLY)
    stage.wait_for_model()
    stage.wait_until(lambda: stage.found() == 1, 20_000)
    stage.cameras.cmd("unplug 0")
    stage.wait_until(lambda: bool(stage.window.bar.text))
    stage.wait_ms(1500)


def load_damaged(stage: Stage) -> None:
    hold_clip(stage)
    damaged = stage.home / "my-objects.safetensors"
    damaged.write_bytes(DEFAULT_MODEL.read_bytes()[:1_000_000])
    stage.window.models.load(str(damaged))
    stage.wait_until(lambda: bool(stage.window.bar.text))


def fill_disk(stage: Stage) -> None:
    """Only said: a disk that is really full is a matter of the tests."""
    hold_person(stage)
    path = stage.home / "Videos" / "camapp" / "camapp 2026-03-14 09.26.53.mp4"
    stage.window.session.failed.emit(RecordingError("disk_full", path=path))


def record(stage: Stage) -> None:
    stage.cameras.cmd(SLOWLY)
    stage.wait_for_model()
    stage.wait_until(lambda: stage.found() == 1, 20_000)
    stage.window.output.set_folder(str(stage.home / "Videos" / "camapp"))
    stage.window.output.toggle_recording()
    stage.wait_ms(RECORDED_MS)


def record_on(stage: Stage) -> None:
    """The picture stands still, the recording goes on."""
    record(stage)
    hold_person(stage)


def finish_recording(stage: Stage) -> None:
    record(stage)
    stage.window.output.toggle_recording()
    stage.wait_until(lambda: bool(stage.window.bar.text))
    hold_person(stage)


def select_one(stage: Stage) -> None:
    hold_twenty(stage)
    keys = stage.window.view._keys
    stage.window.view.chosen.emit(frozenset({keys[2]}))


def show_cameras(stage: Stage) -> None:
    hold_person(stage)
    stage.window.cameras.show_cameras()
    stage.wait_until(lambda: bool(stage.window.cameras.controls.rows), 20_000)
    stage.wait_ms(THUMBNAIL_MS)


def open_source_menu(stage: Stage) -> None:
    stage.open_menu(stage.window.toolbar.source)
    stage.wait_ms(THUMBNAIL_MS)


def open_model_menu(stage: Stage) -> None:
    stage.open_menu(stage.window.toolbar.model)


def open_device_menu(stage: Stage) -> None:
    stage.open_menu(stage.window.toolbar.device)


def open_size_menu(stage: Stage) -> None:
    stage.open_menu(stage.window.toolbar.size_hw)


def open_app_menu(stage: Stage) -> None:
    stage.open_menu(stage.window.toolbar.menu)


def open_record_options(stage: Stage) -> None:
    stage.open_menu(stage.window.controls.options)


def draw_zone(stage: Stage) -> None:
    """Around a part of twenty views, in which faces are small."""
    stage.wait_for_model()
    stage.hold(10)
    stage.window.side.sections["zone"].set_open(True)
    stage.window.zone.drawing.drawn.emit(*ZONE)
    stage.wait_until(lambda: bool(stage.window.side.zone.brief))
    stage.wait_until(lambda: stage.found() >= 20, LOOKED_MS)  # all tiles of the picture that stands still
    stage.wait_ms(SETTLED_MS)


def draw_zone_anew(stage: Stage) -> None:
    """While it is drawn."""
    draw_zone(stage)
    stage.window.zone.start()


def measure_delay(stage: Stage) -> None:
    """With a camera that looks at the square itself, some time later."""
    stage.wait_for_model()
    stage.window.measure_delay()
    dialog = stage.window.findChild(DelayDialog)
    grabber = Grabber(dialog.code)
    stage.sources[WEBCAM] = lambda: ScreenCamera(grabber, WEBCAM_S)
    stage.window.session.open(WEBCAM)
    stage.wait_until(lambda: dialog.run.state in ("done", "nothing"))
    stage.wait_ms(SETTLED_MS)


def open_section(name: str) -> Act:
    """The clip, with one part of the panel open."""

    def arrange(stage: Stage) -> None:
        hold_clip(stage)
        if name == "charts":
            stage.window.toggle_pause()
        stage.window.side.sections[name].set_open(True)
        stage.wait_ms(CHARTED_MS if name == "charts" else 300)

    return arrange


def scroll_down(stage: Stage) -> None:
    """To the last section; by hand it is scrolled into view when it is opened."""
    lower = stage.window.side.findChild(QScrollArea, "lower")
    if lower is not None:
        lower.verticalScrollBar().setValue(lower.verticalScrollBar().maximum())
    stage.wait_ms(200)


def show_keys(stage: Stage) -> None:
    hold_clip(stage)
    stage.window.help.show_keys()


def fill_screen(stage: Stage) -> None:
    hold_clip(stage)
    stage.window.toggle_full_screen()
    stage.wait_ms(300)
    stage.window.full_screen.show_panels()


def keep_panels(stage: Stage) -> None:
    """They go by themselves."""
    stage.window.full_screen.show_panels()
    stage.wait_ms(200)


def fill_screen_alone(stage: Stage) -> None:
    hold_clip(stage)
    stage.window.toggle_full_screen()
    stage.wait_ms(4000)


def zoom_in(stage: Stage) -> None:
    """With the mouse over the first object."""
    hold_clip(stage)
    for _ in range(4):
        stage.window.view.zoom_in()
    stage.wait_ms(300)
    stage.wait_until(lambda: bool(stage.window.view._keys))
    stage.window.view.hovered.emit(stage.window.view._keys[0])


def draw_crop(stage: Stage) -> None:
    hold_person(stage)
    stage.window.crop.start()
    stage.window.crop.drawing.begin(Part(300, 120, 900, 640))


def play_to_end(stage: Stage) -> None:
    stage.wait_for_model()
    stage.wait_until(lambda: stage.window.session.at_end)
    stage.wait_ms(1500)


def name_picture(stage: Stage) -> None:
    """By a model that finds no boxes."""
    hold_clip(stage)
    stage.window.load_model(str(learn(stage.work)))
    stage.wait_until(lambda: stage.window.models.state == "ready" and bool(stage.window.side.best.lines))
    stage.window.session.seek(2.5)
    stage.wait_ms(2000)


def name_boxes(stage: Stage) -> None:
    """The boxes of the bundled model get finer names."""
    hold_clip(stage)
    stage.window.models.name_boxes(str(learn(stage.work)))
    stage.wait_until(lambda: stage.window.models.state == "ready")
    stage.wait_ms(2000)


SCENES = (
    Scene("window", hold_clip, str(CLIP)),
    Scene("first", welcome, None, is_first=True),
    Scene("empty", see_nothing),
    Scene("busy", hold_twenty, TWENTY),
    Scene("selected", select_one, TWENTY),
    Scene("camera-lost", lose_camera),
    Scene("model-damaged", load_damaged, str(CLIP), in_guide=False),
    Scene("disk-full", fill_disk, in_guide=False),
    Scene("no-file", find_no_file, "/nowhere/holiday.mov", in_guide=False),
    Scene("recording", record_on),
    Scene("recorded", finish_recording),
    Scene("record-options", hold_person, pose=open_record_options),
    Scene("cameras", show_cameras),
    Scene("source", hold_person, pose=open_source_menu),
    Scene("model", hold_clip, str(CLIP), pose=open_model_menu),
    Scene("device", hold_clip, str(CLIP), pose=open_device_menu),
    Scene("size", hold_clip, str(CLIP), pose=open_size_menu),
    Scene("menu", hold_clip, str(CLIP), pose=open_app_menu),
    Scene("classes", open_section("classes"), str(CLIP)),
    Scene("labels", open_section("labels"), str(CLIP)),
    Scene("zone", draw_zone, TWENTY),
    Scene("zone-drawn", draw_zone_anew, TWENTY, in_guide=False),
    Scene("delay", measure_delay, str(CLIP)),
    Scene("charts", open_section("charts"), str(CLIP), pose=scroll_down),
    Scene("keys", show_keys, str(CLIP)),
    Scene("full-screen", fill_screen, str(CLIP), pose=keep_panels),
    Scene("full-screen-alone", fill_screen_alone, str(CLIP), in_guide=False),
    Scene("zoomed", zoom_in, str(CLIP), in_guide=False),
    Scene("crop", draw_crop, in_guide=False),
    Scene("picture-named", name_picture, str(CLIP), in_guide=False),
    Scene("boxes-named", name_boxes, str(CLIP), in_guide=False),
    Scene("names-menu", name_picture, str(CLIP), pose=open_model_menu, in_guide=False),
    Scene("ended", play_to_end, TWENTY, in_guide=False),
)
