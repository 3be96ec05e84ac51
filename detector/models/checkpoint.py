"""Between a model file and a network. What is in the file: detector/modelfile.py."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from torch import nn

from detector.errors import ModelFileError
from detector.modelfile import ModelInfo, OpenVinoNetwork, read_info, read_weights, write_model
from detector.models.classifier import Classifier
from detector.models.inputs import adapt_kernel
from detector.models.network import DetectorNetwork
from detector.models.norms import NORMS

N = TypeVar("N", bound=nn.Module)
CLASS_OUTPUTS = "head.cls_outs."  # one row a class
COUNTERS = "num_batches_tracked"  # of batch norms; says nothing about inference, so it is not stored


def build_network(info: ModelInfo) -> DetectorNetwork:
    """The network that `info` describes, with random weights."""
    classes = len(info.class_names)
    return DetectorNetwork(info.backbone, classes, info.neck_width, info.in_channels, info.norm, info.bins)


def load_model(path: Path) -> tuple[DetectorNetwork, ModelInfo]:
    """The network with its weights, fp32, in eval mode.

    Raises:
        ModelFileError: missing, damaged, of an unknown architecture, or with weights that do not fit it.
    """
    info = read_info(path, "detect")
    _check_norm(path, info)
    return _with_weights(build_network(info), path, info), info


def load_classifier(path: Path) -> tuple[Classifier, ModelInfo]:
    """As load_model, of a file that names whole pictures.

    Raises:
        ModelFileError: as load_model; or it finds boxes.
    """
    info = read_info(path, "classify")
    _check_norm(path, info)
    network = Classifier(info.backbone, len(info.class_names), info.in_channels, info.norm)
    return _with_weights(network, path, info), info


def load_network(path: Path) -> tuple[DetectorNetwork | Classifier, ModelInfo]:
    """As load_model, of a file for any task.

    Raises:
        ModelFileError: as load_model.
    """
    return load_classifier(path) if read_info(path).task == "classify" else load_model(path)


def _check_norm(path: Path, info: ModelInfo) -> None:
    if info.norm not in NORMS:
        name = f"{info.backbone}, norm {info.norm}"
        raise ModelFileError("model_unknown_architecture", path=path, name=name, known=", ".join(NORMS))


def _with_weights(network: N, path: Path, info: ModelInfo) -> N:
    """`network` with the weights of the file, in eval mode.

    Raises:
        ModelFileError: they do not fit.
    """
    weights = {name: torch.from_numpy(np.array(array, np.float32)) for name, array in read_weights(path).items()}
    check_input(path, info, weights, network)
    expected = {name: t.shape for name, t in network.state_dict().items() if not name.endswith(COUNTERS)}
    found = {name: t.shape for name, t in weights.items()}
    differing = [n for n in {**expected, **found} if expected.get(n) != found.get(n)]  # in the network's order
    if differing:
        raise ModelFileError("model_weights_do_not_fit", path=path, name=info.backbone, layers=", ".join(differing[:5]))
    network.load_state_dict(weights, strict=False)  # checked above; strict would ask for the counters
    return network.eval()


def check_input(path: Path, info: ModelInfo, weights: dict[str, torch.Tensor], network: nn.Module) -> None:
    """Sees that what a file says of its pictures is of one piece and fits its first kernel, `network` telling which.

    Raises:
        ModelFileError: it is not; the first thing that is wrong.
    """
    first = next(name for name, tensor in network.state_dict().items() if tensor.ndim == 4)
    kernel = weights.get(first)
    wanted = kernel.shape[1] if kernel is not None and kernel.ndim == 4 else info.in_channels
    wrong = []
    if wanted != info.in_channels:
        wrong.append(f"it says {_number(info.in_channels, 'channel')}, but its first kernel takes {wanted}")
    for name, values in (("mean", info.mean), ("std", info.std)):
        # A file for grey pictures may keep all three numbers: the first one counts.
        if len(values) < info.in_channels:
            wrong.append(f"its {name} has {_number(len(values), 'number')} for {_number(info.in_channels, 'channel')}")
    if not all(np.isfinite(info.mean)) or not all(np.isfinite(info.std)) or min(info.std, default=1.0) <= 0:
        wrong.append("its std must be above 0, and all numbers finite")
    if info.channel_order not in ("bgr", "rgb"):
        wrong.append(f"the order of its channels is '{info.channel_order}', neither bgr nor rgb")
    if wrong:
        raise ModelFileError("model_input_unclear", path=path, reason=wrong[0])


def _number(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def save_model(path: Path, network: DetectorNetwork, info: ModelInfo, openvino: OpenVinoNetwork | None = None) -> None:
    """Writes the weights, kernels as float16: half the size, and no difference that AP shows.

    Raises:
        OutputError: the folder cannot be written or is full.
    """
    write_model(path, info, weights_of(network), openvino)


def weights_of(network: nn.Module) -> dict[str, np.ndarray]:
    """The weights by name as they are stored.

    Only kernels become float16: the variances of a network that takes pixels of 0..255 can exceed its range.
    """
    state = {n: t.detach().cpu() for n, t in network.state_dict().items() if not n.endswith(COUNTERS)}
    return {n: (t.half() if t.ndim > 1 else t.float()).numpy() for n, t in state.items()}


def save_classifier(path: Path, classifier: Classifier, info: ModelInfo) -> None:
    """Writes a classifier: its backbone's names begin with "backbone.", so a detector can start from it.

    Raises:
        OutputError: the folder cannot be written or is full.
    """
    write_model(path, dataclasses.replace(info, task="classify", neck_width=0), weights_of(classifier))


def start_from(network: DetectorNetwork, path: Path, class_names: tuple[str, ...]) -> ModelInfo:
    """Copies every weight of `path` that `network` has too (name and shape); returns what the file says of itself.

    Classes that both know start as they were in the file, wherever they stand in `class_names`, the network's own. A
    network for grey pictures, or for more than three channels, gets the first kernel converted.

    Raises:
        ModelFileError: missing, damaged, or with another backbone.
    """
    info = read_info(path)
    weights = {n: torch.from_numpy(np.array(a, np.float32)) for n, a in read_weights(path).items()}
    check_input(path, info, weights, network)
    own = network.state_dict()
    _move_classes(weights, own, info.class_names, class_names)
    _adapt_input(weights, own, info)
    fitting = {n: t for n, t in weights.items() if n in own and own[n].shape == t.shape}
    missing = [n for n in own if n.startswith("backbone.") and n not in fitting and not n.endswith(COUNTERS)]
    if missing:
        raise ModelFileError("model_weights_do_not_fit", path=path, name="as chosen", layers=", ".join(missing[:5]))
    network.load_state_dict(fitting, strict=False)
    return info


def _adapt_input(weights: dict[str, torch.Tensor], own: dict[str, torch.Tensor], info: ModelInfo) -> None:
    """Makes the first kernel of `weights` fit where only the number of the picture's channels differs."""
    for name, kernel in weights.items():
        fitting = own.get(name)
        if kernel.ndim == 4 and kernel.shape[1] == info.in_channels == 3 and fitting is not None:
            channels = fitting.shape[1]
            if (channels == 1 or channels > 3) and fitting.shape == (len(kernel), channels, *kernel.shape[2:]):
                weights[name] = adapt_kernel(kernel, channels, info.std)


def _move_classes(
    weights: dict[str, torch.Tensor], own: dict[str, torch.Tensor], theirs: tuple[str, ...], ours: tuple[str, ...]
) -> None:
    """Makes the class outputs of `weights` fit: known classes at their new place, new ones as `own` starts them."""
    pairs = [(theirs.index(name), place) for place, name in enumerate(ours) if name in theirs]
    if theirs == ours:
        return
    old, new = [place for place, _ in pairs], [place for _, place in pairs]
    for name in [
        n for n in weights if n.startswith(CLASS_OUTPUTS) and n in own and own[n].shape[1:] == weights[n].shape[1:]
    ]:
        moved = own[name].clone()
        moved[new] = weights[name][old].to(moved)
        weights[name] = moved
