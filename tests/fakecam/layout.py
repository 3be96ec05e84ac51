"""The state shared with fakecam.c (its struct fc_state), and the two cameras that are emulated."""

from __future__ import annotations

import ctypes as c
from dataclasses import dataclass

MAGIC, VERSION, MOST_CAMERAS = 0x314D4346, 3, 4
FAULTS = (
    "err_open", "err_querycap", "err_sfmt", "err_reqbufs", "err_streamon", "err_qbuf", "err_dqbuf",
    "corrupt_every", "corrupt_mode", "drop_every", "lowlight_mfps", "startup_ms", "jitter_us", "open_ms",
    "burn", "hang_ms",
)  # fmt: skip
COUNTERS = ("n_open", "n_streamon", "n_produced", "n_delivered", "n_nobuf", "n_dequeued", "n_corrupt")


class FormatStruct(c.Structure):
    """struct fc_fmt: a picture format with its rates num/den."""

    _fields_ = (
        ("fourcc", c.c_uint32), ("w", c.c_uint32), ("h", c.c_uint32), ("nfps", c.c_uint32),
        ("num", c.c_uint32 * 8), ("den", c.c_uint32 * 8), ("pack", c.c_char * 64),
    )  # fmt: skip


class ControlStruct(c.Structure):
    """struct fc_ctrl: brightness, exposure and so on."""

    _fields_ = (
        ("id", c.c_uint32), ("type", c.c_uint32), ("min", c.c_int32), ("max", c.c_int32), ("step", c.c_int32),
        ("default", c.c_int32), ("val", c.c_int32), ("flags", c.c_uint32), ("auto_id", c.c_uint32),
        ("auto_manual", c.c_int32), ("name", c.c_char * 32),
    )  # fmt: skip


class CameraStruct(c.Structure):
    """struct fc_cam."""

    _fields_ = (
        ("card", c.c_char * 32), ("bus", c.c_char * 32), ("present", c.c_int32), ("node", c.c_int32),
        ("meta_node", c.c_int32), ("generation", c.c_int32), ("nfmt", c.c_uint32), ("nctrl", c.c_uint32),
        ("fmt", FormatStruct * 12), ("ctrl", ControlStruct * 24), ("cur_fmt", c.c_int32), ("cur_fps", c.c_int32),
        *((name, c.c_int32) for name in FAULTS),
        ("stall_until_us", c.c_int64), ("epoch_us", c.c_int64), ("owner", c.c_uint64), ("opens", c.c_int32 * 8),
        *((name, c.c_int64) for name in COUNTERS),
        ("last_frame_us", c.c_int64), ("streaming", c.c_int32), ("nbufs", c.c_int32),
    )  # fmt: skip


class StateStruct(c.Structure):
    """struct fc_state."""

    _fields_ = (
        ("magic", c.c_uint32), ("version", c.c_uint32), ("ncam", c.c_uint32), ("size", c.c_uint32),
        ("cam", CameraStruct * MOST_CAMERAS),
    )  # fmt: skip


@dataclass(frozen=True)
class Format:
    """A picture format that a camera offers, its best rate only."""

    fourcc: str
    width: int
    height: int
    fps: int

    def __str__(self) -> str:
        return f"{self.fourcc}-{self.width}x{self.height}"

    @property
    def number(self) -> int:
        """The fourcc as V4L2 counts it."""
        return int.from_bytes(self.fourcc.encode(), "little")


INTEGER, BOOLEAN, MENU, HEADING = 1, 2, 3, 6
USER, LENS = 0x00980900, 0x009A0900  # V4L2_CID_BASE, V4L2_CID_CAMERA_CLASS_BASE
# id, type, least, most, step, default, name, the control that sets it by itself, the value of that one that frees it
Control = tuple[int, int, int, int, int, int, str] | tuple[int, int, int, int, int, int, str, int, int]
HD_CONTROLS: tuple[Control, ...] = (
    (0x00980001, HEADING, 0, 0, 0, 0, "User Controls"),
    (USER + 0, INTEGER, -64, 64, 1, 0, "Brightness"),
    (USER + 1, INTEGER, 0, 64, 1, 32, "Contrast"),
    (USER + 2, INTEGER, 0, 128, 1, 64, "Saturation"),
    (USER + 3, INTEGER, -40, 40, 1, 0, "Hue"),
    (USER + 12, BOOLEAN, 0, 1, 1, 1, "White Balance, Automatic"),
    (USER + 16, INTEGER, 72, 500, 1, 100, "Gamma"),
    (USER + 19, INTEGER, 0, 100, 1, 0, "Gain"),
    (USER + 24, MENU, 0, 2, 1, 1, "Power Line Frequency"),
    (USER + 26, INTEGER, 2800, 6500, 1, 4600, "White Balance Temperature", USER + 12, 0),
    (USER + 27, INTEGER, 0, 6, 1, 3, "Sharpness"),
    (USER + 28, INTEGER, 0, 2, 1, 1, "Backlight Compensation"),
    (0x009A0001, HEADING, 0, 0, 0, 0, "Camera Controls"),
    (LENS + 1, MENU, 0, 3, 1, 3, "Auto Exposure"),
    (LENS + 2, INTEGER, 1, 5000, 1, 157, "Exposure Time, Absolute", LENS + 1, 1),
    (LENS + 3, BOOLEAN, 0, 1, 1, 1, "Exposure, Dynamic Framerate"),
    (LENS + 10, INTEGER, 0, 1023, 1, 0, "Focus, Absolute", LENS + 12, 0),
    (LENS + 12, BOOLEAN, 0, 1, 1, 1, "Focus, Automatic Continuous"),
)
USB_NAMES = {"User Controls", "Brightness", "Contrast", "Saturation", "Camera Controls", "Auto Exposure"} | {
    "Exposure Time, Absolute",
    "Exposure, Dynamic Framerate",
}


@dataclass(frozen=True)
class Camera:
    """An emulated model of camera."""

    card: str
    bus: str
    vendor: str
    product: str
    startup_ms: int
    formats: tuple[Format, ...]
    controls: tuple[Control, ...]


CAMERAS = (
    Camera(
        "HD Webcam: HD Webcam", "usb-0000:00:14.0-1", "0c45", "636b", 300,
        (
            Format("MJPG", 1280, 720, 30), Format("MJPG", 640, 480, 30), Format("MJPG", 1920, 1080, 30),
            Format("YUYV", 640, 480, 30), Format("YUYV", 1280, 720, 10),
        ),
        HD_CONTROLS,
    ),
    Camera(
        "USB2.0 Cam: USB2.0 Cam", "usb-0000:00:14.0-2", "05a3", "9230", 500,
        (Format("YUYV", 640, 480, 15),), tuple(control for control in HD_CONTROLS if control[6] in USB_NAMES),
    ),
)  # fmt: skip
