"""From HU back to stored integers, without loss: which rescale and bits, and padding (``frame_coding`` codes them).

The source's own slope, intercept, bits and sign are kept where every value of the new volume can be
expressed exactly in them. Otherwise the whole series becomes unsigned 16 bit with slope 1, which holds any
int16 volume exactly and which every codec and reader agrees about (signed compressed pixels they do not).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..volume import AIR_HU
from .header import PixelSpec
from .pixels import padding_hu

EXPLICIT_LE = "1.2.840.10008.1.2.1"
SYNTAX_OF = {
    "none": EXPLICIT_LE,
    "rle": "1.2.840.10008.1.2.5",
    "jpegls": "1.2.840.10008.1.2.4.80",
    "htj2k": "1.2.840.10008.1.2.4.201",
}


Span = tuple[int, int]
"""The smallest and the largest HU of a slice."""


@dataclass(frozen=True)
class Encoding:
    """How one slice is stored: what goes into the header, and how its HU become words."""

    slope: float
    intercept: float
    stored: int
    signed: bool
    padding: int | None = None
    own: bool = True

    @property
    def limits(self) -> tuple[int, int]:
        """Smallest and largest stored value."""
        if self.signed:
            return -(1 << self.stored - 1), (1 << self.stored - 1) - 1
        return 0, (1 << self.stored) - 1


@dataclass(frozen=True, eq=False)
class Words:
    """Stored words of one slice (uint16 bit patterns), and how many voxels could not be kept as they were."""

    words: NDArray[np.uint16]
    clipped: int = 0
    moved: int = 0


def plan(
    hu: NDArray[np.int16],
    specs: Sequence[PixelSpec],
    padding: NDArray[np.bool_] | None,
    compressed: bool,
    known: Sequence[Span | None] = (),
) -> list[Encoding]:
    """The encoding of every slice of ``hu`` (z, y, x): each slice's own, or one common new one.

    ``padding`` marks voxels that take the padding value whatever ``hu`` says there; ``known`` are :func:`spans`.
    """
    lows, highs = _ranges(hu, padding, known or [None] * len(hu))
    if all(_exact(spec, low, high, compressed) for spec, low, high in zip(specs, lows, highs, strict=True)):
        return [_own(spec, compressed) for spec in specs]
    low = min(lows)
    paddings = [padding_hu(spec) for spec in specs]
    inside = [p for p in paddings if p is not None and -32768 <= p <= 32767]
    # One value below all HU stays free for paddings that HU cannot express.
    intercept = 1024 * int(np.floor(min([low - 1, AIR_HU, *inside]) / 1024))
    if max(highs) - intercept > 0xFFFF:
        intercept = -32768  # the whole of int16, nothing to spare
    return [
        Encoding(1.0, float(intercept), 16, False, _moved_padding(value, intercept), own=False) for value in paddings
    ]


def encode(
    hu: NDArray[np.int16],
    encoding: Encoding,
    mask: NDArray[np.bool_] | None = None,
    stored: NDArray[Any] | None = None,
    into: NDArray[np.uint16] | None = None,
    span: Span | None = None,
) -> Words:
    """Stored words of one slice (y, x). ``mask`` marks padding: it takes ``stored`` (the source's words) if
    the encoding is the source's own, else the padding value. Values out of range are clipped and counted.
    ``into`` may take the words; ``span`` is that of ``hu``, if it is known.
    """
    low, high = encoding.limits
    if mask is None and encoding.padding is None:
        shifted = shifted_words(hu, encoding, into, span)
        if shifted is not None:
            return Words(shifted)
    if encoding.slope == 1 and float(encoding.intercept).is_integer():
        values = hu.astype(np.int32) - np.int32(encoding.intercept)
    else:
        values = np.rint((hu - encoding.intercept) / encoding.slope).astype(np.int64)
    keep = None if mask is None else ~mask
    out = (values < low) | (values > high)
    if out.any():
        clipped = int(np.count_nonzero(out if keep is None else out & keep))
        values = np.clip(values, low, high)
    else:
        clipped = 0
    moved = 0
    if encoding.padding is not None:
        moved = _leave_padding_alone(values, encoding, keep)
        if mask is not None:
            use_source = stored is not None and encoding.own
            values[mask] = stored[mask] if use_source and stored is not None else encoding.padding
    return Words((values & 0xFFFF).astype(np.uint16), clipped, moved)  # signed: sign-extended to all 16 bits


def shifted_words(
    hu: NDArray[np.int16], encoding: Encoding, out: NDArray[np.uint16] | None = None, span: Span | None = None
) -> NDArray[np.uint16] | None:
    """The common case in one pass: slope 1, whole intercept, every value in range. ``None`` if it is not that."""
    if encoding.slope != 1 or not float(encoding.intercept).is_integer():
        return None
    low, high = encoding.limits
    intercept = int(encoding.intercept)
    darkest, brightest = span or spans(hu[np.newaxis])[0]
    if darkest - intercept < low or brightest - intercept > high:
        return None
    # 16 bit arithmetic wraps, and no value in range is ambiguous then.
    return np.subtract(hu.view(np.uint16), np.uint16(intercept & 0xFFFF), out=out)


def _leave_padding_alone(values: NDArray[Any], encoding: Encoding, keep: NDArray[np.bool_] | None) -> int:
    """Move data off the padding value by one step, so that they are not taken for padding; how many.

    Where padding means air or darker, a voxel that dark looks and counts the same: it is left as it is.
    """
    assert encoding.padding is not None
    if encoding.padding * encoding.slope + encoding.intercept <= AIR_HU:
        return 0
    collides = values == encoding.padding
    if keep is not None:
        collides &= keep
    moved = int(np.count_nonzero(collides))
    if moved:
        values[collides] += 1 if encoding.padding < encoding.limits[1] else -1
    return moved


def spans(hu: NDArray[np.int16]) -> list[Span]:
    """The smallest and the largest HU of every slice."""
    return [(int(plane.min()), int(plane.max())) for plane in hu]


def _ranges(
    hu: NDArray[np.int16], padding: NDArray[np.bool_] | None, known: Sequence[Span | None]
) -> tuple[list[int], list[int]]:
    lows, highs = [], []
    for k, plane in enumerate(hu):
        data, span = plane, known[k]
        if padding is not None and padding[k].any():
            data, span = plane[~padding[k]], None
        if span is None:
            span = (int(data.min()), int(data.max())) if data.size else (AIR_HU, AIR_HU)
        lows.append(span[0])
        highs.append(span[1])
    return lows, highs


def _exact(spec: PixelSpec, low: int, high: int, compressed: bool) -> bool:
    """True when rounding to the source's own steps gives back every whole HU from ``low`` to ``high``."""
    if spec.lut or spec.allocated != 16 or abs(spec.slope) > 1 or (compressed and spec.signed):
        return False
    if abs(spec.slope) == 1 and abs(spec.intercept) % 1 == 0.5:  # every stored value is a tie: odd HU cannot be said
        return False
    ends = sorted(round((value - spec.intercept) / spec.slope) for value in (low, high))
    own = _own(spec, compressed)
    if spec.padding_limit is not None and spec.padding is not None:
        pad_low, pad_high = sorted((spec.padding, spec.padding_limit))
        if ends[0] <= pad_high and pad_low <= ends[1]:  # data would run into the padding range
            return False
    return own.limits[0] <= ends[0] and ends[1] <= own.limits[1]


def _own(spec: PixelSpec, compressed: bool) -> Encoding:
    bits = 16 if compressed else spec.stored  # code streams are 16 bit deep; the header says the same
    own = Encoding(spec.slope, spec.intercept, bits, spec.signed, spec.padding)
    low, high = own.limits
    if own.padding is not None and not low <= own.padding <= high:
        return replace(own, padding=None)  # a value no pixel of the source can have
    return own


def _moved_padding(value: float | None, intercept: int) -> int | None:
    if value is None:
        return None
    stored = round(value) - intercept
    return stored if 0 <= stored <= 65535 and abs(value) <= 32768 else 0
