"""A model that names pictures, in the window: the best classes, or a finer name for each box; shown and kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from camapp.settings import Settings, load_settings, save_settings
from camapp.ui.bars.catalogue import ModelEntry
from camapp.ui.bars.model_chooser import ModelChooser
from camapp.ui.main_window import MainWindow
from camapp.ui.memory import Memory
from detector.engines.whole_picture import WholePicture
from detector.errors import ModelFileError
from detector.modelfile import ModelInfo
from tests.camapp.live.test_naming import KINDS, KINDS_ZH, ScriptedClassifier
from tests.camapp.ui.conftest import CLASSES, MakeWindow, Opened, ScriptedCamera, ScriptedDetector

DRINKS = "/models/drinks.safetensors"


class ColaClassifier(ScriptedClassifier):
    """Sees cola everywhere."""

    def infer(self, batch: np.ndarray) -> np.ndarray:
        return np.log(np.tile(np.array([0.9, 0.07, 0.03], np.float32), (len(batch), 1)))


def load(path: str | None, device: str, size_hw: object, names: str | None = None) -> ScriptedDetector | WholePicture:
    """As the real door: `drinks` names pictures, all others find boxes."""
    for wanted in (path, names):
        if wanted is not None and "gone" in wanted:
            raise ModelFileError("model_missing", path=wanted)
    if path == DRINKS:
        return WholePicture(ColaClassifier())
    detector = ScriptedDetector()
    detector.names = None if names is None else ColaClassifier()
    return detector


@pytest.fixture
def window(qtbot: QtBot, make_window: MakeWindow, opened: Opened, tmp_path: Path) -> MainWindow:
    opened.sources["7"] = ScriptedCamera
    opened.load_detector = load
    made = make_window("7", memory=Memory(tmp_path / "settings.toml"))
    qtbot.waitUntil(lambda: len(made.side.table.row_texts()) == 2, timeout=20_000)
    return made


def names_whole(window: MainWindow) -> bool:
    return window.side.best.isVisible() and bool(window.side.best.lines)


def test_a_model_that_names_pictures_shows_its_best_classes_and_says_so(qtbot: QtBot, window: MainWindow) -> None:
    window.load_model(DRINKS)
    qtbot.waitUntil(lambda: names_whole(window), timeout=20_000)
    assert window.side.heading.text() == "Best classes of the picture"
    assert [name for name, _ in window.side.best.lines] == list(KINDS)
    assert window.side.best.accessibleDescription().startswith("cola 90 %, juice 7 %")
    assert not window.side.table.isVisible()
    assert not window.side.copy.isVisible()
    assert not window.side.confidence.isVisible()
    assert window.toolbar.model.label == "drinks"
    assert window.toolbar.size_hw.label == "Automatic, 32×32"
    assert window.bar.text == "'drinks' names the whole picture: you see its five best classes."
    qtbot.waitUntil(lambda: window.side.cost.isVisible(), timeout=20_000)
    assert window.side.cost.text().startswith("Naming takes ")
    window.view.grab()  # there is no box under the mouse
    assert window.view.object_at(window.view.rect().center().toPointF()) is None


def test_one_press_names_each_box_instead(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    window.load_model(DRINKS)
    qtbot.waitUntil(lambda: window.bar.button.text() == "Name each box instead", timeout=20_000)
    window.bar.button.click()
    qtbot.waitUntil(lambda: window.side.table.isVisible(), timeout=20_000)
    qtbot.waitUntil(
        lambda: [row[0] for row in window.side.table.row_texts()] == ["cola (person)", "cola (bottle)"], timeout=20_000
    )
    assert window.toolbar.model.label == "everyday-r50h + drinks"
    assert window.bar.text == ""
    assert window.side.heading.text() == "Objects in view (2)"
    qtbot.waitUntil(lambda: window.side.cost.isVisible(), timeout=20_000)
    window.load_model("other.safetensors")
    qtbot.waitUntil(lambda: window.toolbar.model.label == "other + drinks", timeout=20_000)
    window.models.name_boxes("")
    qtbot.waitUntil(lambda: [row[0] for row in window.side.table.row_texts()] == ["person", "bottle"], timeout=20_000)
    assert window.toolbar.model.label == "other"
    qtbot.waitUntil(lambda: not window.side.cost.isVisible(), timeout=20_000)


def test_a_detector_takes_over_from_the_best_classes(qtbot: QtBot, window: MainWindow) -> None:
    window.load_model(DRINKS)
    qtbot.waitUntil(lambda: names_whole(window), timeout=20_000)
    window.load_model("")
    qtbot.waitUntil(lambda: window.side.table.isVisible(), timeout=20_000)
    qtbot.waitUntil(lambda: [row[0] for row in window.side.table.row_texts()] == ["person", "bottle"], timeout=20_000)
    assert window.toolbar.model.label == "everyday-r50h"
    assert not window.side.best.isVisible()


@pytest.mark.parametrize("boxes", [False, True])
def test_the_choice_is_kept_for_the_next_start(
    qtbot: QtBot, window: MainWindow, make_window: MakeWindow, tmp_path: Path, boxes: bool
) -> None:
    window.load_model(DRINKS)
    qtbot.waitUntil(lambda: names_whole(window), timeout=20_000)
    if boxes:
        window.models.name_boxes_instead()
        qtbot.waitUntil(lambda: window.side.table.isVisible(), timeout=20_000)
    window.close()
    kept, _ = load_settings(tmp_path / "settings.toml")
    assert (kept.model, kept.names, kept.name_boxes) == ("", DRINKS, boxes)
    assert kept.recent_models == (DRINKS,)
    again = make_window("7", memory=Memory(tmp_path / "settings.toml"))
    qtbot.waitUntil(
        lambda: again.toolbar.model.label == ("everyday-r50h + drinks" if boxes else "drinks"), timeout=20_000
    )
    qtbot.waitUntil(lambda: again.models.state == "ready", timeout=20_000)
    assert again.side.best.isVisible() != boxes
    assert again.bar.text == ""  # it is no news


def test_a_kept_model_that_is_gone_gives_way_to_the_bundled_one(
    qtbot: QtBot, make_window: MakeWindow, opened: Opened, tmp_path: Path
) -> None:
    opened.sources["7"] = ScriptedCamera
    opened.load_detector = load
    save_settings(Settings(names="/gone/drinks.safetensors"), tmp_path / "settings.toml")
    window = make_window("7", memory=Memory(tmp_path / "settings.toml"))
    qtbot.waitUntil(lambda: len(window.side.table.row_texts()) == 2, timeout=20_000)
    assert "There is no model file '/gone/drinks.safetensors'." in window.bar.text
    assert window.toolbar.model.label == "everyday-r50h"


@pytest.mark.parametrize("model", ["", "/models/own.safetensors", "/gone/own.safetensors"])
def test_finer_names_that_are_gone_take_no_model_with_them(
    qtbot: QtBot, make_window: MakeWindow, opened: Opened, tmp_path: Path, model: str
) -> None:
    opened.sources["7"] = ScriptedCamera
    opened.load_detector = load
    kept = Settings(model=model, names="/gone/drinks.safetensors", name_boxes=True)
    save_settings(kept, tmp_path / "settings.toml")
    window = make_window("7", memory=Memory(tmp_path / "settings.toml"))
    qtbot.waitUntil(lambda: len(window.side.table.row_texts()) == 2, timeout=20_000)
    lost = model if model.startswith("/gone") else "/gone/drinks.safetensors"
    assert f"There is no model file '{lost}'." in window.bar.text
    own = model.startswith("/models")
    until = "Until then 'own' finds the objects." if own else "Until then the bundled model works."
    assert window.bar.text.endswith(until)
    assert window.toolbar.model.label == ("own" if own else "everyday-r50h")


def texts(actions: Sequence[QAction]) -> list[tuple[str, bool]]:
    return [(action.text(), action.isChecked()) for action in actions if action.text()]


def test_the_menu_has_both_ways_to_name(qtbot: QtBot) -> None:
    chooser = ModelChooser()
    qtbot.addWidget(chooser)
    finding = ModelEntry("", "everyday", ModelInfo("resnet50h", 96, CLASSES))
    measured = {"top1": 0.7, "top5": 0.91}
    naming = ModelEntry(DRINKS, "drinks", ModelInfo("resnet18", 0, KINDS, KINDS_ZH, task="classify", measured=measured))
    for names, boxes, ticked in ((None, False, [0, 4]), (DRINKS, False, [2]), (DRINKS, True, [0, 5])):
        chooser.show_model("", names, boxes)
        chooser.set_models([finding, naming])
        chooser.fill()
        said = texts(chooser.menu().actions())
        assert [text for text, _ in said] == [
            "everyday (bundled)", "Names the whole picture", "drinks", "Names each box that is found", "No finer names",
            "drinks", "Open model…",
        ]  # fmt: skip
        assert [i for i, (_, checked) in enumerate(said) if checked] == ticked
    tip = next(action.toolTip() for action in chooser.menu().actions() if action.text() == "drinks")
    assert "right at once 70 %, among its best five 91 %" in tip
    chosen: list[str] = []
    chooser.names_chosen.connect(chosen.append)
    for action in chooser.menu().actions():
        if action.text() in ("No finer names", "drinks"):
            action.trigger()
    assert chosen == ["", DRINKS]
