from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QSlider, QWidget
from pytestqt.qtbot import QtBot

from camapp.ui.look.theme import Theme
from camapp.ui.main_window import MainWindow
from camapp.ui.panel.panel_state import PanelState
from camapp.ui.panel.side_panel import SidePanel
from detector.modelfile import ModelInfo
from tests.camapp.ui.conftest import boxes

INFO = ModelInfo(
    "resnet18",
    96,
    ("person", "bottle", "cup"),
    class_names_zh=("人", "瓶子", "杯子"),
    classes_on=("person", "bottle"),
    score_threshold=0.45,
)


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme) -> SidePanel:
    made = SidePanel(theme)
    qtbot.addWidget(made)
    made.resize(376, 640)
    made.show()
    return made


def said(panel: SidePanel) -> dict[str, object]:
    """All that the panel says from now on, the newest value of each field."""
    changes: dict[str, object] = {}
    panel.choices_changed.connect(changes.update)
    return changes


def test_a_model_brings_its_own_confidence_and_classes(panel: SidePanel) -> None:
    changes = said(panel)
    panel.show_model(INFO)
    assert (changes["score"], changes["classes_on"]) == (0.45, {"person", "bottle"})
    assert panel.sections["classes"].heading.text() == "Classes (2 of 3)"


def test_what_was_chosen_by_hand_outlives_a_change_of_model(qtbot: QtBot, panel: SidePanel) -> None:
    panel.show_model(INFO)
    panel.slider.setFocus()
    qtbot.keyClick(panel.slider, Qt.Key.Key_Right)
    panel.classes.model.tick(("cup",), True)
    changes = said(panel)
    panel.show_model(replace(INFO, score_threshold=0.2, class_names=("cup", "dog", "cat"), classes_on=("dog",)))
    assert (changes["score"], changes["classes_on"]) == (0.46, {"cup"})


def test_the_way_back_gives_the_slider_to_the_model_again(qtbot: QtBot, panel: SidePanel) -> None:
    panel.show_model(INFO)
    assert not panel.confidence.back.isEnabled()
    panel.slider.setFocus()
    qtbot.keyClick(panel.slider, Qt.Key.Key_PageUp)
    assert panel.state().score == 0.5
    qtbot.mouseClick(panel.confidence.back, Qt.MouseButton.LeftButton)
    assert (panel.value.text(), panel.state().score) == ("0.45", None)


def test_the_overlap_slider_reaches_the_detector(qtbot: QtBot, window: MainWindow) -> None:
    slider = window.side.overlap.slider
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_PageUp)
    assert window.session.choices.iou == 0.65


def test_classes_ticked_off_leave_picture_and_table(qtbot: QtBot, window: MainWindow) -> None:
    window.side.sections["classes"].set_open(True)
    window.side.classes.model.tick(("person",), False)
    qtbot.waitUntil(lambda: [texts[0] for texts in window.side.table.row_texts()] == ["bottle"], timeout=20_000)
    qtbot.mouseClick(window.side.classes.none, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.side.table.row_texts() == [], timeout=20_000)
    assert window.side._hint.text() == "No class is ticked: nothing is shown"


def test_counts_say_how_many_of_each_class(panel: SidePanel) -> None:
    panel.show_model(INFO)
    panel.show_objects(boxes(0), (0, 1, 2))
    assert panel.counts.counted == {"person": 1, "bottle": 1, "cup": 1}
    panel.set_language("zh")  # at once, also while the picture stands still
    assert panel.counts.counted == {"人": 1, "瓶子": 1, "杯子": 1}
    assert [texts[0] for texts in panel.table.row_texts()] == ["人", "瓶子", "杯子"]


def test_the_copy_button_copies_and_says_so(qtbot: QtBot, panel: SidePanel) -> None:
    panel.show_objects(boxes(0), (0, 1, 2))
    qtbot.mouseClick(panel.copy, Qt.MouseButton.LeftButton)
    assert len(QGuiApplication.clipboard().text().splitlines()) == 4
    assert panel.heading.text() == "Copied, 3 rows"
    qtbot.waitUntil(lambda: panel.heading.text() == "Objects in view (3)", timeout=20_000)


def test_the_panel_is_restored_as_it_was_left(qtbot: QtBot, theme: Theme, panel: SidePanel) -> None:
    panel.show_model(INFO)
    panel.slider.setFocus()
    qtbot.keyClick(panel.slider, Qt.Key.Key_PageUp)
    panel.overlap.slider.setValue(75)
    panel.classes.model.tick_just(("cup",))
    panel.labels.parts["xy"].click()
    panel.labels.centre.click()
    panel.labels.text.slider.setValue(150)
    panel.table.sort_by(4, True)
    panel.sections["classes"].set_open(True)
    state = panel.state()
    other = SidePanel(theme)
    qtbot.addWidget(other)
    changes = said(other)
    other.restore(state)
    other.show_model(INFO)
    assert other.state() == state
    assert (changes["score"], changes["iou"], changes["classes_on"]) == (0.5, 0.75, {"cup"})
    assert (changes["label"], changes["centre"]) == (("class", "confidence", "wh"), True)
    assert (changes["text_scale"], changes["line_scale"]) == (1.5, 1.0)


def test_a_fresh_panel_has_nothing_to_remember(panel: SidePanel) -> None:
    panel.show_model(INFO)
    assert panel.state() == PanelState()


def test_values_that_nobody_could_set_are_brought_into_their_limits(panel: SidePanel) -> None:
    panel.restore(PanelState(score=7.0, iou=-1.0, sort_column=99, open_sections=("classes", "unknown")))
    assert (panel.value.text(), panel.overlap.value.text()) == ("0.95", "0.30")
    assert panel.state().sort_column is None


def test_a_wheel_that_scrolls_past_a_slider_does_not_move_it(panel: SidePanel) -> None:
    before = panel.slider.value()
    panel.table.setFocus()
    turn_wheel(panel.slider)
    assert panel.slider.value() == before
    panel.slider.setFocus()
    turn_wheel(panel.slider)
    assert panel.slider.value() > before


def turn_wheel(slider: QSlider) -> None:
    middle = QPointF(slider.rect().center())
    notch, none = QPoint(0, 120), QPoint()
    event = QWheelEvent(
        middle,
        QPointF(slider.mapToGlobal(middle.toPoint())),
        none,
        notch,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(slider, event)


def controls_of(panel: SidePanel) -> list[QWidget]:
    return [w for w in panel.findChildren(QWidget) if isinstance(w, QAbstractButton | QSlider)]


def test_every_control_says_what_it_does_and_has_a_name(panel: SidePanel) -> None:
    panel.show_model(INFO)
    for control in controls_of(panel):
        if control.objectName().startswith("qt_") or "QLineEdit" in type(control.parent()).__name__:
            continue  # parts of Qt's own
        named = control.accessibleName() or (isinstance(control, QAbstractButton) and control.text())
        assert named, control
        assert control.toolTip(), control
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus, control


def test_another_language_is_taken_at_once(qtbot: QtBot, panel: SidePanel, monkeypatch: pytest.MonkeyPatch) -> None:
    panel.show_model(INFO)
    for widget in [panel, *panel.findChildren(QWidget)]:
        QApplication.sendEvent(widget, QEvent(QEvent.Type.LanguageChange))
    assert panel.confidence.name.text() == "Confidence"
