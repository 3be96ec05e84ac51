"""Classifiers that teach."""

from __future__ import annotations

from pathlib import Path

import pytest
import timm
import torch
import torch.nn.functional as F

from detector.errors import ModelFileError
from detector.modelfile import ModelInfo
from detector.models.checkpoint import save_classifier
from detector.models.classifier import Classifier
from detector.pretraining.teacher import open_teacher, teaching_loss

CPU = torch.device("cpu")


@pytest.mark.usefixtures("exact_arithmetic")
def test_a_timm_teacher_says_what_timm_says_of_the_same_picture(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = timm.create_model("test_resnet").eval()
    torch.save(network.state_dict(), tmp_path / "w.pth")
    teacher = open_teacher("timm:test_resnet", tmp_path / "w.pth", 96, CPU)
    assert teacher.num_classes == 1000
    images = torch.rand(2, 3, 32, 32) * 255  # BGR
    config = network.pretrained_cfg
    rgb = F.interpolate(images.flip(1), (96, 96), mode="bilinear", antialias=True) / 255
    mean, std = (torch.tensor(config[key]).view(1, 3, 1, 1) for key in ("mean", "std"))
    with torch.no_grad():
        torch.testing.assert_close(teacher.logits(images), network((rgb - mean) / std), rtol=1e-3, atol=1e-4)


@pytest.mark.usefixtures("exact_arithmetic")
def test_our_own_classifier_teaches_at_the_size_of_the_view(tmp_path: Path) -> None:
    torch.manual_seed(0)
    classifier = Classifier("resnet18", 5).eval()
    info = ModelInfo("resnet18", 0, tuple("abcde"), mean=(1.0, 2.0, 3.0), std=(50.0, 50.0, 50.0), channel_order="bgr")
    save_classifier(tmp_path / "own.safetensors", classifier, info)
    teacher = open_teacher(str(tmp_path / "own.safetensors"), None, 128, CPU)
    images = torch.rand(2, 3, 64, 64) * 255
    x = (images - torch.tensor(info.mean).view(1, 3, 1, 1)) / 50
    with torch.no_grad():
        torch.testing.assert_close(teacher.logits(images), classifier(x), rtol=2e-2, atol=2e-2)  # kept as float16


def test_teachers_that_cannot_teach_are_said(tmp_path: Path) -> None:
    torch.save(timm.create_model("test_vit").state_dict(), tmp_path / "other.pth")
    with pytest.raises(ModelFileError, match="do not fit its architecture timm:test_resnet"):
        open_teacher("timm:test_resnet", tmp_path / "other.pth", 64, CPU)
    with pytest.raises(ModelFileError, match="no model file"):
        open_teacher(str(tmp_path / "missing.safetensors"), None, 64, CPU)


def test_the_loss_is_zero_for_the_teachers_own_answer_and_moves_the_pupil_towards_it() -> None:
    wanted = torch.tensor([[3.0, 0.0, -1.0], [0.0, 2.0, 0.5]])
    assert teaching_loss(wanted + 7, wanted, 2.0).abs() < 1e-5  # logits mean the same after a shift
    pupil = torch.zeros(2, 3, requires_grad=True)
    teaching_loss(pupil, wanted, 2.0).backward()
    assert pupil.grad is not None
    assert (pupil.grad.argmin(1) == wanted.argmax(1)).all()
