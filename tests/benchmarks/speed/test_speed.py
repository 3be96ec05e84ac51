"""The command that puts ours beside its backbone and beside others."""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from torch import nn

from benchmarks.speed import __main__ as command
from benchmarks.speed import drawing
from benchmarks.speed.beside_others import beside
from benchmarks.speed.decoding import OBJECTS, busy_outputs
from benchmarks.speed.drawing import BOXES, scene
from benchmarks.speed.forms import Setting, fastest, forms_of
from benchmarks.speed.others import IMAGENET, Other, rt_detr, torchvision_detector, yolo
from benchmarks.speed.ours import normalised_input, our_network
from benchmarks.speed.report import kept_tables, line_of, table_of, write
from benchmarks.speed.scores import CONFIDENT, IOU, PASSING
from benchmarks.speed.tables import Row, Table, timed
from detector.commands import run_command
from detector.engines.postprocess import decode, suppress
from detector.engines.torch_engine import TorchDetector
from tests.detector.small_model import noise_frame

SHAPE_HW = (64, 96)


def counting() -> Callable[[], float]:
    """A clock on which every step takes a second."""
    ticks = iter(range(10**9))
    return lambda: float(next(ticks))


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    return Setting(
        device="cpu",
        shape_hw=SHAPE_HW,
        threads=1,
        forms=("openvino-fp32", "torch-fp32"),
        pictures=(np.array(noise_frame((96, 64), 0).image),),
        exports=tmp_path,
        rounds=1,
        clock=counting(),
        say=lambda _: None,
    )


def test_rows_keep_their_places_and_those_that_cannot_run_say_why() -> None:
    gone = Row("gone", not_run="it is not installed")
    rows = timed([(Row("first"), int), (gone, None), (Row("last", gflop=1.5), int)], 3, counting())
    assert [row.name for row in rows] == ["first", "gone", "last"]
    assert rows[1] == gone
    assert line_of(gone) == "| gone |  | not run: it is not installed | | | |  |  |"
    assert line_of(rows[2]) == "| last |  | 1000.00 | 1000.00 | 1.000 | 1.000 | 1.5 |  |"


def test_the_fastest_form_is_taken_and_what_does_not_work_is_named(setting: Setting) -> None:
    now = [0.0]

    def making(takes_s: float) -> Callable[[], Callable[[], str]]:
        def work() -> str:
            now[0] += takes_s
            return f"took {takes_s}"

        return lambda: work

    def broken() -> Callable[[], str]:
        raise RuntimeError("It has no such operation.\n")

    makers = [("slow", making(0.02)), ("broken", broken), ("fast", making(0.005))]
    by_steps = replace(setting, clock=lambda: now[0])
    (best,) = fastest(iter(makers), by_steps)
    assert (best.title, best.step()) == ("fast", "took 0.005")
    assert best.tried["broken"] == "RuntimeError: It has no such operation"
    assert best.tried["slow"] == pytest.approx(20)
    assert fastest(iter(makers[1:2]), by_steps) == []
    whole = ("OpenVINO int8", making(0.001))
    assert [form.title for form in fastest(iter([*makers, whole]), by_steps)] == ["OpenVINO int8", "fast"]
    slow_whole = ("OpenVINO int8", making(0.1))
    assert [form.title for form in fastest(iter([*makers, slow_whole]), by_steps)] == ["fast"]


def test_every_form_of_a_network_gives_the_same(setting: Setting) -> None:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), Pair()).eval()
    picture = setting.pictures[0]
    with torch.inference_mode():
        expected = network(normalised_input(picture, IMAGENET))
    forms = dict(forms_of("pair", network, IMAGENET, setting))
    assert list(forms) == ["OpenVINO fp32", "torch fp32"]
    for make in forms.values():
        for got, want in zip(make()(picture), expected, strict=True):
            np.testing.assert_allclose(got, want.numpy(), rtol=1e-3, atol=1e-3)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_graph_gives_what_torch_gives(setting: Setting) -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), Pair()).eval()
    on_gpu = replace(setting, device="cuda", forms=("torch-fp16", "graph-fp16"))
    plain, graph = (make() for make in dict(forms_of("pair", network, IMAGENET, on_gpu)).values())
    for picture in (setting.pictures[0], setting.pictures[0][:, ::-1].copy()):
        for got, want in zip(graph(picture), plain(picture), strict=True):
            torch.testing.assert_close(got, want, rtol=1e-2, atol=1e-2)


class Pair(nn.Module):
    """Two outputs, as detectors have them."""

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return x, x.mean(1)


def test_an_export_is_kept_for_the_next_run(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    network, picture = nn.Sequential(nn.Conv2d(3, 4, 3), Pair()).eval(), setting.pictures[0]
    first = [output.copy() for output in dict(forms_of("pair", network, IMAGENET, setting))["OpenVINO fp32"]()(picture)]
    monkeypatch.setattr("benchmarks.speed.forms.normalised", lambda *_: pytest.fail("exported again"))
    again = dict(forms_of("pair", network, IMAGENET, setting))["OpenVINO fp32"]()(picture)
    for got, want in zip(again, first, strict=True):
        np.testing.assert_array_equal(got, want)
    assert {path.suffix for path in setting.exports.iterdir()} == {".xml", ".bin"}


def test_our_random_network_finds_as_much_as_is_asked() -> None:
    picture = np.array(noise_frame((192, 128), 0).image)
    ours = our_network("resnet18", picture)
    detector = TorchDetector(ours.network, ours.info, "cpu", (128, 192), "fp32")
    logits, ltrb = detector.infer(picture[None])
    assert len(decode(logits[0], ltrb[0], (128, 192), CONFIDENT).scores) == pytest.approx(PASSING, abs=1)
    assert ours.gflop == pytest.approx(2 * 1.8 * 128 * 192 / 224**2, rel=0.4)  # 1.8 G multiplications at 224x224


def test_torchvisions_boxes_are_those_of_its_own_forward() -> None:
    picture = np.array(noise_frame((128, 96), 0).image)
    other = torchvision_detector("fcos", picture)
    x = normalised_input(picture, IMAGENET)
    with torch.inference_mode():
        boxes = other.finish(tuple(output.numpy() for output in other.network(x)))
    assert 0 < len(boxes) <= PASSING
    assert (boxes[:, 2:] >= boxes[:, :2]).all()
    assert boxes.min() >= 0
    assert (boxes.max(axis=0) <= [128, 96, 128, 96]).all()


@pytest.mark.parametrize(("library", "name"), [("transformers", "18"), ("ultralytics", "yolo11n")])
def test_a_peers_boxes_lie_in_the_picture(library: str, name: str) -> None:
    pytest.importorskip(library, reason="group peers")
    picture = np.array(noise_frame((192, 128), 0).image)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # theirs
        other = rt_detr(int(name), picture) if library == "transformers" else yolo(name, picture)
        with torch.inference_mode():
            outputs = tuple(output.numpy() for output in other.network(normalised_input(picture, other.info)))
        boxes = other.step(lambda _: outputs, noise_frame((480, 320), 0), (128, 192))()
    assert boxes.dtype == np.float32
    assert 0 < len(boxes) <= PASSING
    assert boxes.min() >= 0
    assert (boxes.max(axis=0) <= [480, 320, 480, 320]).all()


def test_ours_stands_first_and_what_is_not_installed_is_marked(setting: Setting) -> None:
    frame = noise_frame((96, 64), 0)

    def missing() -> Other:
        raise ModuleNotFoundError("No module named 'transformers'", name="transformers")

    by_torch = replace(setting, forms=("torch-fp32",))
    table = beside("resnet18", {"RT-DETR": missing}, "above 1", frame, by_torch)
    ours, other = table.rows
    assert ours.name == "ours, resnet18"
    assert ours.ratio == 1
    assert ours.note.endswith(" boxes")
    assert set(table.tried["ours, resnet18"]) == {"torch fp32"}
    assert other.not_run == "transformers is not installed (group 'peers')"


def test_a_busy_picture_has_some_cells_for_each_object() -> None:
    logits, ltrb = busy_outputs((384, 640))
    candidates = decode(logits, ltrb, (384, 640), CONFIDENT)
    boxes = len(suppress(candidates, IOU).scores)
    assert boxes == pytest.approx(OBJECTS, rel=0.15)
    assert len(candidates.scores) / boxes == pytest.approx(4, abs=0.7)


def test_the_scene_moves_and_its_texts_change() -> None:
    first, second = scene(0), scene(1)
    assert len(first) == len(second) == BOXES
    assert np.abs(np.sort(first.xyxy[:, 0]) - np.sort(second.xyxy[:, 0])).max() < 20
    assert (np.sort(first.scores) != np.sort(second.scores)).any()


def test_tables_of_several_runs_stand_together(tmp_path: Path) -> None:
    row = Row("ours", "OpenVINO int8", 1.0, "3 boxes", 2.0, 3.0, 1.0, 1.0)
    one = Table("one", "fast", (row, Row("other", not_run="no")), ("A note.",), {"ours": {"fp32": 3.0, "bf16": "no"}})
    write(tmp_path, {"cpu": "x"}, {"cpu-one": one})
    text = write(tmp_path, {"cpu": "y"}, {"cpu-two": replace(one, title="two")})
    kept = kept_tables(tmp_path)
    assert list(kept) == ["cpu-one", "cpu-two"]
    assert table_of(kept["cpu-one"]) == one
    assert text.index("cpu x") < text.index("### one") < text.index("cpu y") < text.index("### two")
    assert "Tried for ours: fp32 3.0 ms, bf16 no (no)." in text
    assert (tmp_path / "speed.png").stat().st_size > 5000
    assert (tmp_path / "speed.md").read_text() == text


def test_the_command_writes_what_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clip = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(clip), cv2.VideoWriter.fourcc(*"MJPG"), 30, (96, 64))
    for i in range(4):
        writer.write(np.array(noise_frame((96, 64), i).image))
    writer.release()
    monkeypatch.setattr(drawing, "FRAMES", 2)
    options = ["--only", "overlay,decoding", "--rounds", "1", "--clip", clip, "--out", tmp_path, "--device", "cpu"]
    threads = torch.get_num_threads()
    try:
        assert run(monkeypatch, *options) == 0
    finally:
        torch.set_num_threads(threads)
    assert set(json.loads((tmp_path / "speed.json").read_text())) == {"cpu-overlay", "cpu-decoding"}
    assert "class-wise NMS" in capsys.readouterr().out


def test_a_table_or_a_device_that_is_not_there_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "--out", tmp_path, "--only", "everything") == 2
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert run(monkeypatch, "--out", tmp_path, "--device", "cuda") == 4


def run(monkeypatch: pytest.MonkeyPatch, *options: object) -> int:
    monkeypatch.setattr(sys, "argv", ["speed", *map(str, options)])
    with pytest.raises(SystemExit) as end:
        run_command(command.main)
    return int(end.value.code or 0)
