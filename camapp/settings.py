"""What the window remembers from one start to the next: one TOML file in the person's own folder for settings."""

from __future__ import annotations

import logging
import os
import tempfile
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import msgspec
import tomli_w
from msgspec import Meta, Struct, field
from platformdirs import user_config_path

from camapp.errors import SettingsError

log = logging.getLogger(__name__)

FOLDER_VARIABLE = "CAMAPP_CONFIG_DIR"  # another folder for the settings: a second set, or a test's own
RECENT = 8  # more entries make a menu that nobody reads
RECENT_FIELDS = ("recent", "recent_models")

Scheme = Literal["system", "light", "dark"]
LanguageChoice = Literal["system", "en", "zh_CN"]
Quality = Literal["small", "normal", "best"]
Share = Annotated[float, Meta(ge=0, le=1)]
Factor = Annotated[float, Meta(gt=0, le=10)]


class _Part(Struct, frozen=True, omit_defaults=True):
    """What is not in the file is as in a fresh set; names that a newer version wrote are passed over."""


_PartT = TypeVar("_PartT", bound=_Part)
Entries = dict[str, Any]  # parts or plain values


class CameraSettings(_Part, frozen=True):
    """What was chosen for one camera, source file or stream.

    Attributes:
        size_wh, fps, pixel_format: the mode asked for; None: the best that the app knows of.
        controls: a camera's own settings by their names, as {"brightness": 12}; those not named are automatic.
        mirror, rotate, crop_xywh: how its pictures are turned; the crop in pixels of the picture as it comes.
        zone: left, top, width and height of what is looked at in tiles, too, as shares of the picture as it comes.
    """

    size_wh: tuple[int, int] | None = None
    fps: float | None = None
    pixel_format: str = ""
    controls: dict[str, int] = field(default_factory=dict)
    mirror: bool = False
    rotate: Literal[0, 90, 180, 270] = 0
    crop_xywh: tuple[int, int, int, int] | None = None
    zone: tuple[Share, Share, Share, Share] | None = None


class WindowPlace(_Part, frozen=True):
    """Where the window was.

    Attributes:
        geometry: what Qt says of it, in base 64; empty: never shown.
        panels: likewise for the places of its splitters.
    """

    geometry: str = ""
    panels: str = ""


class DisplayChoices(_Part, frozen=True):
    """What is drawn, found and listed; None: as the model or the program has it.

    Attributes:
        score: the least confidence, chosen by hand.
        iou: overlap from which two boxes of a class are one object.
        classes_on: English names; None: the model's own choice.
        label, centre, line_scale, text_scale, follow, steady: as in live.Choices.
        sort_column, sort_descending, open_sections: of the panel at the right.
    """

    score: Share | None = None
    iou: Share | None = None
    classes_on: tuple[str, ...] | None = None
    label: tuple[str, ...] | None = None
    centre: bool = False
    line_scale: Factor = 1.0
    text_scale: Factor = 1.0
    follow: bool = False
    steady: bool = True
    sort_column: Annotated[int, Meta(ge=0)] | None = None
    sort_descending: bool = False
    open_sections: tuple[str, ...] = ()


class RecordingChoices(_Part, frozen=True):
    """How recordings are made.

    Attributes:
        folder, pictures: where recordings and snapshots go; empty: `camapp` in the person's videos and pictures.
        name: what file names begin with.
        quality: "small", "normal" or "best".
        clean: the picture without boxes; they go into a file beside it.
    """

    folder: str = ""
    pictures: str = ""
    name: str = "camapp"
    quality: Quality = "normal"
    clean: bool = False


class Settings(_Part, frozen=True):
    """All of it; replaced as a whole.

    Attributes:
        source: as open_source understands it; empty: the first working camera.
        recent, recent_models: newest first.
        model: path of a model file; empty: the bundled one.
        names: path of a model that names pictures; empty: none.
        name_boxes: it names each box of `model`, and not the whole picture.
        device, precision: keys of detector.engines.DEVICES and PRECISIONS.
        input_size: height and width that the network sees; None: chosen by the picture's shape.
        promise: what is kept when the computer is slow, as "30 fps" or "80 ms"; empty: as fast as it can.
        seen_welcome: the first words were read.
        cameras: by the source's spec, as "camera:HD Webcam".
    """

    source: str = ""
    recent: tuple[str, ...] = ()
    model: str = ""
    names: str = ""
    name_boxes: bool = False
    recent_models: tuple[str, ...] = ()
    device: str = "auto"
    precision: str = "auto"
    input_size: tuple[int, int] | None = None
    promise: str = ""
    scheme: Scheme = "system"
    language: LanguageChoice = "system"
    seen_welcome: bool = False
    window: WindowPlace = WindowPlace()
    display: DisplayChoices = DisplayChoices()
    recording: RecordingChoices = RecordingChoices()
    cameras: dict[str, CameraSettings] = field(default_factory=dict)

    def with_recent(self, spec: str) -> Settings:
        """The same with `spec` as the newest source."""
        return msgspec.structs.replace(self, recent=_newest_first(spec, self.recent))

    def with_recent_model(self, path: str) -> Settings:
        """The same with `path` as the newest model."""
        return msgspec.structs.replace(self, recent_models=_newest_first(path, self.recent_models))


def settings_path() -> Path:
    """Where they are kept."""
    folder = os.environ.get(FOLDER_VARIABLE)
    return (Path(folder) if folder else user_config_path("camapp")) / "settings.toml"


def parse_settings(text: str) -> Settings:
    """What a settings file says.

    Raises:
        ValueError: no TOML, or a value that cannot be.
    """
    try:
        return msgspec.convert(tomllib.loads(text), Settings)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from error


def load_settings(path: Path) -> tuple[Settings, SettingsError | None]:
    """What the file says; without one, a fresh set.

    A file that cannot be understood is kept beside as `.broken`, so that nothing in it is lost; the error says so.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Settings(), None
    except (OSError, UnicodeDecodeError) as error:
        return Settings(), _keep_aside(path, error)
    try:
        return parse_settings(text), None
    except ValueError as error:
        return Settings(), _keep_aside(path, error)


def peek_settings(path: Path) -> Settings:
    """The same for a command that only looks: a file that cannot be understood stays for the window to say so."""
    try:
        return parse_settings(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Settings()


def merged(ours: _PartT, base: _PartT, theirs: _PartT) -> _PartT:
    """`theirs` with what is another in `ours` than it was in `base`, in parts and entries, too.

    Lists of recent things hold those of both, ours first, unless ours was emptied.
    """
    changes: dict[str, object] = {}
    for name in ours.__struct_fields__:
        mine, before, other = getattr(ours, name), getattr(base, name), getattr(theirs, name)
        if mine == before:
            continue
        if isinstance(mine, _Part):
            mine = merged(mine, before, other)
        elif isinstance(mine, dict):
            mine = _merged_entries(mine, before, other)
        elif name in RECENT_FIELDS and mine:
            mine = tuple(dict.fromkeys((*mine, *other)))[:RECENT]
        changes[name] = mine
    return msgspec.structs.replace(theirs, **changes)


def add_settings(ours: Settings, base: Settings, path: Path) -> None:
    """Writes into the file what became another since `base`: a second window may have written the rest.

    Raises:
        SettingsError: it cannot be written.
    """
    try:
        theirs = parse_settings(path.read_text(encoding="utf-8"))
    except OSError:  # none is there: ours is all that is known
        theirs = base
    except ValueError as error:
        theirs = base
        _keep_aside(path, error)
    save_settings(merged(ours, base, theirs), path)


def save_settings(settings: Settings, path: Path) -> None:
    """Writes the file as a whole or not at all; only its owner may read it, as an address can hold a password.

    Raises:
        SettingsError: it cannot be written.
    """
    content = tomli_w.dumps(msgspec.to_builtins(settings))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=path.name, suffix=".part", delete=False
        ) as file:  # readable by its owner alone, as all temporary files are
            file.write(content)
        try:
            os.replace(file.name, path)
        except OSError:
            Path(file.name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise SettingsError("settings_unwritable", path=path, reason=error.strerror or str(error)) from error


def _keep_aside(path: Path, reason: Exception) -> SettingsError:
    log.warning("settings in %s: %s", path, reason)
    aside = path.with_name(path.name + ".broken")
    try:
        os.replace(path, aside)
    except OSError as error:
        return SettingsError("settings_unreadable", path=path, reason=error.strerror or str(error))
    return SettingsError("settings_broken", path=aside)


def _merged_entries(ours: Entries, base: Entries, theirs: Entries) -> Entries:
    """The same for what has a key; an entry that is gone from ours is gone."""
    kept = {key: entry for key, entry in theirs.items() if key in ours or key not in base}
    for key, entry in ours.items():
        if entry != base.get(key):
            if isinstance(entry, _Part):
                fresh = type(entry)()
                entry = merged(entry, base.get(key, fresh), theirs.get(key, fresh))
            kept[key] = entry
    return kept


def _newest_first(item: str, items: tuple[str, ...]) -> tuple[str, ...]:
    return (item, *(other for other in items if other != item))[:RECENT]
