"""Errors of cameras, clips and recordings, with what a person reads. How they work: detector/errors.py."""

from __future__ import annotations

from typing import ClassVar

from detector.errors import OutputError, UserFacingError

# code -> (what happened, what to do)
MESSAGES: dict[str, tuple[str, str]] = {
    "no_camera": ("No camera was found.", "Plug one in, or choose a file."),
    "camera_missing": ("There is no camera '{name}'.", "Plug it in; `camapp cameras` lists those that are here."),
    "camera_in_use": (
        "The camera '{name}' is in use by another program.",
        "Close it: camapp tries again by itself.",
    ),
    "camera_taken": ("The camera '{name}' is in use by another program.", "Close it, then start again."),
    "camera_forbidden": (
        "You are not allowed to use the camera '{name}'.",
        "On Linux: `sudo usermod -aG video $USER`, then log in again; elsewhere allow it in the privacy settings.",
    ),
    "camera_silent": (
        "The camera '{name}' sends no pictures.",
        "Check its cable and its cover, or choose another camera.",
    ),
    "camera_lost": ("The camera '{name}' stopped sending pictures.", "Trying again; check its cable."),
    "camera_gone": (
        "The camera '{name}' stopped sending pictures and did not come back.",
        "Check its cable, then start again.",
    ),
    "camera_no_bandwidth": (
        "The USB port has no room left for the pictures of the camera '{name}'.",
        "Plug it into another port, or stop another camera.",
    ),
    "control_refused": (
        "The camera '{name}' does not take {value} for '{control}'.",
        "Choose another value, or set it back to automatic.",
    ),
    "source_missing": ("There is no file or folder '{name}'.", "Check the name."),
    "source_endless": (
        "'{name}' is live and has no end: the sources after it would never begin.",
        "Give --seconds, or name it last.",
    ),
    "address_unknown": ("'{name}' is an address of an unknown kind.", "Known are {known}."),
    "source_unreadable": ("'{name}' is not a video or picture that can be read.", "Choose another file."),
    "source_damaged": (
        "'{name}' is damaged after {frames} frames.",
        "What could be read was kept; copy the file again for the rest.",
    ),
    "source_no_index": (
        "'{name}' has no readable index: it was cut off, or its recording was never finished.",
        "Copy the file again.",
    ),
    "folder_empty": (
        "The folder '{name}' holds no pictures.",
        "Choose one with .jpg, .png, .webp, .bmp or .tif files.",
    ),
    "pictures_skipped": (
        "{count} of {total} pictures in '{name}' could not be read: {names}.",
        "The others are done; copy these again.",
    ),
    "picture_too_large": ("The picture '{name}' is too large: {width}x{height}.", "Make it smaller than 20000x20000."),
    "stream_silent": ("The stream '{name}' does not answer.", "Check the address and the network."),
    "stream_lost": ("The stream '{name}' stopped.", "Trying again; check the network."),
    "stream_gone": ("The stream '{name}' stopped and did not come back.", "Check the network, then start again."),
    "read_failed": ("Reading from '{name}' failed.", "Choose the source again."),
    "folder_unwritable": ("'{path}' cannot be written: {reason}.", "Choose another folder."),
    "disk_full": (
        "The disk is full: '{path}' ends here.",
        "All before that is kept. Make room, then start again.",
    ),
    "no_room": ("The disk has no room for '{path}'.", "Make room, then try again."),
    "recording_failed": ("The recording '{path}' had to stop: {reason}.", "What was recorded so far plays."),
    "no_picture_yet": ("There is no picture yet.", "Wait for the camera, then try again."),
    "detection_failed": ("The detector stopped: {reason}.", "Choose another device or model."),
    "no_screen": ("There is no screen here.", "camapp works on the bundled clip without a window."),
    "library_missing": ("The window needs what this system lacks: {names}.", "Install it with: {command}"),
    "class_unknown": ("The model knows no class '{name}'.", "{hint}"),
    "promise_unclear": (
        "'{text}' is nothing that can be promised.",
        "Give pictures a second, 1 to 240, as '30 fps', or a delay, 10 to 2000, as '80 ms'.",
    ),
    "promise_not_live": (
        "'{name}' is no camera and no stream: each of its frames is detected, as fast as possible.",
        "Leave --promise out.",
    ),
    "option_misplaced": (
        "Before '{command}' there is no {option}; it would be left out.",
        "Give it after '{command}'; `camapp {command} --help` lists its options.",
    ),
    "zone_invalid": ("'{text}' is no zone.", "Give it as X,Y,WIDTH,HEIGHT in pixels of the picture, or 'all'."),
    "zone_too_small": (
        "The zone '{text}' is too small to look at.",
        "Give a width and a height of at least {least} pixels.",
    ),
    "zone_outside": (
        "The zone '{text}' lies outside the picture of '{name}', which is {width}x{height}.",
        "Give X,Y,WIDTH,HEIGHT in its pixels, or 'all'.",
    ),
    "output_collides": ("'{path}' is the source itself, or is asked for twice.", "Give another name."),
    "output_no_mp4": ("'{path}' does not end in .mp4, and the video would be one.", "Give it as NAME.mp4."),
    "output_no_folder": ("A folder of pictures cannot go into one file, '{path}'.", "Give a folder to --out."),
    "output_one_file": (
        "'{path}' is one file, and there are several sources.",
        "Give a folder to {option}: each source gets a file of its own in it.",
    ),
    "show_no_screen": (
        "There is no screen here for --show.",
        "Leave it out: what is detected and written is the same.",
    ),
    "settings_broken": (
        "The settings could not be understood; all is as at the first start.",
        "They are kept in '{path}'.",
    ),
    "settings_unreadable": (
        "The settings '{path}' cannot be read: {reason}.",
        "All is as at the first start; mend or delete that file.",
    ),
    "settings_unwritable": (
        "The settings cannot be kept in '{path}': {reason}.",
        "Make room or change the folder's rights; until then the next start knows nothing of this one.",
    ),
    "menu_unwritable": (
        "The entry in the applications menu cannot be written: '{path}': {reason}.",
        "Change the folder's rights or make room, then try again.",
    ),
    "no_applications_menu": (
        "Entries in the applications menu are for Linux and Windows.",
        "On macOS drag start.command into the Dock, to the right of the line.",
    ),
    "bench_failed": ("The measurement broke off: {reason}", "Close other programs and run it again."),
    "bench_no_fakecam": ("There is no fakecam.py in '{name}'.", "Give the folder of the emulated camera."),
    "internal": ("Something went wrong inside camapp: {reason}.", "Please report it with the steps that led to it."),
}


class CamappError(UserFacingError):
    """Base of the app's own errors."""

    messages: ClassVar[dict[str, tuple[str, str]]] = MESSAGES


class CommandError(CamappError):
    """A command that asks for what cannot be."""

    exit_code = 2


class SystemLibraryError(CamappError):
    """A library of the system that a window needs and that is not installed."""

    exit_code = 4


class CameraError(CamappError):
    """A camera or stream that is absent, taken, forbidden or silent."""

    exit_code = 4


class SourceError(CamappError):
    """A file or folder that cannot be read."""


class SettingsError(CamappError):
    """Settings that cannot be read or kept; the app goes on with fresh ones."""


class MenuEntryError(CamappError):
    """An entry of the applications menu that cannot be written."""

    exit_code = 5


class RecordingError(CamappError, OutputError):
    """A recording or table that cannot be written."""

    exit_code = 5
