"""Opening files to write, and saying in one sentence what went wrong with them."""

from __future__ import annotations

import errno
import io
import os
from contextlib import suppress
from pathlib import Path

from camapp.errors import RecordingError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def recording_error(path: Path, error: OSError) -> RecordingError:
    """What the system said about writing to `path`, as a sentence."""
    if error.errno in _FULL:
        return RecordingError("disk_full", path=path)
    return RecordingError("folder_unwritable", path=path, reason=error.strerror or error)


class OutputFile(io.RawIOBase):
    """A file that ends at its last mark when the disk is full, instead of somewhere within a row or a box.

    Writing is not buffered here: what was written survives the program. After the first failure nothing more is
    written, so that a library that carries on (a muxer that patches its header) cannot spoil what is there.

    Attributes:
        failed: the first failure, or None.
        marked: bytes up to the last mark.

    Args:
        said_as: the name that errors say; None: `path`.

    Raises:
        RecordingError: the file cannot be made.
    """

    def __init__(self, path: Path, said_as: Path | None = None) -> None:
        super().__init__()
        self.failed: RecordingError | None = None
        self.marked = 0
        self._path = said_as or path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = open(path, "wb", buffering=0)  # noqa: SIM115 -- closed by close()
        except OSError as error:
            raise recording_error(self._path, error) from error

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def write(self, data: object) -> int:
        """Writes all of `data`, bytes or a buffer of them.

        Raises:
            RecordingError: the disk is full or gone; the file then ends at its last mark.
        """
        if self.failed is not None:
            raise self.failed
        view = memoryview(data).cast("B")  # type: ignore[arg-type]  # the base class names no type for buffers
        written = 0
        try:
            while written < len(view):
                written += self._file.write(view[written:]) or 0
        except OSError as error:
            self.failed = recording_error(self._path, error)
            self._cut()
            raise self.failed from error
        return written

    def mark(self) -> None:
        """All up to here is whole."""
        self.marked = self._file.tell()

    def size(self) -> int:
        """Bytes written so far."""
        return os.fstat(self._file.fileno()).st_size

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()

    def _cut(self) -> None:
        try:
            self._file.truncate(self.marked)
        except OSError:  # the disk is gone, not only full: there is nothing left to mend
            return


def write_whole(path: Path, content: bytes) -> None:
    """Writes a small file in one go; a half-written one is removed.

    Raises:
        RecordingError: the folder cannot be written or is full.
    """
    with OutputFile(path) as file:
        try:
            file.write(content)
        except RecordingError as error:
            raise taken_away(path, error) from error.__cause__


def check_writable(path: Path) -> None:
    """Tries to write there, so that an error comes before the work and not after it; leaves nothing behind.

    Raises:
        RecordingError: it cannot be written.
    """
    was_there = path.exists()
    missing = [folder for folder in path.parents if not folder.exists()]  # the innermost first
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab"):
            pass
        if not was_there:
            remove(path)
        with suppress(OSError):  # something else has come into it meanwhile
            for folder in missing:
                folder.rmdir()
    except OSError as error:
        raise recording_error(path, error) from error


def taken_away(path: Path, error: RecordingError) -> RecordingError:
    """Removes a file that is of no use in part; the error to raise does not speak of what was kept."""
    remove(path)
    return RecordingError("no_room", path=path) if error.code == "disk_full" else error


def remove(path: Path) -> None:
    """Takes away a file that is not whole; a device, as /dev/stdout, stays."""
    if path.is_file():
        path.unlink(missing_ok=True)
