"""Fetch a series from an archive into a folder (C-GET, or C-MOVE with our own small receiver)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..cancel import NEVER, CancelToken, Progress, no_progress
from .client import SeriesRow
from .errors import need_pynetdicom
from .nodes import PacsNode

METHODS = ("auto", "get", "move")


@dataclass(frozen=True)
class RetrieveResult:
    """``files`` that lie in the folder now, whole; ``failed`` images that the archive or we could not give.

    ``method`` is ``get`` or ``move``; ``notes`` are sentences for the user (why images failed).
    """

    files: tuple[Path, ...]
    failed: int
    method: str = "get"
    notes: tuple[str, ...] = ()


def retrieve(
    node: PacsNode,
    series: SeriesRow,
    folder: str | Path,
    method: str = "auto",
    progress: Progress = no_progress,
    cancel: CancelToken = NEVER,
) -> RetrieveResult:
    """Fetch ``series`` into ``folder`` (made if absent), one Part 10 file an image, compressed as it comes.

    ``auto`` tries C-GET, then C-MOVE if the archive has no C-GET and ``node.move_port`` is set. Each file
    appears whole or not at all and only directly in ``folder``; after Cancelled or an error the whole
    ones stay. ``progress(done, total)``, total 0 while unknown. Raises PacsError, WriteError, Cancelled.
    """
    need_pynetdicom()
    raise NotImplementedError
