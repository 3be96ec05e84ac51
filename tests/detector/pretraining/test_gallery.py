"""Random views of small pictures, and their boxes."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from detector.errors import DataError
from detector.pretraining import gallery
from detector.pretraining.gallery import draw_views, pack, read_unlabelled, recolour

CPU = torch.device("cpu")


def bright_rectangle(size_wh: tuple[int, int], xyxy: tuple[int, int, int, int]) -> np.ndarray:
    picture = np.full((size_wh[1], size_wh[0], 3), 20, np.uint8)
    x1, y1, x2, y2 = xyxy
    picture[y1:y2, x1:x2] = 230
    return picture


def test_a_box_stays_around_its_thing_in_every_view() -> None:
    pictures = [bright_rectangle((64, 64), (20, 10, 50, 44)), bright_rectangle((80, 60), (30, 20, 62, 40))]
    boxes = np.array([(20, 10, 50, 44), (30, 20, 62, 40)], np.float32)
    packed = pack(pictures, boxes, CPU)
    chosen = np.arange(40) % 2
    images, xyxy = draw_views(packed, chosen, 64, 0.3, np.random.default_rng(0))
    assert images.shape == (40, 3, 64, 64)
    assert images.dtype == torch.float32
    found = 0
    for image, box in zip(images.mean(1).numpy(), xyxy.numpy(), strict=True):
        if box[2] <= box[0]:
            continue
        rows, columns = np.nonzero(image > (image.max() + image.min()) / 2)
        seen = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        np.testing.assert_allclose(box, seen, atol=1.6)  # half a pixel of blur, enlarged
        found += 1
    assert found > 30


def test_nothing_beyond_a_picture_shows_beside_it() -> None:
    packed = pack([np.full((30, 50, 3), 200, np.uint8), np.full((64, 64, 3), 90, np.uint8)], None, CPU)
    images, xyxy = draw_views(packed, np.zeros(16, np.int64), 32, 0.1, np.random.default_rng(1))
    spread = images.amax(dim=(2, 3)) - images.amin(dim=(2, 3))
    assert spread.max() < 0.01
    assert not xyxy.any()  # no box is known


def test_a_box_of_which_too_little_is_seen_is_none() -> None:
    packed = pack([bright_rectangle((64, 64), (63, 20, 64, 40))], np.array([(63, 20, 64, 40)], np.float32), CPU)
    _, xyxy = draw_views(packed, np.zeros(20, np.int64), 64, 1.0, np.random.default_rng(0))
    assert not xyxy.any()  # one pixel wide


def test_the_same_numbers_give_the_same_views() -> None:
    packed = pack([np.arange(48 * 48 * 3, dtype=np.uint8).reshape(48, 48, 3)], None, CPU)
    first, second = (draw_views(packed, np.zeros(4, np.int64), 32, 0.3, np.random.default_rng(5))[0] for _ in range(2))
    assert torch.equal(first, second)
    assert not torch.equal(first[0], first[1])


def test_colours_change_for_each_picture_and_stay_in_range() -> None:
    images = torch.randint(0, 256, (8, 3, 16, 16)).float()
    images[:] = images[0]
    changed = recolour(images, np.random.default_rng(0))
    assert changed.min() >= 0
    assert changed.max() <= 255
    assert len({round(float(c.mean()), 3) for c in changed}) == 8


def test_pictures_without_labels_are_read_small_and_broken_ones_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "below").mkdir()
    cv2.imwrite(str(tmp_path / "wide.jpg"), np.full((100, 200, 3), 100, np.uint8))
    cv2.imwrite(str(tmp_path / "below" / "small.png"), np.full((20, 10, 3), 100, np.uint8))
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    (tmp_path / "notes.txt").write_text("no picture either")
    packed = read_unlabelled(tmp_path, 64, CPU)
    assert sorted(map(tuple, packed.sizes_wh.tolist())) == [(10, 20), (64, 32)]
    assert "1 files cannot be read" in caplog.text


def test_more_pictures_than_memory_holds_are_taken_evenly(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gallery, "MOST_BYTES", 3 * 32**2 * 4)
    for i in range(10):
        cv2.imwrite(str(tmp_path / f"{i}.png"), np.full((32, 32, 3), 20 * i, np.uint8))
    packed = read_unlabelled(tmp_path, 32, CPU)
    assert packed.pictures[:, 0, 0, 0].tolist() == [0, 60, 120, 180]
    assert "one of 3 is taken" in caplog.text


def test_a_folder_without_pictures_is_said(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(DataError, match="holds no picture"):
            read_unlabelled(folder, 32, CPU)
