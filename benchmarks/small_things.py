"""What tiles bring for things some twelve pixels high in 1080p, and what they cost.

`python -m benchmarks.small_things --data TEST.json`: photographs with known boxes are shrunk until a thing in each has
that height, and laid side by side into frames. The same detector looks at them with and without tiles.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import cv2
import numpy as np
import numpy.typing as npt
import typer
from rich.console import Console

from camapp.live.zone import MOST_TILES as MOST_IN_FILE
from camapp.live.zone_looks import MOST_TILES as MOST_IN_WINDOW
from detector.boxes import iou
from detector.commands import run_command
from detector.data.labelled import Dataset, LabelledPicture
from detector.data.read import read_data
from detector.engines import Detector, open_model
from detector.engines.preprocess import parse_size
from detector.errors import DataError
from detector.modelfile import write_aside
from detector.tiles import Zone, detect_with_zone, tile_zone
from detector.timing import compare, describe_machine
from detector.types import Detections, Frame

SIZE_WH = (1920, 1080)
ZONE_WH = (480, 270)  # as a person draws it: a sixteenth of the picture
CELL_WH = (240, 180)  # of one photograph; the frame has room for 48
THING_PX = 12
COUNTED_PX = (9, 16)  # heights that count as such a thing; others in the picture count neither for nor against
SHRUNK = 0.5  # at most this large: enlarged or as it was, a thing is no small one
IN_SIGHT = 0.7  # of a box, in the part of the photograph that is shown
FOUND_FROM = 0.5  # IoU with its label
FALSE_UNDER = 0.3  # IoU with every label of its class; two pixels beside a thing of twelve are no false box
BLUR = 15.0  # pixels, of what fills the cell beside the photograph
Boxes = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Labelled:
    """A frame with what is on it.

    Attributes:
        frame: 1920x1080.
        xyxy: float32 (N, 4).
        class_ids: int64 (N,), as the detector numbers them.
        counted: bool (N,): high as asked for.
    """

    frame: Frame
    xyxy: Boxes
    class_ids: Ints
    counted: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Row:
    """One way to look.

    Attributes:
        way: for people.
        tiles: looked at beside the whole picture.
        scale: input pixels of the network per pixel of the picture.
        found, things: how many of the things have a box of their class, of how many.
        false: boxes that lie on no label.
        median_ms, p90_ms: of one frame with all its tiles.
    """

    way: str
    tiles: int
    scale: float
    found: int
    things: int
    false: int
    median_ms: float
    p90_ms: float


def frames_of(
    dataset: Dataset, names: Sequence[str], classes: frozenset[str], count: int, seed: int = 0
) -> list[Labelled]:
    """At most `count` frames, each photograph once.

    Args:
        names: of the detector's classes.
        classes: those of things that count.

    Raises:
        DataError: no photograph with a thing that can be shrunk, or one that cannot be read.
    """
    random = np.random.default_rng(seed)
    ids = np.array([names.index(name) if name in names else -1 for name in dataset.class_names], np.int64)
    wanted = np.array([name in classes for name in names] + [False], np.bool_)  # the last is for the id -1
    usable = [
        (picture, thing)
        for picture in dataset.pictures
        if (thing := _thing_in(picture, wanted[ids[picture.class_ids]], random)) is not None
    ]
    if not usable:
        raise DataError("data_empty", path=dataset.path)
    order = random.permutation(len(usable))
    columns, rows = SIZE_WH[0] // CELL_WH[0], SIZE_WH[1] // CELL_WH[1]
    room = columns * rows
    frames = []
    for number in range(min(count, -(-len(usable) // room))):
        image = np.full((SIZE_WH[1], SIZE_WH[0], 3), 114, np.uint8)
        boxes: list[Boxes] = []
        kinds: list[Ints] = []
        for place, i in enumerate(order[number * room : (number + 1) * room].tolist()):
            picture, thing = usable[i]
            x, y = place % columns * CELL_WH[0], place // columns * CELL_WH[1]
            cell, xyxy, kept = _cell(picture, thing)
            image[y : y + CELL_WH[1], x : x + CELL_WH[0]] = cell
            boxes.append(xyxy + np.array([x, y, x, y], np.float32))
            kinds.append(ids[picture.class_ids[kept]])
        xyxy, class_ids = np.concatenate(boxes), np.concatenate(kinds)
        heights = xyxy[:, 3] - xyxy[:, 1]
        counted = (heights >= COUNTED_PX[0]) & (heights <= COUNTED_PX[1]) & wanted[class_ids]
        frames.append(Labelled(Frame(image, number, 0.0, number / 30), xyxy, class_ids, counted))
    return frames


def judged(found: Detections, truth: Labelled, zone: Zone) -> tuple[int, int]:
    """How many of the things in the zone that count were found, and how many boxes in it lie on no label."""
    overlap = iou(truth.xyxy, found.xyxy)
    overlap[truth.class_ids[:, None] != found.class_ids] = 0
    hits = 0
    free = np.ones(len(found), np.bool_)
    for i in np.flatnonzero(truth.counted & _inside(truth.xyxy, zone)).tolist():
        best = np.where(free, overlap[i], 0.0)
        if len(best) and best.max() >= FOUND_FROM:
            hits += 1
            free[int(best.argmax())] = False
    on_nothing = overlap.max(axis=0, initial=0.0) < FALSE_UNDER
    return hits, int((on_nothing & _inside(found.xyxy, zone)).sum())


def measure(
    detector: Detector, frames: Sequence[Labelled], classes: frozenset[str], score: float, rounds: int
) -> list[Row]:
    """Without tiles; with a zone drawn around each place, as the window and as a file has it; all of it as a zone."""
    everything = [(0, 0, *SIZE_WH)]
    drawn = [(x, y, *ZONE_WH) for y in range(0, SIZE_WH[1], ZONE_WH[1]) for x in range(0, SIZE_WH[0], ZONE_WH[0])]
    small = f"a zone of {ZONE_WH[0]}x{ZONE_WH[1]}"
    ways: list[tuple[str, Sequence[Zone], int]] = [
        ("without tiles", everything, 0),
        (f"{small}, as in the window", drawn, MOST_IN_WINDOW),
        (f"{small}, as in a file", drawn, MOST_IN_FILE),
        ("all of the picture, as in a file", everything, MOST_IN_FILE),
    ]

    def look(frame: Frame, zone: Zone, most: int) -> Detections:
        if not most:
            return detector.detect([frame], score)[0]
        return detect_with_zone(detector, frame, zone, score, most=most)

    steps = {way: lambda zone=zones[0], most=most: look(frames[0].frame, zone, most) for way, zones, most in ways}
    timings = compare(steps, rounds)
    height, width = detector.shape_for(SIZE_WH)
    whole_scale = min(width / SIZE_WH[0], height / SIZE_WH[1])
    wanted = np.array([name in classes for name in detector.class_names], np.bool_)
    rows = []
    for (way, zones, most), timing in zip(ways, timings, strict=True):
        tiling = tile_zone(zones[0], SIZE_WH, detector.shape_for(SIZE_WH), most) if most else None
        hits = false = 0
        for truth in frames:
            for zone in zones:
                found = look(truth.frame, zone, most)
                result = judged(found.keep(wanted[found.class_ids]), truth, zone)
                hits, false = hits + result[0], false + result[1]
        rows.append(
            Row(
                way=way,
                tiles=0 if tiling is None else len(tiling.tiles),
                scale=whole_scale if tiling is None else tiling.scale,
                found=hits,
                things=sum(int(truth.counted.sum()) for truth in frames),
                false=false,
                median_ms=timing.median_ms,
                p90_ms=timing.p90_ms,
            )
        )
    return rows


def markdown(rows: Sequence[Row]) -> str:
    """The table, as the documents show it."""
    lines = ["| | tiles | scale | found | false boxes | ms a frame, median | p90 |", "|---|--:|--:|--:|--:|--:|--:|"]
    for row in rows:
        figures = (row.tiles, f"{row.scale:.2f}", f"{row.found} of {row.things}", row.false)
        times = (f"{row.median_ms:.1f}", f"{row.p90_ms:.1f}")
        lines.append("| " + " | ".join(map(str, (row.way, *figures, *times))) + " |")
    return "\n".join(lines) + "\n"


def main(
    data: Annotated[Path, typer.Option(help="COCO json with its pictures in `images` beside it; no training saw it")],
    images: Annotated[Path | None, typer.Option(help="the folder of its pictures, if it is another one")] = None,
    model: Annotated[Path | None, typer.Option(help="a model file; default: the bundled one")] = None,
    device: Annotated[str, typer.Option(help="as of camapp detect")] = "auto",
    size: Annotated[str | None, typer.Option(help="the network's input, HxW; default: as the app chooses it")] = None,
    score: Annotated[float | None, typer.Option(help="least confidence; default: the model's own")] = None,
    frames: Annotated[int, typer.Option(help="at most so many, of 48 photographs each", min=1)] = 9,
    rounds: Annotated[int, typer.Option(help="how often each way is timed", min=1)] = 15,
    save: Annotated[Path | None, typer.Option(help="also write the first frame to this picture")] = None,
    as_json: Annotated[Path | None, typer.Option("--json", help="write all figures to this file")] = None,
) -> None:
    """Prints how many things were found, false boxes, and the time, each way at the same confidence.

    Counted are the classes that the model shows by itself, as in the window, if the data have them.
    """
    console = Console(stderr=True, highlight=False)
    dataset = read_data(data, "test", images)
    with open_model(model, device, None if size is None else parse_size(size), None) as detector:
        least = detector.info.score_threshold if score is None else score
        usual = frozenset(detector.info.classes_on or detector.class_names)
        counted = usual & frozenset(dataset.class_names)
        if not counted:
            raise DataError("data_no_common_class", path=data)
        made = frames_of(dataset, detector.class_names, counted, frames)
        if save is not None:
            cv2.imwrite(str(save), made[0].frame.image)
        machine = describe_machine() | {
            "device": detector.device,
            "confidence": f"{least:.2f}",
            "classes": ", ".join(sorted(counted)),
        }
        console.print("  ".join(f"{name} {value}" for name, value in machine.items()))
        rows = measure(detector, made, counted, least, rounds)
    typer.echo(markdown(rows))
    if as_json is not None:
        content = {"machine": machine, "data": data.name, "frames": len(made), "rows": [asdict(row) for row in rows]}
        write_aside(as_json, json.dumps(content, indent=1).encode())


def _inside(xyxy: Boxes, zone: Zone) -> npt.NDArray[np.bool_]:
    """Whose middle lies in the zone."""
    offset = (xyxy[:, :2] + xyxy[:, 2:]) / 2 - zone[:2]
    return np.asarray(((offset >= 0) & (offset < zone[2:])).all(axis=1), np.bool_)


def _thing_in(picture: LabelledPicture, wanted: npt.NDArray[np.bool_], random: np.random.Generator) -> int | None:
    """The number of a wanted box that is large enough to be shrunk; None: there is none."""
    sizes = picture.xyxy[:, 2:] - picture.xyxy[:, :2]
    narrow = sizes[:, 0] * THING_PX <= sizes[:, 1] * CELL_WH[0] * IN_SIGHT
    fitting = np.flatnonzero(wanted & (sizes[:, 1] >= THING_PX / SHRUNK) & narrow)
    return int(random.choice(fitting)) if len(fitting) else None


def _cell(picture: LabelledPicture, thing: int) -> tuple[npt.NDArray[np.uint8], Boxes, npt.NDArray[np.bool_]]:
    """The photograph shrunk so that one thing in it is THING_PX high, the boxes in the cell, and which were kept."""
    image = cv2.imread(str(picture.path), cv2.IMREAD_COLOR)
    if image is None:
        raise DataError("picture_unreadable", path=picture.path)
    box = picture.xyxy[thing]
    scale = THING_PX / float(box[3] - box[1])
    width, height = (max(1, round(side * scale)) for side in (image.shape[1], image.shape[0]))
    small = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    xyxy = picture.xyxy * np.array([width / image.shape[1], height / image.shape[0]] * 2, np.float32)
    middle = (xyxy[thing, :2] + xyxy[thing, 2:]) / 2
    wide, high = min(width, CELL_WH[0]), min(height, CELL_WH[1])
    left = round(min(max(float(middle[0]) - wide / 2, 0), width - wide))
    top = round(min(max(float(middle[1]) - high / 2, 0), height - high))
    x, y = (CELL_WH[0] - wide) // 2, (CELL_WH[1] - high) // 2
    cell = np.asarray(
        cv2.GaussianBlur(cv2.resize(image, CELL_WH, interpolation=cv2.INTER_AREA), (0, 0), BLUR), np.uint8
    )
    cell[y : y + high, x : x + wide] = small[top : top + high, left : left + wide]
    moved = xyxy + np.array([x - left, y - top] * 2, np.float32)
    seen = np.clip(moved, [x, y, x, y], [x + wide, y + high] * 2).astype(np.float32)
    kept = _areas(seen) >= IN_SIGHT * _areas(moved)
    return cell, seen[kept], kept


def _areas(xyxy: Boxes) -> Boxes:
    return np.prod(xyxy[:, 2:] - xyxy[:, :2], axis=1)


if __name__ == "__main__":
    run_command(main)
