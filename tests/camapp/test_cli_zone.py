"""`camapp detect --zone`: a part of the picture, or all of it, looked at in tiles, too."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from camapp.cli.zone import checked, parse_zone
from camapp.errors import CommandError
from camapp.live.reading.base import Source, SourceInfo
from camapp.live.zone import WHOLE_PICTURE
from detector.types import Frame
from tests.camapp.cli_helpers import Command, write_clip


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write_clip(tmp_path / "clip.mp4", frames=1, size_wh=(640, 360))


def boxes(camapp: Command, clip: Path, model: Path, *zone: str) -> tuple[int, list[dict[str, str]]]:
    """How many, and their rows."""
    table = clip.with_suffix(".csv")
    ran = camapp(
        "detect",
        clip,
        "--model",
        model,
        "--size",
        "96x160",
        "--classes",
        "all",
        "--score",
        "0.3",
        "--csv",
        table,
        *zone,
        "--json",
    )
    assert (ran.code, ran.err) == (0, "")
    with table.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    (source,) = json.loads(ran.out)["sources"]
    return sum(found["boxes"] for found in source["classes"].values()), rows


def test_a_zone_finds_more_and_all_of_it_on_its_own_frame(camapp: Command, cli_model: Path, clip: Path) -> None:
    without, _ = boxes(camapp, clip, cli_model)
    with_zone, rows = boxes(camapp, clip, cli_model, "--zone", "100,50,300,200")
    assert with_zone > without
    assert {row["predicted"] for row in rows} == {"0"}


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


class Camera(Source):
    """Sends two pictures, and says that it was lost in between."""

    live = True

    def __iter__(self) -> Iterator[Frame]:
        self.info = SourceInfo((64, 48), 30.0, None, "64x48")
        for index in range(2):
            yield Frame(np.zeros((48, 64, 3), np.uint8), index, 0.0, index / 30)
            self.on_trouble(None)


def test_a_camera_with_a_zone_is_the_same_camera() -> None:
    camera, told = Camera("cam"), []
    source = checked(camera, (0, 0, 32, 32))
    source.on_trouble = told.append
    assert (source.name, source.live) == ("cam", True)
    assert [frame.index for frame in source] == [0, 1]
    assert source.info == camera.info
    assert told == [None, None]
    source.close()
    assert camera.closed
    assert checked(camera, None) is camera
    assert checked(camera, WHOLE_PICTURE) is camera
    with pytest.raises(CommandError, match="outside the picture of 'cam', which is 64x48"):
        next(iter(checked(camera, (100, 0, 32, 32))))


def test_a_zone_is_read_with_blanks_and_may_stick_out() -> None:
    assert parse_zone(" 1, 2, 30, 40") == (1, 2, 30, 40)
    assert parse_zone("-10,-10,50,50") == (-10, -10, 50, 50)
    assert parse_zone("ALL") == WHOLE_PICTURE
    with pytest.raises(CommandError):
        parse_zone("1,2,3,4")
