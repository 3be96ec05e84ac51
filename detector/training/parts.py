"""The parts of the recipe that can be left out or added, by their names on the command line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from detector.errors import UsageError
from detector.training.loop import Options

# name -> (options that switch it on, options that switch it off)
PARTS: Mapping[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "mosaic": ({"mosaic": 0.6}, {"mosaic": 0.0}),
    "mixup": ({"mixup": 0.1}, {"mixup": 0.0}),
    "copy-paste": ({"paste": 0.3}, {"paste": 0.0}),
    "sizes": ({"varied_sizes": True}, {"varied_sizes": False}),
    "repeat": ({"repeat_threshold": 0.01}, {"repeat_threshold": 0.0}),
    "auxiliary": ({"auxiliary": True}, {"auxiliary": False}),
    "stage-rates": ({"stage_decay": 0.7}, {"stage_decay": 1.0}),
    "l1": ({"l1": True}, {"l1": False}),
}


def usual_parts() -> tuple[str, ...]:
    """Those that a run has unless asked otherwise."""
    return tuple(name for name, (on, _) in PARTS.items() if all(getattr(Options, k) == v for k, v in on.items()))


def changed_parts(added: str, left_out: str) -> dict[str, Any]:
    """Options that differ from the usual ones.

    Args:
        added, left_out: names of PARTS, with commas between them.

    Raises:
        UsageError: no such part.
    """
    changes: dict[str, Any] = {}
    for place, text in enumerate((added, left_out)):
        for name in filter(None, (part.strip() for part in text.split(","))):
            if name not in PARTS:
                raise UsageError("choice_unknown", name=name, known=", ".join(PARTS))
            changes |= PARTS[name][place]
    return changes
