"""Which slice is denoised next: from where the eye is, outward; only slices that are already there."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator


class OrderQueue:
    """Thread-safe order of slices 0 … ``count`` − 1, handed out once each, nearest to the focus first.

    The worker takes with :meth:`next`; the window moves the focus and, while a series is still being
    read, announces slices. ``reach`` is how many neighbours on each side must be there as well.
    """

    def __init__(self, count: int, focus: int | None = None, *, available: bool = True, reach: int = 1) -> None:
        self._count = count
        self._focus = count // 2 if focus is None else focus
        self._reach = reach
        self._changed = threading.Condition()
        self._available = [available] * count
        self._remaining = set(range(count))
        self._done: set[int] = set()
        self._closed = False

    def __len__(self) -> int:
        """Number of slices in the series."""
        return self._count

    @property
    def remaining(self) -> int:
        """Slices not yet handed out."""
        with self._changed:
            return len(self._remaining)

    @property
    def done(self) -> int:
        """Slices whose results were reported by :meth:`mark_done`."""
        with self._changed:
            return len(self._done)

    def focus(self, k: int) -> None:
        """The eye is at slice ``k`` now: what remains comes from there outward."""
        with self._changed:
            self._focus = min(max(k, 0), max(self._count - 1, 0))

    def mark_available(self, slices: int | Iterable[int]) -> None:
        """These slices have been read."""
        with self._changed:
            for k in (slices,) if isinstance(slices, int) else slices:
                self._available[k] = True
            self._changed.notify_all()

    def mark_done(self, slices: Iterable[int]) -> None:
        """These slices' results are written."""
        with self._changed:
            self._done.update(slices)

    def give_back(self, slices: Iterable[int]) -> None:
        """Slices that were taken but not finished (out of memory): they will be handed out again."""
        with self._changed:
            self._remaining.update(set(slices) - self._done)

    def close(self) -> None:
        """No more slices will arrive: what is not there now is no longer waited for."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def next(self, n: int = 1) -> list[int]:
        """Up to ``n`` slices to do now, nearest first; empty when none is ready (or none is left)."""
        with self._changed:
            ready = sorted((k for k in self._remaining if self._ready(k)), key=self._distance)[:n]
            self._remaining.difference_update(ready)
            return ready

    def finished(self) -> bool:
        """True when nothing is left to hand out, now or later."""
        with self._changed:
            return not self._remaining or (self._closed and not any(map(self._ready, self._remaining)))

    def wait(self, timeout_s: float) -> None:
        """Sleep until a slice arrives or ``timeout_s`` has passed; returns at once if one is ready."""
        with self._changed:
            if not any(map(self._ready, self._remaining)) and not self._closed:
                self._changed.wait(timeout_s)

    def __iter__(self) -> Iterator[int]:
        """Slices one by one in the order of the moment, until none is ready."""
        while taken := self.next():
            yield taken[0]

    def _distance(self, k: int) -> tuple[int, int]:
        return abs(k - self._focus), -k  # of two equally near, the one ahead (higher k) first

    def _ready(self, k: int) -> bool:
        if self._closed:
            return self._available[k]
        return all(self._available[max(k - self._reach, 0) : k + self._reach + 1])


class FixedOrder(OrderQueue):
    """A given sequence of slices with the same interface: what ``run`` makes of a plain list."""

    def __init__(self, slices: Iterable[int], count: int) -> None:
        super().__init__(count)
        self._sequence = {k: n for n, k in enumerate(slices)}
        self._remaining = set(self._sequence)

    def _distance(self, k: int) -> tuple[int, int]:
        return self._sequence[k], 0
