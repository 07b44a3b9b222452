"""The strength of denoising: a blend of the low-dose slice and the network's output."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def blend(low: NDArray[np.int16], denoised: NDArray[np.int16], strength: float) -> NDArray[np.int16]:
    """low + strength · (denoised − low), rounded, int16 HU, any equal shapes; strength 0 … 1.

    0 and 1 return the inputs themselves, not copies. Differences must fit int16 (CT always does:
    the network never moves a voxel by more than a few hundred HU).
    """
    if strength <= 0.0:
        return low
    if strength >= 1.0:
        return denoised
    step = np.subtract(denoised, low, dtype=np.float32)
    step *= np.float32(strength)
    np.rint(step, out=step)
    result = step.astype(np.int16)
    result += low
    return result
