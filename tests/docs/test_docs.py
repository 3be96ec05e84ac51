from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDE, PICTURES = ROOT / "docs" / "guide", ROOT / "docs" / "pictures"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "recipes").rglob("*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
LANGUAGES = ("en", "zh")
MOST_BYTES = 4_000_000  # of all pictures: a clone takes them along


def links_of(page: Path) -> list[str]:
    """All that a page points to in this repository."""
    found: list[str] = LINK.findall(CODE.sub("", page.read_text(encoding="utf-8")))
    return [link for link in found if "://" not in link and not link.startswith("mailto:")]


def anchors_of(page: Path) -> set[str]:
    """What a link may name after #, as code hosts make it of headings."""
    headings: list[str] = HEADING.findall(page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def pictures_of(page: Path) -> list[str]:
    """Names of the pictures on a page, in their order."""
    return re.findall(r"!\[[^\]]*\]\([^)]*/pictures/\w+/([^)]+)\)", page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_and_picture_of_a_page_is_there(page: Path) -> None:
    missing = []
    for link in links_of(page):
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (anchor and anchor not in anchors_of(target)):
            missing.append(link)
    assert missing == []


def test_the_guide_has_the_same_pages_and_pictures_in_both_languages() -> None:
    english, chinese = ({page.name: pictures_of(page) for page in (GUIDE / code).glob("*.md")} for code in LANGUAGES)
    assert len(english) > 5
    assert english == chinese
    for code in LANGUAGES:
        assert all(f"/pictures/{code}/" in link for page in (GUIDE / code).glob("*.md") for link in links_of(page)
                   if "/pictures/" in link)  # fmt: skip


def test_every_page_of_the_guide_is_reached_from_its_first() -> None:
    for code in LANGUAGES:
        linked = {link.partition("#")[0] for link in links_of(GUIDE / code / "README.md")}
        assert {page.name for page in (GUIDE / code).glob("*.md")} - {"README.md"} <= linked


def test_no_picture_is_left_over_and_all_are_small() -> None:
    pictures = {path for path in PICTURES.rglob("*") if path.is_file()}
    used = {(page.parent / link).resolve() for page in PAGES for link in links_of(page)}
    assert pictures - used == set()
    assert sum(path.stat().st_size for path in pictures) < MOST_BYTES
