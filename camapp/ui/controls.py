"""The row under the picture: record, snapshot, pause, and what the pipeline says of itself."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from camapp.live.pipeline import LiveStats, RecordingStatus
from camapp.ui import icons
from camapp.ui.theme import with_steady_digits

DASH = "–"  # stands where there is no number yet


class Controls(QWidget):
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
        self.record = self._button(
            self.tr("Record a video with boxes: every picture, H.264. Costs some computing time and disk. (R)")
        )
        self.snapshot = self._button(self.tr("Save this picture with its boxes (S)"))
        self.snapshot.setText(self.tr("Snapshot"))
        icons.set_icon(self.snapshot, "snapshot")
        self.pause = self._button(self.tr("Stop the picture, or let it go on; a recording goes on (Space)"))
        self.record.clicked.connect(self.record_clicked)
        self.snapshot.clicked.connect(self.snapshot_clicked)
        self.pause.clicked.connect(self.pause_clicked)
        self.recording = QLabel()
        self.recording.setFont(with_steady_digits(self.recording.font()))
        self.recording.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.recording.setAccessibleName(self.tr("Recording"))
        self.recording.setToolTip(self.tr("Length and size of the running recording"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for button in (self.record, self.snapshot, self.pause):
            layout.addWidget(button)
        layout.addSpacing(4)
        layout.addWidget(self.recording, 1)
        self.camera_fps = self._number(layout, self.tr("Camera"), "000.0 fps", self.tr("Pictures per second that come"))
        self.detector_fps = self._number(
            layout, self.tr("Detector"), "000.0 fps", self.tr("Pictures per second that the detector looks at")
        )
        self.delay = self._number(
            layout, self.tr("Delay"), "0000 ms", self.tr("From grabbing a picture to painting it, in milliseconds")
        )
        self.dropped = self._number(
            layout, self.tr("Dropped"), "0000", self.tr("Pictures that came and could not be shown")
        )
        self.allow(False)
        self.show_recording(None)
        self.show_paused(False)
        self.show_stats(None, None)

    def allow(self, has_picture: bool) -> None:
        """Without a picture there is nothing to record, save or stop."""
        for button in (self.record, self.snapshot, self.pause):
            button.setEnabled(has_picture)

    def show_recording(self, status: RecordingStatus | None) -> None:
        """The button says what it does next; beside it stands what is recorded so far."""
        running = status is not None
        if self.record.property("recording") != running:
            self.record.setProperty("recording", running)
            self.record.setText(self.tr("Stop") if running else self.tr("Record"))
            self.record.setAccessibleName(self.tr("Stop recording") if running else self.tr("Record"))
            self.record.style().polish(self.record)
            icons.set_icon(self.record, "stop" if running else "record")
        text = ""
        if status is not None:
            text = f"{clock(status.seconds)} · {megabytes(status.bytes)}"
            if status.missed:
                text += " · " + self.tr("{count} missed").format(count=status.missed)
        self.recording.setText(text)

    def show_paused(self, paused: bool) -> None:
        """The button says what it does next."""
        if self.pause.property("paused") != paused:
            self.pause.setProperty("paused", paused)
            self.pause.setText(self.tr("Start") if paused else self.tr("Pause"))
            icons.set_icon(self.pause, "play" if paused else "pause")

    def show_stats(self, stats: LiveStats | None, delay_ms: float | None) -> None:
        """The four numbers; dashes before there are any."""
        self.camera_fps.setText(_fps(stats.camera_fps if stats else 0))
        self.detector_fps.setText(_fps(stats.detector_fps if stats else 0))
        self.delay.setText(f"{delay_ms:.0f} ms" if delay_ms is not None else DASH)
        self.dropped.setText(str(stats.dropped) if stats else DASH)

    def _button(self, tip: str) -> QPushButton:
        button = QPushButton()
        button.setToolTip(tip)
        button.setIconSize(QSize(18, 18))
        button.setMinimumWidth(96)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # after a click, Space is still the pause key
        return button

    def _number(self, layout: QHBoxLayout, name: str, widest: str, tip: str) -> QLabel:
        """A name and a value of fixed width, so that nothing beside it moves."""
        label, value = QLabel(name), QLabel(DASH)
        label.setObjectName("dim")
        label.setToolTip(tip)
        value.setToolTip(tip)
        value.setAccessibleName(name)
        value.setFont(with_steady_digits(value.font()))
        value.setMinimumWidth(value.fontMetrics().horizontalAdvance(widest))
        layout.addSpacing(6)
        layout.addWidget(label)
        layout.addWidget(value)
        return value


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
