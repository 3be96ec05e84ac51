"""Detectors that a network in training learns from, besides its labels: what they see in the very same view.

A view of four recoloured pictures is new each time, so a teacher's word on it is new, too: it says something about
every picture, also about those whose labels are silent (Beyer et al., "Knowledge distillation: a good teacher is
patient and consistent", 2022).

Two kinds of file can teach: a detector of this project (.safetensors), and an ONNX network with the input `images`,
float (B, 3, H, W) BGR 0..255, the outputs `scores` (B, A, K) in 0..1 and `ltrb` (B, A, 4) in strides, for the cells of
strides 8, 16 and 32 as HeadOutput has them, and the metadata `class_names`, one a line.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from detector.engines.quiet_openvino import openvino_core
from detector.errors import DataError
from detector.models.checkpoint import load_model
from detector.training.batches import network_input
from detector.training.runtime import autocast

STRIDES = (8, 16, 32)  # of the cells that pupil and teacher answer for


class Taught(NamedTuple):
    """What a teacher says of B views, cell by cell.

    Attributes:
        scores: float (B, A, T) in 0..1, of the classes that teacher and pupil share.
        ltrb: float (B, A, 4), strides.
        places: int64 (T,), which classes of the pupil these are.
    """

    scores: Tensor
    ltrb: Tensor
    places: Tensor


class Teacher(ABC):
    """One detector that teaches; its classes are matched to the pupil's by name."""

    def __init__(
        self, path: Path, class_names: Sequence[str], pupil_names: Sequence[str], device: torch.device
    ) -> None:
        """Args: of the teacher's file; its classes; the pupil's; where the pupil learns.

        Raises:
            DataError: they share no class.
        """
        shared = [(own, pupil_names.index(name)) for own, name in enumerate(class_names) if name in pupil_names]
        if not shared:
            raise DataError("teacher_unusable", path=path, reason="it knows none of the classes to be learned")
        self._own, self._places = torch.tensor(shared, device=device).unbind(1)
        self.device = device

    @torch.no_grad()
    def __call__(self, images: Tensor) -> Taught:
        """images: uint8 (B, 3, H, W) BGR -> Taught, on the pupil's device."""
        scores, ltrb = self.look(images)
        return Taught(scores[..., self._own], ltrb, self._places)

    @abstractmethod
    def look(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Scores (B, A, K) of all its classes, distances (B, A, 4)."""


class OwnTeacher(Teacher):
    """A detector of this project, as a rule a larger one."""

    def __init__(self, path: Path, pupil_names: Sequence[str], device: torch.device) -> None:
        network, self.info = load_model(path)
        super().__init__(path, self.info.class_names, pupil_names, device)
        self.network = network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]

    def look(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """See Teacher."""
        with autocast(self.device):
            output = self.network(network_input(images, self.info, self.device))
        return output.logits.float().sigmoid(), output.ltrb.float()


class OnnxTeacher(Teacher):
    """Somebody else's detector, run by OpenVINO on the CPU."""

    def __init__(self, path: Path, pupil_names: Sequence[str], device: torch.device) -> None:
        self._path = path
        core = openvino_core()
        try:
            model = core.read_model(path)
            names = model.get_rt_info(["framework", "class_names"]).astype(str).split("\n")
            # As many threads as the pupil uses: they take turns, so none waits for the other.
            options = {"INFERENCE_NUM_THREADS": torch.get_num_threads()}
            self._compiled = core.compile_model(model, "CPU", options)
        except RuntimeError as error:
            raise DataError("teacher_unusable", path=path, reason=_last_line(error)) from error
        super().__init__(path, names, pupil_names, device)
        outputs = {name for output in self._compiled.outputs for name in output.get_names()}
        if not {"scores", "ltrb"} <= outputs:
            raise DataError("teacher_unusable", path=path, reason="it has no outputs 'scores' and 'ltrb'")

    def look(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """See Teacher.

        Raises:
            DataError: it does not take views of this size, or answers for other cells.
        """
        try:
            found = self._compiled(images.cpu().numpy().astype(np.float32))
        except RuntimeError as error:
            raise DataError("teacher_unusable", path=self._path, reason=_last_line(error)) from error
        scores, ltrb = (torch.from_numpy(np.array(found[name])).to(self.device) for name in ("scores", "ltrb"))
        cells = sum((images.shape[2] // stride) * (images.shape[3] // stride) for stride in STRIDES)
        if scores.shape[1] != cells or ltrb.shape[1:] != (cells, 4):
            reason = f"it answers for {scores.shape[1]} cells, and there are {cells} of strides 8, 16 and 32"
            raise DataError("teacher_unusable", path=self._path, reason=reason)
        return scores, ltrb


def open_teacher(path: Path, pupil_names: Sequence[str], device: torch.device) -> Teacher:
    """The teacher in a file, ready for views.

    Raises:
        DataError: no file, an ONNX file that is no such network, or it shares no class with the pupil.
        ModelFileError: any other file that is no detector of this project.
    """
    if not path.is_file():
        raise DataError("teacher_unusable", path=path, reason="there is no such file")
    kind = OnnxTeacher if path.suffix == ".onnx" else OwnTeacher
    return kind(path, pupil_names, device)


def _last_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[-1]
