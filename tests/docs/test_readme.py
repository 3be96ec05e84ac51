"""What the README shows as code works as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import cv2
import numpy as np
import pytest

from detector.export import read_video
from detector.paths import CLIP

README = Path(__file__).resolve().parents[2] / "README.md"


def test_five_lines_find_the_objects_of_a_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    section = README.read_text("utf-8").partition("### As a library")[2]
    found = re.search(r"```python\n(.*?)```", section, re.DOTALL)
    assert found is not None
    assert len([line for line in found[1].splitlines() if line]) == 5
    frames = list(read_video(CLIP, 3))
    assert cv2.imwrite(str(tmp_path / "table.jpg"), np.asarray(frames[1]))
    monkeypatch.chdir(tmp_path)
    exec(compile(found[1], "README.md", "exec"), {})
    assert "person" in capsys.readouterr().out
