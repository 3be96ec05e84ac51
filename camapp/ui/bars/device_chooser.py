"""What computes, and how exactly: by name, with what each choice costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from camapp.ui.bars.catalogue import Machine
from camapp.ui.bars.engine_words import engine_times, why_this_engine
from camapp.ui.bars.menu_button import MenuButton
from camapp.ui.bars.menus import Choice, add_choices, add_words, empty
from camapp.ui.bars.precision_words import precision_choices, why_this_precision

if TYPE_CHECKING:
    from detector.engines.report import EngineReport


class DeviceChooser(MenuButton):
    """Shows the device in use and says why that one; its menu has the others, and how fast each was here.

    Signals:
        chosen: a key of detector.engines.DEVICES.
        precision_chosen: a key of detector.engines.PRECISIONS.
        again_wanted: which one is the fastest is to be measured anew.
        menu_opened: the machine should be looked at.
    """

    chosen = Signal(str)
    precision_chosen = Signal(str)
    again_wanted = Signal()
    menu_opened = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("chip", parent)
        self._asked, self._used = "auto", ""
        self._precision = "auto"  # that was asked for
        self._has_int8, self._of_whole_picture = True, False
        self._machine: Machine | None = None
        self._report: EngineReport | None = None
        self.menu().aboutToShow.connect(self.menu_opened)
        self.retranslate()

    def retranslate(self) -> None:
        """Says every word anew."""
        self.setAccessibleName(self.tr("Device"))
        self.setToolTip(self._why())

    def show_device(self, asked: str, label: str, used: str = "", report: EngineReport | None = None) -> None:
        """What was asked for; `label` says what became of it, `used` names the device that works.

        Args:
            report: why this one; None: nobody knows more.
        """
        self._asked, self._used, self._report = asked, used, report
        self.set_label(label)
        self.setAccessibleDescription(label)
        self.retranslate()
        if self.menu().isVisible():
            self.fill()

    def show_precision(self, asked: str, of_whole_picture: bool) -> None:
        """How exactly it shall compute; a model that finds no boxes leaves no choice."""
        if (asked, of_whole_picture) != (self._precision, self._of_whole_picture):
            self._precision, self._of_whole_picture = asked, of_whole_picture
            self.retranslate()
            if self.menu().isVisible():
                self.fill()

    def set_int8(self, has_int8: bool) -> None:
        """Whether the model file brings a network of whole numbers."""
        if has_int8 != self._has_int8:
            self._has_int8 = has_int8
            if self.menu().isVisible():
                self.fill()

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
        report = self._report
        tells = report is not None and (report.trouble or report.measuring or report.median_ms or report.refused)
        if self._asked != "auto" and not tells:
            why = self.tr("{device}: you chose it.").format(device=self._used)
        elif report is not None and tells:
            why = why_this_engine(self._used, report)
        elif self._machine is None or self._machine.has_nvidia:
            why = self.tr("{device}: the fastest that works here.").format(device=self._used)
        else:
            why = self.tr("{device}: no NVIDIA GPU is found here, and on a CPU this engine is the fastest.").format(
                device=self._used
            )
        return "\n".join(filter(None, (what, why, why_this_precision(self._precision, report))))

    def fill(self) -> None:
        """Makes the menu anew."""
        machine = self._machine
        lacks_gpu = machine is not None and not machine.has_nvidia
        gpu_tip = self.tr("No NVIDIA GPU is found here") if lacks_gpu else self.tr("Takes some seconds to start")
        compiles = self.tr("Takes some seconds to start, less from the second time on")
        choices = [  # "openvino" is another name of cpu
            Choice(
                "auto",
                self.tr("The fastest that works"),
                self.tr(
                    "Serves at once, tries what else there is for some seconds, and remembers which was the fastest"
                ),
            ),
            Choice("cpu", self.tr("CPU, OpenVINO"), machine.cpu if machine else ""),
        ]
        if machine is not None and machine.has_gpu:
            choices.append(Choice("gpu", self.tr("Intel GPU"), compiles))
        if machine is not None and machine.has_npu:
            choices.append(Choice("npu", self.tr("Intel NPU"), compiles))
        choices += [
            Choice("cuda", self.tr("NVIDIA GPU"), gpu_tip, not lacks_gpu),
            Choice(
                "torch",
                self.tr("Plain torch"),
                self.tr("On a GPU if there is one. Takes seconds to start and more memory; slow on a CPU."),
            ),
        ]
        menu = empty(self.menu())
        add_choices(menu, choices, self._asked, self.chosen.emit)
        menu.addSeparator()
        add_words(menu, self.tr("Precision:"))
        forms = precision_choices(self._asked, machine, self._has_int8, self._of_whole_picture, self._report)
        add_choices(menu, forms, self._precision, self.precision_chosen.emit)
        if self._report is not None and self._report.median_ms:
            self._add_times(self._report)

    def _add_times(self, report: EngineReport) -> None:
        menu = self.menu()
        menu.addSeparator()
        add_words(menu, self.tr("Measured here, for one picture:"))
        for line in engine_times(report):
            add_words(menu, line)
        again = menu.addAction(self.tr("Measure again"))
        again.setToolTip(self.tr("Another program may have been at work then. Boxes may be slower for some seconds."))
        again.setEnabled(not report.measuring)
        again.triggered.connect(self._ask_again)

    def _ask_again(self, _checked: bool = False) -> None:
        self.again_wanted.emit()
