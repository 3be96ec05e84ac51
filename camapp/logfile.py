"""What went wrong inside, with tracebacks, in a file for whoever mends it: the person gets one sentence."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

from platformdirs import user_log_path

KEEP_BYTES = 1_000_000


def log_path() -> Path:
    """Where the log is, whether or not anything was written yet."""
    return user_log_path("camapp") / "camapp.log"


def log_to_file() -> None:
    """Sends log records and Python's warnings to camapp.log, not to the terminal; leaves it where something listens."""
    root = logging.getLogger()
    if root.handlers:
        return
    logging.captureWarnings(True)
    handler: logging.Handler
    try:
        log_path().parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(log_path(), maxBytes=KEEP_BYTES, backupCount=1, encoding="utf-8")
    except OSError:  # a home that can't be written is no reason not to start
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root.addHandler(handler)
    logging.raiseExceptions = False  # a disk that is full now
