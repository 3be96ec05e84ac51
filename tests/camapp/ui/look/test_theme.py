from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from camapp.ui.look.theme import DARK, LIGHT, Colours, Theme, style_sheet
from camapp.ui.panel.section import Section
from camapp.ui.words import language as language_module
from camapp.ui.words.language import Language


@pytest.fixture
def language(qapp: QApplication, theme: Theme, monkeypatch: pytest.MonkeyPatch) -> Iterator[Language]:
    """English; Chinese would use a font that this system surely has."""
    monkeypatch.setattr(language_module, "CHINESE_FONTS", (QFontDatabase.families()[0],))
    language = Language(qapp)
    language.choose("en")
    yield language
    language.choose("en")
    language.deleteLater()


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2.1."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_all_writing_can_be_read_on_all_grounds(colours: Colours) -> None:
    for ground in (colours.window, colours.panel, colours.hover):
        assert contrast(colours.text, ground) >= 7
        assert contrast(colours.dim, ground) >= 4.5
    assert contrast(colours.accent_text, colours.accent) >= 4.5
    for rim in (colours.accent, colours.danger, colours.warning, colours.good):
        assert contrast(rim, colours.panel) >= 3  # WCAG's least for what is no text


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_every_drawing_that_the_style_names_is_there(colours: Colours) -> None:
    named = re.findall(r'url\("(.*?)"\)', style_sheet(colours))
    assert named
    assert [path for path in named if not Path(path).is_file()] == []


def test_what_is_open_takes_the_font_of_a_new_language_at_once(qtbot: QtBot, language: Language) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    parts = QLabel("人", window), QPushButton("人", window)
    window.show()
    usual = parts[0].font().families()
    language.choose("zh_CN")
    wanted = [*usual, QFontDatabase.families()[0]]
    assert [part.font().families() for part in parts] == [wanted, wanted]
    language.choose("en")
    assert [part.font().families() for part in parts] == [usual, usual]


@pytest.mark.parametrize("scheme", [Qt.ColorScheme.Light, Qt.ColorScheme.Dark])
def test_a_heading_that_opens_stands_hardly_further_in_than_the_words_above(
    qtbot: QtBot, theme: Theme, scheme: Qt.ColorScheme
) -> None:
    theme.choose(scheme)
    section = Section(QWidget())
    section.set_text("Classes", "")
    section.resize(300, 40)
    qtbot.addWidget(section)
    section.show()
    picture = section.heading.grab().toImage()
    ground = picture.pixelColor(picture.width() - 3, picture.height() // 2)
    rows, columns = range(picture.height()), range(picture.width())
    drawn = next(x for x in columns if any(picture.pixelColor(x, y) != ground for y in rows))
    theme.choose(Qt.ColorScheme.Unknown)
    assert drawn <= 8
