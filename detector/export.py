"""`python -m detector.export`: a model's network for other runtimes, or as int8 inside its own file.

`--int8` makes the network that OpenVINO runs fastest on a CPU and puts it into the model file, where the app finds it
without torch. `--format` writes files for other programs.
"""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import json
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import cv2
import numpy as np
import numpy.typing as npt
import torch
import typer
from torch import Tensor, nn

from detector.commands import run_command
from detector.data.coco import read_coco
from detector.data.pictures import picture_files
from detector.engines.convert import quantise, to_bytes, to_openvino
from detector.engines.preprocess import choose_shape, letterbox
from detector.errors import DataError, OutputError, UsageError
from detector.modelfile import ModelInfo, OpenVinoNetwork, hash_weights, read_weights, write_aside, write_model
from detector.models.checkpoint import load_model
from detector.models.fuse import fold_batch_norms
from detector.models.head import HeadOutput
from detector.models.network import DetectorNetwork
from detector.paths import CLIP, DEFAULT_MODEL

ONNX_OPSET = 17
Picture = npt.NDArray[np.uint8]


def main(
    model: Annotated[Path, typer.Option(help="the model file")] = DEFAULT_MODEL,
    int8: Annotated[bool, typer.Option("--int8", help="quantise the network; needs the extra 'int8'")] = False,
    calibrate: Annotated[
        Path, typer.Option(help="pictures like those it will see: a folder, a video, or a COCO json")
    ] = CLIP,
    images: Annotated[Path | None, typer.Option(help="folder of the pictures of a COCO json")] = None,
    pictures: Annotated[int, typer.Option(help="how many pictures to calibrate on", min=1)] = 300,
    format: Annotated[
        Literal["model", "openvino", "onnx"], typer.Option(help="model: into the model file; the others: files")
    ] = "model",
    out: Annotated[Path | None, typer.Option(help="the file to write; default: the model file itself")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print what was written as JSON")] = False,
) -> None:
    """Exports a model: `--int8` into its own file, `--format openvino` or `onnx` into files beside it."""
    if format == "model" and not int8:
        raise UsageError("export_of_nothing")
    if format == "onnx" and int8:
        raise UsageError("export_int8_onnx")
    if format == "onnx" and importlib.util.find_spec("onnx") is None:
        raise UsageError("onnx_tool_missing")
    network, info = load_model(model)
    if format == "onnx":
        target = out or model.with_suffix(".onnx")
        written = write_onnx(network, info, target)
    else:
        converted = to_openvino(network, info)
        if int8:
            samples = calibration_pictures(calibrate, images, info, pictures)
            typer.echo(f"Calibrating on {len(samples)} pictures of {calibrate.name} ...", err=True)
            converted = quantise(converted, samples)
        if format == "model":
            target = out or model
            written = [add_to_model(model, info, converted, target)]
        else:
            target = out or model.with_suffix(".xml")
            written = write_openvino(converted, target)
    if as_json:
        sizes = {os.fspath(path): path.stat().st_size for path in written}
        typer.echo(json.dumps({"files": sizes, "format": format, "int8": int8}))
    else:
        for path in written:
            typer.echo(f"{path}  {path.stat().st_size / 1e6:.1f} MB")


def add_to_model(model: Path, info: ModelInfo, int8_network: Any, target: Path) -> Path:
    """Writes the weights of `model` with its int8 network to `target`, which may be the same file.

    Raises:
        OutputError: the folder cannot be written or is full.
    """
    weights = read_weights(model)
    xml, binary = to_bytes(int8_network)
    write_model(target, info, weights, OpenVinoNetwork("int8", xml, binary, hash_weights(weights)))
    return target


def write_openvino(network: Any, target: Path) -> list[Path]:
    """The network as .xml and .bin.

    Raises:
        OutputError: the folder cannot be written or is full.
    """
    xml, binary = to_bytes(network)
    files = [target.with_suffix(".xml"), target.with_suffix(".bin")]
    for path, content in zip(files, (xml, binary), strict=True):
        write_aside(path, content)
    return files


class WithNormalisation(nn.Module):
    """A network that takes pixels 0..255 in BGR or grey, so that another program needs no mean and std."""

    mean: Tensor
    std: Tensor

    def __init__(self, network: nn.Module, info: ModelInfo) -> None:
        super().__init__()
        self.network = network
        self.swap = info.in_channels == 3 and info.channel_order == "rgb"
        self.register_buffer("mean", torch.tensor(info.mean[: info.in_channels]).view(1, -1, 1, 1))
        self.register_buffer("std", torch.tensor(info.std[: info.in_channels]).view(1, -1, 1, 1))

    def forward(self, pixels: Tensor) -> HeadOutput:
        """pixels (B, C, H, W) float 0..255 -> HeadOutput."""
        x = pixels.flip(1) if self.swap else pixels
        return self.network((x - self.mean) / self.std)


def write_onnx(network: DetectorNetwork, info: ModelInfo, target: Path) -> list[Path]:
    """The network as .onnx: input "pixels" float32 (B, C, H, W), 0..255, BGR or grey; H and W multiples of 32.

    Raises:
        OutputError: the folder cannot be written or is full.
    """
    wrapped = WithNormalisation(fold_batch_norms(network.eval()), info).eval()
    axes = {"pixels": {0: "batch", 2: "height", 3: "width"}, "logits": {0: "batch", 1: "cells"}}
    aside = target.with_name(target.name + ".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the exporter by tracing is called old, but it needs onnx alone
            torch.onnx.export(
                wrapped,
                (torch.zeros(1, info.in_channels, 64, 96),),
                os.fspath(aside),
                input_names=["pixels"],
                output_names=["logits", "ltrb"],
                dynamic_axes={**axes, "ltrb": axes["logits"]},
                opset_version=ONNX_OPSET,
                dynamo=False,
            )
        aside.replace(target)
    except OSError as error:
        raise OutputError("output_unwritable", path=target, reason=error.strerror or error) from error
    finally:
        with contextlib.suppress(OSError):  # gone already, or a folder that is none
            aside.unlink()
    return [target]


def calibration_pictures(source: Path, images: Path | None, info: ModelInfo, most: int) -> list[Picture]:
    """At most `most` pictures of `source`, spread evenly over it, letterboxed to the shape that fits each.

    Args:
        source: a folder of pictures, a video, or a COCO json.
        images: the folder of a COCO json's pictures; None: `images` beside it.

    Raises:
        DataError: no picture can be read.
    """
    if source.is_dir():
        files = picture_files(source)
        found = read_pictures(spread(files, most))
    elif source.suffix.lower() == ".json":
        files = [picture.path for picture in read_coco(source, images).pictures]
        found = read_pictures(spread(files, most))
    else:
        found = read_video(source, most)
    samples = [
        letterbox(image, choose_shape((image.shape[1], image.shape[0]), info.sizes_hw), info.in_channels)[0]
        for image in found
    ]
    if not samples:
        raise DataError("calibration_empty", path=source)
    return samples


def spread(files: list[Path], most: int) -> list[Path]:
    """At most `most` of them, evenly."""
    step = max(1, len(files) / most)
    return [files[int(i * step)] for i in range(min(most, len(files)))]


def read_pictures(files: list[Path]) -> Iterator[Picture]:
    """Those that OpenCV can read, in BGR."""
    for path in files:
        image = cv2.imread(os.fspath(path), cv2.IMREAD_COLOR)
        if image is not None:
            yield np.asarray(image, np.uint8)


def read_video(path: Path, most: int) -> Iterator[Picture]:
    """At most `most` frames, evenly over the video, in BGR; none if it is no video."""
    video = cv2.VideoCapture(os.fspath(path))
    try:
        count = int(video.get(cv2.CAP_PROP_FRAME_COUNT))
        step = max(1, count // most)
        given = 0
        for index in itertools.count():
            if given == most or not video.grab():
                return
            if index % step == 0:
                readable, image = video.retrieve()
                if readable:
                    given += 1
                    yield np.asarray(image, np.uint8)
    finally:
        video.release()


if __name__ == "__main__":
    run_command(main)
