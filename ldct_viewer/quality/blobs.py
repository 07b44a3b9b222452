"""Does anything stand out that is not there? A matched filter for lesions run over a picture's error.

The filter answers in HU: the mean inside a disc less the mean of the ring around it, so a flat lesion of the
disc's size and −20 HU answers −20, and a slow drift nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

RING = 1.8  # outer diameter of the ring / diameter of the disc


@dataclass(frozen=True)
class Blobs:
    """The filter for one lesion size on pictures of one shape. ``apply`` takes (y, x) or (n, y, x)."""

    diameter_mm: float
    reach_px: int  # how far the filter looks
    _spectrum: NDArray[np.complex64]
    _shape: tuple[int, int]

    def apply(self, picture: NDArray[Any]) -> NDArray[np.float32]:
        """Contrast (HU) of a lesion of this size at every pixel (periodic at the borders)."""
        from scipy import fft

        answer = fft.irfft2(fft.rfft2(np.asarray(picture, dtype=np.float32)) * self._spectrum, s=self._shape)
        return np.asarray(answer, dtype=np.float32)


def blobs(shape: tuple[int, int], pixel_mm: float, diameter_mm: float) -> Blobs:
    """The matched filter for flat discs of ``diameter_mm``. Raises ValueError where no pixel lies in its ring."""
    axis_y, axis_x = (np.minimum(np.arange(n), n - np.arange(n)) * pixel_mm for n in shape)
    distance = np.hypot(axis_y[:, None], axis_x[None])
    inner, outer = diameter_mm / 2.0, RING * diameter_mm / 2.0
    disc = distance <= inner
    ring = (distance > inner + pixel_mm) & (distance <= outer)  # the rim belongs to neither
    if not ring.any():
        raise ValueError(f"a disc of {diameter_mm:g} mm is too small for pixels of {pixel_mm:g} mm")
    kernel = disc / disc.sum() - ring / ring.sum()
    spectrum = np.fft.rfft2(kernel).astype(np.complex64)
    return Blobs(diameter_mm, int(np.ceil(outer / pixel_mm)) + 1, spectrum, shape)


def flat_mask(truth: NDArray[Any], reach_px: int, range_hu: float = 60.0) -> NDArray[np.bool_]:
    """Where a whole filter lies in one tissue of the noise-free picture: inside the body, range below ``range_hu``."""
    from scipy import ndimage

    picture = ndimage.gaussian_filter(np.asarray(truth, dtype=np.float32), 1.0)
    size = 2 * reach_px + 1
    high, low = ndimage.maximum_filter(picture, size), ndimage.minimum_filter(picture, size)
    mask = (high - low < range_hu) & (low > -950.0)
    for edge in (slice(None, reach_px), slice(-reach_px, None)):
        mask[edge] = False
        mask[:, edge] = False
    return np.asarray(mask)
