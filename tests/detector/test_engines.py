from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
import torch

import detector
from detector.engines import Detector, open_detector, openvino_engine
from detector.engines.openvino_engine import MOST_CACHED, MOST_SHAPES, OpenVinoDetector
from detector.engines.preprocess import letterbox
from detector.engines.torch_engine import TorchDetector
from detector.errors import DeviceError, ModelFileError, UsageError
from detector.modelfile import OpenVinoNetwork, hash_weights, read_info, read_weights, write_model
from detector.types import Frame
from tests.detector.small_model import noise_frame, save_small_model, small_info, small_network

FRAMES = [noise_frame((320, 180), 0), noise_frame((200, 300), 1), noise_frame((321, 179), 2)]


@pytest.fixture(scope="module")
def cache_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def own_cache(cache_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openvino_engine, "user_cache_path", lambda name: cache_home / name)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_small_model(tmp_path_factory.mktemp("models") / "small.safetensors")


@pytest.mark.parametrize("changes", [{}, {"channel_order": "bgr"}, {"in_channels": 1}], ids=str)
def test_openvino_and_torch_find_the_same_boxes(changes: dict[str, object], tmp_path: Path) -> None:
    path = save_small_model(tmp_path / "m.safetensors", **changes)
    engines: list[Detector] = [
        OpenVinoDetector(path, precision="fp32"),
        TorchDetector.from_file(path, "cpu", precision="fp32"),
    ]
    batch = letterbox(FRAMES[0].image, (128, 160), engines[0].info.in_channels)[0][None]
    for ours, theirs in zip(*(engine.infer(batch) for engine in engines), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-4)
    for ours, theirs in zip(*(engine.detect(FRAMES, score=0.2) for engine in engines), strict=True):
        assert len(ours) > 20
        for box, class_id, score in zip(ours.xyxy[:20], ours.class_ids, ours.scores, strict=False):
            # By place and not by rank: two boxes whose scores differ in the 7th digit may change places.
            nearest = np.abs(theirs.xyxy - box).max(axis=1).argmin()
            np.testing.assert_allclose(theirs.xyxy[nearest], box, atol=1e-3)
            np.testing.assert_allclose(theirs.scores[nearest], score, atol=1e-5)
            assert theirs.class_ids[nearest] == class_id


def test_channel_order_matters(tmp_path: Path) -> None:
    bgr, rgb = (
        TorchDetector.from_file(save_small_model(tmp_path / f"{order}.safetensors", channel_order=order), "cpu")
        for order in ("bgr", "rgb")
    )
    frame = FRAMES[0]
    swapped = Frame(np.ascontiguousarray(frame.image[:, :, ::-1]), 0, 0.0, 0.0)
    assert not np.array_equal(bgr.detect([frame])[0].scores, rgb.detect([frame])[0].scores)
    # Mean and std go with the weights' order, so a swapped picture is the same to the other model.
    np.testing.assert_array_equal(bgr.detect([swapped])[0].scores, rgb.detect([frame])[0].scores)


@pytest.mark.parametrize("device", ["openvino", "torch"])
def test_frames_of_different_sizes_keep_their_order_and_their_pixels(model: Path, device: str) -> None:
    with open_detector(model, device) as engine:
        together = engine.detect(FRAMES, score=0.2)
        alone = [engine.detect([frame], score=0.2)[0] for frame in FRAMES]
        assert engine.detect([]) == []
    for frame, one, other in zip(FRAMES, together, alone, strict=True):
        assert one.frame_index == frame.index
        assert one.class_names == engine.class_names
        assert (one.xyxy >= 0).all()
        assert (one.xyxy[:, 2:] <= frame.size_wh).all()
        assert (np.diff(one.scores) <= 0).all()
        np.testing.assert_allclose(one.scores, other.scores, atol=2e-2)  # bf16 of a batch rounds otherwise


def test_a_picture_equals_its_place_in_a_batch(model: Path) -> None:
    engine = TorchDetector.from_file(model, "cpu", (128, 160), precision="fp32")
    frames = [noise_frame((320, 180), i) for i in range(3)]
    for one, frame in zip(engine.detect(frames, score=0.2), frames, strict=True):
        alone = engine.detect([frame], score=0.2)[0]
        np.testing.assert_allclose(one.xyxy, alone.xyxy, atol=1e-3)
        assert len(one) > 5


@pytest.mark.parametrize("size_wh", [(1, 1), (6000, 4500), (3, 700)])
@pytest.mark.parametrize("channels", [1, 3])
def test_pictures_of_any_size_are_taken(model: Path, size_wh: tuple[int, int], channels: int) -> None:
    frame = Frame(np.zeros((size_wh[1], size_wh[0], channels), np.uint8), 0, 0.0, 0.0)
    found = TorchDetector.from_file(model, "cpu", (64, 96)).detect([frame], score=0.0)[0]
    assert (found.xyxy[:, 2:] <= size_wh).all()


def test_a_given_size_is_used_for_all_frames(model: Path) -> None:
    engine = open_detector(model, "cpu", (192, 192))
    assert engine.shape_for((1920, 1080)) == engine.shape_for((3, 4)) == (192, 192)


@pytest.mark.parametrize("device", ["cpu", "torch"])
def test_a_size_that_cannot_be_is_refused(model: Path, device: str) -> None:
    with pytest.raises(UsageError, match="'250x416' cannot be used"):
        open_detector(model, device, (250, 416))


def test_an_unknown_device_is_named_with_the_known_ones(model: Path) -> None:
    with pytest.raises(DeviceError, match=r"no device 'tpu'.*auto, cpu, openvino, gpu, npu, torch, cuda") as said:
        open_detector(model, "tpu")
    assert said.value.exit_code == 4


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without CUDA")
def test_cuda_without_cuda_is_an_error_and_auto_is_openvino(model: Path) -> None:
    with pytest.raises(DeviceError, match="'cuda' is not usable here"):
        open_detector(model, "cuda")
    assert open_detector(model).device.startswith("CPU, OpenVINO")


def test_a_full_gpu_is_left_with_a_sentence(
    model: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    engine = TorchDetector.from_file(model, "cpu", (64, 96))
    run, calls = engine._run, []

    def full_at_first(batch: object) -> object:
        calls.append(batch)
        if len(calls) == 1:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return run(batch)

    monkeypatch.setattr(engine, "_run", full_at_first)
    assert len(engine.detect([FRAMES[0]], score=0.2)) == 1
    assert "goes on with the CPU" in caplog.text
    assert engine.device.endswith("(the GPU's memory is full)")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no model", b"\xff" * 2000])
@pytest.mark.parametrize("device", ["cpu", "torch"])
def test_a_file_that_is_no_model_is_refused(tmp_path: Path, content: bytes, device: str) -> None:
    path = tmp_path / "m.safetensors"
    path.write_bytes(content)
    with pytest.raises(ModelFileError):
        open_detector(path, device)


@pytest.mark.parametrize("device", ["cpu", "torch"])
def test_a_cut_or_missing_or_unknown_model_is_said_so(model: Path, tmp_path: Path, device: str) -> None:
    cut = tmp_path / "cut.safetensors"
    cut.write_bytes(model.read_bytes()[:100_000])
    odd = tmp_path / "odd.safetensors"
    write_model(odd, dataclasses.replace(read_info(model), backbone="vgg11"), read_weights(model))
    codes = []
    for path in (cut, tmp_path / "none.safetensors", odd):
        with pytest.raises(ModelFileError) as said:
            open_detector(path, device)
        codes.append(said.value.code)
    assert codes == ["model_truncated", "model_missing", "model_unknown_architecture"]


def test_a_closed_detector_refuses_and_closes_twice(model: Path) -> None:
    engine = open_detector(model, "cpu")
    engine.close()
    engine.close()
    with pytest.raises(ValueError, match="closed"):
        engine.detect(FRAMES)


def test_threads_share_a_detector(model: Path) -> None:
    engine = open_detector(model, "cpu", (64, 96))
    expected = [engine.detect([frame], score=0.2)[0] for frame in FRAMES]
    results: list[list[float]] = []

    def work() -> None:
        results.extend(engine.detect([frame], score=0.2)[0].scores.tolist() for frame in FRAMES)

    threads = [Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == sorted([found.scores.tolist() for found in expected] * 3)


def test_only_a_few_compiled_shapes_are_kept(model: Path) -> None:
    engine = OpenVinoDetector(model, precision="fp32")
    for width in range(32, 32 * (MOST_SHAPES + 3), 32):
        engine.infer(np.zeros((1, 32, width, 3), np.uint8))
    assert len(engine._network._requests) == MOST_SHAPES


def test_a_shape_made_ready_ahead_is_not_compiled_for_its_first_frame(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with OpenVinoDetector(model, precision="fp32") as engine:
        expected = OpenVinoDetector(model, (96, 64), precision="fp32").detect(FRAMES[:1], score=0.2)[0]
        engine.prepare((96, 64))
        with monkeypatch.context() as patched:
            patched.setattr(engine._network, "_compile", None)
            found = engine.detect(FRAMES[:1], score=0.2, size_hw=(96, 64))[0]
        np.testing.assert_array_equal(found.xyxy, expected.xyxy)
    with pytest.raises(ValueError, match="released"):
        engine.prepare((64, 64))


def test_a_conversion_is_cached_and_a_damaged_cache_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(openvino_engine, "user_cache_path", lambda name: tmp_path / name)
    path = save_small_model(tmp_path / "m.safetensors")
    expected = OpenVinoDetector(path, (64, 96), "fp32").detect([FRAMES[0]], score=0.2)[0]
    (cached,) = (tmp_path / "camapp" / "openvino").iterdir()
    with monkeypatch.context() as patched:
        patched.setattr("detector.models.checkpoint.load_model", None)  # not called: the cache serves
        again = OpenVinoDetector(path, (64, 96), "fp32").detect([FRAMES[0]], score=0.2)[0]
    np.testing.assert_array_equal(again.xyxy, expected.xyxy)
    cached.write_bytes(b"damaged")
    OpenVinoDetector(path, (64, 96), "fp32")
    assert "damaged and is made again" in caplog.text
    assert cached.stat().st_size > 1_000_000


def test_an_unwritable_cache_costs_only_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setattr(openvino_engine, "user_cache_path", lambda name: tmp_path / "file" / name)
    path = save_small_model(tmp_path / "m.safetensors")
    assert len(OpenVinoDetector(path, (64, 96)).detect(FRAMES)) == len(FRAMES)


def test_the_cache_forgets_the_oldest(tmp_path: Path) -> None:
    for i in range(MOST_CACHED + 3):
        file = tmp_path / f"{i}.safetensors"
        file.write_bytes(b"")
        os.utime(file, (i, i))
    openvino_engine.forget_oldest(tmp_path)
    assert sorted(int(f.stem) for f in tmp_path.iterdir()) == list(range(3, MOST_CACHED + 3))


def test_a_stale_int8_network_is_not_used(model: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "stale.safetensors"
    write_model(path, read_info(model), read_weights(model), OpenVinoNetwork("int8", b"<net/>", b"", "0" * 64))
    assert "int8" not in OpenVinoDetector(path).device
    assert "belongs to other weights" in caplog.text
    with pytest.raises(DeviceError, match="holds no int8 network") as said:
        OpenVinoDetector(path, precision="int8")
    assert said.value.code == "int8_missing"


def test_an_int8_network_that_openvino_cannot_read_is_replaced(
    model: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "odd.safetensors"
    weights = read_weights(model)
    write_model(path, read_info(model), weights, OpenVinoNetwork("int8", b"<net/>", b"", hash_weights(weights)))
    with OpenVinoDetector(path, (64, 96)) as engine:
        assert "int8" not in engine.device
        assert len(engine.detect(FRAMES)) == len(FRAMES)
    assert "cannot be read" in caplog.text


def test_a_network_in_training_serves_as_it_is(model: Path) -> None:
    network, info = small_network(small_info()).train(), small_info()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    engine = TorchDetector(network, info, "cpu", (64, 96))
    engine.detect(FRAMES)
    assert network.training
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())


def test_importing_detector_is_light_and_open_detector_is_there() -> None:
    code = "import sys, detector; print(sorted({'torch', 'cv2', 'openvino', 'numpy'} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
    assert detector.open_detector is open_detector
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = detector.nothing
