"""Which slice is denoised next: from where the eye is, outward."""

from __future__ import annotations

import threading
from collections.abc import Iterable


class OrderQueue:
    """Thread-safe order of slices 0 … ``count`` − 1, handed out once each, nearest to the focus first.

    The worker takes with :meth:`next`; the window moves the focus.
    """

    def __init__(self, count: int, focus: int | None = None) -> None:
        self._count = count
        self._focus = count // 2 if focus is None else focus
        self._lock = threading.Lock()
        self._remaining = set(range(count))
        self._done: set[int] = set()

    @property
    def done(self) -> int:
        """Slices whose results were reported by :meth:`mark_done`."""
        with self._lock:
            return len(self._done)

    def focus(self, k: int) -> None:
        """The eye is at slice ``k`` now: what remains comes from there outward."""
        with self._lock:
            self._focus = min(max(k, 0), max(self._count - 1, 0))

    def mark_done(self, slices: Iterable[int]) -> None:
        """These slices' results are written."""
        with self._lock:
            self._done.update(slices)

    def give_back(self, slices: Iterable[int]) -> None:
        """Slices that were taken but not finished (out of memory): they will be handed out again."""
        with self._lock:
            self._remaining.update(set(slices) - self._done)

    def next(self, n: int = 1) -> list[int]:
        """Up to ``n`` slices to do now, nearest first; empty when none is left."""
        with self._lock:
            nearest = sorted(self._remaining, key=self._distance)[:n]
            self._remaining.difference_update(nearest)
            return nearest

    def finished(self) -> bool:
        """True when nothing is left to hand out."""
        with self._lock:
            return not self._remaining

    def _distance(self, k: int) -> tuple[int, int]:
        return abs(k - self._focus), -k  # of two equally near, the one ahead (higher k) first


class FixedOrder(OrderQueue):
    """A given sequence of slices with the same interface: what ``run`` makes of a plain list."""

    def __init__(self, slices: Iterable[int], count: int) -> None:
        super().__init__(count)
        self._sequence = {k: n for n, k in enumerate(slices)}
        self._remaining = set(self._sequence)

    def _distance(self, k: int) -> tuple[int, int]:
        return self._sequence[k], 0
