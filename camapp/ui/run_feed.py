"""What a run of `camapp detect --show` calls, on its own threads: it becomes signals for the window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from camapp.live.choices import Choices
from camapp.live.choices import Language as DrawnLanguage
from camapp.live.drawing.visible import Visible
from camapp.live.run_view import Canvas
from camapp.ui.bridge import LiveBridge, tell
from camapp.ui.look.theme import Theme


class RunFeed(QObject):
    """The RunView of a window: what the working threads call becomes signals; none of them waits.

    Signals:
        loaded: (str) the model that is being loaded.
        begun: (number, count, name) of a source.
        progressed: (Progress).
        ended: (UserFacingError or None) of that source.
    """

    loaded = Signal(str)
    begun = Signal(int, int, str)
    progressed = Signal(object)
    ended = Signal(object)

    def __init__(self, theme: Theme, language: DrawnLanguage, parent: QWidget) -> None:
        super().__init__(parent)
        self._language: DrawnLanguage = language
        self._pixel_ratio = parent.devicePixelRatioF()
        stage = QColor(theme.colours.stage)
        self._background_bgr = (stage.blue(), stage.green(), stage.red())
        self.bridge = LiveBridge(0, self)
        self.publish = self.bridge.publish
        self.loading = partial(tell, self.loaded)
        self.begin = partial(tell, self.begun)
        self.progress = partial(tell, self.progressed)
        self.end = partial(tell, self.ended)
        self._canvas: Canvas | None = None
        self._close: Callable[[], None] | None = None
        self._view_size_wh: tuple[int, int] | None = None

    def dressed(self, choices: Choices) -> Choices:
        """See RunView."""
        return replace(
            choices,
            language=self._language,
            background_bgr=self._background_bgr,
            pixel_ratio=self._pixel_ratio,
        )

    def attach(self, canvas: Canvas, close: Callable[[], None] | None = None) -> None:
        """See RunView."""
        self.detach()
        self._canvas, self._close = canvas, close
        canvas.view_size_wh = self._view_size_wh  # after it is ours: a resize meanwhile is not lost

    def detach(self) -> None:
        """The canvas in use is needed no more; may be called twice."""
        close, self._canvas, self._close = self._close, None, None
        if close is not None:
            close()

    def set_view_size(self, width: int, height: int) -> None:
        """Of the view, in device pixels."""
        self._view_size_wh = (width, height)
        if self._canvas is not None:
            self._canvas.view_size_wh = self._view_size_wh

    def set_visible(self, visible: Visible) -> None:
        """The part of the picture in sight."""
        if self._canvas is not None:
            self._canvas.visible = visible
