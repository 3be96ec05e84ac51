"""For widgets that say their words anew when another language is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget as Base
else:
    Base = object  # beside the kind of widget, as in class Counts(Retranslated, QLabel)


class Retranslated(Base):
    """Calls retranslate() at each change of the language; what is said at first, the widget says itself."""

    def retranslate(self) -> None:
        """Says every word anew."""

    def changeEvent(self, event: QEvent) -> None:
        """The language can change."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
