"""Cooperative cancellation and progress, shared by jobs (Qt) and the command line (no Qt)."""

from __future__ import annotations

import threading
from collections.abc import Callable

from .errors import Cancelled

# done, total; total 0 = unknown yet.
Progress = Callable[[int, int], None]


def no_progress(done: int, total: int) -> None:
    """A progress sink that drops what it is told."""


class CancelToken:
    """Set once from any thread; checked between slices by the work it stops."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Ask the work to stop at its next check."""
        self._event.set()

    @property
    def cancelled(self) -> bool:
        """True once :meth:`cancel` was called."""
        return self._event.is_set()

    def check(self) -> None:
        """Raise :class:`Cancelled` if the work was asked to stop."""
        if self._event.is_set():
            raise Cancelled


NEVER = CancelToken()
