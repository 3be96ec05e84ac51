"""Exposure, focus, white balance, gain and the like of a camera, set while it sends pictures. Linux only.

Many are held by an automatic: an "Exposure Time" counts only while "Auto Exposure" is off. A control knows its
automatic, and setting it switches that off.
"""

from __future__ import annotations

import errno
import logging
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from camapp.errors import CameraError

if TYPE_CHECKING:
    from camapp.live.camera.listing import CameraInfo
    from camapp.live.camera.v4l2_modes import RawControl

log = logging.getLogger(__name__)
Kind = Literal["integer", "boolean", "menu"]

_USER, _LENS, _IMAGE = 0x00980900, 0x009A0900, 0x009E0900  # V4L2_CID_BASE and those of camera and image source
AUTO_EXPOSURE = _LENS + 1
AUTO_GAIN, AUTO_WHITE_BALANCE, AUTO_HUE, AUTO_BRIGHTNESS, AUTO_FOCUS = (
    _USER + 18, _USER + 12, _USER + 25, _USER + 32, _LENS + 12,
)  # fmt: skip
EXPOSURE_MANUAL, EXPOSURE_AUTO, EXPOSURE_APERTURE_PRIORITY = 1, 0, 3  # values of AUTO_EXPOSURE; webcams have 1 and 3
# control -> what sets it by itself
AUTOMATIC_OF = {
    _LENS + 2: AUTO_EXPOSURE, _LENS + 10: AUTO_FOCUS, _USER + 26: AUTO_WHITE_BALANCE, _USER + 14: AUTO_WHITE_BALANCE,
    _USER + 15: AUTO_WHITE_BALANCE, _USER + 19: AUTO_GAIN, _USER + 3: AUTO_HUE, _USER: AUTO_BRIGHTNESS,
}  # fmt: skip
# control -> what it is about, for the window's words and order
GROUPS = {
    AUTO_EXPOSURE: "exposure", _LENS + 2: "exposure", _LENS + 3: "exposure_priority", _LENS + 10: "focus",
    AUTO_FOCUS: "focus", AUTO_WHITE_BALANCE: "white_balance", _USER + 26: "white_balance", _USER + 14: "red_balance",
    _USER + 15: "blue_balance", _USER + 19: "gain", AUTO_GAIN: "gain", _IMAGE + 3: "gain", _USER: "brightness",
    AUTO_BRIGHTNESS: "brightness", _USER + 1: "contrast", _USER + 2: "saturation", _USER + 3: "hue", AUTO_HUE: "hue",
    _USER + 16: "gamma", _USER + 24: "power_line", _USER + 27: "sharpness", _USER + 28: "backlight",
    _LENS + 8: "pan", _LENS + 9: "tilt", _LENS + 13: "zoom",
}  # fmt: skip


@dataclass(frozen=True)
class CameraControl:
    """Something that can be set on a camera.

    Attributes:
        id: the driver's number of it.
        name: the driver's own name, in English.
        group: what it is about: "exposure", "focus", "white_balance", "gain", "brightness", ...; else "other". An
            automatic and what it holds have the same.
        kind: "boolean" is 0 or 1; "menu" one of `choices`.
        minimum, maximum, step, default, value: of an integer, all in the driver's own units.
        choices: value and the driver's name of each entry of a menu.
        automatic_id: the control that sets this one by itself, None where the camera has none.
        is_automatic: this is such a control: it holds others.
        active: False while its automatic holds it.
    """

    id: int
    name: str
    group: str
    kind: Kind
    minimum: int
    maximum: int
    step: int
    default: int
    value: int
    choices: tuple[tuple[int, str], ...] = ()
    automatic_id: int | None = None
    is_automatic: bool = False
    active: bool = True

    @property
    def is_on(self) -> bool:
        """Of an automatic: whether it works. Automatic exposure is a menu with several ways."""
        return self.value != EXPOSURE_MANUAL if self.id == AUTO_EXPOSURE else bool(self.value)


def list_controls(camera: CameraInfo) -> list[CameraControl]:
    """Those that the camera has, as they stand now, in the driver's order; empty where the system does not say."""
    if sys.platform != "linux":
        return []
    from camapp.live.camera import v4l2_modes

    try:
        raw = v4l2_modes.read_controls(camera.path)
    except OSError as error:
        log.info("no controls of %s: %s", camera.name, error)
        return []
    ids = {control.id for control in raw}
    return [_as_control(control, ids) for control in raw]


def set_control(camera: CameraInfo, control_id: int, value: int) -> int:
    """Sets a control, after switching off the automatic that holds it; returns what the camera made of the value.

    Raises:
        CameraError: control_refused, camera_lost.
    """
    controls = {control.id: control for control in list_controls(camera)}
    control = controls.get(control_id)
    if control is not None and control.automatic_id is not None and controls[control.automatic_id].is_on:
        _write(camera, controls[control.automatic_id], _value_for(controls[control.automatic_id], on=False))
    return _write(camera, control or control_id, value)


def set_automatic(camera: CameraInfo, control_id: int, on: bool) -> None:
    """Switches an automatic, or the one that holds this control; nothing happens where there is none.

    Raises:
        CameraError: see set_control.
    """
    controls = {control.id: control for control in list_controls(camera)}
    control = controls.get(control_id)
    if control is not None and control.automatic_id is not None:
        control = controls[control.automatic_id]
    if control is not None and control.is_automatic:
        _write(camera, control, _value_for(control, on))


def back_to_automatic(camera: CameraInfo) -> None:
    """Everything as the maker meant it: each automatic on, the rest at its default.

    Raises:
        CameraError: see set_control.
    """
    controls = list_controls(camera)
    automatics = {control.id for control in controls if control.is_automatic}
    for control in controls:
        if control.is_automatic:
            _write(camera, control, _value_for(control, on=True))
    for control in controls:  # what an automatic holds is its own matter now
        if control.id not in automatics and control.automatic_id is None and control.value != control.default:
            _write(camera, control, control.default)


def apply_controls(camera: CameraInfo, chosen: Mapping[str, int]) -> None:
    """Gives the camera the values chosen for it, by their names; those that it does not have any more are left out.

    Automatics come first: what one of them holds is its own matter, and what was set by hand it must let go.

    Raises:
        CameraError: control_refused, once all others are set; camera_lost.
    """
    controls = list_controls(camera)
    kept_on = {c.id for c in controls if c.is_automatic and c.name in chosen and replace(c, value=chosen[c.name]).is_on}
    refused: CameraError | None = None
    for control in sorted(controls, key=lambda control: not control.is_automatic):
        value = chosen.get(control.name)
        if value is None or control.automatic_id in kept_on:
            continue
        if control.value == value and control.automatic_id is None:  # else an automatic has it only for the moment
            continue
        try:
            set_control(camera, control.id, value)
        except CameraError as error:
            if error.code != "control_refused":
                raise
            refused = error
    if refused is not None:
        raise refused


def remembered(
    chosen: Mapping[str, int], control: CameraControl, value: int, controls: Sequence[CameraControl]
) -> dict[str, int]:
    """What is to be kept, by name, once a person has set `control`: its automatic is off then.

    An automatic that is switched on forgets what it holds from now on. `controls` are all of the camera.
    """
    kept = {**chosen, control.name: value}
    for other in controls:
        if other.id == control.automatic_id:
            kept[other.name] = _value_for(other, on=False)
        elif other.automatic_id == control.id and replace(control, value=value).is_on:
            kept.pop(other.name, None)
    return kept


def _as_control(raw: RawControl, ids: set[int]) -> CameraControl:
    from camapp.live.camera.v4l2_modes import BOOLEAN, GRABBED, INACTIVE, MENU

    automatic_id = AUTOMATIC_OF.get(raw.id)
    kinds: dict[int, Kind] = {BOOLEAN: "boolean", MENU: "menu"}
    return CameraControl(
        id=raw.id,
        name=raw.name,
        group=GROUPS.get(raw.id, "other"),
        kind=kinds.get(raw.kind, "integer"),
        minimum=raw.minimum,
        maximum=raw.maximum,
        step=max(raw.step, 1),
        default=raw.default,
        value=raw.value,
        choices=raw.menu,
        automatic_id=automatic_id if automatic_id in ids else None,
        is_automatic=raw.id in AUTOMATIC_OF.values(),
        active=not raw.flags & (INACTIVE | GRABBED),
    )


def _value_for(automatic: CameraControl, on: bool) -> int:
    if automatic.id != AUTO_EXPOSURE:
        return int(on)
    if not on:
        return EXPOSURE_MANUAL
    offered = [value for value, _ in automatic.choices if value != EXPOSURE_MANUAL]
    if automatic.default in offered:
        return automatic.default
    best = [value for value in (EXPOSURE_APERTURE_PRIORITY, EXPOSURE_AUTO) if value in offered]
    return [*best, *offered, automatic.default][0]


def _write(camera: CameraInfo, control: CameraControl | int, value: int) -> int:
    from camapp.live.camera import v4l2_modes

    number, name = (control, f"{control:#x}") if isinstance(control, int) else (control.id, control.name)
    try:
        return v4l2_modes.write_control(camera.path, number, value)
    except OSError as error:
        if error.errno in (errno.ENODEV, errno.ENOENT, errno.ENXIO):
            raise CameraError("camera_lost", name=camera.name) from error
        raise CameraError("control_refused", name=camera.name, control=name, value=value) from error
