"""Stored integers → HU, in one function; nobody else multiplies by a slope."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .codes import FileProblem, Reason
from .frames import check_native_length, encapsulated_fragments, native_frame
from .header import PixelSpec, Slice
from .modality_lut import apply_table
from .source import ByteSource
from .syntax import SYNTAXES, decode_frame, syntax_name

HU_MIN, HU_MAX = -32768, 32767


@dataclass(frozen=True, eq=False)
class HuSlice:
    """One slice in HU (rows, columns; int16), its padding mask or ``None``, and what was lost."""

    hu: NDArray[np.int16]
    padding: NDArray[np.bool_] | None
    clipped: int = 0
    rounded: bool = False


def to_hu(words: NDArray[Any], spec: PixelSpec) -> HuSlice:
    """HU of stored words (PS3.3 C.7.6.3, C.11.1): mask to BitsStored → sign → padding mask → rescale.

    MONOCHROME1 changes nothing here: it inverts the display, not the values.
    """
    bits = words.dtype.itemsize * 8
    stored = words.view(f"u{words.dtype.itemsize}")
    shift = spec.high_bit + 1 - spec.stored
    if shift > 0:
        stored = stored >> shift
    if spec.stored < bits:
        stored = stored & ((1 << spec.stored) - 1)
    if spec.signed:
        if spec.stored < bits:
            sign = 1 << (spec.stored - 1)
            wide = np.int16 if spec.stored < 16 else np.int32 if spec.stored < 32 else np.int64
            stored = np.bitwise_xor(stored.astype(wide), wide(sign)) - wide(sign)
        else:
            stored = stored.view(f"i{words.dtype.itemsize}")
    padding = _padding_mask(stored, spec)
    return _rescale(stored, spec, padding)


def _padding_mask(stored: NDArray[Any], spec: PixelSpec) -> NDArray[np.bool_] | None:
    if spec.padding is None:
        return None
    if spec.padding_limit is None or spec.padding_limit == spec.padding:
        mask = stored == spec.padding
    else:
        low, high = sorted((spec.padding, spec.padding_limit))
        mask = (stored >= low) & (stored <= high)
    return mask if mask.any() else None


def _rescale(stored: NDArray[Any], spec: PixelSpec, padding: NDArray[np.bool_] | None) -> HuSlice:
    if spec.lut:
        return HuSlice(apply_table(stored, spec.lut_first, spec.lut), padding)
    low, high = (-(1 << spec.stored - 1), (1 << spec.stored - 1) - 1) if spec.signed else (0, (1 << spec.stored) - 1)
    if spec.slope == 1 and float(spec.intercept).is_integer():
        offset = int(spec.intercept)
        if offset + low >= HU_MIN and offset + high <= HU_MAX:
            return HuSlice(np.add(stored, offset, dtype=np.int16, casting="unsafe"), padding)
        exact = stored.astype(np.int64) + offset
        hu = np.clip(exact, HU_MIN, HU_MAX)
        return HuSlice(hu.astype(np.int16), padding, int(np.count_nonzero(hu != exact)))
    value = stored * np.float64(spec.slope) + spec.intercept
    whole = np.rint(value)
    hu = np.clip(whole, HU_MIN, HU_MAX)
    clipped = int(np.count_nonzero(hu != whole))
    return HuSlice(hu.astype(np.int16), padding, clipped, bool((whole != value).any()))


def padding_hu(spec: PixelSpec) -> float | None:
    """What the padding value would be in HU; ``None`` where there is none."""
    if spec.padding is None:
        return None
    if spec.lut:
        return float(apply_table(np.array(spec.padding), spec.lut_first, spec.lut))
    return spec.padding * spec.slope + spec.intercept


def read_pixels(source: ByteSource, item: Slice) -> NDArray[Any]:
    """Stored words of one slice from the data set's bytes; raises FileProblem."""
    spec = item.spec
    syntax = SYNTAXES.get(spec.syntax)
    if syntax is None:
        raise FileProblem(Reason.UNSUPPORTED_SYNTAX, syntax_name(spec.syntax))
    if syntax.native:
        check_native_length(item.pixel_length, spec.frame_bytes * spec.frames, item.pixel_offset, source.size)
        return decode_frame(native_frame(source, item.pixel_offset, item.frame, spec.frame_bytes), spec)
    fragments = encapsulated_fragments(source, item.pixel_offset, item.frame, spec.frames)
    return decode_frame(b"".join(fragments), spec, prove_complete=len(fragments) > 1)
