"""What is shown: cameras by their names, the bundled clip, a file, a folder, a stream."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtGui import QAction, QImage, QPalette
from PySide6.QtWidgets import QWidget

from camapp.live.camera.listing import CameraInfo
from camapp.live.camera.modes import CameraMode
from camapp.live.reading.picture_source import PictureSource
from camapp.live.reading.stream_source import is_address, without_password
from camapp.live.sources import CAMERA_PREFIX, Source
from camapp.ui.bars.camera_row import CameraAction, CameraRow
from camapp.ui.bars.menu_button import MenuButton
from camapp.ui.bars.menus import add_words, empty
from camapp.ui.look import icons
from camapp.ui.words.messages import sentence
from detector.errors import UserFacingError
from detector.paths import CLIP

translate = QCoreApplication.translate  # by this name lupdate finds it


class SourceChooser(MenuButton):
    """Shows the source in view; its menu has the others.

    Signals:
        chosen: a source as open_source understands it.
        menu_opened: the list of cameras should be made anew, and what each sees is to be shown.
        menu_closed: it need not be shown any more.
        file_wanted, folder_wanted, address_wanted: the person wants to name one.
        forget_wanted: the list of recent ones is to be emptied.
        camera_wanted: modes, picture and settings of the cameras are to be shown.
    """

    chosen = Signal(str)
    menu_opened = Signal()
    menu_closed = Signal()
    file_wanted = Signal()
    folder_wanted = Signal()
    address_wanted = Signal()
    forget_wanted = Signal()
    camera_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("camera", parent)
        self._cameras: list[CameraInfo] | None = None
        self._recent: tuple[str, ...] = ()
        self._spec = self._description = ""
        self._rows: dict[CameraInfo, CameraRow] = {}  # of the menu as it is open now
        self._offers: dict[CameraInfo, str] = {}  # what each camera can give, in a few words
        self.menu().aboutToShow.connect(self.menu_opened)
        self.menu().aboutToHide.connect(self.menu_closed)
        self.retranslate()

    def retranslate(self) -> None:
        """Says every word anew; the menu does so when it opens."""
        self.setAccessibleName(self.tr("Source"))
        self.setToolTip(
            self.tr("Where the pictures come from: a camera, a file, a folder or a stream. A recording ends with it.")
        )

    def set_recent(self, specs: tuple[str, ...]) -> None:
        """Files, folders and streams seen before, newest first."""
        self._recent = specs

    def show_source(self, spec: str, name: str, description: str = "") -> None:
        """Names the one in view, and says what it gives."""
        self._spec, self._description = spec, description
        label = ", ".join(filter(None, (name, description)))
        self.set_label(label)
        self.setAccessibleDescription(label)
        icons.set_icon(self, icon_of(spec))

    def set_cameras(self, cameras: list[CameraInfo]) -> None:
        """The cameras that are here; an open menu changes at once."""
        if cameras != self._cameras:
            self._cameras = cameras
            if self.menu().isVisible():
                self.fill()

    @property
    def cameras(self) -> list[CameraInfo]:
        """Those that are known by now."""
        return self._cameras or []

    def row_of(self, camera: CameraInfo) -> CameraRow | None:
        """The camera's entry in the menu; None while the menu is closed, and of one that is gone."""
        return self._rows.get(camera) if self.menu().isVisible() else None

    def show_thumbnail(self, camera: CameraInfo, image: QImage) -> None:
        """What the camera sees now."""
        row = self.row_of(camera)
        if row is not None:
            row.show_image(image)
            row.show_note(self._note_of(camera, has_picture=True))

    def show_modes(self, camera: CameraInfo, modes: list[CameraMode]) -> None:
        """What the camera can give: said once it is seen; `modes` begin with the largest."""
        if modes:
            width, height = modes[0].size_wh
            self._offers[camera] = self.tr("Up to {width}x{height}").format(width=width, height=height)

    def show_trouble(self, camera: CameraInfo, error: UserFacingError) -> None:
        """Why it is not to be seen: a word in the entry, all of it on hover."""
        row = self.row_of(camera)
        if row is not None:
            words = {
                "camera_in_use": self.tr("In use by another program"),
                "camera_forbidden": self.tr("Not allowed"),
                "camera_no_bandwidth": self.tr("No room left on its USB connection"),
            }
            row.show_image(QImage())
            row.show_note(words.get(error.code, self.tr("No picture")))
            row.action.setToolTip(sentence(error))

    def camera_name(self, spec: str) -> str:
        """The name of the camera with this number; empty if it is not known."""
        return next((camera.name for camera in self._cameras or [] if str(camera.index) == spec), "")

    def fill(self) -> None:
        """Makes the menu anew."""
        self._rows = {}
        menu = empty(self.menu())
        if self._cameras is None:
            add_words(menu, self.tr("Looking for cameras…"))
        elif not self._cameras:
            add_words(menu, self.tr("No camera found"))
        for camera in self._cameras or []:
            self._add_camera(camera)
        self._action(self.tr("Cameras and their settings…\tCtrl+K"), "gear").triggered.connect(self.camera_wanted)
        menu.addSeparator()
        for spec in self._recent:
            if is_address(spec):
                self._add(without_password(spec), "stream", spec, self.tr("Seen before"))
            else:
                self._add(Path(spec).name or spec, icon_of(spec), spec, spec)
        if self._recent:
            menu.addAction(self.tr("Forget these")).triggered.connect(self.forget_wanted)
            menu.addSeparator()
        self._add(self.tr("Bundled clip"), "film", str(CLIP), self.tr("Twelve seconds that are always here"))
        menu.addSeparator()
        for text, name, wanted in (
            (self.tr("Open file…\tCtrl+O"), "film", self.file_wanted),
            (self.tr("Open folder…\tCtrl+Shift+O"), "folder", self.folder_wanted),
            (self.tr("Stream address…\tCtrl+U"), "stream", self.address_wanted),
        ):
            self._action(text, name).triggered.connect(wanted)

    def _add_camera(self, camera: CameraInfo) -> None:
        action = CameraAction(self.menu(), camera.name, self._note_of(camera), self._is_in_view(camera))
        action.setToolTip(camera.path)
        action.triggered.connect(partial(self._choose, str(camera.index)))
        self.menu().addAction(action)
        self._rows[camera] = action.row

    def _is_in_view(self, camera: CameraInfo) -> bool:
        return self._spec in (str(camera.index), f"{CAMERA_PREFIX}{camera.name}")

    def _note_of(self, camera: CameraInfo, has_picture: bool = False) -> str:
        """The camera in view says what it gives, others what they could."""
        if self._is_in_view(camera) and self._description:
            return self._description
        return self._offers.get(camera, "") if has_picture else self.tr("Switching on…")

    def _add(self, text: str, icon_name: str, spec: str, tip: str) -> None:
        action = self._action(text, icon_name)
        action.setToolTip(tip)
        if self._spec == spec:
            font = action.font()
            font.setBold(True)
            action.setFont(font)
        action.triggered.connect(partial(self._choose, spec))

    def _action(self, text: str, icon_name: str) -> QAction:
        colour = self.palette().color(QPalette.ColorRole.ButtonText)
        return self.menu().addAction(icons.icon(icon_name, colour), text)

    def _choose(self, spec: str, _checked: bool = False) -> None:
        self.chosen.emit(spec)


def icon_of(spec: str) -> str:
    """Which drawing stands for this source."""
    if is_address(spec):
        return "stream"
    return "camera" if spec.isdigit() or spec.startswith(CAMERA_PREFIX) else "film"


def description_of(source: Source) -> str:
    """What it turned out to be, in the window's language; empty until it was opened."""
    info = source.info
    if info is None:
        return ""
    if not isinstance(source, PictureSource):
        return info.description  # figures, the same in any language
    size = "x".join(map(str, info.size_wh))
    if info.frame_count == 1:
        return translate("source", "{size}, picture").format(size=size)
    return translate("source", "{size}, first of {count} pictures").format(size=size, count=info.frame_count)
