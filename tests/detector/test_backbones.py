"""Every network of the table as a detector's backbone: it learns, is saved, loaded, exported and run in the app."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from camapp.__main__ import main
from detector.engines import openvino_engine
from detector.engines.convert import quantise, to_openvino
from detector.engines.openvino_engine import OpenVinoDetector
from detector.engines.preprocess import letterbox
from detector.engines.quiet_openvino import openvino_core
from detector.engines.torch_engine import TorchDetector
from detector.errors import ModelFileError, UsageError
from detector.export import write_onnx
from detector.modelfile import ModelInfo
from detector.models import BACKBONES, NECK_WIDTHS, find_backbone
from detector.models.checkpoint import load_model, save_model, start_from
from detector.models.network import DetectorNetwork
from detector.training.losses import detection_loss
from tests.camapp.cli_helpers import write_clip
from tests.detector.references import relative_error
from tests.detector.small_model import noise_frame, save_small_model

LARGE = [pytest.mark.slow, pytest.mark.timeout(900)]
QUICK = {"resnet18", "resnet50h", "resnet18_ca", "resnet18_ca_block", "resnetv2_18", "dpn68"}
EVERY_BACKBONE = [pytest.param(name, marks=[] if name in QUICK else LARGE) for name in BACKBONES]
SLOW = [pytest.param(name, marks=LARGE) for name in ("resnet50_cot", "dpn68b", "dpn92", "dpn92_small")]
STEPS = 20
SIZE_HW = (64, 64)


def batch() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Two pictures, each with one bright square of its class: pixels, boxes, class ids."""
    torch.manual_seed(0)
    x = torch.randn(2, 3, *SIZE_HW) * 0.2
    xyxy = torch.tensor([[[8.0, 8.0, 40.0, 40.0]], [[24.0, 16.0, 56.0, 48.0]]])
    x[0, 0, 8:40, 8:40] += 2
    x[1, 2, 16:48, 24:56] += 2
    return x, xyxy, torch.tensor([[0], [1]])


@pytest.mark.parametrize("name", EVERY_BACKBONE)
def test_a_detector_on_it_learns_is_saved_loaded_exported_and_run_in_the_pipeline(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    x, xyxy, class_ids = batch()
    network = DetectorNetwork(name, 2, 32).train()
    optimizer = torch.optim.AdamW(network.parameters(), 1e-3)
    losses = []
    for _ in range(STEPS):
        loss = detection_loss(network(x), SIZE_HW, network.strides, xyxy, class_ids, centre_prior=True).total
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert np.isfinite(losses).all()
    assert np.mean(losses[-5:]) < 0.8 * np.mean(losses[:5])

    with torch.inference_mode():
        for parameter in network.parameters():
            if parameter.ndim > 1:
                parameter.copy_(parameter.half())  # as the file keeps kernels
    path = tmp_path / "trained.safetensors"
    save_model(path, network, ModelInfo(name, 32, ("red", "blue")))
    loaded, info = load_model(path)
    assert info.backbone == name
    with torch.inference_mode():
        for given, expected in zip(loaded(x), network.eval()(x), strict=True):
            assert relative_error(given, expected) < 1e-5

    monkeypatch.setattr(openvino_engine, "user_cache_path", lambda name: tmp_path / name)
    with OpenVinoDetector(path, precision="fp32") as ours, TorchDetector(loaded, info, "cpu", precision="fp32") as t:
        for shape_hw in ((96, 160), (128, 64)):
            pixels = letterbox(noise_frame((160, 96)).image, shape_hw, 3)[0][None]
            for given, expected in zip(map(torch.from_numpy, ours.infer(pixels)), t.infer(pixels), strict=True):
                assert relative_error(given, torch.from_numpy(expected)) < 1e-3
    clip, rows = write_clip(tmp_path / "clip.mp4", frames=2), tmp_path / "rows.csv"
    options = ["--classes", "all", "--score", "0.01", "--csv", str(rows)]
    assert main(["detect", str(clip), "--model", str(path), *options]) == 0
    assert len(rows.read_text("utf-8").splitlines()) > 1


FAMILIES = [pytest.param(n, marks=LARGE) for n in ("resnet18_ca", "resnet18_ca_block", "resnetv2_18", "dpn68")] + SLOW


@pytest.mark.parametrize("name", FAMILIES)  # beyond what the test above says: with norms of chance
def test_exported_to_openvino_it_finds_what_torch_finds_at_any_size(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openvino_engine, "user_cache_path", lambda name: tmp_path / name)
    path = save_small_model(tmp_path / "m.safetensors", backbone=name)
    frames = [noise_frame((160, 128), 0), noise_frame((96, 160), 1)]
    with OpenVinoDetector(path, precision="fp32") as ours, TorchDetector.from_file(path, "cpu", precision="fp32") as t:
        for shape_hw in ((128, 160), (64, 96)):
            pixels = letterbox(frames[0].image, shape_hw, 3)[0][None]
            for given, expected in zip(ours.infer(pixels), t.infer(pixels), strict=True):
                assert np.abs(given - expected).max() < 1e-3 * max(1.0, np.abs(expected).max())
        found = ours.detect(frames, score=0.2)
    assert [boxes.frame_index for boxes in found] == [0, 1]
    assert all(len(boxes) > 0 for boxes in found)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("name", "channels"),
    [("resnet18", 1), *((n, 3) for n in ("resnet18_ca", "resnet18_ca_block", "resnetv2_18", "dpn68", "resnet50_cot"))],
)
def test_quantised_to_int8_it_says_about_the_same(name: str, channels: int, tmp_path: Path) -> None:
    pytest.importorskip("nncf")
    path = save_small_model(tmp_path / "m.safetensors", backbone=name, in_channels=channels)
    network, info = load_model(path)
    pictures = [letterbox(noise_frame((160, 96), i).image, (96, 160), channels)[0] for i in range(8)]
    with TorchDetector(network, info, "cpu", precision="fp32") as exact:
        expected = exact.infer(pictures[0][None])[0]
    compiled = openvino_core().compile_model(quantise(to_openvino(network, info), pictures), "CPU")
    given = compiled(pictures[0][None])["logits"]
    assert np.corrcoef(given.ravel(), expected.ravel())[0, 1] > 0.9


@pytest.mark.parametrize("name", ["resnet18_ca", "resnet18_ca_block", "resnetv2_18", "dpn68", *SLOW])
def test_as_onnx_it_gives_what_torch_gives(name: str, tmp_path: Path) -> None:
    pytest.importorskip("onnx")
    network, info = load_model(save_small_model(tmp_path / "m.safetensors", backbone=name, mean=(0.0,) * 3))
    pixels = torch.rand(1, 3, 128, 96) * 255
    with torch.inference_mode():
        expected = network(pixels.flip(1) / torch.tensor(info.std).view(1, 3, 1, 1))
    file = write_onnx(network, info, tmp_path / "m.onnx")[0]
    core = openvino_core()
    compiled = core.compile_model(core.read_model(file), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    for given, wanted in zip(compiled(pixels.numpy()).values(), expected, strict=True):
        assert relative_error(torch.from_numpy(given), wanted) < 1e-3


def test_an_unknown_name_is_said_with_the_nearest_ones() -> None:
    assert find_backbone("dpn92") is BACKBONES["dpn92"]
    with pytest.raises(UsageError, match=r"no backbone 'dpn-92'.*dpn92"):
        find_backbone("dpn-92")
    with pytest.raises(UsageError, match=r"Choose one of: resnet50.*resnet"):
        find_backbone("ResNet50")
    with pytest.raises(UsageError, match=r"resnet18, .*dpn92_small"):
        find_backbone("vgg")


def test_weights_of_another_network_name_the_first_five_layers_that_differ(tmp_path: Path) -> None:
    path = save_small_model(tmp_path / "m.safetensors")
    with pytest.raises(
        ModelFileError, match=r"first differences: (backbone\.layer1\.2\.[\w.]+, ){4}backbone\.[\w.]+\. "
    ):
        start_from(DetectorNetwork("resnet34", 5, 64), path, ("person",))


def test_another_number_of_channels_is_refused(tmp_path: Path) -> None:
    path = save_small_model(tmp_path / "grey.safetensors", in_channels=1)
    with pytest.raises(ModelFileError, match=r"first differences: backbone\.conv1\.weight\."):
        start_from(DetectorNetwork("resnet18", 5, 64), path, ("person",))
    four = ModelInfo("resnet18", 32, ("a",), mean=(0.0,) * 4, std=(1.0,) * 4, in_channels=4)
    save_model(tmp_path / "four.safetensors", DetectorNetwork("resnet18", 1, 32, 4), four)
    with pytest.raises(ModelFileError, match="takes pictures of 4 channels, but cameras and files give 3 or 1"):
        TorchDetector.from_file(tmp_path / "four.safetensors", "cpu")


def test_neck_widths_are_of_backbones_that_exist() -> None:
    assert set(NECK_WIDTHS) <= set(BACKBONES)
