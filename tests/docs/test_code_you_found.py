"""The listings of the page "The code you found" do what the page says that they do, word by word."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest
import torch

PAGE = Path(__file__).resolve().parents[2] / "docs" / "networks" / "en" / "code-you-found.md"
# A listing is marked by the word behind the language; the next block is what it says.
FOUND = re.compile(r"^```python found\n(.*?)^```\n\n```text\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LISTINGS = FOUND.findall(PAGE.read_text(encoding="utf-8"))
SECTION = re.compile(r"^## \d.*?(?=^## |\Z)", re.DOTALL | re.MULTILINE)


def said_by(code: str) -> str:
    """What a listing prints, and the error that ends it."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        try:
            exec(compile(code, "listing", "exec"), {})
        except Exception as error:
            print(f"{type(error).__name__}: {error}")
    return said.getvalue()


@pytest.mark.parametrize("number", range(len(LISTINGS)))
def test_a_found_listing_says_exactly_what_the_page_says(number: int) -> None:
    code, expected = LISTINGS[number]
    torch.manual_seed(0)
    assert said_by(code) == expected


def test_each_of_the_six_has_a_listing_what_it_says_why_and_the_right_lines() -> None:
    text = PAGE.read_text(encoding="utf-8")
    sections = SECTION.findall(text)
    assert len(sections) == 6
    for section in sections:
        assert FOUND.search(section)
        assert all(word in section for word in ("**Why.**", "**Right**", "**Here**"))
        right = section[section.index("**Right**") :]
        assert re.search(r"^```python\n.*?\bassert", right, re.DOTALL | re.MULTILINE)  # run by test_network_pages.py
    assert len(LISTINGS) == text.count("```python found") == text.count("```text")
