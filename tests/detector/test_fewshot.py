"""Few pictures, many classes: folders, splits, intervals, transfer modes, and the command from end to end."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from detector import fewshot
from detector.data.class_folders import ClassPictures, read_class_folders
from detector.errors import DataError, ModelFileError, UsageError
from detector.modelfile import ModelInfo
from detector.models import BACKBONES
from detector.models.checkpoint import save_classifier
from detector.models.classifier import Classifier
from detector.training.transfer import last_stage, load_backbone, set_transfer
from detector.training.transfer_baseline import PlainCnn
from detector.training.transfer_features import cache_features
from detector.training.transfer_splits import Amount, mean_and_interval, parse_amounts, split

COLOURS = {"blue": (220, 40, 20), "green": (30, 200, 60), "red": (20, 30, 230)}


def write_classes(folder: Path, each: int, seed: int = 0) -> None:
    """Pictures of one colour a class, with a texture of their own each."""
    rng = np.random.default_rng(seed)
    for name, colour in COLOURS.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        for i in range(each):
            texture = cv2.resize(rng.integers(0, 90, (4, 4, 1), np.uint8), (64, 64), interpolation=cv2.INTER_NEAREST)
            picture = np.clip(np.array(colour, np.int64) + texture[..., None] - 45, 0, 255).astype(np.uint8)
            assert cv2.imwrite(str(folder / name / f"{i}.png"), picture)


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backbone to start from, random but with every branch awake."""
    torch.manual_seed(0)
    model, path = Classifier("resnet18", 2), tmp_path_factory.mktemp("start") / "start.safetensors"
    for part in model.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(part.weight, 0.3, 0.6)
    save_classifier(path, model, ModelInfo("resnet18", 0, ("a", "b"), mean=(100.0,) * 3, std=(50.0,) * 3))
    return path


def run(data: Path, out: Path, start: Path, **options: object) -> None:
    fewshot.main(**{"data": data, "out": out, "init": start, "size": 64, "steps": 2, "folds": 2} | options)  # type: ignore[arg-type]


def test_class_folders_are_read_with_and_without_train_and_test(tmp_path: Path) -> None:
    write_classes(tmp_path / "flat", 2)
    write_classes(tmp_path / "two" / "train", 3, seed=1)
    write_classes(tmp_path / "two" / "test", 2, seed=2)
    flat, two = read_class_folders(tmp_path / "flat", 32), read_class_folders(tmp_path / "two", 32)
    assert flat.class_names == two.class_names == ("blue", "green", "red")
    assert flat.pictures.shape == (6, 32, 32, 3)
    assert flat.labels.tolist() == [0, 0, 1, 1, 2, 2]
    assert not flat.held_out.any()
    assert two.held_out.tolist() == [False] * 9 + [True] * 6
    assert flat.notes == ()


def test_corrupt_and_duplicate_pictures_are_said_and_left_out(tmp_path: Path) -> None:
    write_classes(tmp_path, 3)
    (tmp_path / "red" / "broken.jpg").write_bytes(b"no picture")
    again = cv2.imread(str(tmp_path / "blue" / "0.png"))
    cv2.imwrite(str(tmp_path / "blue" / "again.jpg"), again, [cv2.IMWRITE_JPEG_QUALITY, 85])
    cv2.imwrite(str(tmp_path / "green" / "smaller.png"), cv2.resize(again, (40, 40), interpolation=cv2.INTER_AREA))
    data = read_class_folders(tmp_path, 32)
    assert len(data.labels) == 9
    corrupt, copies = data.notes
    assert corrupt == "1 picture cannot be read and was left out: red/broken.jpg."
    assert "2 pictures" in copies
    assert "again.jpg (as blue/0.png)" in copies
    assert "smaller.png (as blue/0.png)" in copies


def test_a_folder_without_classes_is_refused(tmp_path: Path) -> None:
    for folder in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(DataError, match="holds no two folders with pictures"):
            read_class_folders(folder, 32)


def test_the_first_fold_of_2_plus_18_is_the_first_two_of_each_class_and_18_more() -> None:
    labels = np.repeat(np.arange(141), 18)
    held_out = np.tile(np.arange(18) >= 10, 141)
    amount = parse_amounts("2+18")[0]
    train, test = split(labels, held_out, amount, 0, 3)
    assert len(train) == 300
    assert (train[:282] == np.flatnonzero(np.tile(np.arange(18) < 2, 141))).all()
    assert len(test) == 141 * 8
    assert not held_out[train].any()
    assert held_out[test].all()
    later = split(labels, held_out, amount, 1, 3)[0]
    assert not set(later[:282]) & set(train[:282])


def test_without_a_test_folder_every_picture_is_judged_once_and_never_by_what_learned_it() -> None:
    labels, nothing = np.repeat(np.arange(4), [6, 5, 2, 1]), np.zeros(14, np.bool_)
    judged = []
    for fold in range(3):
        train, test = split(labels, nothing, Amount(2), fold, 3)
        assert not set(train) & set(test)
        assert np.bincount(labels[train], minlength=4).max() <= 2
        judged += test.tolist()
    assert sorted(judged) == list(range(13))  # the class of one has nothing to be learned from when it is judged


def test_amounts_that_are_no_numbers_are_refused() -> None:
    assert parse_amounts("1, 2+18") == [Amount(1), Amount(2, 18)]
    for text in ("", "two", "0", "2+", "-1"):
        with pytest.raises(UsageError, match="no list of samples a class"):
            parse_amounts(text)


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    rng, hits = np.random.default_rng(0), 0
    for _ in range(200):
        tests = [np.arange(100)] * 4
        right = [rng.random(100) < 0.3 for _ in range(4)]
        mean, half = mean_and_interval(tests, right)
        hits += abs(mean - 0.3) <= half
    assert hits >= 186  # adding both parts makes it wide rather than narrow
    assert mean_and_interval([np.arange(4)], [np.ones(4, np.bool_)]) == (1.0, 0.0)


def test_the_plain_network_flattens_512_x_5_x_5() -> None:
    network = PlainCnn(141, 160)
    assert network.fc1.in_features == 512 * 5 * 5
    assert network(torch.zeros(2, 3, 160, 160)).shape == (2, 141)
    with pytest.raises(UsageError, match="'150' cannot be used"):
        PlainCnn(3, 150)


@pytest.mark.parametrize("name", ["resnet18", "resnetv2_18", "dpn68", "dpn92_small"])
def test_the_last_stage_makes_c5_of_c4_in_every_family(name: str) -> None:
    torch.manual_seed(0)
    backbone = BACKBONES[name]().eval()
    with torch.inference_mode():
        _, c4, c5 = backbone.maps(torch.rand(1, 3, 64, 64))
        torch.testing.assert_close(last_stage(backbone)(c4), c5)


def test_each_transfer_mode_trains_what_it_says() -> None:
    model = Classifier("resnet18", 4)
    everything = {name for name, _ in model.named_parameters()}
    trained = {}
    for mode in ("new", "last", "all"):
        count = len(set_transfer(model, mode))
        trained[mode] = {name for name, p in model.named_parameters() if p.requires_grad}
        assert count == len(trained[mode])
    assert trained["new"] == {"fc.weight", "fc.bias"}
    assert trained["last"] - trained["new"] == {n for n in everything if n.startswith("backbone.layer4.")}
    assert trained["all"] == everything
    with pytest.raises(UsageError, match="no 'some' to choose"):
        set_transfer(model, "some")


def test_cached_features_are_the_backbones_own(start: Path) -> None:
    backbone, info = load_backbone(start)
    pictures = np.random.default_rng(0).integers(0, 256, (3, 64, 64, 3), np.uint8)
    features = cache_features(backbone, info, pictures, torch.device("cpu"))
    x = (torch.from_numpy(pictures[..., ::-1].copy()).permute(0, 3, 1, 2).float() - 100) / 50
    with torch.inference_mode():
        _, c4, c5 = backbone.maps(x)
        mirrored = backbone.maps(x.flip(3))[-1]
    close: Callable[..., None] = torch.testing.assert_close
    close(features.pooled[0], c5.mean((2, 3)), atol=0.05, rtol=0.05)  # bf16 where the CPU has it
    close(features.pooled[1], mirrored.mean((2, 3)), atol=0.05, rtol=0.05)
    assert features.c4.shape == (2, *c4.shape)


def test_weights_of_another_architecture_are_refused_as_a_start(tmp_path: Path) -> None:
    path = tmp_path / "wrong.safetensors"
    save_classifier(path, Classifier("resnet18", 2), ModelInfo("resnet34", 0, ("a", "b")))
    with pytest.raises(ModelFileError, match=r"do not fit its architecture resnet34; first differences: layer1\.2"):
        load_backbone(path)


def test_all_learners_stand_in_one_table_with_intervals_and_a_picture(tmp_path: Path, start: Path) -> None:
    write_classes(tmp_path / "data" / "train", 3, seed=1)
    write_classes(tmp_path / "data" / "test", 3, seed=2)
    run(tmp_path / "data", tmp_path / "out", start, samples="1,2+1", judge=2)
    table = (tmp_path / "out" / "fewshot.md").read_text("utf-8")
    figures = json.loads((tmp_path / "out" / "fewshot.json").read_text("utf-8"))
    assert len(figures["outcomes"]) == 12
    assert {o["learned_from"] for o in figures["outcomes"]} == {3, 7}
    assert all(0 <= o["accuracy"] <= 1 for o in figures["outcomes"])
    assert "| transfer `last`: last stage and head |" in table
    assert "2+1 a class (7 pictures)" in table
    assert "Fewer than 5 pictures to judge by, so their own figures mean little: blue (2), green (2), red (2)." in table
    by_words = {(o["learner"], o["amount"]): o["accuracy"] for o in figures["outcomes"]}
    assert by_words["nearest class mean", "2+1"] > 0.8  # colours are easy, even for random features
    assert by_words["sparse representation", "2+1"] > 0.8
    assert by_words["transfer `new`: a linear layer", "2+1"] > 0.8
    assert cv2.imread(str(tmp_path / "out" / "fewshot.png")) is not None


def test_a_class_of_one_picture_is_warned_of(tmp_path: Path) -> None:
    data = ClassPictures(
        np.zeros((7, 4, 4, 3), np.uint8), np.array([0, 0, 0, 1, 2, 2, 2]), np.zeros(7, np.bool_), ("a", "b", "c"), ()
    )
    said = " ".join(fewshot.doubts(data, [Amount(2)]))
    assert "Only one sample each is there of: b." in said
    assert "Fewer than 2 pictures to learn from: b (1)." in said
    assert "Fewer than 5 pictures to judge by, so their own figures mean little: a (3), b (1), c (3)." in said


def test_what_cannot_be_done_is_said_before_anything_is_computed(tmp_path: Path, start: Path) -> None:
    write_classes(tmp_path / "data", 1)
    with pytest.raises(DataError, match=r"No picture of .* is left to judge by"):
        run(tmp_path / "data", tmp_path / "out", start, samples="1")
    with pytest.raises(UsageError, match="no 'magic' to choose"):
        run(tmp_path / "data", tmp_path / "out", start, learners="new,magic")
    with pytest.raises(UsageError, match="'100' cannot be used"):
        run(tmp_path / "data", tmp_path / "out", start, size=100)
    assert not (tmp_path / "out").exists()
