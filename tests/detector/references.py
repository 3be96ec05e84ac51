"""How a network of ours is held against the same network of another library: same weights, same picture."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

TOLERANCE = 1e-4  # of the largest value


def random_weights(model: nn.Module) -> None:
    """A fresh network hides faults: a block's last norm starts at 0 or its statistics at 0 and 1."""
    for name, tensor in model.state_dict().items():
        if name.endswith("num_batches_tracked"):
            tensor.zero_()
        elif tensor.ndim == 1:
            tensor.uniform_(0.3, 0.7)
        else:
            nn.init.kaiming_uniform_(tensor)


def with_random_weights(make: Callable[[], nn.Module]) -> nn.Module:
    """A network with random weights, without the seconds that a large one takes to start its own."""
    with torch.device("meta"):
        model = make()
    model.to_empty(device="cpu")
    random_weights(model)
    return model


def with_weights_of(theirs: nn.Module, make: Callable[[], nn.Module]) -> nn.Module:
    """Our network with a copy of their weights, which must fit name by name; and ours must fit theirs."""
    with torch.device("meta"):
        ours = make()
    ours.load_state_dict({name: t.clone() for name, t in theirs.state_dict().items()}, strict=True, assign=True)
    theirs.load_state_dict(ours.state_dict(), strict=True)
    return ours.train(theirs.training)


def relative_error(ours: Tensor, theirs: Tensor) -> float:
    """The largest difference as a share of the largest value."""
    if ours.shape != theirs.shape:
        raise ValueError(f"shapes differ: {tuple(ours.shape)}, {tuple(theirs.shape)}")
    return ((ours - theirs).abs().max() / theirs.abs().max().clamp(min=1e-30)).item()


def assert_equal_gradients(
    ours: nn.Module,
    theirs: nn.Module,
    x: Tensor,
    output_of_theirs: Callable[[Tensor], tuple[Tensor, ...]],
    output_of_ours: Callable[[Tensor], tuple[Tensor, ...]] | None = None,
) -> None:
    """In train mode and float64, after one backward pass from random directions: every gradient and statistic.

    In float64 since in a deep network the order of float32 sums alone, which differs from run to run, moves them.
    """
    ours.double().train()
    theirs.double().train()
    torch.manual_seed(1)
    mine, reference = (output_of_ours or ours)(x.double()), output_of_theirs(x.double())
    for a, b in zip(mine, reference, strict=True):
        assert relative_error(a.detach(), b.detach()) < TOLERANCE
    directions = [torch.randn_like(m) for m in mine]
    for maps in (mine, reference):
        sum((m * d).sum() for m, d in zip(maps, directions, strict=True)).backward()
    gradients = {name: parameter.grad for name, parameter in theirs.named_parameters()}
    for name, parameter in ours.named_parameters():
        if gradients[name] is None:  # the top, where the maps alone are compared
            assert parameter.grad is None, name
        else:
            assert relative_error(parameter.grad, gradients[name]) < TOLERANCE, name
    statistics = dict(theirs.named_buffers())
    for name, tensor in ours.named_buffers():
        torch.testing.assert_close(tensor, statistics[name], rtol=TOLERANCE, atol=TOLERANCE, msg=name)
