"""Asks a Linux camera what it offers and sets its controls, while it sends pictures to us or to somebody else.

Source: the V4L2 API of the Linux kernel, <linux/videodev2.h>. A second handle on a camera may ask and set, only not
stream, so nothing here disturbs a picture.
"""

from __future__ import annotations

import errno
import os
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from camapp.live.camera.modes import CameraMode

VIDIOC_ENUM_FMT = 0xC0405602
VIDIOC_ENUM_FRAMESIZES = 0xC02C564A
VIDIOC_ENUM_FRAMEINTERVALS = 0xC034564B
VIDIOC_QUERYCTRL = 0xC0445624
VIDIOC_QUERYMENU = 0xC02C5625
VIDIOC_G_CTRL = 0xC008561B
VIDIOC_S_CTRL = 0xC008561C
VIDEO_CAPTURE = 1  # V4L2_BUF_TYPE_VIDEO_CAPTURE
DISCRETE = 1  # else a range, given by its ends
NEXT = 0x80000000  # V4L2_CTRL_FLAG_NEXT_CTRL: the control after this one
DISABLED, GRABBED, READ_ONLY, INACTIVE, WRITE_ONLY = 0x1, 0x2, 0x4, 0x10, 0x40
INTEGER, BOOLEAN, MENU = 1, 2, 3
LONGEST_LIST = 256  # a driver that never says "no more" is not asked for ever
# Of a camera that takes every size in a range, those that people want.
USUAL_SIZES = ((320, 240), (640, 360), (640, 480), (800, 600), (1280, 720), (1280, 960), (1920, 1080), (3840, 2160))
USUAL_RATES = (5.0, 10.0, 15.0, 25.0, 30.0, 50.0, 60.0)


class RawControl(NamedTuple):
    """A control as the driver describes it; `menu` are its values with their names."""

    id: int
    kind: int
    name: str
    minimum: int
    maximum: int
    step: int
    default: int
    flags: int
    value: int
    menu: tuple[tuple[int, str], ...]


def read_modes(path: str) -> list[CameraMode]:
    """All combinations of pixel format, size and rate.

    Raises:
        OSError: the device cannot be opened.
    """
    with _opened(path) as device:
        return [
            CameraMode(size_wh, round(fps, 3), struct.pack("<I", fourcc).decode("latin-1"))
            for fourcc in _formats(device)
            for size_wh in _sizes(device, fourcc)
            for fps in _rates(device, fourcc, size_wh)
        ]


def read_controls(path: str) -> list[RawControl]:
    """All numbers, switches and menus that can be read and set.

    Raises:
        OSError: the device cannot be opened.
    """
    controls: list[RawControl] = []
    with _opened(path) as device:
        last = 0
        for _ in range(LONGEST_LIST):
            answer = _asked(device, VIDIOC_QUERYCTRL, struct.pack("<II32siiiiI8x", last | NEXT, 0, b"", 0, 0, 0, 0, 0))
            if answer is None:
                break
            last, kind, name, minimum, maximum, step, default, flags = struct.unpack("<II32siiiiI8x", answer)
            if kind not in (INTEGER, BOOLEAN, MENU) or flags & (DISABLED | READ_ONLY | WRITE_ONLY):
                continue
            value = _asked(device, VIDIOC_G_CTRL, struct.pack("<Ii", last, 0))
            if value is None:
                continue
            text = name.split(b"\0")[0].decode("utf-8", "replace")
            menu = _menu(device, last, minimum, maximum) if kind == MENU else ()
            controls.append(
                RawControl(
                    last, kind, text, minimum, maximum, step, default, flags, struct.unpack("<Ii", value)[1], menu
                )
            )
    return controls


def write_control(path: str, control_id: int, value: int) -> int:
    """Sets a control; what the driver made of the value.

    Raises:
        OSError: EACCES: something automatic holds it; EINVAL, ERANGE: no such control or value; ENODEV: unplugged.
    """
    import fcntl  # only where there is V4L2

    with _opened(path) as device:
        fcntl.ioctl(device, VIDIOC_S_CTRL, bytearray(struct.pack("<Ii", control_id, value)))
        answer = bytearray(struct.pack("<Ii", control_id, 0))
        fcntl.ioctl(device, VIDIOC_G_CTRL, answer)
        granted: int = struct.unpack("<Ii", answer)[1]
        return granted


def _formats(device: int) -> Iterator[int]:
    def question(index: int) -> bytes:
        return struct.pack("<III32sI16x", index, VIDEO_CAPTURE, 0, b"", 0)

    for answer in _each(device, VIDIOC_ENUM_FMT, question):
        yield struct.unpack_from("<I", answer, 44)[0]


def _sizes(device: int, fourcc: int) -> Iterator[tuple[int, int]]:
    def question(index: int) -> bytes:
        return struct.pack("<II36x", index, fourcc)

    for answer in _each(device, VIDIOC_ENUM_FRAMESIZES, question):
        kind, *values = struct.unpack_from("<I6I", answer, 8)
        if kind == DISCRETE:
            yield values[0], values[1]
            continue
        least_w, most_w, step_w, least_h, most_h, step_h = values
        for width, height in USUAL_SIZES:
            fits_w = least_w <= width <= most_w and (width - least_w) % max(step_w, 1) == 0
            if fits_w and least_h <= height <= most_h and (height - least_h) % max(step_h, 1) == 0:
                yield width, height
        return  # a range is the only answer


def _rates(device: int, fourcc: int, size_wh: tuple[int, int]) -> Iterator[float]:
    def question(index: int) -> bytes:
        return struct.pack("<IIII36x", index, fourcc, *size_wh)

    for answer in _each(device, VIDIOC_ENUM_FRAMEINTERVALS, question):
        kind, *values = struct.unpack_from("<I6I", answer, 16)
        if kind == DISCRETE:
            if values[0] and values[1]:
                yield values[1] / values[0]
            continue
        fastest, slowest = (values[1] / max(values[0], 1), values[3] / max(values[2], 1))
        yield from (fps for fps in USUAL_RATES if slowest <= fps <= fastest)
        return


def _menu(device: int, control_id: int, minimum: int, maximum: int) -> tuple[tuple[int, str], ...]:
    """The entries that there are: numbers between may be missing."""
    entries = []
    for index in range(minimum, min(maximum, minimum + LONGEST_LIST) + 1):
        answer = _asked(device, VIDIOC_QUERYMENU, struct.pack("<II32s4x", control_id, index, b""))
        if answer is not None:
            entries.append((index, answer[8:40].split(b"\0")[0].decode("utf-8", "replace")))
    return tuple(entries)


def _each(device: int, request: int, question: Callable[[int], bytes]) -> Iterator[bytearray]:
    """The answers to the question with index 0, 1, ... until there is none."""
    for index in range(LONGEST_LIST):
        answer = _asked(device, request, question(index))
        if answer is None:
            return
        yield answer


def _asked(device: int, request: int, question: bytes) -> bytearray | None:
    """The driver's answer, None where it has none."""
    import fcntl

    answer = bytearray(question)
    try:
        fcntl.ioctl(device, request, answer)
    except OSError as error:
        if error.errno == errno.ENODEV:  # unplugged meanwhile
            raise
        return None
    return answer


@contextmanager
def _opened(path: str) -> Iterator[int]:
    device = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    try:
        yield device
    finally:
        os.close(device)
