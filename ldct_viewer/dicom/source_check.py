"""Source images of an export: read whole, and still what the scan found; stored integers of their words."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import WriteError
from .codes import FileProblem
from .header import PixelSpec, Slice
from .pixels import HuSlice, read_pixels, to_hu
from .slices import read_slices
from .source import FileBytes, MemoryBytes, Room, file_stamp

_CLOCK_STEP_NS = 2_500_000_000  # FAT counts in steps of two seconds


def read_source(source: Slice) -> bytes:
    """All bytes of a source file; raises WriteError ``source_changed`` when it is gone or short."""
    try:
        with source.ref.open() as stream:
            data = stream.read(0, stream.size)
            if len(data) != stream.size:
                raise source_changed(source.path)
            return data
    except FileProblem as error:
        raise source_changed(source.path) from error


def read_source_into(source: Slice, room: Room) -> memoryview:
    """:func:`read_source`, into memory that is used again; a member of an archive comes as it is."""
    try:
        with source.ref.open() as stream:
            if isinstance(stream, FileBytes):
                data = room.of(stream.size)
                size = stream.read_into(data)
            else:
                data = memoryview(stream.read(0, stream.size))
                size = len(data)
            if size != stream.size:
                raise source_changed(source.path)
            return data
    except FileProblem as error:
        raise source_changed(source.path) from error


def same_slice(now: Slice, then: Slice) -> bool:
    """True when the file still says what the scan read."""
    return (now.sop_uid, now.position, now.orientation, now.spec, now.pixel_offset, now.pixel_length, now.header) == (
        then.sop_uid,
        then.position,
        then.orientation,
        then.spec,
        then.pixel_offset,
        then.pixel_length,
        then.header,
    )


def stamp(source: Slice) -> tuple[int, int, int, int] | None:
    """What changes when a file on disk is written to or replaced; archives are held open by their reader."""
    if source.ref.archive is not None:
        return None
    try:
        return file_stamp(os.stat(source.ref.path))
    except OSError as error:
        raise source_changed(source.path) from error


def settled(then: tuple[int, int, int, int] | None) -> bool:
    """True when a later write must show in a stamp taken now: the last one is older than any clock's step."""
    return then is not None and time.time_ns() - max(then[1], then[3]) > _CLOCK_STEP_NS


def check_unchanged_since_opened(source: Slice, opened: NDArray[np.int16] | None) -> None:
    """Raise ``source_changed`` where a source is not the file that was opened.

    ``opened`` are the HU that were read from it. They decide where only the ctime differs: somebody changed
    permissions, or wrote to it and put the mtime back.
    """
    now = stamp(source)
    if source.stamp is None or now is None or now == source.stamp:
        return
    if now[:3] == source.stamp[:3] and opened is not None:
        try:
            slices, parsed = read_slices(MemoryBytes(read_source(source)), source.ref)
            again = to_hu(read_pixels(parsed.data, slices[source.frame]), slices[source.frame].spec).hu
        except (FileProblem, IndexError) as error:
            raise source_changed(source.path) from error
        if np.array_equal(again, opened):
            return
    raise source_changed(source.path, "since the series was opened")


def source_changed(path: Path, when: str = "while the series was written") -> WriteError:
    """The error for a source that is not what it was."""
    return WriteError(
        f"The source image {path.name} changed or vanished {when}.",
        "Open the series again and repeat the export. Nothing was left behind.",
        path,
        "source_changed",
    )


def stored_values(words: NDArray[Any], spec: PixelSpec) -> NDArray[np.int64]:
    """Stored integers of a slice: mask to BitsStored, then sign."""
    values = words.astype(np.int64) >> (spec.high_bit + 1 - spec.stored)
    values &= (1 << spec.stored) - 1
    if spec.signed:
        sign = 1 << (spec.stored - 1)
        values = (values ^ sign) - sign
    return values


def hu_again(
    words: NDArray[Any], spec: PixelSpec, out: NDArray[np.uint16] | None = None, span: tuple[int, int] | None = None
) -> HuSlice:
    """HU of written words: :func:`to_hu`, or the same in 16 bit arithmetic (into ``out``) if nothing can be mistaken.

    ``span`` are the smallest and the largest HU that they will be compared with. 16 bit arithmetic is right but for
    multiples of 65536 HU: where all that is compared with can be said in the words, equal means equal.
    """
    plain = spec.slope == 1 and float(spec.intercept).is_integer() and (spec.stored, spec.signed) == (16, False)
    if not plain or spec.lut or spec.padding is not None:
        return to_hu(words, spec)
    if span is None:
        certain = int(words.max()) + spec.intercept <= np.iinfo(np.int16).max
    else:
        certain = span[0] - spec.intercept >= 0 and span[1] - spec.intercept <= np.iinfo(np.uint16).max
    if not certain:
        return to_hu(words, spec)
    return HuSlice(np.add(words, np.uint16(int(spec.intercept) & 0xFFFF), out=out).view(np.int16), None)
