"""The command line: the same pipeline as the window's, without Qt."""

from __future__ import annotations

from camapp.cli.commands import app, detect_without_window, run_app

__all__ = ["app", "detect_without_window", "run_app"]
