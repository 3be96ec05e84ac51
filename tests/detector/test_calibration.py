"""Scores that mean what they say."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from detector.judging.calibration import expected_calibration_error, fit
from detector.models.checkpoint import weights_of
from detector.models.network import DetectorNetwork


def boxes(rng: np.random.Generator, count: int, shift: float) -> tuple[np.ndarray, np.ndarray]:
    """Scores that are right as often as sigmoid(2 * logit + shift) says."""
    logits = rng.normal(-1, 1.5, count)
    right = rng.random(count) < 1 / (1 + np.exp(-(2 * logits + shift)))
    return 1 / (1 + np.exp(-logits)), right


def test_calibrated_scores_are_right_as_often_as_they_say() -> None:
    rng = np.random.default_rng(0)
    fitted, held_out = ([boxes(rng, 4000, shift) for shift in (1.0, -2.0)] for _ in range(2))
    class_ids = np.repeat([0, 1], 4000)
    scores, right = (np.concatenate([pair[i] for pair in fitted]) for i in (0, 1))
    calibration = fit(scores, class_ids, right, classes=3)
    assert calibration.slope == pytest.approx(2.0, rel=0.1)
    assert calibration.offsets[:2] == pytest.approx([1.0, -2.0], abs=0.2)
    scores, right = (np.concatenate([pair[i] for pair in held_out]) for i in (0, 1))
    before = expected_calibration_error(scores, right)
    after = expected_calibration_error(calibration.apply(scores, class_ids), right)
    assert after < 0.02 < 0.05 < before


def test_a_class_never_found_gets_the_common_offset() -> None:
    scores, right = boxes(np.random.default_rng(1), 2000, 1.0)
    calibration = fit(scores, np.zeros(2000, int), right, classes=2)
    assert np.isfinite(calibration.offsets).all()
    assert calibration.offsets[1] == pytest.approx(calibration.offsets[0], abs=0.6)


def test_no_box_at_all_leaves_the_scores_alone() -> None:
    none = np.zeros(0)
    calibration = fit(none, none.astype(int), none.astype(bool), classes=2)
    assert calibration.apply(np.array([0.3]), np.array([1])) == pytest.approx([0.3])
    assert expected_calibration_error(none, none.astype(bool)) == 0.0


def test_the_folded_network_gives_the_calibrated_scores() -> None:
    torch.manual_seed(0)
    network = DetectorNetwork("resnet18", 2, 32).eval()
    rng = np.random.default_rng(2)
    scores, right = boxes(rng, 500, -1.0)
    calibration = fit(scores, rng.integers(0, 2, 500), right, classes=2)
    picture = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        before = network(picture)
        folded = calibration.fold(weights_of(network))
        network.load_state_dict({n: torch.from_numpy(np.array(a, np.float32)) for n, a in folded.items()}, strict=False)
        after = network(picture)
    expected = calibration.apply(before.logits.sigmoid()[0].flatten().numpy(), np.tile([0, 1], before.logits.shape[1]))
    assert after.logits.sigmoid()[0].flatten().numpy() == pytest.approx(expected, abs=2e-3)
    torch.testing.assert_close(after.ltrb, before.ltrb, rtol=1e-2, atol=1e-2)
