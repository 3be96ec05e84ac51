"""Which of few pictures are learned from and which are judged, over again; and how sure the outcome is."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detector.errors import UsageError

Indices = npt.NDArray[np.int64]
# Student's t for 95 % with 1, 2, ... degrees of freedom; beyond the last, the normal distribution's 1.96 is near enough
T_95 = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.20, 2.18, 2.16, 2.14, 2.13, 2.12, 2.11, 2.10)
NORMAL_95 = 1.96


@dataclass(frozen=True)
class Amount:
    """How many pictures are learned from: `each` of every class, and `extra` more over all classes."""

    each: int
    extra: int = 0

    def __str__(self) -> str:
        return f"{self.each}+{self.extra}" if self.extra else str(self.each)


def parse_amounts(text: str) -> list[Amount]:
    """ "1,2,2+18,5" -> amounts.

    Raises:
        UsageError: anything else.
    """
    found = [re.fullmatch(r"(\d+)(?:\+(\d+))?", part.strip()) for part in text.split(",")]
    if any(match is None or int(match[1]) < 1 for match in found):
        raise UsageError("class_samples_invalid", text=text)
    return [Amount(int(match[1]), int(match[2] or 0)) for match in found if match is not None]


def split(
    labels: Indices, held_out: npt.NDArray[np.bool_], amount: Amount, fold: int, folds: int
) -> tuple[Indices, Indices]:
    """Places to learn from and places to judge.

    With held-out pictures these are judged in every fold, and fold f learns from the f-th `each` of each class: the
    first fold from the first, the next ones from others as long as there are any. Without, fold f judges every
    `folds`-th picture of each class from the f-th on, and learns from the first `each` of the others.
    """
    classes = np.unique(labels)
    train, test, spare = [], [], []
    for label in classes:
        own = np.flatnonzero(labels == label)
        if held_out.any():
            judged, pool = own[held_out[own]], own[~held_out[own]]
            pool = np.roll(pool, -fold * amount.each)
        else:
            here = np.arange(len(own)) % folds == fold
            judged, pool = own[here], own[~here]
        train.append(pool[: amount.each])
        spare.append(pool[amount.each :])
        if len(pool):  # a class that nothing was learned of cannot be judged
            test.append(judged)
    spare = spare[fold % len(classes) :] + spare[: fold % len(classes)]
    most = max(len(pool) for pool in spare)
    more = [pool[depth] for depth in range(most) for pool in spare if len(pool) > depth][: amount.extra]
    return np.concatenate([*train, np.array(more, np.int64)]), np.concatenate([*test, np.empty(0, np.int64)])


def mean_and_interval(tests: Sequence[Indices], right: Sequence[npt.NDArray[np.bool_]]) -> tuple[float, float]:
    """Accuracy over all folds, and half the width of its 95 % confidence interval.

    The interval adds what two things bring: which pictures were judged, and which were learned from (how much the
    folds differ: Student's t, since they are few).

    Args:
        tests: for each fold, the places that were judged.
        right: and whether each was named rightly.
    """
    places, correct = np.concatenate(tests), np.concatenate(right).astype(np.float64)
    pictures, of_picture = np.unique(places, return_inverse=True)
    shares = np.bincount(of_picture, correct) / np.bincount(of_picture)  # of a picture's judgements that were right
    from_test = NORMAL_95 * shares.std() / math.sqrt(len(pictures))
    folds = len(right)
    from_train = 0.0
    if folds > 1:
        t = T_95[folds - 2] if folds - 2 < len(T_95) else NORMAL_95
        from_train = t * float(np.std([r.mean() for r in right], ddof=1)) / math.sqrt(folds)
    return float(correct.mean()), math.hypot(from_test, from_train)
