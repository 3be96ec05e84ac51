"""The one window: toolbar, picture, objects in view, controls. It connects; what is slow happens in the session."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtGui import QAction, QCloseEvent, QColor, QDragEnterEvent, QDropEvent, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QMainWindow, QVBoxLayout, QWidget

from camapp.live.choices import Selected
from camapp.live.drawing.shown import Shown
from camapp.live.reading.stream_source import is_address, without_password
from camapp.live.sources import CAMERA_PREFIX, Source
from camapp.ui.bars import dialogs
from camapp.ui.bars.controls import Controls
from camapp.ui.bars.source_chooser import description_of
from camapp.ui.bars.toolbar import Toolbar
from camapp.ui.cameras.camera_dialog import CameraDialog
from camapp.ui.look import icons
from camapp.ui.look.theme import Theme
from camapp.ui.memory import Memory
from camapp.ui.model_desk import ModelDesk
from camapp.ui.output_desk import OutputDesk
from camapp.ui.panel.object_keys import ObjectKeys
from camapp.ui.panel.side_panel import SidePanel
from camapp.ui.personal import Personal
from camapp.ui.picture.full_screen import FullScreen
from camapp.ui.picture.message_bar import MessageBar
from camapp.ui.picture.timeline import Timeline
from camapp.ui.picture.video_view import VideoView
from camapp.ui.session import Doors, LiveSession
from camapp.ui.words.announcer import Announcer, Remedies
from camapp.ui.words.help import Help
from camapp.ui.words.language import Language
from detector.errors import UserFacingError
from detector.paths import CLIP

if TYPE_CHECKING:
    from detector.engines.base import Detector

STATUS_MS = 250  # numbers that change more often cannot be read
TABLE_MS = 120  # likewise for the coordinates; the picture itself comes at the camera's rate


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
    ) -> None:
        super().__init__()
        self._theme = theme
        self.memory = memory or Memory(None, self)
        self.all_ended = True  # False once closed while a thread could not be ended
        self._hovered: int | None = None
        self._chosen: frozenset[int] = frozenset()
        self._opened: tuple[str, Source] | None = None  # what is in view
        self._newest: Shown | None = None
        self._newest_keys: tuple[int, ...] = ()
        self._keys = ObjectKeys()
        self.session = LiveSession(doors or Doors(), self)
        self.toolbar, self.controls = Toolbar(), Controls()
        self.models = ModelDesk(self.session, self.toolbar, self.memory, model, device, self)
        self.timeline = Timeline()
        self.output = OutputDesk(self.session, self.controls, self.memory, self)
        self.view, self.side = VideoView(theme), SidePanel(theme)
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
        self.personal = Personal(self, self.memory, theme, language)
        self.help = Help(self, self.memory, theme, self._announcer)
        self.cameras = CameraDialog(self.session, self.memory, self)
        self.toolbar.source.camera_wanted.connect(self.cameras.show_cameras)
        self._add_shortcuts()
        self._apply_theme()
        self._take_choices(self.side.choices)
        self.memory.failed.connect(self._announcer.say_error)
        if self.memory.trouble is not None:
            self._announcer.say_error(self.memory.trouble)
        self._timers = [self._timer(STATUS_MS, self._refresh_status), self._timer(TABLE_MS, self._refresh_table)]
        if source is None:
            self.toolbar.source.show_source("0", self.tr("Looking for a camera…"))
            self.view.clear(self.tr("Looking for a camera…"))
            self.session.open_default(self.memory.settings.source)
        else:
            self.session.open(source)

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
        session, chooser = self.session, self.toolbar.source
        session.opening.connect(self._show_opening)
        session.opened.connect(self._show_opened)
        session.pictured.connect(self._show_picture)
        session.failed.connect(self._show_failed)
        session.cameras_found.connect(chooser.set_cameras)
        session.detector_changed.connect(self._show_detector)
        self.models.changed.connect(self._set_hint)
        for happened in (session.recording_changed, session.recorded, session.ended, session.left_end):
            happened.connect(self._refresh_status)
        chooser.chosen.connect(session.open)
        chooser.menu_opened.connect(session.look_for_cameras)
        chooser.file_wanted.connect(self.ask_file)
        chooser.folder_wanted.connect(self.ask_folder)
        chooser.address_wanted.connect(self.ask_address)
        self.toolbar.model.file_wanted.connect(self.ask_model)
        self.toolbar.menu.quit_wanted.connect(self.close)
        self.toolbar.full_screen_clicked.connect(self.toggle_full_screen)
        self.view.resized.connect(session.set_view_size)
        self.view.zoomed.connect(session.set_visible)
        self.full_screen.covered.connect(self.bar.leave_room)
        self.view.hovered.connect(self._hover)
        self.view.chosen.connect(self._choose)
        self.side.table.hovered.connect(self._hover)
        self.side.table.chosen.connect(self._choose)
        self.side.choices_changed.connect(self._take_choices)
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
            ("Ctrl+K", self.cameras.show_cameras),
            ("F1", self.help.show_keys),
            ("F10", self.toolbar.menu.showMenu),
            ("F11", self.toggle_full_screen),
            ("Ctrl+O", self.ask_file),
            ("Ctrl+Shift+O", self.ask_folder),
            ("Ctrl+U", self.ask_address),
            ("Esc", self._escape),
            ("Ctrl+Q", self.close),
        ):
            action = QAction(self)
            action.setShortcut(QKeySequence(keys))
            action.setAutoRepeat(keys in (",", "."))
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

    # --- the source and its pictures

    def _show_opening(self, spec: str) -> None:
        name, self._opened = self._name_of(spec), None
        self.toolbar.source.show_source(spec, name)
        self._newest, self._newest_keys, self._keys = None, (), ObjectKeys()
        self._hovered, self._chosen = None, frozenset()
        self.view.clear(self.tr("Opening {name}…").format(name=name))
        self.side.show_hint("")
        self.controls.allow(False)

    def _show_opened(self, spec: str, source: Source) -> None:
        self._opened = spec, source
        self._name_source()
        self.controls.allow(True)
        QTimer.singleShot(0, self.models.load_once)  # after this picture is painted

    def _name_source(self) -> None:
        """In the chooser and the title."""
        if self._opened is not None:
            spec, source = self._opened
            name = self._name_of(spec) if spec == str(CLIP) else source.name
            self.toolbar.source.show_source(spec, ", ".join(filter(None, (name, description_of(source)))))
            self.setWindowTitle(f"{name} – camapp")

    def _show_picture(self, shown: Shown) -> None:
        first = self._newest is None
        self._newest, self._newest_keys = shown, self._keys.update(shown.detections)
        self.view.show_picture(shown, self._newest_keys)
        if first:
            self._set_hint()
            self._refresh_table()

    def _show_failed(self, _error: UserFacingError) -> None:
        if self._newest is None:
            self.view.clear(self.tr("No picture"))
            self.models.load_once()
        self._refresh_status()

    def _name_of(self, spec: str) -> str:
        if spec == str(CLIP):
            return self.tr("Bundled clip")
        if spec.startswith(CAMERA_PREFIX):
            return spec.removeprefix(CAMERA_PREFIX)
        if spec.isdigit():
            return self.toolbar.source.camera_name(spec) or self.tr("Camera {number}").format(number=spec)
        return without_password(spec) if is_address(spec) else Path(spec).name or spec

    # --- the model and what is shown of it

    def load_model(self, path: str) -> None:
        """A model file; empty for the bundled one."""
        self.models.load(path)

    def _show_detector(self, detector: Detector) -> None:
        self.side.show_model(detector.info)
        self._set_hint()

    def _set_hint(self) -> None:
        """What an empty table says."""
        if not self.session.has_detector:
            waiting = self.models.state == "loading"
            self.side.set_hint(self.tr("The detector is loading…") if waiting else self.tr("No detector"))
        elif self._newest is None:
            self.side.set_hint("")
        elif self.session.is_live:
            self.side.set_hint(self.tr("Hold something in front of the camera"))
        else:
            self.side.set_hint(self.tr("Nothing is found on this picture. A lower confidence finds more."))

    def _take_choices(self, changes: dict[str, object]) -> None:
        self.session.choose(**changes)

    # --- objects

    def _hover(self, key: int | None) -> None:
        self._hovered = key
        self._highlight()

    def _choose(self, keys: frozenset[int]) -> None:
        self._chosen = keys
        self.session.choose(selected=self._selected())
        self._highlight()

    def _selected(self) -> Selected | None:
        """The one object that is chosen, so that its label says all."""
        if self._newest is None or len(self._chosen) != 1 or not self._chosen <= set(self._newest_keys):
            return None
        detections, i = self._newest.detections, self._newest_keys.index(*self._chosen)
        left, top, right, bottom = detections.xyxy[i].tolist()
        return Selected(int(detections.class_ids[i]), (left, top, right, bottom))

    def _highlight(self) -> None:
        self.view.highlight(self._hovered, self._chosen)
        self.side.table.highlight(self._hovered, self._chosen)

    def _refresh_table(self) -> None:
        if self._newest is not None:
            self.side.show_objects(self._newest.detections, self._newest_keys)

    def _refresh_status(self, _unused: object = None) -> None:
        stats = self.session.stats()
        delay_ms = self.view.delay_ms() if stats and stats.camera_fps > 0 else None  # of pictures that come
        self.controls.show_stats(stats, delay_ms)
        self.side.show_stats(stats, delay_ms)
        self.timeline.show_place(self.session.seekable, stats)
        self.controls.show_recording(self.session.recording_status)
        self.controls.show_paused(self.session.paused or self.session.at_end)

    # --- what the person does

    def toggle_pause(self) -> None:
        """Stops the picture, or lets it go on."""
        self.session.toggle_pause()
        self._refresh_status()

    def toggle_full_screen(self) -> None:
        """The picture as large as the screen; the panels come with the mouse."""
        self.full_screen.toggle()

    def ask_file(self) -> None:
        """Asks for a video or picture."""
        dialogs.ask_source_file(self, self.session.open)

    def ask_folder(self) -> None:
        """Asks for a folder of pictures."""
        dialogs.ask_folder(self, self.tr("Open a folder of pictures"), self.session.open)

    def ask_address(self) -> None:
        """Asks for the address of a stream."""
        dialogs.ask_address(self, self.session.open)

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
        """Leaves the full screen, or takes away the message, or the choice of an object."""
        if self.full_screen.active:
            self.toggle_full_screen()
        elif not self.help.card.isHidden():
            self.help.card.dismiss()
        elif self.bar.text:
            self.bar.dismiss()
        else:
            self._choose(frozenset())

    # --- Qt's events

    def changeEvent(self, event: QEvent) -> None:
        """The language can change."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def retranslate(self) -> None:
        """Says anew what no other widget says by itself."""
        self._announcer.retranslate()
        self._name_source()
        self._set_hint()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A file or folder may be dropped."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """A model is loaded, anything else is shown."""
        path = next(url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile())
        event.acceptProposedAction()
        if path.endswith(".safetensors"):
            self.load_model(path)
        else:
            self.session.open(path)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Out of sight first, then the recording is finished and the threads are joined."""
        if self.isVisible():
            self.personal.keep_place()
        self.hide()
        for timer in self._timers:
            timer.stop()
        self.models.close_lane()
        self.help.close_lane()
        self.cameras.close_lane()
        self.all_ended = self.session.close()
        self.memory.close()
        event.accept()
