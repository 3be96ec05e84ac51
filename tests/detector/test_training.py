"""Assignment, losses, views, and a run that is cut and goes on."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
import typer
from typer.testing import CliRunner

from detector import evaluate, train
from detector.data import plan
from detector.data.augment import PictureCache, render
from detector.data.coco import read_coco
from detector.errors import DataError, TrainingError, UsageError
from detector.judging.evaluation import coco_figures
from detector.modelfile import ModelInfo, read_info, read_weights
from detector.models.backbone import Maps
from detector.models.head import HeadOutput
from detector.models.network import DetectorNetwork
from detector.training.assigner import assign, pairwise_iou
from detector.training.batches import Sampler, ViewShares, make_batch, network_input
from detector.training.loop import Options, TrainingRun
from detector.training.losses import anchor_points, decode_ltrb, detection_loss
from detector.training.schedule import Budget, cosine_factor, parse_budget
from tests.detector.small_model import save_small_model

STRIDES = (8, 16, 32)


def write_data(folder: Path, pictures: int = 6) -> Path:
    """Grey pictures with one bright square each: a class for each colour."""
    rng = np.random.default_rng(0)
    (folder / "images").mkdir(parents=True)
    images, annotations = [], []
    for i in range(pictures):
        image = np.full((96, 128, 3), 90, np.uint8)
        side, x, y = int(rng.integers(24, 48)), int(rng.integers(0, 70)), int(rng.integers(0, 40))
        image[y : y + side, x : x + side] = (0, 0, 255) if i % 2 else (0, 255, 0)
        cv2.imwrite(str(folder / "images" / f"{i}.png"), image)
        images.append({"id": i, "file_name": f"{i}.png", "width": 128, "height": 96})
        annotations.append({"id": i, "image_id": i, "category_id": 1 + i % 2, "bbox": [x, y, side, side]})
    for annotation in annotations:
        annotation |= {"area": 900, "iscrowd": 0}
    categories = [{"id": 1, "name": "green"}, {"id": 2, "name": "red"}]
    content = {"images": images, "annotations": annotations, "categories": categories}
    path = folder / "data.json"
    path.write_text(json.dumps(content))
    return path


def options(**changes: object) -> Options:
    values = {"backbone": "resnet18", "neck_width": 32, "batch": 4, "size": 64, "lr": 1e-3} | changes
    return Options(**{"backbone_lr_share": 1.0, "seed": 0, **values})  # type: ignore[arg-type]


def run_of(data: Path, out: Path) -> TrainingRun:
    torch.manual_seed(0)
    network = DetectorNetwork("resnet18", 2, 32)
    return TrainingRun(network, ModelInfo("resnet18", 32, ("green", "red")), read_coco(data), options(), out)


def loss_on_fixed_views(run: TrainingRun) -> float:
    """Of the same views, each object assigned to the cells nearest to it, so that two moments can be compared."""
    run.network.train()  # the norms' own statistics: averages need more steps than a test has
    batch = make_batch(run.cache, run.sampler, 64, 4, ViewShares(), np.random.default_rng(5))
    with torch.no_grad():
        output = run.network(network_input(batch.images, run.info, run.device))
    return detection_loss(output, (64, 64), STRIDES, batch.truth_xyxy, batch.truth_ids, True).total.item()


def test_an_object_goes_to_the_cells_inside_it_that_fit_best() -> None:
    points, strides = anchor_points((64, 64), STRIDES, torch.device("cpu"))
    truth, ids = torch.tensor([[[8.0, 8.0, 40.0, 40.0]]]), torch.tensor([[1]])
    boxes = torch.cat([points - strides[:, None], points + strides[:, None]], dim=-1)[None].clone()
    best = 2 * 8 + 3  # the finest level's cell at row 2, column 3: (28, 20)
    boxes[0, best] = truth[0, 0]
    scores = torch.full((1, len(points), 3), 0.5)
    assigned = assign(scores, boxes, points, strides, truth, ids)
    foreground = assigned.class_ids[0] == 1
    assert assigned.quality[0].argmax() == best
    assert assigned.quality[0, best] == pytest.approx(1.0)
    inside = ((points >= 8) & (points <= 40)).all(-1)
    assert foreground.sum() == 10
    assert not (foreground & ~inside).any()


def test_a_cell_that_two_objects_want_goes_to_one() -> None:
    points, strides = anchor_points((64, 64), STRIDES, torch.device("cpu"))
    truth = torch.tensor([[[0.0, 0.0, 60.0, 60.0], [20.0, 20.0, 44.0, 44.0], [0.0, 0.0, 0.0, 0.0]]])
    ids = torch.tensor([[0, 1, -1]])
    boxes = truth[:, 1:2].expand(1, len(points), 4)
    assigned = assign(torch.full((1, len(points), 2), 0.5), boxes, points, strides, truth, ids)
    small = assigned.class_ids[0] == 1
    torch.testing.assert_close(assigned.xyxy[0][small], truth[0, 1].expand(int(small.sum()), 4))
    assert small.any()
    assert set(assigned.class_ids.unique().tolist()) <= {-1, 0, 1}


@pytest.mark.parametrize("centre_prior", [True, False])
def test_a_thing_smaller_than_a_cell_still_gets_one(centre_prior: bool) -> None:
    points, strides = anchor_points((64, 64), STRIDES, torch.device("cpu"))
    truth = torch.tensor([[[8.5, 8.5, 11.0, 11.0]]])
    boxes = truth.expand(1, len(points), 4) + 0.1
    assigned = assign(
        torch.full((1, len(points), 1), 0.5), boxes, points, strides, truth, torch.zeros(1, 1).long(), centre_prior
    )
    assert (assigned.class_ids == 0).any()


def test_pictures_in_a_batch_are_assigned_as_if_alone() -> None:
    torch.manual_seed(1)
    points, strides = anchor_points((64, 96), STRIDES, torch.device("cpu"))
    truth = torch.tensor([[[4.0, 4.0, 40.0, 44.0], [50.0, 10.0, 90.0, 60.0]], [[30.0, 20.0, 60.0, 50.0], [0, 0, 0, 0]]])
    ids = torch.tensor([[0, 1], [1, -1]])
    ltrb = torch.rand(2, len(points), 4) * 3
    boxes, scores = decode_ltrb(points, strides, ltrb), torch.rand(2, len(points), 2)
    together = assign(scores, boxes, points, strides, truth, ids)
    alone = assign(scores[1:], boxes[1:], points, strides, truth[1:, :1], ids[1:, :1])
    for a, b in zip(together, alone, strict=True):
        torch.testing.assert_close(a[1:], b)


def test_a_batch_without_objects_teaches_background_alone() -> None:
    cells = 8 * 8 + 4 * 4 + 2 * 2
    logits = torch.zeros(2, cells, 3, requires_grad=True)
    output = HeadOutput(logits, torch.ones(2, cells, 4, requires_grad=True))
    losses = detection_loss(output, (64, 64), STRIDES, torch.zeros(2, 0, 4), torch.zeros(2, 0).long(), False)
    losses.total.backward()
    assert losses.box == 0
    assert (logits.grad > 0).all()


def test_a_perfect_answer_costs_less_than_a_wrong_one() -> None:
    points, strides = anchor_points((64, 64), STRIDES, torch.device("cpu"))
    truth, ids = torch.tensor([[[8.0, 8.0, 40.0, 40.0]]]), torch.tensor([[1]])
    right_ltrb = torch.cat([points - truth[0, 0, :2], truth[0, 0, 2:] - points], dim=-1) / strides[:, None]
    right = HeadOutput(torch.full((1, len(points), 2), -8.0), right_ltrb.clamp(min=0)[None])
    inside = ((points > 8) & (points < 40)).all(-1)
    right.logits[0, inside, 1] = 8.0
    wrong = HeadOutput(torch.full((1, len(points), 2), -8.0), torch.full((1, len(points), 4), 0.2))
    wrong.logits[0, inside, 0] = 8.0
    costs = [detection_loss(o, (64, 64), STRIDES, truth, ids, False) for o in (right, wrong)]
    assert costs[0].box < 1e-3
    assert costs[0].cls < 0.2 * costs[1].cls


def test_iou_of_known_boxes() -> None:
    first, second = torch.tensor([[[0.0, 0, 10, 10]]]), torch.tensor([[[5.0, 0, 15, 10], [20.0, 20, 30, 30]]])
    torch.testing.assert_close(pairwise_iou(first, second), torch.tensor([[[1 / 3, 0.0]]]))


@pytest.mark.parametrize("seed", range(4))
def test_boxes_stay_on_their_objects_in_every_view(tmp_path: Path, seed: int) -> None:
    cache = PictureCache(read_coco(write_data(tmp_path)).pictures)
    rng = np.random.default_rng(seed)
    plans = (plan.mosaic(cache.pictures, [0, 1, 2, 3], 128, rng), plan.single(cache.pictures, 4, 128, rng))
    for view in [render(cache, plan.ViewPlan(pieces), 128) for pieces in plans]:
        for (x1, y1, x2, y2), class_id in zip(view.xyxy.tolist(), view.class_ids.tolist(), strict=True):
            part = view.image[:, round(y1) + 1 : round(y2) - 1, round(x1) + 1 : round(x2) - 1].float()
            colour = (0.0, 0.0, 255.0) if class_id else (0.0, 255.0, 0.0)
            wrong = (part - torch.tensor(colour)[:, None, None]).abs().mean()
            assert wrong < 25, "the box holds its square and hardly anything else"


def test_a_batch_depends_on_its_step_alone(tmp_path: Path) -> None:
    cache = PictureCache(read_coco(write_data(tmp_path)).pictures)
    sampler = Sampler(cache.pictures, 0.15)
    first, again = (
        make_batch(cache, sampler, 64, 3, ViewShares(mosaic=0.5), np.random.default_rng((0, 7))) for _ in range(2)
    )
    torch.testing.assert_close(first.images, again.images)
    torch.testing.assert_close(first.truth_xyxy, again.truth_xyxy)


def test_network_input_follows_the_models_own_preprocessing() -> None:
    images = torch.zeros(1, 3, 2, 2, dtype=torch.uint8)
    images[:, 0] = 200  # blue
    info = ModelInfo("resnet18", 32, ("a",), mean=(10.0, 20.0, 30.0), std=(2.0, 2.0, 2.0))
    rgb = network_input(images, info, torch.device("cpu"))
    assert rgb[0, :, 0, 0].tolist() == [-5.0, -10.0, 85.0]


def test_a_short_run_learns_and_writes_model_curves_and_log(tmp_path: Path) -> None:
    run = run_of(write_data(tmp_path), tmp_path / "m.safetensors")
    before = loss_on_fixed_views(run)
    run.network.train()
    for i in range(30):
        run.train_step(0.1 + 0.001 * i)
    assert loss_on_fixed_views(run) < 0.9 * before
    run.run(Budget(steps=32, seconds=None), None)
    assert (tmp_path / "m.safetensors").exists()
    assert cv2.imread(str(tmp_path / "m.curves.png")) is not None
    rows = [json.loads(line) for line in (tmp_path / "m.log.jsonl").read_text().splitlines()]
    assert rows[-1]["step"] == 32


def test_ctrl_c_waits_for_the_end_of_the_step_and_the_run_goes_on_exactly(
    tmp_path: Path, exact_arithmetic: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = write_data(tmp_path)
    run_of(data, tmp_path / "whole.safetensors").run(Budget(steps=3, seconds=None), None)
    stopped = run_of(data, tmp_path / "cut.safetensors")
    update = stopped.ema.update

    def interrupted(model: torch.nn.Module) -> None:
        signal.raise_signal(signal.SIGINT)  # the optimiser has moved the weights, the average has not followed
        update(model)

    monkeypatch.setattr(stopped.ema, "update", interrupted)
    with pytest.raises(KeyboardInterrupt):
        stopped.run(Budget(steps=3, seconds=None), None)
    assert stopped.step == 1
    run_of(data, tmp_path / "cut.safetensors").run(Budget(steps=3, seconds=None), None)
    whole, cut = (read_weights(tmp_path / f"{name}.safetensors") for name in ("whole", "cut"))
    for name, weight in whole.items():
        np.testing.assert_array_equal(weight, cut[name], err_msg=name)


def test_a_state_of_another_run_is_refused(tmp_path: Path) -> None:
    data, out = write_data(tmp_path), tmp_path / "m.safetensors"
    run_of(data, out).keep()
    network = DetectorNetwork("resnet18", 2, 32)
    with pytest.raises(TrainingError, match=r"lr was 0\.001, now 0\.5"):
        TrainingRun(network, ModelInfo("resnet18", 32, ("green", "red")), read_coco(data), options(lr=0.5), out)
    out.with_suffix(".resume").write_bytes(b"broken")
    with pytest.raises(TrainingError, match="damaged"):
        run_of(data, out)


def test_a_loss_that_is_not_finite_stops_the_run(tmp_path: Path) -> None:
    run = run_of(write_data(tmp_path), tmp_path / "m.safetensors")
    with torch.no_grad():
        run.network.head.cls_outs[0].bias.fill_(float("nan"))
    with pytest.raises(TrainingError, match="no finite number any more at step 0"):
        run.train_step(0.5)


def test_the_learning_rate_warms_up_and_ends_low() -> None:
    factors = [cosine_factor(p) for p in (0.0, 0.03, 0.5, 1.0)]
    assert factors[0] < 0.1 < factors[2] < factors[1] == pytest.approx(1.0)
    assert factors[3] < 0.05


def test_budgets_are_read_as_people_write_them() -> None:
    assert [parse_budget(t) for t in ("90s", "30m", "1.5h", "2")] == [90, 1800, 5400, 120]
    with pytest.raises(UsageError, match="'soon' is no time"):
        parse_budget("soon")


def test_odd_labels_are_clipped_or_left_out(tmp_path: Path) -> None:
    path = write_data(tmp_path)
    content = json.loads(path.read_text())
    content["annotations"] = [
        {"id": 1, "image_id": 0, "category_id": 1, "bbox": [-10, -10, 30, 30]},
        {"id": 2, "image_id": 0, "category_id": 1, "bbox": [5, 5, 0, 9]},
        {"id": 3, "image_id": 0, "category_id": 1, "bbox": [0, 0, 50, 50], "iscrowd": 1},
        {"id": 4, "image_id": 0, "category_id": 99, "bbox": [0, 0, 50, 50]},
    ]
    content["images"].append({"id": 50, "file_name": "absent.png", "width": 5, "height": 5})
    path.write_text(json.dumps(content))
    dataset = read_coco(path)
    assert len(dataset.pictures) == 6
    assert dataset.pictures[0].xyxy.tolist() == [[0, 0, 20, 20]]


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "no data file"), ("{", "not a readable COCO"), ("[]", "needs lists"), ('{"images": 1}', "needs lists")],
)
def test_a_file_that_is_no_coco_json_is_said(tmp_path: Path, content: str | None, words: str) -> None:
    path = tmp_path / "data.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(DataError, match=words):
        read_coco(path)


def test_data_without_pictures_or_boxes_is_said(tmp_path: Path) -> None:
    path = write_data(tmp_path)
    with pytest.raises(DataError, match="None of the pictures"):
        read_coco(path, tmp_path)
    with pytest.raises(DataError, match="no picture with a usable box"):
        read_coco(path, class_names=["purple"])


def test_the_library_gives_full_marks_for_the_truth_itself(tmp_path: Path) -> None:
    truth = json.loads(write_data(tmp_path).read_text())
    results = [{k: a[k] for k in ("image_id", "category_id", "bbox")} | {"score": 0.9} for a in truth["annotations"]]
    figures = coco_figures(truth, results, [1, 2], ["green", "red"])
    assert figures["AP"] == pytest.approx(1.0)
    assert figures["per_class"]["red"] == {"AP": pytest.approx(1.0), "AP50": pytest.approx(1.0), "boxes": 3}
    half = coco_figures(truth, [r for r in results if r["category_id"] == 1], [1, 2], ["green", "red"])
    assert half["per_class"]["red"]["AP50"] == 0
    assert half["AP"] == pytest.approx(0.5)
    assert coco_figures(truth, [], [1, 2], ["green", "red"])["AP"] == 0


def test_train_and_evaluate_work_as_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data, out = write_data(tmp_path), tmp_path / "m.safetensors"
    runner, apps = CliRunner(), {}
    for module in (train, evaluate):
        apps[module] = typer.Typer()
        apps[module].command()(module.main)
    common = ["--data", str(data)]
    short = [
        "--val",
        str(data),
        "--out",
        str(out),
        "--steps",
        "2",
        "--size",
        "64",
        "--batch",
        "2",
        "--neck-width",
        "32",
    ]
    result = runner.invoke(apps[train], common + short)
    assert result.exit_code == 0, result.output
    figures = tmp_path / "figures.json"
    result = runner.invoke(
        apps[evaluate],
        [*common, "--model", str(out), "--device", "torch", "--size", "64x96", "--json", str(figures)],
    )
    assert result.exit_code == 0, result.output
    assert "AP50" in result.output
    written = json.loads(figures.read_text())
    assert written["images"] == 6
    assert set(written["per_class"]) == {"green", "red"}


def test_too_little_memory_splits_the_batch_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    run = run_of(write_data(tmp_path), tmp_path / "m.safetensors")
    whole = run.network.backbone.forward

    def small_memory(x: torch.Tensor) -> Maps | torch.Tensor:
        if len(x) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return whole(x)

    monkeypatch.setattr(run.network.backbone, "forward", small_memory)
    before = run.network.head.cls_outs[0].weight.detach().clone()
    run.network.train()
    run.train_step(0.5)
    assert run.pieces == 2
    assert "learned in 2 pieces" in caplog.text
    assert not torch.equal(run.network.head.cls_outs[0].weight, before)


def test_memory_too_small_for_one_picture_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_of(write_data(tmp_path), tmp_path / "m.safetensors")

    def no_memory(x: torch.Tensor) -> Maps:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory")

    monkeypatch.setattr(run.network.backbone, "forward", no_memory)
    with pytest.raises(TrainingError, match="single picture of 64 pixels"):
        run.train_step(0.5)


def test_a_run_goes_on_with_its_own_data_alone(tmp_path: Path) -> None:
    run = run_of(write_data(tmp_path), tmp_path / "m.safetensors")
    run.train_step(0.0)
    run.keep()
    run_of(tmp_path / "data.json", tmp_path / "m.safetensors")
    with pytest.raises(TrainingError, match="its pictures or labels differ"):
        run_of(write_data(tmp_path / "more", 7), tmp_path / "m.safetensors")


def test_the_model_that_is_kept_at_the_end_is_judged(tmp_path: Path) -> None:
    run = run_of(write_data(tmp_path), tmp_path / "m.safetensors")
    run.run(Budget(2, None), lambda path: {"AP50": 0.25})
    assert run.report.rows[-1]["AP50"] == 0.25


@pytest.mark.parametrize("changes", [{"in_channels": 1}, {"norm": "group"}])
def test_a_training_takes_the_channels_the_norms_and_the_width_of_its_start(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    start = save_small_model(tmp_path / "start.safetensors", **changes)
    app = typer.Typer()
    app.command()(train.main)
    out = tmp_path / "m.safetensors"
    arguments = ["--data", str(write_data(tmp_path)), "--out", str(out), "--init", str(start), "--lr", "1e-8"]
    result = CliRunner().invoke(app, [*arguments, "--steps", "1", "--size", "64", "--batch", "2"])
    assert result.exit_code == 0, result.output
    info = read_info(out)
    assert {name: getattr(info, name) for name in changes} == changes
    assert info.neck_width == 64
    before, after = read_weights(start), read_weights(out)
    np.testing.assert_allclose(after["neck.lateral3.0.weight"], before["neck.lateral3.0.weight"], atol=1e-3)


@pytest.mark.parametrize("odd", [("--steps", "0"), ("--batch", "0"), ("--extra-share", "2")])
def test_numbers_that_no_training_can_have_are_refused(tmp_path: Path, odd: tuple[str, str]) -> None:
    app = typer.Typer()
    app.command()(train.main)
    result = CliRunner().invoke(app, ["--data", "none.json", "--out", str(tmp_path / "m.safetensors"), *odd])
    assert result.exit_code == 2


def test_pictures_without_labels_need_a_teacher(tmp_path: Path) -> None:
    app = typer.Typer()
    app.command()(train.main)
    arguments = ["--data", "none.json", "--out", str(tmp_path / "m.safetensors"), "--unlabelled", str(tmp_path)]
    result = CliRunner().invoke(app, arguments)
    assert isinstance(result.exception, UsageError)
    assert "Give a --teacher" in str(result.exception)


def test_the_help_speaks_in_words() -> None:
    app = typer.Typer()
    app.command()(train.main)
    assert "{" not in CliRunner().invoke(app, ["--help"]).output
