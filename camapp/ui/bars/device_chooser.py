"""What computes: by name, with what each choice costs."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from camapp.ui.bars.catalogue import Machine
from camapp.ui.bars.menu_button import MenuButton
from camapp.ui.bars.menus import Choice, add_choices, empty


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
        self.menu().aboutToShow.connect(self.menu_opened)
        self.retranslate()

    def retranslate(self) -> None:
        """Says every word anew."""
        self.setAccessibleName(self.tr("Device"))
        self.setToolTip(self._why())

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
                self.fill()

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

    def fill(self) -> None:
        """Makes the menu anew."""
        cpu = self._machine.cpu if self._machine else ""
        lacks_gpu = self._machine is not None and not self._machine.has_nvidia
        gpu_tip = self.tr("No NVIDIA GPU is found here") if lacks_gpu else self.tr("Takes some seconds to start")
        choices = (  # "openvino" is another name of cpu
            Choice("auto", self.tr("The fastest that works"), self.tr("Looks for a GPU first, then takes the CPU")),
            Choice("cpu", self.tr("CPU, OpenVINO"), cpu),
            Choice("cuda", self.tr("NVIDIA GPU"), gpu_tip, not lacks_gpu),
            Choice(
                "torch",
                self.tr("Plain torch"),
                self.tr("On a GPU if there is one. Takes seconds to start and more memory; slow on a CPU."),
            ),
        )
        add_choices(empty(self.menu()), choices, self._asked, self.chosen.emit)
