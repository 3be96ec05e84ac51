"""One model, one .safetensors file: weights, what they need, and optionally the network compiled for OpenVINO.

This file reads and writes it without torch, so that the app starts fast; models/checkpoint.py makes a network of it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from detector.errors import ModelFileError, OutputError

FORMAT = "camapp-detector-1"
Task = Literal["detect", "classify"]
METADATA_KEY = "camapp"
OPENVINO_PREFIX = "openvino."  # tensors of the exported network; all others are weights
# The keys of models.BACKBONES, said here as well since that imports torch; a test holds the two equal.
BACKBONE_NAMES = (
    *(f"resnet{depth}{kind}" for depth in (18, 34, 50, 101, 152) for kind in ("", "_ca", "_ca_block")),
    "resnet50h",
    "resnet50_cot",
    *(f"resnetv2_{depth}" for depth in (18, 34, 50, 101, 152)),
    *("dpn68", "dpn68b", "dpn92", "dpn98", "dpn107", "dpn131", "dpn92_small"),
)


@dataclass(frozen=True)
class ModelInfo:
    """What the weights need and what is known of them.

    Attributes:
        backbone: one of BACKBONE_NAMES.
        neck_width: channels of P3 to P5; 0 where there is no neck.
        class_names: English, in the order of the class logits.
        class_names_zh: Chinese, the same length; empty if there are none.
        classes_on: English names of the classes shown at first; the others are not mastered.
        score_threshold: the confidence at which the model was tuned to be right.
        mean, std: per channel of the 0..255 picture: x = (pixel - mean) / std.
        channel_order: "bgr" or "rgb", the order that the weights expect.
        in_channels: 3, or 1 for grey.
        sizes_hw: the input shapes it is meant for, smallest first.
        started_from, trained_on, licence: sentences for a person.
        measured: figures, as {"AP50": 0.1, "data": "...", "command": "..."}; of a classifier "top1" and "top5".
        norm: the kind of the norm layers: "batch", or as in models/norms.py.
        task: "detect": boxes; "classify": one label for a whole picture, squeezed to the first of sizes_hw.
        bins: of each of a box's distances (models/head.py); 0: the network says them as plain numbers.
    """

    backbone: str
    neck_width: int
    class_names: tuple[str, ...]
    class_names_zh: tuple[str, ...] = ()
    classes_on: tuple[str, ...] = ()
    score_threshold: float = 0.35
    mean: tuple[float, ...] = (123.675, 116.28, 103.53)
    std: tuple[float, ...] = (58.395, 57.12, 57.375)
    channel_order: str = "rgb"
    in_channels: int = 3
    sizes_hw: tuple[tuple[int, int], ...] = (
        (192, 320), (256, 320), (256, 416), (320, 416), (384, 640), (480, 640), (736, 1280),
    )  # fmt: skip
    started_from: str = "random weights"
    trained_on: str = ""
    licence: str = "Apache-2.0"
    measured: dict[str, Any] = dataclasses.field(default_factory=dict)
    norm: str = "batch"
    task: Task = "detect"
    bins: int = 0

    def handed_on(self, name: str) -> dict[str, Any]:
        """Fields of a model whose training begins with these weights, of the model `name`.

        They are what the weights expect of a picture, where they come from and under which licence.
        """
        same = ("mean", "std", "channel_order", "in_channels", "norm", "licence")
        return {field: getattr(self, field) for field in same} | {"started_from": f"{name}: {self.trained_on}"}

    def to_json(self) -> str:
        """One line of JSON, with the format's name."""
        return json.dumps({"format": FORMAT, **dataclasses.asdict(self)}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> ModelInfo:
        """The inverse of to_json; unknown fields of newer versions are left out.

        Raises:
            ValueError: not of this format.
        """
        try:
            fields = json.loads(text)
            if fields["format"] != FORMAT:
                raise ValueError(f"format must be {FORMAT!r}, got {fields['format']!r}")
            known = {f.name for f in dataclasses.fields(cls)}
            values: dict[str, Any] = {
                k: tuple(v) if isinstance(v, list) else v for k, v in fields.items() if k in known
            }
            values["sizes_hw"] = tuple((int(h), int(w)) for h, w in values["sizes_hw"])
            # Older files do not say it; without a neck there is nothing to find boxes with.
            task = values.setdefault("task", "detect" if values["neck_width"] else "classify")
            if task not in get_args(Task):
                raise ValueError(f"task must be one of {get_args(Task)}, got {task!r}")
            return cls(**values)
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a model description: {error}") from error


@dataclass(frozen=True)
class OpenVinoNetwork:
    """A network exported for OpenVINO: its .xml and .bin as bytes.

    Attributes:
        precision: "int8", "bf16" or "fp32".
        weights_hash: hash_weights of the weights it was made from.
    """

    precision: str
    xml: bytes
    bin: bytes
    weights_hash: str


Arrays = Mapping[str, npt.NDArray[Any]]


def hash_weights(weights: Arrays) -> str:
    """SHA-256 over names and bytes of all weights, in the order of their names."""
    digest = hashlib.sha256()
    for name in sorted(weights):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(weights[name]).tobytes())
    return digest.hexdigest()


def read_info(path: Path, task: Task | None = None) -> ModelInfo:
    """The description alone, in a few milliseconds.

    Args:
        task: that the model must be for; None: any.

    Raises:
        ModelFileError: missing, truncated, no camapp model, of an unknown architecture, or for another task.
    """
    with _open(path) as file:
        info = _info_of(path, file)
    if task is not None and info.task != task:
        raise ModelFileError("model_finds_no_boxes" if task == "detect" else "model_names_no_pictures", path=path)
    return info


def read_weights(path: Path) -> dict[str, npt.NDArray[Any]]:
    """The weights by name, as numpy arrays.

    Raises:
        ModelFileError: as read_info.
    """
    with _open(path) as file:
        _info_of(path, file)
        return {name: file.get_tensor(name) for name in file.keys() if not name.startswith(OPENVINO_PREFIX)}  # noqa: SIM118 -- no dict


def exported_precision(path: Path) -> str | None:
    """Of the exported network in the file; None: there is none.

    Raises:
        ModelFileError: as read_openvino.
    """
    with _open(path) as file:
        _info_of(path, file)
        try:
            entry = json.loads(file.metadata().get("openvino", "null"))
            return None if entry is None else str(entry["precision"])
        except (ValueError, KeyError, TypeError) as error:
            raise ModelFileError("model_truncated", path=path) from error


def read_openvino(path: Path) -> OpenVinoNetwork | None:
    """The exported network in the file, or None. Its hash is not checked: that needs all weights.

    Raises:
        ModelFileError: as read_info; or what it says of the network is damaged.
    """
    with _open(path) as file:
        _info_of(path, file)
        try:
            entry = json.loads(file.metadata().get("openvino", "null"))
            if entry is None:
                return None
            xml, weights = (file.get_tensor(OPENVINO_PREFIX + part).tobytes() for part in ("xml", "bin"))
            return OpenVinoNetwork(entry["precision"], xml, weights, entry["weights_hash"])
        except (ValueError, KeyError, TypeError, SafetensorError) as error:
            raise ModelFileError("model_truncated", path=path) from error


def write_model(path: Path, info: ModelInfo, weights: Arrays, openvino: OpenVinoNetwork | None = None) -> None:
    """Writes aside, then renames: a full disk or a crash leaves the old file as it was.

    Raises:
        OutputError: the folder cannot be written or is full.
    """
    tensors = {name: np.ascontiguousarray(array) for name, array in weights.items()}
    metadata = {METADATA_KEY: info.to_json()}
    if openvino is not None:
        tensors[OPENVINO_PREFIX + "xml"] = np.frombuffer(openvino.xml, np.uint8)
        tensors[OPENVINO_PREFIX + "bin"] = np.frombuffer(openvino.bin, np.uint8)
        metadata["openvino"] = json.dumps({"precision": openvino.precision, "weights_hash": openvino.weights_hash})
    write_aside(path, save(tensors, metadata))


def write_aside(path: Path, content: bytes) -> None:
    """Replaces `path` in one step: what was there stays until the new content is on the disk.

    Raises:
        OutputError: the folder cannot be written or is full.
    """
    aside = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name, suffix=".part", delete=False) as file:
            aside = Path(file.name)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.chmod(0o644)
        aside.replace(path)
    except OSError as error:
        if aside is not None:
            aside.unlink(missing_ok=True)
        raise OutputError("output_unwritable", path=path, reason=error.strerror or error) from error


def _open(path: Path) -> Any:
    if not path.is_file():
        raise ModelFileError("model_missing", path=path)
    try:
        return safe_open(path, framework="numpy")
    except SafetensorError as error:
        # A header that parses but promises more bytes than there are: the file was cut, not another kind of file.
        cut = "Incomplete" in str(error) or "InvalidHeaderLength" in str(error) or _has_safetensors_header(path)
        raise ModelFileError("model_truncated" if cut else "model_not_a_model", path=path) from error
    except OSError as error:
        raise ModelFileError("model_not_a_model", path=path) from error


def _has_safetensors_header(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(10)
    return len(head) == 10 and head[8:10] == b'{"'


def _info_of(path: Path, file: Any) -> ModelInfo:
    try:
        info = ModelInfo.from_json((file.metadata() or {})[METADATA_KEY])
    except (KeyError, ValueError) as error:
        raise ModelFileError("model_not_a_model", path=path) from error
    if info.backbone not in BACKBONE_NAMES:
        known = ", ".join(BACKBONE_NAMES)
        raise ModelFileError("model_unknown_architecture", path=path, name=info.backbone, known=known)
    return info
