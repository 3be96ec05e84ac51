"""The pictures of a model's card."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from detector.boxes import iou
from detector.judging.verdicts import RIGHT_IOU, Looked, Verdicts, matches
from detector.modelfile import ModelInfo

EXAMPLES = 8  # of each kind of mistake
TILE = 200  # px


def curves(info: ModelInfo, looked: Sequence[Looked], verdicts: Verdicts, path: Path) -> None:
    """Precision over recall of each class that is on; the dot is the default confidence."""
    figure, axes = _axes(5.5, 3.6)
    for name in info.classes_on:
        class_id = info.class_names.index(name)
        objects = sum(int((one.picture.class_ids == class_id).sum()) for one in looked)
        mine = verdicts.class_ids == class_id
        order = np.argsort(-verdicts.scores[mine], kind="stable")
        right = verdicts.right[mine][order].cumsum()
        recall, precision = right / max(objects, 1), right / np.arange(1, len(right) + 1)
        line = axes.plot(recall, precision, label=name)[0]
        shown = int((verdicts.scores[mine] >= info.score_threshold).sum())
        if shown:
            axes.plot(recall[shown - 1], precision[shown - 1], "o", color=line.get_color())
    axes.set(xlabel="recall", ylabel="precision", xlim=(0, 1), ylim=(0, 1.02))
    if info.classes_on:
        axes.legend(loc="lower left", fontsize="small")
    figure.savefig(path, dpi=110)


def calibration(verdicts: Verdicts, path: Path, bins: int = 10) -> None:
    """Share of right boxes over the score, with how many boxes there are."""
    figure, axes = _axes(4, 3.4)
    places = np.minimum((verdicts.scores * bins).astype(int), bins - 1)
    used = [b for b in range(bins) if (places == b).any()]
    scores = [verdicts.scores[places == b].mean() for b in used]
    shares = [verdicts.right[places == b].mean() for b in used]
    axes.plot([0, 1], [0, 1], color="grey", linestyle=":")
    axes.plot(scores, shares, marker="o")
    for b, x, y in zip(used, scores, shares, strict=True):
        axes.annotate(str((places == b).sum()), (x, y), textcoords="offset points", xytext=(4, -10), fontsize=7)
    axes.set(xlabel="confidence", ylabel="share of right boxes", xlim=(0, 1), ylim=(0, 1))
    figure.savefig(path, dpi=110)


def count_confusion(info: ModelInfo, looked: Sequence[Looked]) -> npt.NDArray[np.int64]:
    """Rows: the classes on and "something else"; columns: what the shown box there says, the classes on and "nothing".

    An object goes to a box of its own class if there is one, or else to the box that covers it best.
    """
    place = {info.class_names.index(name): i for i, name in enumerate(info.classes_on)}
    counts = np.zeros((len(place) + 1, len(place) + 1), np.int64)
    for one in looked:
        shown = _shown(info, one).found
        overlaps = iou(one.picture.xyxy, shown.xyxy)
        free = np.ones(len(shown), bool)
        for i, class_id in enumerate(one.picture.class_ids):
            wish = overlaps[i] * free * (1 + (shown.class_ids == class_id))
            best = int(wish.argmax()) if len(wish) else -1
            hit = best >= 0 and overlaps[i, best] * free[best] >= RIGHT_IOU
            if hit:
                free[best] = False
            if hit or int(class_id) in place:
                counts[place.get(int(class_id), -1), place[int(shown.class_ids[best])] if hit else -1] += 1
        for class_id in shown.class_ids[free]:
            counts[-1, place[int(class_id)]] += 1
    return counts


def confusion(info: ModelInfo, looked: Sequence[Looked], path: Path) -> None:
    """Objects of each class that is on, by what was found there: a class, or nothing."""
    names = [*info.classes_on, "nothing"]
    counts = count_confusion(info, looked)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure, axes = _axes(1.6 + 0.7 * len(names), 1.2 + 0.6 * len(names))
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for row, column in np.ndindex(*counts.shape):
        colour = "white" if shares[row, column] > 0.5 else "black"
        axes.text(column, row, str(counts[row, column]), ha="center", va="center", fontsize=8, color=colour)
    axes.set_xticks(range(len(names)), names, rotation=45, ha="right")
    axes.set_yticks(range(len(names)), [*info.classes_on, "something else"])
    axes.set(xlabel="taken for", ylabel="is")
    axes.grid(False)
    figure.savefig(path, dpi=110)


def mistakes(info: ModelInfo, looked: Sequence[Looked], path: Path) -> None:
    """Two rows of crops: the surest false boxes, and the largest objects missed, of classes that are on."""
    on = [info.class_names.index(name) for name in info.classes_on]
    false: list[tuple[float, npt.NDArray[np.uint8]]] = []
    missed: list[tuple[float, npt.NDArray[np.uint8]]] = []
    for one in looked:
        shown = _shown(info, one)
        places = matches(shown)
        for i in np.flatnonzero(places < 0):
            score = float(shown.found.scores[i])
            words = f"{shown.found.names[i]} {score:.2f}"
            false.append((score, _tile(one, shown.found.xyxy[i], words, (40, 40, 230))))
        for missing in sorted(set(range(len(one.picture.class_ids))) - set(places.tolist())):
            if one.picture.class_ids[missing] in on:
                box = one.picture.xyxy[missing]
                size = float((box[2:] - box[:2]).prod() / np.prod(one.picture.size_wh))
                name = info.class_names[one.picture.class_ids[missing]]
                missed.append((size, _tile(one, box, name, (230, 160, 30))))
    rows = []
    for found in (false, missed):
        tiles = [tile for _, tile in sorted(found, key=lambda pair: -pair[0])[:EXAMPLES]]
        blank = np.full((TILE, TILE, 3), 255, np.uint8)
        rows.append(np.concatenate([*tiles, *[blank] * (EXAMPLES - len(tiles))], axis=1))
    cv2.imwrite(str(path), np.concatenate(rows), [cv2.IMWRITE_WEBP_QUALITY, 80])


def _shown(info: ModelInfo, one: Looked) -> Looked:
    """What a person sees at first: the classes that are on, from the default confidence on."""
    on = [info.class_names.index(name) for name in info.classes_on]
    return Looked(
        one.picture, one.found.keep((one.found.scores >= info.score_threshold) & np.isin(one.found.class_ids, on))
    )


def _tile(
    one: Looked, xyxy: npt.NDArray[np.float32], words: str, colour: tuple[int, int, int]
) -> npt.NDArray[np.uint8]:
    """The box and what is around it."""
    image = np.asarray(cv2.imread(str(one.picture.path), cv2.IMREAD_COLOR))
    side = max(float((xyxy[2:] - xyxy[:2]).max()) * 1.6, 64.0)
    scale, centre = TILE / side, (xyxy[:2] + xyxy[2:]) / 2
    shift = TILE / 2 - centre * scale
    warp = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    tile = cv2.warpAffine(image, warp, (TILE, TILE), flags=cv2.INTER_AREA, borderValue=(200, 200, 200))
    x1, y1, x2, y2 = (int(v) for v in (xyxy * scale + np.tile(shift, 2)))
    cv2.rectangle(tile, (x1, y1), (x2, y2), colour, 2)
    cv2.rectangle(tile, (0, TILE - 20), (TILE, TILE), colour, -1)
    cv2.putText(tile, words, (4, TILE - 6), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (255, 255, 255), 1, cv2.LINE_AA)
    return np.asarray(tile, np.uint8)


def _axes(width: float, height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.grid(alpha=0.3)
    return figure, axes
