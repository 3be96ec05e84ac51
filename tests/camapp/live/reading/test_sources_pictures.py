"""Pictures and folders of pictures, whatever kinds they are of."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from camapp.errors import SourceError
from camapp.live.reading.picture_source import PictureSource, natural_key, read_picture, stated_size
from camapp.live.sources import open_source
from tests.camapp.live.readers import read_until_error

BGR = (10, 120, 250)


def write(path: Path, picture: np.ndarray, *options: int) -> Path:
    ok, content = cv2.imencode(path.suffix, picture, options)
    assert ok
    path.write_bytes(content.tobytes())
    return path


def coloured(height: int = 6, width: int = 8) -> np.ndarray:
    return np.full((height, width, 3), BGR, np.uint8)


@pytest.mark.parametrize(
    ("name", "picture", "expected"),
    [
        ("grey.png", np.full((6, 8), 77, np.uint8), (77, 77, 77)),
        ("grey16.png", np.full((6, 8), 77 << 8, np.uint16), (77, 77, 77)),
        ("colour16.png", np.full((6, 8, 3), BGR, np.uint16) << 8, BGR),
        ("rgba.png", np.full((6, 8, 4), (*BGR, 128), np.uint8), BGR),
        ("colour16.tif", np.full((6, 8, 3), BGR, np.uint16) << 8, BGR),
        ("colour.bmp", coloured(), BGR),
        ("colour.jpg", coloured(), BGR),
        ("colour.webp", coloured(), BGR),
        ("COLOUR.PNG", coloured(), BGR),
        ("ü 测试 🎥.png", coloured(), BGR),
    ],
)
def test_every_kind_of_picture_becomes_8_bit_bgr(
    tmp_path: Path, name: str, picture: np.ndarray, expected: tuple[int, int, int]
) -> None:
    source = open_source(str(write(tmp_path / name, picture)))
    (frame,) = source
    assert frame.image.shape == (6, 8, 3)
    assert frame.image.dtype == np.uint8
    assert frame.image[3, 4].tolist() == pytest.approx(expected, abs=4)
    assert (frame.index, frame.time_s) == (0, 0.0)
    assert isinstance(source, PictureSource)
    assert source.name_of(0) == name
    assert source.info is not None
    assert (source.info.size_wh, source.info.frame_count, source.info.description) == ((8, 6), 1, "8x6, picture")


@pytest.mark.parametrize(("width", "height"), [(1, 1), (12000, 9000)])
def test_the_smallest_and_a_huge_picture_can_be_read(tmp_path: Path, width: int, height: int) -> None:
    picture = np.zeros((height, width), np.uint8)
    picture[-1, -1] = 200
    (frame,) = open_source(write(tmp_path / "p.png", picture, cv2.IMWRITE_PNG_COMPRESSION, 1))
    assert frame.size_wh == (width, height)
    assert frame.image[-1, -1].tolist() == [200, 200, 200]


def test_a_turned_photograph_stands_upright(tmp_path: Path) -> None:
    jpeg = cv2.imencode(".jpg", coloured(6, 8))[1].tobytes()
    tiff = b"MM\0*\0\0\0\x08" + struct.pack(">HHHIHHI", 1, 0x112, 3, 1, 6, 0, 0)  # Orientation: turn to the right
    exif = b"Exif\0\0" + tiff
    path = tmp_path / "phone.jpg"
    path.write_bytes(jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + jpeg[2:])
    assert read_picture(path).shape == (8, 6, 3)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".bmp", ".tif"])
@pytest.mark.parametrize("share", [0.6, 0.0])
def test_a_picture_that_is_cut_off_is_unreadable(tmp_path: Path, suffix: str, share: float) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (90, 120, 3), dtype=np.uint8)
    path = write(tmp_path / f"p{suffix}", noise)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(SourceError) as caught:
        list(open_source(path))
    assert caught.value.code == "source_unreadable"


def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    header = struct.pack(">IIBBBBB", 60_000, 50_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    path = tmp_path / "bomb.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk)))
    with pytest.raises(SourceError) as caught:
        list(open_source(path))
    assert str(caught.value).startswith(f"The picture '{path}' is too large: 60000x50000.")


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp"])
def test_the_size_is_known_from_the_header(suffix: str) -> None:
    assert stated_size(cv2.imencode(suffix, coloured(6, 8))[1].tobytes()) == (8, 6)


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xd8", b"\xff\xd8\xff\xff\xff\xff", b"BM", b"\x89PNG\r\n\x1a\n", b"text"]
)
def test_no_header_has_no_size(content: bytes) -> None:
    assert stated_size(content) is None


def test_a_folder_gives_its_pictures_in_natural_order(tmp_path: Path) -> None:
    names = ["2.png", "10.png", "a 9.jpg", "A 10.jpg", "测试.bmp"]
    for name in reversed(names):
        write(tmp_path / name, coloured())
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / "._2.png").write_bytes(b"what macOS leaves behind")
    (tmp_path / "3.png").mkdir()
    source = open_source(str(tmp_path))
    frames = list(source)
    assert isinstance(source, PictureSource)
    assert source.names == names
    assert [(f.index, f.time_s) for f in frames] == [(i, float(i)) for i in range(5)]
    assert source.info is not None
    assert source.info.frame_count == 5
    assert [f.index for f in source] == [0, 1, 2, 3, 4]
    assert source.names == names


def test_natural_order_takes_any_digits() -> None:
    names = ["x²", "x٣", "x10", "x2", "x", "2", ""]
    assert sorted((Path(n) for n in names), key=natural_key)[:3] == [Path(""), Path("2"), Path("x")]


def test_unreadable_pictures_of_a_folder_are_skipped_and_named_at_the_end(tmp_path: Path) -> None:
    for i in range(4):
        write(tmp_path / f"{i}.png", coloured())
    (tmp_path / "1.png").write_bytes(b"damaged")
    (tmp_path / "2.png").write_bytes(b"")
    source = PictureSource(tmp_path)
    frames, error = read_until_error(source)
    assert [f.index for f in frames] == [0, 1]
    assert source.names == ["0.png", "3.png"]
    assert str(error).startswith(f"2 of 4 pictures in '{tmp_path}' could not be read: 1.png, 2.png.")


def test_a_folder_without_pictures_says_so(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no picture")
    with pytest.raises(SourceError) as caught:
        list(open_source(tmp_path))
    assert caught.value.code == "folder_empty"
    assert caught.value.exit_code == 3


def test_closing_a_folder_ends_its_iteration(tmp_path: Path) -> None:
    for i in range(3):
        write(tmp_path / f"{i}.png", coloured())
    source = PictureSource(tmp_path)
    for frame in source:
        assert frame.index == 0
        source.close()
