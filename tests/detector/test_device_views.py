"""Views drawn by whole batches on the training device are those that the CPU draws one by one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from detector.data import plan
from detector.data.augment import PictureCache, render
from detector.data.coco import read_coco
from detector.data.device_views import DevicePictures
from detector.data.paste import paste
from detector.data.plan import ViewPlan
from detector.training.batches import Sampler, ViewShares, make_batch
from tests.detector.test_training import write_data

SIZE = 96
SHARES = ViewShares(mosaic=0.5, mixup=0.5, paste=0.5)


@pytest.fixture
def pictures(tmp_path: Path) -> tuple[PictureCache, DevicePictures]:
    data = read_coco(write_data(tmp_path))
    return PictureCache(data.pictures), DevicePictures(data.pictures, torch.device("cpu"))


@pytest.mark.parametrize("seed", range(3))
def test_the_same_plans_give_the_same_views(pictures: tuple[PictureCache, DevicePictures], seed: int) -> None:
    cache, device = pictures
    rng = np.random.default_rng(seed)
    four = plan.mosaic(cache.pictures, [0, 1, 2, 3], SIZE, rng)
    one, other = (plan.single(cache.pictures, i, SIZE, rng) for i in (4, 5))
    pasted = [paste(cache.pictures, pieces, [1, 5, 2], SIZE, rng) for pieces in (four, one)]
    plans = [ViewPlan(four), *map(ViewPlan, pasted), plan.mixture(one, four, rng), plan.mixture(pasted[0], other, rng)]
    images, xyxy, ids = device.draw(plans, SIZE)
    for row, planned in enumerate(plans):
        view = render(cache, planned, SIZE)
        real = ids[row] >= 0
        torch.testing.assert_close(ids[row][real], view.class_ids)
        torch.testing.assert_close(xyxy[row][real], view.xyxy, atol=1e-3, rtol=0)
        assert (xyxy[row][~real] == 0).all()
        differing = (images[row] - view.image.float()).abs().amax(0) > 12
        assert differing.float().mean() < 0.08, "only borders may differ by a pixel's blend"


def test_a_flipped_view_has_its_boxes_flipped(pictures: tuple[PictureCache, DevicePictures]) -> None:
    _, device = pictures
    plans = [ViewPlan(plan.single(device.pictures, i % 6, SIZE, np.random.default_rng(i))) for i in range(24)]
    images, xyxy, ids, labelled = device.render(plans, SIZE, np.random.default_rng(0))
    assert images.dtype == torch.uint8
    assert labelled.all()
    wrong = 0
    for row in range(len(plans)):
        for (x1, y1, x2, y2), class_id in zip(xyxy[row].tolist(), ids[row].tolist(), strict=True):
            if class_id < 0:
                continue
            part = images[row, :, round(y1) + 2 : round(y2) - 2, round(x1) + 2 : round(x2) - 2].float()
            other = 2 if class_id == 0 else 1  # red where green is meant, green where red is meant
            wrong += bool((part[2 if class_id else 1] <= part[other]).float().mean() > 0.1)
    assert wrong == 0


def test_both_ways_make_batches_of_the_same_form(pictures: tuple[PictureCache, DevicePictures]) -> None:
    sampler = Sampler(pictures[0].pictures, 0.15)
    first, second = (make_batch(source, sampler, SIZE, 4, SHARES, np.random.default_rng(3)) for source in pictures)
    for a, b in zip(vars(first).values(), vars(second).values(), strict=True):
        assert a.dtype == b.dtype
        assert a.shape[0] == b.shape[0] == 4
    assert first.images.shape == second.images.shape
    again = make_batch(pictures[1], sampler, SIZE, 4, SHARES, np.random.default_rng(3))
    assert torch.equal(again.images, second.images), "a batch depends on its step alone"
