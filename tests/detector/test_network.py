"""Neck, head, folding and model files."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save

from detector.errors import ModelFileError, OutputError
from detector.modelfile import (
    BACKBONE_NAMES,
    METADATA_KEY,
    ModelInfo,
    read_info,
    read_openvino,
    read_weights,
    write_model,
)
from detector.models import BACKBONES
from detector.models.checkpoint import build_network, load_model, save_model, start_from
from detector.models.fuse import fold_batch_norms
from detector.models.head import DecoupledHead, RawOutput
from detector.models.network import DetectorNetwork
from tests.detector.test_resnet import randomise

INFO = ModelInfo("resnet18", 32, ("cup", "phone"), ("杯子", "手机"), classes_on=("cup",), measured={"AP50": 0.5})


def small() -> DetectorNetwork:
    torch.manual_seed(0)
    return DetectorNetwork("resnet18", 2, 32).eval()


def test_every_cell_of_three_levels_gets_logits_and_distances() -> None:
    output = small()(torch.rand(2, 3, 64, 96))
    cells = 8 * 12 + 4 * 6 + 2 * 3
    assert output.logits.shape == (2, cells, 2)
    assert output.ltrb.shape == (2, cells, 4)
    assert output.ltrb.min() > 0


def test_a_distance_in_bins_is_what_the_distribution_expects() -> None:
    head = DecoupledHead(8, 2, bins=5)
    logits = torch.randn(1, 3, 4, 5)
    ltrb = head.decode(RawOutput(torch.zeros(1, 3, 2), logits)).ltrb
    shares = torch.exp(logits) / torch.exp(logits).sum(-1, keepdim=True)
    torch.testing.assert_close(ltrb, (shares * torch.tensor([0.0, 1, 2, 3, 4])).sum(-1))


@pytest.mark.parametrize("bins", [0, 16])
def test_a_fresh_head_expects_boxes_of_four_cells(bins: int) -> None:
    head = DecoupledHead(32, 2, bins=bins).eval()
    output = head(tuple(torch.rand(1, 32, s, s) for s in (8, 4, 2)))
    assert output.ltrb.shape == (1, 64 + 16 + 4, 4)
    assert ((output.ltrb - 2).abs() < 0.2).all()


def test_a_network_with_bins_comes_back_from_its_file_and_to_openvino(tmp_path: Path) -> None:
    torch.manual_seed(0)
    info = dataclasses.replace(INFO, bins=12)
    network = build_network(info).eval()
    with torch.no_grad():
        for conv in network.head.box_outs:
            torch.nn.init.normal_(conv.weight)
    x = torch.rand(1, 3, 64, 96) * 255
    save_model(tmp_path / "m.safetensors", network, info)
    assert read_info(tmp_path / "m.safetensors").bins == 12
    loaded, _ = load_model(tmp_path / "m.safetensors")
    expected = network(x)
    torch.testing.assert_close(loaded(x).ltrb, expected.ltrb, rtol=0.02, atol=0.02)
    assert expected.ltrb.std() > 0.5

    from detector.engines.convert import to_openvino
    from detector.engines.quiet_openvino import openvino_core

    plain = dataclasses.replace(info, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0))
    compiled = openvino_core().compile_model(to_openvino(loaded, plain), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    pixels = x.round().byte()
    found = compiled(pixels.flip(1).permute(0, 2, 3, 1).numpy())
    with torch.inference_mode():
        torch.testing.assert_close(torch.from_numpy(found["ltrb"]), loaded(pixels.float()).ltrb, rtol=1e-3, atol=1e-3)


def test_an_older_file_has_no_bins() -> None:
    fields = json.loads(INFO.to_json())
    del fields["bins"]
    assert ModelInfo.from_json(json.dumps(fields)).bins == 0


def test_one_picture_equals_its_place_in_a_batch() -> None:
    network, x = small(), torch.rand(3, 3, 64, 64)
    torch.testing.assert_close(network(x).logits[1:2], network(x[1:2]).logits, rtol=1e-4, atol=1e-4)


def test_cells_are_listed_row_by_row_of_the_finest_level_first() -> None:
    network = small()
    x = torch.zeros(1, 3, 64, 96)
    moved = x.clone()
    moved[..., 0:8, 88:96] = 5.0  # the last cell of the first row
    change = (network(moved).logits - network(x).logits).abs().sum(-1)[0, : 8 * 12].view(8, 12)
    assert change[:2, -2:].mean() > 2 * change[-2:, :2].mean()


def test_folded_norms_change_nothing() -> None:
    network = small()
    randomise(network.backbone)
    x = torch.rand(1, 3, 64, 96)
    with torch.inference_mode():
        before = network.neck(*network.backbone(x))
        folded = fold_batch_norms(network)
        after = folded.neck(*folded.backbone(x))
    assert not any(isinstance(m, torch.nn.BatchNorm2d) for m in folded.modules())
    for a, b in zip(before, after, strict=True):
        assert ((a - b).abs().max() / a.abs().max()).item() < 1e-5


def test_folding_refuses_a_network_in_training() -> None:
    with pytest.raises(ValueError, match="eval mode"):
        fold_batch_norms(small().train())


def test_a_saved_model_comes_back_with_its_description(tmp_path: Path) -> None:
    path, network = tmp_path / "m.safetensors", small()
    save_model(path, network, INFO)
    loaded, info = load_model(path)
    assert info == INFO
    for name, tensor in network.state_dict().items():
        if not name.endswith("num_batches_tracked"):
            torch.testing.assert_close(loaded.state_dict()[name], tensor, rtol=1e-3, atol=1e-3)


def test_a_missing_model_is_said() -> None:
    with pytest.raises(ModelFileError, match="There is no model file"):
        read_info(Path("nowhere.safetensors"))


@pytest.mark.parametrize("content", [b"", b"not a model at all, only words", bytes(range(256)) * 9])
def test_a_file_that_is_no_model_is_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "words.safetensors"
    path.write_bytes(content)
    with pytest.raises(ModelFileError) as said:
        load_model(path)
    assert said.value.code == "model_not_a_model"


@pytest.mark.parametrize("share", [0.001, 0.5, 0.99])
def test_a_truncated_model_is_said(tmp_path: Path, share: float) -> None:
    path = tmp_path / "m.safetensors"
    save_model(path, small(), INFO)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(ModelFileError) as said:
        load_model(path)
    assert said.value.code == "model_truncated"


def test_an_unknown_architecture_is_said_with_those_known(tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    write_model(path, ModelInfo("resnet9000", 32, ("cup",)), {"w": np.zeros(3, np.float32)})
    with pytest.raises(ModelFileError, match=r"'resnet9000'.*resnet18"):
        load_model(path)


def test_the_names_known_without_torch_are_those_that_can_be_built() -> None:
    assert sorted(BACKBONE_NAMES) == sorted(BACKBONES)


@pytest.mark.parametrize("entry", ["{", "[]", "{}", '{"precision": "int8", "weights_hash": ""}'])
def test_a_damaged_network_for_openvino_is_said(tmp_path: Path, entry: str) -> None:
    path = tmp_path / "m.safetensors"
    path.write_bytes(save({"w": np.zeros(3, np.float32)}, {METADATA_KEY: INFO.to_json(), "openvino": entry}))
    with pytest.raises(ModelFileError, match="incomplete or damaged"):
        read_openvino(path)


def test_weights_of_another_architecture_are_said_with_the_first_differences(tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    save_model(path, small(), ModelInfo("resnet50", 32, ("cup", "phone")))
    with pytest.raises(ModelFileError, match=r"do not fit.*backbone\.layer1"):
        load_model(path)


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="cannot be written"):
        save_model(tmp_path / "file" / "m.safetensors", small(), INFO)


def test_start_from_takes_the_backbone_and_leaves_a_head_of_other_classes(tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    save_model(path, small(), INFO)
    other = DetectorNetwork("resnet18", 7, 32)
    start_from(other, path, tuple("abcdefg"))
    weights = read_weights(path)
    stored = torch.from_numpy(weights["backbone.conv1.weight"].astype(np.float32))
    torch.testing.assert_close(other.backbone.conv1.weight.detach(), stored)
    with pytest.raises(ModelFileError, match="do not fit"):
        start_from(DetectorNetwork("resnet34", 2, 32), path, ("a", "b"))
