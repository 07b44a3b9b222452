"""Files that are there whole or not at all, whatever happens while they are written."""

from __future__ import annotations

import errno
import os
import secrets
import sys
from pathlib import Path


def write_atomic(path: Path, data: bytes, *, mode: int = 0o600, flush: bool = True) -> None:
    """Put ``data`` at ``path``: either all of it or what was there before. Raises OSError.

    ``flush``: on the disk before the name is; without it a power cut (not a crash of the program) may lose it.
    """
    temporary = _temporary(path)
    try:
        _write(temporary, data, flush)
        if mode != 0o600:
            os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_once(path: Path, data: bytes) -> bool:
    """Put ``data`` at ``path`` (mode 0600), flushed, if nothing is there yet; False when somebody was first.

    Of several that try at the same time exactly one succeeds, and nobody ever sees a part of it. Raises OSError.
    """
    temporary = _temporary(path)
    try:
        _write(temporary, data, flush=True)
        if sys.platform == "win32":
            os.rename(temporary, path)  # never replaces there
        else:
            _link(temporary, path)
    except FileExistsError:
        return False
    finally:
        temporary.unlink(missing_ok=True)
    return True


def _link(source: Path, path: Path) -> None:
    """Give ``source`` the name ``path`` unless that is taken; FAT and some shares know no second names of a file."""
    try:
        os.link(source, path)
        return
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK):
            raise
    import fcntl  # POSIX; the other system renames

    lock = os.open(path.with_name(f".{path.name[:80]}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the system lets go when a process dies
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
        os.rename(source, path)
    finally:
        os.close(lock)


def _temporary(path: Path) -> Path:
    return path.with_name(f".{path.name[:80]}.{secrets.token_hex(6)}.part")


def _write(temporary: Path, data: bytes, flush: bool) -> None:
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
        if flush:
            stream.flush()
            os.fsync(stream.fileno())


def flush_folder(folder: Path) -> None:
    """Bring the names in ``folder`` to the disk."""
    if sys.platform == "win32":  # folders cannot be opened there; NTFS journals the rename
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some network file systems cannot
            raise
    finally:
        os.close(descriptor)
