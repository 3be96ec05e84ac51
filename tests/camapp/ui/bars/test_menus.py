from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from camapp.ui.bars.controls import Controls
from camapp.ui.bars.menu_button import IconMenuButton, MenuButton
from camapp.ui.bars.menus import Choice, add_choices, add_words, empty

CHOICES = (Choice("a", "One"), Choice(None, "None", "not at all"), Choice("c", "Three", is_open=False))


class Fruit(IconMenuButton):
    """Counts how often its menu was made and its words were said."""

    made = said = 0

    def fill(self) -> None:
        self.made += 1
        add_choices(empty(self.menu()).addMenu("Kind"), CHOICES, "a", print)

    def retranslate(self) -> None:
        self.said += 1


def test_one_choice_is_ticked_and_a_click_on_another_says_its_key(qtbot: QtBot) -> None:
    menu, said = QMenu(), list[object]()
    qtbot.addWidget(menu)
    add_choices(menu, CHOICES, None, said.append)
    first, second, third = menu.actions()
    assert [action.isChecked() for action in (first, second, third)] == [False, True, False]
    assert second.toolTip() == "not at all"
    assert not third.isEnabled()
    first.trigger()
    assert said == ["a"]
    assert [action.isChecked() for action in (first, second, third)] == [True, False, False]


def test_words_in_a_menu_cannot_be_chosen(qtbot: QtBot) -> None:
    menu = QMenu()
    qtbot.addWidget(menu)
    add_words(menu, "Looking…")
    assert [(action.text(), action.isEnabled()) for action in menu.actions()] == [("Looking…", False)]


def test_a_menu_is_made_anew_each_time_and_leaves_nothing_behind(qtbot: QtBot) -> None:
    button = Fruit("gear", 18)
    qtbot.addWidget(button)
    for _ in range(3):
        button.menu().aboutToShow.emit()
    assert button.made == 3
    qtbot.waitUntil(lambda: len(button.menu().findChildren(QMenu)) == 1, timeout=20_000)
    assert len(button.menu().findChildren(QActionGroup)) == 1
    assert [action.text() for action in button.menu().actions()] == ["Kind"]


def test_a_button_with_a_menu_says_its_words_anew_in_another_language(qtbot: QtBot) -> None:
    button = Fruit("gear", 18)
    qtbot.addWidget(button)
    button.changeEvent(QEvent(QEvent.Type.LanguageChange))
    assert button.said == 1
    assert MenuButton("gear").menu().toolTipsVisible()


def test_the_numbers_keep_their_room_in_another_font(qtbot: QtBot, enlarge: Callable[[], None]) -> None:
    controls = Controls()
    qtbot.addWidget(controls)
    controls.show()
    number = controls.camera_fps
    enlarge()
    qtbot.waitUntil(
        lambda: number.minimumWidth() == number.fontMetrics().horizontalAdvance("000.0 fps"), timeout=20_000
    )
