"""Learning from other detectors, on pictures with labels and without."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
import torch
from onnx import helper, numpy_helper
from torch import Tensor

from detector.data.coco import read_coco
from detector.data.labelled import join
from detector.data.unlabelled import read_unlabelled
from detector.errors import DataError, UserFacingError
from detector.modelfile import ModelInfo
from detector.models.head import HeadOutput
from detector.models.network import DetectorNetwork
from detector.training.batches import Sampler, ViewShares, make_batch
from detector.training.distillation import distillation_loss
from detector.training.loop import TrainingRun
from detector.training.teachers import OnnxTeacher, Taught, open_teacher
from tests.detector.small_model import save_small_model
from tests.detector.test_training import STRIDES, options, write_data

CPU = torch.device("cpu")
CELLS = 64 + 16 + 4  # of a view of 64


def views(count: int = 2) -> Tensor:
    return torch.randint(0, 255, (count, 3, 64, 64), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


def write_onnx_teacher(path: Path, names: str) -> Path:
    """One convolution a level: as simple as a network can be that has our cells."""
    rng = np.random.default_rng(0)
    nodes, initializers, flat = [], [], []
    for stride in STRIDES:
        kernel = rng.normal(0, 1e-4, (6, 3, stride, stride)).astype(np.float32)
        initializers.append(numpy_helper.from_array(kernel, f"kernel{stride}"))
        inputs = ["images", f"kernel{stride}"]
        nodes.append(helper.make_node("Conv", inputs, [f"map{stride}"], strides=[stride, stride]))
        nodes.append(helper.make_node("Reshape", [f"map{stride}", "flat"], [f"flat{stride}"]))
        flat.append(f"flat{stride}")
    initializers.append(numpy_helper.from_array(np.array([0, 6, -1], np.int64), "flat"))
    nodes += [
        helper.make_node("Concat", flat, ["all"], axis=2),
        helper.make_node("Transpose", ["all"], ["cells"], perm=[0, 2, 1]),
        helper.make_node("Sigmoid", ["cells"], ["shares"]),
        helper.make_node("Slice", ["shares", "zero", "two", "axis"], ["scores"]),
        helper.make_node("Slice", ["shares", "two", "six", "axis"], ["ltrb"]),
    ]
    for name, value in (("zero", 0), ("two", 2), ("six", 6), ("axis", 2)):
        initializers.append(numpy_helper.from_array(np.array([value], np.int64), name))
    kind = onnx.TensorProto.FLOAT
    images = helper.make_tensor_value_info("images", kind, ["b", 3, "h", "w"])
    results = [helper.make_tensor_value_info(name, kind, ["b", "a", n]) for name, n in (("scores", 2), ("ltrb", 4))]
    model = helper.make_model(
        helper.make_graph(nodes, "teacher", [images], results, initializers),
        opset_imports=[helper.make_opsetid("", 18)],
    )
    model.ir_version = 10
    helper.set_model_props(model, {"class_names": names})
    onnx.save(model, path)
    return path


def test_a_pupil_comes_to_say_what_its_teacher_says() -> None:
    generator = torch.Generator().manual_seed(1)
    logits = torch.zeros(1, CELLS, 3, requires_grad=True)
    ltrb = torch.ones(1, CELLS, 4, requires_grad=True)
    taught = Taught(
        torch.rand(1, CELLS, 2, generator=generator),
        1 + torch.rand(1, CELLS, 4, generator=generator),
        torch.tensor([2, 0]),
    )
    optimizer = torch.optim.Adam([logits, ltrb], lr=0.05)
    for _ in range(300):
        optimizer.zero_grad()
        distillation_loss(HeadOutput(logits, ltrb), taught, (64, 64), STRIDES).total.backward()
        optimizer.step()
    assert (logits.detach().sigmoid()[..., [2, 0]] - taught.scores).abs().max() < 0.05
    sure = taught.scores.amax(-1) > 0.3
    assert (ltrb.detach() - taught.ltrb)[sure].abs().mean() < 0.1
    assert logits.detach()[..., 1].abs().max() == 0  # of a class that the teacher does not know, it says nothing


def test_a_model_file_teaches_the_classes_that_both_know(tmp_path: Path) -> None:
    teacher = open_teacher(save_small_model(tmp_path / "large.safetensors"), ("cup", "giraffe", "person"), CPU)
    taught = teacher(views())
    assert taught.places.tolist() == [2, 0]  # in the teacher's order: person, cup
    assert taught.scores.shape == (2, CELLS, 2)
    assert taught.ltrb.shape == (2, CELLS, 4)


def test_an_onnx_network_teaches_views_of_any_number_and_size(tmp_path: Path) -> None:
    teacher = OnnxTeacher(write_onnx_teacher(tmp_path / "t.onnx", "red\ncat"), ("green", "red"), CPU)
    taught = teacher(views(3))
    assert taught.scores.shape == (3, CELLS, 1)
    assert taught.places.tolist() == [1]
    alone = teacher(views(3)[1:2])
    torch.testing.assert_close(alone.scores[0], taught.scores[1], atol=2e-3, rtol=0)
    large = torch.zeros(1, 3, 96, 128, dtype=torch.uint8)
    assert teacher(large).ltrb.shape == (1, 12 * 16 + 6 * 8 + 3 * 4, 4)


@pytest.mark.parametrize("kind", ["missing", "strangers", "no network", "other outputs"])
def test_a_file_that_cannot_teach_is_named_with_the_reason(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "teacher.onnx"
    if kind == "no network":
        path.write_bytes(b"not a network")
    elif kind == "strangers":
        write_onnx_teacher(path, "cat\ndog")
    elif kind == "other outputs":
        model = onnx.load(write_onnx_teacher(path, "red\ngreen"))
        del model.graph.output[1]
        onnx.save(model, path)
    with pytest.raises(DataError, match="cannot teach") as raised:
        open_teacher(path, ("green", "red"), CPU)
    assert "teacher.onnx" in str(raised.value)


def test_pictures_without_labels_are_learned_from_by_the_teacher_alone(tmp_path: Path) -> None:
    labelled = read_coco(write_data(tmp_path / "labelled"))
    folder = tmp_path / "found"
    folder.mkdir()
    cv2.imwrite(str(folder / "a.png"), np.full((80, 100, 3), 60, np.uint8))
    (folder / "b.png").write_bytes(b"no picture")
    data = join([labelled, read_unlabelled(folder, labelled.class_names)])
    assert len(data.pictures) == len(labelled.pictures) + 1
    assert not data.pictures[-1].labelled.any()
    torch.manual_seed(0)
    info = ModelInfo("resnet18", 32, data.class_names)
    teacher = str(write_onnx_teacher(tmp_path / "t.onnx", "red\ngreen"))
    chosen = options(teachers=(teacher,), extra_share=0.5, lr=5e-3)
    run = TrainingRun(DetectorNetwork("resnet18", 2, 32), info, data, chosen, tmp_path / "m.safetensors")
    lessons = [run.train_step(0.5)["teacher"] for _ in range(30)]
    assert np.mean(lessons[-5:]) < 0.9 * np.mean(lessons[:5])
    silent = [
        make_batch(run.cache, run.sampler, 64, 4, ViewShares(), np.random.default_rng(i)).labelled for i in range(4)
    ]
    assert not torch.cat(silent).all()


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserFacingError, match="picture"):
        read_unlabelled(tmp_path, ("red",))


def test_a_teacher_of_other_cells_or_one_size_is_named_with_the_reason(tmp_path: Path) -> None:
    model = onnx.load(write_onnx_teacher(tmp_path / "one.onnx", "red\ngreen"))
    for place, sides in ((2, 64), (3, 64)):
        model.graph.input[0].type.tensor_type.shape.dim[place].dim_value = sides
    onnx.save(model, tmp_path / "one.onnx")
    fixed = open_teacher(tmp_path / "one.onnx", ("red",), CPU)
    with pytest.raises(DataError, match=r"one\.onnx' cannot teach"):
        fixed(torch.zeros(1, 3, 96, 96, dtype=torch.uint8))
    other = onnx.load(write_onnx_teacher(tmp_path / "two.onnx", "red\ngreen"))
    concat = next(node for node in other.graph.node if node.op_type == "Concat")
    concat.input[:] = concat.input[:2]  # no level of stride 32
    onnx.save(other, tmp_path / "two.onnx")
    with pytest.raises(DataError, match="it answers for 80 cells, and there are 84"):
        open_teacher(tmp_path / "two.onnx", ("red",), CPU)(views())


def test_more_pictures_without_labels_than_with_get_no_more_than_their_share(tmp_path: Path) -> None:
    labelled = read_coco(write_data(tmp_path / "labelled"))
    (tmp_path / "found").mkdir()
    for i in range(20):
        cv2.imwrite(str(tmp_path / "found" / f"{i}.png"), np.full((80, 100, 3), 60 + i, np.uint8))
    data = join([labelled, read_unlabelled(tmp_path / "found", labelled.class_names)])
    sampler, rng = Sampler(data.pictures, extra_share=0.1), np.random.default_rng(0)
    silent = [not data.pictures[sampler.several(1, rng)[0]].labelled.any() for _ in range(300)]
    assert 0.03 < np.mean(silent) < 0.2
