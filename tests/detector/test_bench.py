from __future__ import annotations

import json
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from detector import bench
from detector.commands import run_command
from detector.engines import openvino_engine
from detector.peers import PEERS, peer_steps
from detector.timing import compare, describe_machine
from tests.detector.references import relative_error
from tests.detector.small_model import noise_frame, save_small_model


def run(monkeypatch: pytest.MonkeyPatch, *options: object) -> int:
    monkeypatch.setattr(sys, "argv", ["bench", *map(str, options)])
    with pytest.raises(SystemExit) as end:
        run_command(bench.main)
    return int(end.value.code or 0)


def test_steps_take_turns_and_the_ratio_is_to_the_first() -> None:
    now, order = [0.0], []

    def step(name: str, takes_s: float) -> object:
        def work() -> None:
            order.append(name)
            now[0] += takes_s

        return work

    slow, fast = compare({"slow": step("slow", 0.02), "fast": step("fast", 0.005)}, 20, lambda: now[0])  # type: ignore[dict-item]
    assert order[:4] == ["slow", "fast", "slow", "fast"]
    assert len(order) == 2 * (3 + 20)
    assert (slow.name, slow.ratio) == ("slow", 1.0)
    np.testing.assert_allclose([slow.median_ms, slow.p90_ms, slow.p95_ms, fast.median_ms], [20, 20, 20, 5])
    np.testing.assert_allclose([slow.p95_ratio, fast.ratio, fast.p95_ratio], [1, 0.25, 0.25])


def test_the_machine_is_described_with_versions() -> None:
    assert {"cpu", "cores", "system", "python", "openvino", "torch"} <= describe_machine().keys()


def test_bench_writes_every_section(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(openvino_engine, "user_cache_path", lambda name: tmp_path / name)
    model = save_small_model(tmp_path / "small.safetensors")
    clip, figures = tmp_path / "clip.avi", tmp_path / "figures.json"
    writer = cv2.VideoWriter(str(clip), cv2.VideoWriter.fourcc(*"MJPG"), 30, (96, 64))
    for i in range(4):
        writer.write(np.array(noise_frame((96, 64), i).image))
    writer.release()
    options = ["--model", model, "--clip", clip, "--size", "64x96", "--rounds", "3", "--json", figures]
    sections = ("network", "engines", "stages")
    assert run(monkeypatch, *sections, *options, "--backbones", "resnet18", "--precision", "fp32") == 0
    written = json.loads(figures.read_text())
    assert written["machine"]["input"] == "64x96"
    network, engines, pair, stages = written["tables"].values()
    assert [row["name"] for row in network] == ["backbone alone (C3, C4, C5)", "backbone, neck and head"]
    assert {"CPU, OpenVINO fp32", "CPU, torch fp32"} <= {row["name"] for row in engines}
    names = [row["name"].split(" (")[0] for row in stages]
    assert [row["name"] for row in pair] == ["backbone alone (C3, C4, C5)", "detect()"]
    assert names == ["detect()", "letterbox", "network", "decode", "NMS and boxes"]
    assert "median ms" in capsys.readouterr().out


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without CUDA")
def test_without_a_gpu_its_tables_are_marked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = tmp_path / "figures.json"
    assert run(monkeypatch, "cuda", "--backbones", "resnet18,dpn92", "--json", figures) == 0
    written = json.loads(figures.read_text())
    assert written["tables"] == {}
    titles = [f"{name}, batch {n}, 384x640" for name in ("resnet18", "dpn92") for n in (1, 16)]
    assert [title.rsplit(",", 2)[0] for title in written["notes"]] == titles
    assert all(notes[0].startswith("Not run: ") for notes in written["notes"].values())
    assert capsys.readouterr().out.count("Not run: ") == 4


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_on_a_gpu_graphs_are_timed_beside_eager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    figures = tmp_path / "figures.json"
    options = ["--backbones", "resnet18", "--size", "64x96", "--rounds", "3", "--json", figures]
    assert run(monkeypatch, "cuda", *options) == 0
    written = json.loads(figures.read_text())
    for rows, notes in zip(written["tables"].values(), written["notes"].values(), strict=True):
        assert len(rows) == 6
        assert notes[0].startswith("Eager to CUDA graph: backbone ")
        assert "kernels" in notes[1]


def test_backbones_are_timed_beside_the_same_ones_of_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = tmp_path / "figures.json"
    options = ["--backbones", "resnet18,dpn68,resnetv2_18", "--size", "64x64", "--rounds", "1", "--json", figures]
    assert run(monkeypatch, "backbones", *options) == 0
    tables = json.loads(figures.read_text())["tables"]
    on_cpu = {title.split(",")[0]: rows for title, rows in tables.items() if title.endswith("cpu")}
    assert list(on_cpu) == ["resnet18", "dpn68", "resnetv2_18"]
    for name, rows in on_cpu.items():
        assert [row["name"] for row in rows] == [
            PEERS[name],
            "ours",
            f"{PEERS[name]}, channels last",
            "ours, batch norms folded, channels last",
        ]
    assert "ours, batch norms folded" in capsys.readouterr().out


def test_what_is_timed_beside_ours_gives_the_same() -> None:
    for name in ("resnet18", "resnetv2_18"):
        theirs, *others = (step() for step in peer_steps(name, (64, 96), torch.device("cpu")).values())
        assert len(others) == 3
        for other in others:
            assert relative_error(other, theirs) < 1e-4


def test_a_peer_that_is_not_installed_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "timm", None)
    assert run(monkeypatch, "backbones", "--backbones", "dpn68", "--size", "64x64") == 2
    assert "needs timm. Install it" in capsys.readouterr().err


def test_an_unknown_section_or_backbone_is_a_wrong_use(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "--only", "everything") == 2
    assert run(monkeypatch, "--only", "network", "--backbones", "vgg11") == 2
    assert run(monkeypatch, "backbones", "--backbones", "resnet50_cot") == 2  # nobody else has it
    assert run(monkeypatch, "--size", "250x416") == 2
