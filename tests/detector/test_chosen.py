from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from threading import Event
from types import SimpleNamespace

import pytest

from detector.engines import candidates, improver, open_detector, openvino_engine, torch_engine
from detector.engines.candidate import Candidate
from detector.engines.candidates import chain, worth_measuring
from detector.engines.chosen import ChosenDetector
from detector.engines.convert_aside import convert_aside
from detector.engines.improver import Improver
from detector.engines.openvino_engine import OpenVinoDetector, is_converted, refuse_emulated
from detector.engines.remembered import Remembered
from detector.errors import DeviceError
from detector.modelfile import hash_weights, read_info, read_openvino, read_weights, write_model
from tests.detector.scripted_engines import FAST, GPU, PLAIN, SHAPE, SLOW, Engines, Script, feed
from tests.detector.small_model import add_openvino_network, noise_frame, save_small_model

FRAME = noise_frame()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_small_model(tmp_path_factory.mktemp("models") / "small.safetensors")


@pytest.fixture
def engines(monkeypatch: pytest.MonkeyPatch) -> Engines:
    made = Engines({one: Script() for one in (SLOW, FAST, PLAIN, GPU)})
    made.scripts[FAST].takes_s = 0.006
    made.install(monkeypatch)
    monkeypatch.setattr(improver, "POLL_S", 0.001)
    monkeypatch.setattr(improver, "SETTLED", 1)
    monkeypatch.setattr(improver, "exported_precision", lambda path: "int8")
    monkeypatch.setattr(improver, "worth_measuring", lambda *asked: (SLOW, FAST))
    return made


@pytest.fixture
def memory(tmp_path: Path) -> Remembered:
    return Remembered(tmp_path / "engines.json")


def improving(model: Path, memory: Remembered, *first: Candidate, measures: bool = True) -> ChosenDetector:
    detector = ChosenDetector(model, first, memory=memory)
    detector.accompany(Improver(detector, "auto", "auto", measures))
    return detector


def is_measured(detector: ChosenDetector) -> bool:
    report = detector.report
    return report is not None and bool(report.median_ms) and not report.measuring


def test_an_engine_that_does_not_start_gives_way_to_the_next_with_a_sentence(
    model: Path, engines: Engines, memory: Remembered
) -> None:
    engines.scripts[SLOW].fails_to_open = DeviceError("engine_failed", engine="OpenVINO", reason="no AVX2")
    with ChosenDetector(model, (SLOW, PLAIN), memory=memory) as detector:
        assert len(detector.detect([FRAME])[0]) == 1
        assert detector.now == PLAIN
        assert str(detector.report.trouble) == (
            "The OpenVINO engine could not start: no AVX2. torch, CPU works in its place."
        )


def test_an_engine_that_fails_at_a_frame_gives_way_and_the_frame_is_answered(
    model: Path, engines: Engines, memory: Remembered
) -> None:
    told = []
    with ChosenDetector(model, (SLOW, PLAIN), memory=memory) as detector:
        detector.on_change = lambda: told.append(detector.device)
        detector.detect([FRAME])
        engines.scripts[SLOW].fails = RuntimeError("a.cpp:117:\nthe primitive could not be made.\n")
        assert len(detector.detect([FRAME])[0]) == 1
        assert detector.report.trouble.what == (
            "The OpenVINO int8, CPU engine stopped: the primitive could not be made."
        )
        assert engines.scripts[SLOW].closed == 1
        assert told == ["torch, CPU"]


def test_a_batch_of_a_gpu_goes_singly_through_the_cpu_that_takes_its_place(
    model: Path, engines: Engines, memory: Remembered
) -> None:
    with ChosenDetector(model, (GPU, SLOW), memory=memory) as detector:
        detector.most_frames = 8
        engines.scripts[GPU].fails = RuntimeError("CUDA error: out of memory")
        assert [found.frame_index for found in detector.detect([noise_frame(index=i) for i in range(8)])] == [*range(8)]
        assert engines.scripts[SLOW].most_frames == 1


def test_where_no_engine_is_left_the_last_one_says_why(model: Path, engines: Engines, memory: Remembered) -> None:
    with ChosenDetector(model, (SLOW, PLAIN), memory=memory) as detector:
        for script in engines.scripts.values():
            script.fails = RuntimeError("out of order")
        with pytest.raises(DeviceError, match="out of order"):
            detector.detect([FRAME])


def test_without_any_engine_nothing_opens(model: Path, engines: Engines, memory: Remembered) -> None:
    for script in engines.scripts.values():
        script.fails_to_open = ImportError("DLL load failed")
    with pytest.raises(DeviceError, match="DLL load failed"):
        ChosenDetector(model, (SLOW, PLAIN), memory=memory)


def test_an_engine_whose_boxes_are_wrong_is_not_used_and_it_says_why(
    model: Path, engines: Engines, memory: Remembered
) -> None:
    engines.scripts[SLOW].moved_px = 60
    with ChosenDetector(model, (SLOW, PLAIN), memory=memory) as detector:
        found = detector.detect([FRAME], size_hw=SHAPE)[0]
        assert found.xyxy[0].tolist() == [10, 20, 110, 220]
        assert detector.now == PLAIN
        assert detector.report.trouble.what.startswith("OpenVINO int8, CPU, 1 thread is not used: 2 boxes on the check")


def test_an_engine_is_checked_once_on_a_machine(model: Path, engines: Engines, memory: Remembered) -> None:
    for _ in range(2):
        with ChosenDetector(model, (SLOW, PLAIN), memory=memory) as detector:
            before = engines.clock.now_s
            detector.detect([FRAME], size_hw=SHAPE)
            took = engines.clock.now_s - before
    assert took == pytest.approx(0.01)  # the frame alone


def test_the_faster_engine_wins_the_race_and_the_next_start_has_it_at_once(
    model: Path, engines: Engines, memory: Remembered, tmp_path: Path
) -> None:
    with improving(model, memory, SLOW, PLAIN) as detector:
        feed(detector, lambda: is_measured(detector))
        assert detector.now == FAST
        assert [one for one, _ms in detector.report.median_ms] == [FAST, SLOW]
        assert detector.report.median_ms[0][1] == pytest.approx(6.0)
    assert engines.scripts[SLOW].closed == engines.scripts[SLOW].opened
    again = Remembered(tmp_path / "engines.json")
    with improving(model, again, FAST, SLOW, PLAIN) as detector:
        opened = engines.scripts[SLOW].opened
        feed(detector, lambda: is_measured(detector))
        assert detector.now == FAST
    assert engines.scripts[SLOW].opened == opened  # nothing was raced


def test_an_engine_that_is_hardly_faster_changes_nothing(model: Path, engines: Engines, memory: Remembered) -> None:
    engines.scripts[FAST].takes_s = 0.0078  # with twice the cores
    with improving(model, memory, SLOW, PLAIN) as detector:
        feed(detector, lambda: is_measured(detector))
        assert detector.now == SLOW


@pytest.mark.parametrize("fault", ["opening", "racing", "boxes"])
def test_an_engine_that_fails_in_the_race_is_refused_and_the_one_at_work_goes_on(
    model: Path, engines: Engines, memory: Remembered, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    script = engines.scripts[FAST]
    if fault == "opening":
        script.fails_to_open = DeviceError("engine_failed", engine="OpenVINO", reason="driver too old")
    elif fault == "racing":
        script.fails = RuntimeError("driver too old")
    else:
        script.moved_px = 60
    with improving(model, memory, SLOW, PLAIN) as detector:
        feed(detector, lambda: bool(detector.report.refused) and not detector.report.measuring)
        assert detector.now == SLOW
        ((refused, why),) = detector.report.refused
        assert refused == FAST
        assert ("differ from torch" if fault == "boxes" else "driver too old") in str(why)
    assert script.closed == script.opened


def test_a_full_gpu_is_left_for_the_cpu_and_taken_again_when_there_is_room(
    model: Path, engines: Engines, memory: Remembered, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(improver, "RETRY_S", 0.001)
    monkeypatch.setattr(improver, "LONGEST_RETRY_S", 0.002)
    with improving(model, memory, GPU, SLOW, measures=False) as detector:
        detector.detect([FRAME], size_hw=SHAPE)
        engines.scripts[GPU].fails = RuntimeError("CUDA out of memory. Tried to allocate 2 MiB")
        assert len(detector.detect([FRAME], size_hw=SHAPE)[0]) == 1
        assert detector.now == SLOW
        assert detector.report.trouble.what == "The memory of torch, NVIDIA GPU is full."
        opened = engines.scripts[GPU].opened
        feed(detector, lambda: engines.scripts[GPU].opened > opened)  # it looks, in vain
        assert detector.now == SLOW
        engines.scripts[GPU].fails = None
        feed(detector, lambda: detector.report.trouble is None)
        assert detector.now == GPU


def test_another_shape_in_between_does_not_disturb_a_race(model: Path, engines: Engines, memory: Remembered) -> None:
    with improving(model, memory, SLOW, PLAIN) as detector:
        feed(detector, lambda: detector._race is not None)
        assert len(detector.detect([FRAME], size_hw=(96, 64))[0]) == 1
        feed(detector, lambda: is_measured(detector))
        assert detector.now == FAST


def test_measuring_again_forgets_what_was_measured(model: Path, engines: Engines, memory: Remembered) -> None:
    with improving(model, memory, SLOW, PLAIN) as detector:
        feed(detector, lambda: is_measured(detector))
        engines.scripts[SLOW].takes_s = 0.002
        detector.measure_again()
        feed(detector, lambda: detector.now == SLOW)


def test_a_detector_closed_in_the_race_leaves_no_engine_open(model: Path, engines: Engines, memory: Remembered) -> None:
    with improving(model, memory, SLOW, PLAIN) as detector:
        feed(detector, lambda: detector._race is not None)
    assert all(script.opened == script.closed for script in engines.scripts.values())


def test_what_was_asked_for_by_name_and_is_not_there_is_an_error(model: Path) -> None:
    with pytest.raises(DeviceError, match="'gpu' is not usable here: OpenVINO finds no such device"):
        open_detector(model, "gpu")
    with pytest.raises(DeviceError, match="holds no int8 network"):
        open_detector(model, "cpu", precision="int8")
    with pytest.raises(DeviceError, match=r"no precision 'fp8'.*auto, int8, bf16, fp32"):
        open_detector(model, precision="fp8")


def test_a_precision_asked_for_is_that_of_the_engine(model: Path) -> None:
    with open_detector(model, "cpu", SHAPE, "fp32") as detector:
        detector.detect([FRAME])
        assert detector.device == "CPU, OpenVINO fp32"
    with open_detector(model, "torch", SHAPE, "fp32") as detector:
        assert detector.device.endswith("torch fp32")


def test_bf16_is_not_emulated_by_a_processor_that_has_none(
    model: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def older_processor(core: object, precision: str, place: str) -> None:
        refuse_emulated(SimpleNamespace(get_property=lambda *what: ["FP32", "INT8"]), precision, place)

    monkeypatch.setattr(openvino_engine, "refuse_emulated", older_processor)
    monkeypatch.setattr(torch_engine, "cpu_has_bf16", lambda: False)
    with open_detector(model, "cpu", SHAPE, "bf16") as detector:
        assert detector.device == "CPU, torch fp32"
    assert "This processor does not compute in bf16." in caplog.text


def test_an_nvidia_gpu_is_first_in_a_command_and_later_in_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "has_nvidia_gpu", lambda: True)
    assert [one.place for one in chain("auto")] == ["cuda", "CPU", "CPU", "cpu"]
    assert [one.place for one in chain("auto", gpu_first=False)] == ["CPU", "CPU", "cpu"]
    assert [one.place for one in chain("auto", "int8")] == ["CPU", "CPU", "cpu"]
    assert worth_measuring("auto", "auto", int8=True, converted=False)[-1].place == "cuda"


def test_intels_devices_are_measured_where_openvino_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "openvino_devices", lambda: ("GPU.0", "GPU.1", "NPU"))
    places = [one.place for one in worth_measuring("auto", "auto", int8=True, converted=False)]
    assert places[-3:] == ["GPU.0", "GPU.1", "NPU"]
    assert {one.place for one in worth_measuring("gpu", "auto", int8=True, converted=False)} == {"GPU.0", "GPU.1"}
    assert all(one.place == "CPU" for one in worth_measuring("cpu", "auto", int8=True, converted=False))


@pytest.mark.parametrize(("cores", "counts"), [(1, [1]), (2, [1, 2]), (4, [1, 2, 3, 4]), (8, [2, 4, None])])
def test_several_numbers_of_threads_are_tried(
    cores: int, counts: list[int | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "usable_cores", lambda: cores)
    assert candidates.thread_counts() == counts


@pytest.mark.parametrize("right", [pytest.param(True, marks=pytest.mark.slow), False])
def test_a_model_of_ones_own_is_checked_against_openvino_in_fp32(
    tmp_path: Path, memory: Remembered, monkeypatch: pytest.MonkeyPatch, right: bool
) -> None:
    monkeypatch.setattr(openvino_engine, "user_cache_path", lambda name: tmp_path / name)
    monkeypatch.setattr(improver, "POLL_S", 0.001)
    monkeypatch.setattr(improver, "SETTLED", 1)
    monkeypatch.setattr(improver, "worth_measuring", lambda *asked: (SLOW,))
    model = add_openvino_network(save_small_model(tmp_path / "m.safetensors"), "int8")  # in truth of fp32
    weights = read_weights(model)
    if not right:  # an exported network that is not what the weights are
        surer = {name: array + 4 * ("cls_outs" in name and name.endswith("bias")) for name, array in weights.items()}
        other = tmp_path / "other.safetensors"
        write_model(other, read_info(model), {name: array.astype(weights[name].dtype) for name, array in surer.items()})
        network = read_openvino(add_openvino_network(other))
        exported = replace(network, precision="int8", weights_hash=hash_weights(weights))
        write_model(model, read_info(model), weights, exported)
    OpenVinoDetector(model, precision="fp32").close()  # converted; else a process of its own does it
    with improving(model, memory, *chain("cpu")) as detector:
        feed(detector, lambda: detector.reference is not None)
        feed(detector, lambda: (detector.report.trouble is None) == right)
        assert (detector.now.precision == "int8") == right
        if not right:
            assert "boxes on the check picture differ" in str(detector.report.trouble)


@pytest.mark.slow  # a process of its own imports torch
def test_a_conversion_aside_leaves_the_network_in_the_cache(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    weights_hash = hash_weights(read_weights(model))
    assert not is_converted(read_info(model), weights_hash)
    assert convert_aside(model, Event())
    assert is_converted(read_info(model), weights_hash)
    assert not convert_aside(tmp_path / "none.safetensors", Event())
    stop = Event()
    stop.set()
    assert not convert_aside(model, stop)


MEASURES = """
import json, sys
from detector.engines import improver, open_detector
from detector.engines.check import check_frame
from detector.engines.remembered import model_key
improver.POLL_S, improver.SETTLED = 0.01, 1
with open_detector(improves=True, size_hw=(192, 320)) as detector:
    key = model_key(detector.info, (192, 320), "auto", "auto")
    while (measured := detector.memory.measured(key)) is None:
        detector.detect([check_frame()])
    print(json.dumps([sorted({"torch", "nncf"} & set(sys.modules)), len(measured.considered), detector.device]))
"""


def test_the_bundled_model_is_measured_and_checked_without_torch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMAPP_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))  # nothing is converted there
    done = subprocess.run([sys.executable, "-c", MEASURES], capture_output=True, text=True, timeout=200, check=True)
    modules, considered, device = json.loads(done.stdout)
    assert modules == []
    assert considered == len(worth_measuring("auto", "auto", int8=True, converted=False))
    assert device == "CPU, OpenVINO int8"
    kept = json.loads((tmp_path / "engines.json").read_text())
    assert len(kept["measured"]) == 2
    assert kept["checked"]
