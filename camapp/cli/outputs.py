"""Which files a run writes: sinks from the options, refused where they would destroy something."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from camapp.errors import CommandError
from camapp.live.reading.picture_source import PictureSource, is_picture_name
from camapp.live.recording.logs import CocoLog, CsvLog, JsonlLog
from camapp.live.recording.outputs import check_writable
from camapp.live.recording.sink import Sink
from camapp.live.recording.video_sinks import PictureSink, VideoSink
from camapp.live.sources import Source, VideoFile


@dataclass(frozen=True)
class Output:
    """A sink and what it leaves: a file, or a folder of pictures."""

    sink: Sink
    path: Path


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

    def open(self, source: Source) -> list[Output]:
        """What to write for this source; the files come with the first frame.

        Raises:
            CommandError: two outputs are one file, or one is the source itself, or `out` does not fit the source.
            RecordingError: a folder cannot be written.
        """
        outputs = list(self._outputs(source))
        taken = {source.path.resolve()} if isinstance(source, PictureSource | VideoFile) else set()
        for output in outputs:
            if output.path.resolve() in taken:
                raise CommandError("output_collides", path=output.path)
            taken.add(output.path.resolve())
        for output in outputs:
            folder = isinstance(output.sink, PictureSink) and output.path == output.sink.path
            check_writable(output.path / "picture" if folder else output.path)
        return outputs

    def _outputs(self, source: Source) -> Iterator[Output]:
        if self.out is not None:
            yield pictures(source, self.out) if isinstance(source, PictureSource) else video(source, self.out)
        if self.csv is not None:
            yield Output(CsvLog(self.csv), self.csv)
        if self.jsonl is not None:
            yield Output(JsonlLog(self.jsonl), self.jsonl)
        if self.coco is not None:
            yield Output(CocoLog(self.coco, source.name_of if isinstance(source, PictureSource) else None), self.coco)


def video(source: Source, out: Path) -> Output:
    """Into `out`, or under the source's name where that is a folder.

    Raises:
        CommandError: the name does not end as an mp4's does.
    """
    if out.is_dir():
        out = out / f"{Path(source.name).stem}.mp4"
    if out.suffix.lower() not in (".mp4", ".m4v"):
        raise CommandError("output_no_mp4", path=out)
    return Output(VideoSink(out), out)


def pictures(source: PictureSource, out: Path) -> Output:
    """Into the folder `out` under the pictures' own names; one picture also into the picture `out`.

    Raises:
        CommandError: a folder of pictures cannot go into one file.
    """
    one = source.path.is_file()
    if one and is_picture_name(out) and not out.is_dir():
        return Output(PictureSink(out.parent, lambda _index: out.name), out)
    if out.suffix and not out.is_dir():
        raise CommandError("output_no_folder", path=out)
    return Output(PictureSink(out, source.name_of), out / source.path.name if one else out)
