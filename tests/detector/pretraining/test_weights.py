"""Weights of others, and what is said of those that do not fit."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

import pytest
import safetensors.torch
import timm
import torch
import torchvision

from detector.errors import ModelFileError, UsageError
from detector.models import BACKBONES
from detector.pretraining.weights import (
    fit_in_order,
    load_fitting,
    read_weights_by_name,
    timm_network,
    torchvision_weights,
)


@pytest.mark.parametrize(
    ("name", "beginning", "wrapping"),
    [("resnet18", "", ""), ("resnet18", "module.", "state_dict"), ("resnet18", "backbone.body.", "model")],
)
def test_torchvisions_weights_load_from_whatever_a_program_wrapped_them_in(
    tmp_path: Path, name: str, beginning: str, wrapping: str
) -> None:
    theirs = getattr(torchvision.models, name)(weights=None).state_dict()
    renamed = {beginning + n: t for n, t in theirs.items()}
    torch.save({wrapping: renamed, "epoch": 3} if wrapping else renamed, tmp_path / "w.pth")
    ours = BACKBONES[name]()
    load_fitting(ours, read_weights_by_name(tmp_path / "w.pth"), "w.pth", name, in_order=False)
    for n, tensor in ours.state_dict().items():
        torch.testing.assert_close(tensor, theirs[n])


@pytest.mark.parametrize("name", ["resnetv2_18", "dpn68"])
def test_timms_weights_load_from_safetensors(tmp_path: Path, name: str) -> None:
    theirs = timm.create_model(name).state_dict()
    safetensors.torch.save_file(theirs, tmp_path / "w.safetensors")
    ours = BACKBONES[name]()
    load_fitting(ours, read_weights_by_name(tmp_path / "w.safetensors"), "w", name, in_order=False)
    for n, tensor in ours.state_dict().items():
        torch.testing.assert_close(tensor, theirs[n])


def test_the_same_network_with_other_names_loads_in_order() -> None:
    torch.manual_seed(0)
    network, theirs = timm.create_model("test_resnet"), timm.create_model("test_resnet").state_dict()
    renamed = {f"_layer{i}": t for i, (n, t) in enumerate(theirs.items()) if not n.endswith("num_batches_tracked")}
    load_fitting(network, renamed, "w.pth", "test_resnet", in_order=True)
    for n, tensor in network.state_dict().items():
        torch.testing.assert_close(tensor, theirs[n])
    assert fit_in_order(dict(list(renamed.items())[:-1]), theirs) is None


def test_weights_of_another_network_are_refused_with_the_first_differences(tmp_path: Path) -> None:
    weights = torchvision.models.resnet18(weights=None).state_dict()
    for in_order in (False, True):
        with pytest.raises(ModelFileError, match=r"do not fit its architecture resnet50.*layer1\.0\.conv1"):
            load_fitting(BACKBONES["resnet50"](), weights, "w.pth", "resnet50", in_order=in_order)


class Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return Path.touch, (Path("ran"),)  # type: ignore[return-value]


def test_files_that_are_no_weights_are_said_and_never_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.pth").write_text("no weights")
    (tmp_path / "text.safetensors").write_text("no weights")
    (tmp_path / "empty.pth").write_bytes(b"")
    (tmp_path / "evil.pth").write_bytes(pickle.dumps(Evil()))
    torch.save({"epoch": 3}, tmp_path / "numbers.pth")
    torch.save([torch.zeros(3)], tmp_path / "list.pth")
    for name in ("text.pth", "text.safetensors", "empty.pth", "evil.pth", "numbers.pth", "list.pth"):
        with pytest.raises(ModelFileError, match=f"{name}' is no file of weights by name"):
            read_weights_by_name(tmp_path / name)
    assert not (tmp_path / "ran").exists()
    with pytest.raises(ModelFileError, match="no model file"):
        read_weights_by_name(tmp_path / "missing.pth")


def test_without_timm_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "timm", None)
    with pytest.raises(UsageError, match="'resnet50' is one of timm's networks, and timm is not installed"):
        timm_network("resnet50", pretrained=False)


def test_unknown_networks_of_others_give_near_matches() -> None:
    with pytest.raises(UsageError, match=r"timm has no network 'tf_efficientnet_light0'.*tf_efficientnet_lite0"):
        timm_network("tf_efficientnet_light0", pretrained=False)
    with pytest.raises(UsageError, match=r"torchvision:resnet19'.*resnet18"):
        torchvision_weights("resnet19")


def test_weights_that_cannot_be_fetched_are_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("Connection refused.\nmore lines")

    monkeypatch.setattr(timm, "create_model", refuse)
    monkeypatch.setattr(torch.hub, "load_state_dict_from_url", refuse)
    monkeypatch.setattr("torchvision.models._api.load_state_dict_from_url", refuse)
    for fetch in (lambda: timm_network("resnet18", pretrained=True), lambda: torchvision_weights("resnet18")):
        with pytest.raises(ModelFileError, match=r"weights of 'resnet18' could not be fetched: Connection refused\. C"):
            fetch()
