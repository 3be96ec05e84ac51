"""Which engine detects on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from detector.engines import chosen
from detector.engines.base import Detector
from detector.engines.candidate import Candidate
from detector.engines.candidates import open_candidate
from detector.errors import DeviceError
from tests.camapp.cli_helpers import Command, write_clip


def test_a_precision_that_the_file_has_not_is_said_in_one_sentence(
    camapp: Command, cli_model: Path, tmp_path: Path
) -> None:
    clip = write_clip(tmp_path / "a.mp4")
    done = camapp("detect", clip, "--model", cli_model, "--precision", "int8")
    assert done.code == 4
    assert "holds no int8 network of its weights" in done.err


def test_an_engine_that_does_not_start_is_said_and_the_next_one_detects(
    camapp: Command, cli_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def open_all_but_openvino(candidate: Candidate, path: Path) -> Detector:
        if candidate.library == "openvino":
            raise DeviceError("engine_failed", engine="OpenVINO", reason="this CPU has no AVX2")
        return open_candidate(candidate, path)

    monkeypatch.setattr(chosen, "open_candidate", open_all_but_openvino)
    clip = write_clip(tmp_path / "a.mp4")
    done = camapp("detect", clip, "--model", cli_model, "--device", "cpu", "--json")
    assert done.code == 0
    assert "The OpenVINO engine could not start: this CPU has no AVX2. CPU, torch" in done.err
    assert json.loads(done.out)["device"].startswith("CPU, torch")
