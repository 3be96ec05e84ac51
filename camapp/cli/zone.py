"""`--zone`: the part of the picture that is looked at in tiles, too."""

from __future__ import annotations

from collections.abc import Iterator

from camapp.errors import CommandError
from camapp.live.sources import Source
from camapp.live.zone import WHOLE_PICTURE
from detector.tiles import SMALLEST, Zone, clipped
from detector.types import Frame


def parse_zone(text: str) -> Zone:
    """ "X,Y,W,H" in pixels, or "all", for every picture as a whole.

    Raises:
        CommandError: not four whole numbers, or hardly any size.
    """
    if text.strip().casefold() == "all":
        return WHOLE_PICTURE
    try:
        x, y, width, height = (int(part) for part in text.split(","))
    except ValueError as error:
        raise CommandError("zone_invalid", text=text) from error
    if min(width, height) < SMALLEST:
        raise CommandError("zone_too_small", text=text, least=SMALLEST)
    return x, y, width, height


def checked(source: Source, zone: Zone | None) -> Source:
    """The same source, which refuses a zone that lies outside its first picture."""
    return source if zone is None or zone == WHOLE_PICTURE else ZoneCheck(source, zone)


class ZoneCheck(Source):
    """Another source's frames, once the first has shown that something of the zone is in it.

    Pictures of a folder that are smaller than the first may have no part of it: they are seen as a whole.
    """

    def __init__(self, source: Source, zone: Zone) -> None:
        super().__init__(source.name)
        self.live = source.live
        self._source = source
        self._zone = zone

    def __iter__(self) -> Iterator[Frame]:
        self._source.on_trouble = self.on_trouble
        is_first = True
        for frame in self._source:
            if is_first and clipped(self._zone, frame.size_wh) is None:
                width, height = frame.size_wh
                text = ",".join(map(str, self._zone))
                raise CommandError("zone_outside", text=text, name=self.name, width=width, height=height)
            is_first = False
            self.info = self._source.info
            yield frame

    def close(self) -> None:
        super().close()
        self._source.close()
