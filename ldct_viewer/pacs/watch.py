"""A drop folder: tells which of its parts have come to rest. Nothing in it is ever changed."""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import dataclass, field
from pathlib import Path

_MAX_FILES = 200_000


@dataclass
class _Part:
    print: bytes
    since: float
    told: bool = False


@dataclass
class DropFolder:
    """``folder``'s parts: each entry of its own that is a folder, and its loose files together.

    A part is at rest when names, sizes and times of its files have not changed for ``quiet_s`` seconds.
    """

    folder: Path
    quiet_s: float
    _parts: dict[str, _Part] = field(default_factory=dict)

    def at_rest(self) -> list[list[Path]]:
        """Parts that came to rest since the last call, each as paths to scan. Raises OSError."""
        now = time.monotonic()
        loose: list[Path] = []
        parts: dict[str, list[Path]] = {}
        for entry in sorted(os.scandir(self.folder), key=lambda entry: entry.name):
            if entry.is_symlink():
                continue
            if entry.is_dir():
                parts[entry.name] = [Path(entry.path)]
            else:
                loose.append(Path(entry.path))
        if loose:
            parts[""] = loose
        ready = []
        for name, paths in parts.items():
            mark = _fingerprint(paths)
            known = self._parts.get(name)
            if known is None or known.print != mark:
                known = self._parts[name] = _Part(mark, now)
            if not known.told and now - known.since >= self.quiet_s:
                known.told = True
                ready.append(paths)
        for gone in set(self._parts) - set(parts):
            del self._parts[gone]
        return ready

    @property
    def restless(self) -> bool:
        """True while some part has not come to rest."""
        return any(not part.told for part in self._parts.values())

    def again(self) -> None:
        """Tell all parts again: something in them could not be worked off yet."""
        for part in self._parts.values():
            part.told = False
            part.since = time.monotonic()


def _fingerprint(paths: list[Path]) -> bytes:
    digest = hashlib.sha256()
    count = 0
    todo = [os.fspath(path) for path in paths]
    while todo and count < _MAX_FILES:
        path = todo.pop()
        try:
            if os.path.isdir(path) and not os.path.islink(path):
                todo += sorted(entry.path for entry in os.scandir(path))
                continue
            stat = os.lstat(path)
        except OSError:
            continue  # vanished meanwhile: the next look sees it
        count += 1
        digest.update(f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\0".encode("utf-8", "surrogateescape"))
    return digest.digest()
