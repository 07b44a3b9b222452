"""Read the pixels of a found series: in parallel, middle slice first, straight into one HU array."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..cancel import NEVER, CancelToken
from ..errors import LdctError, OpenError
from ..volume import SeriesWarning, Volume
from .codes import FileProblem, Reason
from .elements import DEFLATED
from .header import Slice
from .pixels import HuSlice, read_pixels, to_hu
from .series import FoundSeries
from .slices import read_slices
from .source import ByteSource
from .stack import geometry_of

Announce = Callable[[list[int]], None]
_BATCH_SECONDS = 0.02


def middle_out(count: int) -> list[int]:
    """The middle slice, then outward from it."""
    middle = count // 2
    return sorted(range(count), key=lambda k: (abs(k - middle), k))


def open_data(source: ByteSource, item: Slice) -> ByteSource:
    """The data set's bytes: the file's own, or inflated ones for the deflated syntax."""
    if item.spec.syntax != DEFLATED:
        return source
    slices, parsed = read_slices(source, item.ref)
    if slices[item.frame].sop_uid != item.sop_uid:
        raise FileProblem(Reason.CHANGED)
    return parsed.data


def decode_slice(item: Slice) -> HuSlice:
    """HU of one slice from its file, parsed anew so that a file that changed is noticed.

    The one door from untrusted bytes to pixels: bytes of one file in, one HU slice out, no state. A
    child process with limits can stand in for it.
    """
    with item.ref.open() as source:
        slices, parsed = read_slices(source, item.ref)
        if item.frame >= len(slices) or not _same(slices[item.frame], item):
            raise FileProblem(Reason.CHANGED)
        return to_hu(read_pixels(parsed.data, slices[item.frame]), item.spec)


def _same(now: Slice, then: Slice) -> bool:
    return (now.sop_uid, now.position, now.orientation, now.spec) == (
        then.sop_uid,
        then.position,
        then.orientation,
        then.spec,
    )


class SeriesReader:
    """Reads one found series. ``volume`` exists at once; a slice of it means nothing until it is announced."""

    def __init__(self, found: FoundSeries) -> None:
        if found.state == "blocked":
            raise OpenError(found.blocked_reason, "", found.files[0] if found.files else None, found.warnings[0].code)
        self.found = found
        try:
            hu = np.zeros(found.shape, np.int16)  # untouched pages cost nothing: the first slice is up 30 ms sooner
            declared = any(item.spec.padding is not None for item in found.slices)
            padding = np.zeros(found.shape, bool) if declared else None
        except MemoryError as error:
            raise _out_of_memory(found) from error
        self.volume = Volume(hu, found.geometry, found.meta, found.warnings, padding, found.files)

    def read(
        self,
        order: Iterable[int] | None = None,
        on_slice: Announce | None = None,
        cancel: CancelToken = NEVER,
        threads: int | None = None,
    ) -> Volume:
        """Fill ``volume``; ``on_slice`` is told batches of finished slices, in the calling thread.

        Returns ``volume`` itself when every slice could be read. Otherwise a new, smaller volume without
        the slices that failed, its geometry showing the gaps and its warnings naming the files.
        Raises Cancelled, and OpenError when nothing could be read.
        """
        if self.found.volume_file is not None:
            return self._read_volume_file(on_slice)
        count = len(self.found.slices)
        todo = list(order) if order is not None else middle_out(count)
        failures: dict[int, FileProblem] = {}
        clipped: list[int] = []
        rounded: list[int] = []
        padded: list[int] = []
        done: queue.SimpleQueue[int | BaseException | None] = queue.SimpleQueue()
        iterator, lock, stop = iter(todo), threading.Lock(), threading.Event()

        def work() -> None:
            try:
                while not stop.is_set():
                    with lock:
                        k = next(iterator, None)
                    if k is None:
                        break
                    try:
                        result = decode_slice(self.found.slices[k])
                    except FileProblem as problem:
                        failures[k] = problem
                    else:
                        self.volume.hu[k] = result.hu
                        if result.padding is not None and self.volume.padding is not None:
                            self.volume.padding[k] = result.padding
                            padded.append(k)
                        if result.clipped:
                            clipped.append(k)
                        if result.rounded:
                            rounded.append(k)
                    done.put(k)
                done.put(None)
            except BaseException as error:  # noqa: BLE001 - handed to the caller's thread, raised there
                done.put(error)

        workers = [
            threading.Thread(target=work, name=f"read-{n}", daemon=True)
            for n in range(min(threads or os.cpu_count() or 1, max(count, 1)))
        ]
        for worker in workers:
            worker.start()
        try:
            self._announce(done, len(workers), failures, on_slice, cancel)
        finally:
            stop.set()
            for worker in workers:
                worker.join()
        notes = self._value_notes(clipped, rounded)
        return self._finish(failures, notes, bool(padded))

    def _announce(
        self,
        done: queue.SimpleQueue[int | BaseException | None],
        running: int,
        failures: dict[int, FileProblem],
        on_slice: Announce | None,
        cancel: CancelToken,
    ) -> None:
        while running:
            batch: list[int] = []
            timeout = _BATCH_SECONDS
            while running:
                try:
                    item = done.get(timeout=timeout)
                except queue.Empty:
                    break
                if isinstance(item, BaseException):
                    raise item
                if item is None:
                    running -= 1
                elif item not in failures:
                    batch.append(item)
                    timeout = 0.0  # take what is there already, then tell
            cancel.check()
            if batch and on_slice is not None:
                on_slice(batch)
                cancel.check()  # the last batch may be the one that was too much

    def _value_notes(self, clipped: Sequence[int], rounded: Sequence[int]) -> tuple[SeriesWarning, ...]:
        notes = []
        for reason, where in ((Reason.CLIPPED, clipped), (Reason.ROUNDED, rounded)):
            if where:
                names = tuple(str(self.found.files[k]) for k in sorted(where)[:20])
                notes.append(SeriesWarning(reason.code, f"{reason.message} ({len(where)} slices)", names))
        return tuple(notes)

    def _finish(self, failures: dict[int, FileProblem], notes: tuple[SeriesWarning, ...], padded: bool) -> Volume:
        volume = self.volume
        if not failures:
            if padded or volume.padding is None:
                return replace(volume, warnings=(*volume.warnings, *notes)) if notes else volume
            return replace(volume, warnings=(*volume.warnings, *notes), padding=None)
        names = [(self.found.files[k], problem) for k, problem in sorted(failures.items())]
        kept = [k for k in range(len(self.found.slices)) if k not in failures]
        if not kept:
            path, problem = names[0]
            raise OpenError(f"No slice could be read. {problem.text}", problem.reason.hint, path, problem.reason.code)
        slices = [self.found.slices[k] for k in kept]
        geometry, geometry_notes = geometry_of(slices)
        old = {w.code for w in geometry_notes} | {Reason.MISSING_SLICES.code, Reason.IRREGULAR_SPACING.code}
        return Volume(
            hu=np.ascontiguousarray(volume.hu[kept]),
            geometry=geometry,
            meta=volume.meta,
            warnings=(
                *_failure_warnings(names),
                *(w for w in volume.warnings if w.code not in old),
                *geometry_notes,
                *notes,
            ),
            padding=volume.padding[kept] if padded and volume.padding is not None else None,
            files=tuple(self.found.files[k] for k in kept),
        )

    def _read_volume_file(self, on_slice: Announce | None) -> Volume:
        from .formats import read_volume

        assert self.found.volume_file is not None
        volume = read_volume(self.found)
        self.volume.hu[:] = volume.hu
        if on_slice is not None:
            on_slice(middle_out(volume.shape[0]))
        return replace(self.volume, warnings=volume.warnings)


def _failure_warnings(names: Sequence[tuple[Path, FileProblem]]) -> list[SeriesWarning]:
    by_reason: dict[Reason, list[tuple[Path, FileProblem]]] = {}
    for path, problem in names:
        by_reason.setdefault(problem.reason, []).append((path, problem))
    return [
        SeriesWarning(
            reason.code,
            f"{len(items)} slice{'s' if len(items) > 1 else ''} left out. {items[0][1].text}",
            tuple(str(path) for path, _ in items),
        )
        for reason, items in by_reason.items()
    ]


def _out_of_memory(found: FoundSeries) -> OpenError:
    reason = Reason.OUT_OF_MEMORY
    size = np.prod(found.shape, dtype=np.int64) * 2 / 2**30
    return OpenError(f"{reason.message[:-1]} ({size:.1f} GB needed).", reason.hint, None, reason.code)


def read_slice(found: FoundSeries, k: int) -> NDArray[np.int16]:
    """One slice in HU (y, x), for thumbnails; raises OpenError with the file's name."""
    if found.volume_file is not None:
        from .formats import read_volume

        return read_volume(found).hu[k]
    item = found.slices[k]
    if item.defects:
        reason, detail = item.defects[0]
        raise OpenError(FileProblem(reason, detail).text, reason.hint, item.path, reason.code)
    try:
        return decode_slice(item).hu
    except FileProblem as problem:
        raise OpenError(problem.text, problem.reason.hint, item.path, problem.reason.code) from problem


def load(path: str | Path, cancel: CancelToken = NEVER, number: int | None = None) -> Volume:
    """The volume of :func:`open_series`."""
    return open_series(path, cancel, number)[1]


def open_series(path: str | Path, cancel: CancelToken = NEVER, number: int | None = None) -> tuple[FoundSeries, Volume]:
    """The only CT series below ``path``, or the one with the most voxels that is not blocked: as found, and read.

    ``number`` (from 1) chooses one in the order of ``ldct-viewer info``. Where one of several was taken unasked,
    a warning says so. Raises OpenError naming what was wrong when there is none.
    """
    from .scan import scan_paths

    result = scan_paths([path], cancel=cancel)
    found = choose(result.series, number, path)
    if found is None:
        raise no_series(path, result.series, [(i.path, i.reason, i.code, i.hint) for i in result.ignored])
    volume = SeriesReader(found).read(cancel=cancel)
    if len(result.series) == 1 or number is not None:
        return found, volume
    name = ", ".join(part for part in (found.meta.description, found.phase) if part)
    text = f"{len(result.series)} series found, the largest is taken{f': {name}' if name else ''}."
    return found, replace(volume, warnings=(*volume.warnings, SeriesWarning("largest_taken", text)))


def choose(series: Sequence[FoundSeries], number: int | None, path: str | Path) -> FoundSeries | None:
    """The series of this number (from 1), or the largest that is not blocked; ``None`` where there is none."""
    if number is not None and series:
        if not 1 <= number <= len(series):
            hint = "ldct-viewer info lists them."
            raise OpenError(f"There is no series {number}; {len(series)} were found.", hint, path, "no_series")
        return series[number - 1]
    usable = [s for s in series if s.state != "blocked"]
    return max(usable, key=lambda s: int(np.prod(s.shape, dtype=np.int64)), default=None)


def no_series(
    path: str | Path, blocked: Sequence[FoundSeries], ignored: Sequence[tuple[Path, str, str, str]]
) -> LdctError:
    """The error that says best why nothing below ``path`` can be opened."""
    if blocked:
        first = blocked[0]
        return OpenError(first.blocked_reason, "", first.files[0] if first.files else path, first.warnings[0].code)
    if len(ignored) == 1:
        where, reason, code, hint = ignored[0]
        return OpenError(reason, hint, where, code)
    if not ignored:
        return OpenError("The folder is empty.", "Choose the folder that holds the images.", path, "empty_folder")
    listed = "; ".join(f"{where.name}: {reason}" for where, reason, _, _ in ignored[:3])
    more = f"; and {len(ignored) - 3} more" if len(ignored) > 3 else ""
    return OpenError(f"No CT series found. {listed}{more}", "Choose another folder.", path, "no_series")
