"""ZIP archives read in place: by index, never extracted, bounded by declared and by actual size."""

from __future__ import annotations

import io
import re
import stat
import struct
import threading
import zipfile
import zlib
from pathlib import Path
from types import TracebackType
from typing import IO

from .codes import FileProblem, Reason
from .source import FileBytes

MAX_MEMBERS = 12_000
MAX_MEMBER_BYTES = 1 << 30
MAX_NESTED_BYTES = 256 << 20
_MAX_DIRECTORY = 16 << 20  # bytes; some 150,000 members, two seconds and 100 MB to list
_BOMB_BYTES = 16 << 20  # an all-air slice may deflate 1000 times, but a slice is small
_BOMB_RATIO = 200
# What zipfile raises over damaged archives, found by fuzzing; it promises nothing.
_ERRORS = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, ValueError),
    *(OSError, OverflowError, LookupError),
)


class MemberBytes:
    """One member, inflated only as far as somebody asks; see ``source.ByteSource``."""

    def __init__(self, stream: IO[bytes], size: int) -> None:
        self._stream = stream
        self._out = bytearray()
        self.size = size

    def read(self, offset: int, count: int) -> bytes:
        """Up to ``count`` bytes from ``offset``."""
        missing = min(offset + count, self.size) - len(self._out)
        if missing > 0:
            try:
                self._out += self._stream.read(missing)
            except _ERRORS as error:
                raise FileProblem(Reason.BAD_ARCHIVE, "damaged member") from error
        return bytes(self._out[offset : offset + count])

    def close(self) -> None:
        """Give the stream back."""
        self._stream.close()

    def __enter__(self) -> MemberBytes:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Seekable(io.RawIOBase):
    """A ``FileBytes`` as the seekable stream that ``zipfile`` wants."""

    def __init__(self, source: FileBytes) -> None:
        self._source = source
        self._at = 0

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._source.size}[whence]
        if self._at < 0:
            raise ValueError("negative position")
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, count: int | None = -1) -> bytes:
        wanted = self._source.size - self._at if count is None or count < 0 else count
        data = self._source.read(self._at, wanted)
        self._at += len(data)
        return data

    def close(self) -> None:
        if not self.closed:
            self._source.close()
        super().close()


class Archive:
    """An open ZIP file. Members keep it alive; it closes with its last reader."""

    def __init__(self, path: Path, data: bytes | None = None, depth: int = 0) -> None:
        self.path = path
        self.depth = depth
        self._lock = threading.Lock()
        stream = io.BytesIO(data) if data is not None else _Seekable(FileBytes(path))
        try:
            if _directory_bytes(stream) > _MAX_DIRECTORY:
                raise FileProblem(Reason.TOO_MANY, "its table of contents alone is too large")
            self._zip = zipfile.ZipFile(stream)
            self.members = [info for info in self._zip.infolist() if not info.filename.endswith("/")]
        except FileProblem:
            stream.close()
            raise
        except _ERRORS as error:
            stream.close()
            raise FileProblem(Reason.BAD_ARCHIVE) from error

    def label(self, index: int) -> Path:
        """Archive path and member name as a label: no part of it can climb out of the archive's path."""
        info = self.members[index]
        name = info.filename
        if not info.flag_bits & 0x800:  # no UTF-8 flag: Korean Windows writes CP949, zipfile reads CP437
            try:
                name = name.encode("cp437").decode("cp949")
            except UnicodeError:
                name = info.filename
        parts = [part for part in re.split(r"[\\/]+", name) if part not in ("", ".", "..")]
        safe = [re.sub(r"[\x00-\x1f:]", "_", part)[:120] for part in parts[-8:]] or [f"member-{index}"]
        return self.path.joinpath(*safe)

    def open(self, index: int) -> MemberBytes:
        """One member's bytes; refuses links, encrypted members and bombs before reading."""
        info = self.members[index]
        if stat.S_ISLNK(info.external_attr >> 16):
            raise FileProblem(Reason.LINK)
        if info.flag_bits & 1:
            raise FileProblem(Reason.ENCRYPTED)
        if info.file_size > MAX_MEMBER_BYTES:
            raise FileProblem(Reason.BOMB)
        if info.file_size > _BOMB_BYTES and info.file_size > _BOMB_RATIO * max(info.compress_size, 1):
            raise FileProblem(Reason.BOMB)
        try:
            with self._lock:
                return MemberBytes(self._zip.open(info), info.file_size)
        except NotImplementedError as error:  # a compression method that Python does not know
            raise FileProblem(Reason.ARCHIVE) from error
        except _ERRORS as error:
            raise FileProblem(Reason.BAD_ARCHIVE, "damaged member") from error

    def nested(self, index: int) -> Archive:
        """The archive inside this one, read into memory."""
        if self.depth >= 1:
            raise FileProblem(Reason.NESTED_ARCHIVE)
        if self.members[index].file_size > MAX_NESTED_BYTES:
            raise FileProblem(Reason.BOMB)
        with self.open(index) as member:
            data = member.read(0, member.size)
        return Archive(self.label(index), data, self.depth + 1)

    def __del__(self) -> None:
        archive = getattr(self, "_zip", None)
        if archive is not None:
            stream = archive.fp
            archive.close()
            if stream is not None:
                stream.close()


def _directory_bytes(stream: io.BytesIO | _Seekable) -> int:
    """Size of the central directory as the end of the archive claims it: ``zipfile`` reads all of it at once."""
    size = stream.seek(0, io.SEEK_END)
    start = max(size - (22 + 65535 + 76), 0)  # end record, comment, ZIP64 end record and locator
    stream.seek(start)
    tail = stream.read(size - start) or b""
    claims = [0]
    for magic, at, count in ((b"PK\x05\x06", 12, 4), (b"PK\x06\x06", 40, 8)):
        place = tail.find(magic)
        while place >= 0:  # several: whichever zipfile believes
            claim = int.from_bytes(tail[place + at : place + at + count], "little")
            claims.append(claim if claim != 0xFFFFFFFF or count == 8 else 0)
            place = tail.find(magic, place + 1)
    return min(max(claims), size)
