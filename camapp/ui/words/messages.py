"""What the message bar says of an error, and which button mends it."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QCoreApplication

from camapp.ui.words.errors_zh import MESSAGES_ZH
from camapp.ui.words.language import speaks_chinese
from detector.errors import UserFacingError


class Mend(Enum):
    """What the one button of the bar does."""

    NOTHING = ""
    CHOOSE_SOURCE = "choose source"
    TRY_AGAIN = "try again"
    CHOOSE_MODEL = "choose model"
    CHOOSE_DEVICE = "choose device"
    CHOOSE_FOLDER = "choose folder"
    OPEN_FOLDER = "open folder"


MENDS = {
    "no_camera": Mend.CHOOSE_SOURCE,
    "camera_missing": Mend.CHOOSE_SOURCE,
    "camera_in_use": Mend.TRY_AGAIN,
    "camera_forbidden": Mend.TRY_AGAIN,
    "camera_silent": Mend.TRY_AGAIN,
    "stream_silent": Mend.TRY_AGAIN,
    "read_failed": Mend.TRY_AGAIN,
    "source_missing": Mend.CHOOSE_SOURCE,
    "source_unreadable": Mend.CHOOSE_SOURCE,
    "source_damaged": Mend.CHOOSE_SOURCE,
    "source_no_index": Mend.CHOOSE_SOURCE,
    "address_unknown": Mend.CHOOSE_SOURCE,
    "folder_empty": Mend.CHOOSE_SOURCE,
    "picture_too_large": Mend.CHOOSE_SOURCE,
    "model_missing": Mend.CHOOSE_MODEL,
    "model_not_a_model": Mend.CHOOSE_MODEL,
    "model_truncated": Mend.CHOOSE_MODEL,
    "model_unknown_architecture": Mend.CHOOSE_MODEL,
    "model_weights_do_not_fit": Mend.CHOOSE_MODEL,
    "model_finds_no_boxes": Mend.CHOOSE_MODEL,
    "model_names_no_pictures": Mend.CHOOSE_MODEL,
    "detection_failed": Mend.CHOOSE_MODEL,
    "device_unknown": Mend.CHOOSE_DEVICE,
    "device_missing": Mend.CHOOSE_DEVICE,
    "engine_failed": Mend.CHOOSE_DEVICE,
    "folder_unwritable": Mend.CHOOSE_FOLDER,
    "output_unwritable": Mend.CHOOSE_FOLDER,
    "disk_full": Mend.OPEN_FOLDER,
    "no_room": Mend.OPEN_FOLDER,
    "recording_failed": Mend.OPEN_FOLDER,
}


def sentence(error: UserFacingError) -> str:
    """What happened and what to do, in the window's language."""
    parts = error.messages[error.code]
    if speaks_chinese():
        parts = MESSAGES_ZH.get(error.code, parts)
    return joined(*(part.format(**error.values) for part in parts))


def joined(*sentences: str) -> str:
    """One after the other; Chinese has no space between them. Empty ones are left out."""
    return ("" if speaks_chinese() else " ").join(filter(None, sentences))


def mend_of(error: UserFacingError) -> Mend:
    """The button for this error; those that mend themselves have none."""
    return MENDS.get(error.code, Mend.NOTHING)


def mend_text(mend: Mend) -> str:
    """What the button says."""
    return {
        Mend.NOTHING: "",
        Mend.CHOOSE_SOURCE: QCoreApplication.translate("mend", "Choose a source"),
        Mend.TRY_AGAIN: QCoreApplication.translate("mend", "Try again"),
        Mend.CHOOSE_MODEL: QCoreApplication.translate("mend", "Choose a model"),
        Mend.CHOOSE_DEVICE: QCoreApplication.translate("mend", "Choose the device for me"),
        Mend.CHOOSE_FOLDER: QCoreApplication.translate("mend", "Choose a folder"),
        Mend.OPEN_FOLDER: QCoreApplication.translate("mend", "Open folder"),
    }[mend]
