"""The zone in which the detector looks closely: drawn, kept for its source, shown, and said to the session."""

from __future__ import annotations

from PySide6.QtCore import QObject

from camapp.live.live_stats import LiveStats
from camapp.live.reading.transform import Transform
from camapp.live.sources import Source
from camapp.live.zone import Share, share_of, zone_of
from camapp.ui.look.theme import Theme
from camapp.ui.memory import Memory
from camapp.ui.panel.zone_panel import ZonePanel
from camapp.ui.picture.part import Part
from camapp.ui.picture.video_view import VideoView
from camapp.ui.picture.zone_drawing import ZoneDrawing
from camapp.ui.picture.zone_outline import ZoneOutline
from camapp.ui.session import LiveSession, transform_of
from detector.tiles import Zone

ALL: Share = (0.0, 0.0, 1.0, 1.0)


class ZoneDesk(QObject):
    """Connects the section in the panel, the picture and the session."""

    def __init__(self, session: LiveSession, memory: Memory, panel: ZonePanel, view: VideoView, theme: Theme) -> None:
        super().__init__(view)
        self._session, self._memory, self._panel, self._view = session, memory, panel, view
        self._transform = Transform()  # of the pictures that come now
        self._is_open = False
        self.outline, self.drawing = ZoneOutline(view, theme), ZoneDrawing(view, theme)
        self.drawing.drawn.connect(self._use)
        self.drawing.cancelled.connect(self._apply)
        panel.draw_wanted.connect(self.start)
        panel.whole_wanted.connect(self._use_all)
        panel.none_wanted.connect(self._use_none)
        panel.told.connect(self.outline.set_text)
        session.opening.connect(self._lose)
        session.opened.connect(self._show_opened)
        session.transformed.connect(self._show_transformed)
        memory.changed.connect(self._apply)
        self._apply()

    @property
    def zone(self) -> Zone | None:
        """In pixels of the picture in view; None without one, and where it cannot be seen in it."""
        info, share = self._session.source_info, self._share
        if not self._is_open or info is None or share is None:
            return None
        return zone_of(share, self._transform, info.size_wh)

    def start(self) -> None:
        """On the picture in view, as it is zoomed."""
        wh = self._view.frame_wh
        if self._is_open and wh is not None:
            zone = self.zone
            self.outline.hide()
            self.drawing.begin(None if zone is None or zone == (0, 0, *wh) else Part.of(zone, wh))

    def show_stats(self, stats: LiveStats | None) -> None:
        """What the zone costs."""
        self._panel.show_cost(None if stats is None else stats.zone)

    @property
    def _share(self) -> Share | None:
        return self._memory.camera(self._session.lasting_spec).zone

    def _use(self, x: int, y: int, width: int, height: int) -> None:
        info = self._session.source_info
        if info is not None:
            self._keep(share_of((x, y, width, height), self._transform, info.size_wh))

    def _use_all(self) -> None:
        self._keep(ALL)

    def _use_none(self) -> None:
        self._keep(None)

    def _keep(self, share: Share | None) -> None:
        self._memory.keep_camera(self._session.lasting_spec, zone=share)
        self._apply()

    def _apply(self) -> None:
        """To the session, the picture and the panel; may be called often."""
        zone = self.zone
        if zone != self._session.choices.zone:
            self._session.choose(zone=zone)
        if not self.drawing.active and (zone != self.outline.zone or (zone is not None and self.outline.isHidden())):
            self.outline.show_zone(zone)
        self._panel.show_zone(self._is_open, self._share is not None, zone is not None)

    def _show_opened(self, _spec: str, _source: Source) -> None:
        self._is_open = True
        self._transform = transform_of(self._memory.camera(self._session.lasting_spec))
        self._apply()

    def _show_transformed(self, transform: Transform) -> None:
        self._transform = transform
        if self.drawing.active:  # it was drawn on another picture
            self.drawing.give_up()
        self._apply()

    def _lose(self, _spec: str) -> None:
        """Another source is opened: there is nothing to draw on."""
        self._is_open = False
        if self.drawing.active:
            self.drawing.give_up()
        self._apply()
