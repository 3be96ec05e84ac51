"""How many objects of each class are in view: one line, each class with its colour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from camapp.ui.look.theme import with_steady_digits
from camapp.ui.panel.swatch import swatch_tag
from camapp.ui.words.retranslated import Retranslated
from detector.types import Detections

JOINER = "\u2060"  # no line ends here, not even between Chinese characters


class Counts(Retranslated, QLabel):
    """`person 3   bottle 1`, each after its colour, in the order of the classes, so that nothing changes places."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counted: tuple[tuple[int, str, int], ...] = ()  # class id, name, how many
        self.setFont(with_steady_digits(self.font()))
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.retranslate()

    @property
    def counted(self) -> dict[str, int]:
        """How many of each class name."""
        return {name: count for _, name, count in self._counted}

    def show_objects(self, detections: Detections, names: Sequence[str]) -> None:
        """Counts them; `names` are those of the classes by id in the window's language, and may be empty."""
        counts = Counter(int(class_id) for class_id in detections.class_ids)
        counted = tuple(
            (i, names[i] if i < len(names) else detections.class_names[i], counts[i]) for i in sorted(counts)
        )
        if counted != self._counted:
            self._counted = counted
            self.setText(" &nbsp; ".join(_chip(*entry) for entry in counted))
            self.setAccessibleDescription(", ".join(f"{name} {count}" for _, name, count in counted))
            self.updateGeometry()

    def retranslate(self) -> None:
        """Says everything in the language in use."""
        self.setAccessibleName(self.tr("Counts by class"))
        self.setToolTip(self.tr("How many objects of each class are in view"))


def _chip(class_id: int, name: str, count: int) -> str:
    """A class with its colour, not broken over two lines."""
    unbroken = JOINER.join(escape(letter) for letter in name.replace(" ", "\u00a0"))
    return f"{swatch_tag(class_id)}&nbsp;{unbroken}&nbsp;<b>{count}</b>"
