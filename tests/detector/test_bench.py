from __future__ import annotations

import json
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from detector import bench
from detector.commands import run_command
from detector.engines import openvino_engine
from detector.timing import compare, describe_machine
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
    np.testing.assert_allclose([slow.median_ms, slow.p90_ms, fast.median_ms, fast.ratio], [20, 20, 5, 0.25])


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
    assert run(monkeypatch, *options, "--backbones", "resnet18", "--precision", "fp32") == 0
    written = json.loads(figures.read_text())
    assert written["machine"]["input"] == "64x96"
    network, engines, pair, stages = written["tables"].values()
    assert [row["name"] for row in network] == ["backbone alone (C3, C4, C5)", "backbone, neck and head"]
    assert {"CPU, OpenVINO fp32", "CPU, torch fp32"} <= {row["name"] for row in engines}
    names = [row["name"].split(" (")[0] for row in stages]
    assert [row["name"] for row in pair] == ["backbone alone (C3, C4, C5)", "detect()"]
    assert names == ["detect()", "letterbox", "network", "decode", "NMS and boxes"]
    assert "median ms" in capsys.readouterr().out


def test_an_unknown_section_or_backbone_is_a_wrong_use(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "--only", "everything") == 2
    assert run(monkeypatch, "--only", "network", "--backbones", "vgg11") == 2
    assert run(monkeypatch, "--size", "250x416") == 2
