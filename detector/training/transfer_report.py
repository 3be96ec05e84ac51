"""The comparison on few pictures as a Markdown table and as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from detector.training.transfer_splits import Amount


@dataclass(frozen=True)
class Outcome:
    """Of one learner with one amount of pictures.

    Attributes:
        learner: what it is, in words.
        amount: as asked for.
        learned_from: pictures, in the first fold.
        per_class: these by the number of classes.
        accuracy, interval: share of judged pictures named rightly, and half its 95 % confidence interval.
        views: pictures seen in training, the mean over the folds; 0 where nothing is trained step by step.
        seconds: of one fold, the mean; without the features, which are cached once.
        folds: how often it was repeated.
    """

    learner: str
    amount: Amount
    learned_from: int
    per_class: float
    accuracy: float
    interval: float
    views: int
    seconds: float
    folds: int


def markdown(outcomes: Sequence[Outcome], head: str) -> str:
    """A row for each learner, a column for each amount, in per cent."""
    amounts = list(dict.fromkeys(o.amount for o in outcomes))
    pictures = {o.amount: o.learned_from for o in outcomes}
    titles = [f"{amount} a class ({pictures[amount]} pictures)" for amount in amounts]
    lines = [f"| learner | {' | '.join(titles)} | views a training | seconds a training |"]
    lines.append("|---|" + "---:|" * (len(amounts) + 2))
    for learner in dict.fromkeys(o.learner for o in outcomes):
        own = {o.amount: o for o in outcomes if o.learner == learner}
        cells = [f"{100 * own[a].accuracy:.1f} ± {100 * own[a].interval:.1f}" if a in own else "" for a in amounts]
        views, seconds = [o.views for o in own.values()], [o.seconds for o in own.values()]
        seen = _range(f"{min(views)}", f"{max(views)}") if max(views) else "none"
        took = _range(f"{min(seconds):.1f}", f"{max(seconds):.1f}")
        lines.append(f"| {learner} | {' | '.join(cells)} | {seen} | {took} |")
    return f"{head}\n\n" + "\n".join(lines) + "\n"


def _range(least: str, most: str) -> str:
    return least if least == most else f"{least} to {most}"


def draw(outcomes: Sequence[Outcome], chance: float, path: Path) -> None:
    """Accuracy over pictures a class, a curve for each learner with its confidence interval, and chance."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import FixedLocator, NullLocator

    figure = Figure(figsize=(7.5, 4.2), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for number, learner in enumerate(dict.fromkeys(o.learner for o in outcomes)):
        own = sorted((o for o in outcomes if o.learner == learner), key=lambda o: o.per_class)
        x = [o.per_class * (1 + 0.012 * (number - 2.5)) for o in own]  # side by side: intervals would hide each other
        y, half = [100 * o.accuracy for o in own], [100 * o.interval for o in own]
        axes.errorbar(x, y, half, label=learner.replace("`", ""), marker="osD^vX"[number % 6], markersize=4, capsize=2)
    axes.axhline(100 * chance, color="grey", linestyle=":", label="chance")
    ticks = {o.per_class: str(o.amount) for o in outcomes}
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(FixedLocator(list(ticks)))
    axes.xaxis.set_minor_locator(NullLocator())
    # labels that would touch, as 2 and 2+18, are written over each other's line
    axes.set_xticks(list(ticks), ["\n" * (i % 2 if "+" in t else 0) + t for i, t in enumerate(ticks.values())])
    axes.set_xlabel("pictures of each class learned from")
    axes.set_ylabel("named rightly, %")
    axes.set_ylim(bottom=0)
    axes.grid(alpha=0.3)
    figure.legend(loc="outside right upper", fontsize=8, frameon=False)
    figure.savefig(path, dpi=120)
