"""`camapp detect --zone`: a part of the picture, or all of it, looked at in tiles, too."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from camapp.cli.zone import parse_zone
from camapp.errors import CommandError
from camapp.live.zone import WHOLE_PICTURE
from tests.camapp.cli_helpers import Command, write_clip


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write_clip(tmp_path / "clip.mp4", frames=1, size_wh=(640, 360))


def boxes(camapp: Command, clip: Path, model: Path, *zone: str) -> tuple[int, list[dict[str, str]]]:
    """How many, and their rows."""
    table = clip.with_suffix(".csv")
    ran = camapp("detect", clip, "--model", model, "--size", "96x160", "--csv", table, *zone, "--json")
    assert (ran.code, ran.err) == (0, "")
    with table.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    (source,) = json.loads(ran.out)["sources"]
    return sum(found["boxes"] for found in source["classes"].values()), rows


def test_a_zone_finds_more_and_all_of_it_on_its_own_frame(camapp: Command, cli_model: Path, clip: Path) -> None:
    without, _ = boxes(camapp, clip, cli_model)
    with_zone, rows = boxes(camapp, clip, cli_model, "--zone", "100,50,300,200")
    assert with_zone > without
    assert {row["predicted"] for row in rows} <= {"0", "False", "false", ""}
    everywhere, _ = boxes(camapp, clip, cli_model, "--zone", "all")
    assert everywhere > without


@pytest.mark.parametrize("text", ["", "1,2,3", "a,b,c,d", "1,2,3,4,5", "10,10,1.5,20", "everything"])
def test_what_is_no_zone_ends_with_2(camapp: Command, clip: Path, text: str) -> None:
    ran = camapp("detect", clip, "--zone", text)
    assert ran.code == 2
    assert ran.sentence == f"'{text}' is no zone. Give it as X,Y,WIDTH,HEIGHT in pixels of the picture, or 'all'."


@pytest.mark.parametrize("text", ["0,0,0,0", "10,10,-20,50", "10,10,300,5"])
def test_a_zone_of_hardly_any_size_ends_with_2(camapp: Command, clip: Path, text: str) -> None:
    ran = camapp("detect", clip, "--zone", text)
    assert ran.code == 2
    assert "at least 16 pixels" in ran.sentence


def test_a_zone_outside_the_picture_ends_with_2_and_leaves_no_file(
    camapp: Command, cli_model: Path, clip: Path, tmp_path: Path
) -> None:
    ran = camapp("detect", clip, "--model", cli_model, "--zone", "700,20,100,100", "--csv", tmp_path / "t.csv")
    assert ran.code == 2
    assert "The zone '700,20,100,100' lies outside the picture of 'clip.mp4', which is 640x360." in ran.err
    assert not (tmp_path / "t.csv").exists()


def test_a_zone_is_read_with_blanks_and_may_stick_out() -> None:
    assert parse_zone(" 1, 2, 30, 40") == (1, 2, 30, 40)
    assert parse_zone("-10,-10,50,50") == (-10, -10, 50, 50)
    assert parse_zone("ALL") == WHOLE_PICTURE
    with pytest.raises(CommandError):
        parse_zone("1,2,3,4")
