"""What computes, and how large the network sees the picture: by name, with what each choice costs."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QWidget

from camapp.ui.bars.catalogue import Machine
from camapp.ui.bars.menu_button import MenuButton

ORDER = ("auto", "cpu", "cuda", "torch")  # "openvino" is another name of cpu


class DeviceChooser(MenuButton):
    """Shows the device in use and says why that one; its menu has the others.

    Signals:
        chosen: a key of detector.engines.DEVICES.
        menu_opened: the machine should be looked at.
    """

    chosen = Signal(str)
    menu_opened = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("chip", parent)
        self._asked, self._used = "auto", ""
        self._machine: Machine | None = None
        self.menu().setToolTipsVisible(True)
        self.menu().aboutToShow.connect(self._fill)
        self.menu().aboutToShow.connect(self.menu_opened)
        self.retranslate()

    def retranslate(self) -> None:
        """Says every word anew."""
        self.setAccessibleName(self.tr("Device"))
        self.setToolTip(self._why())

    def changeEvent(self, event: QEvent) -> None:
        """The language can change."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def show_device(self, asked: str, label: str, used: str = "") -> None:
        """What was asked for; `label` says what became of it, `used` names the device that works."""
        self._asked, self._used = asked, used
        self.set_label(label)
        self.setAccessibleDescription(label)
        self.retranslate()

    def set_machine(self, machine: Machine) -> None:
        """What there is; an open menu changes at once."""
        if machine != self._machine:
            self._machine = machine
            self.retranslate()
            if self.menu().isVisible():
                self._fill()

    def _why(self) -> str:
        """Why this device: tooltip and accessible text."""
        what = self.tr("What computes: the device and the engine on it.")
        if not self._used:
            return what
        if self._asked != "auto":
            why = self.tr("{device}: you chose it.").format(device=self._used)
        elif self._machine is None or self._machine.has_nvidia:
            why = self.tr("{device}: the fastest that works here.").format(device=self._used)
        else:
            why = self.tr("{device}: no NVIDIA GPU is found here, and on a CPU this engine is the fastest.").format(
                device=self._used
            )
        return f"{what}\n{why}"

    def _fill(self) -> None:
        menu = self.menu()
        menu.clear()
        cpu = self._machine.cpu if self._machine else ""
        lacks_gpu = self._machine is not None and not self._machine.has_nvidia
        texts = {
            "auto": (self.tr("The fastest that works"), self.tr("Looks for a GPU first, then takes the CPU")),
            "cpu": (self.tr("CPU, OpenVINO"), cpu),
            "cuda": (
                self.tr("NVIDIA GPU"),
                self.tr("No NVIDIA GPU is found here") if lacks_gpu else self.tr("Takes some seconds to start"),
            ),
            "torch": (
                self.tr("Plain torch"),
                self.tr("On a GPU if there is one. Takes seconds to start and more memory; slow on a CPU."),
            ),
        }
        for key in ORDER:
            text, tip = texts[key]
            action = menu.addAction(text)
            action.setToolTip(tip)
            action.setCheckable(True)
            action.setChecked(key == self._asked)
            action.setEnabled(not (key == "cuda" and lacks_gpu))
            action.triggered.connect(partial(self._choose, key))

    def _choose(self, key: str, _checked: bool = False) -> None:
        self.chosen.emit(key)
