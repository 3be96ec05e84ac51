from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from camapp.live import tracking
from camapp.ui.main_window import MainWindow
from camapp.ui.panel.label_options import LabelChoice, LabelOptions


@pytest.fixture
def options(qtbot: QtBot) -> LabelOptions:
    made = LabelOptions()
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def loaded_library() -> None:
    """The library that follows objects is there from the start."""
    tracking.library().result()


def test_each_part_of_a_label_is_ticked_by_itself(qtbot: QtBot, options: LabelOptions) -> None:
    with qtbot.waitSignal(options.changed, timeout=20_000) as changed:
        qtbot.mouseClick(options.parts["xy"], Qt.MouseButton.LeftButton, pos=options.parts["xy"].rect().center() * 0.2)
    assert changed.args[0].label == ("class", "confidence", "wh")
    qtbot.keyClick(options.parts["id"], Qt.Key.Key_Space)
    assert options.value.label == ("class", "confidence", "wh", "id")


def test_line_and_text_have_their_own_sizes(qtbot: QtBot, options: LabelOptions) -> None:
    options.text.slider.setFocus()
    with qtbot.waitSignal(options.changed, timeout=20_000) as changed:
        qtbot.keyClick(options.text.slider, Qt.Key.Key_PageUp)
    assert (changed.args[0].text_scale, changed.args[0].line_scale) == (1.25, 1.0)


def test_a_value_is_set_without_a_word(qtbot: QtBot, options: LabelOptions) -> None:
    wanted = LabelChoice(("class",), True, 2.0, 0.5, False, False)
    with qtbot.assertNotEmitted(options.changed):
        options.set_value(wanted)
    assert options.value == wanted


def test_a_number_brings_following_and_goes_with_it(qtbot: QtBot, options: LabelOptions) -> None:
    assert not options.value.follow, "who needs no numbers need not wait for the library that gives them"
    with qtbot.waitSignal(options.changed, timeout=20_000) as changed:
        qtbot.keyClick(options.parts["id"], Qt.Key.Key_Space)
    assert changed.args[0].follow
    with qtbot.waitSignal(options.changed, timeout=20_000) as changed:
        qtbot.keyClick(options.follow, Qt.Key.Key_Space)
    assert not changed.args[0].follow
    assert "id" not in changed.args[0].label


@pytest.mark.usefixtures("loaded_library")
def test_objects_have_numbers_while_they_are_followed(qtbot: QtBot, window: MainWindow) -> None:
    def ids() -> list[int] | None:
        shown = window.view.shown
        found = None if shown is None else shown.detections.track_ids
        return None if found is None else sorted(found.tolist())

    window.side.sections["labels"].set_open(True)
    window.side.labels.follow.click()
    qtbot.waitUntil(lambda: ids() == [1, 2], timeout=20_000)
    assert window.side.state().follow
    window.side.labels.follow.click()
    assert not window.session.choices.follow
    qtbot.waitUntil(lambda: ids() is None, timeout=20_000)
    assert not window.side.state().follow


def test_boxes_are_steady_from_the_start_and_as_they_are_found_without_the_tick(window: MainWindow) -> None:
    assert window.session.choices.steady
    window.side.sections["labels"].set_open(True)
    window.side.labels.steady.click()
    assert not window.session.choices.steady
    assert not window.side.state().steady
    assert LabelChoice().steady
    window.side.labels.steady.click()
    assert window.session.choices.steady


def test_what_is_chosen_reaches_labels_and_table_of_the_window(qtbot: QtBot, window: MainWindow) -> None:
    window.side.sections["labels"].set_open(True)
    window.side.labels.centre.click()
    window.side.labels.parts["wh"].click()
    assert window.session.choices.centre
    assert window.session.choices.label == ("class", "confidence", "xy")
    qtbot.waitUntil(lambda: window.side.table.row_texts()[0][2:4] == ("70", "130"), timeout=20_000)
    assert window.side.state().centre
