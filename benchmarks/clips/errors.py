"""What can be wrong with the clips on this machine, each in one sentence."""

from __future__ import annotations

from typing import ClassVar

from detector.errors import UserFacingError

MESSAGES: dict[str, tuple[str, str]] = {
    "clip_missing": (
        "The clip '{path}' is missing.",
        "Get it from {source} (the marks name each file), and give its folder with --clips.",
    ),
    "clip_differs": (
        "The clip '{path}' is not the one that was marked: its SHA-256 is {found}, not {expected}.",
        "Copy the original again: the marks belong to its frames alone.",
    ),
    "clip_unreadable": ("The clip '{path}' cannot be read: {reason}.", "Copy it again."),
    "marks_unreadable": ("The marks '{path}' cannot be read: {reason}.", "Take them from the repository again."),
}


class ClipError(UserFacingError):
    """A clip or the file of its marks that cannot be used."""

    messages: ClassVar[dict[str, tuple[str, str]]] = MESSAGES
