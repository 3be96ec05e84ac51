"""The recipe that measures what each part of pre-training brings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from detector.data.tiles import Tiles
from recipes.pretraining import measure
from tests.detector.test_pretrain import write_sheets


def test_each_part_is_run_once_and_stands_in_the_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_sheets(tmp_path)
    options = {"steps": 1, "batch": 4, "sizes": "32", "lr": 0.01, "backbone": "resnet18", "classes": 0, "seeds": 1}
    rest = {"parts": "none, mixup", "teacher_weights": None, "teacher_size": 32}
    measure.main(tmp_path, tmp_path / "runs", **options, **rest)
    first = capsys.readouterr().out
    assert "top-1 on 6 held-out tiles" in first
    assert "mixup" in first
    assert "box loss" not in first

    def again(*_: object) -> None:
        raise AssertionError("a run that is done is not run again")

    monkeypatch.setattr(measure, "PretrainingRun", again)
    measure.main(tmp_path, tmp_path / "runs", **options, **rest)
    assert capsys.readouterr().out == first


def test_some_classes_keep_their_tiles_names_and_boxes() -> None:
    labels = np.repeat(np.arange(5), 2)
    pictures = tuple(np.full((8, 8, 3), label, np.uint8) for label in labels)
    boxes = labels[:, None].repeat(4, 1).astype(np.float32)
    some = measure.every_class(Tiles(pictures, labels, tuple("abcde"), boxes), 3)
    assert some.class_names == ("a", "c", "e")
    assert some.labels.tolist() == [0, 0, 1, 1, 2, 2]
    assert [int(p[0, 0, 0]) for p in some.pictures] == some.xyxy[:, 0].astype(int).tolist() == [0, 0, 2, 2, 4, 4]
