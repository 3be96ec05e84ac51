from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from detector import export
from detector.commands import run_command
from detector.engines import openvino_engine
from detector.engines.openvino_engine import OpenVinoDetector
from detector.engines.preprocess import letterbox
from detector.engines.quiet_openvino import openvino_core
from detector.engines.torch_engine import TorchDetector
from detector.errors import DataError
from detector.modelfile import hash_weights, read_info, read_openvino, read_weights
from tests.detector.small_model import noise_frame, save_small_model, small_info

needs_nncf = pytest.mark.skipif(importlib.util.find_spec("nncf") is None, reason="nncf is an extra: camapp[int8]")


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openvino_engine, "user_cache_path", lambda name: tmp_path / name)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_small_model(tmp_path_factory.mktemp("models") / "small.safetensors")


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    for i in range(8):
        assert cv2.imwrite(str(folder / f"{i}.png"), noise_frame((96, 64), i).image)
    return folder


def run(monkeypatch: pytest.MonkeyPatch, *options: object) -> int:
    monkeypatch.setattr(sys, "argv", ["export", *map(str, options)])
    with pytest.raises(SystemExit) as end:
        run_command(export.main)
    return int(end.value.code or 0)


@needs_nncf
def test_int8_goes_into_the_model_file_and_finds_about_the_same(
    model: Path, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "with-int8.safetensors"
    assert run(monkeypatch, "--int8", "--model", model, "--calibrate", pictures, "--out", out, "--json") == 0
    assert json.loads(capsys.readouterr().out) == {
        "files": {str(out): out.stat().st_size},
        "format": "model",
        "int8": True,
    }
    exported = read_openvino(out)
    assert exported is not None
    assert exported.precision == "int8"
    assert exported.weights_hash == hash_weights(read_weights(out)) == hash_weights(read_weights(model))
    assert read_info(out) == read_info(model)
    engine = OpenVinoDetector(out)
    assert engine.device == "CPU, OpenVINO int8"
    for shape_hw in small_info().sizes_hw[:3]:
        batch = letterbox(noise_frame((320, 180)).image, shape_hw, 3)[0][None]
        exact = TorchDetector.from_file(out, "cpu", precision="fp32").infer(batch)[0]
        assert np.corrcoef(engine.infer(batch)[0].ravel(), exact.ravel())[0, 1] > 0.95


def test_openvino_files_give_the_same_as_torch(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "--model", model, "--format", "openvino", "--out", tmp_path / "net.xml") == 0
    core = openvino_core()
    compiled = core.compile_model(tmp_path / "net.xml", "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    batch = letterbox(noise_frame((96, 64)).image, (64, 96), 3)[0][None]
    logits, ltrb = TorchDetector.from_file(model, "cpu", precision="fp32").infer(batch)
    result = compiled(batch)
    np.testing.assert_allclose(result["logits"], logits, atol=1e-4)
    np.testing.assert_allclose(result["ltrb"], ltrb, atol=1e-4)


def test_onnx_takes_pixels_of_any_size_and_number(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "net.onnx"
    assert run(monkeypatch, "--model", model, "--format", "onnx", "--out", path) == 0
    compiled = openvino_core().compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    batch = np.stack([letterbox(noise_frame((96, 128), i).image, (128, 96), 3)[0] for i in range(2)])
    logits, _ = TorchDetector.from_file(model, "cpu", precision="fp32").infer(batch)
    result = compiled(batch.transpose(0, 3, 1, 2).astype(np.float32))
    np.testing.assert_allclose(result["logits"], logits, atol=1e-4)


def test_a_missing_onnx_is_named_with_the_command(
    model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *args: None if name == "onnx" else find(name, *args))
    assert run(monkeypatch, "--model", model, "--format", "onnx") == 2
    assert capsys.readouterr().err.startswith("Writing an ONNX file needs onnx. Install it: ")


def test_nothing_to_export_is_a_wrong_use(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "--model", model) == 2
    assert run(monkeypatch, "--model", model, "--int8", "--format", "onnx") == 2


@pytest.mark.parametrize("format", ["openvino", "onnx"])
def test_a_place_that_cannot_be_written_is_said_in_a_sentence(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], format: str
) -> None:
    (tmp_path / "file").write_text("no folder")
    assert run(monkeypatch, "--model", model, "--format", format, "--out", tmp_path / "file" / "net") == 5
    said = capsys.readouterr().err
    assert "cannot be written" in said
    assert "Traceback" not in said


def test_calibration_takes_folders_videos_and_coco_evenly(pictures: Path, tmp_path: Path) -> None:
    info = small_info()
    assert len(export.calibration_pictures(pictures, None, info, 100)) == 8
    assert len(export.calibration_pictures(pictures, None, info, 3)) == 3
    coco = tmp_path / "a.json"
    images = [{"id": i, "file_name": f"{i}.png", "width": 96, "height": 64} for i in range(8)]
    boxes = [{"id": i + 1, "image_id": i, "category_id": 1, "bbox": [1, 1, 9, 9]} for i in range(8)]
    coco.write_text(json.dumps({"images": images, "annotations": boxes, "categories": [{"id": 1, "name": "person"}]}))
    samples = export.calibration_pictures(coco, pictures, info, 5)
    assert [s.shape for s in samples] == [(320, 416, 3)] * 5
    files = [Path(str(i)) for i in range(10)]
    assert [p.name for p in export.spread(files, 4)] == ["0", "2", "5", "7"]


def test_a_video_is_sampled_over_its_whole_length(tmp_path: Path) -> None:
    path = tmp_path / "v.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 30, (64, 48))
    for i in range(20):
        writer.write(np.full((48, 64, 3), i * 10, np.uint8))
    writer.release()
    values = [round(float(image.mean()) / 10) for image in export.read_video(path, 5)]
    assert values == [0, 4, 8, 12, 16]


@pytest.mark.parametrize("name", ["empty", "text.mp4", "missing.mp4"])
def test_nothing_to_calibrate_on_is_said_so(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.mp4").write_text("no video")
    with pytest.raises(DataError, match="no picture to calibrate on"):
        export.calibration_pictures(tmp_path / name, None, small_info(), 5)
