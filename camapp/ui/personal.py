"""Makes the window as it was left, and remembers what is changed: colours, language, place, source, confidence."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from PySide6.QtCore import QByteArray, QObject, QSize, Qt
from PySide6.QtWidgets import QWidget

from camapp.live.sources import CAMERA_PREFIX, Source
from camapp.settings import LanguageChoice, Scheme
from camapp.ui.bars.toolbar import Toolbar
from camapp.ui.look.theme import Theme
from camapp.ui.memory import Memory
from camapp.ui.panel.panel_state import PanelState
from camapp.ui.panel.side_panel import SidePanel
from camapp.ui.session import LiveSession
from camapp.ui.words.language import Language
from detector.paths import CLIP

SCHEMES: dict[Scheme, Qt.ColorScheme] = {
    "system": Qt.ColorScheme.Unknown,
    "light": Qt.ColorScheme.Light,
    "dark": Qt.ColorScheme.Dark,
}
FIRST_SIZE = QSize(1280, 800)
FRAME = QSize(16, 44)  # a generous guess: the system says what its frame takes only once the window is shown


def is_camera(spec: str) -> bool:
    """Whether the spec names a camera."""
    return spec.isdigit() or spec.startswith(CAMERA_PREFIX)


class Personal(QObject):
    """Between the window and the memory; `language` None: the window speaks what the program speaks already."""

    def __init__(
        self,
        window: QWidget,
        session: LiveSession,
        toolbar: Toolbar,
        side: SidePanel,
        memory: Memory,
        theme: Theme,
        language: Language | None,
    ) -> None:
        super().__init__(window)
        self._window, self._session, self._toolbar, self._side = window, session, toolbar, side
        self._memory, self._theme, self._language = memory, theme, language
        settings, menu = memory.settings, toolbar.menu
        menu.show_choices(settings.scheme, settings.language)
        menu.scheme_chosen.connect(self.choose_scheme)
        menu.language_chosen.connect(self.choose_language)
        if settings.scheme != "system":
            theme.choose(SCHEMES[settings.scheme])
        if language is not None:
            language.changed.connect(self._draw_in_language)
            if settings.language != "system":
                language.choose(settings.language)
            self._draw_in_language()
        window.resize(FIRST_SIZE.boundedTo(window.screen().availableGeometry().size() - FRAME))
        if settings.window.geometry:
            window.restoreGeometry(QByteArray.fromBase64(settings.window.geometry.encode()))
        side.restore(PanelState(**self._panel_fields()))
        side.choices_changed.connect(self._keep_panel)
        session.settings_of = memory.camera
        session.opened.connect(self._keep_source)
        toolbar.source.forget_wanted.connect(memory.forget_recent)
        memory.changed.connect(self._show_recent)
        self._show_recent()

    def choose_scheme(self, scheme: Scheme) -> None:
        """Light, dark or the system's colours, from now on."""
        self._theme.choose(SCHEMES[scheme])
        self._memory.keep(scheme=scheme)
        self._show_choices()

    def choose_language(self, choice: LanguageChoice) -> None:
        """From now on, without a restart."""
        if self._language is not None:
            self._language.choose(choice)
        self._memory.keep(language=choice)
        self._show_choices()

    def keep_place(self) -> None:
        """Called when the window closes."""
        self._keep_panel()
        geometry = self._window.saveGeometry().toBase64().toStdString()
        self._memory.keep_window(geometry=geometry)

    def _panel_fields(self) -> dict[str, Any]:
        display = self._memory.settings.display
        return {field.name: getattr(display, field.name) for field in fields(PanelState)}

    def _keep_panel(self, _changes: object = None) -> None:
        self._memory.keep_display(**asdict(self._side.state()))

    def _show_choices(self) -> None:
        self._toolbar.menu.show_choices(self._memory.settings.scheme, self._memory.settings.language)

    def _show_recent(self) -> None:
        self._toolbar.source.set_recent(self._memory.settings.recent)

    def _draw_in_language(self) -> None:
        if self._language is not None:
            self._session.choose(language=self._language.drawn)
            self._side.set_language(self._language.drawn)

    def _keep_source(self, spec: str, _source: Source) -> None:
        """What was found by itself is not kept: another camera may be plugged in tomorrow."""
        if self._session.is_automatic:
            return
        lasting = self._session.lasting_spec
        self._memory.keep(source=lasting)
        if not is_camera(lasting) and lasting != str(CLIP):
            self._memory.keep_recent(spec)
