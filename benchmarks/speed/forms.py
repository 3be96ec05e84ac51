"""The forms in which a network can run on a device, and which of them is the fastest here."""

from __future__ import annotations

import copy
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from detector.boxes import FloatArray
from detector.engines.convert import normalised, quantise
from detector.engines.cuda_lane import CudaLane
from detector.engines.openvino_engine import compile_options, first_line
from detector.engines.quiet_openvino import import_openvino, openvino_core
from detector.modelfile import ModelInfo

Picture = npt.NDArray[np.uint8]  # (h, w, 3), BGR, the network's input size
Outputs = tuple[FloatArray | Tensor, ...]  # that hold until the next run; on a GPU tensors there, not awaited
Run = Callable[[Picture], Outputs]
T = TypeVar("T")
Make = Callable[[], T]
TRIALS = 3  # runs of each form, after one that warms up; the shortest counts
ON_CPU = ("openvino-int8", "openvino-bf16", "openvino-fp32", "torch-bf16", "torch-fp32", "compiled-bf16")
ON_CUDA = ("torch-fp16", "compiled-fp16", "graph-fp16")
DTYPES = {"bf16": torch.bfloat16, "fp16": torch.float16, "fp32": torch.float32}
TITLES = {"openvino": "OpenVINO", "torch": "torch", "compiled": "torch.compile", "graph": "torch, CUDA graph"}


@dataclass(frozen=True)
class Setting:
    """What all rows of a run share.

    Attributes:
        device: "cpu" or "cuda".
        shape_hw: of every network's input.
        threads: of every network on a CPU.
        forms: those to try, of ON_CPU or ON_CUDA.
        pictures: letterboxed, to quantise on; the first is what is detected: every network finds as much on it.
        exports: folder for exported networks, so that a second run need not make them again.
        rounds: how often each row runs.
        clock: what is measured with, in seconds.
        say: where to tell what is done.
    """

    device: str
    shape_hw: tuple[int, int]
    threads: int
    forms: tuple[str, ...]
    pictures: tuple[Picture, ...]
    exports: Path
    rounds: int
    clock: Callable[[], float]
    say: Callable[[str], None]

    def path_of(self, key: str, ending: str) -> Path:
        """Where an export lies: another input shape or OpenVINO is another file."""
        height, width = self.shape_hw
        return self.exports / f"{key}-{height}x{width}-openvino{import_openvino().__version__.split('-')[0]}{ending}"


@dataclass(frozen=True)
class Fastest:
    """A form that took the least time.

    Attributes:
        title: of the form, for people.
        step: runs it.
        took_ms: the shortest of its runs.
        tried: title -> shortest time in ms, or why it did not work.
    """

    title: str
    step: Callable[[], Any]
    took_ms: float
    tried: dict[str, float | str]


def title_of(form: str) -> str:
    """ "openvino-int8" -> "OpenVINO int8"."""
    kind, precision = form.split("-")
    return f"{TITLES[kind]} {precision}"


def fastest(makers: Iterator[tuple[str, Make[Callable[[], Any]]]], setting: Setting) -> list[Fastest]:
    """Makes each form, runs it a few times and keeps the fastest; where that is int8, the fastest float one after it.

    Int8 is our doing for every network, so that how far the networks themselves differ is seen in the latter.

    Args:
        makers: title and what makes the step of each form.

    Returns:
        None, one or two.
    """
    tried: dict[str, float | str] = {}
    best: dict[bool, Fastest] = {}
    for title, make in makers:
        whole = title.endswith("int8")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # other libraries' use of each other
                step = make()
                step()
            took_ms = min(_took_ms(step, setting.clock) for _ in range(TRIALS))
        except Exception as error:  # whatever an exporter or compiler of others raises means the same: not this form
            tried[title] = f"{type(error).__name__}: {first_line(error)[:160]}"
        else:
            tried[title] = took_ms
            if whole not in best or took_ms < best[whole].took_ms:
                best[whole] = Fastest(title, step, took_ms, tried)
        setting.say(f"  {title}: {_said(tried[title])}")
    found = sorted(best.values(), key=lambda form: form.took_ms)
    return found if found and found[0].title.endswith("int8") else found[:1]


def forms_of(key: str, network: nn.Module, info: ModelInfo, setting: Setting) -> Iterator[tuple[str, Make[Run]]]:
    """Title and maker of each form of a network.

    Args:
        key: names it among the kept exports.
        network: in eval mode; a normalised picture (1, 3, H, W) -> a tuple of tensors.
        info: its normalisation.
    """
    for form in setting.forms:
        kind, precision = form.split("-")
        if kind == "openvino":
            yield title_of(form), lambda p=precision: openvino_form(key, network, info, p, setting)  # type: ignore[misc]
        else:
            dtype = DTYPES[precision]
            yield title_of(form), lambda k=kind, d=dtype: torch_form(network, info, k, d, setting)  # type: ignore[misc]


def openvino_form(key: str, network: nn.Module, info: ModelInfo, precision: str, setting: Setting) -> Run:
    """Compiled for a picture of that shape, normalisation included; outputs in the network's order."""
    ov = import_openvino()
    kind = "int8" if precision == "int8" else "float"

    def export() -> Any:
        example = torch.zeros(1, 3, *setting.shape_hw)
        shape = ov.PartialShape([1, 3, *setting.shape_hw])
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # tracing is deprecated, and the networks' own use of other libraries
            model = normalised(ov.convert_model(network, example_input=example, input=[shape]), info)
        return quantise(model, setting.pictures, correct_bias=False) if kind == "int8" else model

    model = kept(setting, f"{key}-{kind}", export)
    options = compile_options(precision, setting.threads)
    request = openvino_core().compile_model(model, "CPU", options).create_infer_request()
    count = len(model.outputs)

    def run(picture: Picture) -> Outputs:
        batch = picture[None]
        request.set_input_tensor(ov.Tensor(batch, shared_memory=True))
        request.infer()
        return tuple(request.get_output_tensor(i).data for i in range(count))

    return run


def kept(setting: Setting, key: str, export: Callable[[], Any]) -> Any:
    """An openvino.Model: from the folder of exports, or made and left there."""
    path = setting.path_of(key, ".xml")
    if not path.is_file():
        model = export()
        with tempfile.TemporaryDirectory(dir=setting.exports) as scratch:
            written = Path(scratch) / path.name
            import_openvino().save_model(model, written, compress_to_fp16=False)
            for ending in (".bin", ".xml"):  # the latter says that all is there
                written.with_suffix(ending).replace(path.with_suffix(ending))
    return openvino_core().read_model(path)


def torch_form(network: nn.Module, info: ModelInfo, kind: str, dtype: torch.dtype, setting: Setting) -> Run:
    """Channels last, in eager mode, compiled, or on a GPU as a captured graph; its outputs are float32.

    Args:
        kind: "torch", "compiled" or "graph".
    """
    device = torch.device(setting.device)
    ready = copy.deepcopy(network).to(device, dtype).to(memory_format=torch.channels_last)
    mean = torch.tensor(info.mean, device=device).view(1, -1, 1, 1)
    std = torch.tensor(info.std, device=device).view(1, -1, 1, 1)

    def forward(pixels: Tensor) -> tuple[Tensor, ...]:
        """uint8 (1, h, w, 3) on the device -> float32 outputs there."""
        x = pixels.permute(0, 3, 1, 2).flip(1) if info.channel_order == "rgb" else pixels.permute(0, 3, 1, 2)
        x = ((x.float() - mean) / std).to(dtype, memory_format=torch.channels_last)
        return tuple(output.float() for output in ready(x))

    if kind == "graph":
        return captured(forward, setting.shape_hw)
    work = torch.compile(forward) if kind == "compiled" else forward

    @torch.inference_mode()
    def run(picture: Picture) -> Outputs:
        outputs = work(torch.from_numpy(picture)[None].to(device))
        return outputs if setting.device == "cuda" else tuple(output.numpy() for output in outputs)

    return run


def captured(forward: Callable[[Tensor], tuple[Tensor, ...]], shape_hw: tuple[int, int]) -> Run:
    """`forward` as one CUDA graph, made and run as the app does it: the GPU is told of all its steps at once."""
    lane = CudaLane(torch.device("cuda"))
    outputs: tuple[Tensor, ...] = ()

    def work() -> None:
        nonlocal outputs
        outputs = forward(pixels)

    with lane.at_work():
        pixels = torch.zeros(1, *shape_hw, 3, dtype=torch.uint8, device="cuda")
        replay = lane.capture(work)

    def run(picture: Picture) -> Outputs:
        with lane.at_work():
            lane.upload(picture[None], pixels)
            replay()
        lane.join()
        return outputs

    return run


def as_tensor(output: FloatArray | Tensor) -> Tensor:
    """Where it is."""
    return output if isinstance(output, Tensor) else torch.from_numpy(output)


def as_array(output: FloatArray | Tensor) -> FloatArray:
    """On the host."""
    return output.cpu().numpy() if isinstance(output, Tensor) else output


def _took_ms(step: Callable[[], Any], clock: Callable[[], float]) -> float:
    start = clock()
    step()
    return (clock() - start) * 1000


def _said(result: float | str) -> str:
    return result if isinstance(result, str) else f"{result:.1f} ms"
