"""Makes the pictures that an emulated camera sends: one file ("pack") a format."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from tests.fakecam.layout import Format

Picture = npt.NDArray[np.uint8]


def moving_pictures(count: int) -> list[Picture]:
    """`count` pictures, uint8 (360, 640, 3), of a bright square that moves over a grey ramp, to and fro."""
    ramp = np.tile(np.linspace(40, 200, 640, dtype=np.uint8)[None, :, None], (360, 1, 3))
    pictures = []
    for i in range(count):
        picture = ramp.copy()
        left = round(560 * abs(1 - 2 * i / count))
        picture[150:230, left : left + 80] = (60, 200, 240)
        pictures.append(picture)
    return pictures


def write_pack(path: Path, pictures: Iterable[Picture], fmt: Format, fps: float = 30.0) -> None:
    """Writes the pictures, cropped and scaled to `fmt`; they are shown at `fps` over and over, whatever fmt.fps is."""
    fitted = [_fit(picture, fmt.width, fmt.height) for picture in pictures]
    payloads = [_jpeg(p, fmt.width) if fmt.fourcc == "MJPG" else _yuyv(p) for p in fitted]
    quantiser = mcu_rows = 0
    index, offset = b"", struct.calcsize("<8s8I") + 24 * len(payloads)
    for payload in payloads:
        header = tail = 0
        if fmt.fourcc == "MJPG":
            header, tail, quantiser, mcu_rows = _cut_jpeg(payload, fmt.width)
        index += struct.pack("<QIIII", offset, len(payload), header, tail, 0)
        offset += len(payload)
    head = struct.pack(
        "<8s8I",
        b"FCAMPK1",
        fmt.number,
        fmt.width,
        fmt.height,
        len(payloads),
        round(fps * 1000),
        1000,
        quantiser,
        mcu_rows,
    )
    path.write_bytes(head + index + b"".join(payloads))


def _fit(picture: Picture, width: int, height: int) -> Picture:
    """Crops to the wanted shape, as a sensor mode would, then scales."""
    have_height, have_width = picture.shape[:2]
    if have_width * height > have_height * width:
        keep = have_height * width // height
        left = (have_width - keep) // 2
        picture = picture[:, left : left + keep]
    elif have_width * height < have_height * width:
        keep = have_width * height // width
        top = (have_height - keep) // 2
        picture = picture[top : top + keep]
    return np.asarray(cv2.resize(picture, (width, height)), np.uint8)


def _yuyv(picture: Picture) -> bytes:
    return np.ascontiguousarray(cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_YUY2)).tobytes()


def _jpeg(picture: Picture, width: int) -> bytes:
    """A JPEG with one restart interval a row of blocks, so that fakecam.c can put its code in their place."""
    options = [
        cv2.IMWRITE_JPEG_QUALITY, 80,
        cv2.IMWRITE_JPEG_RST_INTERVAL, (width + 15) // 16,
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_422,
    ]  # fmt: skip
    return cv2.imencode(".jpg", picture, options)[1].tobytes()


def _cut_jpeg(jpeg: bytes, width: int) -> tuple[int, int, int, int]:
    """Length of the header, where the part below the burnt-in rows begins, DC quantiser of the luminance, such rows.

    Raises:
        ValueError: no restart markers.
    """
    at, quantiser = 2, 8
    while True:
        marker, length = jpeg[at + 1], struct.unpack_from(">H", jpeg, at + 2)[0]
        if marker == 0xDB and jpeg[at + 4] & 15 == 0:
            quantiser = jpeg[at + 5]
        at += 2 + length
        if marker == 0xDA:
            break
    header, rows, seen = at, 3 * (width // 80) // 8, 0
    while True:
        at = jpeg.index(0xFF, at)
        if 0xD0 <= jpeg[at + 1] <= 0xD7:
            seen += 1
            if seen == rows:
                return header, at, quantiser, rows
        elif jpeg[at + 1] == 0xD9:
            raise ValueError("no restart markers in this JPEG")
        at += 2
