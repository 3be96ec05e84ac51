from __future__ import annotations

import math
import time

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from camapp.live.live_stats import LiveStats
from camapp.ui.look.theme import Theme
from camapp.ui.main_window import MainWindow
from camapp.ui.panel.charts import Charts, rounded_up, span_of
from camapp.ui.panel.history import EVERY_S, MINUTES, History, Sample


def test_the_history_is_bounded_and_its_newest_is_now() -> None:
    history = History()
    for i in range(10_000):
        history.add(Sample(float(i), i, 20, 30, 15))
    assert len(history.samples) == MINUTES * 60
    assert history.samples[-1].count == 9999
    assert history.minutes_ago()[-1] == 0
    assert history.minutes_ago()[0] == pytest.approx(-MINUTES, abs=0.1)
    assert not history.is_due(9999 + EVERY_S / 2)
    assert history.is_due(9999 + EVERY_S)


def test_the_charts_go_back_no_further_than_there_is_something_to_see() -> None:
    assert [span_of(ago) for ago in ([], [0.0], [-0.9, 0], [-1.5, 0], [-4, 0], [-9.99, 0], [-11, 0])] == [
        1, 1, 1, 2, 5, MINUTES, MINUTES
    ]  # fmt: skip


def test_a_scale_ends_at_a_figure_that_can_be_read() -> None:
    assert [rounded_up(value) for value in (0, 0.3, 1, 1.2, 7, 9.5, 31, 100, 640)] == [1, 1, 1, 2, 8, 10, 40, 100, 800]


@pytest.fixture
def charts(qtbot: QtBot, theme: Theme) -> Charts:
    made = Charts(theme)
    qtbot.addWidget(made)
    made.resize(350, 250)
    return made


def test_closed_charts_take_the_figures_and_draw_nothing(charts: Charts) -> None:
    charts.add(3, LiveStats(camera_fps=30, detector_fps=12), 21.4)
    charts.add(4, LiveStats(camera_fps=30, detector_fps=12), 21.4)  # within the same second
    assert [(s.count, s.delay_ms, s.camera_fps, s.detector_fps) for s in charts.history.samples] == [(3, 21.4, 30, 12)]
    assert not charts.is_drawn


def test_opened_charts_draw_what_came_before_in_the_newest_figures(qtbot: QtBot, charts: Charts) -> None:
    now = time.monotonic()
    charts.history.add(Sample(now - 60, math.nan, math.nan, math.nan, math.nan))  # no source was open
    charts.history.add(Sample(now - 30, 5, 18, 30, 14))
    charts.add(3, LiveStats(camera_fps=30, detector_fps=12), 21.4)
    charts.show()
    qtbot.waitUntil(lambda: charts.is_drawn, timeout=20_000)
    assert charts._titles[0].text() == "Objects in view: 3"
    assert charts._titles[1].text() == "Delay: 21 ms"
    x, y = charts._curves[0].getData()
    assert list(y[1:]) == [5, 3]
    assert x[-1] == 0
    QApplication.sendEvent(charts, QEvent(QEvent.Type.LanguageChange))
    charts._theme.changed.emit()
    assert not charts.grab().isNull()


def test_the_window_feeds_the_charts(qtbot: QtBot, window: MainWindow) -> None:
    window.side.sections["charts"].set_open(True)
    qtbot.waitUntil(lambda: window.side.charts.is_drawn, timeout=20_000)
    qtbot.waitUntil(lambda: len(window.side.charts.history.samples) >= 2, timeout=20_000)
    assert window.side.charts.history.samples[-1].count == 2


def test_the_charts_take_the_ground_of_the_scheme_that_is_chosen_later(
    qtbot: QtBot, charts: Charts, theme: Theme
) -> None:
    charts.show()
    qtbot.waitUntil(lambda: charts.is_drawn, timeout=20_000)
    grounds = []
    for scheme in (Qt.ColorScheme.Light, Qt.ColorScheme.Dark):
        theme.choose(scheme)
        picture = charts._plots[0].grab().toImage()
        grounds.append(picture.pixelColor(picture.width() - 2, 2).name() == theme.colours.window)
    theme.choose(Qt.ColorScheme.Unknown)
    assert grounds == [True, True]
