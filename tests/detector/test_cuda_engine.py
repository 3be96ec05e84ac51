"""The CUDA engine on a GPU; what is not CUDA's own is tested without one in test_device_path.py."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import numpy as np
import pytest
import torch

from detector.engines import open_detector
from detector.engines.check import Boxes, check_frame, wrong_boxes
from detector.engines.torch_engine import TorchDetector
from detector.paths import DEFAULT_MODEL
from detector.types import Detections
from tests.detector.small_model import noise_frame, save_small_model

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
]
SHAPE_HW = (256, 416)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_small_model(tmp_path_factory.mktemp("models") / "small.safetensors")


@pytest.fixture
def eager() -> Iterator[TorchDetector]:
    with TorchDetector.from_file(DEFAULT_MODEL, "cuda", SHAPE_HW, graphs=False) as detector:
        yield detector


@pytest.fixture
def graph(caplog: pytest.LogCaptureFixture) -> Iterator[TorchDetector]:
    with TorchDetector.from_file(DEFAULT_MODEL, "cuda", SHAPE_HW) as detector:
        yield detector
        assert [record.message for record in caplog.get_records("call")] == []  # nothing went another way


def captured(detector: TorchDetector) -> list[bool]:
    """Of each network that is kept."""
    assert detector._path is not None
    return [part.captured for part in detector._path._networks._parts.values()]


def assert_alike(found: Detections, expected: Detections) -> None:
    assert wrong_boxes(Boxes.of(found), Boxes.of(expected)) == 0


def test_a_graph_finds_what_eager_finds_on_each_new_picture(graph: TorchDetector, eager: TorchDetector) -> None:
    frames = [check_frame(), *(noise_frame((640, 360), index) for index in range(3)), check_frame()]
    for frame in frames:
        found, expected = graph.detect([frame])[0], eager.detect([frame])[0]
        np.testing.assert_allclose(np.sort(found.scores)[-20:], np.sort(expected.scores)[-20:], atol=0.02)
        assert_alike(found, expected)
    assert captured(graph) == [True]
    assert captured(eager) == [False]
    assert len(Boxes.of(found).scores) > 10


def test_it_finds_what_the_cpu_finds_exactly(graph: TorchDetector) -> None:
    with TorchDetector.from_file(DEFAULT_MODEL, "cpu", SHAPE_HW, "fp32") as exact:
        for _ in range(2):
            assert_alike(graph.detect([check_frame()])[0], exact.detect([check_frame()])[0])


def test_two_sizes_and_several_pictures_alternate(model: Path) -> None:
    wide, high = noise_frame((1280, 720), 0), noise_frame((333, 501), 1)
    with (
        TorchDetector.from_file(model, "cuda", precision="fp32") as graph,
        TorchDetector.from_file(model, "cpu", precision="fp32") as plain,
    ):
        expected = plain.detect([wide, high], 0.3)
        for _ in range(4):
            for number, frame in enumerate((wide, high)):
                found = graph.detect([frame], 0.3)[0]
                assert abs(len(found) - len(expected[number])) <= 3
                np.testing.assert_allclose(found.scores[:5], expected[number].scores[:5], atol=0.03)
            together = graph.detect([wide, wide, high], 0.3, size_hw=SHAPE_HW)
            np.testing.assert_allclose(together[0].scores[:5], together[1].scores[:5], atol=0.02)
        assert all(captured(graph))


def test_a_frame_waits_once_and_for_nothing_else(graph: TorchDetector) -> None:
    for _ in range(3):
        graph.detect([check_frame()])
    before = torch.cuda.memory_stats()["allocation.all.allocated"]
    torch.cuda.set_sync_debug_mode("error")  # raises where an operation waits; the one event is no operation
    try:
        assert len(graph.detect([check_frame()])[0]) > 0
    finally:
        torch.cuda.set_sync_debug_mode("default")
    assert torch.cuda.memory_stats()["allocation.all.allocated"] == before


def test_a_graph_of_one_thread_runs_on_another_while_a_second_is_captured(graph: TorchDetector, model: Path) -> None:
    expected = graph.detect([check_frame()])[0]
    found: list[Detections] = []
    stop = Event()

    def work() -> None:
        while not stop.is_set():
            found.append(graph.detect([check_frame()])[0])

    thread = Thread(target=work)
    thread.start()
    try:
        with TorchDetector.from_file(model, "cuda") as other:
            for size_hw in ((64, 96), (96, 64), (128, 128)):
                other.prepare(size_hw)
                graph.prepare(size_hw)
                other.detect([noise_frame()], size_hw=size_hw)
            assert all(captured(other))
    finally:
        stop.set()
        thread.join()
    assert len(found) > 0
    for one in found:
        assert_alike(one, expected)


def test_a_full_gpu_is_left_for_the_cpu(eager: TorchDetector, caplog: pytest.LogCaptureFixture) -> None:
    expected = eager.detect([check_frame()], size_hw=(736, 1280))[0]
    detector = TorchDetector.from_file(DEFAULT_MODEL, "cuda")
    torch.cuda.empty_cache()
    torch.cuda.set_per_process_memory_fraction(torch.cuda.memory_reserved() / torch.cuda.mem_get_info()[1])
    try:
        assert_alike(detector.detect([check_frame()], size_hw=(736, 1280))[0], expected)
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    assert detector.device.endswith("(the GPU's memory is full)")
    assert "goes on with the CPU" in caplog.text
    detector.close()


def test_a_full_gpu_is_said_to_who_chose_it_and_the_next_engine_goes_on() -> None:
    with open_detector(device="cuda", size_hw=(736, 1280)) as detector:
        torch.cuda.empty_cache()
        torch.cuda.set_per_process_memory_fraction(torch.cuda.memory_reserved() / torch.cuda.mem_get_info()[1])
        try:
            assert len(detector.detect([check_frame()])[0]) > 0
        finally:
            torch.cuda.set_per_process_memory_fraction(1.0)
        assert detector.report is not None
        assert "memory" in str(detector.report.trouble)
        assert "OpenVINO" in detector.device


def test_closing_gives_the_memory_back() -> None:
    gc.collect()
    torch.cuda.empty_cache()
    before = torch.cuda.memory_reserved()
    detector = TorchDetector.from_file(DEFAULT_MODEL, "cuda")
    for size_wh in ((3840, 2160), (4000, 3000), (2160, 3840)):
        for index in range(2):
            detector.detect([noise_frame(size_wh, index)], size_hw=(736, 1280))
    most = torch.cuda.memory_reserved()
    detector.close()
    gc.collect()
    torch.cuda.empty_cache()
    # What libraries keep for the whole process stays: tens of MB.
    assert torch.cuda.memory_reserved() - before < (most - before) / 3
