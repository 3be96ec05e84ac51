"""What is in a batch: mixed, plain and unlabelled views."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from detector.pretraining.batches import MIXES, BatchMaker
from detector.pretraining.gallery import Gallery, pack

CPU = torch.device("cpu")
WHOLE = np.tile(np.array([(0, 0, 32, 32)], np.float32), (12, 1))


def grey_gallery(levels: range) -> Gallery:
    return pack([np.full((32, 32, 3), level, np.uint8) for level in levels], None, CPU)


def maker(mix: str, unlabelled: Gallery | None = None) -> BatchMaker:
    labelled = pack([np.full((32, 32, 3), 20 * i, np.uint8) for i in range(12)], WHOLE, CPU)
    return BatchMaker(labelled, torch.arange(12) % 3, 3, unlabelled, mix, 0.5, 0.25)


@pytest.mark.parametrize("mix", MIXES)
def test_targets_are_shares_of_classes_and_mixed_views_have_no_box(mix: str) -> None:
    batch = maker(mix).make(32, 16, np.random.default_rng(0))
    assert batch.images.shape == (16, 3, 32, 32)
    torch.testing.assert_close(batch.targets.sum(1), torch.ones(16))
    plain = batch.targets.amax(1) == 1
    assert plain[8:].all()
    if mix == "none":
        assert plain.all()
        assert batch.boxed.all()
    else:
        assert not plain[:8].all()
        assert not batch.boxed[:8].any()
        assert batch.boxed[8:].all()


def test_a_quarter_of_the_views_has_no_label_where_there_are_such_pictures() -> None:
    batch = maker("both", grey_gallery(range(200, 210))).make(32, 16, np.random.default_rng(0))
    assert batch.labelled.tolist() == [True] * 12 + [False] * 4
    assert batch.images.shape == (16, 3, 32, 32)
    assert not batch.boxed[12:].any()


def test_pieces_of_a_batch_hold_every_view_once_and_every_kind() -> None:
    batch = maker("both", grey_gallery(range(200, 210))).make(32, 16, np.random.default_rng(0))
    pieces = batch.split(4)
    assert [len(piece.images) for piece in pieces] == [4] * 4
    assert all(piece.labelled.sum() == 3 for piece in pieces)
    total = torch.cat([piece.images for piece in pieces])
    assert sorted(total.mean(dim=(1, 2, 3)).tolist()) == sorted(batch.images.mean(dim=(1, 2, 3)).tolist())


def test_a_batch_depends_on_its_step_alone() -> None:
    first, second = (maker("both").make(32, 8, np.random.default_rng((0, 7))) for _ in range(2))
    assert torch.equal(first.images, second.images)
    assert torch.equal(first.targets, second.targets)
