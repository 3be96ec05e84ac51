"""How large the network sees the picture: larger finds smaller objects and takes longer."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from camapp.ui.bars.menu_button import MenuButton
from camapp.ui.bars.menus import Choice, add_choices, empty

SizeHW = tuple[int, int]


class SizeChooser(MenuButton):
    """Shows the input size in use; its menu has the model's others.

    Signals:
        chosen: (height, width), or None: by the picture's shape.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("size", parent)
        self.setMinimumWidth(96)
        self._asked: SizeHW | None = None
        self._automatic: SizeHW | None = None
        self._in_use: SizeHW | None = None
        self._sizes: tuple[SizeHW, ...] = ()
        self.retranslate()

    def retranslate(self) -> None:
        """Says every word anew."""
        self.setAccessibleName(self.tr("Input size"))
        self.setToolTip(
            self.tr(
                "How large the detector sees the picture, width × height. Larger finds smaller and more distant"
                " objects, and takes longer: twice the area, twice the time."
            )
        )
        self._show()

    def show_sizes(self, asked: SizeHW | None, automatic: SizeHW | None, sizes: tuple[SizeHW, ...]) -> None:
        """What was asked for, what the picture's shape gives by itself (None: not known yet), what there is."""
        self._asked, self._automatic, self._sizes = asked, automatic, sizes
        self._show()

    def show_in_use(self, size: SizeHW | None) -> None:
        """What a promise has chosen instead of the automatic size; None: there is no promise."""
        if size != self._in_use:
            self._in_use = size
            self._show()

    def _show(self) -> None:
        label = self.tr("Automatic") if self._asked is None else _text(self._asked)
        if self._asked is None and self._automatic is not None:
            label = self.tr("Automatic, {size}").format(size=_text(self._in_use or self._automatic))
        self.set_label(label)
        self.setAccessibleDescription(label)
        self.setEnabled(bool(self._sizes))

    def fill(self) -> None:
        """Makes the menu anew."""
        menu = empty(self.menu())
        automatic = Choice(None, self.tr("Automatic: by the picture's shape"))
        add_choices(menu, (automatic, *map(self._choice, self._sizes)), self._asked, self.chosen.emit)
        if self._sizes:
            menu.insertSeparator(menu.actions()[1])

    def _choice(self, size: SizeHW) -> Choice:
        text = _text(size)
        if self._automatic is not None:
            times = size[0] * size[1] / (self._automatic[0] * self._automatic[1])
            text = self.tr("{size}\tabout {times}× the time").format(size=text, times=f"{times:.1f}")
        return Choice(size, text, self.tr("Every picture is fitted into this shape"))


def _text(size_hw: SizeHW) -> str:
    return f"{size_hw[1]}×{size_hw[0]}"
