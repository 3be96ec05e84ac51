"""In which languages, colours and sizes a scene is taken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import Qt

from camapp.settings import LanguageChoice

SCALES = ("1", "2")  # QT_SCALE_FACTOR
SIZES = ("1280x720", "2560x1440")  # of the window, in its own units: at 200 % twice as many pixels
GUIDE_SIZES = ("1280x800",)
SCHEMES = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}
LANGUAGES: dict[Literal["en", "zh"], LanguageChoice] = {"en": "en", "zh": "zh_CN"}


@dataclass(frozen=True)
class Variant:
    """One look of the window."""

    size_wh: tuple[int, int]
    scheme: Literal["light", "dark"]
    language: Literal["en", "zh"]


def variants(purpose: str, sizes: str, languages: str = ",".join(LANGUAGES)) -> Iterator[Variant]:
    """Of the docs: light colours; of the look-through: dark ones, too. As few changes of language as can be."""
    wanted = [name for name in LANGUAGES if name in languages.split(",")]
    for size in sizes.split(","):
        width, height = (int(side) for side in size.split("x"))
        for language in wanted:
            yield Variant((width, height), "light", language)
        if purpose == "matrix":
            for language in reversed(wanted):
                yield Variant((width, height), "dark", language)
