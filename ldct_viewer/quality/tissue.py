"""Which voxels are lung, fat, soft tissue and bone: masks for measures, by HU of a smoothed guide."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

# HU ranges well inside each tissue; what lies between them belongs to none.
TISSUES: dict[str, tuple[float, float]] = {
    "lung": (-950.0, -600.0),
    "fat": (-150.0, -30.0),
    "soft": (-10.0, 150.0),
    "bone": (200.0, 2500.0),
}
_SMOOTH_PX = 1.5


def tissue_masks(guide: NDArray[Any], padding: NDArray[np.bool_] | None = None) -> dict[str, NDArray[np.bool_]]:
    """Masks (y, x) by tissue of one slice in HU.

    The guide is smoothed (Gaussian, 1.5 px) before it is binned, since choosing voxels by their own noise
    would itself look like a bias; masks are eroded by a pixel, so that borders between lung and soft
    tissue do not pass for fat.
    """
    from scipy import ndimage

    smooth = ndimage.gaussian_filter(np.asarray(guide, dtype=np.float32), _SMOOTH_PX)
    usable = np.ones(smooth.shape, dtype=bool) if padding is None else ~padding
    square = np.ones((3, 3), dtype=bool)
    masks = {}
    for name, (low, high) in TISSUES.items():
        masks[name] = ndimage.binary_erosion((smooth > low) & (smooth < high), square) & usable
    return masks
