"""What the CUDA engine does on the GPU, on the CPU: the same as the path through OpenCV and numpy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensorMode

from detector.boxes import FloatArray, anchor_points
from detector.engines import device_path
from detector.engines.check import check_frame
from detector.engines.device_boxes import LEAST_SCORE, MOST_ROWS, Cells, best_rows, passing
from detector.engines.device_letterbox import DeviceLetterbox
from detector.engines.device_path import DevicePath, NetworkStep
from detector.engines.faults import reason_of
from detector.engines.postprocess import decode
from detector.engines.preprocess import letterbox
from detector.engines.torch_engine import TorchDetector
from detector.export import read_video
from detector.models.network import DetectorNetwork
from detector.paths import CLIP, DEFAULT_MODEL
from detector.types import Detections, Frame
from tests.detector.plain_lane import PlainLane
from tests.detector.small_model import noise_frame, save_small_model

CPU = torch.device("cpu")
SHAPE_HW = (256, 416)


@pytest.fixture(scope="module")
def pictures() -> list[Frame]:
    """Real ones, of three sizes."""
    clip = [Frame(image, i, 0.0, 0.0) for i, image in enumerate(read_video(CLIP, 2))]
    odd = cv2.resize(clip[0].image, (901, 507), interpolation=cv2.INTER_AREA)
    return [check_frame(), *clip, Frame(np.ascontiguousarray(odd), 7, 0.0, 0.0)]


@pytest.fixture(scope="module")
def exact() -> Iterator[TorchDetector]:
    """The bundled model on the path that all engines but CUDA's take."""
    with TorchDetector.from_file(DEFAULT_MODEL, "cpu", SHAPE_HW, "fp32") as detector:
        yield detector


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_small_model(tmp_path_factory.mktemp("models") / "small.safetensors")


def on_path(path: Path, lane: PlainLane, size_hw: tuple[int, int] | None = SHAPE_HW, **options: bool) -> TorchDetector:
    """The same detector as it works on CUDA, but for the device."""
    detector = TorchDetector.from_file(path, "cpu", size_hw, "fp32", **options)
    detector._path = DevicePath(detector.forward, detector.info.in_channels, CPU, lane)
    return detector


def assert_same(found: Detections, expected: Detections, atol: float = 1e-3) -> None:
    """By place: cells of equal scores may change places."""
    assert len(found) == len(expected)
    for box, score, class_id in zip(found.xyxy, found.scores, found.class_ids, strict=True):
        apart = np.abs(expected.xyxy - box).max(axis=1) + (expected.class_ids != class_id) * 1e6
        nearest = int(apart.argmin())
        assert apart[nearest] <= atol
        assert abs(expected.scores[nearest] - score) <= 1e-4


@pytest.mark.parametrize("size_wh", [(1920, 1080), (1280, 720), (640, 480), (416, 256), (100, 50)])
@pytest.mark.parametrize(("given", "taken"), [(3, 3), (3, 1), (1, 3), (1, 1)])
def test_a_letterbox_is_that_of_opencv(size_wh: tuple[int, int], given: int, taken: int) -> None:
    image = noise_frame(size_wh, 3, given).image
    assert_letterboxed(image, SHAPE_HW, taken, share=1e-3)


@pytest.mark.parametrize("size_wh", [(1081, 607), (1366, 768), (3, 700), (700, 3), (1, 1), (2, 1)])
@pytest.mark.parametrize("shape_hw", [SHAPE_HW, (128, 96)])
def test_a_letterbox_of_odd_sizes_is_within_one_grey_level(size_wh: tuple[int, int], shape_hw: tuple[int, int]) -> None:
    assert_letterboxed(noise_frame(size_wh, 3).image, shape_hw, 3, share=0.01)


def assert_letterboxed(image: np.ndarray, shape_hw: tuple[int, int], channels: int, share: float) -> None:
    expected, place = letterbox(image, shape_hw, channels)
    boxed = DeviceLetterbox(image.shape, shape_hw, channels, CPU)
    for content in (np.zeros_like(image), image):  # nothing is left of the picture before
        boxed.source.copy_(torch.from_numpy(content.copy()))
        boxed()
    apart = np.abs(boxed.padded.numpy().astype(int) - expected)
    assert boxed.place == place
    assert apart.max() <= 1
    assert (apart > 0).mean() <= share


def test_a_real_picture_gives_the_same_input(pictures: list[Frame]) -> None:
    for frame in pictures:
        assert_letterboxed(frame.image, SHAPE_HW, 3, share=0.01)


def test_the_bundled_model_finds_the_same_boxes_in_real_pictures(exact: TorchDetector, pictures: list[Frame]) -> None:
    detector = on_path(DEFAULT_MODEL, PlainLane())
    for frame in pictures[:3]:  # the same pixels come out of both letterboxes
        assert_same(detector.detect([frame])[0], exact.detect([frame])[0])
    detector.close()


def test_several_pictures_of_different_sizes_are_one_batch(exact: TorchDetector, pictures: list[Frame]) -> None:
    lane = PlainLane()
    with on_path(DEFAULT_MODEL, lane) as detector:
        for _ in range(2):
            together = detector.detect(pictures, 0.2)
        for found, frame in zip(together, pictures, strict=True):
            assert found.frame_index == frame.index
            assert (found.xyxy[:, 2:] <= frame.size_wh).all()
            assert_same(found, exact.detect([frame], 0.2)[0], atol=1.0 if frame.index == 7 else 1e-3)
        assert lane.captures == 4  # the network once, and a letterbox for each size


def test_a_grey_network_takes_pictures_in_colour(tmp_path: Path) -> None:
    path = save_small_model(tmp_path / "grey.safetensors", in_channels=1)
    frame = noise_frame((320, 180))
    plain = TorchDetector.from_file(path, "cpu", (128, 160), "fp32").detect([frame], 0.2)[0]
    with on_path(path, PlainLane(), (128, 160)) as detector:
        assert_same(detector.detect([frame], 0.2)[0], plain)
    assert len(plain) > 5


def random_outputs(shape_hw: tuple[int, int], seed: int = 0) -> tuple[FloatArray, FloatArray]:
    rng = np.random.default_rng(seed)
    cells = len(anchor_points(shape_hw)[0])
    return rng.normal(-2, 1.5, (2, cells, 5)).astype(np.float32), rng.uniform(0, 5, (2, cells, 4)).astype(np.float32)


@pytest.mark.parametrize("shape_hw", [(64, 96), SHAPE_HW])
def test_the_best_rows_are_what_the_host_decodes(shape_hw: tuple[int, int]) -> None:
    logits, ltrb = random_outputs(shape_hw)
    rows = best_rows(torch.from_numpy(logits), torch.from_numpy(ltrb), Cells.of(shape_hw, CPU)).numpy()
    for number in range(2):
        expected = decode(logits[number], ltrb[number], shape_hw, 0.0)
        count = min(MOST_ROWS, len(expected.scores))
        assert rows.shape == (2, count, 6)
        np.testing.assert_allclose(rows[number, :, :4], expected.xyxy[:count], atol=1e-4)
        np.testing.assert_allclose(rows[number, :, 4], expected.scores[:count], atol=1e-6)
        np.testing.assert_array_equal(rows[number, :, 5], expected.class_ids[:count])


def test_rows_below_the_score_are_left_out_and_outlive_the_next_picture() -> None:
    logits, ltrb = random_outputs((64, 96))
    rows = best_rows(torch.from_numpy(logits), torch.from_numpy(ltrb), Cells.of((64, 96), CPU)).numpy()
    found, expected = passing(rows[0], 0.3), decode(logits[0], ltrb[0], (64, 96), 0.3)
    assert found is not None
    rows[:] = 0
    np.testing.assert_allclose(found.scores, expected.scores, atol=1e-6)
    assert found.class_ids.dtype == np.int64
    assert len(found.scores) > 10


def test_a_cell_that_is_no_number_finds_nothing() -> None:
    logits, ltrb = random_outputs((64, 96))
    logits[0, 5, 2] = np.nan
    rows = best_rows(torch.from_numpy(logits), torch.from_numpy(ltrb), Cells.of((64, 96), CPU)).numpy()
    assert np.isfinite(rows[0, :, 4]).all()
    assert (rows[0, :, 4] > LEAST_SCORE).sum() == rows.shape[1] - 1


def test_where_more_pass_than_the_device_gives_back_all_of_them_count() -> None:
    shape_hw, frame = (256, 256), noise_frame((256, 256))
    logits, ltrb = random_outputs(shape_hw)
    outputs = torch.from_numpy(logits[:1]), torch.from_numpy(ltrb[:1])
    path = DevicePath(lambda _: outputs, 3, CPU, PlainLane())
    for score in (0.01, 0.7):
        ((found, _),) = path.find([frame], shape_hw, score)
        expected = decode(logits[0], ltrb[0], shape_hw, score)
        assert (len(expected.scores) > MOST_ROWS) == (score == 0.01)
        np.testing.assert_allclose(found.scores, expected.scores, atol=1e-6)
        np.testing.assert_allclose(found.xyxy, expected.xyxy, atol=1e-4)


def test_what_comes_again_is_captured_and_two_sizes_alternate(model: Path) -> None:
    lane, plain = PlainLane(), TorchDetector.from_file(model, "cpu", None, "fp32")
    wide, high = (noise_frame((320, 180), 0), (96, 160)), (noise_frame((200, 300), 1), (128, 96))
    with on_path(model, lane, None) as detector:
        for number in range(3):
            for frame, size_hw in (wide, high):
                expected = plain.detect([frame], 0.2, size_hw=size_hw)[0]
                assert_same(detector.detect([frame], 0.2, size_hw=size_hw)[0], expected, atol=0.1)
            assert lane.captures == (2 if number == 0 else 4)  # of one picture's network at once
        pair = [wide[0], noise_frame((320, 180), 5)]
        for captures in (4, 5, 5):
            found = detector.detect(pair, 0.2, size_hw=(96, 160))
            assert lane.captures == captures  # a batch that comes once is not worth it
        assert_same(found[1], plain.detect(pair[1:], 0.2, size_hw=(96, 160))[0], atol=0.1)
        detector.prepare((96, 64))
        assert lane.captures == 6
        detector.detect([high[0]], size_hw=(96, 64))
        assert lane.captures == 6


def test_a_graph_that_gives_something_else_is_not_used(
    model: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    lane = PlainLane()
    monkeypatch.setattr(lane, "capture", lambda work: lambda: None)
    with on_path(model, lane, (64, 96)) as detector:
        expected = TorchDetector.from_file(model, "cpu", (64, 96), "fp32").detect([noise_frame()], 0.2)[0]
        for _ in range(3):
            assert_same(detector.detect([noise_frame()], 0.2)[0], expected, atol=0.1)
    assert len(caplog.messages) == 1
    assert "differs by" in caplog.text


def test_only_those_used_last_are_kept(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device_path, "MOST_LETTERBOXES", 3)
    with on_path(model, PlainLane(), (64, 64)) as detector:
        path = detector._path
        assert path is not None
        for width in range(20, 26):
            detector.detect([noise_frame((width, 20))])
        assert [shape[1] for shape, _ in path._letterboxes._parts] == [23, 24, 25]


@pytest.mark.parametrize("full", [True, False])
def test_without_graphs_it_goes_on_step_by_step_and_says_so_once(
    model: Path, full: bool, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s = [1000.0]
    monkeypatch.setattr(device_path, "time", SimpleNamespace(monotonic=lambda: now_s[0]))
    lane = PlainLane(fails=RuntimeError("CUDA error: operation not permitted\nCompile with TORCH_USE_CUDA_DSA."))
    if full:  # the capture's own end covers what ended it
        lane.fails.__context__ = torch.OutOfMemoryError("CUDA out of memory")
    plain = TorchDetector.from_file(model, "cpu", (64, 96), "fp32")
    with on_path(model, lane, (64, 96)) as detector:
        for _ in range(4):
            assert_same(detector.detect([noise_frame()], 0.2)[0], plain.detect([noise_frame()], 0.2)[0], atol=0.1)
        reason = "its memory is full" if full else "CUDA error: operation not permitted"
        assert caplog.messages == [
            f"No CUDA graph could be made ({reason}): the GPU works step by step, which is slower."
        ]
        lane.fails = None
        now_s[0] += device_path.RETRY_S + 1
        detector.detect([noise_frame()])
        assert (lane.captures > 0) == full  # room may come, a graph that cannot be made does not


def test_a_device_that_does_not_take_pictures_gets_them_from_the_cpu(
    model: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    lane = PlainLane()
    detector = on_path(model, lane, (64, 96))

    def broken(*_: object) -> None:
        raise RuntimeError("no kernel image is available")

    monkeypatch.setattr(lane, "upload", broken)
    found = detector.detect([noise_frame()], 0.2)[0]
    assert_same(found, TorchDetector.from_file(model, "cpu", (64, 96), "fp32").detect([noise_frame()], 0.2)[0])
    assert caplog.messages == [
        "The GPU does not take pictures (no kernel image is available): the CPU makes them ready, which is slower."
    ]
    assert lane.closed
    detector.prepare((64, 96))  # nothing to prepare any more


@pytest.mark.parametrize("stays", [True, False])
def test_a_full_device_is_left_or_said_so(
    model: Path, stays: bool, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    lane = PlainLane()
    detector = on_path(model, lane, (64, 96), stays=stays)

    def full(*_: object) -> None:
        if stays:
            raise RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED")
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 MiB")

    monkeypatch.setattr(lane, "upload", full)
    if stays:
        with pytest.raises(RuntimeError, match="ALLOC_FAILED"):
            detector.detect([noise_frame()])
        assert not lane.closed
    else:
        assert len(detector.detect([noise_frame()], 0.2)[0]) > 0
        assert caplog.messages == ["The GPU's memory is full: the detector goes on with the CPU, which is slower."]
        assert lane.closed


def test_a_closed_path_is_empty_and_refuses(model: Path) -> None:
    lane = PlainLane()
    detector = on_path(model, lane, (64, 96))
    path = detector._path
    assert path is not None
    detector.detect([noise_frame()])
    detector.close()
    assert lane.closed
    assert not path._networks._parts
    with pytest.raises(ValueError, match="closed"):
        path.prepare((64, 96))


@pytest.mark.parametrize(
    "backbone",
    ["resnet18", *(pytest.param(n, marks=pytest.mark.slow) for n in ("resnet50_cot", "resnet18_ca", "dpn68"))],
)
def test_no_step_waits_for_a_value_or_uses_the_hosts_memory(backbone: str) -> None:
    """What a capture forbids: tensors without memory, said to be on CUDA, raise at either."""
    gpu = torch.device("cuda", 0)
    with FakeTensorMode():
        with gpu:
            network = DetectorNetwork(backbone, 5, 64).eval()
            stub = SimpleNamespace(
                _order=torch.arange(3), _mean=torch.zeros(1, 3, 1, 1), _std=torch.ones(1, 3, 1, 1),
                _dtype=torch.float32, _network=network,
            )  # fmt: skip
        with torch.inference_mode():
            for source, channels in (((1080, 1920, 3), 3), ((607, 1081, 3), 1), ((480, 640, 1), 3)):
                DeviceLetterbox(source, SHAPE_HW, channels, gpu)()
            step = NetworkStep(lambda x: TorchDetector.forward(stub, x), (2, *SHAPE_HW, 3), gpu, PlainLane())  # type: ignore[arg-type]
            step()
        assert step.rows.shape == (2, MOST_ROWS, 6)
        assert step.rows.device == gpu


def test_what_cuda_says_first_is_the_reason() -> None:
    error = RuntimeError("CUDA error: an illegal memory access was encountered\nCUDA kernel errors might be late.\n")
    assert reason_of(error) == "CUDA error: an illegal memory access was encountered"
    assert reason_of(RuntimeError("file.cpp:3\nIt has no such operation.\n")) == "It has no such operation"
