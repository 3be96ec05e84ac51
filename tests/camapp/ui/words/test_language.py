from __future__ import annotations

import ast
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from string import Formatter

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt, QTranslator
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QListView,
    QMenu,
    QSizePolicy,
    QTableView,
    QWidget,
)
from pytestqt.qtbot import QtBot

import camapp.ui
from camapp.errors import MESSAGES as APP_MESSAGES
from camapp.errors import CameraError
from camapp.live.camera.listing import CameraInfo
from camapp.settings import LanguageChoice
from camapp.ui.bars.catalogue import find_machine
from camapp.ui.bars.menu_button import MenuButton
from camapp.ui.cameras.camera_dialog import CameraDialog
from camapp.ui.main_window import MainWindow
from camapp.ui.picture.card import Card
from camapp.ui.words.errors_zh import MESSAGES_ZH
from camapp.ui.words.language import TRANSLATIONS, Language
from camapp.ui.words.messages import sentence
from detector.errors import MESSAGES as DETECTOR_MESSAGES
from tests.camapp.ui.conftest import MakeWindow, Opened, ScriptedCamera, ScriptedDetector

SOURCES = sorted(Path(camapp.ui.__path__[0]).rglob("*.py"))
SAYING = re.compile(
    r"set(Text|ToolTip|StatusTip|WindowTitle|Title|Accessible\w+|PlaceholderText|LabelText|\w+ButtonText)$"
    r"|addAction|addMenu|addTab|Message$|QLabel$|QPushButton$|QCheckBox$|QRadioButton$|QGroupBox$"
)
KINDS = {"info", "warning", "danger", "good"}  # of a Message
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# What is the same in both: names, units, keys, codecs, what stands in a command or a file's name.
NEUTRAL = {
    "camapp", "English", "Language", "OpenVINO", "NVIDIA", "torch", "CPU", "GPU", "MJPG", "fps", "HD", "Webcam", "GB",
    "MB", "ms", "AP", "Ctrl", "Shift", "Alt", "Esc", "Space", "Tab", "Enter", "csv", "jsonl", "safetensors", "png",
    "scripted", "resnet", "int", "bf", "fp", "cx", "cy", "rtsp", "http", "RTSP", "HTTP", "USB", "Python", "Qt", "Linux",
}  # fmt: skip


def placeholders(text: str) -> list[tuple[str, str]]:
    """Names and formats in braces."""
    return sorted((name, form or "") for _, name, form, _ in Formatter().parse(text) if name)


def scanned() -> Iterator[tuple[str, str]]:
    """Context and text of every tr() and translate() in the sources of the window."""
    for path in SOURCES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            if name not in ("tr", "translate"):
                continue
            where = f"{path.name}:{call.lineno}"
            assert all(isinstance(argument, ast.Constant) for argument in call.args), f"{where}: no plain text"
            texts = [argument.value for argument in call.args]  # type: ignore[attr-defined]
            if name == "tr":
                inside = [c.name for c in classes if c.lineno <= call.lineno <= (c.end_lineno or 0)]
                texts.insert(0, inside[-1])
            yield texts[0], texts[1]


def written() -> dict[tuple[str, str], str | None]:
    """Context and text -> its Chinese in the .ts file, None where it is unfinished."""
    root = ElementTree.parse(TRANSLATIONS / "camapp_zh_CN.ts").getroot()
    found: dict[tuple[str, str], str | None] = {}
    for context in root.iter("context"):
        for message in context.iter("message"):
            translation = message.find("translation")
            assert translation is not None
            key = context.findtext("name", ""), message.findtext("source", "")
            found[key] = None if translation.get("type") else translation.text
    return found


@pytest.fixture
def language(qapp: QApplication) -> Iterator[Language]:
    """English, whatever the system speaks; the next test finds no translator."""
    language = Language(qapp)
    language.choose("en")
    yield language
    language.choose("en")
    language.deleteLater()


class ChineseDetector(ScriptedDetector):
    """Knows its classes in both languages."""

    def __init__(self) -> None:
        super().__init__()
        self.info = replace(self.info, class_names_zh=("人", "瓶子", "杯子"))


@pytest.fixture
def window(qtbot: QtBot, make_window: MakeWindow, opened: Opened, language: Language) -> MainWindow:
    """On a camera that gives pictures, with all parts of the panel open."""
    opened.cameras = [CameraInfo("HD Webcam", 0, "/dev/video0")]
    opened.sources["0"] = ScriptedCamera
    opened.load_detector = lambda *wanted: ChineseDetector()
    made = make_window(language=language)
    qtbot.waitUntil(lambda: len(made.side.table.row_texts()) == 2, timeout=20_000)
    return made


# --- nothing is untranslated


@pytest.mark.parametrize("code", sorted({**APP_MESSAGES, **DETECTOR_MESSAGES}))
def test_every_error_is_said_in_chinese_with_the_same_values(code: str) -> None:
    english = {**APP_MESSAGES, **DETECTOR_MESSAGES}[code]
    chinese = MESSAGES_ZH[code]
    assert [placeholders(part) for part in chinese] == [placeholders(part) for part in english]
    assert all(CHINESE.search(part) for part in chinese if part != "{hint}")


def test_no_chinese_is_left_of_an_error_that_is_gone() -> None:
    assert set(MESSAGES_ZH) == {*APP_MESSAGES, *DETECTOR_MESSAGES}


def test_every_text_of_the_window_has_its_chinese_and_no_other_is_kept() -> None:
    assert set(written()) == set(scanned()), "run `bash scripts/translations.sh`, then finish the .ts file"
    assert [key for key, chinese in written().items() if not chinese] == []


def test_chinese_texts_keep_values_and_keys() -> None:
    for (context, english), chinese in written().items():
        assert placeholders(chinese or "") == placeholders(english), (context, english)
        assert (chinese or "").partition("\t")[1:] == english.partition("\t")[1:] or "{" in english, (context, english)


def test_the_window_loads_what_the_ts_file_says(qapp: QApplication) -> None:
    translator = QTranslator()
    assert translator.load("camapp_zh_CN", str(TRANSLATIONS))
    stale = [key for key, chinese in written().items() if translator.translate(*key) != chinese]
    assert stale == [], "run `bash scripts/translations.sh`"


def test_no_text_is_shown_that_cannot_be_translated() -> None:
    bare = []
    for path in SOURCES:
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call):
                continue
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            texts = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            if SAYING.search(name):
                bare += [f"{path.name}:{call.lineno} {text}" for text in texts if english_words(text) - KINDS]
    assert bare == []


# --- the language changes while the window is open


def menus_of(window: QWidget) -> list[QMenu]:
    """All that are opened by a button, filled as on a click."""
    waiting = [b.menu() for b in window.findChildren(QAbstractButton) if hasattr(b, "menu") and b.menu()]
    menus: list[QMenu] = []
    while waiting:
        menu = waiting.pop()
        menu.aboutToShow.emit()
        menus.append(menu)
        waiting += [action.menu() for action in menu.actions() if isinstance(action.menu(), QMenu)]
    return menus


def texts_of(window: MainWindow) -> list[str]:
    """Everything that the window says, to the eye, on hover and to a screen reader; numbers left out."""
    said = [window.windowTitle(), window.bar.text]
    for widget in window.findChildren(QWidget):
        said += [widget.toolTip(), widget.accessibleName(), widget.accessibleDescription()]
        if isinstance(widget, QAbstractButton | QLabel):
            said.append(widget.text())
        if isinstance(widget, QLineEdit):
            said.append(widget.placeholderText())
        if isinstance(widget, MenuButton):
            said.append(widget.label)
        if isinstance(widget, QTableView | QListView):
            said += model_texts(widget)
    for menu in menus_of(window):
        for action in menu.actions():
            said += [action.text(), action.toolTip()]
    names = find_machine().cpu, window.toolbar.model.label, str(window.output.recordings)  # not ours to translate
    for name in names:
        said = [text.replace(name, "") for text in said]
    return sorted({re.sub(r"(\d[\d.:]*|–)( fps| ms)?", "0", text) for text in said if text})


def model_texts(view: QTableView | QListView) -> list[str]:
    """Of the headings and rows."""
    model = view.model()
    roles = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)
    rows = range(model.rowCount())
    columns = range(model.columnCount() if isinstance(view, QTableView) else 1)  # a list's is private
    said = [model.index(row, column).data(role) for row in rows for column in columns for role in roles]
    if isinstance(view, QTableView):
        said += [model.headerData(column, Qt.Orientation.Horizontal, role) for column in columns for role in roles]
    return [text for text in said if isinstance(text, str)]


def english_words(text: str) -> set[str]:
    """Words that a person who reads Chinese would not expect."""
    plain = re.sub(r"<[^>]*>|&\w+;|`[^`]*`|/\S+", " ", text)
    return {word for word in re.findall(r"[A-Za-z]{2,}", plain) if word not in NEUTRAL}


def test_the_open_window_speaks_chinese_and_english_again(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: any("(bundled)" in text for text in texts_of(window)), timeout=20_000)  # looked for by now
    english = texts_of(window)
    window.personal.choose_language("zh_CN")
    qtbot.waitUntil(lambda: window.controls.snapshot.text() == "快照", timeout=20_000)
    chinese = texts_of(window)
    assert [text for text in chinese if english_words(text)] == []
    assert window.side.heading.text() == "画面中的目标 (2)"
    assert [row[0] for row in window.side.table.row_texts()] == ["人", "瓶子"]
    assert set(window.side.counts.counted) == {"人", "瓶子"}
    window.personal.choose_language("en")
    qtbot.waitUntil(lambda: window.controls.snapshot.text() == "Snapshot", timeout=20_000)

    def says_no_chinese_any_more() -> None:  # not the very same texts: what the camera and the detector do goes on
        assert [text for text in texts_of(window) if CHINESE.search(text) and text not in english] == []

    qtbot.waitUntil(says_no_chinese_any_more, timeout=20_000)
    assert [row[0] for row in window.side.table.row_texts()] == ["person", "bottle"]


def test_labels_on_the_picture_change_with_the_language(window: MainWindow) -> None:
    assert window.session.choices.language == "en"
    window.personal.choose_language("zh_CN")
    assert window.session.choices.language == "zh"


def test_an_error_in_view_is_said_anew(qtbot: QtBot, make_window: MakeWindow, language: Language) -> None:
    window = make_window(language=language)
    qtbot.waitUntil(lambda: window.bar.text.startswith("No camera was found."), timeout=20_000)
    language.choose("zh_CN")
    qtbot.waitUntil(lambda: window.bar.button.text() == "选择来源", timeout=20_000)
    assert window.bar.text == "未找到摄像头。请接上摄像头，或选择一个文件。目前先播放自带的示例视频。"
    language.choose("en")
    qtbot.waitUntil(lambda: window.bar.button.text() == "Choose a source", timeout=20_000)
    assert window.bar.text.startswith("No camera was found. Plug one in,")


def test_a_folder_is_described_in_the_language_in_use(
    qtbot: QtBot, make_window: MakeWindow, language: Language, tmp_path: Path
) -> None:
    for name in ("1.png", "2.png"):
        cv2.imwrite(str(tmp_path / name), np.zeros((48, 64, 3), np.uint8))
    window = make_window(tmp_path, language=language)
    qtbot.waitUntil(lambda: window.toolbar.source.label.endswith(", 64x48, first of 2 pictures"), timeout=20_000)
    language.choose("zh_CN")
    qtbot.waitUntil(lambda: window.toolbar.source.label.endswith(", 64x48，共 2 张图片"), timeout=20_000)


def test_an_open_card_changes_and_keeps_its_room(qtbot: QtBot, window: MainWindow) -> None:
    window.toolbar.menu.keys_wanted.emit()
    card = window.findChild(Card)
    before = card.height()
    window.personal.choose_language("zh_CN")
    qtbot.waitUntil(lambda: "快捷键" in card.texts, timeout=20_000)
    assert card.height() > before / 2


def test_a_new_error_comes_in_the_language_in_use(language: Language) -> None:
    error = CameraError("camera_in_use", name="HD Webcam")
    language.choose("zh_CN")
    assert sentence(error) == "摄像头“HD Webcam”正被其他程序占用。请关闭那个程序，camapp 会自动重试。"
    language.choose("en")
    assert sentence(error) == str(error)


# --- both fit


def said_by(widget: QLabel | QAbstractButton | QComboBox) -> str:
    """What stands on it."""
    if isinstance(widget, QComboBox):
        return widget.currentText()
    return widget.label if isinstance(widget, MenuButton) else widget.text()


def cut_off(window: QWidget) -> list[str]:
    """Texts that have less room than they need."""
    cut = []
    for widget in window.findChildren(QWidget):
        if not widget.isVisible() or not isinstance(widget, QLabel | QAbstractButton | QComboBox):
            continue
        wraps = isinstance(widget, QLabel) and widget.wordWrap()
        ignored = widget.sizePolicy().horizontalPolicy() == QSizePolicy.Policy.Ignored
        too_low = wraps and widget.heightForWidth(widget.width()) > widget.height() + 1
        too_narrow = not wraps and not ignored and widget.sizeHint().width() > widget.width() + 1
        if too_low or too_narrow:
            cut.append(said_by(widget))
    for header in window.findChildren(QHeaderView):
        if header.isVisible():
            for i in (i for i in range(header.count()) if not header.isSectionHidden(i)):
                text = str(header.model().headerData(i, header.orientation()))
                if header.fontMetrics().horizontalAdvance(text) + 8 > header.sectionSize(i):
                    cut.append(text)
    return cut


@pytest.mark.parametrize("choice", ["en", "zh_CN"])
def test_every_text_has_room_at_the_usual_size(qtbot: QtBot, window: MainWindow, choice: LanguageChoice) -> None:
    window.personal.choose_language(choice)
    for section in window.side.sections.values():
        section.set_open(True)
    window.resize(1280, 800)
    cameras = window.findChild(CameraDialog)
    cameras.show_cameras()

    def all_have_room() -> None:
        assert cut_off(window) == []

    for card in (window.toolbar.menu.welcome_wanted, window.toolbar.menu.keys_wanted, window.toolbar.menu.about_wanted):
        card.emit()
        qtbot.waitUntil(all_have_room, timeout=20_000)
