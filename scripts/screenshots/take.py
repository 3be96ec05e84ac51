"""One process of the pictures, for one scale of the screen: every scene in every look. Started by __main__.py."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from camapp.ui.app import make_app
from camapp.ui.look.theme import Theme
from camapp.ui.words.language import Language
from scripts.screenshots.scenes import SCENES, Scene
from scripts.screenshots.stage import Stage
from scripts.screenshots.variants import Variant, variants

WEBP_QUALITY = 88  # text stays clean, a window takes some 60 kB


def main() -> int:
    """Returns 1 if a scene could not be made."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--list", action="store_true")
    for name in ("--work", "--out"):
        parser.add_argument(name, type=Path)
    for name in ("--purpose", "--sizes", "--languages", "--only"):
        parser.add_argument(name, default="")
    options = parser.parse_args()
    if options.list:
        sys.stdout.write("".join(f"{scene.name}\n" for scene in SCENES))
        return 0
    app = make_app()
    theme, language = Theme(app), Language(app)
    wanted = set(filter(None, options.only.split(",")))
    failed = 0
    for scene in SCENES:
        if (wanted and scene.name not in wanted) or not (scene.in_guide if options.purpose == "guide" else True):
            continue
        try:
            take(scene, theme, language, options)
        except RuntimeError as error:
            failed = 1
            sys.stderr.write(f"{scene.name}: {error}\n")
    return failed


def take(scene: Scene, theme: Theme, language: Language, options: argparse.Namespace) -> None:
    """One scene in all its looks."""
    source = str(options.work / scene.source) if scene.source and scene.source.endswith(".mp4") else scene.source
    stage = Stage(theme, language, options.work, source, scene.is_first)
    try:
        looks = list(variants(options.purpose, options.sizes, options.languages))
        stage.show_as(looks[0])
        scene.arrange(stage)
        for look in looks:
            stage.show_as(look)
            scene.pose(stage)
            save(stage, scene.name, look, options)
            scene.leave(stage)
            stage.close_menus()
    finally:
        stage.close()


def save(stage: Stage, name: str, look: Variant, options: argparse.Namespace) -> None:
    """As a small file for the docs, as an exact one for the look-through."""
    if options.purpose == "guide":
        path = options.out / look.language / f"{name}.webp"
        quality = WEBP_QUALITY
    else:
        width, height = look.size_wh
        scale = os.environ["QT_SCALE_FACTOR"]
        path = options.out / f"{width}x{height}@{scale}" / f"{name}-{look.scheme}-{look.language}.png"
        quality = 90
    path.parent.mkdir(parents=True, exist_ok=True)
    done = stage.grab().save(str(path), None, quality)
    sys.stdout.write(f"{path}\n" if done else f"{path} could not be written\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
