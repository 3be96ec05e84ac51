"""Drawing the zone in which the detector looks closely."""

from __future__ import annotations

from camapp.ui.picture.part_drawing import PartDrawing, Words


class ZoneDrawing(PartDrawing):
    """As the crop is drawn; nothing of the picture is taken away."""

    def words(self) -> Words:
        """Of the zone."""
        return Words(
            self.tr("Zone for small things"),
            self.tr("Draw a zone around what is far away; the smaller it is, the closer the look"),
            self.tr("Look closely here"),
            self.tr(
                "The detector looks at this zone in tiles, too; everything is shown and recorded as before (Enter)"
            ),
        )
