"""A classifier that the network in training learns from: what it says of the very same view.

Hinton et al., "Distilling the Knowledge in a Neural Network", 2015; the same view for both and mixed views, too, after
Beyer et al., "Knowledge distillation: a good teacher is patient and consistent", 2022.
"""

from __future__ import annotations

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from detector.modelfile import ModelInfo
from detector.models.checkpoint import load_classifier
from detector.pretraining.weights import load_fitting, preprocessing, read_weights_by_name, timm_network
from detector.training.batches import network_input
from detector.training.runtime import autocast

TIMM = "timm:"


class Teacher:
    """Any classifier, in eval mode.

    Attributes:
        num_classes: of its answers; they need not be the classes to be learned.
        name: for a person.
    """

    def __init__(
        self, network: nn.Module, num_classes: int, info: ModelInfo, size: int | None, name: str, device: torch.device
    ) -> None:
        """`info`: how it wants its pictures; `size`: the side at which it sees a view, None: the view's own."""
        self._network = network.eval().requires_grad_(False).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._info, self._size, self._device = info, size, device
        self.num_classes, self.name = num_classes, name

    @torch.no_grad()  # and not inference_mode, whose tensors no loss may take
    def logits(self, images: Tensor) -> Tensor:
        """Views float (B, 3, S, S) BGR in 0..255 -> float32 (B, num_classes)."""
        if self._size is not None and self._size != images.shape[-1]:
            images = F.interpolate(images, (self._size, self._size), mode="bilinear", antialias=True)
        with autocast(self._device):
            logits: Tensor = self._network(network_input(images, self._info, self._device))
        return logits.float()


def open_teacher(name: str, weights: Path | None, size: int, device: torch.device) -> Teacher:
    """A classifier of timm, or one that detector.pretrain wrote.

    Args:
        name: "timm:NAME", with the weights that timm fetches unless a file is given; or the path of a model file.
        weights: of the timm network: a state dict with its names, or with other names in the same order.
        size: side in pixels at which a timm network sees a view; one of ours sees it as it is.

    Raises:
        UsageError: timm is missing or knows no such network.
        ModelFileError: weights that cannot be fetched or read, or that do not fit; or a file that is no classifier.
    """
    if name.startswith(TIMM):
        network = timm_network(name.removeprefix(TIMM), pretrained=weights is None)
        if weights is not None:
            load_fitting(network, read_weights_by_name(weights), weights, name, in_order=True)
        info = ModelInfo(name, 0, (), **preprocessing(network))
        num_classes: int = network.num_classes  # type: ignore[assignment]  # timm's own attribute
        return Teacher(network, num_classes, info, size, name, device)
    path = Path(name)
    classifier, info = load_classifier(path)
    return Teacher(classifier, len(info.class_names), info, None, path.stem, device)


def teaching_loss(taught: Tensor, wanted: Tensor, temperature: float) -> Tensor:
    """Kullback-Leibler divergence of softened answers (B, T), summed over B; its gradient's size is kept (eq. 4)."""
    own, theirs = (F.log_softmax(logits.float() / temperature, dim=1) for logits in (taught, wanted))
    return F.kl_div(own, theirs, reduction="sum", log_target=True) * temperature**2
