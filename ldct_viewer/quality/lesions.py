"""Lesions put into real noise: are they still there, as strong and as sharp, after a denoiser?

The denoiser sees the same volume twice, with and without faint cylinders in flat soft tissue. What a linear
model cannot know (a network that keeps strong edges and eats faint ones) shows here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .detectability import laguerre_gauss, paired_cho_dprime
from .noise import cut
from .resolution import circular_ttf

Denoise = Callable[[NDArray[np.int16]], NDArray[np.int16]]
_CHANNELS = 6


@dataclass(frozen=True)
class LesionStudy:
    """One size and contrast. ``contrast_kept``: share of the contrast inside the lesion that is left (1 = all).

    d′ of the channelised Hotelling observer (Laguerre-Gauss) before and after; ``ttf50`` (cycles/mm) of the
    lesion's rim, from the mean of all lesions, before and after.
    """

    diameter_mm: float
    contrast_hu: float
    lesions: int
    dprime_low: float
    dprime_denoised: float
    contrast_kept: float
    ttf50_low: float
    ttf50_denoised: float


def lesion_study(
    low: NDArray[np.int16],
    spacing_mm: tuple[float, float, float],
    places: list[tuple[int, int, int]],
    size: int,
    denoise: Denoise,
    *,
    diameter_mm: float = 5.0,
    contrast_hu: float = -20.0,
    blur_mm: float = 0.6,
) -> LesionStudy:
    """Put a lesion into the middle of each flat square and compare before with after.

    ``low`` is (z, y, x) HU; ``places`` and ``size`` as :func:`.noise.flat_places` gives them (those that
    would touch each other are dropped); lesions are as high as they are wide and blurred by ``blur_mm``
    (Gaussian sigma). Raises ValueError with fewer than 8 places, and where pixels are not square.
    """
    if not math.isclose(spacing_mm[1], spacing_mm[2], rel_tol=0.01):
        raise ValueError(
            f"pixels of {spacing_mm[1]:g} × {spacing_mm[2]:g} mm are not square: lesions would be ellipses"
        )
    half = max(round(diameter_mm / 2.0 / spacing_mm[0]), 0)
    chosen = apart(places, size, 2 * half + 2)
    if len(chosen) < 8:
        raise ValueError(f"only {len(chosen)} flat places: too few for an observer")
    lesion = _lesion(size, spacing_mm[1], diameter_mm, blur_mm) * contrast_hu
    with_lesions = low.astype(np.float32)
    for k, j, i in chosen:
        with_lesions[max(k - half, 0) : k + half + 1, j : j + size, i : i + size] += lesion
    marked: NDArray[np.int16] = np.rint(with_lesions).astype(np.int16)
    before = (cut(marked, chosen, size), cut(low, chosen, size))
    after = (cut(denoise(marked), chosen, size), cut(denoise(low), chosen, size))
    channels = laguerre_gauss(size, 1.5 * diameter_mm / spacing_mm[1], min(_CHANNELS, len(chosen) - 3))
    difference = [(present - absent).mean(axis=0) for present, absent in (before, after)]
    weight = lesion / contrast_hu
    weight = weight * (weight > 0.5)
    rims = [_rim(picture, size, diameter_mm / 2.0, spacing_mm[1]) for picture in difference]
    return LesionStudy(
        diameter_mm=diameter_mm,
        contrast_hu=contrast_hu,
        lesions=len(chosen),
        dprime_low=paired_cho_dprime(*before, channels),
        dprime_denoised=paired_cho_dprime(*after, channels),
        contrast_kept=float((difference[1] * weight).sum() / (difference[0] * weight).sum()),
        ttf50_low=rims[0],
        ttf50_denoised=rims[1],
    )


def apart(places: list[tuple[int, int, int]], size: int, slices: int) -> list[tuple[int, int, int]]:
    """As many of the places, in their order, as do not overlap within ``slices`` slices of each other."""
    chosen: list[tuple[int, int, int]] = []
    for k, j, i in places:
        if all(abs(k - a) >= slices or abs(j - b) >= size or abs(i - c) >= size for a, b, c in chosen):
            chosen.append((k, j, i))
    return chosen


def _lesion(size: int, pixel_mm: float, diameter_mm: float, blur_mm: float) -> NDArray[np.float64]:
    """A disc of height 1 in the middle of a square, its rim blurred (drawn eight times finer)."""
    from scipy import ndimage

    fine = 8
    axis = (np.arange(size * fine) + 0.5) / fine - 0.5 - (size - 1) / 2.0
    inside = (np.hypot(axis[:, None], axis[None, :]) * pixel_mm <= diameter_mm / 2.0).astype(np.float64)
    smooth = ndimage.gaussian_filter(inside, blur_mm / pixel_mm * fine)
    return np.asarray(smooth.reshape(size, fine, size, fine).mean(axis=(1, 3)))


def _rim(picture: NDArray[Any], size: int, radius_mm: float, pixel_mm: float) -> float:
    """TTF50 of the lesion in a mean difference picture; NaN where the lesion is too small or gone."""
    middle = (size - 1) / 2.0
    room = (size / 2.0 - 1.0) * pixel_mm - radius_mm
    try:
        return circular_ttf(picture, (middle, middle), radius_mm, pixel_mm, min(0.9 * radius_mm, room)).ttf50
    except ValueError:
        return float("nan")
