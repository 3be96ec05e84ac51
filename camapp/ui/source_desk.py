"""The source in view: what it is called, how far its opening is, and how a person names another one."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QMainWindow, QWidget

from camapp.errors import CameraError
from camapp.live.camera.listing import CameraInfo
from camapp.live.camera.watch import Look
from camapp.live.reading.stream_source import is_address, without_password
from camapp.live.sources import CAMERA_PREFIX, Source
from camapp.ui.bars import dialogs
from camapp.ui.bars.source_chooser import SourceChooser, description_of
from camapp.ui.cameras.thumbnails import Thumbnails
from camapp.ui.picture.video_view import VideoView
from camapp.ui.session import LiveSession
from detector.errors import UserFacingError
from detector.paths import CLIP

CLOSE_S = 3.0  # a camera that does not answer is left behind


class SourceDesk(QWidget):
    """Connects chooser, picture and title of the window with the session; itself it shows nothing."""

    def __init__(
        self, session: LiveSession, chooser: SourceChooser, view: VideoView, look: Look, window: QMainWindow
    ) -> None:
        """`look` shows what a camera sees, for the menu."""
        super().__init__(window)
        self.hide()
        self._session, self._chooser, self._view, self._window = session, chooser, view, window
        self._opened: tuple[str, Source] | None = None  # what is in view
        self._thumbnails = Thumbnails(look, self)
        self._thumbnails.pictured.connect(chooser.show_thumbnail)
        self._thumbnails.failed.connect(chooser.show_trouble)
        self._thumbnails.offered.connect(chooser.show_modes)
        session.opening.connect(self._show_opening)
        session.opened.connect(self._show_opened)
        session.failed.connect(self._show_failed)
        session.mended.connect(self._show_mended)
        session.cameras_found.connect(self._show_cameras)
        chooser.chosen.connect(session.open)
        chooser.menu_opened.connect(self._open_menu)
        chooser.menu_closed.connect(self._thumbnails.stop)
        chooser.file_wanted.connect(self.ask_file)
        chooser.folder_wanted.connect(self.ask_folder)
        chooser.address_wanted.connect(self.ask_address)

    def open_first(self, source: str | None, remembered: str) -> None:
        """What the command line names; else the source as it was left, or the first camera that works."""
        if source is not None:
            self._session.open(source)
            return
        looking = self.tr("Looking for a camera…")
        self._chooser.show_source("0", looking)
        self._view.clear(looking)
        self._session.open_default(remembered)

    def ask_file(self) -> None:
        """Asks for a video or picture."""
        dialogs.ask_source_file(self._window, self._session.open)

    def ask_folder(self) -> None:
        """Asks for a folder of pictures."""
        dialogs.ask_folder(self._window, self.tr("Open a folder of pictures"), self._session.open)

    def ask_address(self) -> None:
        """Asks for the address of a stream."""
        dialogs.ask_address(self._window, self._session.open)

    def close_lane(self) -> None:
        """Lets go of the cameras."""
        self._thumbnails.close(CLOSE_S)

    def changeEvent(self, event: QEvent) -> None:
        """The language can change."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._name_source()

    def _open_menu(self) -> None:
        self._thumbnails.watch(self._chooser.cameras)  # one that was plugged in or out comes a moment later
        self._session.look_for_cameras()

    def _show_cameras(self, cameras: list[CameraInfo]) -> None:
        self._chooser.set_cameras(cameras)
        if self._chooser.menu().isVisible():
            self._thumbnails.watch(cameras)

    def _show_opening(self, spec: str) -> None:
        name, self._opened = self._name_of(spec), None
        self._chooser.show_source(spec, name)
        self._view.clear(self.tr("Opening {name}…").format(name=name))

    def _show_opened(self, spec: str, source: Source) -> None:
        self._opened = spec, source
        self._name_source()

    def _show_failed(self, error: UserFacingError) -> None:
        if self._view.shown is None:
            self._view.clear(self.tr("No picture"))
        elif isinstance(error, CameraError) and error.code != "control_refused":  # a file's last picture stays as it is
            self._view.set_stale(True)

    def _show_mended(self) -> None:
        self._view.set_stale(False)

    def _name_source(self) -> None:
        """In the chooser and the title."""
        if self._opened is not None:
            spec, source = self._opened
            name = self._name_of(spec) if spec == str(CLIP) else source.name
            self._chooser.show_source(spec, name, description_of(source))
            self._window.setWindowTitle(f"{name} – camapp")

    def _name_of(self, spec: str) -> str:
        if spec == str(CLIP):
            return self.tr("Bundled clip")
        if spec.startswith(CAMERA_PREFIX):
            return spec.removeprefix(CAMERA_PREFIX)
        if spec.isdigit():
            return self._chooser.camera_name(spec) or self.tr("Camera {number}").format(number=spec)
        return without_password(spec) if is_address(spec) else Path(spec).name or spec
