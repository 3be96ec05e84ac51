"""What is compared on few pictures: each learner takes some pictures and names the classes of others."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from detector.modelfile import ModelInfo
from detector.models.backbone import Backbone
from detector.sparse.classifier import SparseClassifier
from detector.training.batches import network_input
from detector.training.random_views import random_views
from detector.training.runtime import autocast
from detector.training.schedule import Budget, cosine_factor
from detector.training.transfer import last_stage
from detector.training.transfer_baseline import PlainCnn
from detector.training.transfer_features import Features, as_tensor

BATCH = 32
DECAY = 3e-4  # of the new layer, on features of mean length 1; fixed before any figure was seen
# AdamW's rates of what is pre-trained and of the head, which begins solved. Ten times as much undid in a few steps what
# both knew (docs/few-samples): an Adam step moves every weight by about the rate, in all fifty layers at once.
LAST_RATES, ALL_RATES = (3e-5, 1e-4), (1e-5, 1e-4)
PLAIN = ModelInfo("resnet18", 0, (), mean=(127.5,) * 3, std=(64.0,) * 3)  # how the plain network gets its pictures


@dataclass(frozen=True, eq=False)
class Task:
    """Everything that a learner may use.

    Attributes:
        pictures: uint8 (N, S, S, 3) BGR.
        labels: int64 (N,).
        num_classes: K.
        backbone, info: pre-trained, and how it wants its pictures.
        features: of the backbone, for all pictures.
        device: where networks are trained.
        budget: makes the length of one training.
    """

    pictures: npt.NDArray[np.uint8]
    labels: Tensor
    num_classes: int
    backbone: Backbone
    info: ModelInfo
    features: Features
    device: torch.device
    budget: Callable[[], Budget]


Indices = npt.NDArray[np.int64]
Learner = Callable[[Task, Indices, Indices, int], tuple[Tensor, int]]
"""(task, places to learn from, places to judge, seed) -> labels of the latter, and how many views were learned from."""


def nearest_mean(task: Task, train: Indices, test: Indices, seed: int) -> tuple[Tensor, int]:
    """The class whose mean feature is nearest (SimpleShot, Wang et al. 2019: centred and of length 1)."""
    known, labels, new = _both_views(task, train), task.labels[train].repeat(2), task.features.pooled[0, test]
    centre = known.mean(0)
    unit = F.normalize(known - centre, dim=1)
    means = torch.zeros(task.num_classes, unit.shape[1]).index_add_(0, labels, unit)
    counts = torch.bincount(labels, minlength=task.num_classes).unsqueeze(1)
    distance = torch.cdist(F.normalize(new - centre, dim=1), means / counts.clamp(min=1))
    return distance.masked_fill((counts == 0).T, torch.inf).argmin(1), 0


def sparse(task: Task, train: Indices, test: Indices, seed: int) -> tuple[Tensor, int]:
    """Sparse representation over all known pictures and their mirrored views."""
    known, labels = _both_views(task, train), task.labels[train].repeat(2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # classes of one picture are said once, for all learners
        fitted = SparseClassifier(min(10, len(known)), centre=True).fit(known, labels, task.num_classes)
    return fitted.predict(task.features.pooled[0, test]).labels, 0


def new(task: Task, train: Indices, test: Indices, seed: int) -> tuple[Tensor, int]:
    """Transfer mode `new`: one linear layer on frozen features."""
    layer = new_layer(task, train)
    with torch.inference_mode():
        return layer(task.features.pooled[0, test]).argmax(1), 0


def new_layer(task: Task, train: Indices) -> nn.Linear:
    """Logistic regression on cached features of the pictures and their mirrored views, solved by L-BFGS.

    The features' centring and scaling is folded into the layer, which so takes them as the backbone gives them.
    """
    known, labels = _both_views(task, train), task.labels[train].repeat(2)
    centre = known.mean(0)
    scale = (known - centre).norm(dim=1).mean().clamp(min=1e-6)
    x = (known - centre) / scale
    weight = torch.zeros(task.num_classes, x.shape[1], requires_grad=True)
    bias = torch.zeros(task.num_classes, requires_grad=True)
    solver = torch.optim.LBFGS([weight, bias], max_iter=60, history_size=8, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        solver.zero_grad()
        value = F.cross_entropy(x @ weight.T + bias, labels) + DECAY / 2 * weight.square().sum()
        value.backward()
        return value

    solver.step(loss)
    layer = nn.Linear(x.shape[1], task.num_classes)
    with torch.no_grad():
        layer.weight.copy_(weight / scale)
        layer.bias.copy_(bias - weight @ centre / scale)
    return layer


def last(task: Task, train: Indices, test: Indices, seed: int) -> tuple[Tensor, int]:
    """Transfer mode `last`: the last stage, on cached C4, and the head, which begins as in `new`."""
    stage, head = copy.deepcopy(last_stage(task.backbone)), new_layer(task, train)
    network = nn.Sequential(stage, _Pool(), head).to(task.device)
    c4 = task.features.c4

    def inputs(places: Indices, rng: np.random.Generator | None) -> Tensor:
        mirrored = rng.integers(0, 2, len(places)) if rng is not None else np.zeros(len(places), np.int64)
        return c4[torch.from_numpy(mirrored), torch.from_numpy(places)].to(task.device).float()

    return _train(task, network, inputs, train, test, seed, LAST_RATES, head)


def everything(task: Task, train: Indices, test: Indices, seed: int) -> tuple[Tensor, int]:
    """Transfer mode `all`: every parameter; the head begins as in `new`."""
    head = new_layer(task, train)
    network = nn.Sequential(_C5(copy.deepcopy(task.backbone)), _Pool(), head).to(task.device)
    inputs = _picture_inputs(task, task.info)
    return _train(task, network, inputs, train, test, seed, ALL_RATES, head)


def plain(task: Task, train: Indices, test: Indices, seed: int) -> tuple[Tensor, int]:
    """The plain network, from random weights."""
    torch.manual_seed(seed)
    network = PlainCnn(task.num_classes, task.pictures.shape[1]).to(task.device)
    return _train(task, network, _picture_inputs(task, PLAIN), train, test, seed, (1e-3, 1e-3), network.fc2)


LEARNERS: dict[str, tuple[str, Learner]] = {  # name -> (what it is, how)
    "plain": ("plain CNN, from scratch", plain),
    "mean": ("nearest class mean", nearest_mean),
    "sparse": ("sparse representation", sparse),
    "new": ("transfer `new`: a linear layer", new),
    "last": ("transfer `last`: last stage and head", last),
    "all": ("transfer `all`: every parameter", everything),
}
TRAINED = ("plain", "last", "all")  # those that the budget is for

Inputs = Callable[[Indices, np.random.Generator | None], Tensor]


def _both_views(task: Task, places: Indices) -> Tensor:
    return task.features.pooled[:, places].flatten(0, 1)


def _picture_inputs(task: Task, info: ModelInfo) -> Inputs:
    """The pictures at these places as a network wants them; with a generator random_views of them."""

    def inputs(places: Indices, rng: np.random.Generator | None) -> Tensor:
        x = network_input(as_tensor(task.pictures[places]), info, task.device)
        return x if rng is None else random_views(x, rng)

    return inputs


def _train(
    task: Task, network: nn.Module, inputs: Inputs, train: Indices, test: Indices, seed: int,
    rates: tuple[float, float], head: nn.Module,
) -> tuple[Tensor, int]:  # fmt: skip
    """Trains until the budget is used, then names the test pictures. `rates`: of all before `head`, and of it.

    Norms stay in eval mode: statistics of so few pictures would be worse than those the network brings.
    """
    network.eval()
    own = {id(p) for p in head.parameters()}
    groups = [
        {"params": [p for p in network.parameters() if id(p) not in own], "lr": rates[0]},
        {"params": list(head.parameters()), "lr": rates[1]},
    ]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    rng, budget, step = np.random.default_rng(seed), task.budget(), 0
    batch = min(BATCH, len(train))
    order = np.empty(0, np.int64)
    while (progress := budget.progress(step)) < 1:
        if len(order) < batch:
            order = np.concatenate([order, rng.permutation(train)])
        places, order = order[:batch], order[batch:]
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * cosine_factor(progress, warmup=0.1)
        with autocast(task.device):
            logits = network(inputs(places, rng))
        loss = F.cross_entropy(logits.float(), task.labels[places].to(task.device))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        step += 1
    said = []
    with torch.inference_mode():
        for i in range(0, len(test), BATCH):
            with autocast(task.device):
                said.append(network(inputs(test[i : i + BATCH], None)).argmax(1).cpu())
    return torch.cat(said), step * batch


class _C5(nn.Module):
    """A backbone's last map alone."""

    def __init__(self, backbone: Backbone) -> None:
        super().__init__()
        self.backbone = backbone

    def forward(self, x: Tensor) -> Tensor:
        """x (B, C, H, W) -> C5."""
        return self.backbone.maps(x)[-1]


class _Pool(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        """x (B, C, H, W) -> its means over all places (B, C)."""
        return x.mean(dim=(2, 3))
