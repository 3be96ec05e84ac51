"""A picture that cannot be read, or is another one than its labels say, teaches nothing and stops nothing."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from detector.data.augment import GREY, PictureCache
from detector.data.coco import read_coco
from detector.training.batches import Sampler, ViewShares, make_batch
from tests.detector.test_training import write_data


@pytest.mark.parametrize("kind", ["no picture", "another size", "too many pixels"])
def test_a_damaged_picture_is_named_and_left_out_of_training(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    path = write_data(tmp_path, pictures=2)
    damaged = tmp_path / "images" / "0.png"
    if kind == "no picture":
        damaged.write_bytes(b"no picture")
    elif kind == "too many pixels":  # OpenCV raises where it else returns nothing
        header = b"IHDR" + struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
        damaged.write_bytes(
            b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
        )
    else:
        assert cv2.imwrite(str(damaged), np.zeros((20, 30, 3), np.uint8))
    cache = PictureCache(read_coco(path).pictures)
    assert (cache.image(0) == GREY).all()
    assert [len(picture.class_ids) for picture in cache.pictures] == [0, 1]
    assert [picture.labelled.tolist() for picture in cache.pictures] == [[False, False], [True, True]]
    assert "0.png is damaged or not of the size that its labels say: left out" in caplog.text
    assert len(caplog.records) == 1, "once, not at every view"
    sampler = Sampler(cache.pictures, 0.15)
    batch = make_batch(cache, sampler, 64, 4, ViewShares(), np.random.default_rng(0))
    assert batch.images.shape == (4, 3, 64, 64)
