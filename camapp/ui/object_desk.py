"""The objects in view: the same one lights up on the picture and in the table, and stays chosen while it moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QWidget

from camapp.live.choices import Selected
from camapp.live.drawing.shown import Shown
from camapp.ui.model_desk import ModelDesk
from camapp.ui.panel.object_keys import ObjectKeys
from camapp.ui.panel.side_panel import SidePanel
from camapp.ui.picture.video_view import VideoView
from camapp.ui.session import LiveSession

if TYPE_CHECKING:
    from detector.engines.base import Detector


class ObjectDesk(QWidget):
    """Connects picture and side panel with the session; itself it shows nothing."""

    def __init__(
        self, session: LiveSession, models: ModelDesk, view: VideoView, side: SidePanel, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.hide()
        self._session, self._models, self._view, self._side = session, models, view, side
        self._hovered: int | None = None
        self._chosen: frozenset[int] = frozenset()
        self._followed = False  # the drawing worker has found the one object that is chosen
        self._newest: Shown | None = None
        self._newest_keys: tuple[int, ...] = ()
        self._keys = ObjectKeys()
        session.opening.connect(self._forget)
        session.pictured.connect(self._show_picture)
        session.detector_changed.connect(self._show_detector)
        models.changed.connect(self._set_hint)
        view.hovered.connect(self._hover)
        view.chosen.connect(self.choose)
        view.stale_changed.connect(self._show_stale)
        side.table.hovered.connect(self._hover)
        side.table.chosen.connect(self.choose)
        side.choices_changed.connect(self._take_choices)
        self._take_choices(side.choices)

    def refresh_table(self) -> None:
        """Called a few times a second: numbers that change more often cannot be read."""
        if self._newest is not None:
            self._side.show_objects(self._newest.detections, self._newest_keys)

    def choose(self, keys: frozenset[int]) -> None:
        """These objects and no others."""
        self._chosen, self._followed = keys, False
        self._session.choose(selected=self._selected())
        self._highlight()

    def changeEvent(self, event: QEvent) -> None:
        """The language can change."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._set_hint()

    def _forget(self, _spec: str) -> None:
        self._newest, self._newest_keys, self._keys = None, (), ObjectKeys()
        self._hovered, self._chosen, self._followed = None, frozenset(), False
        self._side.show_hint("")
        self._side.set_stale(False)

    def _show_stale(self) -> None:
        self._side.set_stale(self._view.stale)
        self._set_hint()

    def _show_picture(self, shown: Shown) -> None:
        first = self._newest is None
        self._newest, self._newest_keys = shown, self._keys.update(shown.detections)
        self._stay_with(shown.selected)
        self._view.show_picture(shown, self._newest_keys)
        if first:
            self._set_hint()
            self.refresh_table()

    def _stay_with(self, selected: int | None) -> None:
        """The picture is what a person looks at: its chosen object is that of the table, too, under a new number."""
        if selected is None or len(self._chosen) != 1:
            return
        key = self._newest_keys[selected]
        if key in self._chosen:
            self._followed = True
        elif self._followed:  # else a picture from before the choice
            self._chosen = frozenset({key})
            self._highlight()

    def _show_detector(self, detector: Detector) -> None:
        self._side.show_model(detector.info)
        self._set_hint()

    def _set_hint(self) -> None:
        """What an empty table says."""
        if not self._session.has_detector:
            waiting = self._models.state in ("waiting", "loading")
            self._side.set_hint(self.tr("The detector is loading…") if waiting else self.tr("No detector"))
        elif self._newest is None or self._view.stale:
            self._side.set_hint("")
        elif self._session.is_live:
            self._side.set_hint(self.tr("Hold something in front of the camera"))
        else:
            self._side.set_hint(self.tr("Nothing is found on this picture. A lower confidence finds more."))

    def _take_choices(self, changes: dict[str, object]) -> None:
        self._session.choose(**changes)

    def _hover(self, key: int | None) -> None:
        self._hovered = key
        self._highlight()

    def _selected(self) -> Selected | None:
        """The one object that is chosen, so that its label says all."""
        if self._newest is None or len(self._chosen) != 1 or not self._chosen <= set(self._newest_keys):
            return None
        detections, i = self._newest.detections, self._newest_keys.index(*self._chosen)
        left, top, right, bottom = detections.xyxy[i].tolist()
        return Selected(int(detections.class_ids[i]), (left, top, right, bottom))

    def _highlight(self) -> None:
        self._view.highlight(self._hovered, self._chosen)
        self._side.table.highlight(self._hovered, self._chosen)
