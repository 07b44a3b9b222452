"""Jobs on the way from a drop to a picture: scan, read, thumbnails, demo."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import LdctError
from ..volume import Volume
from .job import Job

if TYPE_CHECKING:
    from ..dicom.scan import FoundSeries, ScanResult

# Chunks of a fast reader are bundled so that the GUI gets some 25 signals a second, not hundreds.
CHUNK_INTERVAL_S = 0.04


@dataclass(frozen=True, eq=False)
class Opened:
    """First chunk of a :class:`LoadJob`: the volume whose slices will arrive."""

    volume: Volume


@dataclass(frozen=True, eq=False)
class Thumbnail:
    """One picture for the series picker: ``hu`` is int16 (y, x) of the middle slice."""

    index: int
    hu: NDArray[np.int16]


class ReaderJob(Job):
    """While idle: import what scanning needs, start a decoder, remove what an interrupted export left behind."""

    def work(self) -> None:
        """Imports, the decoder's process, then the sweep (only folders marked as ours)."""
        from ..dicom import read, scan  # noqa: F401 - for their effect
        from ..dicom.syntax import expect_compressed

        expect_compressed()
        from ..dicom.transaction import sweep_all

        sweep_all()


class ScanJob(Job):
    """Find every CT series below ``paths``; ``done`` brings a ``ScanResult``."""

    def __init__(self, paths: Iterable[Path]) -> None:
        super().__init__()
        self._paths = tuple(Path(p) for p in paths)

    def work(self) -> ScanResult:
        """Scan headers only."""
        from ..dicom.scan import scan_paths

        last = [0.0]

        def progress(done: int, total: int) -> None:
            now = time.monotonic()
            if now - last[0] > CHUNK_INTERVAL_S or done == total:
                last[0] = now
                self.progress.emit(done, total, "")

        return scan_paths(self._paths, progress=progress, cancel=self.token)


class LoadJob(Job):
    """Read one series, middle slice first.

    Chunks: one :class:`Opened`, then lists of slice indices that are now valid in its volume.
    ``done`` brings the finished ``Volume``.
    """

    def __init__(self, found: FoundSeries) -> None:
        super().__init__()
        self._found = found

    def work(self) -> Volume:
        """Allocate, announce, read."""
        from ..dicom.read import SeriesReader

        reader = SeriesReader(self._found)
        self.chunk.emit(Opened(reader.volume))
        bundle = _Bundle(self, reader.volume.shape[0])
        volume = reader.read(on_slice=bundle.add, cancel=self.token)
        bundle.flush()
        return volume


class _Bundle:
    """Collects slice numbers and emits them as chunks and progress at most 25 times a second.

    The first goes out at once: it is the one the eye waits for.
    """

    def __init__(self, job: Job, total: int) -> None:
        self._job, self._total = job, total
        self._waiting: list[int] = []
        self._done = 0
        self._last = 0.0

    def add(self, slices: Iterable[int]) -> None:
        """Note slices as ready (called from the reader, one thread at a time)."""
        self._waiting.extend(int(k) for k in slices)
        if time.monotonic() - self._last >= CHUNK_INTERVAL_S:
            self.flush()

    def flush(self) -> None:
        """Send what is waiting."""
        if not self._waiting:
            return
        ready, self._waiting = self._waiting, []
        self._done += len(ready)
        self._last = time.monotonic()
        self._job.chunk.emit(ready)
        self._job.progress.emit(self._done, self._total, "")


class ThumbnailJob(Job):
    """Middle slices of ``series``, one :class:`Thumbnail` chunk each; unreadable ones are left out."""

    def __init__(self, series: Iterable[FoundSeries]) -> None:
        super().__init__()
        self._series = tuple(series)

    def work(self) -> int:
        """Read one slice of each series; returns how many could be read."""
        from ..dicom.read import read_slice

        count = 0
        for index, found in enumerate(self._series):
            self.token.check()
            try:
                hu = read_slice(found, found.thumbnail_index)
            except LdctError:
                continue  # the picker shows a placeholder; opening the series says why
            step = max(1, min(hu.shape) // 128)
            self.chunk.emit(Thumbnail(index, np.ascontiguousarray(hu[::step, ::step])))
            count += 1
        return count


class DemoJob(Job):
    """Make (or find in the cache) the embedded demo; ``done`` brings ``DemoPaths``."""

    def work(self) -> Any:
        """Build the phantom's two series."""
        from ..physics.demo import make_demo
        from .preload import preload_torch

        def progress(done: int, total: int) -> None:
            self.progress.emit(done, total, "")

        preload_torch(self.token)  # the phantom's noise is made with it: never a frozen window for that
        return make_demo(progress=progress, cancel=self.token)
