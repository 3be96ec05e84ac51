"""From torch to OpenVINO. Imports torch: the app comes here only for models without an exported network."""

from __future__ import annotations

import contextlib
import logging
import sys
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from detector.engines.quiet_openvino import import_openvino, silence_telemetry
from detector.errors import DeviceError
from detector.modelfile import ModelInfo
from detector.models.fuse import fold_batch_norms

CONVERSION = 1  # raise it when the converted network changes, so that cached ones are made again


def to_openvino(network: nn.Module, info: ModelInfo) -> Any:
    """Folds the batch norms of `network`, in place, and converts it, normalisation included.

    Returns:
        An openvino.Model: input uint8 (1, H, W, in_channels), BGR or grey as in Frame, H and W open;
        outputs "logits" and "ltrb" as in HeadOutput where the network has them; of a classifier "logits" alone.
    """
    ov = import_openvino()
    channels = info.in_channels
    fold_batch_norms(network.eval())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracing is deprecated in torch, but is what OpenVINO reads with open H and W
        model = ov.convert_model(
            network,
            example_input=torch.zeros(1, channels, 64, 96),
            input=[ov.PartialShape([1, channels, -1, -1])],
        )
    model = normalised(model, info)
    if len(model.outputs) <= 2:
        for output, name in zip(model.outputs, ("logits", "ltrb"), strict=False):
            output.set_names({name})
    return model


def normalised(model: Any, info: ModelInfo) -> Any:
    """An openvino.Model of normalised pictures as one of uint8 (1, H, W, in_channels), BGR or grey as in Frame."""
    ov = import_openvino()
    channels = info.in_channels
    steps = ov.preprocess.PrePostProcessor(model)
    steps.input().tensor().set_element_type(ov.Type.u8).set_layout(ov.Layout("NHWC"))
    steps.input().model().set_layout(ov.Layout("NCHW"))
    normalise = steps.input().preprocess().convert_element_type(ov.Type.f32)
    if channels == 3 and info.channel_order == "rgb":
        normalise = normalise.reverse_channels()
    normalise.mean(list(info.mean[:channels])).scale(list(info.std[:channels]))
    return steps.build()


def quantise(model: Any, pictures: Sequence[npt.NDArray[np.uint8]], correct_bias: bool = True) -> Any:
    """The same network with int8 weights and activations, calibrated on `pictures` (about 300 are enough).

    Args:
        model: from to_openvino.
        pictures: uint8 (h, w, in_channels) each, letterboxed.
        correct_bias: makes up for what rounding adds to each layer; without it a benchmark is made sooner.

    Raises:
        DeviceError: nncf is not installed.
    """
    silence_telemetry()
    try:
        import nncf
    except ImportError as error:
        raise DeviceError("int8_tool_missing") from error
    nncf.set_log_level(logging.ERROR)
    with warnings.catch_warnings(), contextlib.redirect_stdout(sys.stderr):  # its progress is no output of ours
        warnings.simplefilter("ignore")  # nncf's own use of older APIs
        return nncf.quantize(
            model,
            nncf.Dataset([picture[None] for picture in pictures]),
            preset=nncf.QuantizationPreset.MIXED,  # activations asymmetric: a sum before its ReLU has both signs
            subset_size=len(pictures),
            advanced_parameters=nncf.AdvancedQuantizationParameters(disable_bias_correction=not correct_bias),
        )


def to_bytes(model: Any) -> tuple[bytes, bytes]:
    """An openvino.Model as its .xml and .bin."""
    ov = import_openvino()
    with tempfile.TemporaryDirectory() as folder:
        xml = Path(folder) / "network.xml"
        ov.save_model(model, xml, compress_to_fp16=False)
        return xml.read_bytes(), xml.with_suffix(".bin").read_bytes()
