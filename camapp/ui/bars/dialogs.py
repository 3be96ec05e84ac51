"""Asking for a file, a folder or an address: sheets that belong to the window; the picture goes on behind them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QDir, Qt
from PySide6.QtWidgets import QFileDialog, QInputDialog, QWidget

VIDEOS = "*.mp4 *.mkv *.mov *.avi *.webm *.m4v *.mpg *.mpeg *.ts *.wmv"
PICTURES = "*.jpg *.jpeg *.png *.webp *.bmp *.tif *.tiff"
translate = QCoreApplication.translate  # by this name lupdate finds it


def ask_source_file(parent: QWidget, chosen: Callable[[str], None]) -> None:
    """A video or a picture."""
    filters = [
        translate("dialogs", "Videos and pictures") + f" ({VIDEOS} {PICTURES})",
        translate("dialogs", "All files") + " (*)",
    ]
    _ask(parent, translate("dialogs", "Open a video or picture"), QFileDialog.FileMode.ExistingFile, filters, chosen)


def ask_model_file(parent: QWidget, chosen: Callable[[str], None]) -> None:
    """A model."""
    filters = [translate("dialogs", "Models") + " (*.safetensors)"]
    _ask(parent, translate("dialogs", "Open a model"), QFileDialog.FileMode.ExistingFile, filters, chosen)


def ask_folder(parent: QWidget, title: str, chosen: Callable[[str], None], start: Path | None = None) -> None:
    """A folder; `start` is where the person begins to look."""
    _ask(parent, title, QFileDialog.FileMode.Directory, [], chosen, start)


def ask_address(parent: QWidget, chosen: Callable[[str], None]) -> None:
    """The address of a stream."""
    question = translate("dialogs", "The address of a network camera or stream, as its manual gives it:")
    ask_text(parent, translate("dialogs", "Stream address"), question, "rtsp://", chosen, translate("dialogs", "Open"))


def ask_text(
    parent: QWidget, title: str, question: str, text: str, chosen: Callable[[str], None], button: str = ""
) -> None:
    """A line of text."""
    dialog = QInputDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(title)
    dialog.setLabelText(question)
    dialog.setTextValue(text)
    if button:
        dialog.setOkButtonText(button)
    dialog.setMinimumWidth(460)
    dialog.textValueSelected.connect(chosen)
    dialog.open()


def _ask(
    parent: QWidget,
    title: str,
    mode: QFileDialog.FileMode,
    filters: list[str],
    chosen: Callable[[str], None],
    start: Path | None = None,
) -> None:
    dialog = QFileDialog(parent, title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setFileMode(mode)
    dialog.setLabelText(QFileDialog.DialogLabel.LookIn, translate("dialogs", "Look &in:"))  # Qt has no Chinese for
    dialog.setLabelText(QFileDialog.DialogLabel.FileType, translate("dialogs", "Files of &type:"))  # these two
    dialog.setOption(QFileDialog.Option.HideNameFilterDetails)
    dialog.setDirectory(QDir.homePath() if start is None else str(start))
    if filters:
        dialog.setNameFilters(filters)
    dialog.fileSelected.connect(chosen)
    dialog.open()
