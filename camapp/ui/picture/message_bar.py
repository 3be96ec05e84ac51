"""A bar above the picture that says what happened, with one button that mends it. It blocks nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from camapp.ui.look import icons
from camapp.ui.look.theme import Theme
from camapp.ui.words.retranslated import Retranslated

MARGIN = 12  # between the bar and the edges of the view
GAP = 8  # and the picture below it
WIDEST = 780  # longer lines are hard to read


@dataclass(frozen=True)
class Message:
    """One thing to say.

    Attributes:
        text: whole sentences.
        kind: "info", "warning", "danger" or "good"; the icon and its colour.
        button: what the button says; empty for none.
        action: what it does.
        second_button, second_action: another way, if there is one.
    """

    text: str
    kind: str = "info"
    button: str = ""
    action: Callable[[], object] | None = None
    second_button: str = ""
    second_action: Callable[[], object] | None = None


ICON_OF = {"info": "info", "warning": "warning", "danger": "warning", "good": "done"}


class MessageBar(Retranslated, QFrame):
    """Holds at most one message a topic and shows the newest; when that goes, the one before it comes back.

    Signals:
        room_wanted: so far down, in units of the view, the picture is to begin; 0: it may lie under the bar, as it does
            for a success, whose message goes by itself, and over the full screen.
    """

    room_wanted = Signal(int)

    def __init__(self, over: QWidget, theme: Theme) -> None:
        super().__init__(over)
        self._theme = theme
        self._over = over
        self._messages: dict[str, Message] = {}  # topic -> message, oldest first
        self._covered = 0  # upper part of the picture that something else lies over
        self.setObjectName("message")
        self._icon = QLabel()
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setMargin(2)  # else the last line's descenders are cut off
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._button = QPushButton()
        self._button.clicked.connect(self._act)
        self._second = QPushButton()
        self._second.clicked.connect(self._act_second)
        self._close = QToolButton()
        for control in (self._button, self._second, self._close):
            control.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._close.clicked.connect(self.dismiss)
        icons.set_icon(self._close, "close")
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 9, 9, 9)
        row.setSpacing(10)
        row.addWidget(self._icon)
        row.addWidget(self._text, 1)
        row.addWidget(self._button)
        row.addWidget(self._second)
        row.addWidget(self._close)
        over.installEventFilter(self)
        theme.changed.connect(self._show_newest)
        self.retranslate()
        self.hide()

    def retranslate(self) -> None:
        """Says every word of its own anew; the messages are their speakers' matter."""
        self._close.setToolTip(self.tr("Close this message (Esc)"))
        self._close.setAccessibleName(self.tr("Close this message"))

    @property
    def text(self) -> str:
        """What is shown now; empty if nothing is."""
        return next(reversed(self._messages.values())).text if self._messages else ""

    @property
    def button(self) -> QPushButton:
        """The one that mends."""
        return self._button

    @property
    def second_button(self) -> QPushButton:
        """The other way."""
        return self._second

    def has(self, topic: str) -> bool:
        """Whether there is a message of this topic."""
        return topic in self._messages

    def replace(self, topic: str, message: Message) -> None:
        """Says the same in other words, in its place."""
        if topic in self._messages:
            self._messages[topic] = message
            self._show_newest()

    def say(self, topic: str, message: Message) -> None:
        """Shows the message in place of an earlier one of the same topic."""
        if self._messages.get(topic) != message:
            self._messages.pop(topic, None)
            self._messages[topic] = message
            self._show_newest()

    def clear(self, topic: str) -> None:
        """The matter is settled."""
        if self._messages.pop(topic, None) is not None:
            self._show_newest()

    def dismiss(self) -> None:
        """Takes away the one that is shown."""
        if self._messages:
            self.clear(next(reversed(self._messages)))

    def _act(self) -> None:
        message = next(reversed(self._messages.values()), None)
        if message is not None and message.action is not None:
            message.action()

    def _act_second(self) -> None:
        message = next(reversed(self._messages.values()), None)
        if message is not None and message.second_action is not None:
            message.second_action()

    def _show_newest(self) -> None:
        if not self._messages:
            self.hide()
            self.room_wanted.emit(0)
            return
        message = next(reversed(self._messages.values()))
        colour = QColor(getattr(self._theme.colours, "accent" if message.kind == "info" else message.kind))
        size = 20
        drawn = icons.pixmap(ICON_OF[message.kind], colour, round(size * self.devicePixelRatioF()))
        drawn.setDevicePixelRatio(self.devicePixelRatioF())
        self._icon.setPixmap(drawn)
        self._text.setText(re.sub(r"([/\\_])", "\\1\u200b", message.text))  # a long path may be broken, too
        self._button.setText(message.button)
        self._button.setVisible(bool(message.button))
        self._second.setText(message.second_button)
        self._second.setVisible(bool(message.second_button))
        self.setAccessibleName(message.text)
        self.setStyleSheet(
            f"QFrame#message {{ background: {self._theme.colours.panel};"
            f" border: 1px solid {colour.name()}; border-radius: 8px; }}"
        )
        self.show()
        self.raise_()
        self._place()

    def leave_room(self, height: int) -> None:
        """For what lies over the upper edge of the picture."""
        self._covered = height
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keeps the bar at the top of the picture."""
        if event.type() == QEvent.Type.Resize and self._messages:
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        width = min(self._over.width() - 2 * MARGIN, WIDEST)
        layout = self.layout()
        if layout is None or not self._messages:
            return
        edges = self.contentsMargins()  # the border of the style sheet, which the layout does not count
        beside, above = edges.left() + edges.right(), edges.top() + edges.bottom()
        height = max(layout.heightForWidth(width - beside), layout.minimumSize().height()) + above
        self.setGeometry((self._over.width() - width) // 2, self._covered + MARGIN, width, height)
        goes = next(reversed(self._messages.values())).kind == "good"
        self.room_wanted.emit(0 if goes or self.window().isFullScreen() else self.geometry().bottom() + 1 + GAP)
