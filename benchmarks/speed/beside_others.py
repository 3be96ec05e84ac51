"""The tables where ours stands beside detectors of others, each in its own fastest form."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.speed.forms import Setting, fastest, forms_of
from benchmarks.speed.others import Other, rt_detr, torchvision_detector, yolo
from benchmarks.speed.ours import detect_step, detectors_of, our_network
from benchmarks.speed.scores import CONFIDENT, IOU, PASSING
from benchmarks.speed.tables import Row, Step, Table, timed
from detector.types import Frame

NOTES = (
    "Each in the form that was the fastest of those tried here, on the same device with the same threads.",
    "From a BGR picture to boxes in its pixels; the others' pictures are made ready by our letterbox.",
    f"Random weights. Of each, {PASSING} candidates were made to pass {CONFIDENT} before its export; NMS at {IOU}.",
    "int8 of the others: quantised by NNCF in the same way as ours, whatever that does to their accuracy.",
)


def torchvision_table(frame: Frame, setting: Setting) -> Table:
    """Our R50 and torchvision's two detectors of one stage with R50."""
    makers: dict[str, Callable[[], Other]] = {
        "torchvision RetinaNet R50 FPN v2": lambda: torchvision_detector("retinanet", setting.pictures[0]),
        "torchvision FCOS R50 FPN": lambda: torchvision_detector("fcos", setting.pictures[0]),
    }
    return beside("resnet50", makers, "the others' times at least 3", frame, setting)


def peers_table(backbone: str, frame: Frame, setting: Setting) -> Table:
    """Ours, RT-DETR of the same depth, and Ultralytics networks of like cost.

    Args:
        backbone: "resnet18" or "resnet50".
    """
    depth = 18 if backbone == "resnet18" else 50
    names = {18: ("yolo11s", "yolo11m"), 50: ("yolo11m", "yolo11l")}[depth]
    picture = setting.pictures[0]
    makers: dict[str, Callable[[], Other]] = {f"transformers RT-DETR R{depth}": lambda: rt_detr(depth, picture)}
    for name in names:
        makers[f"Ultralytics {name}"] = lambda n=name: yolo(n, picture)  # type: ignore[misc]
    return beside(backbone, makers, "the others' times above 1", frame, setting)


def beside(backbone: str, makers: dict[str, Callable[[], Other]], target: str, frame: Frame, setting: Setting) -> Table:
    """Ours first, then what `makers` build, by name."""
    rows: list[tuple[Row, Step | None]] = []
    tried: dict[str, dict[str, float | str]] = {}
    setting.say(f"ours, {backbone}")
    ours = our_network(backbone, setting.pictures[0])
    steps = ((title, lambda make=make: detect_step(make(), frame)) for title, make in detectors_of(ours, setting))
    best = fastest(steps, setting)
    name = f"ours, {backbone}"
    if best is None:
        rows.append((Row(name, gflop=ours.gflop, not_run="no engine works"), None))
    else:
        tried[name] = best.tried
        rows.append((Row(name, best.title, ours.gflop, f"{len(best.step())} boxes"), best.step))
    for name, make_other in makers.items():
        setting.say(name)
        row, step, forms = candidate(name, make_other, frame, setting)
        rows.append((row, step))
        tried[name] = forms
    height, width = setting.shape_hw
    w, h = frame.size_wh
    title = f"{backbone} beside others, {w}x{h} picture, input {height}x{width}, {setting.device}"
    return Table(title, target, timed(rows, setting.rounds, setting.clock), NOTES, tried)


def candidate(
    name: str, make: Callable[[], Other], frame: Frame, setting: Setting
) -> tuple[Row, Step | None, dict[str, float | str]]:
    """One of the others in its fastest form: its row, its step, and what was tried."""
    try:
        other = make()
    except ImportError as error:
        missing = (error.name or str(error)).split(".")[0]
        return Row(name, not_run=f"{missing} is not installed (group 'peers')"), None, {}
    key = name.replace(" ", "-").lower()
    steps = (
        (title, lambda make=make: other.step(make(), frame, setting.shape_hw))
        for title, make in forms_of(key, other.network, other.info, setting)
    )
    best = fastest(steps, setting)
    if best is None:
        return Row(name, gflop=other.gflop, not_run="no form of it works here"), None, {}
    return Row(name, best.title, other.gflop, f"{len(best.step())} boxes"), best.step, best.tried
