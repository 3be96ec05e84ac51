from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from camapp.ui.look.theme import Theme
from camapp.ui.panel.class_list import ROWS, ClassList
from detector.modelfile import ModelInfo

INFO = ModelInfo(
    "resnet18",
    96,
    ("zebra", "person", "wine glass", "cup"),
    class_names_zh=("斑马", "人", "酒杯", "杯子"),
    classes_on=("person", "cup"),
)


@pytest.fixture
def classes(qtbot: QtBot, theme: Theme) -> ClassList:
    made = ClassList(theme)
    qtbot.addWidget(made)
    made.show()
    made.show_model(INFO, None)
    return made


def listed(classes: ClassList) -> list[str]:
    model = classes.list.model()
    return [model.index(i, 0).data() for i in range(model.rowCount())]


def said(qtbot: QtBot, classes: ClassList, button: object) -> frozenset[str] | None:
    with qtbot.waitSignal(classes.changed, timeout=20_000) as signal:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    return signal.args[0]


def test_the_mastered_classes_come_first_and_are_ticked_the_weak_ones_are_marked(classes: ClassList) -> None:
    assert listed(classes) == ["cup", "person", "wine glass (weak)", "zebra (weak)"]
    assert classes.value == {"person", "cup"}
    index = classes.list.model().index(2, 0)
    assert "weak at 'wine glass'" in index.data(Qt.ItemDataRole.ToolTipRole)
    assert classes.list.model().index(0, 0).data(Qt.ItemDataRole.ToolTipRole) is None


def test_all_none_and_reliable_tick_what_they_say(qtbot: QtBot, classes: ClassList) -> None:
    assert said(qtbot, classes, classes.all) is None  # all: no filter at all
    assert said(qtbot, classes, classes.none) == frozenset()
    assert said(qtbot, classes, classes.good) == {"person", "cup"}


def test_a_search_leaves_names_in_both_languages_and_buttons_tick_those(qtbot: QtBot, classes: ClassList) -> None:
    qtbot.keyClicks(classes.search, "GLASS")
    assert listed(classes) == ["wine glass (weak)"]
    assert said(qtbot, classes, classes.all) == {"person", "cup", "wine glass"}
    classes.search.setText("斑马")
    assert listed(classes) == ["zebra (weak)"]
    classes.search.setText("nothing like it")
    assert listed(classes) == []
    assert classes._nothing.isVisible()


def test_a_click_on_a_name_and_the_space_key_tick(qtbot: QtBot, classes: ClassList) -> None:
    where = classes.list.visualRect(classes.list.model().index(1, 0)).center()
    qtbot.mouseClick(classes.list.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert classes.value == {"cup"}
    qtbot.keyClick(classes.list, Qt.Key.Key_Space)
    assert classes.value == {"cup", "person"}
    square = classes.list.visualRect(classes.list.model().index(1, 0)).topLeft() + QPoint(9, where.y() % 20)
    square.setY(where.y())
    qtbot.mouseClick(classes.list.viewport(), Qt.MouseButton.LeftButton, pos=square)
    assert classes.value == {"cup"}


def test_names_change_with_the_language_and_ticks_stay(classes: ClassList) -> None:
    classes.set_language("zh")
    assert sorted(listed(classes)) == sorted(["人", "杯子", "斑马 (weak)", "酒杯 (weak)"])
    assert classes.value == {"person", "cup"}


def test_ticks_made_by_hand_outlive_a_change_of_model(classes: ClassList) -> None:
    other = ModelInfo("resnet18", 96, ("person", "dog"))
    classes.show_model(other, frozenset({"person", "zebra"}))
    assert classes.value == {"person"}
    classes.show_model(other, frozenset({"zebra"}))  # none of them is known: the model's own choice
    assert classes.value is None
    classes.show_model(other, frozenset())
    assert classes.value == frozenset()


def test_a_model_that_masters_all_has_no_weak_ones(classes: ClassList) -> None:
    classes.show_model(ModelInfo("resnet18", 96, ("person", "dog")), None)
    assert listed(classes) == ["dog", "person"]
    assert classes.value is None
    assert not classes.good.isVisible()


def test_the_list_shows_whole_rows_in_any_font_and_while_nothing_is_found(
    qtbot: QtBot, classes: ClassList, enlarge: Callable[[], None]
) -> None:
    def shows_whole_rows() -> bool:
        return classes.list.viewport().height() == ROWS * classes.list.sizeHintForRow(0)

    qtbot.waitUntil(shows_whole_rows, timeout=20_000)
    before = classes.list.height()
    enlarge()
    qtbot.waitUntil(lambda: classes.list.height() > before and shows_whole_rows(), timeout=20_000)
    before = classes.list.height()
    classes.search.setText("no such thing")
    assert classes.list.sizeHint().height() == before
