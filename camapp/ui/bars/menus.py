"""Menus that are made anew each time they open, so that they say what is true then, in the language in use then."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QWidget


@dataclass(frozen=True)
class Choice:
    """One of several entries.

    Attributes:
        key: what it stands for.
        text, tip: what it says, and on hover.
        is_open: whether it can be chosen.
    """

    key: Any
    text: str
    tip: str = ""
    is_open: bool = True


def make_menu(parent: QWidget, fill: Callable[[], None]) -> QMenu:
    """A menu that calls `fill`, which begins with empty(), before it is shown."""
    menu = QMenu(parent)
    menu.setToolTipsVisible(True)
    menu.aboutToShow.connect(fill)
    return menu


def empty(menu: QMenu) -> QMenu:
    """Takes everything out of it, also what clear() leaves behind."""
    for made in (*menu.findChildren(QMenu), *menu.findChildren(QActionGroup)):
        made.deleteLater()
    menu.clear()
    return menu


def add_choices(menu: QMenu, choices: Iterable[Choice], chosen: object, choose: Callable[[Any], None]) -> None:
    """Adds entries of which the one with the key `chosen` is ticked; a click says the key of another to `choose`."""
    group = QActionGroup(menu)
    for choice in choices:
        action = menu.addAction(choice.text)
        action.setToolTip(choice.tip)
        action.setCheckable(True)
        action.setChecked(choice.key == chosen)
        action.setEnabled(choice.is_open)
        action.setActionGroup(group)
        action.triggered.connect(partial(_say, choose, choice.key))


def add_words(menu: QMenu, text: str) -> None:
    """Adds an entry that only says something."""
    menu.addAction(text).setEnabled(False)


def _say(choose: Callable[[Any], None], key: object, _checked: bool = False) -> None:
    choose(key)
