"""A folder that appears complete or not at all: temporary sibling, marker, flush, one rename.

Layout while writing: ``<parent>/.<token>.ldct-partial/{export.json, series/}``. The marker is locked as long
as its writer lives, so that what a crash left behind is recognised and removed at the next start.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import secrets
import shutil
import socket
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import IO

from .. import APP_NAME
from ..atomic import flush_folder
from ..errors import WriteError
from ..paths import data_dir

log = logging.getLogger(__name__)

_SUFFIX = ".ldct-partial"
_MARKER = "export.json"
SPACE_MARGIN = 1.2
_GRACE_S = 60


class FolderTransaction:
    """Context manager: fill :attr:`work`, then :meth:`commit`; leaving without it removes everything.

    Raises WriteError: ``exists`` (target is there), ``inside_source``, ``disk_full`` (by estimate),
    ``no_permission``, ``disk``.
    """

    def __init__(self, target: str | Path, sources: Iterable[Path], estimate_bytes: int) -> None:
        self.target = Path(target).expanduser().absolute()
        self._sources = {Path(source).absolute().parent for source in sources}
        self._estimate = estimate_bytes
        self._made_parents: list[Path] = []
        self._marker: IO[str] | None = None
        self._note: Path | None = None
        self._root = self.target.parent / f".{secrets.token_hex(6)}{_SUFFIX}"
        self.work = self._root / "series"
        self._committed = False

    def __enter__(self) -> FolderTransaction:
        self._check_target()
        try:
            self._make_parents()
            sweep(self.target.parent)
            self._check_space()
            self._note = _remember(self.target.parent)
            self._root.mkdir(mode=0o700)
            self._marker = _mark(self._root)
            self.work.mkdir()
        except BaseException as error:
            self._clean()
            if isinstance(error, OSError):
                raise write_error(error, self.target) from error
            raise
        return self

    def commit(self) -> None:
        """Move the finished folder to its place; from here on it is complete."""
        try:
            flush_folder(self.work)
            if os.path.lexists(self.target):
                raise _exists(self.target)
            os.rename(self.work, self.target)
            self._committed = True
            flush_folder(self.target.parent)
        except OSError as error:
            if not self._committed and os.path.lexists(self.target):
                raise _exists(self.target) from error
            raise write_error(error, self.target) from error

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._clean()
        if isinstance(error, OSError):
            raise write_error(error, self.target) from error

    def _check_target(self) -> None:
        if os.path.lexists(self.target):
            raise _exists(self.target)
        for source in self._sources:
            if _within(self.target, source) or _within(source, self.target):
                raise WriteError(
                    "The new series would be mixed with the original images.",
                    "Choose a folder that is neither inside the source folder nor around it.",
                    self.target,
                    "inside_source",
                )

    def _make_parents(self) -> None:
        missing = []
        parent = self.target.parent
        while not parent.exists():
            missing.append(parent)
            parent = parent.parent
        for folder in reversed(missing):
            folder.mkdir()
            self._made_parents.append(folder)

    def _check_space(self) -> None:
        free = shutil.disk_usage(self.target.parent).free
        needed = round(self._estimate * SPACE_MARGIN)
        if free < needed:
            raise WriteError(
                f"Not enough free space: {needed / 1e6:,.0f} MB are needed, {free / 1e6:,.0f} MB are free.",
                "Free some space or choose another disk. Nothing was written.",
                self.target,
                "disk_full",
            )

    def _clean(self) -> None:
        if self._marker is not None:
            self._marker.close()
            self._marker = None
        shutil.rmtree(self._root, ignore_errors=True)
        if not self._committed:
            for folder in reversed(self._made_parents):
                try:
                    folder.rmdir()
                except OSError:  # somebody else put something there meanwhile
                    break
        if self._note is not None and not self._root.exists():
            self._note.unlink(missing_ok=True)


def sweep(parent: Path) -> list[Path]:
    """Remove what crashed exports left in ``parent``; returns what was removed. Live exports are left alone."""
    removed = []
    try:
        candidates = [
            entry for entry in parent.iterdir() if entry.name.startswith(".") and entry.name.endswith(_SUFFIX)
        ]
    except OSError:
        return []
    for folder in candidates:
        if folder.is_symlink() or not folder.is_dir() or not _abandoned(folder):
            continue
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            removed.append(folder)
    if removed:
        log.info("removed %d unfinished exports", len(removed))
    return removed


def sweep_all() -> list[Path]:
    """Remove leftovers of every unfinished export this user started: call once at the program's start."""
    removed = []
    for note in sorted(_notes().glob("*.json")):
        try:
            said = json.loads(note.read_text("utf-8"))
            parent = Path(said["parent"])
        except (OSError, ValueError, KeyError, TypeError):
            note.unlink(missing_ok=True)
            continue
        if parent.is_dir():
            removed += sweep(parent)
            if not any(entry.name.endswith(_SUFFIX) for entry in parent.iterdir()):
                note.unlink(missing_ok=True)
    return removed


def write_error(error: OSError, path: Path) -> WriteError:
    """The system's error in words that say what to do; nothing half-written is left."""
    nothing = "Nothing was left behind."
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return WriteError("The disk is full.", f"Free some space or choose another disk. {nothing}", path, "disk_full")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        hint = f"Choose a folder you may write to. {nothing}"
        return WriteError("This folder may not be written to.", hint, path, "no_permission")
    if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ESTALE, errno.ENODEV, errno.ENXIO, errno.EIO):
        hint = f"Check that the disk or network folder is still connected. {nothing}"
        return WriteError("The target folder cannot be reached.", hint, path, "disk")
    return WriteError(f"The series could not be written: {error.strerror or error}.", nothing, path, "disk")


def _exists(target: Path) -> WriteError:
    return WriteError("The folder exists already; nothing is ever overwritten.", "Choose a new name.", target, "exists")


def _within(inner: Path, outer: Path) -> bool:
    """True when ``inner`` is ``outer`` or below it, links and letter case of the file system respected."""
    for folder in (inner, *inner.parents):
        try:
            if os.path.samefile(folder, outer):
                return True
        except OSError:  # does not exist (yet)
            continue
    return inner == outer or outer in inner.parents


def _mark(root: Path) -> IO[str]:
    marker = open(root / _MARKER, "x", encoding="utf-8")  # noqa: SIM115 - held open: the lock lives with it
    _lock(marker)  # before its text: an unlocked marker with text is an abandoned one
    json.dump({"program": APP_NAME, "host": socket.gethostname(), "pid": os.getpid()}, marker)
    marker.flush()
    return marker


def _abandoned(folder: Path) -> bool:
    """True when ``folder`` is ours and its writer on this machine is gone."""
    try:
        with open(folder / _MARKER, "r+", encoding="utf-8") as marker:
            if not _lock(marker):
                return False
            text = marker.read()
        said = json.loads(text)
    except (FileNotFoundError, ValueError):
        # Killed before the marker was whole; nothing else can be there. Or its writer is just about to.
        try:
            old = time.time() - folder.stat().st_mtime > _GRACE_S
            return old and all(entry.name == _MARKER for entry in folder.iterdir())
        except OSError:
            return False
    except OSError:
        return False
    return isinstance(said, dict) and said.get("program") == APP_NAME and said.get("host") == socket.gethostname()


def _lock(stream: IO[str]) -> bool:
    """Lock without waiting; False when another process holds it. The system lets go when a process dies."""
    try:
        if sys.platform == "win32":
            import msvcrt

            stream.seek(1 << 20)  # beyond the text: Windows locks forbid reading
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
            stream.seek(0)
        else:
            import fcntl

            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _notes() -> Path:
    folder = data_dir() / "unfinished-exports"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _remember(parent: Path) -> Path:
    """Note where an export is under way, so that the next start can look there; gone when it ended."""
    note = _notes() / f"{secrets.token_hex(8)}.json"
    note.write_text(json.dumps({"parent": str(parent)}), "utf-8")
    return note
