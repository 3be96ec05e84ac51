"""The crop, drawn on the picture in view: from the button in the camera dialog back to the dialog."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject

from camapp.live.reading.transform import Transform
from camapp.ui.cameras.camera_dialog import CameraDialog
from camapp.ui.look.theme import Theme
from camapp.ui.memory import Memory
from camapp.ui.picture.part import Part
from camapp.ui.picture.part_drawing import PartDrawing
from camapp.ui.picture.video_view import VideoView
from camapp.ui.session import LiveSession, transform_of


class CropDesk(QObject):
    """Shows the whole picture while the crop is drawn; a running recording keeps what is hidden hidden."""

    def __init__(
        self, session: LiveSession, memory: Memory, dialog: CameraDialog, view: VideoView, theme: Theme
    ) -> None:
        super().__init__(dialog)
        self._session, self._memory, self._dialog, self._view = session, memory, dialog, view
        self._base = Transform()  # of the pictures that are drawn on
        self.drawing = PartDrawing(view, theme)
        self.drawing.drawn.connect(self._use)
        self.drawing.cancelled.connect(self._return)
        dialog.turn.draw_wanted.connect(self.start)
        session.opening.connect(self._lose)

    def start(self) -> None:
        """The dialog makes room."""
        info, shown = self._session.source_info, self._view.shown
        if info is None or shown is None:
            return
        chosen = transform_of(self._memory.camera(self._session.lasting_spec))
        is_recorded = self._session.recordings.status is not None
        self._base = chosen if is_recorded else replace(chosen, crop_xywh=None)
        part = None
        if chosen.crop_xywh is not None and not is_recorded:
            part = Part.of(chosen.crop_xywh, self._base.size_after(info.size_wh))
        self._dialog.hide()
        self._session.set_transform(self._base)
        self._view.reset_zoom()
        self.drawing.begin(part)
        self._view.window().activateWindow()

    def _use(self, x: int, y: int, width: int, height: int) -> None:
        crop: tuple[int, int, int, int] | None = self._base.cropped_further((x, y, width, height)).crop_xywh
        info = self._session.source_info
        if info is not None and crop == (0, 0, *replace(self._base, crop_xywh=None).size_after(info.size_wh)):
            crop = None  # all of it
        self._memory.keep_camera(self._session.lasting_spec, crop_xywh=crop)
        self._return()

    def _return(self) -> None:
        """To the dialog, with what is chosen now."""
        self._session.set_transform(transform_of(self._memory.camera(self._session.lasting_spec)))
        self._dialog.show_cameras()
        self._dialog.turn.draw.setFocus()

    def _lose(self, _spec: str) -> None:
        """Another source is opened: there is nothing to draw on."""
        if self.drawing.active:
            self.drawing.blockSignals(True)
            self.drawing.give_up()
            self.drawing.blockSignals(False)
