"""Boxes and labels, drawn alike in the window and in recordings."""

from __future__ import annotations

from dataclasses import dataclass

from camapp.live.choices import Language


@dataclass(frozen=True)
class OverlayStyle:
    """How detections are drawn.

    Attributes:
        scale: picture pixels per source pixel; labels always give source pixels.
        language: of the class names.
        class_names_zh: Chinese names by class id; empty: the English ones.
        show_numbers: whether labels say where the box is and how large.
        centre: labels give the centre instead of the top-left corner.
    """

    scale: float = 1.0
    language: Language = "en"
    class_names_zh: tuple[str, ...] = ()
    show_numbers: bool = True
    centre: bool = False
