"""The one window: toolbar, picture, objects in view, controls. It connects; what is slow happens in the session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtGui import QAction, QCloseEvent, QColor, QDragEnterEvent, QDropEvent, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QMainWindow, QVBoxLayout, QWidget

from camapp.live.promise import Promise
from camapp.live.sources import Source
from camapp.ui.bars import dialogs
from camapp.ui.bars.controls import Controls
from camapp.ui.bars.toolbar import Toolbar
from camapp.ui.cameras.camera_dialog import CameraDialog
from camapp.ui.cameras.crop_desk import CropDesk
from camapp.ui.look import icons
from camapp.ui.look.theme import Theme
from camapp.ui.memory import Memory
from camapp.ui.model_desk import ModelDesk
from camapp.ui.object_desk import ObjectDesk
from camapp.ui.output_desk import OutputDesk
from camapp.ui.panel.side_panel import SidePanel
from camapp.ui.personal import Personal
from camapp.ui.picture.cover import Cover
from camapp.ui.picture.full_screen import FullScreen
from camapp.ui.picture.message_bar import MessageBar
from camapp.ui.picture.timeline import Timeline
from camapp.ui.picture.video_view import VideoView
from camapp.ui.promise_desk import PromiseDesk
from camapp.ui.session import Doors, LiveSession
from camapp.ui.source_desk import SourceDesk
from camapp.ui.words.announcer import Announcer, Remedies
from camapp.ui.words.help import Help
from camapp.ui.words.language import Language
from camapp.ui.zone_desk import ZoneDesk
from detector.errors import UserFacingError

if TYPE_CHECKING:
    from camapp.ui.delay.delay_dialog import DelayDialog

STATUS_MS = 250  # numbers that change more often cannot be read
TABLE_MS = 120  # likewise for the coordinates; the picture itself comes at the camera's rate
SETTLE_MS = 60  # till what the first picture changes is painted: beside a model that loads it takes three times as long


class MainWindow(QMainWindow):
    """Shows a source with its objects; without one named, the first working camera or else the bundled clip."""

    def __init__(
        self,
        theme: Theme,
        source: str | None = None,
        model: str | None = None,
        device: str = "auto",
        doors: Doors | None = None,
        memory: Memory | None = None,
        language: Language | None = None,
        promise: Promise | None = None,
        precision: str = "auto",
    ) -> None:
        super().__init__()
        self._theme = theme
        self.memory = memory or Memory(None, self)
        self._delay: DelayDialog | None = None  # made when it is first wanted
        self.all_ended = True  # False once closed while a thread could not be ended
        doors = doors or Doors()
        self.session = LiveSession(doors, self)
        self.toolbar, self.controls = Toolbar(), Controls()
        self.models = ModelDesk(self.session, self.toolbar, self.memory, model, device, self, precision)
        self.promises = PromiseDesk(self.session, self.toolbar, self.memory, promise, self)
        self.timeline = Timeline()
        self.output = OutputDesk(self.session, self.controls, self.memory, self)
        self.view, self.side = VideoView(theme), SidePanel(theme)
        self.sources = SourceDesk(self.session, self.toolbar.source, self.view, doors.look, self)
        self.objects = ObjectDesk(self.session, self.models, self.view, self.side, self)
        self.bar = MessageBar(self.view, theme)
        below = (self.timeline, self.controls)
        self.full_screen = FullScreen(self, self.view, top=(self.toolbar,), right=(self.side,), bottom=below)
        self._announcer = Announcer(
            self.bar,
            self.session,
            self.models,
            Remedies(
                choose_source=self.toolbar.source.showMenu,
                choose_model=self.ask_model,
                choose_device=self.models.choose_device,
                choose_folder=self.output.ask_folder,
                open_folder=self.output.show_folder,
            ),
            self,
        )
        self._lay_out()
        self._connect()
        self.personal = Personal(self, self.session, self.toolbar, self.side, self.memory, theme, language)
        self.help = Help(self.session, self.toolbar, self.view, self.memory, theme, self._announcer, self)
        self.cameras = CameraDialog(self.session, self.memory, doors.look, self)
        self.crop = CropDesk(self.session, self.memory, self.cameras, self.view, theme)
        self.zone = ZoneDesk(self.session, self.memory, self.side.zone, self.view, theme)
        self.toolbar.source.camera_wanted.connect(self.cameras.show_cameras)
        self._cover = Cover(self.view, (self.bar, self.help.card, *self.full_screen.shelves))
        self._cover.changed.connect(self._leave_uncovered)
        self._add_shortcuts()
        self._apply_theme()
        self.memory.failed.connect(self._announcer.say_error)
        self.promises.failed.connect(self._announcer.say_error)
        if self.memory.trouble is not None:
            self._announcer.say_error(self.memory.trouble)
        self._timers = [self._timer(STATUS_MS, self._refresh_status), self._timer(TABLE_MS, self.objects.refresh_table)]
        self.sources.open_first(source, self.memory.settings.source)

    # --- building

    def _lay_out(self) -> None:
        self.setWindowTitle("camapp")
        self.setMinimumSize(940, 540)
        self.setAcceptDrops(True)
        middle = QHBoxLayout()
        middle.setSpacing(10)
        middle.addWidget(self.view, 1)
        middle.addWidget(self.side)
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(10, 10, 10, 10)
        layout.setSpacing(10)
        layout.addWidget(self.toolbar)
        layout.addLayout(middle, 1)
        layout.addWidget(self.timeline)
        layout.addWidget(self.controls)
        self.setCentralWidget(content)
        self.view.setFocus()

    def _connect(self) -> None:
        session = self.session
        session.opening.connect(self._show_opening)
        session.opened.connect(self._show_opened)
        session.failed.connect(self._show_failed)
        for happened in (session.recordings.changed, session.recordings.finished, session.ended, session.left_end):
            happened.connect(self._refresh_status)
        self.toolbar.model.file_wanted.connect(self.ask_model)
        self.toolbar.menu.quit_wanted.connect(self.close)
        self.toolbar.menu.delay_wanted.connect(self.measure_delay)
        self.toolbar.full_screen_clicked.connect(self.toggle_full_screen)
        self.view.resized.connect(session.set_view_size)
        self.view.zoomed.connect(session.set_visible)
        self.full_screen.covered.connect(self.bar.leave_room)
        self.bar.room_wanted.connect(self.view.make_room)
        self.controls.record_clicked.connect(self.output.toggle_recording)
        self.controls.snapshot_clicked.connect(self.output.save_snapshot)
        self.controls.pause_clicked.connect(self.toggle_pause)
        self.timeline.sought.connect(session.seek)
        self.timeline.stepped.connect(session.step)
        self.output.folder_changed.connect(self._say_nothing_of_output)
        self._theme.changed.connect(self._apply_theme)

    def _add_shortcuts(self) -> None:
        for keys, called in (
            ("Space", self._press_space),
            ("R", self.output.toggle_recording),
            ("S", self.output.save_snapshot),
            (",", self.timeline.step_back),
            (".", self.timeline.step_forward),
            ("+", self.view.zoom_in),
            ("-", self.view.zoom_out),
            ("0", self.view.reset_zoom),
            ("Ctrl+K", self.cameras.show_cameras),
            ("F1", self.help.show_keys),
            ("F10", self.toolbar.menu.showMenu),
            ("F11", self.toggle_full_screen),
            ("Ctrl+O", self.sources.ask_file),
            ("Ctrl+Shift+O", self.sources.ask_folder),
            ("Ctrl+U", self.sources.ask_address),
            ("Esc", self._escape),
            ("Ctrl+Q", self.close),
        ):
            action = QAction(self)
            action.setShortcut(QKeySequence(keys))
            action.setAutoRepeat(keys in (",", ".", "+", "-"))
            action.triggered.connect(called)
            self.addAction(action)

    def _timer(self, interval_ms: int, called: object) -> QTimer:
        timer = QTimer(self, interval=interval_ms)
        timer.timeout.connect(called)
        timer.start()
        return timer

    def _apply_theme(self) -> None:
        icons.redraw_icons(self)
        stage = QColor(self._theme.colours.stage)
        self.session.choose(background_bgr=(stage.blue(), stage.green(), stage.red()))

    def _leave_uncovered(self) -> None:
        self.session.choose(covered=self._cover.rects, pixel_ratio=self._cover.pixel_ratio)

    # --- what the session says

    def _show_opening(self, _spec: str) -> None:
        self.controls.allow(False)

    def _show_opened(self, _spec: str, _source: Source) -> None:
        self.controls.allow(True)
        QTimer.singleShot(SETTLE_MS, self.models.load_once)

    def _show_failed(self, _error: UserFacingError) -> None:
        if self.view.shown is None:
            self.models.load_once()
        self._refresh_status()

    def _refresh_status(self, _unused: object = None) -> None:
        stats = self.session.stats()
        comes = stats is not None and stats.camera_fps > 0 and not self.session.paused
        delay_ms = self.view.delay_ms() if comes else None  # of pictures that come to be seen
        self.controls.show_stats(stats, delay_ms)
        self.side.show_stats(stats, delay_ms)
        self.promises.show_stats(stats)
        self.zone.show_stats(stats)
        self.timeline.show_place(self.session.seekable, stats)
        self.controls.show_recording(self.session.recordings.status, self.session.recordings.is_ending)
        self.controls.show_paused(self.session.paused or self.session.at_end)

    # --- what the person does

    def toggle_pause(self) -> None:
        """Stops the picture, or lets it go on."""
        self.session.toggle_pause()
        self._refresh_status()

    def toggle_full_screen(self) -> None:
        """The picture as large as the screen; the panels come with the mouse."""
        self.full_screen.toggle()

    def measure_delay(self) -> None:
        """Shows the square that the camera is to see."""
        if self._delay is None:
            from camapp.ui.delay.delay_dialog import DelayDialog  # few need it: the start does not wait for it

            self._delay = DelayDialog(self.session, self.view, self)
        self._delay.show()
        self._delay.raise_()
        self._delay.activateWindow()

    def load_model(self, path: str) -> None:
        """A model file; empty for the bundled one."""
        self.models.load(path)

    def ask_model(self) -> None:
        """Asks for a model file."""
        dialogs.ask_model_file(self, self.load_model)

    def _say_nothing_of_output(self) -> None:
        self.bar.clear("output")

    def _press_space(self) -> None:
        """A button that has the focus is pressed, as everywhere; else Space stops and starts the picture."""
        focus = self.focusWidget()
        if isinstance(focus, QAbstractButton):
            focus.click()
        else:
            self.toggle_pause()

    def _escape(self) -> None:
        """Ends the drawing, leaves the full screen, or takes away the message, or the choice of an object."""
        if self.crop.drawing.active:
            self.crop.drawing.give_up()
        elif self.zone.drawing.active:
            self.zone.drawing.give_up()
        elif self.full_screen.active:
            self.toggle_full_screen()
        elif not self.help.card.isHidden():
            self.help.card.dismiss()
        elif self.bar.text:
            self.bar.dismiss()
        else:
            self.objects.choose(frozenset())

    # --- Qt's events

    def changeEvent(self, event: QEvent) -> None:
        """The language can change."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._announcer.retranslate()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A file or folder may be dropped."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """A model is loaded, anything else is shown."""
        path = next(url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile())
        event.acceptProposedAction()
        if path.lower().endswith(".safetensors"):
            self.load_model(path)
        else:
            self.session.open(path)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Out of sight first, then the recording is finished and the threads are joined."""
        if self.isVisible():
            self.personal.keep_place()
        self.hide()
        if self._delay is not None:
            self._delay.close()
        for timer in self._timers:
            timer.stop()
        self.models.close_lane()
        self.help.close_lane()
        self.cameras.close_lane()
        self.sources.close_lane()
        self.all_ended = self.session.close()
        self.memory.close()
        event.accept()
