"""Small things far away: the zone in which the detector looks closely, and what that costs."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from camapp.live.zone_looks import ZoneCost
from camapp.ui.look.theme import with_steady_digits
from camapp.ui.words.retranslated import Retranslated


class ZonePanel(Retranslated, QWidget):
    """Three buttons and what the zone does.

    Signals:
        draw_wanted, whole_wanted, none_wanted: by the buttons.
        told: what the zone costs, in a few words; empty without one.
    """

    draw_wanted = Signal()
    whole_wanted = Signal()
    none_wanted = Signal()
    told = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._has_picture = self._has_zone = self._in_sight = False
        self._cost: ZoneCost | None = None
        self.brief = ""
        self.hint = QLabel()
        self.hint.setObjectName("dim")
        self.hint.setWordWrap(True)
        self.hint.setFont(with_steady_digits(self.hint.font()))
        self.draw, self.whole, self.none = QPushButton(), QPushButton(), QPushButton()
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button, wanted in (
            (self.draw, self.draw_wanted),
            (self.whole, self.whole_wanted),
            (self.none, self.none_wanted),
        ):
            button.clicked.connect(wanted)
            buttons.addWidget(button)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 4)
        layout.setSpacing(8)
        layout.addWidget(self.hint)
        layout.addLayout(buttons)
        self.retranslate()

    def retranslate(self) -> None:
        """Says every word anew."""
        self.draw.setText(self.tr("Draw"))
        self.draw.setAccessibleName(self.tr("Draw the zone on the picture"))
        self.draw.setToolTip(self.tr("Draw the zone on the picture, with the mouse or the arrow keys"))
        self.whole.setText(self.tr("Whole picture"))
        self.whole.setAccessibleName(self.tr("The whole picture as the zone"))
        self.whole.setToolTip(
            self.tr("All of it is the zone: a less close look than at a small zone, and it costs most")
        )
        self.none.setText(self.tr("None"))
        self.none.setAccessibleName(self.tr("No zone"))
        self.none.setToolTip(self.tr("No zone: the detector looks at the picture as a whole alone, which costs least"))
        self._show()

    def show_zone(self, has_picture: bool, has_zone: bool, in_sight: bool) -> None:
        """Whether there is something to draw on, a zone, and whether any of it is left by the crop."""
        self._has_picture, self._has_zone, self._in_sight = has_picture, has_zone, in_sight
        self._show()

    def show_cost(self, cost: ZoneCost | None) -> None:
        """What was measured; may be called often."""
        if cost != self._cost:
            self._cost = cost
            self._show()

    def _show(self) -> None:
        for button in (self.draw, self.whole):
            button.setEnabled(self._has_picture)
        self.none.setEnabled(self._has_zone)
        cost = self._cost if self._has_zone and self._in_sight else None
        brief = ""
        if cost is not None and cost.ms is not None:
            brief, text = self._cost_words(cost.tiles == 1)
            values = {"times": f"{cost.larger:.1f}", "tiles": cost.tiles, "ms": f"{cost.ms:.0f}"}
            brief = brief.format(**values)
            self.hint.setText(text.format(**values))
        elif self._has_zone and not self._in_sight:
            self.hint.setText(self.tr("The zone lies outside the crop; draw another one."))
        else:
            self.hint.setText(
                self.tr(
                    "Draw a zone around what is far away: the detector looks at it closely, in tiles, by turns with the"
                    " whole picture. The smaller the zone, the closer the look."
                )
            )
        if brief != self.brief:
            self.brief = brief
            self.told.emit(brief)

    def _cost_words(self, is_one: bool) -> tuple[str, str]:
        """In brief, and in full, with places for the numbers."""
        if is_one:
            return self.tr("1 tile, +{ms} ms"), self.tr(
                "Seen {times} times as large, in one tile that takes {ms} ms, by turns with the whole picture. What is"
                " not looked at just now is carried along."
            )
        return self.tr("{tiles} tiles, +{ms} ms"), self.tr(
            "Seen {times} times as large. All {tiles} tiles take {ms} ms: some in each picture, by turns with"
            " the whole of it. What is not looked at just now is carried along."
        )
