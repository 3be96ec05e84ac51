"""What the pictures are promised: chosen in the toolbar, given to the session, remembered, and shown how it is kept."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from camapp.errors import CommandError
from camapp.live.live_stats import LiveStats
from camapp.live.promise import Promise, parse_promise, remembered_promise
from camapp.ui.bars import dialogs
from camapp.ui.bars.toolbar import Toolbar
from camapp.ui.memory import Memory
from camapp.ui.session import LiveSession


class PromiseDesk(QWidget):
    """Connects the chooser with the session; itself it shows nothing.

    Signals:
        failed: (UserFacingError) what the person named is no promise.
    """

    failed = Signal(object)

    def __init__(
        self, session: LiveSession, toolbar: Toolbar, memory: Memory, promise: Promise | None, parent: QWidget
    ) -> None:
        """`promise` as the command line gave it; None: as it was left."""
        super().__init__(parent)
        self.hide()
        self._session, self._toolbar, self._memory = session, toolbar, memory
        toolbar.promise.chosen.connect(self.choose)
        toolbar.promise.own_wanted.connect(self.ask)
        self._use(promise or remembered_promise(memory.settings.promise))

    def choose(self, promise: Promise | None) -> None:
        """From the next picture on, and at the next start; None: as fast as it can."""
        self._use(promise)
        self._memory.keep(promise="" if promise is None else str(promise))

    def ask(self) -> None:
        """For one that is not offered."""
        now = self._session.choices.promise
        dialogs.ask_text(
            self._toolbar,
            self.tr("Pace"),
            self.tr("Pictures a second, as 25 fps, or the longest delay, as 60 ms:"),
            "25 fps" if now is None else str(now),
            self._choose_text,
        )

    def show_stats(self, stats: LiveStats | None) -> None:
        """How it is kept at this moment."""
        status = None if stats is None else stats.promise
        self._toolbar.promise.show_status(status)
        self._toolbar.size_hw.show_in_use(None if status is None else status.plan.size_hw)

    def _choose_text(self, text: str) -> None:
        try:
            self.choose(parse_promise(text))
        except CommandError as error:
            self.failed.emit(error)

    def _use(self, promise: Promise | None) -> None:
        self._session.choose(promise=promise)
        self._toolbar.promise.show_promise(promise)
