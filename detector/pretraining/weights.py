"""Weights that others made, by name: files of PyTorch and safetensors, timm's and torchvision's own."""

from __future__ import annotations

import difflib
from pathlib import Path
from types import ModuleType
from typing import Any

import safetensors.torch
import torch
import torchvision
from safetensors import SafetensorError
from torch import Tensor, nn

from detector.errors import ModelFileError, UsageError

WRAPPINGS = ("state_dict", "model_state_dict", "model", "state_dict_ema")  # under which programs keep the weights
COUNTERS = "num_batches_tracked"  # of batch norms; not every program keeps them, and here they mean nothing


def read_weights_by_name(path: Path) -> dict[str, Tensor]:
    """Every tensor of a .safetensors file or of one that torch.save wrote; nothing in it is ever run.

    Raises:
        ModelFileError: missing, damaged, or not weights by name.
    """
    if not path.is_file():
        raise ModelFileError("model_missing", path=path)
    try:
        found = (
            safetensors.torch.load_file(path)
            if path.suffix == ".safetensors"
            else torch.load(path, map_location="cpu", weights_only=True)
        )
    except (SafetensorError, OSError, RuntimeError, EOFError, ValueError) as error:
        raise ModelFileError("weights_unreadable", path=path, reason="it is damaged or of another kind") from error
    except Exception as error:  # pickle's own errors: the file wants to run code, or is no pickle at all
        raise ModelFileError("weights_unreadable", path=path, reason="it holds more than weights") from error
    for wrapping in WRAPPINGS:
        if isinstance(found, dict) and isinstance(found.get(wrapping), dict):
            found = found[wrapping]
    tensors = {str(n): t for n, t in found.items() if isinstance(t, Tensor)} if isinstance(found, dict) else {}
    if not tensors:
        raise ModelFileError("weights_unreadable", path=path, reason="there are no tensors with names in it")
    return tensors


def fit_by_name(weights: dict[str, Tensor], own: dict[str, Tensor]) -> dict[str, Tensor]:
    """The weights under the names of `own`, without what stands before them all ("module.", "backbone.body.").

    The beginning is chosen under which most names are known; weights that `own` does not know are left out.
    """
    beginnings = {name.removesuffix(known) for known in list(own)[:1] for name in weights if name.endswith(known)}
    best = max(sorted({"", *beginnings}), key=lambda b: sum(b + name in weights for name in own))
    return {name: weights[best + name] for name in own if best + name in weights}


def fit_in_order(weights: dict[str, Tensor], own: dict[str, Tensor]) -> dict[str, Tensor] | None:
    """The weights under the names of `own`, the first to the first and so on; None unless every shape fits.

    Programs that wrote the same network twice rarely chose the same names, but often the same order.
    """
    theirs, ours = ({n: t for n, t in w.items() if not n.endswith(COUNTERS)} for w in (weights, own))
    if [t.shape for t in theirs.values()] != [t.shape for t in ours.values()]:
        return None
    return dict(zip(ours, theirs.values(), strict=True))


def load_fitting(network: nn.Module, weights: dict[str, Tensor], path: object, name: str, in_order: bool) -> None:
    """Loads all weights that `network` needs, by their names, or else, with `in_order`, in their order.

    Raises:
        ModelFileError: some are missing or have another shape; it names the first.
    """
    own = network.state_dict()
    needed = [n for n in own if not n.endswith(COUNTERS)]
    fitting = fit_by_name(weights, own)
    differing = [n for n in needed if n not in fitting or fitting[n].shape != own[n].shape]
    if differing and in_order:
        ordered = fit_in_order(weights, own)
        fitting, differing = (ordered, []) if ordered is not None else (fitting, differing)
    if differing:
        raise ModelFileError("model_weights_do_not_fit", path=path, name=name, layers=", ".join(differing[:5]))
    network.load_state_dict({n: fitting[n].float() for n in needed}, strict=False)  # without the counters


def import_timm(wanted: str) -> ModuleType:
    """The library timm, for the network `wanted`.

    Raises:
        UsageError: it is not installed.
    """
    try:
        import timm
    except ImportError as error:
        raise UsageError("timm_needed", name=wanted) from error
    return timm


def timm_network(name: str, pretrained: bool) -> nn.Module:
    """One of timm's networks in eval mode; `pretrained` with its weights, which timm fetches and keeps.

    Raises:
        UsageError: timm is not installed, or knows no such network.
        ModelFileError: the weights cannot be fetched.
    """
    timm = import_timm(name)
    if not timm.is_model(name):
        near = difflib.get_close_matches(name, timm.list_models(), n=5, cutoff=0.5)
        raise UsageError("timm_network_unknown", name=name, known=", ".join(near) or "timm.list_models() has them all")
    try:
        network: nn.Module = timm.create_model(name, pretrained=pretrained)
    except Exception as error:  # the network, the hub, a file: timm lets errors of many libraries through
        raise ModelFileError("weights_not_fetched", name=name, reason=_first_line(error)) from error
    return network.eval()


def torchvision_weights(name: str) -> dict[str, Tensor]:
    """The best ImageNet weights that torchvision has for one of its classifiers; it fetches and keeps them.

    Raises:
        UsageError: torchvision knows no such classifier.
        ModelFileError: they cannot be fetched.
    """
    known = torchvision.models.list_models(module=torchvision.models)
    if name not in known:
        near = difflib.get_close_matches(name, known, n=5, cutoff=0.5)
        raise UsageError("choice_unknown", name=f"torchvision:{name}", known=", ".join(near or known))
    try:
        weights: dict[str, Tensor] = torchvision.models.get_model_weights(name).DEFAULT.get_state_dict()
    except (OSError, RuntimeError) as error:  # no connection, no room, another hash
        raise ModelFileError("weights_not_fetched", name=name, reason=_first_line(error)) from error
    return weights


def preprocessing(network: Any) -> dict[str, Any]:
    """Mean and std of a timm network's weights, for pixels of 0..255 in RGB."""
    config = network.pretrained_cfg
    return {key: tuple(255 * float(value) for value in config[key]) for key in ("mean", "std")}


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
