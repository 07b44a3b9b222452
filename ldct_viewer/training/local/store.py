"""Slices read in place, decoded once, kept within a memory bound; bad ones are left out with a note."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...errors import LdctError, OpenError
from .files import on_disk
from .words import Said, said

if TYPE_CHECKING:
    from ...dicom.scan import FoundSeries


class Unreadable(Exception):  # noqa: N818 - a signal to the sampler, never shown
    """This slice cannot be read; draw another."""


class Lru:
    """Arrays by key, the least recently used dropped beyond ``budget_bytes``. Thread-safe."""

    def __init__(self, budget_bytes: int) -> None:
        self._budget, self.held = budget_bytes, 0
        self._items: OrderedDict[Hashable, NDArray[Any]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], NDArray[Any]]) -> NDArray[Any]:
        """The array for ``key``, made now if it is not held."""
        with self._lock:
            if key in self._items:
                self._items.move_to_end(key)
                return self._items[key]
        value = make()
        with self._lock:
            if key not in self._items:
                self._items[key] = value
                self.held += value.nbytes
            while self.held > self._budget and len(self._items) > 1:
                self.held -= self._items.popitem(last=False)[1].nbytes
        return value


class SliceStore:
    """Random access to slices of many series: ``slice(s, k)`` is int16 HU (y, x), nothing below −1024."""

    def __init__(
        self,
        series: Sequence[FoundSeries],
        budget_bytes: int,
        on_note: Callable[[Said], None] = lambda note: None,
    ) -> None:
        self.series = tuple(series)
        self._cache = Lru(budget_bytes)
        self._volumes = Lru(budget_bytes)  # NIfTI and its like can only be read whole
        self._bad: set[tuple[int, int]] = set()
        self._on_note = on_note

    def slice(self, s: int, k: int) -> NDArray[np.int16]:
        """HU of slice ``k`` of series ``s``; Unreadable for a bad file, OpenError where the data vanished."""
        if (s, k) in self._bad:
            raise Unreadable
        return self._cache.get((s, k), lambda: self._read(s, k))

    @property
    def bad(self) -> int:
        """Slices left out so far."""
        return len(self._bad)

    def _read(self, s: int, k: int) -> NDArray[np.int16]:
        from ...dicom.read import SeriesReader, read_slice

        found = self.series[s]
        try:
            if getattr(found, "volume_file", None) is not None:
                hu = self._volumes.get(s, lambda: SeriesReader(found).read().hu)[k]
            else:
                hu = read_slice(found, k)
        except (LdctError, OSError) as error:
            gone = [f for f in found.files[:1] + found.files[-1:] if on_disk(f) is None]
            if gone:
                raise OpenError(
                    "The scans are no longer where they were.",
                    "Put the folder or drive back, then resume: nothing of the training is lost.",
                    gone[0].parent,
                    "data_gone",
                ) from error
            self._leave_out(s, k, str(getattr(error, "message", error)))
            raise Unreadable from error
        if hu.ndim != 2 or hu.shape != tuple(found.shape[1:]) or int(hu.max()) == int(hu.min()):
            self._leave_out(s, k, said("odd_slice"))
            raise Unreadable
        return np.maximum(hu, np.int16(-1024), dtype=np.int16)  # once here, not at every crop

    def _leave_out(self, s: int, k: int, why: str | Said) -> None:
        self._bad.add((s, k))
        self._on_note(said("bad_slice", slice=k + 1, series=s + 1, why=why))
