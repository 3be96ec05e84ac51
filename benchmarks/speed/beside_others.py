"""The tables where ours stands beside detectors of others, each in its own fastest form."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from benchmarks.speed.forms import Fastest, Setting, fastest, forms_of
from benchmarks.speed.others import Other, rt_detr, torchvision_detector, yolo
from benchmarks.speed.ours import OurNetwork, detect_step, detectors_of, our_network
from benchmarks.speed.scores import CONFIDENT, IOU, PASSING
from benchmarks.speed.tables import Row, Step, Table, timed
from detector.boxes import FloatArray
from detector.types import Detections, Frame

NOTES = (
    "Each in the form that was the fastest of those tried here, on the same device with the same threads.",
    "From a BGR picture to boxes in its pixels; the others' pictures are made ready by our letterbox.",
    f"Random weights. Of each, {PASSING} candidates were made to pass {CONFIDENT} before its export; NMS at {IOU}.",
    "int8 of the others: quantised by NNCF as ours is, whatever that does to their accuracy; where it is the fastest, "
    "there is a row for the fastest in floats, too.",
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
    setting.say(f"ours, {backbone}")
    ours = our_network(backbone, setting.pictures[0])
    name = f"ours, {backbone}"
    forms = fastest(our_steps(ours, frame, setting), setting)
    rows = rows_of(name, forms, ours.gflop)
    tried = {name: forms[0].tried if forms else {}}
    for name, make_other in makers.items():
        setting.say(name)
        try:
            other = make_other()
        except ImportError as error:
            missing = (error.name or str(error)).split(".")[0]
            rows.append((Row(name, not_run=f"{missing} is not installed (group 'peers')"), None))
            continue
        forms = fastest(other_steps(name, other, frame, setting), setting)
        rows += rows_of(name, forms, other.gflop)
        tried[name] = forms[0].tried if forms else {}
    height, width = setting.shape_hw
    w, h = frame.size_wh
    title = f"{backbone} beside others, {w}x{h} picture, input {height}x{width}, {setting.device}"
    return Table(title, target, timed(rows, setting.rounds, setting.clock), NOTES, tried)


def our_steps(
    ours: OurNetwork, frame: Frame, setting: Setting
) -> Iterator[tuple[str, Callable[[], Callable[[], Detections]]]]:
    """Title and maker of the step of each engine."""
    for title, make in detectors_of(ours, setting):
        yield title, lambda make=make: detect_step(make(), frame)  # type: ignore[misc]


def other_steps(
    name: str, other: Other, frame: Frame, setting: Setting
) -> Iterator[tuple[str, Callable[[], Callable[[], FloatArray]]]]:
    """Title and maker of the step of each form."""
    key = name.replace(" ", "-").lower()
    for title, make in forms_of(key, other.network, other.info, setting):
        yield title, lambda make=make: other.step(make(), frame, setting.shape_hw)  # type: ignore[misc]


def rows_of(name: str, forms: list[Fastest], gflop: float) -> list[tuple[Row, Step | None]]:
    """A row for the fastest form, and where that is int8 one for the fastest float form."""
    if not forms:
        return [(Row(name, gflop=gflop, not_run="no form of it works here"), None)]
    names = (name, f"{name}, float")
    return [
        (Row(named, form.title, gflop, f"{len(form.step())} boxes"), form.step)
        for named, form in zip(names, forms, strict=False)
    ]
