"""The strength slider's arithmetic: low + s · (denoised − low), in whole HU."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def blend(low: NDArray[np.int16], denoised: NDArray[np.int16], strength: float) -> NDArray[np.int16]:
    """HU between ``low`` (strength 0) and ``denoised`` (1), rounded half to even; any equal shapes.

    At 0 and 1 the input itself is returned, not a copy. Computed in float32: int16 differences are exact.
    """
    if strength <= 0.0:
        return low
    if strength >= 1.0:
        return denoised
    out = np.subtract(denoised, low, dtype=np.float32)
    out *= np.float32(strength)
    out += low
    np.rint(out, out=out)
    return out.astype(np.int16)


def removed(low: NDArray[np.int16], denoised: NDArray[np.int16], strength: float = 1.0) -> NDArray[np.int16]:
    """Signed difference shown − low in HU (int16, saturating), at this strength."""
    out = np.subtract(denoised, low, dtype=np.float32)
    out *= np.float32(strength)
    np.rint(out, out=out)
    np.clip(out, -32768.0, 32767.0, out=out)
    return out.astype(np.int16)
