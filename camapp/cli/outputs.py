"""Which files a run writes: sinks from the options, refused where they would destroy something."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from camapp.errors import CommandError
from camapp.live.logs import CocoLog, CsvLog, JsonlLog, Sink
from camapp.live.outputs import check_writable
from camapp.live.picture_source import PictureSource, is_picture_name
from camapp.live.sources import Source, VideoFile
from camapp.live.video_sinks import PictureSink, VideoSink


@dataclass(frozen=True)
class Outputs:
    """What the person asked for; None: not wanted.

    Attributes:
        out: the annotated video; for pictures a folder, for one picture also a picture.
        csv, jsonl, coco: tables.
    """

    out: Path | None = None
    csv: Path | None = None
    jsonl: Path | None = None
    coco: Path | None = None

    def sinks(self, source: Source) -> list[Sink]:
        """Makes them; no file is opened yet.

        Raises:
            CommandError: two outputs are one file, or one is the source itself, or `out` does not fit the source.
            RecordingError: a folder cannot be written.
        """
        sinks = list(self._sinks(source))
        taken = own_paths(source)
        for sink in sinks:
            path = sink.path.resolve()
            if path in taken:
                raise CommandError("output_collides", path=sink.path)
            taken.add(path)
        for sink in sinks:
            check_writable(sink.path / "picture" if isinstance(sink, PictureSink) else sink.path)
        return sinks

    def _sinks(self, source: Source) -> Iterator[Sink]:
        if self.out is not None:
            yield picture_sink(source, self.out) if isinstance(source, PictureSource) else video_sink(source, self.out)
        if self.csv is not None:
            yield CsvLog(self.csv)
        if self.jsonl is not None:
            yield JsonlLog(self.jsonl)
        if self.coco is not None:
            yield CocoLog(self.coco, source.name_of if isinstance(source, PictureSource) else None)


def own_paths(source: Source) -> set[Path]:
    """Where the source itself lies: nothing may be written over it."""
    if isinstance(source, PictureSource):
        return (
            {source.path.resolve(), source.path.resolve().parent} if source.path.is_file() else {source.path.resolve()}
        )
    return {source.path.resolve()} if isinstance(source, VideoFile) else set()


def video_sink(source: Source, out: Path) -> VideoSink:
    """Into `out`, or under the source's name where that is a folder.

    Raises:
        CommandError: the name does not end as an mp4's does.
    """
    if out.is_dir():
        out = out / f"{Path(source.name).stem}.mp4"
    if out.suffix.lower() not in (".mp4", ".m4v"):
        raise CommandError("output_no_mp4", path=out)
    return VideoSink(out)


def picture_sink(source: PictureSource, out: Path) -> PictureSink:
    """Into the folder `out` under the pictures' own names; one picture also into the picture `out`.

    Raises:
        CommandError: a folder of pictures cannot go into one file.
    """
    if source.path.is_file() and is_picture_name(out) and not out.is_dir():
        return PictureSink(out.parent, lambda _index: out.name)
    if out.suffix and not out.is_dir():
        raise CommandError("output_no_folder", path=out)
    return PictureSink(out, source.name_of)
