"""What a detector's EngineReport says, in the window's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from camapp.ui.words.messages import sentence

if TYPE_CHECKING:
    from detector.engines.candidate import Candidate
    from detector.engines.report import EngineReport


def engine_name(engine: Candidate) -> str:
    """As "OpenVINO int8, CPU, 2 threads"."""
    threads = ""
    if engine.threads == 1:
        threads = QCoreApplication.translate("engines", "1 thread")
    elif engine.threads is not None:
        threads = QCoreApplication.translate("engines", "{count} threads").format(count=engine.threads)
    return ", ".join(filter(None, (engine.name, threads)))


def engine_times(report: EngineReport) -> list[str]:
    """One line for each engine that was measured here, the fastest first; the one at work says so."""
    line = QCoreApplication.translate("engines", "{engine}: {ms} ms")
    used = QCoreApplication.translate("engines", "{engine}: {ms} ms, at work now")
    return [
        (used if engine == report.used else line).format(engine=engine_name(engine), ms=f"{ms:.1f}")
        for engine, ms in report.median_ms
    ]


def why_this_engine(device: str, report: EngineReport) -> str:
    """Sentences: how it came to be this one, and why not the others."""
    if report.trouble is not None:
        why = sentence(report.trouble)
    elif report.measuring:
        why = QCoreApplication.translate(
            "engines", "{device} works. Others are being tried beside it, on the pictures that come."
        ).format(device=device)
    elif len(report.median_ms) > 1:
        why = QCoreApplication.translate(
            "engines", "{device}: the fastest of those that were measured on this machine, or hardly slower than that."
        ).format(device=device)
    else:
        why = QCoreApplication.translate("engines", "{device}: the fastest that works here.").format(device=device)
    refused = [sentence(error) for _engine, error in report.refused if error is not report.trouble]
    return "\n".join([why, *refused])
