"""The same networks in torchvision and timm, to be timed beside ours: weights shared, input the same."""

from __future__ import annotations

import copy
from collections.abc import Callable

import torch
from torch import nn

from detector.errors import UsageError
from detector.models import BACKBONES, dpn, preact_resnet, resnet
from detector.models.fuse import fold_batch_norms
from detector.models.norms import BATCH_NORMS

PEERS: dict[str, str] = {
    **dict.fromkeys(resnet.DEPTHS, "torchvision"),
    **dict.fromkeys([*preact_resnet.DEPTHS, *dpn.VARIANTS], "timm"),
}


def peer_of(name: str) -> nn.Module:
    """The other library's network of that name, with random weights.

    Raises:
        UsageError: timm is needed and not installed.
    """
    if PEERS[name] == "torchvision":
        import torchvision

        return getattr(torchvision.models, name)(weights=None)
    try:
        import timm
    except ImportError as error:
        raise UsageError("timm_missing", name=name) from error
    return timm.create_model(name)


def peer_steps(name: str, shape_hw: tuple[int, int], device: torch.device) -> dict[str, Callable[[], object]]:
    """One forward pass from picture to logits: theirs, ours, and ours as TorchDetector runs it.

    That is: batch norms folded, kernels channels last, whatever the layout of the picture; on a CPU torch pools several
    times as fast then. Theirs is timed in that layout, too, to tell what is the layout's and what is ours.

    fp32 on a CPU, one picture; on CUDA fp16, all channels last, and each step waits for its result.

    Args:
        name: a key of PEERS.
        shape_hw: of the picture.
        device: where.

    Raises:
        UsageError: timm is needed and not installed.
    """
    torch.manual_seed(0)
    theirs = peer_of(name)
    for part in theirs.modules():
        if isinstance(part, BATCH_NORMS):  # fresh ones start at 0 in places, and the branch would be all zeros
            nn.init.uniform_(part.weight, 0.3, 0.6)
    ours = BACKBONES[name](include_top=True)
    ours.load_state_dict(theirs.state_dict())
    folded = fold_batch_norms(copy.deepcopy(ours).eval())
    on_gpu = device.type == "cuda"
    dtype = torch.float16 if on_gpu else torch.float32
    usual = torch.channels_last if on_gpu else torch.contiguous_format
    x = torch.rand(1, 3, *shape_hw).to(device, dtype, memory_format=usual)

    def step(network: nn.Module, layout: torch.memory_format = usual) -> Callable[[], object]:
        ready = network.eval().to(device, dtype).to(memory_format=layout)

        @torch.inference_mode()
        def work() -> object:
            logits = ready(x)
            return logits.cpu() if on_gpu else logits

        return work

    steps = {PEERS[name]: step(theirs), "ours": step(ours)}
    if not on_gpu:
        steps[f"{PEERS[name]}, channels last"] = step(copy.deepcopy(theirs), torch.channels_last)
    return steps | {"ours, batch norms folded, channels last": step(folded, torch.channels_last)}
