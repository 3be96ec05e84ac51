"""The row under the picture: record, snapshot, pause, and what the pipeline says of itself."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from camapp.live.pipeline import LiveStats, RecordingStatus
from camapp.ui.bars.record_options import RecordOptions
from camapp.ui.look import icons
from camapp.ui.look.theme import with_steady_digits
from camapp.ui.words.retranslated import Retranslated

ROOMY = 1120  # pixels: buttons, a recording's progress and four named numbers fit
ICON = QSize(26, 18)  # square drawings: the rest is room between them and the word, which Qt gives 4 pixels
DASH = "–"  # stands where there is no number yet


class Controls(Retranslated, QWidget):
    """Three buttons, the running recording and four numbers.

    Signals:
        record_clicked, snapshot_clicked, pause_clicked: by mouse or key.
    """

    record_clicked = Signal()
    snapshot_clicked = Signal()
    pause_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("controls")
        self._status: RecordingStatus | None = None
        self._names: dict[QLabel, QLabel] = {}  # number -> its name
        self._paused = False
        self.record, self.snapshot, self.pause = self._button(), self._button(), self._button()
        icons.set_icon(self.snapshot, "snapshot")
        self.options = RecordOptions()
        self.record.clicked.connect(self.record_clicked)
        self.snapshot.clicked.connect(self.snapshot_clicked)
        self.pause.clicked.connect(self.pause_clicked)
        self.recording = QLabel()
        self.recording.setFont(with_steady_digits(self.recording.font()))
        self.recording.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for button in (self.record, self.options, self.snapshot, self.pause):
            layout.addWidget(button)
        layout.addSpacing(4)
        layout.addWidget(self.recording, 1)
        self.camera_fps = self._number(layout, "000.0 fps")
        self.detector_fps = self._number(layout, "000.0 fps")
        self.delay = self._number(layout, "0000 ms")
        self.dropped = self._number(layout, "0000")
        self.dropped.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)  # the row's end
        self.allow(False)
        self.retranslate()
        self.show_stats(None, None)

    def retranslate(self) -> None:
        """Says every word anew."""
        self.record.setToolTip(self.tr("Record a video: every picture, H.264. Costs some computing time and disk. (R)"))
        self.snapshot.setText(self.tr("Snapshot"))
        self.snapshot.setToolTip(self.tr("Save this picture with its boxes (S)"))
        self.pause.setToolTip(self.tr("Stop the picture, or let it go on; a recording goes on (Space)"))
        self.recording.setAccessibleName(self.tr("Recording"))
        self.recording.setToolTip(
            self.tr("Length and size of the running recording, and how long the disk lasts at this rate")
        )
        for value, name, tip in (
            (self.camera_fps, self.tr("Source"), self.tr("Pictures per second that come")),
            (self.detector_fps, self.tr("Detector"), self.tr("Pictures per second that the detector looks at")),
            (self.delay, self.tr("Delay"), self.tr("From grabbing a picture to painting it, in milliseconds")),
            (self.dropped, self.tr("Dropped"), self.tr("Pictures that came and could not be shown")),
        ):
            value.setAccessibleName(name)
            value.setToolTip(tip)
            self._names[value].setText(name)
            self._names[value].setToolTip(tip)
        for button in (self.record, self.pause):
            button.setProperty("shown", None)  # so that its word is said anew
        self.show_recording(self._status)
        self.show_paused(self._paused)

    def allow(self, has_picture: bool) -> None:
        """Without a picture there is nothing to record, save or stop."""
        for button in (self.record, self.snapshot, self.pause):
            button.setEnabled(has_picture)

    def show_recording(self, status: RecordingStatus | None, is_ending: bool = False) -> None:
        """The button says what it does next, or that it waits; beside it stands what is recorded so far."""
        self._status = status
        running = status is not None
        text = self._record_text(running, is_ending)
        if self.record.property("shown") != text:
            self.record.setProperty("shown", text)
            self.record.setProperty("recording", running)
            self.record.setText(text)
            self.record.setAccessibleName(self.tr("Stop recording") if running else self.tr("Record"))
            self.record.style().polish(self.record)
            icons.set_icon(self.record, "stop" if running else "record")
            self.options.show_running(running)
            self._make_room()
        self.recording.setText("" if status is None else self._progress(status))

    def _record_text(self, running: bool, is_ending: bool) -> str:
        if running and is_ending:
            return self.tr("Saving…")  # a second press would begin another recording
        return self.tr("Stop") if running else self.tr("Record")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow window has no room for everything."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """The running recording matters more than the names of the numbers, which each says on hover, too."""
        for name in self._names.values():
            name.setVisible(self._status is None or self.width() >= ROOMY)

    def _progress(self, status: RecordingStatus) -> str:
        parts = [clock(status.seconds), megabytes(status.bytes)]
        if status.seconds_left is not None:
            parts.append(self._left(status.seconds_left))
        if status.missed:
            parts.append(self.tr("{count} missed").format(count=status.missed))
        return " · ".join(parts)

    def _left(self, seconds: float) -> str:
        """As exact as a person needs it: days, hours, or minutes."""
        minutes = int(seconds // 60)
        if minutes >= 48 * 60:
            return self.tr("{days} days left").format(days=minutes // (24 * 60))
        if minutes >= 60:
            return self.tr("{hours} h {minutes:02} left").format(hours=minutes // 60, minutes=minutes % 60)
        return self.tr("{minutes} min left").format(minutes=minutes)

    def show_paused(self, paused: bool) -> None:
        """The button says what it does next."""
        self._paused = paused
        if self.pause.property("shown") != paused:
            self.pause.setProperty("shown", paused)
            self.pause.setText(self.tr("Play") if paused else self.tr("Pause"))
            icons.set_icon(self.pause, "play" if paused else "pause")

    def show_stats(self, stats: LiveStats | None, delay_ms: float | None) -> None:
        """The four numbers; dashes before there are any."""
        self.camera_fps.setText(_fps(stats.camera_fps if stats else 0))
        self.detector_fps.setText(_fps(stats.detector_fps if stats else 0))
        self.delay.setText(f"{delay_ms:.0f} ms" if delay_ms is not None else DASH)
        self.dropped.setText(str(stats.dropped) if stats else DASH)

    def _button(self) -> QPushButton:
        button = QPushButton()
        button.setIconSize(ICON)
        button.setMinimumWidth(96)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # after a click, Space is still the pause key
        return button

    def _number(self, layout: QHBoxLayout, widest: str) -> QLabel:
        """A name and a value of fixed width, so that nothing beside it moves."""
        label, value = QLabel(), _Number(widest)
        label.setObjectName("dim")
        value.setFont(with_steady_digits(value.font()))
        layout.addSpacing(6)
        layout.addWidget(label)
        layout.addWidget(value)
        self._names[value] = label
        return value


class _Number(QLabel):
    """A value with room for the widest one, in whatever font it gets."""

    def __init__(self, widest: str) -> None:
        super().__init__(DASH)
        self._widest = widest
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def _fit(self) -> None:
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance(self._widest))


def clock(seconds: float) -> str:
    """00:12, or 1:02:03 from an hour on."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"


def megabytes(count: int) -> str:
    """0.4 MB, 12 MB, 1.20 GB."""
    size = count / 1e6
    if size >= 1000:
        return f"{size / 1000:.2f} GB"
    return f"{size:.1f} MB" if size < 10 else f"{size:.0f} MB"


def _fps(value: float) -> str:
    return f"{value:.1f} fps" if value > 0 else DASH
