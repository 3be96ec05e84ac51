"""Three small charts of the last minutes: objects in view, delay, pictures per second.

pyqtgraph takes a second to import: it is imported on another thread when the charts are opened for the first time.
"""

from __future__ import annotations

import importlib
import math
import time
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, QThreadPool, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from camapp.live.live_stats import LiveStats
from camapp.ui.look.theme import Theme, with_steady_digits
from camapp.ui.panel.history import MINUTES, History, Sample
from camapp.ui.words.retranslated import Retranslated

LOOK_MS = 50  # whether the library is there
CHARTS = 3
SPANS = (1, 2, 5, MINUTES)  # minutes
HEIGHT = 64  # of one chart
DASH = "–"


class Library:
    """pyqtgraph, once it is there."""

    def __init__(self) -> None:
        self.module: Any = None
        self.failed = False
        self._started = False

    def load(self) -> None:
        """In the background; look at `module` or `failed`."""
        if not self._started:
            self._started = True
            QThreadPool.globalInstance().start(self._import)

    def _import(self) -> None:
        try:
            self.module = importlib.import_module("pyqtgraph")
        except Exception:  # whatever is wrong with it, the rest of the window works
            self.failed = True


LIBRARY = Library()


class Charts(Retranslated, QWidget):
    """Takes the figures always, draws them only while it is seen.

    Attributes:
        history: what is drawn.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.history = History()
        self._theme = theme
        self._curves: list[Any] = []
        self._plots: list[Any] = []
        self._titles = [QLabel() for _ in range(CHARTS)]
        self._wait = QLabel()
        self._wait.setObjectName("dim")
        self._wait.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 4)
        self._layout.setSpacing(2)
        self._layout.addWidget(self._wait)
        for title in self._titles:
            title.setFont(with_steady_digits(title.font()))
            title.hide()
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)
        theme.changed.connect(self._colour)
        self.retranslate()

    @property
    def is_drawn(self) -> bool:
        """Whether the charts are there; they are not before they were opened once."""
        return len(self._plots) == CHARTS

    def add(self, count: int, stats: LiveStats | None, delay_ms: float | None) -> None:
        """The figures of this moment; takes one sample a second, whatever comes."""
        now_s = time.monotonic()
        if not self.history.is_due(now_s):
            return
        camera, detector = (stats.camera_fps, stats.detector_fps) if stats is not None else (math.nan, math.nan)
        delay = math.nan if delay_ms is None else delay_ms
        self.history.add(Sample(now_s, count if stats is not None else math.nan, delay, camera, detector))
        if self.isVisible():
            self._draw()

    def retranslate(self) -> None:
        """Says everything in the language in use."""
        self._wait.setText(
            self.tr("The charts cannot be drawn here") if LIBRARY.failed else self.tr("The charts are loading…")
        )
        tips = (
            self.tr("How many objects were in view, over the last {minutes} minutes"),
            self.tr("From grabbing a picture to painting it, in milliseconds, over the last {minutes} minutes"),
            self.tr("Pictures per second that came, and that the detector looked at, over the last {minutes} minutes"),
        )
        for title, tip in zip(self._titles, tips, strict=True):
            title.setToolTip(tip.format(minutes=MINUTES))
        self._name()

    def showEvent(self, event: QShowEvent) -> None:
        """Opened: what is not there yet is loaded."""
        super().showEvent(event)
        if self.is_drawn:
            self._draw()
        else:
            LIBRARY.load()
            self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody waits any more."""
        super().hideEvent(event)
        self._timer.stop()

    def _look(self) -> None:
        if LIBRARY.failed:
            self._timer.stop()
            self.retranslate()
        elif LIBRARY.module is not None:
            self._add_plot(LIBRARY.module, len(self._plots))  # one at a time: each takes as long as a picture
            if self.is_drawn:
                self._timer.stop()
                self._draw()

    def _add_plot(self, pyqtgraph: Any, number: int) -> None:
        self._wait.hide()
        lowest = number == CHARTS - 1
        plot = pyqtgraph.PlotWidget()
        plot.setFixedHeight(HEIGHT + 16 if lowest else HEIGHT)  # the lowest has the minutes under it
        plot.setMouseEnabled(x=False, y=False)
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        plot.viewport().setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)  # the wheel scrolls the panel
        item = plot.getPlotItem()
        item.getAxis("left").setWidth(36)
        if not lowest:
            item.hideAxis("bottom")
        self._curves += [item.plot(connect="finite") for _ in range(2 if lowest else 1)]
        self._plots.append(plot)
        self._layout.addWidget(self._titles[number])
        self._layout.addWidget(plot)
        self._titles[number].show()
        self._colour()

    def _draw(self) -> None:
        if not self.is_drawn:
            return
        samples, minutes = self.history.samples, self.history.minutes_ago()
        lines = (
            [sample.count for sample in samples],
            [sample.delay_ms for sample in samples],
            [sample.camera_fps for sample in samples],
            [sample.detector_fps for sample in samples],
        )
        for curve, values in zip(self._curves, lines, strict=True):
            curve.setData(minutes, values)
        span = span_of(minutes)
        for plot, parts in zip(self._plots, (lines[:1], lines[1:2], lines[2:]), strict=True):
            top = rounded_up(max((value for part in parts for value in part if math.isfinite(value)), default=1.0))
            item = plot.getPlotItem()
            item.setXRange(-span, 0, padding=0)
            item.setYRange(-0.12 * top, 1.12 * top, padding=0)  # room for half a figure at both ends
            item.getAxis("left").setTicks([[(0, "0"), (top, f"{top:g}")]])
            ago = self.tr("{minutes} min ago").format(minutes=span)
            item.getAxis("bottom").setTicks([[(-0.86 * span, ago), (-0.05 * span, self.tr("now"))]])
        self._name()

    def _name(self) -> None:
        """Titles with the newest figures, so that colour alone says nothing."""
        newest = self.history.samples[-1] if self.history.samples else Sample(0, *[math.nan] * 4)
        colours = self._theme.colours
        camera, detector = _mark(colours.accent), _mark(colours.warning)
        texts = (
            self.tr("Objects in view: {count}").format(count=_number(newest.count)),
            self.tr("Delay: {ms} ms").format(ms=_number(newest.delay_ms)),
            self.tr("Pictures per second: {camera} came, {detector} detected").format(
                camera=f"{camera} {_number(newest.camera_fps)}", detector=f"{detector} {_number(newest.detector_fps)}"
            ),
        )
        for title, text in zip(self._titles, texts, strict=True):
            title.setText(text)

    def _colour(self) -> None:
        """In the scheme in use."""
        colours = self._theme.colours
        for plot in self._plots:
            plot.setBackground(colours.window)  # it keeps the ground it was drawn on first
            for side in ("left", "bottom"):
                axis = plot.getPlotItem().getAxis(side)
                axis.setStyle(tickLength=0)
                axis.setPen(colours.line)
                axis.setTextPen(colours.dim)
        for curve, colour in zip(self._curves, (*[colours.accent] * CHARTS, colours.warning), strict=False):
            curve.setPen(colour, width=2 if colour == colours.accent else 1)
        self._name()


def span_of(minutes_ago: Sequence[float]) -> int:
    """Minutes that the charts go back: no more than they need, or the first minutes are a dash at the edge."""
    oldest = -minutes_ago[0] if minutes_ago else 0.0
    return next((span for span in SPANS if oldest <= span), MINUTES)


def rounded_up(value: float) -> float:
    """The next figure that a person likes at the end of a scale; at least 1."""
    power = 10.0 ** math.floor(math.log10(max(value, 1.0)))
    return next(step * power for step in (1, 2, 3, 4, 5, 6, 8, 10) if value <= step * power)


def _number(value: float) -> str:
    return f"{value:.0f}" if math.isfinite(value) else DASH


def _mark(colour: str) -> str:
    """A dash in the colour of a line."""
    return f'<span style="color:{colour}">▬</span>'
