"""A drop folder: tells which of its parts have come to rest. Nothing in it is ever changed."""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import dataclass, field
from pathlib import Path

_MAX_FILES = 200_000


@dataclass
class Part:
    """A part of a drop folder as it was at rest: ``paths`` to scan, with so many ``files``.

    The rest is for the caller, and begins anew when a file changes: ``fresh`` until it was looked at, ``tries``
    that failed, what was ``given_up``, ``late`` when slices wait for others that may come in another part, and
    ``uids`` of the series found in it.
    """

    name: str
    paths: list[Path]
    print: bytes
    files: int
    due: float | None  # of the monotonic clock; None: told, and nothing is to be done
    fresh: bool = True
    tries: int = 0
    late: bool = False
    given_up: set[str] = field(default_factory=set)
    uids: frozenset[str] = frozenset()


@dataclass
class DropFolder:
    """``folder``'s parts: each entry of its own that is a folder, and its loose files together.

    A part is at rest when names, sizes and times of its files have not changed for ``quiet_s`` seconds.
    """

    folder: Path
    quiet_s: float
    _parts: dict[str, Part] = field(default_factory=dict)

    def at_rest(self) -> list[Part]:
        """Parts that came to rest, or are to be tried again, since the last call. Raises OSError."""
        now = time.monotonic()
        parts = self._listed()
        ready = []
        for name, paths in parts.items():
            mark, files = _fingerprint(paths)
            known = self._parts.get(name)
            if known is None or known.print != mark:
                known = self._parts[name] = Part(name, paths, mark, files, now + self.quiet_s)
            if known.due is not None and known.due <= now:
                known.due = None
                ready.append(known)
        for gone in set(self._parts) - set(parts):
            del self._parts[gone]
        return ready

    def _listed(self) -> dict[str, list[Path]]:
        loose: list[Path] = []
        parts: dict[str, list[Path]] = {}
        with os.scandir(self.folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
        for entry in entries:
            if entry.is_symlink():
                continue
            if entry.is_dir():
                parts[entry.name] = [Path(entry.path)]
            else:
                loose.append(Path(entry.path))
        if loose:
            parts[""] = loose
        return parts

    def unchanged(self, part: Part) -> bool:
        """True when ``part`` is still what it was at rest; False also when it cannot be looked at."""
        try:
            return self._listed().get(part.name) == part.paths and _fingerprint(part.paths)[0] == part.print
        except OSError:
            return False

    def everything(self) -> list[Path]:
        """All there is, for a series whose slices lie in several parts. Raises OSError."""
        return [path for paths in self._listed().values() for path in paths]

    @property
    def uids(self) -> set[str]:
        """UIDs of all series that were found in its parts."""
        return {uid for part in self._parts.values() for uid in part.uids}

    @property
    def restless(self) -> bool:
        """True while some part has not come to rest, or waits to be tried again."""
        return any(part.due is not None for part in self._parts.values())

    def again(self, part: Part, after_s: float) -> None:
        """Tell this part again in ``after_s`` seconds: something in it could not be worked off yet."""
        part.due = time.monotonic() + after_s

    def wake_late(self) -> None:
        """Something new came: it may be what late slices wait for."""
        for part in self._parts.values():
            if part.late and part.due is None:
                self.again(part, 0.0)

    def all_again(self) -> None:
        """Tell all parts again: the work was broken off somewhere."""
        for part in self._parts.values():
            self.again(part, self.quiet_s)


def _fingerprint(paths: list[Path]) -> tuple[bytes, int]:
    """Of names, sizes and times; and how many files there are."""
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
        except OSError:  # vanished meanwhile, or its disk did: not the same as one that never was there
            digest.update(f"{path}\0\0".encode("utf-8", "surrogateescape"))
            continue
        count += 1
        digest.update(f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\0".encode("utf-8", "surrogateescape"))
    return digest.digest(), count
