"""Which files a job writes: sinks from the options, refused where they would destroy something."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import urlsplit

from camapp.errors import CommandError
from camapp.live.reading.picture_source import PictureSource, is_picture_name
from camapp.live.recording.coco_log import CocoLog
from camapp.live.recording.logs import CsvLog, JsonlLog
from camapp.live.recording.outputs import check_writable
from camapp.live.recording.sink import Sink
from camapp.live.recording.video_sinks import PictureSink, VideoSink
from camapp.live.sources import CameraSource, Source, StreamSource, VideoFile

LONGEST_NAME = 100  # letters; most file systems take 255 bytes


@dataclass(frozen=True)
class Output:
    """A sink and what it leaves: a file, or a folder of pictures."""

    sink: Sink
    path: Path


@dataclass(frozen=True)
class Outputs:
    """What the person asked for; None: not wanted. Of several sources each is a folder.

    Attributes:
        out: the annotated video; for pictures a folder, for one picture also a picture.
        csv, jsonl, coco: tables.
    """

    out: Path | None = None
    csv: Path | None = None
    jsonl: Path | None = None
    coco: Path | None = None

    def open(self, sources: Sequence[Source], several: bool = False) -> list[list[Output]]:
        """What to write for each source; the files come with its first frame.

        Args:
            several: each source gets files of its own in the folders given, under its name.

        Raises:
            CommandError: two outputs are one file, or one is a source itself, or `out` does not fit the source.
            RecordingError: a folder cannot be written.
        """
        if several:
            self._check_folders()
        names = names_of(sources)
        made = [list(self._outputs(source, name, several)) for source, name in zip(sources, names, strict=True)]
        taken = {source.path.resolve() for source in sources if isinstance(source, PictureSource | VideoFile)}
        every = [output for outputs in made for output in outputs]
        for output in every:
            if output.path.resolve() in taken:
                raise CommandError("output_collides", path=output.path)
            taken.add(output.path.resolve())
        for output in every:
            folder = isinstance(output.sink, PictureSink) and output.path == output.sink.path
            check_writable(output.path / "picture" if folder else output.path)
        return made

    def _check_folders(self) -> None:
        for wanted in fields(self):
            path: Path | None = getattr(self, wanted.name)
            if path is None or path.is_dir():
                continue
            if path.exists() or (path.suffix and not path.suffix[1:].isdigit()):
                raise CommandError("output_one_file", path=path, option=f"--{wanted.name}")

    def _outputs(self, source: Source, name: str, several: bool) -> Iterator[Output]:
        def placed(path: Path, suffix: str) -> Path:
            return path / f"{name}{suffix}" if several or path.is_dir() else path

        if self.out is not None and isinstance(source, PictureSource):
            yield pictures(source, self.out, name if several else None)
        elif self.out is not None:
            yield video(placed(self.out, ".mp4"))
        tables: tuple[tuple[Path | None, str, Callable[[Path], Sink]], ...] = (
            (self.csv, ".csv", CsvLog),
            (self.jsonl, ".jsonl", JsonlLog),
            (self.coco, ".json", lambda path: CocoLog(path, _name_of(source))),
        )
        for path, suffix, make in tables:
            if path is not None:
                yield Output(make(placed(path, suffix)), placed(path, suffix))


def video(out: Path) -> Output:
    """Into `out`.

    Raises:
        CommandError: the name does not end as an mp4's does.
    """
    if out.suffix.lower() not in (".mp4", ".m4v"):
        raise CommandError("output_no_mp4", path=out)
    return Output(VideoSink(out), out)


def pictures(source: PictureSource, out: Path, name: str | None = None) -> Output:
    """Into the folder `out` under the pictures' own names; one picture also into the picture `out`.

    Args:
        name: of several sources: a folder's pictures go into a folder of that name in `out`, one picture is called so.

    Raises:
        CommandError: a folder of pictures cannot go into one file.
    """
    one = source.path.is_file()
    if name is not None:
        out = out / f"{name}{source.path.suffix}" if one else out / name
    if one and is_picture_name(out) and not out.is_dir():
        return Output(PictureSink(out.parent, lambda _index: out.name), out)
    if name is None and out.suffix and not out.is_dir():
        raise CommandError("output_no_folder", path=out)
    return Output(PictureSink(out, source.name_of), out / source.path.name if one else out)


def names_of(sources: Sequence[Source]) -> list[str]:
    """A name for the files of each, of letters that every system takes; no two are the same."""
    names: list[str] = []
    taken: set[str] = set()
    for source in sources:
        name = _plain_name(source)
        number = 1
        while (unique := name if number == 1 else f"{name}-{number}").casefold() in taken:
            number += 1
        taken.add(unique.casefold())
        names.append(unique)
    return names


def _plain_name(source: Source) -> str:
    if isinstance(source, VideoFile):
        name = source.path.stem
    elif isinstance(source, PictureSource):
        name = source.path.stem if source.path.is_file() else source.path.resolve().name
    elif isinstance(source, StreamSource):
        parts = urlsplit(source.name)
        name = f"{parts.netloc}{parts.path}"
    elif isinstance(source, CameraSource):
        name = source.name.removeprefix("/dev/")
    else:
        name = source.name
    return re.sub(r"[^\w. -]+", "_", name)[:LONGEST_NAME].strip("._ ") or "source"


def _name_of(source: Source) -> Callable[[int], str] | None:
    return source.name_of if isinstance(source, PictureSource) else None
