"""A file that a scan found: on disk, or a member of an archive that is never unpacked to disk."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from .source import FileBytes, MemoryBytes

if TYPE_CHECKING:
    from .archive import Archive, MemberBytes

ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")


@dataclass(frozen=True, slots=True)
class FileRef:
    """How to open one file again. ``path`` of an archive member is a label (archive / name), not a place."""

    path: Path
    archive: Archive | None = field(default=None, compare=False)
    member: int = -1

    def open(self) -> FileBytes | MemoryBytes | MemberBytes:
        """Its bytes, as a context manager; raises FileProblem."""
        if self.archive is None:
            return FileBytes(self.path)
        return self.archive.open(self.member)
