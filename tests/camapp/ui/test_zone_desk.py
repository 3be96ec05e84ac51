"""The zone in the window: drawn, shown, kept for its source, right however the picture is turned, and taken away."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from camapp.live.camera.listing import CameraInfo
from camapp.live.reading.transform import Transform
from camapp.live.zone_looks import ZoneCost
from camapp.settings import load_settings
from camapp.ui.main_window import MainWindow
from camapp.ui.memory import Memory
from camapp.ui.words.language import Language
from detector.types import Detections, Frame
from tests.camapp.ui.conftest import HEIGHT, WIDTH, MakeWindow, Opened, ScriptedCamera, ScriptedDetector

SPEC = "camera:HD Webcam"
ZONE = (60, 70, 100, 80)


class TileDetector(ScriptedDetector):
    """Finds one person in the middle of each view, and remembers how large the views were."""

    def __init__(self) -> None:
        super().__init__()
        self.views: list[tuple[int, int]] = []

    def detect(self, frames: Sequence[Frame], score: float = 0.05, iou: float = 0.6) -> list[Detections]:
        self.views += [frame.size_wh for frame in frames]
        return [
            Detections(
                np.array([[w / 3, h / 3, w / 2, h / 2]], np.float32),
                np.array([0.9], np.float32),
                np.zeros(1, np.int64),
                np.zeros(1, np.bool_),
                frame.index,
                self.class_names,
            )
            for frame in frames
            for w, h in [frame.size_wh]
        ]


@pytest.fixture
def detector(opened: Opened) -> TileDetector:
    found = TileDetector()
    opened.load_detector = lambda *wanted: found
    return found


@pytest.fixture
def window(qtbot: QtBot, make_window: MakeWindow, opened: Opened, detector: TileDetector) -> MainWindow:
    opened.cameras = [CameraInfo("HD Webcam", 0, "/dev/video0")]
    opened.sources["0"] = opened.sources[SPEC] = ScriptedCamera
    made = make_window()
    qtbot.waitUntil(lambda: len(made.side.table.row_texts()) == 1, timeout=20_000)
    return made


@pytest.fixture
def language(qapp: QApplication) -> Iterator[Language]:
    """English, whatever the system speaks; the next test finds no translator."""
    language = Language(qapp)
    language.choose("en")
    yield language
    language.choose("en")
    language.deleteLater()


def drag(qtbot: QtBot, window: MainWindow, zone: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """Around this part of the picture in view; returns what was drawn, which may be a pixel off."""
    x, y, width, height = zone
    points: list[QPoint] = [window.view.from_frame(p).toPoint() for p in ((x, y), (x + width, y + height))]
    qtbot.mousePress(window.zone.drawing, Qt.MouseButton.LeftButton, pos=points[0])
    qtbot.mouseMove(window.zone.drawing, points[1])
    qtbot.mouseRelease(window.zone.drawing, Qt.MouseButton.LeftButton, pos=points[1])
    part = window.zone.drawing.part
    assert part is not None
    assert np.abs(np.subtract(part.xywh, zone)).max() <= 1
    return part.xywh


def draw(qtbot: QtBot, window: MainWindow, zone: tuple[int, int, int, int] = ZONE) -> tuple[int, int, int, int]:
    """By the section's button and the mouse."""
    window.side.sections["zone"].set_open(True)
    window.side.zone.draw.click()
    assert window.zone.drawing.active
    drawn = drag(qtbot, window, zone)
    qtbot.mouseClick(window.zone.drawing.use, Qt.MouseButton.LeftButton)
    assert not window.zone.drawing.active
    return drawn


def test_a_zone_that_is_drawn_is_looked_at_in_tiles_outlined_and_its_cost_is_said(
    qtbot: QtBot, window: MainWindow, detector: TileDetector
) -> None:
    assert not window.side.zone.none.isEnabled()
    assert set(detector.views) == {(WIDTH, HEIGHT)}
    drawn = draw(qtbot, window)
    assert window.session.choices.zone == drawn
    assert window.zone.outline.isVisible()
    assert window.zone.outline.zone == drawn
    qtbot.waitUntil(lambda: window.side.zone.brief != "", timeout=20_000)
    assert len(set(detector.views)) > 1
    assert window.side.zone.brief in window.side.sections["zone"].heading.text()
    assert window.zone.outline.text == window.side.zone.brief
    assert re.fullmatch(r"\d+ tiles?, \+\d+ ms", window.side.zone.brief)
    window.side.zone.none.click()
    assert window.session.choices.zone is None
    assert window.zone.outline.isHidden()
    assert window.side.sections["zone"].heading.text() == "Small things far away"
    assert window.memory.camera(SPEC).zone is None


def test_the_cost_is_the_one_that_was_measured(window: MainWindow) -> None:
    panel = window.side.zone
    panel.show_zone(True, True, True)
    panel.show_cost(ZoneCost(6, 38.4, 10.0))
    assert panel.brief == "6 tiles, +38 ms"
    assert "10.0 times as large" in panel.hint.text()
    panel.show_cost(ZoneCost(1, 12.0, 8.0))
    assert panel.brief == "1 tile, +12 ms"
    assert "in one tile that takes 12 ms" in panel.hint.text()
    panel.show_cost(ZoneCost(6, None, 10.0))
    assert panel.brief == ""


@pytest.mark.parametrize(
    "turned", [Transform(True), Transform(False, 90), Transform(True, 270), Transform(False, 180)], ids=str
)
def test_the_zone_holds_the_same_things_when_the_picture_is_turned(
    qtbot: QtBot, window: MainWindow, turned: Transform
) -> None:
    drawn = draw(qtbot, window)
    marked = np.zeros((HEIGHT, WIDTH, 1), np.uint8)
    marked[drawn[1] : drawn[1] + drawn[3], drawn[0] : drawn[0] + drawn[2]] = 1
    ys, xs = np.nonzero(turned.apply(marked)[:, :, 0])
    window.memory.keep_camera(SPEC, mirror=turned.mirror, rotate=turned.rotate)
    window.session.set_transform(turned)
    zone = window.session.choices.zone
    assert zone == (xs.min(), ys.min(), xs.max() + 1 - xs.min(), ys.max() + 1 - ys.min())
    assert window.zone.outline.zone == zone
    if turned.rotate == 90:
        qtbot.waitUntil(lambda: window.view.frame_wh == (HEIGHT, WIDTH), timeout=20_000)
        again = draw(qtbot, window, (20, 30, 60, 90))
        assert window.session.choices.zone == again
        window.session.set_transform(Transform())
        assert window.session.choices.zone == (again[1], HEIGHT - again[0] - again[2], again[3], again[2])


def test_a_crop_moves_the_zone_with_the_picture_or_leaves_nothing_of_it(qtbot: QtBot, window: MainWindow) -> None:
    x, y, width, height = draw(qtbot, window)
    window.session.set_transform(Transform(crop_xywh=(40, 50, 200, 150)))
    assert window.session.choices.zone == (x - 40, y - 50, width, height)
    window.session.set_transform(Transform(crop_xywh=(250, 180, 60, 50)))
    assert window.session.choices.zone is None
    assert window.zone.outline.isHidden()
    assert window.side.zone.hint.text() == "The zone lies outside the crop; draw another one."
    assert window.side.zone.none.isEnabled()


def test_the_outline_follows_the_zoom_and_lets_the_mouse_through(qtbot: QtBot, window: MainWindow) -> None:
    x, y, width, height = draw(qtbot, window)
    before = window.zone.outline.rect_in_view()
    window.view.zoom_in()
    qtbot.waitUntil(lambda: window.zone.outline.rect_in_view().width() > 1.1 * before.width(), timeout=20_000)
    rect = window.zone.outline.rect_in_view()
    assert window.view.to_frame(rect.topLeft()) == pytest.approx((x, y), abs=1)
    assert window.view.to_frame(rect.bottomRight()) == pytest.approx((x + width, y + height), abs=1)
    assert window.view.childAt(rect.center().toPoint()) is None


def test_esc_leaves_the_zone_as_it_was(qtbot: QtBot, window: MainWindow) -> None:
    drawn = draw(qtbot, window)
    window.side.zone.draw.click()
    assert window.zone.drawing.part is not None
    assert window.zone.drawing.part.xywh == drawn
    assert window.zone.outline.isHidden()
    drag(qtbot, window, (200, 150, 60, 40))
    window._escape()
    assert window.session.choices.zone == drawn
    assert window.zone.outline.isVisible()


def test_a_zone_is_drawn_with_keys_alone(qtbot: QtBot, window: MainWindow) -> None:
    window.side.zone.draw.click()
    qtbot.keyClick(window.zone.drawing, Qt.Key.Key_Right)
    qtbot.keyClick(window.zone.drawing, Qt.Key.Key_Return)
    assert window.session.choices.zone == (81, 60, 160, 120)


def test_the_whole_picture_can_be_the_zone(qtbot: QtBot, window: MainWindow) -> None:
    window.side.zone.whole.click()
    assert window.session.choices.zone == (0, 0, WIDTH, HEIGHT)
    window.side.zone.draw.click()
    assert window.zone.drawing.part is None  # there is nothing of it to be moved
    window.zone.drawing.give_up()


def test_the_zone_is_kept_for_its_source_alone(
    qtbot: QtBot, make_window: MakeWindow, opened: Opened, detector: TileDetector, clip: Path, tmp_path: Path
) -> None:
    opened.cameras = [CameraInfo("HD Webcam", 0, "/dev/video0")]
    opened.sources["0"] = opened.sources[SPEC] = ScriptedCamera
    file = tmp_path / "settings.toml"
    window = make_window(memory=Memory(file))
    qtbot.waitUntil(lambda: len(window.side.table.row_texts()) == 1, timeout=20_000)
    drawn = draw(qtbot, window)
    with qtbot.waitSignal(window.session.opened, timeout=20_000):
        window.session.open(str(clip))
    assert window.session.choices.zone is None
    assert window.zone.outline.isHidden()
    window.side.zone.draw.click()
    with qtbot.waitSignal(window.session.opened, timeout=20_000):
        window.session.open(SPEC)
    assert not window.zone.drawing.active
    assert window.session.choices.zone == drawn
    window.close()
    assert load_settings(file)[0].cameras[SPEC].zone == window.memory.camera(SPEC).zone
    again = make_window(memory=Memory(file))
    qtbot.waitUntil(lambda: again.session.choices.zone == drawn, timeout=20_000)


@pytest.mark.parametrize("share", [(0.9, 0.9, 0.9, 0.9), (0.0, 0.0, 0.0, 0.0), (0.5, 0.5, 0.001, 0.5)])
def test_a_zone_from_a_hand_edited_file_is_cut_off_or_no_zone(
    qtbot: QtBot, window: MainWindow, share: tuple[float, float, float, float]
) -> None:
    window.memory.keep_camera(SPEC, zone=share)
    zone = window.session.choices.zone
    assert zone == ((288, 216, 32, 24) if share[0] == 0.9 else None)
    qtbot.waitUntil(lambda: window.view.shown is not None and len(window.side.table.row_texts()) > 0, timeout=20_000)


def test_crop_and_zone_are_not_drawn_at_once(qtbot: QtBot, window: MainWindow) -> None:
    window.side.zone.draw.click()
    window.crop.start()
    assert window.crop.drawing.active
    assert not window.zone.drawing.active
    window.crop.drawing.give_up()


def test_the_drawing_speaks_chinese(
    qtbot: QtBot, make_window: MakeWindow, clip: Path, detector: TileDetector, language: Language
) -> None:
    window = make_window(clip, language=language)
    window.personal.choose_language("zh_CN")
    qtbot.waitUntil(lambda: window.zone.drawing.use.text() == "仔细查看这里", timeout=20_000)
    assert window.zone.drawing.cancel.text() == "取消"  # said by the class that it is made of
    assert window.side.sections["zone"].heading.text() == "远处的小目标"
    assert window.crop.drawing.use.text() == "使用此区域"
