"""Finer names for boxes, averaged over an object's looks; classes of a whole picture, steadied; what is written."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from camapp.live.batch import run_batch
from camapp.live.choices import Choices
from camapp.live.drawing.overlay import OverlayStyle, draw_detections
from camapp.live.naming import LIVE_LOOKS, NAMED_FROM, Naming, in_full
from camapp.live.recording.coco_log import CocoLog
from camapp.live.recording.logs import COLUMNS, NAME_COLUMNS, CsvLog, JsonlLog
from camapp.live.recording.video_sinks import annotated
from detector.engines.classifier import Classifier
from detector.engines.whole_picture import WholePicture, best_of
from detector.modelfile import ModelInfo
from detector.types import Detections, FinerNames, Frame
from tests.camapp.live.fakes import ScriptedDetector, ScriptedSource, numbered_frames, some_boxes
from tests.camapp.live.watching import Start, Watcher, start, watcher

__all__ = ["start", "watcher"]  # fixtures

KINDS = ("cola", "juice", "water")
KINDS_ZH = ("可乐", "果汁", "水")


class ScriptedClassifier(Classifier):
    """Says of each part what its first pixel says: blue, green and red are the scores of the three classes."""

    def __init__(self) -> None:
        info = ModelInfo("resnet18", 0, KINDS, KINDS_ZH, sizes_hw=((32, 32),), task="classify", score_threshold=0.0)
        super().__init__(info, "CPU, scripted")
        self.looks = 0

    def infer(self, batch: np.ndarray) -> np.ndarray:
        self.looks += len(batch)
        return np.log(batch[:, 16, 16].astype(np.float32) / 255 + 1e-6)

    def _release(self) -> None:
        """Nothing is held."""


def picture(index: int, *scores: float, size_wh: tuple[int, int] = (160, 96)) -> Frame:
    """Of one colour, which says these scores."""
    image = np.full((size_wh[1], size_wh[0], 3), [round(255 * score) for score in scores], np.uint8)
    return Frame(image, index, index / 30, index / 30)


def named(naming: Naming, frame: Frame, found: Detections, classifier: Classifier) -> FinerNames:
    finer = naming.apply(frame, found, classifier, Choices()).finer
    assert finer is not None
    return finer


def test_each_box_gets_the_name_of_what_is_in_it() -> None:
    frame = picture(0, 0.1, 0.1, 0.8)
    image = frame.image.copy()
    image[:, :80] = (255 * 0.9, 255 * 0.05, 255 * 0.05)
    found = some_boxes(0, [(10, 10, 60, 80), (90, 10, 150, 80)])
    finer = named(Naming(None), Frame(image, 0, 0.0, 0.0), found, ScriptedClassifier())
    assert [finer.name_of(i) for i in range(2)] == ["cola", "water"]
    assert finer.name_of(0, chinese=True) == "可乐"
    assert finer.scores.tolist() == pytest.approx([0.9, 0.8], abs=0.02)


def test_a_name_is_the_average_of_the_looks_at_an_object() -> None:
    naming, classifier = Naming(None), ScriptedClassifier()
    said = [(0.9, 0.05, 0.05)] * 5 + [(0.3, 0.65, 0.05)] + [(0.9, 0.05, 0.05)]
    names = [
        named(naming, picture(i, *scores), some_boxes(i, [(10 + i, 20, 50 + i, 70)]), classifier).name_of(0)
        for i, scores in enumerate(said)
    ]
    assert names == ["cola"] * 7  # one picture says juice and is outvoted
    naming.begin_anew()
    assert named(naming, picture(7, 0.3, 0.65, 0.05), some_boxes(7), classifier).name_of(0) == "juice"


def test_an_object_is_known_by_its_number_even_where_its_box_has_jumped() -> None:
    naming, classifier = Naming(None), ScriptedClassifier()
    for i in range(5):
        found = replace(some_boxes(i), track_ids=np.array([3], np.int64))
        named(naming, picture(i, 0.9, 0.05, 0.05), found, classifier)
    away = replace(some_boxes(5, [(100, 20, 140, 70)]), track_ids=np.array([3], np.int64))
    assert named(naming, picture(5, 0.3, 0.65, 0.05), away, classifier).name_of(0) == "cola"
    other = replace(some_boxes(6, [(100, 20, 140, 70)]), track_ids=np.array([4], np.int64))
    assert named(naming, picture(6, 0.3, 0.65, 0.05), other, classifier).name_of(0) == "juice"


def test_a_crowd_is_looked_at_by_turns() -> None:
    naming, classifier = Naming(LIVE_LOOKS), ScriptedClassifier()
    boxes = [(2 + 15 * i, 10, 14 + 15 * i, 80) for i in range(10)]
    for i, known in enumerate((4, 8, 10)):
        finer = named(naming, picture(i, 0.9, 0.05, 0.05), some_boxes(i, boxes), classifier)
        assert (finer.class_ids >= 0).sum() == known
        assert classifier.looks == 4 * (i + 1)


def test_only_boxes_that_are_shown_are_looked_at_and_specks_have_no_name() -> None:
    naming, classifier = Naming(None), ScriptedClassifier()
    found = some_boxes(0, [(10, 20, 50, 70)], score=0.2)
    assert named(naming, picture(0, 0.9, 0.05, 0.05), found, classifier).name_of(0) == ""
    choices = Choices(classes_on=frozenset({"bottle"}))
    assert naming.apply(picture(1, 0.9, 0.05, 0.05), some_boxes(1), classifier, choices).finer is not None
    named(naming, picture(2, 0.9, 0.05, 0.05), some_boxes(2, [(10, 20, 14, 24), (200, 20, 240, 60)]), classifier)
    assert classifier.looks == 0
    assert len(named(naming, picture(3, 0.9, 0.05, 0.05), Detections.empty(3), classifier).class_ids) == 0


def test_a_box_that_is_drawn_on_although_less_sure_keeps_its_name() -> None:
    naming, classifier, choices = Naming(None), ScriptedClassifier(), Choices(score=0.5, steady=True)
    names = []
    for i, score in enumerate((0.6, 0.45, 0.6)):
        found = some_boxes(i, [(10, 20, 50, 70)], score=score)
        finer = naming.apply(picture(i, 0.9, 0.05, 0.05), found, classifier, choices).finer
        assert finer is not None
        names.append(finer.name_of(0))
    assert names == ["cola"] * 3
    assert classifier.looks == 2  # it is not looked at for that


def test_less_sure_than_a_third_is_no_name() -> None:
    class Unsure(ScriptedClassifier):
        def infer(self, batch: np.ndarray) -> np.ndarray:
            return np.zeros((len(batch), 4), np.float32)

    assert NAMED_FROM > 0.25
    finer = named(Naming(None), picture(0, 0, 0, 0), some_boxes(0), Unsure())
    assert (finer.name_of(0), finer.scores.tolist()) == ("", [0.0])


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="finer must have 1 names, got 2"):
        replace(some_boxes(0), finer=FinerNames(np.zeros(2, np.int64), np.zeros(2, np.float32), KINDS))
    both = some_boxes(0, [(1, 2, 30, 40), (5, 6, 50, 60)])
    finer = FinerNames(np.array([0, -1]), np.array([0.9, 0], np.float32), KINDS)
    kept = replace(both, finer=finer).keep(np.array([False, True])).carried_to(1)
    assert kept.finer is not None
    assert kept.finer.name_of(0) == ""


def test_classes_of_a_whole_picture_are_steadied_but_not_over_a_jump() -> None:
    naming = Naming(None)

    def first(index: int, *scores: float) -> tuple[str, float]:
        frame = picture(index, *scores)
        best = naming.apply(frame, best_of(np.array(scores, np.float32), frame, KINDS), None, Choices())
        assert best.whole_picture
        assert (np.diff(best.scores) <= 0).all()
        return best.names[0], float(best.scores[0])

    for i in range(12):
        assert first(i, 0.8, 0.1, 0.1)[0] == "cola"
    assert first(12, 0.0, 1.0, 0.0)[0] == "cola"
    for i in range(13, 40):
        name, score = first(i, 0.0, 1.0, 0.0)
    assert (name, score) == ("juice", pytest.approx(0.95, abs=0.06))
    naming.begin_anew()
    assert first(40, 0.2, 0.2, 0.6) == ("water", pytest.approx(0.6))
    assert first(400, 0.9, 0.1, 0.0) == ("cola", pytest.approx(0.9))  # a folder's next picture, long after


def test_the_best_classes_are_shown_however_unsure_and_only_of_the_classes_wanted() -> None:
    best = best_of(np.array([0.1, 0.2, 0.7], np.float32), picture(0, 0, 0, 0), KINDS)
    assert len(Choices(score=0.9).apply(best)) == 3
    assert Choices(classes_on=frozenset({"juice"})).apply(best).names == ["juice"]


def test_names_follow_the_stated_columns_only_where_boxes_are_named(tmp_path: Path) -> None:
    detector = ScriptedDetector()
    for named_too in (False, True):
        detector.names = ScriptedClassifier() if named_too else None
        paths = {kind: tmp_path / f"{named_too}.{kind}" for kind in ("csv", "jsonl", "json")}
        sinks = [CsvLog(paths["csv"]), JsonlLog(paths["jsonl"]), CocoLog(paths["json"])]
        frames = [picture(i, 0.9, 0.05, 0.05) for i in range(3)]
        assert run_batch(ScriptedSource(frames), detector, sinks).error is None
        with paths["csv"].open(newline="") as file:
            header, *table = csv.reader(file)
        (line, *_) = map(json.loads, paths["jsonl"].read_text().splitlines())
        annotation = json.loads(paths["json"].read_text())["annotations"][0]
        if named_too:
            assert tuple(header) == tuple(line) == (*COLUMNS, *NAME_COLUMNS)
            assert (table[0][-2], round(float(table[0][-1]), 1)) == ("cola", 0.9)
            assert (line["name"], annotation["name"]) == ("cola", "cola")
        else:
            assert tuple(header) == tuple(line) == COLUMNS
            assert "name" not in annotation


def test_boxes_without_a_name_leave_its_columns_empty(tmp_path: Path) -> None:
    log = CsvLog(tmp_path / "t.csv")
    unnamed = FinerNames(np.array([-1]), np.zeros(1, np.float32), KINDS)
    log.write(numbered_frames(1)[0], replace(some_boxes(0), finer=unnamed))
    log.write(numbered_frames(2)[1], some_boxes(1))
    log.close()
    assert [line.split(",")[-2:] for line in (tmp_path / "t.csv").read_text().splitlines()[1:]] == [["", ""]] * 2


def test_frames_before_the_detectors_first_look_cost_the_table_no_names(tmp_path: Path) -> None:
    log = CsvLog(tmp_path / "t.csv")
    finer = FinerNames(np.array([0]), np.array([0.9], np.float32), KINDS)
    log.write(numbered_frames(1)[0], Detections.empty(0))
    log.write(numbered_frames(2)[1], replace(some_boxes(1), finer=finer))
    log.close()
    header, line = (tmp_path / "t.csv").read_text().splitlines()
    assert tuple(header.split(",")) == (*COLUMNS, *NAME_COLUMNS)
    assert line.endswith(",cola,0.9")


def test_live_pictures_carry_names_and_say_what_they_cost(start: Start, watcher: Watcher) -> None:
    detector = ScriptedDetector()
    detector.names = ScriptedClassifier()
    pipeline = start(ScriptedSource([picture(i, 0.9, 0.05, 0.05) for i in range(3)]), detector)
    watcher.wait(lambda w: any(s.detections.finer is not None and not s.detections.predicted.any() for s in w.shown))
    shown = next(s for s in watcher.shown if s.detections.finer is not None)
    assert shown.detections.finer is not None
    assert shown.detections.finer.name_of(0) == "cola"
    assert (pipeline.stats().naming_ms or 0) > 0
    detector.close()
    with pytest.raises(ValueError, match="closed"):
        detector.names.classify([np.zeros((9, 9, 3), np.uint8)])


def test_live_classes_of_the_whole_picture_come_with_their_cost(start: Start, watcher: Watcher) -> None:
    pipeline = start(
        ScriptedSource([picture(i, 0.9, 0.05, 0.05) for i in range(3)]), WholePicture(ScriptedClassifier())
    )
    watcher.wait(lambda w: any(len(s.detections) for s in w.shown))
    shown = next(s for s in watcher.shown if len(s.detections))
    assert shown.detections.names[0] == "cola"
    assert shown.object_at(10, 10) is None  # there is no box to point at
    assert (pipeline.stats().naming_ms or 0) > 0


def test_a_classifier_that_breaks_is_said_and_the_picture_goes_on(start: Start, watcher: Watcher) -> None:
    class Broken(ScriptedClassifier):
        def infer(self, batch: np.ndarray) -> np.ndarray:
            raise RuntimeError("out of order")

    detector = ScriptedDetector()
    detector.names = Broken()
    start(ScriptedSource([picture(i, 0.9, 0.05, 0.05) for i in range(3)]), detector)
    watcher.wait(lambda w: w.errors and w.shown)
    assert str(watcher.errors[0]).startswith("The detector stopped: out of order.")


def test_the_label_says_the_finer_name_first_in_the_persons_language() -> None:
    assert in_full("bottle", "") == "bottle"
    finer = FinerNames(np.array([0]), np.array([0.9], np.float32), KINDS, KINDS_ZH)
    found = replace(some_boxes(0), finer=finer)
    assert OverlayStyle().label_of(found, 0) == "cola (person)"
    assert OverlayStyle(language="zh", class_names_zh=("人",)).label_of(found, 0) == "可乐 (人)"


@pytest.mark.parametrize("size_wh", [(1280, 720), (320, 240), (240, 320), (60, 40), (3840, 2160)])
def test_the_panel_of_best_classes_fits_any_picture_and_stands_still(size_wh: tuple[int, int]) -> None:
    def drawn(*scores: float) -> np.ndarray:
        image = np.full((size_wh[1], size_wh[0], 3), 128, np.uint8)
        names = ("a class with a name that is far too long for any panel", "b", "c")
        draw_detections(image, best_of(np.array(scores, np.float32), picture(0, 0, 0, 0), names), OverlayStyle())
        return image

    def changed(image: np.ndarray) -> tuple[slice, ...]:
        ys, xs = np.nonzero((image != 128).any(axis=2))
        return (slice(0, 0),) if not len(ys) else (slice(ys.min(), ys.max()), slice(xs.min(), xs.max()))

    one, other = drawn(0.9, 0.06, 0.04), drawn(0.1, 0.2, 0.7)
    assert changed(one) == changed(other)
    if size_wh != (60, 40):
        assert (one != other).any()
        assert (one[-1] == 128).all()  # nothing but the corner


def test_recordings_have_the_panel(tmp_path: Path) -> None:
    frame = picture(0, 0.2, 0.2, 0.2, size_wh=(640, 360))
    best = best_of(np.array([0.5, 0.3, 0.2], np.float32), frame, KINDS)
    assert (annotated(frame, best, OverlayStyle()) != frame.image).any()
    covered = OverlayStyle(covered=((0, 0, 640, 60),))
    image = frame.image.copy()
    draw_detections(image, best, covered)
    assert (image[:60] == frame.image[:60]).all()
