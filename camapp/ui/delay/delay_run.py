"""One measurement of the delay: looks for the square, then takes five seconds of it."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from camapp.live.delay.meter import FEWEST, Delay, DelayMeter, Passage
from camapp.live.delay.watching import CodeWatcher
from camapp.live.drawing.shown import Shown
from camapp.ui.bridge import tell
from camapp.ui.picture.video_view import VideoView
from camapp.ui.session import LiveSession

State = Literal["no_camera", "looking", "measuring", "done", "nothing"]

MEASURED_S = 5.0
LONGEST_S = 15.0  # a camera that is slow, or hard to read, gets longer
ENOUGH = 2 * FEWEST  # pictures read; some of them may not be painted
READ_IN_A_ROW = 3  # pictures, until it is known that the camera sees the square
OUT_OF_SIGHT_S = 1.5  # until it begins anew
LAST_ONES_MS = 600  # until the last pictures are painted, too
HARD_TO_SEE_S = 8.0  # of looking in vain, until it says what helps


class DelayRun(QObject):
    """Between begin() and end() it watches every picture of the camera in view.

    Signals:
        changed: state or seconds did.

    Attributes:
        meter: told what the screen shows.
        state: "no_camera": what is in view has no delay; "looking": the camera does not see the square yet;
            "measuring"; "done"; "nothing": the square was seen, but too few pictures were painted.
        seconds: of the measurement.
        delay: the result; None unless it is done.
        searches_long: it has looked in vain for a while.
    """

    changed = Signal()
    _read = Signal(float, bool)

    def __init__(self, session: LiveSession, view: VideoView, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.meter = DelayMeter()
        self.state: State = "no_camera"
        self.seconds = 0.0
        self.delay: Delay | None = None
        self.searches_long = False
        self._watcher: CodeWatcher | None = None
        self._in_a_row = self._readable = 0
        self._began_s = self._last_read_s = 0.0
        self._read.connect(self._take_read)
        self._finish = QTimer(self, interval=LAST_ONES_MS, singleShot=True)
        self._finish.timeout.connect(self._say_result)
        self._impatient = QTimer(self, interval=round(1000 * HARD_TO_SEE_S), singleShot=True)
        self._impatient.timeout.connect(self._search_long)
        view.painted.connect(self._take_painted)
        session.opened.connect(self._begin_with_source)

    def begin(self) -> None:
        """Anew, with what is in view."""
        self.end()
        self.delay, self.seconds, self.searches_long, self._in_a_row = None, 0.0, False, 0
        self.meter.begin_anew()
        self.state = "looking" if self._session.is_live else "no_camera"
        if self.state == "looking":
            self._watcher = CodeWatcher(self._note_read)
            self._session.watch_frames(self._watcher.take)
            self._impatient.start()
        self.changed.emit()

    def end(self) -> None:
        """Watches no more, and joins the thread."""
        self._finish.stop()
        self._impatient.stop()
        self._session.watch_frames(None)
        if self._watcher is not None:
            self._watcher.close()
            self._watcher = None

    @property
    def active(self) -> bool:
        """Whether pictures are watched."""
        return self._watcher is not None

    def _note_read(self, index: int, captured_s: float, number: int | None) -> None:
        """On the reading thread."""
        self.meter.saw(index, captured_s, number)
        tell(self._read, captured_s, number is not None)

    @Slot(float, bool)
    def _take_read(self, captured_s: float, is_read: bool) -> None:
        if not self.active or self._finish.isActive() or self.state not in ("looking", "measuring"):
            return
        if is_read:
            self._last_read_s = captured_s
            self._readable += 1
        if self.state == "looking":
            self._in_a_row = self._in_a_row + 1 if is_read else 0
            if self._in_a_row >= READ_IN_A_ROW:
                self.state, self._began_s, self._readable = "measuring", captured_s, 0
                self._impatient.stop()
                self.meter.begin_anew()
                self.changed.emit()
            return
        self.seconds = min(captured_s - self._began_s, MEASURED_S)
        if captured_s - self._last_read_s > OUT_OF_SIGHT_S:
            self.state, self.seconds, self._in_a_row = "looking", 0.0, 0
            self._impatient.start()
        elif self.seconds >= MEASURED_S and (self._readable >= ENOUGH or captured_s - self._began_s >= LONGEST_S):
            self._session.watch_frames(None)
            self._finish.start()
        self.changed.emit()

    def _take_painted(self, shown: Shown, at_s: float) -> None:
        if self.active:
            frame = shown.frame
            passage = Passage(frame.index, frame.captured_at_s, shown.found_at_s, shown.drawn_at_s, at_s)
            self.meter.passed(passage)

    def _say_result(self) -> None:
        self.delay = self.meter.delay()
        self.end()
        self.state = "nothing" if self.delay is None else "done"
        self.changed.emit()

    def _search_long(self) -> None:
        self.searches_long = True
        self.changed.emit()

    def _begin_with_source(self, *_source: object) -> None:
        if self.active or self.state == "no_camera":
            self.begin()
