from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QLocale, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from camapp.ui.look.theme import Theme
from camapp.ui.panel.object_rows import Row, as_table, in_order, rows_of
from camapp.ui.panel.objects_table import ObjectsTable
from detector.types import Detections

NAMES = ("person", "bottle", "cup")


def found(*boxes: tuple[int, float, tuple[float, float, float, float]]) -> Detections:
    """Class, score and box of each."""
    return Detections(
        np.array([box for _, _, box in boxes], np.float32).reshape(-1, 4),
        np.array([score for _, score, _ in boxes], np.float32),
        np.array([class_id for class_id, _, _ in boxes], np.int64),
        np.zeros(len(boxes), np.bool_),
        0,
        NAMES,
    )


THREE = found((0, 0.91, (20, 40, 120, 220)), (1, 0.62, (200, 100, 240, 180)), (2, 0.3, (5, 5, 25, 30)))


@pytest.fixture
def table(qtbot: QtBot, theme: Theme) -> ObjectsTable:
    made = ObjectsTable(theme)
    qtbot.addWidget(made)
    made.resize(360, 300)
    made.show()
    made.show_objects(THREE, (7, 8, 9))
    return made


def names(table: ObjectsTable) -> list[str]:
    return [texts[0] for texts in table.row_texts()]


def copied(table: ObjectsTable) -> list[str]:
    """Lines on the clipboard."""
    table.copy()
    return QGuiApplication.clipboard().text().splitlines()


def selected(table: ObjectsTable) -> list[int]:
    return sorted(index.row() for index in table.selectionModel().selectedRows())


def click_heading(qtbot: QtBot, table: ObjectsTable, column: int) -> None:
    header = table.horizontalHeader()
    where = QPoint(header.sectionViewportPosition(column) + header.sectionSize(column) // 2, header.height() // 2)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=where)


def click_row(qtbot: QtBot, table: ObjectsTable, row: int, *keys: Qt.KeyboardModifier) -> None:
    where = table.visualRect(table.model().index(row, 0)).center()
    modifier = keys[0] if keys else Qt.KeyboardModifier.NoModifier
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, modifier, where)


def test_a_click_on_a_heading_sorts_then_turns_it_round_then_goes_back(qtbot: QtBot, table: ObjectsTable) -> None:
    click_heading(qtbot, table, 2)
    assert names(table) == ["cup", "person", "bottle"]
    assert table.sort_order == (2, False)
    click_heading(qtbot, table, 2)
    assert names(table) == ["bottle", "person", "cup"]
    click_heading(qtbot, table, 2)
    assert names(table) == ["person", "bottle", "cup"]
    assert table.sort_order == (None, False)


def test_sorted_by_class_the_rows_keep_their_places_while_numbers_change(table: ObjectsTable) -> None:
    table.sort_by(0, False)
    people = found((0, 0.9, (20, 40, 120, 220)), (0, 0.8, (60, 40, 160, 220)), (1, 0.7, (200, 100, 240, 180)))
    table.show_objects(people, (1, 2, 3))
    assert [row.key for row in table._rows.rows] == [3, 1, 2]
    swapped = found((0, 0.9, (62, 40, 162, 220)), (0, 0.8, (18, 40, 118, 220)), (1, 0.7, (200, 100, 240, 180)))
    table.show_objects(swapped, (2, 1, 3))
    assert [row.key for row in table._rows.rows] == [3, 1, 2]


def row(key: int, x: float, score: float = 0.5) -> Row:
    return Row(key, 0, "person", score, x, 0, 100, 100)


def test_rows_that_tremble_stay_and_rows_that_really_pass_change_places() -> None:
    rows = [row(0, 100), row(1, 101)]
    assert [r.key for r in in_order(rows, 2, False)] == [0, 1]
    trembling = [row(0, 102), row(1, 100)]
    assert [r.key for r in in_order(trembling, 2, False, [0, 1])] == [0, 1]
    passed = [row(0, 140), row(1, 100)]
    assert [r.key for r in in_order(passed, 2, False, [0, 1])] == [1, 0]


def test_a_new_row_goes_where_it_belongs_and_a_small_step_adds_up_to_no_disorder() -> None:
    rows = [row(0, 100), row(1, 200), row(2, 150)]
    assert [r.key for r in in_order(rows, 2, False, [0, 1])] == [0, 2, 1]
    drifted = [row(i, 100 - 2 * i) for i in range(10)]  # each within the margin of its neighbour, the ends are not
    assert [r.key for r in in_order(drifted, 2, False, list(range(10)))] == list(range(9, -1, -1))


def test_by_confidence_the_surest_is_first_when_descending() -> None:
    rows = [row(0, 0, 0.4), row(1, 0, 0.9), row(2, 0, 0.6)]
    assert [r.key for r in in_order(rows, 1, True)] == [1, 2, 0]
    closer = [replace(rows[0], score=0.62), rows[1], rows[2]]
    assert [r.key for r in in_order(closer, 1, True, [1, 2, 0])] == [1, 2, 0]


def test_the_selection_follows_its_object_when_rows_come_and_go(qtbot: QtBot, table: ObjectsTable) -> None:
    click_row(qtbot, table, 1)
    assert selected(table) == [1]
    table.show_objects(found((1, 0.6, (201, 100, 241, 180))), (8,))
    assert (names(table), selected(table)) == (["bottle"], [0])
    table.show_objects(found((2, 0.3, (5, 5, 25, 30))), (9,))
    assert selected(table) == []
    table.show_objects(THREE, (7, 8, 9))  # missed for a moment
    assert selected(table) == [1]


def test_several_rows_are_chosen_with_ctrl_and_said_once_each(qtbot: QtBot, table: ObjectsTable) -> None:
    said: list[frozenset[int]] = []
    table.chosen.connect(said.append)
    click_row(qtbot, table, 0)
    click_row(qtbot, table, 2, Qt.KeyboardModifier.ControlModifier)
    table.show_objects(THREE, (7, 8, 9))
    assert said == [frozenset({7}), frozenset({7, 9})]
    table.highlight(None, frozenset({8}))
    assert selected(table) == [1]
    assert len(said) == 2


def test_ctrl_c_copies_the_chosen_rows_for_a_spreadsheet(qtbot: QtBot, table: ObjectsTable) -> None:
    point = QLocale.system().decimalPoint()
    click_row(qtbot, table, 1)
    with qtbot.waitSignal(table.copied, timeout=20_000) as copied:
        qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert copied.args == [1]
    assert QGuiApplication.clipboard().text() == (
        f"class\tconfidence\tx\ty\tw\th\nbottle\t0{point}62\t200\t100\t40\t80\n"
    )


def test_without_a_choice_the_whole_table_is_copied_as_it_is_sorted(qtbot: QtBot, table: ObjectsTable) -> None:
    table.sort_by(2, False)
    table.copy()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert [line.split("\t")[0] for line in lines] == ["class", "cup", "person", "bottle"]


def test_a_copy_has_the_decimal_point_of_the_system_and_no_tab_of_a_name() -> None:
    rows = rows_of(found((0, 0.5, (1, 2, 3, 4))), (0,), ("odd\tname",))
    assert as_table(rows, ("a", "b", "c", "d", "e", "f"), ",") == "a\tb\tc\td\te\tf\nodd name\t0,50\t1\t2\t2\t2\n"


def test_numbers_stand_in_the_table_where_they_are_wanted(table: ObjectsTable) -> None:
    known = replace(THREE, track_ids=np.array([12, 3, 0], np.int64))
    table.show_objects(known, (0, 1, 2))
    assert table.isColumnHidden(6)
    assert "no." not in copied(table)[0]
    table.set_numbered(True)
    assert not table.isColumnHidden(6)
    assert [texts[6] for texts in table.row_texts()] == ["12", "3", ""]
    table.sort_by(6, False)
    assert [texts[6] for texts in table.row_texts()] == ["", "3", "12"]
    assert copied(table)[0].endswith("\th\tno.")
    assert copied(table)[3].endswith("\t12")
    table.set_numbered(False)
    assert table.sort_order == (None, False)
    table.sort_by(6, False)  # of a column that is not there
    assert table.sort_order == (None, False)


def test_centre_coordinates_are_those_of_the_middle_and_the_headings_say_so(table: ObjectsTable) -> None:
    table.set_centre(True)
    assert table.row_texts()[0] == ("person", "0.91", "70", "130", "100", "180")
    assert table.model().headerData(2, Qt.Orientation.Horizontal) == "cx"
    table.set_centre(False)
    assert table.row_texts()[0][2:4] == ("20", "40")


def test_class_names_are_those_of_the_language(table: ObjectsTable) -> None:
    table.set_names(("人", "瓶子", "杯子"))
    assert names(table) == ["人", "瓶子", "杯子"]


def test_the_table_is_empty_without_objects(table: ObjectsTable) -> None:
    table.show_objects(Detections.empty(0), ())
    assert table.row_texts() == []
    table.copy()
    assert QGuiApplication.clipboard().text() == "class\tconfidence\tx\ty\tw\th\n"


def test_rows_and_columns_suit_a_font_that_comes_later(table: ObjectsTable, enlarge: Callable[[], None]) -> None:
    before = table.rowHeight(0), table.columnWidth(2)
    enlarge()
    assert (table.rowHeight(0) > before[0], table.columnWidth(2) > before[1]) == (True, True)
