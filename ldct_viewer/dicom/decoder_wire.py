"""What the program and its decoder process agree on: messages of fixed size and one block of shared memory."""

from __future__ import annotations

import mmap
import os
import sys
from collections.abc import Sequence
from enum import IntEnum
from struct import Struct

# decoder, rows, columns, bytes a pixel, prove complete, coded bytes, memory allowed, block generation, block size
REQUEST = Struct("<BHHBBQQQQ")
# status, dtype kind, dtype size, bytes of text that follow
REPLY = Struct("<BBBH")
_GRAIN = 1 << 20


class Status(IntEnum):
    """What became of a frame, or that the process is ready for the first one."""

    READY = 1
    DONE = 2
    BAD = 3
    CUT = 4
    MEMORY = 5


def read_exactly(descriptor: int, count: int) -> bytes:
    """``count`` bytes of a pipe; fewer where it was closed."""
    data = b""
    while len(data) < count:
        piece = os.read(descriptor, count - len(data))
        if not piece:
            break
        data += piece
    return data


class Block:
    """The parent's side of the shared memory: coded bytes go in, pixels come out at the same place.

    A file without a name (POSIX) or a named section of the paging file (Windows); never on a disk of the
    user's where there is another way.
    """

    def __init__(self) -> None:
        self.generation = 0
        self.size = 0
        self._name = f"ldct-{os.getpid()}-{os.urandom(8).hex()}"
        self.descriptor = -1
        if sys.platform == "linux":
            self.descriptor = os.memfd_create("ldct-decoder", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
            import fcntl

            # A decoder taken over by a hostile image must not shrink what this process reads (SIGBUS).
            fcntl.fcntl(self.descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK)
        elif sys.platform != "win32":
            import tempfile

            self.descriptor, name = tempfile.mkstemp(prefix="ldct-decoder-")
            os.unlink(name)
        self._map: mmap.mmap | None = None

    @property
    def arguments(self) -> list[str]:
        """What the child must be told to find the block."""
        return [str(self.descriptor) if self.descriptor >= 0 else self._name]

    def at_least(self, size: int) -> mmap.mmap:
        """The memory, at least ``size`` bytes of it."""
        if self._map is None or size > self.size:
            if self._map is not None:
                self._map.close()
            self.size = -(-size // _GRAIN) * _GRAIN
            self.generation += 1
            if self.descriptor >= 0:
                os.ftruncate(self.descriptor, self.size)
            self._map = _map(self.arguments[0], self.generation, self.size)
        return self._map

    def close(self) -> None:
        """Give the memory back."""
        if self._map is not None:
            self._map.close()
            self._map = None
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


def _map(where: str, generation: int, size: int) -> mmap.mmap:
    if sys.platform == "win32":
        return mmap.mmap(-1, size, tagname=f"{where}-{generation}")
    return mmap.mmap(int(where), size)


class ChildBlock:
    """The child's side of the block: mapped anew only when the parent has made it larger."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self._where = arguments[0]
        self._generation = 0
        self._map: mmap.mmap | None = None

    def view(self, generation: int, size: int) -> mmap.mmap:
        """The memory as it is now."""
        if self._map is None or generation != self._generation:
            if self._map is not None:
                self._map.close()
            self._map = _map(self._where, generation, size)
            self._generation = generation
        return self._map
