"""`camapp detect`: one or more sources through one detector, each into files of its own."""

from __future__ import annotations

import difflib
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from camapp.cli.outputs import Output, Outputs
from camapp.cli.runs import Work, detect_in
from camapp.cli.tally import JobSummary, RunSummary, Tally
from camapp.errors import CommandError
from camapp.live.choices import Choices
from camapp.live.promise import Promise
from camapp.live.recording.sink import Sink
from camapp.live.run_view import Progress, RunView
from camapp.live.sources import Source, open_source
from detector.engines import Detector, open_model
from detector.errors import OutputError, UserFacingError
from detector.modelfile import ModelInfo
from detector.paths import DEFAULT_MODEL
from detector.tiles import Zone


class Watcher(Protocol):
    """Is told how a job goes, on the thread that does the work."""

    def loading(self, model: str) -> None:
        """The model is being loaded."""

    def begin(self, number: int, count: int, name: str) -> None:
        """Source `number` of `count`, from 1."""

    def progress(self, at: Progress) -> None:
        """Some ten times a second."""

    def end(self, run: RunSummary) -> None:
        """That source is done, or could not be."""


class ViewWatcher:
    """Tells a window what a terminal is told."""

    def __init__(self, view: RunView) -> None:
        self.loading, self.begin, self.progress = view.loading, view.begin, view.progress
        self._view = view

    def end(self, run: RunSummary) -> None:
        """See Watcher."""
        self._view.end(run.error)


@dataclass(frozen=True)
class Task:
    """One source of a job.

    Attributes:
        spec: what the person called it.
        source: None where there is none; `error` says why.
        outputs: what it leaves.
    """

    spec: str
    source: Source | None
    outputs: Sequence[Output] = ()
    error: UserFacingError | None = None


@dataclass(frozen=True)
class Job:
    """What the command line asked for.

    Attributes:
        sources: each as open_source understands it; worked through in this order.
        model: a model file; None: the bundled one.
        names: a classifier's file, which names each box; None: none.
        device, precision: as open_detector takes them.
        score: the least confidence; None: the model's own threshold.
        classes: English names; ("all",): every class; empty: those that the model masters.
        seconds: only so much of each source; None: all of it.
        steady: boxes in videos neither shake nor blink; tables hold them as they were found.
        promise: of cameras and streams; None: as fast as it can.
        zone: the part of each picture, in its pixels, that is looked at in tiles, too; None: none.
    """

    sources: tuple[str, ...]
    outputs: Outputs = field(default_factory=Outputs)
    model: Path | None = None
    device: str = "auto"
    score: float | None = None
    size_hw: tuple[int, int] | None = None
    classes: tuple[str, ...] = ()
    seconds: float | None = None
    names: Path | None = None
    steady: bool = True
    promise: Promise | None = None
    zone: Zone | None = None
    precision: str = "auto"

    def prepare(self) -> list[Task]:
        """Looks at sources and outputs, opens nothing. A source that is missing is a task that has failed already.

        Raises:
            CommandError: what cannot be done as it is asked for, whatever the sources hold.
            RecordingError: a folder cannot be written.
        """
        opened = [_opened(spec) for spec in self.sources]
        for task in opened[:-1]:
            if task.source is not None and task.source.live and self.seconds is None:
                raise CommandError("source_endless", name=task.spec)
        for task in opened:
            if self.promise is not None and task.source is not None and not task.source.live:
                raise CommandError("promise_not_live", name=task.spec)
        outputs = iter(self.outputs.open([task.source for task in opened if task.source is not None], len(opened) > 1))
        return [Task(t.spec, t.source, () if t.source is None else next(outputs), t.error) for t in opened]

    def run(
        self, tasks: Sequence[Task], watchers: Sequence[Watcher], stop: threading.Event, view: RunView | None = None
    ) -> JobSummary:
        """Does them one after the other. One that fails does not keep the others from being done, a full disk does.

        Args:
            watchers: told how it goes.
            stop: set it to end early; what is done is kept.
            view: a window to show it in; told like the watchers.

        Raises:
            UserFacingError: a model, device or class that cannot be used; nothing was read then.
        """
        watchers = watchers if view is None else (*watchers, ViewWatcher(view))
        summary = JobSummary((self.model or DEFAULT_MODEL).name, None)
        detector: Detector | None = None
        choices = Choices()
        try:
            if any(task.source is not None for task in tasks):
                for watcher in watchers:
                    watcher.loading(summary.model)
                live = any(
                    task.source is not None and task.source.live for task in tasks
                )  # there is time to try others
                detector = open_model(self.model, self.device, self.size_hw, self.names, self.precision, live)
                summary.device = detector.device
                choices = self._choices(detector.info)
            for number, task in enumerate(tasks, start=1):
                if stop.is_set() or any(isinstance(run.error, OutputError) for run in summary.runs):
                    summary.runs.append(RunSummary(task.spec, task.spec, Tally(), begun=False))
                    continue
                for watcher in watchers:
                    watcher.begin(number, len(tasks), task.spec if task.source is None else task.source.name)
                if detector is None or task.source is None:
                    run = RunSummary(task.spec, task.spec, Tally(), error=task.error)
                else:
                    run = self._run(task, task.source, detector, choices, watchers, stop, view)
                summary.runs.append(run)
                for watcher in watchers:
                    watcher.end(run)
        finally:
            if detector is not None:
                summary.device = detector.device  # it may have given way to another
                detector.close()
        summary.interrupted = stop.is_set() and any(run.interrupted or not run.begun for run in summary.runs)
        return summary

    def _run(
        self,
        task: Task,
        source: Source,
        detector: Detector,
        choices: Choices,
        watchers: Sequence[Watcher],
        stop: threading.Event,
        view: RunView | None,
    ) -> RunSummary:
        tally = Tally()
        sinks: list[Sink] = [*(output.sink for output in task.outputs), tally]

        def tell(at: Progress) -> None:
            if at.trouble is None and detector.report is not None:
                at = replace(at, trouble=detector.report.trouble)
            for watcher in watchers:
                watcher.progress(at)

        started_s = time.monotonic()
        ended = detect_in(Work(source, detector, sinks, choices, self.seconds, tell, stop, view))
        return RunSummary(
            source=task.spec,
            name=source.name,
            tally=tally,
            live=source.live,
            seconds=time.monotonic() - started_s,
            files=[output.path for output in task.outputs if tally.frames and output.path.exists()],
            missed=ended.missed,
            error=ended.error,
            interrupted=ended.interrupted,
        )

    def _choices(self, info: ModelInfo) -> Choices:
        score = info.score_threshold if self.score is None else self.score
        on = classes_on(info, self.classes)
        return Choices(score=score, classes_on=on, steady=self.steady, promise=self.promise, zone=self.zone)


def _opened(spec: str) -> Task:
    try:
        return Task(spec, open_source(spec))
    except UserFacingError as error:
        return Task(spec, None, (), error)


def classes_on(info: ModelInfo, asked: Sequence[str]) -> frozenset[str] | None:
    """The classes wanted, by their names in the model; None: all.

    Raises:
        CommandError: the model does not know one.
    """
    if not asked:
        return frozenset(info.classes_on) or None
    if [name.casefold() for name in asked] == ["all"]:
        return None
    known = {name.casefold(): name for name in info.class_names}
    for name in asked:
        if name.casefold() not in known:
            close = difflib.get_close_matches(name.casefold(), known, n=3)
            hint = f"Did you mean {' or '.join(close)}?" if close else f"It knows: {', '.join(info.class_names)}."
            raise CommandError("class_unknown", name=name, hint=hint)
    return frozenset(known[name.casefold()] for name in asked)
