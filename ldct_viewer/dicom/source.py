"""Bytes of an untrusted file: opened safely, read in pieces, inflated within bounds."""

from __future__ import annotations

import errno
import os
import stat
import zlib
from pathlib import Path
from types import TracebackType
from typing import Protocol

from .codes import FileProblem, Reason

# A name could be swapped for a pipe or link between listing and opening: never wait, never follow.
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_HEAD = 1 << 14  # the header of most files
MAX_INFLATED = 256 << 20
MAX_RATIO = 200  # a CT slice deflates 2-10 times; a bomb a thousand times


class ByteSource(Protocol):
    """Random access to the bytes of one file, in memory or on disk."""

    size: int

    def read(self, offset: int, count: int) -> bytes:
        """Up to ``count`` bytes from ``offset``; fewer at the end."""
        ...


class FileBytes:
    """A regular file on disk; use as a context manager."""

    def __init__(self, path: str | Path) -> None:
        try:
            self._fd = os.open(path, _FLAGS)
        except OSError as error:
            raise os_problem(error) from error
        info = os.fstat(self._fd)
        if not stat.S_ISREG(info.st_mode):
            os.close(self._fd)
            raise FileProblem(Reason.SPECIAL_FILE)
        self.size = info.st_size
        self.stamp = file_stamp(info)
        self._head = b""

    def read(self, offset: int, count: int) -> bytes:
        """See :class:`ByteSource`. Small reads at the start, which is all that a scan does, are one for the system."""
        if offset + count <= _HEAD:
            if not self._head:
                self._head = self._read(0, _HEAD)
            return self._head[offset : offset + count] if count > 0 else b""
        return self._read(offset, count)

    def _read(self, offset: int, count: int) -> bytes:
        try:
            if offset >= self.size or count <= 0:
                return b""
            if hasattr(os, "pread"):
                return os.pread(self._fd, min(count, self.size - offset), offset)
            os.lseek(self._fd, offset, os.SEEK_SET)
            return os.read(self._fd, min(count, self.size - offset))
        except OSError as error:
            raise os_problem(error) from error

    def read_into(self, room: memoryview) -> int:
        """Fill ``room`` with the file's first bytes; how many there were."""
        try:
            return fill(self._fd, room)
        except OSError as error:
            raise os_problem(error) from error

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self._fd)

    def __enter__(self) -> FileBytes:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class MemoryBytes:
    """Bytes that are in memory already: an archive member, or a file read into memory that is used again."""

    def __init__(self, data: bytes | memoryview) -> None:
        self._data = data
        self.size = len(data)

    def read(self, offset: int, count: int) -> bytes:
        """See :class:`ByteSource`."""
        return bytes(self._data[offset : offset + count])

    def close(self) -> None:
        """Nothing to give back."""

    def __enter__(self) -> MemoryBytes:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


class Room:
    """Bytes for one thing after the other: fresh ones cost the system more, page by page, than what is done in them."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def of(self, size: int) -> memoryview:
        """Room for ``size`` bytes; what is in it is whatever was. Its next use takes it back."""
        if len(self._bytes) < size:
            self._bytes = bytearray(size + size // 4)
        return memoryview(self._bytes)[:size]

    def begins_with(self, data: memoryview) -> bool:
        """True when these bytes are what is in it (as fast as memory; two views are compared number by number)."""
        return self._bytes.startswith(data)


class InflatedBytes:
    """A raw deflate stream (Deflated Explicit VR LE) inflated only as far as somebody asks, within a bound.

    ``size`` is what is allowed, not what is there: the true length shows only at the end.
    """

    _STEP = 1 << 18

    def __init__(self, source: ByteSource, offset: int) -> None:
        self._source = source
        self._next = offset
        self._zlib = zlib.decompressobj(-15)
        self._out = bytearray()
        self.size = min(MAX_INFLATED, max(16 << 20, MAX_RATIO * max(source.size - offset, 0)))

    def read(self, offset: int, count: int) -> bytes:
        """See :class:`ByteSource`; raises ``bomb`` beyond the bound and ``truncated`` on a cut stream."""
        self._fill(offset + count)
        return bytes(self._out[offset : offset + count])

    def _fill(self, until: int) -> None:
        if until > self.size:
            # The caller asks for what a sane file cannot hold; look whether the stream truly goes so far.
            until = self.size + 1
        while len(self._out) < until and not self._zlib.eof:
            piece = self._zlib.unconsumed_tail
            if not piece:
                piece = self._source.read(self._next, self._STEP)
                self._next += len(piece)
            try:
                out = self._zlib.decompress(piece, self._STEP)
            except zlib.error as error:
                raise FileProblem(Reason.BAD_STREAM, "deflate stream") from error
            if not piece and not out:
                raise FileProblem(Reason.TRUNCATED, "deflate stream")
            self._out += out
            if len(self._out) > self.size:
                raise FileProblem(Reason.BOMB)


def fill(descriptor: int, room: memoryview, enough: int = -1) -> int:
    """Fill ``room``, or ``enough`` of it, from the start of an open file; how many bytes came. Raises OSError."""
    done = 0
    while done < (len(room) if enough < 0 else enough):
        if hasattr(os, "preadv"):
            count = os.preadv(descriptor, [room[done:]], done)
        else:
            os.lseek(descriptor, done, os.SEEK_SET)
            piece = os.read(descriptor, len(room) - done)
            count = len(piece)
            room[done : done + count] = piece
        if not count:
            break
        done += count
    return done


def file_stamp(info: os.stat_result) -> tuple[int, int, int, int]:
    """What changes when a file is written to or replaced: size, mtime, inode; and ctime, which nobody can put back."""
    return info.st_size, info.st_mtime_ns, info.st_ino, info.st_ctime_ns


def os_problem(error: OSError) -> FileProblem:
    """The reason code of an operating system error."""
    if error.errno in (errno.EACCES, errno.EPERM):
        return FileProblem(Reason.NO_PERMISSION)
    if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ENODEV, errno.ESTALE, errno.ENXIO):
        return FileProblem(Reason.VANISHED)
    if error.errno == errno.ELOOP:
        return FileProblem(Reason.LINK)
    return FileProblem(Reason.IO_ERROR, error.strerror or "")
