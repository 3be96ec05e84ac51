"""Sparse representation: codes equal to scikit-learn's, classes by residual, "none of these", and a learned one."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.linear_model import orthogonal_mp

from detector.errors import UsageError
from detector.models.classifier import Classifier
from detector.sparse import UNKNOWN, LearnedSparseClassifier, SparseClassifier, pursue


def dictionary_of(width: int, atoms: int, common: float, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    """Random unit columns; the larger `common`, the more alike, as pooled features are."""
    generator = torch.Generator().manual_seed(width + atoms)
    return F.normalize(torch.randn(width, atoms, generator=generator, dtype=dtype) + common, dim=0)


def clusters(classes: int, each: int, width: int = 32, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """Features (N, D) around one direction for each class, and labels."""
    centres = F.normalize(torch.randn(classes, width, generator=torch.Generator().manual_seed(7)), dim=1)
    labels = torch.arange(classes).repeat_interleave(each)
    noise = torch.randn(len(labels), width, generator=torch.Generator().manual_seed(seed))
    return centres[labels] + 0.05 * noise, labels


@pytest.mark.parametrize("common", [0.0, 1.0], ids=["apart", "alike"])
@pytest.mark.parametrize(("dtype", "sparsity"), [(torch.float64, 8), (torch.float32, 5), (torch.float64, 1)])
def test_codes_equal_scikit_learns(common: float, dtype: torch.dtype, sparsity: int) -> None:
    dictionary = dictionary_of(48, 90, common, dtype)
    samples = torch.randn(300, 48, generator=torch.Generator().manual_seed(1), dtype=dtype) + common
    ours = pursue(dictionary, samples, sparsity).dense()
    theirs = orthogonal_mp(dictionary.double().numpy(), samples.double().numpy().T, n_nonzero_coefs=sparsity).T
    np.testing.assert_allclose(ours.numpy(), theirs, atol=1e-4)


def test_a_sample_that_is_explained_takes_no_further_atoms() -> None:
    dictionary = dictionary_of(48, 90, 0.0)
    samples = (dictionary[:, [3, 5]] * torch.tensor([2.0, -1.0], dtype=torch.float64)).T
    codes = pursue(dictionary, samples, 6, tolerance=1e-12)
    expected = torch.zeros(2, 90, dtype=torch.float64)
    expected[0, 3], expected[1, 5] = 2.0, -1.0
    torch.testing.assert_close(codes.dense(), expected)
    theirs = orthogonal_mp(dictionary.numpy(), samples.numpy().T, tol=1e-12).T
    np.testing.assert_allclose(codes.dense().numpy(), theirs, atol=1e-8)


def test_equal_atoms_and_empty_samples_give_finite_codes() -> None:
    dictionary = dictionary_of(6, 4, 0.0)[:, [0, 0, 1, 1]]
    samples = torch.cat([dictionary.T[:1] + dictionary.T[2:3], torch.zeros(1, 6, dtype=torch.float64)])
    codes = pursue(dictionary, samples, 4).dense()
    torch.testing.assert_close(codes @ dictionary.T, samples)
    assert (codes[1] == 0).all()
    assert pursue(dictionary, samples[:0], 2).dense().shape == (0, 4)


def test_classes_are_told_apart_by_their_residuals() -> None:
    classifier = SparseClassifier(sparsity=4).fit(*clusters(6, 5))
    features, labels = clusters(6, 4, seed=1)
    said = classifier.predict(features)
    assert said.labels.tolist() == labels.tolist()
    assert said.residuals.shape == (24, 6)
    codes, dictionary = classifier.encode(features).dense(), classifier.dictionary
    for k in range(6):  # the definition: what is left when only the class's coefficients stay
        own = codes * (classifier.labels == k)
        expected = (F.normalize(features, dim=1) - own @ dictionary.T).norm(dim=1)
        torch.testing.assert_close(said.residuals[:, k], expected, atol=1e-3, rtol=1e-3)


def test_what_belongs_to_no_class_is_said_to_be_unknown() -> None:
    classifier = SparseClassifier(sparsity=8, threshold=0.7, tolerance=0.2).fit(*clusters(10, 5))
    known = classifier.predict(clusters(10, 3, seed=1)[0])
    strange = classifier.predict(torch.randn(30, 32, generator=torch.Generator().manual_seed(9)))
    assert (known.labels != UNKNOWN).float().mean() > 0.9
    assert (strange.labels == UNKNOWN).float().mean() > 0.9
    assert known.concentration.min() >= 0
    assert known.concentration.max() <= 1


def test_it_takes_the_place_of_fc_and_is_saved_and_loaded() -> None:
    torch.manual_seed(0)
    model = Classifier("resnet18", 5).eval()
    pictures, labels = torch.rand(6, 3, 32, 32), torch.tensor([0, 0, 1, 1, 2, 2])
    with torch.inference_mode():
        features = model.backbone(pictures)[-1].mean(dim=(2, 3))
        model.fc = SparseClassifier(sparsity=2, centre=True).fit(features.clone(), labels)
        logits = model(pictures)
    assert logits.shape == (6, 3)
    assert logits.argmax(1).tolist() == labels.tolist()
    other = Classifier("resnet18", 5).eval()
    other.fc = SparseClassifier(sparsity=2, centre=True)
    other.load_state_dict(model.state_dict())
    with torch.inference_mode():
        torch.testing.assert_close(other(pictures), logits)


def test_the_learned_dictionary_lowers_the_loss_and_gives_gradients_to_the_backbone() -> None:
    torch.manual_seed(0)
    features, labels = clusters(5, 8, width=16)
    mixing = torch.nn.Linear(16, 16)  # stands for a backbone
    head = LearnedSparseClassifier(16, 5, atoms=2, steps=5)
    optimizer = torch.optim.Adam([*mixing.parameters(), *head.parameters()], lr=0.02)
    losses = []
    for _ in range(60):
        loss = F.cross_entropy(head(mixing(features)), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.3 * losses[0]
    assert all(p.grad is not None and p.grad.abs().max() > 0 for p in [*mixing.parameters(), *head.parameters()])
    assert (head(mixing(features)).argmax(1) == labels).float().mean() > 0.95


def test_a_dictionary_of_samples_is_a_good_start_to_learn_from() -> None:
    torch.manual_seed(0)
    features, labels = clusters(5, 3)
    head = LearnedSparseClassifier(32, 5, atoms=4).start_from(features, labels)
    new, truth = clusters(5, 4, seed=1)
    assert (head(new).argmax(1) == truth).float().mean() > 0.9
    assert (head.codes(F.normalize(new, dim=1)) == 0).float().mean() > 0.3  # sparse, before anything is learned


def test_a_dictionary_smaller_than_the_sparsity_is_refused() -> None:
    with pytest.raises(UsageError, match="sparsity of 9 was asked for, but the dictionary has 6"):
        SparseClassifier(sparsity=9).fit(*clusters(3, 2))
    with pytest.raises(UsageError, match="sparsity of 5 was asked for, but the dictionary has 4"):
        pursue(torch.eye(4), torch.rand(2, 4), 5)
    with pytest.raises(UsageError, match="sparsity of 0"):
        SparseClassifier(sparsity=0).fit(*clusters(3, 2))


def test_a_class_with_one_sample_is_warned_of() -> None:
    features, labels = clusters(3, 2)
    with pytest.warns(UserWarning, match="Only one sample each is there of: 2"):
        SparseClassifier(sparsity=2).fit(features[:5], labels[:5])


def test_features_of_another_width_are_refused() -> None:
    fitted = SparseClassifier(sparsity=2).fit(*clusters(3, 2))
    for width_wrong in (
        lambda: fitted.predict(torch.rand(2, 31)),
        lambda: LearnedSparseClassifier(32, 3)(torch.rand(2, 31)),
    ):
        with pytest.raises(UsageError, match="31 numbers each, but the dictionary's have 32"):
            width_wrong()
    with pytest.raises(UsageError, match="no dictionary yet"):
        SparseClassifier().predict(torch.rand(2, 32))
    with pytest.raises(UsageError, match="6 features but 5 labels"):
        SparseClassifier(sparsity=2).fit(clusters(3, 2)[0], torch.zeros(5, dtype=torch.int64))
