"""Asks a Linux camera itself why it gives no pictures: OpenCV only says that it does not.

Source: the V4L2 API of the Linux kernel, <linux/videodev2.h>.
"""

from __future__ import annotations

import errno
import os
import struct
from pathlib import Path

VIDIOC_G_FMT = 0xC0D05604
VIDIOC_S_FMT = 0xC0D05605
VIDIOC_REQBUFS = 0xC0145608
VIDIOC_STREAMON = 0x40045612
VIDEO_CAPTURE = 1  # V4L2_BUF_TYPE_VIDEO_CAPTURE
MEMORY_MMAP = 1


def streaming_errno(path: str) -> int:
    """The errno of the first step towards streaming that fails, 0 if none does. The camera must not be open here.

    EACCES: forbidden. EBUSY: another program has it. ENOSPC: no USB bandwidth left. ENOENT, ENODEV: not there.
    """
    import fcntl  # only where there is V4L2

    try:
        device = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    except OSError as error:
        return error.errno or errno.EIO
    try:
        picture_format = bytearray(208)  # struct v4l2_format
        struct.pack_into("I", picture_format, 0, VIDEO_CAPTURE)
        fcntl.ioctl(device, VIDIOC_G_FMT, picture_format)
        fcntl.ioctl(device, VIDIOC_S_FMT, picture_format)
        fcntl.ioctl(device, VIDIOC_REQBUFS, bytearray(struct.pack("5I", 1, VIDEO_CAPTURE, MEMORY_MMAP, 0, 0)))
        fcntl.ioctl(device, VIDIOC_STREAMON, struct.pack("i", VIDEO_CAPTURE))
    except OSError as error:
        return error.errno or errno.EIO
    finally:
        os.close(device)  # gives buffers and stream back, too
    return 0


def is_first_node(index: int) -> bool:
    """False for the metadata node that a camera has beside its picture node, both under the same name."""
    try:
        return Path(f"/sys/class/video4linux/video{index}/index").read_text().strip() == "0"
    except OSError:
        return True


def port_of(index: int) -> str:
    """The place where the camera is plugged in: tells two of the same name apart. Empty if unknown."""
    device = Path(f"/sys/class/video4linux/video{index}/device")
    return os.path.realpath(device) if device.exists() else ""
