"""The real window, on a short clip and with a detector whose answers are known."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import av
import numpy as np
import pytest
from PySide6.QtGui import QFont, QFontInfo
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from camapp.live.camera.listing import CameraInfo
from camapp.live.camera.thumbnails import thumbnails
from camapp.live.camera.watch import Look
from camapp.live.reading.base import Source, SourceInfo
from camapp.live.recording.recorder import Recorder
from camapp.live.sources import open_source
from camapp.ui.look.theme import Theme
from camapp.ui.main_window import MainWindow
from camapp.ui.session import Doors
from detector.engines.base import Detector
from detector.errors import UserFacingError
from detector.modelfile import ModelInfo
from detector.types import Detections, Frame
from tests.camapp.live.conftest import fakecam, fakecam_state

__all__ = ["fakecam", "fakecam_state"]  # fixtures

CLASSES = ("person", "bottle", "cup")
WIDTH, HEIGHT, FRAMES = 320, 240, 30


def boxes(frame_index: int) -> Detections:
    """What the scripted detector finds: a person that is sure, a bottle that is not, and a cup hardly."""
    return Detections(
        xyxy=np.array([[20, 40, 120, 220], [200, 100, 240, 180], [5, 5, 25, 30]], np.float32),
        scores=np.array([0.91, 0.62, 0.2], np.float32),
        class_ids=np.array([0, 1, 2], np.int64),
        predicted=np.zeros(3, np.bool_),
        frame_index=frame_index,
        class_names=CLASSES,
    )


def pictures_of(path: Path) -> int:
    """How many pictures a video really holds."""
    with av.open(str(path)) as video:
        return sum(1 for _ in video.decode(video=0))


class ScriptedDetector(Detector):
    """Finds the same on every picture."""

    def __init__(self) -> None:
        super().__init__(ModelInfo("resnet18", 96, CLASSES, score_threshold=0.4), "CPU, scripted", None)
        self.closed = False

    def detect(
        self,
        frames: Sequence[Frame],
        score: float = 0.05,
        iou: float = 0.6,
        size_hw: tuple[int, int] | None = None,
    ) -> list[Detections]:
        return [boxes(frame.index) for frame in frames]

    def infer(self, batch: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        raise NotImplementedError

    def _release(self) -> None:
        self.closed = True


class ScriptedCamera(Source):
    """A camera that does what the test tells: `errors` come first, then pictures until it is unplugged."""

    live = True

    def __init__(self, name: str = "HD Webcam", error: UserFacingError | None = None) -> None:
        super().__init__(name)
        self._error = error
        self._wake = threading.Event()
        self.lost: UserFacingError | None = None
        self.iterated_on = ""

    def __iter__(self) -> Iterator[Frame]:
        self.iterated_on = threading.current_thread().name
        if self._error is not None:
            raise self._error
        self.info = SourceInfo((WIDTH, HEIGHT), 100.0, None, "320x240 MJPG, 100 fps")
        index, reported = 0, False
        while not self.closed:
            self._wake.wait(0.01)
            if (self.lost is not None) != reported:
                reported = self.lost is not None
                self.on_trouble(self.lost)
            if self.lost is None:
                image = np.full((HEIGHT, WIDTH, 3), index % 200, np.uint8)
                yield Frame(image, index, time.monotonic(), index / 100)
                index += 1


@dataclass
class Opened:
    """Everything that a test reaches for; what is not set is real."""

    cameras: list[CameraInfo] = field(default_factory=list)
    sources: dict[str, Callable[[], Source]] = field(default_factory=dict)
    load_detector: Callable[..., Detector] = lambda *wanted: ScriptedDetector()
    look: Look = thumbnails

    def doors(self) -> Doors:
        """What the window opens."""
        return Doors(lambda: list(self.cameras), self._open, lambda *wanted: self.load_detector(*wanted), self.look)

    def _open(self, spec: str, *wanted: object) -> Source:
        return self.sources[spec]() if spec in self.sources else open_source(spec, *wanted)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """30 pictures of 320x240 in one second."""
    path = tmp_path_factory.mktemp("clip") / "short clip.mp4"
    recorder = Recorder(path, (WIDTH, HEIGHT))
    for i in range(FRAMES):
        recorder.write(np.full((HEIGHT, WIDTH, 3), 40 + 4 * i, np.uint8), i / 30)
    recorder.close()
    return path


@pytest.fixture(scope="session")
def theme(qapp: QApplication) -> Theme:
    """The scheme of the one application."""
    return Theme(qapp)


@pytest.fixture
def enlarge(qapp: QApplication) -> Iterator[Callable[[], None]]:
    """Gives all widgets a font of twice the size, as Language gives them another one, until the test ends."""
    before = qapp.font()

    def take(font: QFont) -> None:
        qapp.setFont(font)
        qapp.setStyleSheet(qapp.styleSheet())

    larger = QFont(before)
    larger.setPointSizeF(2 * QFontInfo(before).pointSizeF())  # before itself may be said in pixels
    yield lambda: take(larger)
    take(before)


@pytest.fixture
def opened() -> Opened:
    """No camera; change it before the window is made."""
    return Opened()


MakeWindow = Callable[..., MainWindow]


@pytest.fixture
def make_window(qtbot: QtBot, theme: Theme, opened: Opened, tmp_path: Path) -> Iterator[MakeWindow]:
    """Opens the real window; its recordings and pictures go to a folder of the test."""
    made: list[MainWindow] = []

    def make(source: str | Path | None = None, model: str | None = None, **others: object) -> MainWindow:
        window = MainWindow(theme, None if source is None else str(source), model, "auto", opened.doors(), **others)
        window.memory.keep_recording(folder=str(tmp_path / "movies"), pictures=str(tmp_path / "pictures"))
        made.append(window)
        window.show()
        return window

    yield make
    for window in made:
        window.close()
        window.deleteLater()


@pytest.fixture
def window(qtbot: QtBot, make_window: MakeWindow, opened: Opened) -> MainWindow:
    """On a camera that gives pictures, with boxes."""
    opened.cameras = [CameraInfo("HD Webcam", 0, "/dev/video0")]
    opened.sources["0"] = ScriptedCamera
    made = make_window()
    qtbot.waitUntil(lambda: len(made.side.table.row_texts()) == 2, timeout=20_000)
    return made
