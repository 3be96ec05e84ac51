"""What a job says in the terminal: a bar with the time left while it works, then what was found."""

from __future__ import annotations

import time
from datetime import timedelta

from rich.console import Console
from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from camapp.cli.tally import ClassTally, JobSummary, RunSummary
from camapp.live.promise import PromiseStatus, promise_line
from camapp.live.run_view import Progress

LINE_S = 60.0  # between two lines of progress where there is no terminal, as in a log
CLASSES_SAID = 4  # of one source among several; the table at the end has them all


class TerminalReport:
    """A Watcher: progress and trouble on stderr, results on stdout unless they come as JSON.

    Where stderr is no terminal, a line a minute takes the place of the bar.
    """

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json
        self._out = Console()
        self._err = Console(stderr=True)
        self._bar: Bar | None = None
        self._title = self._before_name = ""
        self._several = False
        self._trouble = ""
        self._promised: object = None  # what was said last of the promise
        self._said_s = time.monotonic()

    def loading(self, model: str) -> None:
        """See Watcher."""
        self._show(f"Loading {model}")

    def begin(self, number: int, count: int, name: str) -> None:
        """See Watcher."""
        self._several = count > 1
        self._before_name = f"{number} of {count}: " if self._several else ""
        self._title = f"{self._before_name}{name}"
        self._trouble, self._said_s, self._promised = "", time.monotonic(), None
        self._show(self._title)

    def progress(self, at: Progress) -> None:
        """See Watcher."""
        if at.name and at.name not in self._title:
            self._title = f"{self._before_name}{at.name}"
            self._show(self._title)
        if self._bar is not None:
            total = None if at.share is None else 1.0
            self._bar.update(self._bar.task_ids[0], completed=at.share or 0.0, total=total, status=status_line(at))
        elif time.monotonic() - self._said_s >= LINE_S:
            self._said_s = time.monotonic()
            say(self._err, f"{self._title}: {status_line(at)}")
        trouble = "" if at.trouble is None else str(at.trouble)
        if trouble != self._trouble and trouble:
            say(self._err, trouble)
        self._trouble = trouble
        if at.promise is not None and at.promise.kept is not None:
            self._say_promise(at.promise)

    def end(self, run: RunSummary) -> None:
        """See Watcher."""
        self.close()
        if self._several:
            if not self._as_json and run.tally.frames:
                self._say_run(run)
            if run.error is not None:
                say(self._err, f"{run.name}: {run.error}")

    def close(self) -> None:
        """Takes the bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def finish(self, summary: JobSummary, wants_files: bool) -> None:
        """The summary, and on stderr why it ended early.

        Args:
            wants_files: whether any output was asked for.
        """
        one = summary.runs[0] if len(summary.runs) == 1 else None
        if not self._as_json:
            self._say_all(summary, one)
            if not wants_files and summary.total.frames:
                say(self._out, "Nothing was saved; --out, --csv, --jsonl and --coco name files.")
        if one is not None and one.error is not None:
            say(self._err, str(one.error))
        if summary.interrupted:
            say(self._err, "Interrupted. What was done is kept.")
        left = sum(not run.begun for run in summary.runs)
        if left:
            say(self._err, f"{left} of {len(summary.runs)} sources were not begun.")

    def _say_promise(self, status: PromiseStatus) -> None:
        """What was chosen and given up, each time that it is another."""
        said = status.plan, status.kept or not status.nothing_left
        if said != self._promised:
            self._promised = said
            say(self._err, promise_line(status))

    def _show(self, title: str) -> None:
        if not self._err.is_terminal:
            return
        if self._bar is None:
            columns = TextColumn("{task.description}", markup=False), BarColumn(), TextColumn("{task.fields[status]}")
            # What is printed while it turns goes where it was meant to go, not through this bar's stderr.
            bar = Bar(*columns, console=self._err, transient=True, redirect_stdout=False, redirect_stderr=False)
            bar.add_task(title, total=None, status="")
            bar.start()
            self._bar = bar
        else:
            self._bar.update(self._bar.task_ids[0], description=title)

    def _say_run(self, run: RunSummary) -> None:
        """One of several, in a line."""
        found = [f"{name} {of_class.boxes:,}" for name, of_class in run.tally.most_first()]
        more = [f"{len(found) - CLASSES_SAID} more"] if len(found) > CLASSES_SAID else []
        boxes = ", ".join(found[:CLASSES_SAID] + more) or "nothing found"
        say(self._out, f"{run.name}: {frames_in_time(run)}: {boxes}")
        self._say_files(run)

    def _say_all(self, summary: JobSummary, one: RunSummary | None) -> None:
        total = summary.total
        where = f"{len(summary.runs)} sources" if one is None else one.name
        if total.frames:
            if total.classes:
                self._out.print(class_table(f"Found in {where}", total.most_first()))
                if total.names:
                    self._out.print(class_table("Named", total.most_first_names()))
            else:
                say(self._out, f"Nothing was found in {where}; a lower --score shows what is less sure.")
            if one is not None:
                say(self._out, f"{frames_in_time(one)}, by {summary.device}.")
            else:
                done = sum(run.state == "done" for run in summary.runs)
                seconds = sum(run.seconds for run in summary.runs)
                say(
                    self._out,
                    f"{done} of {where} done: {counted(total.frames)} in {seconds:.1f} s, by {summary.device}.",
                )
        if one is not None:
            self._say_files(one)

    def _say_files(self, run: RunSummary) -> None:
        if run.missed:
            say(self._out, f"{run.missed:,} frames could not be written: this computer is too slow for them.")
        for path in run.files:
            say(self._out, f"Written: {path}")


def status_line(at: Progress) -> str:
    """How far it is, how fast, and how long it takes still; of a live source how long it has been running."""
    frames = counted(at.frames) if at.live or not at.total else f"{at.frames:,} of {at.total:,} frames"
    parts = [clock(at.elapsed_s), frames]
    if at.fps and at.total != 1:
        parts.append(f"{at.fps:.1f} a second")
    if at.left_s is not None:
        parts.append(f"{clock(at.left_s)} left")
    return ", ".join(parts)


def clock(seconds: float) -> str:
    """As 0:01:05."""
    return str(timedelta(seconds=round(seconds)))


def counted(frames: int) -> str:
    """As "1 frame" and "1,200 frames"."""
    return "1 frame" if frames == 1 else f"{frames:,} frames"


def frames_in_time(run: RunSummary) -> str:
    """How many frames, and how fast: of a camera the rate recorded, of a file that of the work."""
    count = run.tally.frames
    seconds = run.tally.video_seconds if run.live else run.seconds
    rate = f", {count / seconds:.1f} a second" if count > 1 and seconds else ""
    return f"{counted(count)} in {seconds:.1f} s{rate}"


def class_table(title: str, found: list[tuple[str, ClassTally]]) -> Table:
    """One row a class."""
    table = Table(title=Text(title), title_justify="left")
    table.add_column("class")
    for name in ("boxes", "most at once", "best confidence"):
        table.add_column(name, justify="right")
    for name, tally in found:
        table.add_row(Text(name), f"{tally.boxes:,}", str(tally.most_at_once), f"{tally.best_score:.2f}")
    return table


def say(console: Console, text: str) -> None:
    """One line, never cut or coloured: paths are copied from it."""
    console.print(Text(text), soft_wrap=True)
