"""What is kept when the computer is too slow for everything: a rate or a delay, and what is given up for it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QWidget

from camapp.live.promise import Promise, PromiseStatus
from camapp.live.promise_plans import EVERY
from camapp.ui.bars.menu_button import MenuButton
from camapp.ui.bars.menus import Choice, add_choices, empty
from camapp.ui.bars.promise_words import (
    chosen_words,
    measured_words,
    promise_label,
    promise_text,
    promise_tip,
    seldom_label,
    too_slow_label,
)

RATES, DELAYS = (60.0, 30.0, 15.0), (40.0, 80.0, 150.0)
OFFERED = (*(Promise("rate", fps) for fps in RATES), *(Promise("delay", ms) for ms in DELAYS))


class PromiseChooser(MenuButton):
    """Shows what is promised and how often the detector looks; on hover what was chosen and given up.

    Signals:
        chosen: a Promise, or None: as fast as it can.
        own_wanted: the person wants to name one.
    """

    chosen = Signal(object)
    own_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("pace", parent)
        self.setMinimumWidth(96)
        self._promise: Promise | None = None
        self._status: PromiseStatus | None = None
        self.retranslate()

    def retranslate(self) -> None:
        """Says every word anew."""
        self.setAccessibleName(self.tr("Pace"))
        self._show()

    def show_promise(self, promise: Promise | None) -> None:
        """What was asked for."""
        if promise != self._promise:
            self._promise, self._status = promise, None
            self._show()

    def show_status(self, status: PromiseStatus | None) -> None:
        """How it is kept; None: nothing is known."""
        if status is None or status.promise == self._promise:
            self._status = status
            self._show()

    def sizeHint(self) -> QSize:
        """Room for all that it may say of this promise: what stands beside it does not jump."""
        hint = super().sizeHint()
        if self._promise is None:
            return hint
        width = self.fontMetrics().horizontalAdvance
        widest = max(map(width, (self.label, seldom_label(self._promise, EVERY[-1]), too_slow_label(self._promise))))
        return QSize(hint.width() - width(self.label) + widest, hint.height())

    def minimumSizeHint(self) -> QSize:
        """It is short: what is longer gives way."""
        return self.sizeHint()

    def fill(self) -> None:
        """Makes the menu anew."""
        menu = empty(self.menu())
        fastest = Choice(
            None,
            self.tr("As fast as it can"),
            self.tr("The detector looks at every picture that it has time for, always at the input size chosen"),
        )
        own = () if self._promise in (None, *OFFERED) else (self._promise,)
        choices = (
            fastest,
            *(Choice(promise, promise_text(promise), promise_tip(promise)) for promise in (*OFFERED, *own)),
        )
        add_choices(menu, choices, self._promise, self.chosen.emit)
        for place in (1, 1 + len(RATES)):
            menu.insertSeparator(menu.actions()[place + (place > 1)])
        menu.addSeparator()
        menu.addAction(self.tr("Another…")).triggered.connect(self.own_wanted)

    def _show(self) -> None:
        promise, status = self._promise, self._status
        if promise is None:
            label, measured, chosen = self.tr("Fastest"), "", self.tr("Now: as fast as it can.")
        else:
            label, measured = promise_label(promise, status), measured_words(status)
            chosen = "\n".join(chosen_words(promise, status))
        self.set_label(label)
        about = self.tr(
            "What is kept when the computer gets slow: a rate or a delay. For it the detector sees less or looks more"
            " seldom; both come back as soon as there is time again."
        )
        self.setToolTip("\n".join(filter(None, (about, "", measured, chosen))))
        self.setAccessibleDescription(f"{label}. {chosen}")  # without times: these change several times a second
