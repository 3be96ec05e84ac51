"""Handle on emulated cameras: make them, plug them in and out, trigger faults, start programs that see them."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import json
import mmap
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.fakecam.layout import (
    CAMERAS,
    COUNTERS,
    FAULTS,
    HEADING,
    MAGIC,
    VERSION,
    CameraStruct,
    StateStruct,
)  # fmt: skip
from tests.fakecam.packs import Picture, moving_pictures, write_pack

SOURCE = Path(__file__).with_name("fakecam.c")
REPOSITORY = Path(__file__).parents[2]
ANOTHER_PROGRAM = 1 << 24 | 0xFFFFFF  # owner: "pid 1 has it"
STAGES = ("open", "querycap", "sfmt", "reqbufs", "streamon", "qbuf", "dqbuf")
CORRUPT = {"truncate": 0, "garbage": 1, "empty": 2, "header": 3, "flag": 4}


def build(folder: Path) -> Path:
    """Compiles libfakecam.so in `folder`, once; needs gcc and libc6-dev."""
    library = folder / "libfakecam.so"
    if not library.exists() or library.stat().st_mtime < SOURCE.stat().st_mtime:
        flags = ["-O1", "-U_FORTIFY_SOURCE", "-fPIC", "-shared"]
        compiler = os.environ.get("CC", "gcc")
        subprocess.run([compiler, *flags, "-o", str(library), str(SOURCE), "-ldl", "-lpthread"], check=True)
    return library


class FakeCam:
    """Two emulated webcams in a state folder: 0 is "HD Webcam", 1 is "USB2.0 Cam", whatever their nodes are."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with (folder / "state.bin").open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), 0)
        if len(self._memory) != ctypes.sizeof(StateStruct):
            raise ValueError(f"{folder} is of another version: make it anew")
        self.state = StateStruct.from_buffer(self._memory)

    @classmethod
    def create(
        cls,
        folder: Path,
        formats: Sequence[str] = ("MJPG-1280x720", "YUYV-640x480"),
        pictures: Iterable[Picture] | None = None,
        metadata_nodes: bool = False,
    ) -> FakeCam:
        """Makes a state folder with both cameras plugged in.

        Args:
            formats: those that get pictures; in others the cameras send plain grey.
            pictures: uint8 (H, W, 3) BGR at 30 a second, played over and over; a moving square if not given.
            metadata_nodes: as real UVC cameras: each has a second node, under the same name, that gives no pictures.
        """
        (folder / "packs").mkdir(parents=True, exist_ok=True)
        shown = list(pictures) if pictures is not None else moving_pictures(30)
        state = StateStruct(magic=MAGIC, version=VERSION, ncam=len(CAMERAS), size=ctypes.sizeof(StateStruct))
        for number, model in enumerate(CAMERAS):
            camera = state.cam[number]
            camera.card, camera.bus = model.card.encode()[:31], model.bus.encode()[:31]
            camera.nfmt, camera.nctrl = len(model.formats), len(model.controls)
            for slot, fmt in zip(camera.fmt, model.formats, strict=False):
                pack = folder / "packs" / f"{fmt}.pack"
                if str(fmt) in formats and not pack.exists():
                    write_pack(pack, shown, fmt)
                slot.fourcc, slot.w, slot.h, slot.nfps, slot.pack = (
                    fmt.number,
                    fmt.width,
                    fmt.height,
                    1,
                    pack.name.encode(),
                )
                slot.num[0], slot.den[0] = 1, fmt.fps
            for entry, control in zip(camera.ctrl, sorted(model.controls), strict=False):
                entry.id, entry.type, entry.min, entry.max, entry.step, entry.default = control[:6]
                entry.val, entry.name = entry.default, control[6].encode()
                entry.flags = 0x44 if entry.type == HEADING else 0
                if len(control) == 9:
                    entry.auto_id, entry.auto_manual = control[7], control[8]
        (folder / "state.bin").write_bytes(bytes(state))
        (folder / "config.json").write_text(json.dumps({"metadata_nodes": metadata_nodes}))
        fake = cls(folder)
        fake.reset()
        return fake

    def reset(self) -> None:
        """Both plugged in, no faults, counters at zero."""
        two_nodes = json.loads((self.folder / "config.json").read_text())["metadata_nodes"]
        for tree in ("dev", "sys"):
            shutil.rmtree(self.folder / tree, ignore_errors=True)
        for tree in (
            "dev/v4l/by-id",
            "dev/v4l/by-path",
            "sys/class/video4linux",
            "sys/dev/char",
            "sys/devices/fakecam",
        ):
            (self.folder / tree).mkdir(parents=True)
        for number in range(self.state.ncam):
            camera = self.state.cam[number]
            for counter in (*COUNTERS, "last_frame_us", "epoch_us", "streaming", "nbufs", "owner", "present"):
                setattr(camera, counter, 0)
            for k in range(8):
                camera.opens[k] = 0
            self.clear(number)
            camera.node, camera.meta_node = (2 * number, 2 * number + 1) if two_nodes else (number, -1)
            self._plug_in(number)

    def clear(self, number: int) -> None:
        """Ends all faults of a camera; one that is unplugged stays so."""
        camera = self.state.cam[number]
        for fault in FAULTS:
            setattr(camera, fault, 0)
        camera.burn, camera.startup_ms, camera.stall_until_us = 1, CAMERAS[number].startup_ms, 0
        if camera.owner == ANOTHER_PROGRAM:
            camera.owner = 0

    def cmd(self, text: str) -> None:
        """Triggers a fault or ends it; the commands are in README.md."""
        operation, *words = text.split()
        if operation == "reset":
            self.reset()
            return
        number, words = int(words[0]), words[1:]
        camera = self.state.cam[number]
        if operation == "unplug":
            self._unplug(number)
        elif operation == "replug":
            self._replug(number, words[-1] if words else None)
        elif operation == "clear":
            self.clear(number)
        elif operation == "stall":
            forever = words[0] == "forever"
            camera.stall_until_us = -1 if forever else _now_us() + round(float(words[0]) * 1e6)
        elif operation == "corrupt":
            camera.corrupt_mode = CORRUPT[words[1]]
            camera.corrupt_every = int(words[0])
        elif operation == "busy":
            self._busy(camera, words[0] if words else "other")
        elif operation == "deny":
            camera.err_open = 0 if words == ["off"] else errno.EACCES
        elif operation == "lowlight":
            camera.lowlight_mfps = 0 if words[0] == "off" else round(float(words[0]) * 1000)
        elif operation == "error":
            setattr(camera, f"err_{words[0]}", int(words[1]) if words[1].isdigit() else getattr(errno, words[1]))
        elif operation == "set":
            setattr(camera, words[0], int(words[1]))
        else:
            raise ValueError(f"no such command: {text!r}")

    def info(self, number: int) -> dict[str, Any]:
        """What was negotiated, and the counters: n_delivered frames given, n_nobuf lost as the program had no room."""
        camera = self.state.cam[number]
        fmt = camera.fmt[camera.cur_fmt]
        fourcc = int(fmt.fourcc).to_bytes(4, "little").decode()
        return {
            "present": bool(camera.present),
            "node": camera.node,
            "streaming": bool(camera.streaming),
            "buffers": camera.nbufs,
            "format": f"{fourcc} {fmt.w}x{fmt.h}@{fmt.den[camera.cur_fps] / fmt.num[camera.cur_fps]:g}",
            **{counter: getattr(camera, counter) for counter in COUNTERS},
        }

    def control(self, number: int, control_id: int) -> int:
        """The value that a control has now.

        Raises:
            KeyError: the camera lacks it.
        """
        camera = self.state.cam[number]
        return {control.id: control.val for control in camera.ctrl[: camera.nctrl]}[control_id]

    def env(self, base: Mapping[str, str] | None = None) -> dict[str, str]:
        """The environment in which a program sees these cameras."""
        env = dict(os.environ if base is None else base)
        env["LD_PRELOAD"] = " ".join(filter(None, [str(build(self.folder)), env.get("LD_PRELOAD")]))
        env["FAKECAM_DIR"] = str(self.folder)
        env["PYTHONPATH"] = os.pathsep.join(filter(None, [str(REPOSITORY), env.get("PYTHONPATH")]))
        return env

    def popen(self, arguments: Sequence[str], **options: Any) -> subprocess.Popen[str]:
        """Starts a program that sees these cameras, its output as text."""
        options.setdefault("stdout", subprocess.PIPE)
        return subprocess.Popen(arguments, env=self.env(options.pop("env", None)), text=True, **options)

    def python(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        """Starts this Python with `arguments`; `camapp`, `detector` and `tests` can be imported."""
        return self.popen([sys.executable, *arguments], **options)

    def _busy(self, camera: CameraStruct, stage: str) -> None:
        if stage == "other":
            camera.owner = ANOTHER_PROGRAM
        elif stage == "off":
            for name in STAGES:
                setattr(camera, f"err_{name}", 0)
            camera.owner = 0
        else:
            setattr(camera, f"err_{stage}", errno.EBUSY)

    def _unplug(self, number: int) -> None:
        camera = self.state.cam[number]
        if camera.present:
            camera.present = 0
            for node, _ in self._nodes(number):
                for link in self._links(number, node):
                    link.unlink(missing_ok=True)
                (self.folder / f"dev/video{node}").unlink(missing_ok=True)
            shutil.rmtree(self._usb_folder(number), ignore_errors=True)

    def _replug(self, number: int, node: str | None) -> None:
        """Plugs it in as another node, or as the kernel does ("auto"): an open dead handle keeps its number."""
        camera = self.state.cam[number]
        self._unplug(number)
        if node is not None:
            used = {n for k in range(self.state.ncam) if self.state.cam[k].present for n, _ in self._nodes(k)}
            if any(pid and Path(f"/proc/{pid}").exists() for pid in camera.opens):
                used.add(camera.node)
            camera.node = next(n for n in range(64) if n not in used) if node == "auto" else int(node)
            camera.meta_node = -1
        self._plug_in(number)

    def _plug_in(self, number: int) -> None:
        camera = self.state.cam[number]
        for control in camera.ctrl[: camera.nctrl]:
            control.val = control.default
        camera.cur_fmt = camera.cur_fps = camera.owner = 0
        camera.generation += 1
        self._write_tree(number)
        camera.present = 1

    def _nodes(self, number: int) -> list[tuple[int, int]]:
        camera = self.state.cam[number]
        return [(node, k) for k, node in enumerate((camera.node, camera.meta_node)) if node >= 0]

    def _usb_folder(self, number: int) -> Path:
        return self.folder / f"sys/devices/fakecam/usb1/1-{number + 1}"

    def _links(self, number: int, node: int) -> list[Path]:
        k = dict(self._nodes(number))[node]
        by_id = CAMERAS[number].card.split(":")[0].replace(" ", "_")
        return [
            self.folder / f"sys/class/video4linux/video{node}",
            self.folder / f"sys/dev/char/81:{node}",
            self.folder / f"dev/v4l/by-id/usb-{by_id}-video-index{k}",
            self.folder / f"dev/v4l/by-path/pci-0000:00:14.0-usb-0:{number + 1}:1.0-video-index{k}",
        ]

    def _write_tree(self, number: int) -> None:
        """The camera's entries in /sys and /dev, as the kernel and udev make them."""
        model, port = CAMERAS[number], f"1-{number + 1}"
        usb = self._usb_folder(number)
        for node, k in self._nodes(number):
            entry = usb / f"{port}:1.0/video4linux/video{node}"
            entry.mkdir(parents=True, exist_ok=True)
            uevent = f"MAJOR=81\nMINOR={node}\nDEVNAME=video{node}"
            for name, text in (("name", model.card), ("index", k), ("dev", f"81:{node}"), ("uevent", uevent)):
                (entry / name).write_text(f"{text}\n")
            for name, target in (("device", "../.."), ("subsystem", "../../../../../../../class/video4linux")):
                with contextlib.suppress(FileExistsError):
                    (entry / name).symlink_to(target)
            usb_texts = {"idVendor": model.vendor, "idProduct": model.product, "product": model.card.split(":")[0]}
            for name, text in usb_texts.items():
                (usb / name).write_text(text + "\n")
            (usb / f"{port}:1.0/interface").write_text(model.card + "\n")
            in_sys = f"../../devices/fakecam/usb1/{port}/{port}:1.0/video4linux/video{node}"
            for link, target in zip(
                self._links(number, node), (in_sys, in_sys, f"../../video{node}", f"../../video{node}"), strict=True
            ):
                link.symlink_to(target)
            (self.folder / f"dev/video{node}").touch()  # inotify on /dev sees this come and go


def _now_us() -> int:
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
