"""A window for one run of `camapp detect --show`: the picture with its boxes while the command works."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Event, Thread

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from camapp.errors import CameraError
from camapp.live.choices import Language as DrawnLanguage
from camapp.live.run_view import Progress, RunView
from camapp.settings import peek_settings, settings_path
from camapp.ui.app import make_app
from camapp.ui.bars.promise_words import chosen_words, measured_words, promise_label
from camapp.ui.bridge import tell
from camapp.ui.collector import Collector
from camapp.ui.look.theme import Theme, with_steady_digits
from camapp.ui.personal import SCHEMES
from camapp.ui.picture.message_bar import Message, MessageBar
from camapp.ui.picture.video_view import VideoView
from camapp.ui.run_feed import RunFeed
from camapp.ui.words.language import Language
from camapp.ui.words.messages import joined, sentence
from camapp.ui.words.retranslated import Retranslated
from detector.errors import UserFacingError

LOOK_MS = 100  # how soon Ctrl-C in the terminal is seen; also lets Python handle it at all
BAR_STEPS = 1000


class RunWindow(Retranslated, QWidget):
    """Shows a run until it is closed; closing it while the run works ends that, and what was done is kept.

    Attributes:
        feed: what the run calls.

    Signals:
        left: it is closed and the run is over.
    """

    left = Signal()

    def __init__(self, theme: Theme, stop: Event, language: DrawnLanguage = "en") -> None:
        super().__init__()
        self._stop = stop
        self._over = False
        self._title = self._name = ""
        self._shown_any = False
        self._at: Progress | None = None
        self._number = self._count = self._done = 0  # of the source, of all, of those that went well
        self.feed = RunFeed(theme, language, self)
        self.view = VideoView(theme)
        self.bar = MessageBar(self.view, theme)
        self.name = QLabel()
        self.progress = QProgressBar()
        self.status = QLabel()
        self.pace = QLabel()
        self.button = QPushButton()
        self._lay_out()
        self.retranslate()
        self._connect()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)
        self._timer.start(LOOK_MS)

    def _lay_out(self) -> None:
        self.setMinimumSize(560, 380)
        self.resize(1100, 720)
        for label in (self.name, self.status, self.pace):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.name.setObjectName("heading")
        for label in (self.status, self.pace):
            label.setFont(with_steady_digits(label.font()))
        self.pace.setObjectName("dim")
        self.pace.setWordWrap(True)
        self.pace.setMinimumHeight(2 * self.pace.fontMetrics().lineSpacing())  # it changes, and the picture stays
        self.pace.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.pace.hide()
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(8)
        self.progress.setRange(0, 0)
        words = QHBoxLayout()
        words.addWidget(self.name, 1)
        words.addWidget(self.status)
        lower = QVBoxLayout()
        lower.setSpacing(6)
        lower.addLayout(words)
        lower.addWidget(self.progress)
        lower.addWidget(self.pace)
        row = QHBoxLayout()
        row.setSpacing(14)
        row.addLayout(lower, 1)
        row.addWidget(self.button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 10, 10, 10)
        layout.setSpacing(10)
        layout.addWidget(self.view, 1)
        layout.addLayout(row)
        self.view.setFocus()

    def _connect(self) -> None:
        feed = self.feed
        feed.bridge.ready.connect(self._show_picture)
        feed.loaded.connect(self._show_loading)
        feed.begun.connect(self._show_begun)
        feed.progressed.connect(self._show_progress)
        feed.ended.connect(self._show_ended)
        self.view.resized.connect(feed.set_view_size)
        self.view.zoomed.connect(feed.set_visible)
        self.bar.room_wanted.connect(self.view.make_room)
        self.button.clicked.connect(self.close)
        for key in (QKeySequence(Qt.Key.Key_Escape), QKeySequence(QKeySequence.StandardKey.Close)):
            QShortcut(key, self).activated.connect(self.close)

    def retranslate(self) -> None:
        """Says everything in the language in use."""
        self.setWindowTitle(self._title or "camapp")
        self.name.setText(self._title)
        self.name.setToolTip(self.tr("The source that is worked on"))
        self.status.setToolTip(self.tr("Time so far, what is detected and written, how fast, and the time left"))
        self.progress.setAccessibleName(self.tr("Progress"))
        self.progress.setToolTip(self.status.toolTip())
        self.pace.setToolTip(self.tr("The pace that was promised: how it is kept, what was chosen and given up for it"))
        if self._over:
            self.button.setText(self.tr("Close"))
            self.button.setToolTip(self.tr("The work is done; close the window (Esc)"))
        else:
            self.button.setText(self.tr("Stop"))
            self.button.setToolTip(self.tr("End the work and close the window (Esc); what was done is kept"))
        self._show_status()

    def finish(self) -> None:
        """The run is over: with a picture in view the window stays, to be looked at."""
        self._over = True
        if self._stop.is_set() or self.isHidden() or not self._shown_any:
            self.close()
            self.left.emit()
            return
        self.progress.setRange(0, BAR_STEPS)
        self.progress.setValue(BAR_STEPS)
        if self._count > 1:
            self._title = self.tr("{done} of {count} sources done").format(done=self._done, count=self._count)
            self._at = None
        self.retranslate()
        self.button.setFocus()

    # --- what the run tells

    def _show_picture(self) -> None:
        shown = self.feed.bridge.slot.take(0)
        if shown is not None:
            self._shown_any = True
            self.view.show_picture(shown, tuple(range(len(shown.detections))))

    def _show_loading(self, model: str) -> None:
        self.view.clear(self.tr("Loading the model {name} …").format(name=model))

    def _show_begun(self, number: int, count: int, name: str) -> None:
        self._number, self._count = number, count
        self._set_title(name)
        self._at = None
        self.bar.clear("trouble")
        self.view.reset_zoom()
        if not self._shown_any:
            self.view.clear(self.tr("Opening {name} …").format(name=name))
        self.progress.setRange(0, 0)
        self.retranslate()

    def _set_title(self, name: str) -> None:
        self._name = self._title = name
        if self._count > 1:
            self._title = self.tr("{number} of {count}: {name}").format(
                number=self._number, count=self._count, name=name
            )

    def _show_progress(self, at: Progress) -> None:
        self._at = at
        if at.name and at.name != self._name:  # a camera is known by its name once it is open
            self._set_title(at.name)
            self.retranslate()
        if at.share is None:
            self.progress.setRange(0, 0)
        else:
            self.progress.setRange(0, BAR_STEPS)
            self.progress.setValue(round(at.share * BAR_STEPS))
        if at.trouble is None:
            self.bar.clear("trouble")
        else:
            self.bar.say("trouble", Message(sentence(at.trouble), "warning"))
        self.view.set_stale(isinstance(at.trouble, CameraError))
        self._show_status()

    def _show_ended(self, error: UserFacingError | None) -> None:
        self.bar.clear("trouble")
        self._done += error is None
        if error is not None:
            self.bar.say("error", Message(sentence(error), "danger"))

    def _show_status(self) -> None:
        self.status.setText("" if self._at is None else self._status_of(self._at))
        if self._at is not None and self._at.promise is not None:
            kept = self._at.promise
            label, chosen = promise_label(kept.promise, kept), chosen_words(kept.promise, kept)
            self.pace.setText(joined(f"{label}.", measured_words(kept), *chosen))
            self.pace.show()

    def _status_of(self, at: Progress) -> str:
        parts = [clock(at.elapsed_s)]
        if at.live or not at.total:
            parts.append(self.tr("{frames} pictures").format(frames=f"{at.frames:,}"))
        else:
            parts.append(self.tr("{frames} of {total} pictures").format(frames=f"{at.frames:,}", total=f"{at.total:,}"))
        if at.fps and at.total != 1:
            parts.append(self.tr("{rate} a second").format(rate=f"{at.fps:.1f}"))
        if self._over:
            parts.append(self.tr("done"))
        elif at.left_s is not None:
            parts.append(self.tr("{time} left").format(time=clock(at.left_s)))
        return " · ".join(parts)

    # --- Qt's events

    def _look(self) -> None:
        if self._stop.is_set() and not self.isHidden():  # Ctrl-C in the terminal
            self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Out of sight at once; the run ends in order behind it."""
        super().closeEvent(event)
        if self._over:
            self.left.emit()
        self._stop.set()


def show_run(work: Callable[[RunView], int], stop: Event) -> int:
    """Does `work` on a thread beside its window, until it is over and the window is closed.

    Args:
        stop: ends the work early; set by closing the window.

    Returns:
        What `work` returned; what it raised is raised here.
    """
    app = make_app()
    app.setQuitOnLastWindowClosed(False)  # the work may still be ending
    settings = peek_settings(settings_path())
    language, theme = Language(app), Theme(app)
    language.choose(settings.language)
    if settings.scheme != "system":
        theme.choose(SCHEMES[settings.scheme])
    window = RunWindow(theme, stop, language.drawn)
    window.left.connect(app.quit)
    running = RunThread(work, window.feed)
    running.over.connect(window.finish)
    window.show()
    running.start()
    collector = Collector()
    try:
        app.exec()
    finally:
        collector.end()
    code = running.result()
    window.feed.detach()
    return code


class RunThread(QObject):
    """The thread of the work.

    Signals:
        over: it has returned or raised.
    """

    over = Signal()

    def __init__(self, work: Callable[[RunView], int], feed: RunFeed) -> None:
        super().__init__()
        self._work = work
        self._feed = feed
        self._code = 0
        self._error: BaseException | None = None
        self._thread = Thread(target=self._run, name="camapp-run", daemon=True)

    def start(self) -> None:
        """Begins the work."""
        self._thread.start()

    def result(self) -> int:
        """Waits for the end; the work's result, or raises what it raised."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._code

    def _run(self) -> None:
        try:
            self._code = self._work(self._feed)
        except BaseException as error:  # said by who started the work, on the main thread
            self._error = error
        tell(self.over)


def clock(seconds: float) -> str:
    """As 0:01:05."""
    return str(timedelta(seconds=round(seconds)))
