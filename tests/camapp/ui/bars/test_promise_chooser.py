"""The button that says what is promised."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from camapp.live.promise import Plan, Promise, PromiseStatus
from camapp.ui.bars.promise_chooser import OFFERED, PromiseChooser

RATE = Promise("rate", 30.0)
STATUS = PromiseStatus(RATE, Plan((256, 416)), (256, 416), 21.4, 33.3, True, False, 29.9)


@pytest.fixture
def chooser(qtbot: QtBot) -> PromiseChooser:
    chooser = PromiseChooser()
    qtbot.addWidget(chooser)
    return chooser


def entries(chooser: PromiseChooser) -> dict[str, bool]:
    """The menu's words, and which is ticked."""
    chooser.fill()
    return {action.text(): action.isChecked() for action in chooser.menu().actions() if action.text()}


def test_at_first_it_is_as_fast_as_it_can(chooser: PromiseChooser) -> None:
    assert chooser.label == "Fastest"
    ticked = [text for text, checked in entries(chooser).items() if checked]
    assert ticked == ["As fast as it can"]
    assert list(entries(chooser)) == [
        "As fast as it can",
        "60 pictures a second",
        "30 pictures a second",
        "15 pictures a second",
        "Delay under 40 ms",
        "Delay under 80 ms",
        "Delay under 150 ms",
        "Another…",
    ]


def test_a_click_says_the_promise(chooser: PromiseChooser, qtbot: QtBot) -> None:
    chooser.fill()
    action = next(action for action in chooser.menu().actions() if action.text() == "Delay under 80 ms")
    with qtbot.waitSignal(chooser.chosen, timeout=20_000) as said:
        action.trigger()
    assert said.args == [Promise("delay", 80.0)]
    assert said.args[0] in OFFERED


def test_one_of_one_s_own_stands_in_the_menu(chooser: PromiseChooser) -> None:
    chooser.show_promise(Promise("delay", 65.0))
    assert entries(chooser)["Delay under 65 ms"]


@pytest.mark.parametrize(
    ("status", "label", "said"),
    [
        (STATUS, "30 fps", ["Kept: 95 of 100 pictures take no more than 21 of 33 ms.", "Given up: nothing."]),
        (replace(STATUS, p95_ms=None, kept=None), "30 fps", ["Now: 30 pictures a second; being measured."]),
        (
            replace(STATUS, plan=Plan((192, 320), 3)),
            "30 fps, 1/3",
            ["looks at 1 picture of 3, at 320×192", "Given up: small and distant objects, boxes that are found anew"],
        ),
        (
            replace(STATUS, plan=Plan((192, 320), 6), p95_ms=140.0, kept=False, nothing_left=True),
            "30 fps: too slow",
            ["Not kept: 140 instead of 33 ms, and nothing is left to give up."],
        ),
        (replace(STATUS, comes_fps=14.8), "30 fps", ["Only 15 pictures a second come from the source."]),
        (replace(STATUS, p95_ms=50.0, kept=False), "30 fps", ["Not kept yet: 50 instead of 33 ms."]),
    ],
)
def test_it_says_what_was_chosen_and_given_up(
    chooser: PromiseChooser, status: PromiseStatus, label: str, said: list[str]
) -> None:
    chooser.show_promise(RATE)
    chooser.show_status(status)
    assert chooser.label == label
    for sentence in said:
        assert sentence in chooser.toolTip()
        assert (sentence in chooser.accessibleDescription()) == (" ms" not in sentence and "33" not in sentence)


def test_it_keeps_its_width_whatever_it_says(chooser: PromiseChooser) -> None:
    chooser.show_promise(RATE)
    widths = set()
    for status in (STATUS, replace(STATUS, plan=Plan((192, 320), 12)), replace(STATUS, kept=False, nothing_left=True)):
        chooser.show_status(status)
        widths.add((chooser.sizeHint().width(), chooser.minimumSizeHint().width()))
    assert len(widths) == 1


def test_what_was_measured_of_another_promise_is_not_said(chooser: PromiseChooser) -> None:
    chooser.show_promise(Promise("delay", 80.0))
    chooser.show_status(STATUS)
    assert "21" not in chooser.toolTip()
    chooser.show_promise(None)
    chooser.show_status(STATUS)
    assert chooser.label == "Fastest"
