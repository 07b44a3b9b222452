"""Files of a run that are replaced in one step; no torch here."""

from __future__ import annotations

import errno
from pathlib import Path

from ... import atomic
from ...errors import WriteError

STATE = "state.safetensors"
BEST = "best.safetensors"


def write_atomic(path: Path, data: bytes) -> None:
    """Write beside, flush to the disk, then rename over; WriteError says what failed."""
    try:
        atomic.write_atomic(path, data)
    except OSError as error:
        raise _cannot(error, path) from error


def _cannot(error: OSError, path: Path) -> WriteError:
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return WriteError(
        "The disk is full: the training could not be saved." if full else f"Cannot be written: {error.strerror}.",
        "Free some space; the training goes on and tries again." if full else "Check the folder's permissions.",
        path,
        "disk_full" if full else "unwritable",
    )
