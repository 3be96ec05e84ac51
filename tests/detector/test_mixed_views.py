"""Objects put into other pictures, views that show through each other, and rare classes shown more often."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from detector.data import plan
from detector.data.augment import PictureCache, render
from detector.data.coco import read_coco
from detector.data.labelled import LabelledPicture
from detector.data.paste import MAX_HIDDEN, paste
from detector.data.plan import ViewPlan, boxes_in
from detector.training.batches import Sampler, ViewShares, draw_plans, repeat_factors
from tests.detector.test_training import write_data

SIZE = 160
SEEDS = range(30)


@pytest.fixture
def cache(tmp_path: Path) -> PictureCache:
    """Grey pictures, a green or a red square in each."""
    return PictureCache(read_coco(write_data(tmp_path)).pictures)


def labelled(classes: tuple[int, ...], looked_for: tuple[bool, ...]) -> LabelledPicture:
    """128 x 96 pixels, one box of 40 x 40 for each class."""
    corners = np.array([[10 + 40 * i, 20, 50 + 40 * i, 60] for i in range(len(classes))], np.float32)
    known = np.array(looked_for, bool)
    return LabelledPicture(Path("x"), 0, (128, 96), corners.reshape(-1, 4), np.array(classes, np.int64), known)


def test_a_pasted_object_lies_in_its_box_whatever_its_edge(cache: PictureCache) -> None:
    edges = set()
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        pieces = paste(cache.pictures, plan.single(cache.pictures, 0, SIZE, rng), [1], SIZE, rng)
        view = render(cache, ViewPlan(pieces), SIZE)
        if len(pieces) == 2:
            edges.add(pieces[1].soft > 0)
            x1, y1, x2, y2 = view.xyxy[view.class_ids == 1][0].round().int().tolist()
            inner = view.image[:, y1 + 2 : y2 - 2, x1 + 2 : x2 - 2].float()
            assert (inner - torch.tensor([0.0, 0.0, 255.0])[:, None, None]).abs().mean() < 25
    assert edges == {True, False}


def test_a_soft_edge_shows_what_is_below_it(cache: PictureCache) -> None:
    area = np.array([40.0, 40, 80, 80])
    view = render(cache, ViewPlan([plan.Piece(0, 1.0, np.array([20.0, 20.0]), area, soft=10.0)]), SIZE).image
    hard = render(cache, ViewPlan([plan.Piece(0, 1.0, np.array([20.0, 20.0]), area)]), SIZE).image
    assert torch.equal(view[:, 50:70, 50:70], hard[:, 50:70, 50:70])
    assert (view[:, 60, 40].float() - 114).abs().max() <= 0.06 * 141  # half a pixel in from the edge: 1 / 20 of it
    assert torch.equal(view[:, :40], hard[:, :40])


def test_pasted_objects_hide_none_that_is_labelled(cache: PictureCache) -> None:
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        pieces = paste(cache.pictures, plan.mosaic(cache.pictures, [0, 1, 2, 3], SIZE, rng), [4, 5, 1], SIZE, rng)
        for i, piece in enumerate(pieces[:4]):
            assert pieces[i] is piece
            for box in boxes_in(piece, cache.pictures[piece.index])[0]:
                mask = np.zeros((SIZE, SIZE), bool)
                for x1, y1, x2, y2 in (p.area_xyxy.astype(int) for p in pieces[4:]):
                    mask[y1:y2, x1:x2] = True
                x1, y1, x2, y2 = box.round().astype(int)
                assert mask[y1:y2, x1:x2].mean() <= MAX_HIDDEN + 0.1  # rounded to pixels


def test_nothing_is_pasted_from_where_other_classes_were_looked_for() -> None:
    pictures = [labelled((0,), (True, False)), labelled((1,), (False, True)), labelled((0, 1), (True, True))]
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        receiver = plan.single(pictures, 0, SIZE, rng)
        assert paste(pictures, receiver, [1, 2, 1], SIZE, rng) == receiver
    alike = [pictures[0], replace(pictures[0], image_id=1)]
    rngs = [np.random.default_rng(seed) for seed in SEEDS]
    assert any(len(paste(alike, plan.single(alike, 0, SIZE, rng), [1], SIZE, rng)) > 1 for rng in rngs)


def test_a_picture_without_objects_gives_none_and_takes_some() -> None:
    pictures = [labelled((), (True,)), labelled((0,), (True,))]
    counts = set()
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        empty, full = (plan.single(pictures, i, SIZE, rng) for i in (0, 1))
        assert len(paste(pictures, full, [0, 0], SIZE, rng)) == 1
        counts.add(len(paste(pictures, empty, [1], SIZE, rng)))
    assert 2 in counts


def test_two_views_in_one_show_both_and_have_the_boxes_of_both(cache: PictureCache) -> None:
    rng = np.random.default_rng(1)
    first, second = (plan.single(cache.pictures, i, SIZE, rng) for i in (0, 1))
    mixed = plan.mixture(first, second, rng)
    assert 0.1 < mixed.share < 0.9
    views = [render(cache, ViewPlan(pieces), SIZE) for pieces in (first, second)]
    both = render(cache, mixed, SIZE)
    expected = mixed.share * views[0].image.float() + (1 - mixed.share) * views[1].image.float()
    assert (both.image.float() - expected).abs().max() <= 1
    torch.testing.assert_close(both.xyxy, torch.cat([view.xyxy for view in views]))
    assert both.class_ids.tolist() == [i for view in views for i in view.class_ids.tolist()]


def test_the_shares_say_how_many_views_are_made_how(cache: PictureCache) -> None:
    sampler, rng = Sampler(cache.pictures, 0.0), np.random.default_rng(0)
    plain = draw_plans(cache.pictures, sampler, SIZE, 40, ViewShares(), rng)
    assert all(len(view.pieces) == 1 and not view.below for view in plain)
    mixed = draw_plans(cache.pictures, sampler, SIZE, 400, ViewShares(mosaic=0.5, mixup=0.25), rng)
    assert np.mean([len(view.pieces) == 4 for view in mixed]) == pytest.approx(0.5, abs=0.1)
    assert np.mean([len(view.below) > 0 for view in mixed]) == pytest.approx(0.25, abs=0.1)


def test_rare_classes_are_shown_more_often() -> None:
    common, rare = labelled((0,), (True, True)), labelled((0, 1), (True, True))
    pictures = [common] * 99 + [rare]
    factors = repeat_factors(pictures, threshold=0.04)
    assert factors[-1] == pytest.approx((0.04 / 0.01) ** 0.5)
    assert (factors[:-1] == 1).all()
    assert (repeat_factors(pictures, threshold=0.0) == 1).all()
    shown = np.bincount(Sampler(pictures, 0.0, 0.25).several(20000, np.random.default_rng(0)), minlength=100)
    assert shown[-1] / shown[:-1].mean() == pytest.approx(5.0, rel=0.2)


def test_pictures_without_boxes_can_be_drawn() -> None:
    assert repeat_factors([labelled((), (True,))] * 3, 0.1).tolist() == [1, 1, 1]
