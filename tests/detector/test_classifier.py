"""What names whole pictures: its file, its engines, and a classifier in a detector's place."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from platformdirs import user_cache_path

from detector.engines import open_classifier, open_detector, open_model
from detector.engines.classifier import squeeze
from detector.engines.openvino_classifier import OpenVinoClassifier
from detector.engines.torch_classifier import TorchClassifier
from detector.engines.whole_picture import WholePicture
from detector.errors import DeviceError, ModelFileError
from detector.modelfile import ModelInfo, read_info, read_weights, write_model
from detector.models.checkpoint import load_classifier, load_model
from detector.types import Frame
from tests.detector.small_classifier import NAMES, NAMES_ZH, SIDE, colour_picture, save_colour_classifier
from tests.detector.small_model import save_small_model


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_colour_classifier(tmp_path_factory.mktemp("classifier") / "colours.safetensors")


@pytest.fixture(scope="module")
def detector_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_small_model(tmp_path_factory.mktemp("detector") / "small.safetensors")


def pictures() -> list[np.ndarray]:
    """Of several shapes, one of each colour and two more."""
    sizes = ((64, 64), (300, 90), (20, 33), (640, 480), (64, 64))
    names = ("red", "green", "blue", "green", "red")
    return [colour_picture(name, 7 + i, size) for i, (name, size) in enumerate(zip(names, sizes, strict=True))]


def test_the_file_says_what_it_is_for_and_keeps_the_chinese_names(path: Path) -> None:
    info = read_info(path)
    assert (info.task, info.class_names, info.class_names_zh) == ("classify", NAMES, NAMES_ZH)
    assert info.sizes_hw == ((SIDE, SIDE),)
    assert info.measured["top5"] == 1.0
    assert load_classifier(path)[0].fc.out_features == 3


def test_a_file_from_before_tasks_is_a_classifier_if_it_has_no_neck() -> None:
    for width, task in ((0, "classify"), (96, "detect")):
        fields = dataclasses.asdict(ModelInfo("resnet18", width, NAMES)) | {"format": "camapp-detector-1"}
        del fields["task"]
        import json

        assert ModelInfo.from_json(json.dumps(fields)).task == task


@pytest.mark.parametrize("kind", ["openvino", "torch"])
def test_every_engine_names_each_picture_as_alone(path: Path, kind: str) -> None:
    make = {"openvino": OpenVinoClassifier, "torch": lambda p: TorchClassifier(p, "cpu")}[kind]
    with make(path) as classifier:
        together = classifier.classify(pictures())
        assert [classifier.class_names[k] for k in together.argmax(1)] == ["red", "green", "blue", "green", "red"]
        np.testing.assert_allclose(together.sum(axis=1), 1, atol=1e-5)
        for picture, scores in zip(pictures(), together, strict=True):
            np.testing.assert_allclose(classifier.classify([picture])[0], scores, atol=0.02)
        assert classifier.classify([]).shape == (0, 3)
    with pytest.raises(ValueError, match="closed"):
        classifier.classify(pictures())


def test_openvino_and_torch_say_the_same(path: Path) -> None:
    with OpenVinoClassifier(path, "fp32") as openvino, TorchClassifier(path, "cpu", "fp32") as plain:
        batch = np.stack([squeeze(picture, (SIDE, SIDE), 3) for picture in pictures()])
        np.testing.assert_allclose(openvino.infer(batch), plain.infer(batch), atol=1e-3)


def test_a_picture_is_squeezed_as_in_training() -> None:
    wide = np.zeros((480, 640, 3), np.uint8)
    wide[:, 320:] = 200
    small = squeeze(wide, (64, 64), 3)
    assert small.shape == (64, 64, 3)
    assert (small[:, :31] == 0).all()
    assert (small[:, 33:] == 200).all()
    assert squeeze(wide, (64, 64), 1).shape == (64, 64, 1)
    assert squeeze(wide[:, :, :1].copy(), (64, 64), 3).shape == (64, 64, 3)


def test_a_classifier_in_a_detectors_place_gives_the_best_classes_with_a_box_over_all(path: Path) -> None:
    frame = Frame(colour_picture("green", 5, (320, 180)), 3, 0.0, 0.1)
    with open_model(path, "cpu", (256, 416)) as detector:
        assert isinstance(detector, WholePicture)
        assert detector.of_whole_picture
        found = detector.detect([frame])[0]
    assert found.whole_picture
    assert found.names[0] == "green"
    assert len(found) == 3
    assert found.frame_index == 3
    assert found.xyxy.tolist() == [[0, 0, 320, 180]] * 3
    assert (np.diff(found.scores) <= 0).all()


def test_a_detector_with_names_closes_them_with_itself(path: Path, detector_path: Path) -> None:
    with open_model(detector_path, "cpu", names=path) as detector:
        names = detector.names
        assert names is not None
        assert names.class_names == NAMES
    with pytest.raises(ValueError, match="closed"):
        names.classify(pictures())


def test_each_model_in_the_place_of_the_other_is_refused_in_one_sentence(path: Path, detector_path: Path) -> None:
    for call in (open_detector, load_model):
        with pytest.raises(ModelFileError, match=r"colours.safetensors' names whole pictures and finds no boxes"):
            call(path)
    with pytest.raises(ModelFileError, match=r"names whole pictures"):
        open_model(path, "cpu", names=path)
    for call in (open_classifier, load_classifier):
        with pytest.raises(ModelFileError, match=r"small.safetensors' finds objects and names no pictures"):
            call(detector_path)
    with pytest.raises(ModelFileError, match="finds objects"):
        open_model(detector_path, "cpu", names=detector_path)
    with pytest.raises(DeviceError, match="no device 'tpu'"):
        open_classifier(path, "tpu")


def test_a_damaged_classifier_is_said_in_one_sentence(path: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.safetensors"
    cut.write_bytes(path.read_bytes()[:50_000])
    with pytest.raises(ModelFileError, match="incomplete or damaged"):
        open_model(cut, "cpu")
    weights = dict(read_weights(path))
    weights.pop("fc.weight")
    write_model(tmp_path / "headless.safetensors", read_info(path), weights)
    with pytest.raises(ModelFileError, match=r"do not fit its architecture resnet18; first differences: fc\.weight"):
        open_classifier(tmp_path / "headless.safetensors", "cpu")


def test_after_the_first_start_no_torch_is_needed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with OpenVinoClassifier(path):
        pass
    assert user_cache_path("camapp").exists()

    def refuse(*_unused: object) -> None:
        raise AssertionError("converted again")

    monkeypatch.setattr("detector.engines.convert.to_openvino", refuse)
    with OpenVinoClassifier(path) as classifier:
        assert classifier.classify(pictures()[:1]).argmax() == NAMES.index("red")


def test_the_networks_engine_keeps_grey_pictures_grey(tmp_path: Path) -> None:
    from detector.models.checkpoint import save_classifier
    from detector.models.classifier import Classifier

    torch.manual_seed(0)
    info = ModelInfo("resnet18", 0, NAMES, in_channels=1, sizes_hw=((SIDE, SIDE),), task="classify")
    save_classifier(tmp_path / "grey.safetensors", Classifier("resnet18", 3, 1), info)
    with OpenVinoClassifier(tmp_path / "grey.safetensors") as classifier:
        assert classifier.classify([np.zeros((50, 40, 1), np.uint8), pictures()[0]]).shape == (2, 3)
