"""What the tests of the command line share."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from tests.camapp.cli_helpers import Command
from tests.detector.small_model import add_openvino_network, save_small_model


@pytest.fixture(scope="session")
def cli_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Finds 300 bottles and chairs in each picture of noise, some twenty of them above its own threshold."""
    path = tmp_path_factory.mktemp("models") / "small.safetensors"
    return add_openvino_network(save_small_model(path, classes_on=("bottle",), score_threshold=0.6))


@pytest.fixture
def camapp(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """camapp("detect", clip) runs that command line; however long it takes, no line of progress is in its answer."""
    monkeypatch.setattr("camapp.cli.report.LINE_S", math.inf)
    return Command(capfd)
