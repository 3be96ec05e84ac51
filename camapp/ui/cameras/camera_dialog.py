"""The cameras of this computer: what each sees, its modes, how its picture is turned, and its own settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QRect, QSize, Qt, QTimer
from PySide6.QtGui import QHideEvent, QIcon, QImage, QPainter, QPalette, QPixmap, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from camapp.live.camera import controls as camera_controls
from camapp.live.camera.controls import CameraControl
from camapp.live.camera.listing import CameraInfo, list_modes
from camapp.live.camera.modes import CameraMode
from camapp.live.camera.watch import Look
from camapp.live.reading.base import SourceInfo
from camapp.live.reading.live_source import LiveSource
from camapp.live.sources import CAMERA_PREFIX
from camapp.settings import CameraSettings
from camapp.ui.cameras.control_rows import ControlRows
from camapp.ui.cameras.qt_modes import qt_modes
from camapp.ui.cameras.thumbnails import Thumbnails
from camapp.ui.cameras.turn_form import FIELD_HEIGHT, TurnForm
from camapp.ui.jobs import Jobs
from camapp.ui.memory import Memory
from camapp.ui.session import LiveSession, transform_of
from camapp.ui.words.messages import joined, sentence
from camapp.ui.words.retranslated import Retranslated
from detector.errors import UserFacingError

THUMBNAIL = QSize(192, 108)
BESIDE = 20  # pixels beside a thumbnail: room, the frame of the list, its scroll bar
REFRESH_MS = 700  # of how many pictures come
CLOSE_S = 6.0  # a camera that does not answer


@dataclass(frozen=True)
class CameraDoors:
    """What cameras are asked; tests put others in place."""

    list_modes: Callable[[CameraInfo], list[CameraMode]] = list_modes
    more_modes: Callable[[CameraInfo], list[CameraMode]] = qt_modes  # where list_modes knows none; on the UI thread
    list_controls: Callable[[CameraInfo], list[CameraControl]] = camera_controls.list_controls
    set_control: Callable[[CameraInfo, int, int], int] = camera_controls.set_control
    back_to_automatic: Callable[[CameraInfo], None] = camera_controls.back_to_automatic


class CameraDialog(Retranslated, QDialog):
    """Belongs to the window and blocks nothing; everything takes effect at once and is kept for that camera."""

    def __init__(
        self, session: LiveSession, memory: Memory, look: Look, parent: QWidget, doors: CameraDoors | None = None
    ) -> None:
        """`look` shows what a camera sees."""
        super().__init__(parent)
        self._session, self._memory, self._doors = session, memory, doors or CameraDoors()
        self._lane = Jobs("cameras", self)
        self._thumbnails = Thumbnails(look, self)
        self._cameras: list[CameraInfo] = []
        self._modes: list[CameraMode] = []
        self._controls: list[CameraControl] = []  # of the chosen camera, as it told last
        self.list = QListWidget()
        self.list.setIconSize(THUMBNAIL)
        self.list.setViewMode(QListWidget.ViewMode.IconMode)  # the name under the picture
        self.list.setFlow(QListWidget.Flow.TopToBottom)
        self.list.setWrapping(False)
        self.list.setMovement(QListWidget.Movement.Static)
        self.list.setSpacing(6)
        self.list.setFixedWidth(THUMBNAIL.width() + 2 * BESIDE)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setWordWrap(True)
        self.title, self.granted, self.trouble = QLabel(), QLabel(), QLabel()
        self.title.setObjectName("heading")
        self.granted.setObjectName("dim")
        for label in (self.granted, self.trouble):
            label.setWordWrap(True)
        self.mode, self.show_it = QComboBox(), QPushButton()
        self.turn, self.controls = TurnForm(), ControlRows()
        self._mode_name = QLabel()
        self._mode_name.setBuddy(self.mode)
        self._lay_out()
        self.list.currentRowChanged.connect(self._choose)
        self.mode.activated.connect(self._choose_mode)
        self.show_it.clicked.connect(self._open_chosen)
        self.turn.changed.connect(self._turn)
        self.controls.set_wanted.connect(self._set_control)
        self.controls.automatic_wanted.connect(self._back_to_automatic)
        self._thumbnails.pictured.connect(self._show_thumbnail)
        self._thumbnails.failed.connect(self._show_dark)
        session.cameras_found.connect(self.set_cameras)
        session.opened.connect(self._show_chosen)
        self._timer = QTimer(self, interval=REFRESH_MS)
        self._timer.timeout.connect(self._show_granted)
        self.retranslate()

    def _lay_out(self) -> None:
        self.resize(860, 560)
        for part in (self._mode_name, self.mode):
            part.setMinimumHeight(FIELD_HEIGHT)
        mode_row = QHBoxLayout()
        mode_row.addWidget(self.mode, 1)
        mode_row.addWidget(self.show_it)
        self.turn.form.insertRow(0, self._mode_name, mode_row)  # its field begins where the others do
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(self.controls)
        right = QVBoxLayout()
        right.setSpacing(10)
        right.addWidget(self.title)
        right.addWidget(self.granted)
        right.addWidget(self.turn)
        right.addWidget(scroll, 1)
        right.addWidget(self.trouble)
        layout = QHBoxLayout(self)
        layout.setSpacing(14)
        layout.addWidget(self.list)
        layout.addLayout(right, 1)

    def retranslate(self) -> None:
        """Says every word anew."""
        self.setWindowTitle(self.tr("Cameras"))
        self.list.setAccessibleName(self.tr("Cameras"))
        self._mode_name.setText(self.tr("Mode"))
        self.mode.setAccessibleName(self.tr("Mode"))
        self.mode.setToolTip(
            self.tr("Size, pixel format and rate. Larger shows more detail and costs more computing time to decode.")
        )
        self.show_it.setText(self.tr("Show this camera"))
        self.show_it.setToolTip(self.tr("In the window, in place of the present source"))
        self._show_chosen()

    def show_cameras(self) -> None:
        """Opens, or comes to the front."""
        self._session.look_for_cameras()
        self.show()
        self.raise_()
        self.activateWindow()

    def showEvent(self, event: QShowEvent) -> None:
        """What is said may be of an hour ago."""
        super().showEvent(event)
        self._show_chosen()
        self._thumbnails.watch(self._cameras)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """No more thumbnails, whichever way it was closed."""
        self._timer.stop()
        self._thumbnails.stop()
        super().hideEvent(event)

    def close_lane(self) -> None:
        """Joins the threads."""
        self._timer.stop()
        self._thumbnails.close(CLOSE_S)
        self._lane.close(CLOSE_S)

    def set_cameras(self, cameras: list[CameraInfo]) -> None:
        """Those that are plugged in; what each sees comes a moment later."""
        if not self.isVisible() or (cameras == self._cameras and self.list.count()):
            return
        self._cameras = cameras
        self.list.clear()
        for camera in cameras:
            self.list.addItem(QListWidgetItem(self._icon(QImage()), camera.name))
        self._thumbnails.watch(cameras)
        in_view = [i for i, camera in enumerate(cameras) if self._is_in_view(camera)]
        if cameras:
            self.list.setCurrentRow(in_view[0] if in_view else 0)
            self.list.setFocus()
        else:
            self._show_chosen()

    @property
    def chosen(self) -> CameraInfo | None:
        """The camera whose settings are shown."""
        row = self.list.currentRow()
        return self._cameras[row] if 0 <= row < len(self._cameras) else None

    # --- showing

    def _spec(self) -> str:
        """What the settings shown are kept under; without a camera those of the source in view."""
        return self._session.lasting_spec if self.chosen is None else f"{CAMERA_PREFIX}{self.chosen.name}"

    def _is_in_view(self, camera: CameraInfo) -> bool:
        return self._session.lasting_spec == f"{CAMERA_PREFIX}{camera.name}"

    def _choose(self, _row: int) -> None:
        camera = self.chosen
        self._modes = []
        if camera is not None:
            self._lane.run(partial(self._doors.list_modes, camera), partial(self._show_modes, camera))
            self._ask_controls(camera)
        self._show_chosen()

    def _show_chosen(self, *_unused: object) -> None:
        camera, in_view = self.chosen, self._session.source_info
        self.title.setText(camera.name if camera is not None else self._session.source_name)
        self.show_it.setVisible(camera is not None and not self._is_in_view(camera))
        for part in (self.list, self._mode_name, self.mode, self.controls):
            part.setVisible(camera is not None)
        self.trouble.clear()
        shown = camera is None or self._is_in_view(camera)
        settings = self._memory.camera(self._spec())
        self.turn.show_settings(settings, _size_after(settings, in_view) if shown else None)
        self._fill_modes()
        self._show_granted()

    def _show_granted(self) -> None:
        camera, info = self.chosen, self._session.source_info
        text = ""
        if camera is None:
            text = self.tr("No camera was found. One that is plugged in appears here.")
        elif info is not None and self._is_in_view(camera):
            text = self.tr("It gives {mode}.").format(mode=info.description)
            source = self._session.source
            if isinstance(source, LiveSource) and source.measured_fps:
                measured = f"{source.measured_fps:.1f}"
                text = joined(text, self.tr("{fps} pictures a second come just now.").format(fps=measured))
        self.granted.setText(text)

    def _show_modes(self, camera: CameraInfo, modes: list[CameraMode]) -> None:
        if camera == self.chosen:
            self._modes = modes or self._doors.more_modes(camera)
            self._fill_modes()

    def _fill_modes(self) -> None:
        settings = self._memory.camera(self._spec())
        self.mode.clear()
        self.mode.addItem(self.tr("Automatic: smooth, near 1280x720"), None)
        for mode in self._modes:
            self.mode.addItem(str(mode), mode)
            if (mode.size_wh, mode.fps, mode.fourcc) == (settings.size_wh, settings.fps, settings.pixel_format):
                self.mode.setCurrentIndex(self.mode.count() - 1)

    def _show_thumbnail(self, camera: CameraInfo, image: QImage) -> None:
        if camera in self._cameras:
            item = self.list.item(self._cameras.index(camera))
            item.setIcon(self._icon(image))
            item.setToolTip("")

    def _show_dark(self, camera: CameraInfo, error: UserFacingError) -> None:
        if camera in self._cameras:
            item = self.list.item(self._cameras.index(camera))
            item.setIcon(self._icon(QImage()))
            item.setToolTip(sentence(error))

    def _icon(self, image: QImage) -> QIcon:
        """The picture on a ground of one size for all; a chosen one keeps its colours."""
        ground = QPixmap(THUMBNAIL)
        ground.fill(self.palette().color(QPalette.ColorRole.Shadow))
        place = QRect(0, 0, 0, 0)
        place.setSize(image.size().scaled(THUMBNAIL, Qt.AspectRatioMode.KeepAspectRatio))
        place.moveCenter(ground.rect().center())
        painter = QPainter(ground)
        painter.drawImage(place, image)
        painter.end()
        icon = QIcon(ground)
        icon.addPixmap(ground, QIcon.Mode.Selected)
        return icon

    # --- by the person's hand

    def _open_chosen(self) -> None:
        if self.chosen is not None:
            self._session.open(str(self.chosen.index))

    def _choose_mode(self, index: int) -> None:
        mode = self.mode.itemData(index)
        if mode is None:
            self._memory.keep_camera(self._spec(), size_wh=None, fps=None, pixel_format="")
        else:
            self._memory.keep_camera(self._spec(), size_wh=mode.size_wh, fps=mode.fps, pixel_format=mode.fourcc)
        self._open_chosen()  # a mode is asked for when a camera is opened

    def _turn(self, fields: dict[str, object]) -> None:
        shown = self.chosen is None or self._is_in_view(self.chosen)
        info = self._session.source_info if shown else None
        if "mirror" in fields and info is not None:
            flipped = transform_of(self._memory.camera(self._spec())).flipped(info.size_wh)
            fields = {"mirror": flipped.mirror, "crop_xywh": flipped.crop_xywh}
        self._memory.keep_camera(self._spec(), **fields)
        settings: CameraSettings = self._memory.camera(self._spec())
        if shown:
            self._session.set_transform(transform_of(settings))
        self.turn.show_settings(settings, _size_after(settings, info))

    def _set_control(self, control: CameraControl, value: int) -> None:
        camera = self.chosen
        if camera is not None:
            chosen = self._memory.camera(self._spec()).controls
            kept = camera_controls.remembered(chosen, control, value, self._controls)
            self._memory.keep_camera(self._spec(), controls=kept)
            self._lane.run(partial(self._doors.set_control, camera, control.id, value), None, self._say_trouble)
            self._ask_controls(camera)

    def _back_to_automatic(self) -> None:
        camera = self.chosen
        if camera is not None:
            self._memory.keep_camera(self._spec(), controls={})
            self._lane.run(partial(self._doors.back_to_automatic, camera), None, self._say_trouble)
            self._ask_controls(camera)

    def _ask_controls(self, camera: CameraInfo) -> None:
        self._lane.run(partial(self._doors.list_controls, camera), partial(self._show_controls, camera))

    def _show_controls(self, camera: CameraInfo, controls: list[CameraControl]) -> None:
        if camera == self.chosen:
            self._controls = controls
            self.controls.show_controls(controls)

    def _say_trouble(self, error: UserFacingError) -> None:
        self.trouble.setText(sentence(error))


def _size_after(settings: CameraSettings, info: SourceInfo | None) -> tuple[int, int] | None:
    """Of the picture as it is turned and cropped; None while nothing is in view."""
    return None if info is None else transform_of(settings).size_after(info.size_wh)
