"""Stored values to HU by a table instead of slope and intercept (PS3.3 C.11.1), where the table can be HU.

By the standard a table's output is unsigned, and so cannot hold air. What is met in the wild: tables of HU in
two's complement, which are used; and unsigned ones that claim HU and put air at 0 or above, which are refused:
showing them would be showing every value 1000 HU too high.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .codes import FileProblem, Reason
from .items import Item

DESCRIPTOR, TYPE, DATA = 0x00283002, 0x00283004, 0x00283006
MAX_SEQUENCE = 1 << 20
_AIR_HU = -500  # a table of HU goes below this


@lru_cache(64)  # the slices of a series share one table
def hu_table(data: bytes, count: int, bits: int, little: bool) -> bytes:
    """The table as little-endian int16 HU; raises ``modality_lut`` with what is wrong."""
    if len(data) == count + count % 2 and bits <= 8:
        words = np.frombuffer(data, np.uint8, count).astype("<i4")
    elif len(data) == 2 * count:
        words = np.frombuffer(data, "<u2" if little else ">u2").astype("<i4")
        if bits == 16:
            words = np.where(words > 0x7FFF, words - 0x10000, words)
    else:
        raise FileProblem(Reason.MODALITY_LUT, f"{len(data)} bytes for {count} entries")
    if np.any(np.diff(words) < 0):
        raise FileProblem(Reason.MODALITY_LUT, "it does not rise from entry to entry")
    if words[0] > _AIR_HU:
        raise FileProblem(Reason.MODALITY_LUT, f"it claims HU, but has nothing below {words[0]}: no air")
    return words.astype("<i2").tobytes()


def read_table(items: list[Item], signed: bool, little: bool) -> tuple[int, bytes]:
    """(first stored value that is mapped, HU as little-endian int16) of a Modality LUT Sequence.

    Raises ``modality_lut`` or, for output that is something else, ``not_hu``.
    """
    if len(items) != 1:
        raise FileProblem(Reason.MODALITY_LUT, f"{len(items)} tables instead of one")
    descriptor, kind, data = (items[0].get(tag, b"") for tag in (DESCRIPTOR, TYPE, DATA))
    if not (isinstance(descriptor, bytes) and isinstance(kind, bytes) and isinstance(data, bytes)):
        raise FileProblem(Reason.MODALITY_LUT, "damaged")
    unit = kind.decode("ascii", "replace").strip(" \0").upper()
    if unit != "HU":
        raise FileProblem(Reason.NOT_HU, f"Modality LUT Type {unit[:16] or 'missing'}")
    if len(descriptor) != 6 or not data:
        raise FileProblem(Reason.MODALITY_LUT, "damaged")
    count, first, bits = np.frombuffer(descriptor, "<u2" if little else ">u2").tolist()
    if signed and first > 0x7FFF:
        first -= 0x10000
    if not 1 <= bits <= 16:
        raise FileProblem(Reason.MODALITY_LUT, f"{bits} bits an entry")
    return first, hu_table(data, count or 0x10000, bits, little)


def apply_table(stored: NDArray[np.integer], first: int, table: bytes) -> NDArray[np.int16]:
    """HU of stored values; those below and above the table get its first and last entry."""
    hu = np.frombuffer(table, "<i2")
    return hu[np.clip(stored.astype(np.int64) - first, 0, len(hu) - 1)]
