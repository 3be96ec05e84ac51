from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from detector import check as command
from detector.engines.check import (
    LEAST_IOU,
    SCORE_APART,
    SURE,
    Boxes,
    Reference,
    check_frame,
    stored_reference,
    wrong_boxes,
)
from detector.engines.openvino_engine import OpenVinoDetector
from detector.modelfile import hash_weights, read_info, read_weights
from detector.paths import DEFAULT_MODEL
from tests.detector.small_model import add_openvino_network, save_small_model


def boxes(*rows: tuple[float, ...]) -> Boxes:
    """Of rows class, score, xyxy."""
    table = np.array(rows, np.float32).reshape(-1, 6)
    return Boxes(table[:, 2:], table[:, 1], table[:, 0].astype(np.int64))


ONE = (0, 0.9, 0, 0, 100, 100)


def test_the_bundled_models_reference_is_of_its_weights_at_all_its_sizes() -> None:
    reference = stored_reference(hash_weights(read_weights(DEFAULT_MODEL)))
    assert reference is not None, "make it: python -m detector.check --write resources/check/NAME.json"
    sizes = read_info(DEFAULT_MODEL).sizes_hw
    assert set(reference.boxes) == {*sizes, *((w, h) for h, w in sizes)}
    assert all((found.scores >= SURE).sum() >= 3 for found in reference.boxes.values())


def test_the_bundled_models_int8_network_finds_what_torch_does() -> None:
    reference = stored_reference(hash_weights(read_weights(DEFAULT_MODEL)))
    assert reference is not None
    with OpenVinoDetector(DEFAULT_MODEL) as engine:
        for shape in ((192, 320), (256, 416)):
            (found,) = engine.detect([check_frame()], size_hw=shape)
            assert wrong_boxes(Boxes.of(found), reference.boxes[shape]) == 0
            turned = dataclasses.replace(found, xyxy=np.ascontiguousarray(found.xyxy[:, [1, 0, 3, 2]]))
            assert wrong_boxes(Boxes.of(turned), reference.boxes[shape]) > 0


@pytest.mark.parametrize(
    ("found", "wrong"),
    [
        ([ONE], 0),
        ([], 1),
        ([(0, 0.9 - SCORE_APART + 0.01, 0, 0, 100, 100)], 0),
        ([(0, 0.9 - SCORE_APART - 0.01, 0, 0, 100, 100)], 2),
        ([(0, 0.9, 0, 0, 100, 100 * LEAST_IOU + 1)], 0),
        ([(0, 0.9, 0, 0, 100, 100 * LEAST_IOU - 1)], 2),
        ([(1, 0.9, 0, 0, 100, 100)], 2),
        ([ONE, (1, SURE + SCORE_APART - 0.01, 200, 200, 300, 300)], 0),
        ([ONE, (1, SURE + SCORE_APART + 0.01, 200, 200, 300, 300)], 1),
        ([(0, float("nan"), 0, 0, 100, 100)], 1),
    ],
)
def test_a_box_is_wrong_without_its_like_in_place_class_and_score(found: list[tuple[float, ...]], wrong: int) -> None:
    assert wrong_boxes(boxes(*found), boxes(ONE)) == wrong


def test_a_box_that_torch_is_not_sure_of_may_be_missing() -> None:
    assert wrong_boxes(boxes(), boxes((0, SURE - 0.01, 0, 0, 100, 100))) == 0


def test_a_reference_comes_back_from_its_file() -> None:
    reference = Reference("abc", "torch", {(64, 96): boxes(ONE, (3, 0.4, 1.5, 2, 3, 4)), (96, 64): boxes()})
    again = Reference.from_json(reference.to_json())
    assert (again.weights_hash, again.made_by, list(again.boxes)) == ("abc", "torch", [(64, 96), (96, 64)])
    np.testing.assert_allclose(again.boxes[64, 96].xyxy, reference.boxes[64, 96].xyxy)
    np.testing.assert_allclose(again.boxes[64, 96].scores, [0.9, 0.4])
    assert again.boxes[64, 96].class_ids.tolist() == [0, 3]
    assert again.boxes[96, 64].xyxy.shape == (0, 4)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"picture": "of another day"}'])
def test_another_file_is_no_reference(text: str) -> None:
    with pytest.raises(ValueError, match=r"Expecting value|not a reference|another check picture"):
        Reference.from_json(text)


@pytest.mark.slow  # all engines of this machine
def test_the_command_says_how_far_the_engines_are_and_writes_the_reference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = add_openvino_network(save_small_model(tmp_path / "m.safetensors", sizes_hw=((64, 96),)), "int8")
    command.main(model, tmp_path / "m.json")
    said = capsys.readouterr().out
    assert "OpenVINO int8" in said
    assert "64x96" in said
    assert "96x64" in said
    reference = Reference.from_json((tmp_path / "m.json").read_text())
    assert reference.weights_hash == hash_weights(read_weights(model))
    assert list(reference.boxes) == [(64, 96), (96, 64)]
    assert stored_reference(reference.weights_hash, tmp_path) is not None
