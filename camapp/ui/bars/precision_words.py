"""How exactly the network computes: the choices, what each costs, and why the one in use was taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from camapp.ui.bars.menus import Choice

if TYPE_CHECKING:
    from camapp.ui.bars.catalogue import Machine
    from detector.engines.report import EngineReport

NAMES = ("int8", "bf16", "fp32")  # as detector.engines.PRECISIONS, which a window does not wait for


def precision_choices(
    device: str, machine: Machine | None, has_int8: bool, of_whole_picture: bool, report: EngineReport | None
) -> list[Choice]:
    """What can be asked for; what cannot be had here is closed, and says why on hover.

    Args:
        device: the one asked for, a key of detector.engines.DEVICES.
        machine: None: nobody knows yet what it can do, so all of it is offered.
        has_int8: the model file brings such a network.
        of_whole_picture: the model finds no boxes.
        report: what was measured here stands beside the names.
    """
    tips = {
        "int8": QCoreApplication.translate(
            "precision", "Whole numbers of 8 bits: the fastest on a processor, and nearly as exact"
        ),
        "bf16": QCoreApplication.translate(
            "precision",
            "Floats of 16 bits: slower than int8 on a processor, hardly less exact than fp32. The first time it takes"
            " some seconds to start.",
        ),
        "fp32": QCoreApplication.translate(
            "precision",
            "Floats of 32 bits: exact, and several times as slow as int8. The first time it takes some seconds to"
            " start.",
        ),
    }
    texts = {
        "int8": QCoreApplication.translate("precision", "int8, the fastest on a processor"),
        "bf16": QCoreApplication.translate("precision", "bf16, in between"),
        "fp32": QCoreApplication.translate("precision", "fp32, exact and the slowest"),
    }
    automatic = Choice(
        "auto",
        QCoreApplication.translate("precision", "Automatic, as measured"),
        QCoreApplication.translate(
            "precision", "The fastest that finds on camapp's check picture what exact arithmetic finds"
        ),
    )
    choices = [automatic]
    for name in NAMES:
        why_not = _why_not(name, device, machine, has_int8, of_whole_picture)
        took_ms = None if report is None else _fastest_ms(report, name)
        text = texts[name] if took_ms is None else f"{texts[name]}\t{took_ms:.1f} ms"
        choices.append(Choice(name, text, why_not or tips[name], not why_not))
    return choices


def why_this_precision(asked: str, report: EngineReport | None) -> str:
    """One sentence, or nothing where it is not known which is in use."""
    used = "" if report is None else report.used.precision
    if report is None or used not in (*NAMES, "fp16"):
        return ""
    if asked != "auto":
        chosen = QCoreApplication.translate("precision", "Precision {name}: you chose it.").format(name=used)
        return chosen if asked == used else ""  # else the trouble that is told says why
    measured = {engine.precision for engine, _ms in report.median_ms}
    if len(measured) > 1:
        text = QCoreApplication.translate(
            "precision", "Precision {name}: chosen by itself, the fastest of those measured here."
        )
    elif used == "int8":
        text = QCoreApplication.translate(
            "precision", "Precision {name}: chosen by itself, the model brings it and it is the fastest on a processor."
        )
    else:
        text = QCoreApplication.translate("precision", "Precision {name}: chosen by itself, it suits this device best.")
    return text.format(name=used)


def lacks_bf16(device: str, machine: Machine) -> bool:
    """Whether this device would have to compute in another form."""
    on_cpu = device in ("cpu", "openvino") or (device in ("auto", "torch") and not machine.has_nvidia)
    return on_cpu and machine.cpu_bf16 is False


def _why_not(name: str, device: str, machine: Machine | None, has_int8: bool, of_whole_picture: bool) -> str:
    """Empty: it can be had."""
    if of_whole_picture:
        return QCoreApplication.translate("precision", "A model that names whole pictures computes in its own form")
    if name == "int8" and device in ("cuda", "torch"):
        return QCoreApplication.translate("precision", "This device computes with floats only")
    if name == "int8" and not has_int8:
        return QCoreApplication.translate(
            "precision", "This model file has no int8 network; `python -m detector.export --int8` adds one"
        )
    if name == "bf16" and machine is not None and lacks_bf16(device, machine):
        return QCoreApplication.translate("precision", "This processor does not compute in bf16")
    return ""


def _fastest_ms(report: EngineReport, name: str) -> float | None:
    return min((ms for engine, ms in report.median_ms if engine.precision == name), default=None)
