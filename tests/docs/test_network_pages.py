"""The pages on the networks: their code runs, and both languages have the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch

from detector.models import BACKBONES

NETWORKS = Path(__file__).resolve().parents[2] / "docs" / "networks"
PAGES = sorted((NETWORKS / "en").glob("*.md"))


def code_of(page: Path) -> list[str]:
    return re.findall(r"^```[^\n]*\n.*?^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_code_on_a_page_runs_and_what_it_asserts_holds(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # some of it writes files
    torch.manual_seed(0)
    for block in re.findall(r"^```python\n(.*?)^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE):
        exec(compile(block, str(page), "exec"), {})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_both_languages_have_the_same_code_and_pictures(page: Path) -> None:
    chinese = NETWORKS / "zh" / page.name
    assert code_of(chinese) == code_of(page)
    english_pictures, chinese_pictures = (
        re.findall(r"\((\S+\.webp)\)", p.read_text(encoding="utf-8")) for p in (page, chinese)
    )
    assert english_pictures == chinese_pictures


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_network_is_on_the_first_page(language: str) -> None:
    text = (NETWORKS / language / "README.md").read_text(encoding="utf-8")
    assert {name for name in BACKBONES if f"`{name}`" not in text and "_ca" not in name} == set()
