"""Hands, and pictures surely without one: `python -m recipes.default_model.hands_and_none DATA OUT`.

Every picture of the hands data holds a hand, so a detector that learned from it alone takes bottles for hands, and
nobody can tell how often. The everyday pictures in which nobody marked a person have none: they are added, without
boxes, to the same split.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import typer


def with_none(hands: Path, everyday: Path, out: Path) -> None:
    """Writes the COCO file `out`: all of `hands`, then the pictures of `everyday` without a person."""
    content = json.loads(hands.read_text("utf-8"))
    for image in content["images"]:
        image["file_name"] = os.path.relpath(hands.parent / "images" / image["file_name"], out.parent / "images")
    other = json.loads(everyday.read_text("utf-8"))
    person = next(category["id"] for category in other["categories"] if category["name"] == "person")
    peopled = {annotation["image_id"] for annotation in other["annotations"] if annotation["category_id"] == person}
    next_id = max(image["id"] for image in content["images"]) + 1
    without = [image for image in other["images"] if image["id"] not in peopled]
    for number, image in enumerate(without, start=next_id):
        file = os.path.relpath(everyday.parent / "images" / image["file_name"], out.parent / "images")
        content["images"].append({"id": number, "file_name": file, "width": image["width"], "height": image["height"]})
    out.write_text(json.dumps(content), "utf-8")
    typer.echo(f"{out}: {len(without)} pictures without a hand beside {len(content['images']) - len(without)}")


def main(data: Path, out: Path) -> None:
    """Writes OUT/hands_train.json, OUT/hands_val.json and OUT/hands_test.json."""
    (out / "images").mkdir(parents=True, exist_ok=True)
    for split in ("train", "val", "test"):
        with_none(data / "hands" / f"{split}.json", data / "everyday" / f"{split}.json", out / f"hands_{split}.json")


if __name__ == "__main__":
    typer.run(main)
