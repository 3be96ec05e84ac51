"""What the tools say of the code: imports run one way, ruff and mypy find nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]


def run_tool(*command: str) -> None:
    """Fails with what the tool said."""
    done = subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout


def test_imports_run_one_way() -> None:
    run_tool(str(Path(sys.executable).with_name("lint-imports")), "--no-cache")


def test_ruff_finds_nothing() -> None:
    run_tool(sys.executable, "-m", "ruff", "check", "--no-cache")


def test_the_code_is_formatted() -> None:
    run_tool(sys.executable, "-m", "ruff", "format", "--check", "--no-cache")


@pytest.mark.timeout(1000)
def test_mypy_finds_nothing() -> None:
    run_tool(sys.executable, "-m", "mypy")


IN_A_FRESH_PYTHON = """
import sys
{code}
heavy = [name for name in {unwanted} if name in sys.modules]
sys.exit(f"imported: {{heavy}}" if heavy else 0)
"""


@pytest.mark.parametrize(
    ("code", "unwanted"),
    [
        ("import detector", ["numpy", "cv2", "torch", "openvino", "PySide6"]),
        ("import detector.engines", ["torch", "PySide6"]),
        ("import camapp.cli.job, camapp.cli.tables", ["torch", "PySide6", "torchvision"]),
        ("import camapp.__main__", ["cv2", "torch", "openvino", "PySide6", "av", "typer", "rich"]),
        ("import camapp.__main__, camapp.ui.app", ["torch", "openvino", "typer", "rich", "pydantic"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_importing_stays_light(code: str, unwanted: list[str]) -> None:
    run_tool(sys.executable, "-c", IN_A_FRESH_PYTHON.format(code=code, unwanted=unwanted))
