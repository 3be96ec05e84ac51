"""A card over the picture with some words to read: first steps, keys, what the program is. It blocks nothing."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from camapp.ui.look.theme import Theme

MARGIN = 16
WIDEST = 620

Line = tuple[str, str]  # a key or a heading at the left, what it means at the right; the left may be empty


class Card(QFrame):
    """Shows one text at a time.

    Signals:
        closed: (name) of the text that was read.
    """

    closed = Signal(str)

    def __init__(self, over: QWidget, theme: Theme) -> None:
        super().__init__(over)
        self._over, self._theme = over, theme
        self.name = ""  # of the text in view
        self.setObjectName("card")
        self._title = QLabel()
        self._title.setObjectName("heading")
        self._title.setMargin(2)  # as the lines have
        self._lines = QGridLayout()
        self._lines.setHorizontalSpacing(16)
        self._lines.setVerticalSpacing(8)
        self._lines.setColumnStretch(1, 1)
        self.button = QPushButton()
        self.button.clicked.connect(self.dismiss)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(self._title)
        layout.addLayout(self._lines)
        layout.addLayout(row)
        over.installEventFilter(self)
        theme.changed.connect(self._colour)
        self._colour()
        self.hide()

    @property
    def texts(self) -> list[str]:
        """All that can be read."""
        return [label.text() for label in self.findChildren(QLabel)]

    def show_text(self, name: str, title: str, lines: list[Line], button: str) -> None:
        """Shows this text in place of another."""
        self.name = name
        self._title.setText(title)
        while (item := self._lines.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.setParent(None)
                widget.deleteLater()
        for row, (left, right) in enumerate(lines):
            meaning = QLabel(right)
            meaning.setWordWrap(True)
            meaning.setMargin(2)  # else the last line's descenders are cut off
            meaning.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            if left:
                key = QLabel(left)
                key.setObjectName("heading")
                key.setMargin(2)  # on one line with its meaning
                self._lines.addWidget(key, row, 0, Qt.AlignmentFlag.AlignTop)
                self._lines.addWidget(meaning, row, 1)
            else:
                self._lines.addWidget(meaning, row, 0, 1, 2)
        for label in self.findChildren(QLabel):
            label.show()  # in a card that is in view already a layout would wait, and take them for nothing
        self.button.setText(button)
        self.setAccessibleName(title)
        self.setAccessibleDescription("\n".join(" ".join(line).strip() for line in lines))
        self.show()
        self.raise_()
        self._place()

    def dismiss(self) -> None:
        """It was read."""
        if not self.isHidden():
            self.hide()
            self.closed.emit(self.name)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keeps the card in the middle of the picture."""
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self._place()
        return super().eventFilter(watched, event)

    def _colour(self) -> None:
        colours = self._theme.colours
        self.setStyleSheet(
            f"QFrame#card {{ background: {colours.panel}; border: 1px solid {colours.line}; border-radius: 10px; }}"
        )

    def _place(self) -> None:
        width = min(self._over.width() - 2 * MARGIN, WIDEST)
        layout = self.layout()
        if layout is None:
            return
        layout.activate()
        edges = self.contentsMargins()  # the border of the style sheet, which the layout does not count
        beside, above = edges.left() + edges.right(), edges.top() + edges.bottom()
        wanted = max(layout.heightForWidth(width - beside), layout.minimumSize().height()) + above
        height = min(wanted, self._over.height() - MARGIN)
        self.setGeometry((self._over.width() - width) // 2, (self._over.height() - height) // 2, width, height)
