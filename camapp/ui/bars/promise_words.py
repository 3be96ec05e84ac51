"""A promised pace in words: what it is, how it is kept, what was chosen for it and given up."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from camapp.live.promise import Promise, PromiseStatus, SizeHW


def promise_text(promise: Promise) -> str:
    """As "30 pictures a second"."""
    if promise.kind == "rate":
        return QCoreApplication.translate("promise", "{fps} pictures a second").format(fps=f"{promise.value:g}")
    return QCoreApplication.translate("promise", "Delay under {ms} ms").format(ms=f"{promise.value:g}")


def promise_tip(promise: Promise) -> str:
    """What it means, and what it costs."""
    if promise.kind == "rate":
        return QCoreApplication.translate(
            "promise", "Each picture is shown with its boxes before the next one is due. Costs detail if need be."
        )
    return QCoreApplication.translate(
        "promise", "Picture and boxes come so soon after the camera has taken it. Costs detail if need be."
    )


def promise_label(promise: Promise, status: PromiseStatus | None) -> str:
    """In a word or two, for a button."""
    if status is None or status.kept is None:
        return str(promise)
    if not status.kept and status.nothing_left:
        return too_slow_label(promise)
    return str(promise) if status.plan.every == 1 else seldom_label(promise, status.plan.every)


def seldom_label(promise: Promise, every: int) -> str:
    """The detector looks at one picture of so many."""
    return QCoreApplication.translate("promise", "{promise}, 1/{every}").format(promise=promise, every=every)


def too_slow_label(promise: Promise) -> str:
    """It cannot be kept."""
    return QCoreApplication.translate("promise", "{promise}: too slow").format(promise=promise)


def measured_words(status: PromiseStatus | None) -> str:
    """How well it is kept, in numbers that change all the time; empty as long as nobody knows."""
    if status is None or status.kept is None or status.p95_ms is None:
        return ""
    if status.kept:
        text = QCoreApplication.translate("promise", "Kept: 95 of 100 pictures take no more than {ms} of {limit} ms.")
    elif status.nothing_left:
        text = QCoreApplication.translate(
            "promise", "Not kept: {ms} instead of {limit} ms, and nothing is left to give up."
        )
    else:
        text = QCoreApplication.translate("promise", "Not kept yet: {ms} instead of {limit} ms.")
    return text.format(ms=f"{status.p95_ms:.0f}", limit=f"{status.limit_ms:.0f}")


def chosen_words(promise: Promise, status: PromiseStatus | None) -> list[str]:
    """Sentences: what was chosen, what was given up, and whether the source gives less than was promised."""
    if status is None or status.kept is None:
        text = QCoreApplication.translate("promise", "Now: {promise}; being measured.")
        return [text.format(promise=promise_text(promise))]
    lines = [_chosen(status), _given_up(status)]
    if status.too_few_come:
        text = QCoreApplication.translate("promise", "Only {fps} pictures a second come from the source.")
        lines.append(text.format(fps=f"{status.comes_fps:.0f}"))
    return lines


def _chosen(status: PromiseStatus) -> str:
    size, every = size_text(status.plan.size_hw), status.plan.every
    if every == 1:
        text = QCoreApplication.translate("promise", "Chosen: the detector looks at every picture, at {size}.")
        return text.format(size=size)
    text = QCoreApplication.translate(
        "promise", "Chosen: the detector looks at 1 picture of {every}, at {size}; boxes are carried in between."
    )
    return text.format(every=every, size=size)


def _given_up(status: PromiseStatus) -> str:
    if not status.gives_up:
        return QCoreApplication.translate("promise", "Given up: nothing.")
    parts = []
    if status.smaller:
        parts.append(QCoreApplication.translate("promise", "small and distant objects"))
    if status.plan.every > 1:
        parts.append(QCoreApplication.translate("promise", "boxes that are found anew in each picture"))
    comma = QCoreApplication.translate("promise", ", ")
    return QCoreApplication.translate("promise", "Given up: {what}.").format(what=comma.join(parts))


def size_text(size_hw: SizeHW) -> str:
    """Width × height."""
    return f"{size_hw[1]}×{size_hw[0]}"
