"""Our networks with random weights, in every engine that the app has for the device."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from benchmarks.speed.forms import Picture, Setting, title_of
from benchmarks.speed.scores import CLASSES, CONFIDENT, IOU, fill_picture, gflop, logit, settle_norms
from detector.engines.base import Detector
from detector.engines.convert import quantise, to_bytes, to_openvino
from detector.engines.openvino_engine import OpenVinoDetector
from detector.engines.torch_engine import TorchDetector
from detector.modelfile import ModelInfo, OpenVinoNetwork, hash_weights, read_weights, write_model
from detector.models import NECK_WIDTHS, USUAL_NECK_WIDTH
from detector.models.checkpoint import save_model
from detector.models.network import DetectorNetwork
from detector.types import Detections, Frame

ENGINES = ("openvino-int8", "openvino-bf16", "openvino-fp32", "torch-bf16", "torch-fp32", "torch-fp16", "graph-fp16")


@dataclass(frozen=True)
class OurNetwork:
    """A detector that finds something on the picture.

    Attributes:
        backbone: its name.
        network: with random weights, in eval mode.
        info: what a model file would say of it.
        gflop: of one forward pass.
    """

    backbone: str
    network: DetectorNetwork
    info: ModelInfo
    gflop: float


def our_network(backbone: str, picture: Picture) -> OurNetwork:
    """Random weights, always the same, and as many candidates on `picture` as the others get."""
    torch.manual_seed(0)
    width = NECK_WIDTHS.get(backbone, USUAL_NECK_WIDTH)
    info = ModelInfo(backbone, width, tuple(f"class {i}" for i in range(CLASSES)))
    network = DetectorNetwork(backbone, CLASSES, width).eval()
    x = normalised_input(picture, info)
    settle_norms(network, x)
    outs = [out for out in network.head.cls_outs if isinstance(out, torch.nn.Conv2d)]
    # One class a cell counts, the best.
    fill_picture(network, x, outs, lambda output: output.logits.amax(-1), logit(CONFIDENT))  # type: ignore[attr-defined]
    return OurNetwork(backbone, network, info, gflop(network, x))


def normalised_input(picture: Picture, info: ModelInfo) -> Tensor:
    """uint8 (h, w, 3) BGR -> float32 (1, 3, h, w) as the network takes it."""
    x = torch.from_numpy(picture.copy()).permute(2, 0, 1)[None].float()
    x = x.flip(1) if info.channel_order == "rgb" else x
    return (x - torch.tensor(info.mean).view(1, -1, 1, 1)) / torch.tensor(info.std).view(1, -1, 1, 1)


def detectors_of(ours: OurNetwork, setting: Setting) -> Iterator[tuple[str, Callable[[], Detector]]]:
    """Title and maker of each engine among the forms of the setting."""
    for form in setting.forms:
        kind, precision = form.split("-")
        if form not in ENGINES:
            continue
        if kind == "openvino":
            yield title_of(form), lambda p=precision: openvino_detector(ours, p, setting)  # type: ignore[misc]
        else:
            asked = "auto" if precision == "fp16" else precision  # fp16 is what "auto" means on a GPU
            yield title_of(form), lambda p=asked, g=kind == "graph": torch_detector(ours, p, g, setting)  # type: ignore[misc]


def torch_detector(ours: OurNetwork, precision: str, graphs: bool, setting: Setting) -> TorchDetector:
    """The app's engine for GPUs, with CUDA graphs as in the app or without."""
    return TorchDetector(ours.network, ours.info, setting.device, setting.shape_hw, precision, graphs=graphs)


def openvino_detector(ours: OurNetwork, precision: str, setting: Setting) -> OpenVinoDetector:
    """The app's engine on a model file that holds the exported network."""
    path = setting.path_of(f"ours-{ours.backbone}-{precision}", ".safetensors")
    if not path.is_file():
        model = to_openvino(copy.deepcopy(ours.network), ours.info)
        if precision == "int8":
            model = quantise(model, setting.pictures, correct_bias=False)
        save_model(path, ours.network, ours.info)
        weights = read_weights(path)
        write_model(path, ours.info, weights, OpenVinoNetwork(precision, *to_bytes(model), hash_weights(weights)))
    return OpenVinoDetector(path, setting.shape_hw, threads=setting.threads)


def detect_step(detector: Detector, frame: Frame) -> Callable[[], Detections]:
    """From a BGR picture to boxes in its pixels."""
    return lambda: detector.detect([frame], CONFIDENT, IOU)[0]
