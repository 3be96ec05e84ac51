from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from camapp import errors as camapp_errors
from camapp.errors import CameraError
from camapp.ui.bars.controls import clock, megabytes
from camapp.ui.look.theme import DARK, LIGHT, Colours, Theme
from camapp.ui.picture.message_bar import Message, MessageBar
from camapp.ui.words.messages import MENDS, Mend, mend_of, mend_text, sentence
from detector import errors as detector_errors


@pytest.fixture
def bar(qtbot: QtBot, theme: Theme) -> MessageBar:
    over = QWidget()
    over.resize(500, 400)
    qtbot.addWidget(over)
    over.show()
    made = MessageBar(over, theme)
    made.over = over  # type: ignore[attr-defined]  # kept alive with the bar
    return made


def test_a_sentence_says_what_happened_and_what_to_do() -> None:
    error = CameraError("camera_in_use", name="HD Webcam")
    assert sentence(error) == str(error)
    assert mend_of(error) is Mend.TRY_AGAIN


def test_every_code_with_a_button_exists() -> None:
    assert set(MENDS) <= set(camapp_errors.MESSAGES) | set(detector_errors.MESSAGES)


def test_every_button_says_something() -> None:
    assert all(mend_text(mend) for mend in Mend if mend is not Mend.NOTHING)


def test_the_newest_message_shows_and_the_one_before_comes_back(bar: MessageBar) -> None:
    bar.say("source", Message("No camera."))
    bar.say("output", Message("Disk full.", "danger"))
    assert bar.text == "Disk full."
    bar.clear("output")
    assert bar.text == "No camera."
    bar.dismiss()
    assert bar.text == ""
    assert not bar.isVisible()


def test_a_topic_has_one_message(bar: MessageBar) -> None:
    bar.say("source", Message("First."))
    bar.say("source", Message("Second."))
    bar.clear("source")
    assert bar.text == ""


def test_the_button_does_what_mends(qtbot: QtBot, bar: MessageBar) -> None:
    done: list[str] = []
    bar.say("source", Message("No camera.", "warning", "Try again", lambda: done.append("tried")))
    qtbot.mouseClick(bar.button, Qt.MouseButton.LeftButton)
    assert done == ["tried"]


def test_long_text_wraps_inside_the_picture(bar: MessageBar) -> None:
    bar.say("source", Message("A word that is followed by others. " * 12, "danger", "Choose a source", bool))
    assert bar.geometry().left() >= 0
    assert bar.geometry().right() < 500
    assert bar.height() > 100
    assert bar.parentWidget() is bar.over  # type: ignore[attr-defined]
    bar.over.resize(900, 400)  # type: ignore[attr-defined]
    assert bar.width() > 500


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "00:00"), (12.9, "00:12"), (61, "01:01"), (3599, "59:59"), (3661, "1:01:01")]
)
def test_times_read_as_a_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0.0 MB"), (400_000, "0.4 MB"), (12_345_678, "12 MB"), (1_200_000_000, "1.20 GB")]
)
def test_sizes_read_as_megabytes(count: int, text: str) -> None:
    assert megabytes(count) == text


def luminance(colour: str) -> float:
    """WCAG 2.1, relative luminance."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("colours", [DARK, LIGHT], ids=["dark", "light"])
def test_all_writing_can_be_read(colours: Colours) -> None:
    grounds = (colours.window, colours.panel, colours.hover, colours.stage)
    for ink in (colours.text, colours.dim):
        for ground in grounds:
            light, dark = sorted((luminance(ink), luminance(ground)), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (ink, ground)
