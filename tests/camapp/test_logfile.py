"""The log file that a person can send with a report."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from camapp import logfile


def take_down() -> None:
    """Closes what log_to_file opened."""
    root = logging.getLogger()
    for handler in root.handlers[:]:
        root.removeHandler(handler)
        handler.close()


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the log goes; afterwards all is as it was."""
    path = tmp_path / "logs" / "camapp.log"
    root = logging.getLogger()
    before, strict = root.handlers[:], logging.raiseExceptions
    root.handlers[:] = []
    monkeypatch.setattr(logfile, "log_path", lambda: path)
    with warnings.catch_warnings():
        logfile.log_to_file()
        yield path
        logging.captureWarnings(False)
    take_down()
    root.handlers[:] = before
    logging.raiseExceptions = strict


def test_what_went_wrong_inside_stands_in_the_log_with_its_traceback(log: Path) -> None:
    try:
        raise ValueError("a lens cap")
    except ValueError:
        logging.getLogger("camapp.live").exception("capture")
    text = log.read_text(encoding="utf-8")
    assert "ERROR camapp.live: capture" in text
    assert "Traceback" in text
    assert "ValueError: a lens cap" in text


def test_where_no_log_can_be_written_the_program_starts_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log: Path
) -> None:
    (tmp_path / "a file").write_text("")
    monkeypatch.setattr(logfile, "log_path", lambda: tmp_path / "a file" / "camapp.log")
    take_down()
    logfile.log_to_file()
    logging.getLogger("camapp").warning("unheard")
