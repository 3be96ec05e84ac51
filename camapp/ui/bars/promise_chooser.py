"""What is kept when the computer is too slow for everything: a rate or a delay, and what is given up for it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QWidget

from camapp.live.promise import Promise, PromiseStatus, SizeHW
from camapp.live.promise_plans import EVERY
from camapp.ui.bars.menu_button import MenuButton
from camapp.ui.bars.menus import Choice, add_choices, empty

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
        widest = max(map(width, (self.label, self._seldom(EVERY[-1]), self._too_slow())))
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
            *(Choice(promise, self._entry(promise), self._tip(promise)) for promise in (*OFFERED, *own)),
        )
        add_choices(menu, choices, self._promise, self.chosen.emit)
        for place in (1, 1 + len(RATES)):
            menu.insertSeparator(menu.actions()[place + (place > 1)])
        menu.addSeparator()
        menu.addAction(self.tr("Another…")).triggered.connect(self.own_wanted)

    def _entry(self, promise: Promise) -> str:
        if promise.kind == "rate":
            return self.tr("{fps} pictures a second").format(fps=f"{promise.value:g}")
        return self.tr("Delay under {ms} ms").format(ms=f"{promise.value:g}")

    def _tip(self, promise: Promise) -> str:
        if promise.kind == "rate":
            return self.tr("Each picture is shown with its boxes before the next one is due. Costs detail if need be.")
        return self.tr("Picture and boxes come so soon after the camera has taken it. Costs detail if need be.")

    def _show(self) -> None:
        label = self._label_now()
        self.set_label(label)
        about = self.tr(
            "What is kept when the computer gets slow: a rate or a delay. For it the detector sees less or looks more"
            " seldom; both come back as soon as there is time again."
        )
        measured, chosen = self._measured(), "\n".join(self._lines())
        self.setToolTip("\n".join(filter(None, (about, "", measured, chosen))))
        self.setAccessibleDescription(f"{label}. {chosen}")  # without times: these change several times a second

    def _label_now(self) -> str:
        if self._promise is None:
            return self.tr("Fastest")
        status, promise = self._status, str(self._promise)
        if status is None or status.kept is None:
            return promise
        if not status.kept and status.nothing_left:
            return self._too_slow()
        if status.plan.every > 1:
            return self._seldom(status.plan.every)
        return promise

    def _seldom(self, every: int) -> str:
        return self.tr("{promise}, 1/{every}").format(promise=self._promise, every=every)

    def _too_slow(self) -> str:
        return self.tr("{promise}: too slow").format(promise=self._promise)

    def _lines(self) -> list[str]:
        if self._promise is None:
            return [self.tr("Now: as fast as it can.")]
        status = self._status
        if status is None or status.kept is None:
            return [self.tr("Now: {promise}; being measured.").format(promise=self._entry(self._promise))]
        lines = [self._chosen(status), self._given_up(status)]
        if status.too_few_come:
            text = self.tr("Only {fps} pictures a second come from the source.")
            lines.append(text.format(fps=f"{status.comes_fps:.0f}"))
        return lines

    def _measured(self) -> str:
        status = self._status
        if self._promise is None or status is None or status.kept is None or status.p95_ms is None:
            return ""
        if status.kept:
            text = self.tr("Kept: 95 of 100 pictures take no more than {ms} of {limit} ms.")
        elif status.nothing_left:
            text = self.tr("Not kept: {ms} instead of {limit} ms, and nothing is left to give up.")
        else:
            text = self.tr("Not kept yet: {ms} instead of {limit} ms.")
        return text.format(ms=f"{status.p95_ms:.0f}", limit=f"{status.limit_ms:.0f}")

    def _chosen(self, status: PromiseStatus) -> str:
        size = size_text(status.plan.size_hw)
        if status.plan.every == 1:
            return self.tr("Chosen: the detector looks at every picture, at {size}.").format(size=size)
        text = self.tr("Chosen: the detector looks at 1 picture of {every}, at {size}; boxes are carried in between.")
        return text.format(every=status.plan.every, size=size)

    def _given_up(self, status: PromiseStatus) -> str:
        if not status.gives_up:
            return self.tr("Given up: nothing.")
        parts = []
        if status.smaller:
            parts.append(self.tr("small and distant objects"))
        if status.plan.every > 1:
            parts.append(self.tr("boxes that are found anew in each picture"))
        return self.tr("Given up: {what}.").format(what=self.tr(", ").join(parts))


def size_text(size_hw: SizeHW) -> str:
    """Width × height."""
    return f"{size_hw[1]}×{size_hw[0]}"
