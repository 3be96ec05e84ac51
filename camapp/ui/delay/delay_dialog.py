"""Measures how old the picture is that a person sees: the camera is pointed at a square that changes."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from camapp.live.delay.meter import Delay, Spread
from camapp.ui.delay.code_view import CodeView
from camapp.ui.delay.delay_run import MEASURED_S, DelayRun
from camapp.ui.look.theme import with_steady_digits
from camapp.ui.picture.video_view import VideoView
from camapp.ui.session import LiveSession
from camapp.ui.words.messages import joined
from camapp.ui.words.retranslated import Retranslated

WORDS_WIDE = 420  # the longest part stands beside its figures on one line, in English


class DelayDialog(Retranslated, QDialog):
    """Belongs to the window and blocks nothing; it measures while it is open."""

    def __init__(self, session: LiveSession, view: VideoView, parent: QWidget) -> None:
        super().__init__(parent)
        self.run = DelayRun(session, view, self)
        self.code = CodeView(self.run.meter.showed)
        self.what, self.answer, self.parts = QLabel(), QLabel(), QGridLayout()
        self.frames, self.meaning = QLabel(), QLabel()
        self.progress = QProgressBar()
        self.again, self.close_it = QPushButton(), QPushButton()
        self._lay_out()
        self.run.changed.connect(self._show)
        self.again.clicked.connect(self.run.begin)
        self.close_it.clicked.connect(self.close)
        self.retranslate()

    def _lay_out(self) -> None:
        self.resize(860, 460)
        self.answer.setObjectName("heading")
        self.meaning.setObjectName("dim")
        for label in (self.what, self.answer, self.frames, self.meaning):
            label.setWordWrap(True)
            label.setMargin(2)  # else the last line's descenders are cut off
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.progress.setRange(0, round(1000 * MEASURED_S))
        self.progress.setTextVisible(False)
        self.parts.setHorizontalSpacing(16)
        self.parts.setColumnStretch(0, 1)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for button in (self.again, self.close_it):
            button.setAutoDefault(False)
            buttons.addWidget(button)
        words = QWidget()
        words.setFixedWidth(WORDS_WIDE)
        column = QVBoxLayout(words)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        for part in (self.what, self.progress, self.answer):
            column.addWidget(part)
        column.addLayout(self.parts)
        column.addWidget(self.frames)
        column.addWidget(self.meaning)
        column.addStretch(1)
        column.addLayout(buttons)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(16)
        layout.addWidget(self.code, 1)
        layout.addWidget(words)

    def retranslate(self) -> None:
        """Says every word anew."""
        self.setWindowTitle(self.tr("Measure the delay"))
        self.code.setAccessibleName(self.tr("Square for the camera to see"))
        self.progress.setAccessibleName(self.tr("Seconds measured"))
        self.again.setText(self.tr("Measure again"))
        self.again.setToolTip(self.tr("Takes five seconds; meanwhile reading the square costs a little computing time"))
        self.close_it.setText(self.tr("Close"))
        self.close_it.setToolTip(self.tr("Back to the picture; the square costs nothing any more (Esc)"))
        self._show()

    def showEvent(self, event: QShowEvent) -> None:
        """It begins by itself, at the window's lower right: most of the picture stays in sight, to aim by."""
        super().showEvent(event)
        parent = self.parentWidget()
        if not event.spontaneous() and parent is not None:
            window, room, own = parent.frameGeometry(), self.screen().availableGeometry(), self.frameSize()
            left = min(window.right(), room.right()) - own.width()
            top = min(window.bottom(), room.bottom()) - own.height()
            self.move(max(left, room.left()), max(top, room.top()))
            self.run.begin()

    def hideEvent(self, event: QHideEvent) -> None:
        """Whichever way it was closed."""
        if not event.spontaneous():
            self.run.end()
        super().hideEvent(event)

    # --- showing

    def _show(self) -> None:
        run = self.run
        self.what.setText(self._instruction())
        self.progress.setVisible(run.state in ("looking", "measuring"))
        self.progress.setValue(round(1000 * run.seconds))
        self.again.setVisible(run.state in ("done", "nothing"))
        done = run.delay
        for label in (self.answer, self.frames, self.meaning):
            label.setVisible(done is not None)
        self._show_parts(done)
        if done is not None:
            self.answer.setText(self._whole(done))
            self.frames.setText(self._of_frames(done))
            self.meaning.setText(self._what_it_means(done))

    def _instruction(self) -> str:
        run = self.run
        if run.state == "no_camera":
            return self.tr("Choose a camera at the top left of the window first: a film has no delay to measure.")
        if run.state == "measuring":
            return self.tr("The camera sees the square. Keep it still for five seconds.")
        if run.state == "nothing":
            return self.tr(
                "The square was seen, but too few pictures were painted. If the picture is stopped, let it go on."
            )
        if run.state == "done":
            return self.tr("Measured. The camera may look elsewhere again.")
        held = self.tr("Hold the camera so that it sees this square, straight and as large as can be.")
        if not run.searches_long:
            return held
        helps = self.tr(
            "It does not see it yet: go closer, wait until the picture is sharp, turn a glaring screen darker, or make "
            "this window larger. A built-in camera sees it in a mirror."
        )
        return f"{held}\n\n{helps}"

    def _whole(self, delay: Delay) -> str:
        text = self.tr("What you see is about {ms} ms old, give or take {uncertain} ms.")
        return text.format(ms=round(delay.whole.median_ms), uncertain=round(delay.uncertain_ms))

    def _show_parts(self, delay: Delay | None) -> None:
        while (item := self.parts.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        if delay is None:
            return
        rows: list[tuple[str, str, Spread | None]] = [
            (
                self.tr("From the screen to the camera's picture"),
                self.tr("The screen, the exposure and the camera's own work, until the camera stamps its picture"),
                delay.to_capture,
            ),
            (
                self.tr("Until its boxes are found"),
                self.tr("Transfer, decoding, waiting for the detector, detecting"),
                delay.to_boxes,
            ),
            (self.tr("Until it is drawn"), self.tr("Resizing, boxes, labels"), delay.to_drawn),
            (self.tr("Until it is painted"), self.tr("The window's own part"), delay.to_painted),
            (self.tr("All of it"), self.tr("Not the sum of medians: each picture was measured whole"), delay.whole),
        ]
        heads = (
            ("", ""),
            (self.tr("median"), self.tr("Half of the pictures took less")),
            (self.tr("95 %"), self.tr("95 of 100 pictures took less")),
        )
        for column, (text, tip) in enumerate(heads):
            self._add(0, column, text, tip).setObjectName("dim")
        shown = [(text, tip, spread) for text, tip, spread in rows if spread is not None]
        for row, (text, tip, spread) in enumerate(shown, start=1):
            self._add(row, 0, text, tip)
            self._add(row, 1, f"{spread.median_ms:.0f} ms", tip)
            self._add(row, 2, f"{spread.p95_ms:.0f} ms", tip)

    def _add(self, row: int, column: int, text: str, tip: str) -> QLabel:
        label = QLabel(text)
        label.setMargin(2)  # in line with the texts above and below
        label.setToolTip(tip)
        label.setWordWrap(not column)  # rather than cut off, where letters are wide
        if column:
            label.setFont(with_steady_digits(label.font()))
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.parts.addWidget(label, row, column)
        label.show()  # in a dialog that is in view already a layout would wait, and take it for nothing
        return label

    def _of_frames(self, delay: Delay) -> str:
        text = self.tr("Pictures: {frames}, {fps} a second · dropped by the camera: {dropped}")
        said = text.format(frames=delay.frames, fps=round(1000 / delay.frame_ms, 1), dropped=delay.dropped)
        if delay.doubled is None:
            unknown = self.tr("They come too fast for this screen to tell whether one was sent twice.")
            return together(f"{said}\n{unknown}")
        twice = self.tr("sent twice: {doubled}")
        return together(f"{said} · {twice.format(doubled=delay.doubled)}")

    def _what_it_means(self, delay: Delay) -> str:
        parts = {
            self.tr("Most of it is before the program gets the picture: more light or another mode (Ctrl+K) helps."): (
                delay.to_capture
            ),
            self.tr("Most of it is waiting for the boxes: a smaller size or a faster device helps."): delay.to_boxes,
            self.tr("Most of it is drawing and painting: a smaller window helps."): delay.to_drawn,
        }
        most = max(parts, key=lambda text: 0.0 if (spread := parts[text]) is None else spread.median_ms)
        why = self.tr(
            "The uncertainty: a number stands {number} ms on the screen, and the camera exposes each picture for up to "
            "{frame} ms; half of each."
        )
        return together(joined(most, why.format(number=round(delay.number_ms), frame=round(delay.frame_ms))))


def together(text: str) -> str:
    """Keeps numbers on the line of what they belong to."""
    return text.replace(": ", ":\u00a0").replace(" ms", "\u00a0ms")
