"""Derived series that wait to be sent: a private folder each, deleted when the archive has it."""

from __future__ import annotations

import contextlib
import logging
import secrets
import shutil
import time
from collections.abc import Callable, Container
from pathlib import Path

from ..atomic import write_atomic
from ..paths import data_dir

log = logging.getLogger(__name__)

_STALE_S = 86_400  # a folder that never came into the queue belongs to a program that died


def outbox() -> Path:
    """Where series wait (mode 0700)."""
    folder = data_dir() / "pacs-outbox"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def new_place() -> Path:
    """A folder name that is not taken; the folder itself is not made."""
    return outbox() / secrets.token_hex(8)


def belongs_to(place: Path, item_id: str) -> None:
    """Note that ``place`` is what the queue's job ``item_id`` sends."""
    write_atomic(_note(place), item_id.encode())


def tidy(needed: Callable[[], Container[str]]) -> int:
    """Delete the series whose job is not among the ids that ``needed`` gives any more; how many went.

    The notes are read first: a series that another thread puts into the queue meanwhile is not among them.
    """
    gone = 0
    jobs = {}
    for note in outbox().glob("*.item"):
        with contextlib.suppress(FileNotFoundError):  # another thread was quicker
            jobs[note] = note.read_text("utf-8")
    wanted = needed()
    for note, item_id in jobs.items():
        if item_id not in wanted:
            shutil.rmtree(note.with_suffix(""), ignore_errors=True)
            note.unlink(missing_ok=True)
            gone += 1
    for place in outbox().iterdir():
        if place.is_dir() and not _note(place).exists() and time.time() - place.stat().st_mtime > _STALE_S:
            shutil.rmtree(place, ignore_errors=True)
            gone += 1
    if gone:
        log.info("outbox: %d series deleted", gone)
    return gone


def _note(place: Path) -> Path:
    return place.with_name(f"{place.name}.item")
