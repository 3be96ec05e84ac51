"""`python -m detector.train --task classify`: folders, modes, figures, a run that was cut, and bad input."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from detector import train, train_classifier
from detector.engines import open_classifier
from detector.errors import DataError, ModelFileError, TrainingError, UsageError
from detector.modelfile import ModelInfo, read_info, read_weights
from detector.training.classifying import ClassifierRun, Options
from detector.training.classifying_data import DividedPictures, read_divided
from detector.training.classifying_figures import figures_of, temperature_of
from detector.training.random_views import random_views
from detector.training.schedule import Budget
from detector.training.transfer_features import Features
from tests.detector.small_classifier import (
    NAMES,
    colour_network,
    colour_picture,
    save_colour_classifier,
    write_class_folders,
)


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_colour_classifier(tmp_path_factory.mktemp("start") / "start.safetensors")


def run(data: Path, out: Path, **options: object) -> None:
    train_classifier.main(**{"data": data, "out": out, "size": 64, "steps": 2, "batch": 4} | options)  # type: ignore[arg-type]


def test_the_command_line_asks_for_a_task() -> None:
    assert train.wanted(["--data", "x", "--task", "classify"]) is train_classifier.main
    assert train.wanted(["--task=classify", "--help"]) is train_classifier.main
    assert train.wanted(["--data", "classify"]) is train.main


@pytest.mark.parametrize("transfer", ["new", "last", "all"])
def test_each_mode_makes_a_file_that_names_pictures(
    tmp_path: Path, start: Path, transfer: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("detector.training.classifying_figures.ENOUGH", 3)  # the confidence is fitted, too
    data, out = write_class_folders(tmp_path / "data", 5), tmp_path / f"{transfer}.safetensors"
    run(data, out, init=start, transfer=transfer)
    said = json.loads(capsys.readouterr().out)
    assert said["classes"] == 3
    assert said["pictures"] == 3
    info = read_info(out)
    assert (info.task, info.class_names, info.sizes_hw) == ("classify", NAMES, ((64, 64),))
    assert info.mean == (127.5,) * 3  # the start's own preprocessing
    assert info.measured["top1"] == said["top1"] == 1.0
    assert "every 5th picture" in info.measured["data"]
    before, after = read_weights(start), read_weights(out)
    changed = {name for name in before if not np.array_equal(before[name], after[name])}
    assert "fc.weight" in changed
    assert ("backbone.layer4.0.conv1.weight" in changed) == (transfer != "new")
    assert ("backbone.conv1.weight" in changed) == (transfer == "all")
    with open_classifier(out, "cpu") as classifier:
        assert NAMES[int(classifier.classify([colour_picture("green", 99, (90, 40))])[0].argmax())] == "green"


def test_a_backbone_without_learned_weights_is_trained_whole(tmp_path: Path) -> None:
    run(write_class_folders(tmp_path / "data", 5), tmp_path / "out.safetensors", backbone="resnet18")
    assert read_info(tmp_path / "out.safetensors").started_from == "random weights"
    with pytest.raises(UsageError, match="Transfer mode 'last' has nothing to build on"):
        run(tmp_path / "data", tmp_path / "out2.safetensors", backbone="resnet18", transfer="last")


def test_the_test_folder_or_val_is_what_it_is_judged_by(tmp_path: Path, start: Path) -> None:
    write_class_folders(tmp_path / "both" / "train", 3)
    write_class_folders(tmp_path / "both" / "test", 2, seed=500)
    divided = read_divided(tmp_path / "both", None, 64)
    assert (len(divided.learned), len(divided.judged)) == (9, 6)
    assert divided.judged_by == str(tmp_path / "both" / "test")
    val = write_class_folders(tmp_path / "val", 2, seed=700)
    (val / "violet").mkdir()
    cv2.imwrite(str(val / "violet" / "0.png"), np.full((64, 64, 3), 90, np.uint8))
    divided = read_divided(tmp_path / "both" / "train", val, 64)
    assert (len(divided.learned), len(divided.judged)) == (9, 6)
    assert divided.labels[divided.judged].tolist() == [0, 0, 1, 1, 2, 2]
    assert any("left out: violet" in note for note in divided.notes)


def test_a_picture_to_learn_from_is_never_one_to_judge_by(tmp_path: Path) -> None:
    write_class_folders(tmp_path / "data", 3)
    val = write_class_folders(tmp_path / "val", 2, seed=500)
    copied = next((tmp_path / "data").glob("*/*.png"))
    cv2.imwrite(str(val / copied.parent.name / "copy.png"), cv2.imread(str(copied)))
    divided = read_divided(tmp_path / "data", val, 64)
    assert (len(divided.learned), len(divided.judged)) == (9, 6)
    assert any("1 of the pictures are among those to learn from" in note for note in divided.notes)


def test_every_fifth_is_kept_apart_and_of_few_the_last(tmp_path: Path) -> None:
    divided = read_divided(write_class_folders(tmp_path / "ten", 10), None, 64)
    assert (len(divided.learned), len(divided.judged)) == (24, 6)
    assert not set(divided.learned.tolist()) & set(divided.judged.tolist())
    divided = read_divided(write_class_folders(tmp_path / "three", 3), None, 64)
    assert (len(divided.learned), len(divided.judged)) == (6, 3)
    divided = read_divided(write_class_folders(tmp_path / "two", 2), None, 64)
    assert (len(divided.learned), len(divided.judged)) == (6, 0)
    assert any("No picture is left to judge by" in note for note in divided.notes)


def test_bad_folders_are_said_in_one_sentence(tmp_path: Path) -> None:
    write_class_folders(tmp_path, 3)
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "0.jpg").write_bytes(b"no picture")
    divided = read_divided(tmp_path, None, 64)
    assert divided.class_names == NAMES
    assert "1 picture cannot be read and was left out: broken/0.jpg." in divided.notes
    assert "2 folders: each holds no usable picture and is no class: broken, empty." in divided.notes
    one = tmp_path / "one"
    write_class_folders(one, 3)
    for name in ("blue", "green"):
        for file in (one / name).iterdir():
            file.unlink()
    with pytest.raises(DataError, match=r"pictures of one class only, 'red'\. Add a folder"):
        read_divided(one, None, 64)
    with pytest.raises(DataError, match="holds no two folders"):
        read_divided(tmp_path / "empty", None, 64)


def test_a_class_with_nothing_to_learn_from_is_no_class(tmp_path: Path) -> None:
    write_class_folders(tmp_path / "train", 3)
    write_class_folders(tmp_path / "test", 2, seed=500)
    for file in (tmp_path / "train" / "green").iterdir():
        file.unlink()
    divided = read_divided(tmp_path, None, 64)
    assert divided.class_names == ("blue", "red")
    assert set(divided.labels[divided.judged].tolist()) == {0, 1}
    assert "No picture to learn from, so no class: green." in divided.notes


def test_chinese_names_come_from_a_file(tmp_path: Path, start: Path) -> None:
    data, names = write_class_folders(tmp_path / "data", 3), tmp_path / "names.json"
    names.write_text('{"red": "红", "blue": "蓝"}', "utf-8")
    run(data, tmp_path / "out.safetensors", init=start, names_zh=names)
    assert read_info(tmp_path / "out.safetensors").class_names_zh == ("蓝", "green", "红")
    names.write_text("[1]", "utf-8")
    with pytest.raises(DataError, match="is no list of names"):
        run(data, tmp_path / "out.safetensors", init=start, names_zh=names)


def test_a_start_that_does_not_fit_is_refused(tmp_path: Path, start: Path) -> None:
    data = write_class_folders(tmp_path / "data", 3)
    with pytest.raises(UsageError, match="holds the backbone resnet18, not dpn68"):
        run(data, tmp_path / "out.safetensors", init=start, backbone="dpn68")
    with pytest.raises(UsageError, match="no backbone 'resnet19'"):
        run(data, tmp_path / "out.safetensors", backbone="resnet19")
    with pytest.raises(ModelFileError, match="no model file"):
        run(data, tmp_path / "out.safetensors", init=tmp_path / "nowhere.safetensors")
    with pytest.raises(UsageError, match="input size '70'"):
        run(data, tmp_path / "out.safetensors", init=start, size=70)


def small_data() -> DividedPictures:
    pictures = np.stack([colour_picture(name, i) for name in NAMES for i in range(4)])
    places = np.arange(12)
    labels = np.repeat(np.arange(3), 4)
    return DividedPictures(pictures, labels, NAMES, places[places % 4 < 3], places[places % 4 == 3], "here", ())


def test_a_run_that_was_cut_ends_exactly_like_one_that_was_not(tmp_path: Path, exact_arithmetic: None) -> None:
    options = Options("resnet18", "last", True, batch=4, size=64, lr=1e-3, backbone_lr_share=0.3, seed=0)
    info = ModelInfo("resnet18", 0, NAMES, mean=(127.5,) * 3, std=(64.0,) * 3, sizes_hw=((64, 64),), task="classify")

    class Cut(Budget):
        """Ends half-way, while the schedule runs to the end."""

        def progress(self, step: int) -> float:
            return 1.0 if step >= 2 else step / 4

    for name, budgets in (("whole", [Budget(4, None)]), ("cut", [Cut(4, None), Budget(4, None)])):
        for budget in budgets:
            ClassifierRun(colour_network(), info, small_data(), options, tmp_path / f"{name}.safetensors").run(budget)
    whole, cut = (read_weights(tmp_path / f"{name}.safetensors") for name in ("whole", "cut"))
    for name, weight in whole.items():
        np.testing.assert_array_equal(weight, cut[name], err_msg=name)


def test_pictures_that_were_looked_at_before_a_cut_are_not_looked_at_again(
    tmp_path: Path, start: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[int] = []

    def look(backbone: object, info: object, pictures: np.ndarray, *others: object, **options: object) -> Features:
        looked.append(len(pictures))
        if len(looked) == 3:
            raise KeyboardInterrupt
        return Features(torch.rand(2, len(pictures), 512), torch.empty(0))

    monkeypatch.setattr("detector.training.classifying.LOOKED_AT", 4)
    monkeypatch.setattr("detector.training.classifying.cache_features", look)
    options = Options("resnet18", "new", True, 4, 64, 1e-3, 0.0, 0, save_every_s=0.0)
    info = ModelInfo("resnet18", 0, NAMES, sizes_hw=((64, 64),), task="classify")
    out = tmp_path / "out.safetensors"
    with pytest.raises(KeyboardInterrupt):
        ClassifierRun(colour_network(), info, small_data(), options, out).run(Budget(1, None))
    ClassifierRun(colour_network(), info, small_data(), options, out).run(Budget(1, None))
    assert looked == [4, 4, 1, 1]  # of nine pictures the last one twice
    assert read_info(out).task == "classify"


def test_a_state_of_other_pictures_is_refused(tmp_path: Path, start: Path) -> None:
    data, out = write_class_folders(tmp_path / "data", 3), tmp_path / "out.safetensors"
    run(data, out, init=start, transfer="last")
    cv2.imwrite(str(data / "blue" / "9.png"), colour_picture("blue", 77))
    with pytest.raises(TrainingError, match=r"is of another run: data was \w{8}, now \w{8}"):
        run(data, out, init=start, transfer="last")


def test_figures_count_the_best_and_the_best_five() -> None:
    logits = torch.tensor([[9.0, 1, 2, 3, 4, 5], [1.0, 9, 2, 3, 4, 5], [1.0, 9, 2, 3, 4, 5], [0.0, 9, 2, 3, 4, 5]])
    figures = figures_of(logits, torch.tensor([0, 1, 2, 0]))
    assert figures == {"top1": 0.5, "top5": 0.75, "pictures": 4}


def test_an_overconfident_classifier_is_cooled_and_few_pictures_say_nothing() -> None:
    generator = torch.Generator().manual_seed(0)
    labels = torch.randint(0, 3, (600,), generator=generator)
    said = torch.where(torch.rand(600, generator=generator) < 0.7, labels, (labels + 1) % 3)
    logits = torch.nn.functional.one_hot(said, 3).float() * 20
    temperature = temperature_of(logits, labels)
    sure = (logits / temperature).softmax(1).max(1).values.mean()
    assert abs(float(sure) - 0.7) < 0.05
    assert temperature_of(logits[:10], labels[:10]) == 1.0


def test_random_views_are_parts_of_the_picture_some_mirrored() -> None:
    ramp = torch.linspace(0, 1, 32).expand(8, 3, 32, 32).contiguous()
    views = random_views(ramp, np.random.default_rng(0))
    assert views.shape == ramp.shape
    rising = (views[:, 0, 0, -1] - views[:, 0, 0, 0]) > 0
    assert 0 < int(rising.sum()) < 8
