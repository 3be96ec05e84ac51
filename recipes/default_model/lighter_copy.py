"""A data set with smaller pictures, for training on a machine at the end of a narrow line:
`python -m recipes.default_model.lighter_copy DATA/everyday/train.json OUT --side 384 --quality 60`.

Writes OUT/train.json, its boxes made smaller with the pictures, and the pictures as WebP into OUT/images.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import cv2
import numpy as np
import typer

from detector.data.pictures import read_picture


def lighter(source: Path, images: Path, out: Path, side: int, quality: int) -> tuple[int, int]:
    """Makes the copy.

    Args:
        source: a COCO file.
        images: the folder of its pictures.
        out: folder for the copy.
        side: longer side of a picture, in pixels, at most.
        quality: of WebP, 1 to 100.

    Returns:
        The number of pictures, and of bytes that they take.
    """
    (out / "images").mkdir(parents=True, exist_ok=True)
    content = json.loads(source.read_text("utf-8"))
    shrunk: dict[int, tuple[float, float]] = {}
    kept, total = [], 0
    for image in content["images"]:
        picture = read_picture(images / image["file_name"])
        if picture is None:
            continue  # damaged or not there: its boxes go, too
        height, width = picture.shape[:2]
        factor = min(1.0, side / max(width, height))
        size_wh = (max(1, round(width * factor)), max(1, round(height * factor)))
        small = picture if factor == 1 else cv2.resize(picture, size_wh, interpolation=cv2.INTER_AREA)
        data = np.asarray(cv2.imencode(".webp", small, [cv2.IMWRITE_WEBP_QUALITY, quality])[1]).tobytes()
        shrunk[image["id"]] = (size_wh[0] / image["width"], size_wh[1] / image["height"])
        name = "-".join(Path(image["file_name"]).with_suffix(".webp").parts)  # the same in all files that name it
        image |= {"file_name": name, "width": size_wh[0], "height": size_wh[1]}
        (out / "images" / image["file_name"]).write_bytes(data)
        kept.append(image)
        total += len(data)
    content["images"] = kept
    content["annotations"] = [one for one in content["annotations"] if one["image_id"] in shrunk]
    for annotation in content["annotations"]:
        across, down = shrunk[annotation["image_id"]]
        x, y, w, h = annotation["bbox"]
        annotation["bbox"] = [round(v, 2) for v in (x * across, y * down, w * across, h * down)]
        annotation["area"] = annotation.get("area", w * h) * across * down
        annotation.pop("segmentation", None)  # it says nothing that is used here, and takes most of the file
    (out / source.name).write_text(json.dumps(content), "utf-8")
    return len(kept), total


def main(
    source: Path,
    out: Path,
    images: Annotated[Path | None, typer.Option(help="folder of the pictures; default: `images` beside SOURCE")] = None,
    side: Annotated[int, typer.Option(min=32, help="longer side of a picture at most, in pixels")] = 384,
    quality: Annotated[int, typer.Option(min=1, max=100, help="of WebP")] = 60,
) -> None:
    """Writes the lighter copy."""
    count, total = lighter(source, images or source.parent / "images", out, side, quality)
    typer.echo(f"{out / source.name}: {count} pictures, {total / 1e6:.1f} MB")


if __name__ == "__main__":
    typer.run(main)
