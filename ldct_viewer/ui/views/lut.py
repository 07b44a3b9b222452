"""Lookup tables from int16 HU to screen colours (0xffRRGGBB), one entry per possible value."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ...window import Window, apply_voi, voi_limits

BLACK = np.uint32(0xFF000000)
_NEGATIVE = (64, 156, 255)  # blue: the denoised side is lower
_ZERO = (84, 84, 84)
_POSITIVE = (255, 148, 32)  # orange: the denoised side is higher

# HU of each table entry: the table is indexed by the value's bits seen as unsigned.
_HU = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.float32)


@lru_cache(maxsize=8)
def gray_lut(window: Window, function: str, invert: bool) -> NDArray[np.uint32]:
    """Grey by a DICOM VOI function (LINEAR, LINEAR_EXACT, SIGMOID; another name counts as LINEAR)."""
    if function == "SIGMOID" or (function == "LINEAR" and window.width <= 1):
        level = (apply_voi(_HU, window, function) * 255.0).astype(np.float32)
    else:
        # The two linear functions in place, in float32: this runs on every move of a window drag.
        exact = function == "LINEAR_EXACT" or window.width <= 1.0
        black, white = voi_limits(window, "LINEAR_EXACT" if exact else "LINEAR")
        level = _HU - np.float32(black)
        level *= np.float32(255.0 / max(white - black, 1e-3))
        np.clip(level, 0.0, 255.0, out=level)
    grey = (level + 0.5).astype(np.uint32)
    if invert:
        grey = 255 - grey
    return grey * np.uint32(0x010101) | BLACK


@lru_cache(maxsize=8)
def difference_lut(half_range_hu: float) -> NDArray[np.uint32]:
    """Blue – neutral grey – orange over ± ``half_range_hu``, symmetric, saturating beyond."""
    t = np.clip(_HU / max(half_range_hu, 1e-3), -1.0, 1.0)
    out = np.full(65536, BLACK, dtype=np.uint32)
    for shift, low, zero, high in zip((16, 8, 0), _NEGATIVE, _ZERO, _POSITIVE, strict=True):
        channel = np.where(t < 0, zero + (zero - low) * t, zero + (high - zero) * t)
        out |= np.rint(channel).astype(np.uint32) << np.uint32(shift)
    return out


def colourize(hu: NDArray[np.int16], lut: NDArray[np.uint32], out: NDArray[np.uint32]) -> None:
    """``out`` = colours of ``hu`` (same 2-D shape)."""
    np.take(lut, hu.view(np.uint16), out=out, mode="clip")
