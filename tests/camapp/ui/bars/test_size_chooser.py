"""The button that says how large the detector sees the picture."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from camapp.ui.bars.size_chooser import SizeChooser

SIZES = ((192, 320), (256, 416), (384, 640))


def test_it_says_the_size_that_a_promise_has_chosen_unless_one_was_chosen_by_hand(qtbot: QtBot) -> None:
    chooser = SizeChooser()
    qtbot.addWidget(chooser)
    chooser.show_sizes(None, (256, 416), SIZES)
    assert chooser.label == "Automatic, 416×256"
    chooser.show_in_use((192, 320))
    assert chooser.label == "Automatic, 320×192"
    chooser.show_sizes((384, 640), (256, 416), SIZES)
    assert chooser.label == "640×384"
    chooser.show_sizes(None, (256, 416), SIZES)
    chooser.show_in_use(None)
    assert chooser.label == "Automatic, 416×256"
