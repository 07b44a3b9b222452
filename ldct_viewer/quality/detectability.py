"""Can a lesion be seen? d′ of the non-prewhitening observer (from NPS and TTF) and of the channelised
Hotelling observer (from images with and without the lesion).

d′ = 1 is guesswork with a hint, 3 is plain. NPW: ICRU 54, AAPM TG-233; with an eye's filter (NPWE): Burgess,
JOSA A 11 (1994). CHO: Barrett & Myers ch. 13; Gallas & Barrett, JOSA A 20 (2003) for Laguerre-Gauss channels.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import observers
from .noise import Nps, with_low_frequencies
from .resolution import Ttf

# A region shorter than twice the lesion does not hold the frequencies the lesion lives of.
LARGEST_SHARE = 0.5


def npw_dprime(
    diameter_mm: float, contrast_hu: float, spectrum: Nps, transfer: Ttf | None = None, eye_filter: bool = False
) -> float:
    """d′ of a flat disc of ``diameter_mm`` and ``contrast_hu`` in noise of a given spectrum.

    d′² = (∬ |W|² T² E² df)² / ∬ |W|² T² E⁴ NPS df with the disc's spectrum W (a jinc), the transfer
    function T (1 if ``None``) and, with ``eye_filter`` (NPWE), :func:`.observers.eye_filter`; without internal
    noise. The spectrum is taken with the low frequencies that its trend took away
    (:func:`.noise.with_low_frequencies`); for discs up to :data:`LARGEST_SHARE` of the regions' side that is right
    within about 10 %, for larger ones it is a guess. Inf where there is no noise.
    """
    radius, w = _task(spectrum, diameter_mm, contrast_hu)
    t = np.ones_like(radius) if transfer is None else np.interp(radius, transfer.frequency, transfer.ttf, right=0.0)
    e = observers.eye_filter(radius) if eye_filter else np.ones_like(radius)
    dy, dx = spectrum.pixel_mm
    rows, columns = spectrum.power_2d.shape
    cell = 1.0 / (rows * dy * columns * dx)  # area of one frequency bin
    signal = (np.abs(w * t * e) ** 2).sum() * cell
    noise = (np.abs(w * t) ** 2 * e**4 * with_low_frequencies(spectrum)).sum() * cell
    # Rounding alone is no noise: a noise-free reference has no finite d′.
    return float(signal / np.sqrt(noise)) if spectrum.sd_hu > 1e-3 else float("inf")


def laguerre_gauss(size: int, width_px: float, count: int = 10) -> NDArray[np.float64]:
    """Laguerre-Gauss channels as columns (size², count), each of norm 1.

    u_p(r) ∝ exp(−π r² / a²) L_p(2π r² / a²) with a = ``width_px``.
    """
    from scipy.special import eval_laguerre

    axis = np.arange(size) - (size - 1) / 2.0
    r2 = axis[:, None] ** 2 + axis[None, :] ** 2
    g = 2.0 * np.pi * r2 / width_px**2
    channels = np.stack([(np.exp(-g / 2) * eval_laguerre(p, g)).ravel() for p in range(count)], axis=1)
    return channels / np.linalg.norm(channels, axis=0)


def gabor(
    size: int, frequencies: tuple[float, ...] = (1 / 64, 1 / 32, 1 / 16, 1 / 8), angles: int = 5
) -> NDArray[np.float64]:
    """Gabor channels as columns (size², 2 · frequencies · angles), each of norm 1; frequencies in cycles/pixel.

    Bandwidth one octave, even and odd phase (Wunderlich's and DIDSR's set).
    """
    axis = np.arange(size) - (size - 1) / 2.0
    y, x = np.meshgrid(axis, axis, indexing="ij")
    channels = []
    for f in frequencies:
        width = 0.56 / f  # FWHM in pixels of a one-octave channel
        envelope = np.exp(-4.0 * np.log(2.0) * (x**2 + y**2) / width**2)
        for a in range(angles):
            theta = np.pi * a / angles
            phase = 2.0 * np.pi * f * (x * np.cos(theta) + y * np.sin(theta))
            channels += [(envelope * np.cos(phase)).ravel(), (envelope * np.sin(phase)).ravel()]
    matrix = np.stack(channels, axis=1)
    return matrix / np.linalg.norm(matrix, axis=0)


def cho_dprime(present: NDArray[Any], absent: NDArray[Any], channels: NDArray[np.float64]) -> float:
    """d′ of the channelised Hotelling observer from regions (n, y, x) with and without the signal.

    The plug-in estimate flatters with few images; the unbiased one of the Mahalanobis distance is taken:
    d′² = (N − p − 3)/(N − 2) D² − p N/(n₁ n₂), p channels, N = n₁ + n₂. Never below 0.
    Raises ValueError with too few images for the channels.
    """
    v1 = np.asarray(present, dtype=np.float64).reshape(len(present), -1) @ channels
    v0 = np.asarray(absent, dtype=np.float64).reshape(len(absent), -1) @ channels
    n1, n0, p = len(v1), len(v0), channels.shape[1]
    total = n1 + n0
    if total - p - 3 <= 0 or min(n1, n0) < 2:
        raise ValueError(f"{total} images are too few for {p} channels")
    difference = v1.mean(axis=0) - v0.mean(axis=0)
    scatter = (n1 - 1) * np.cov(v1, rowvar=False) + (n0 - 1) * np.cov(v0, rowvar=False)
    covariance = np.atleast_2d(scatter) / (total - 2)
    # The pseudo-inverse: a denoiser that erased everything leaves no variance, and nothing to see.
    distance2 = float(difference @ np.linalg.pinv(covariance, hermitian=True) @ difference)
    unbiased = distance2 * (total - p - 3) / (total - 2) - p * total / (n1 * n0)
    return float(np.sqrt(max(unbiased, 0.0)))


def paired_cho_dprime(present: NDArray[Any], absent: NDArray[Any], channels: NDArray[np.float64]) -> float:
    """d′ of the channelised Hotelling observer from pairs (n, y, x) that share their noise, as inserted lesions do.

    :func:`cho_dprime` is for pictures that know nothing of each other; with pairs its n₁ + n₂ pictures count twice
    and its d′ is too high (by a half for 10 pairs and 6 channels). Here the covariance has n − 1 degrees of freedom
    and the noise of the mean difference is that of the pairs' differences: d′² = (n − p − 2)/(n − 1)
    (Δvᵀ K⁻¹ Δv − tr(K⁻¹ K_Δ)/n), unbiased where the noise of a pair is the same, a little low where it is not.
    Never below 0. Raises ValueError with too few pairs for the channels.
    """
    v1 = np.asarray(present, dtype=np.float64).reshape(len(present), -1) @ channels
    v0 = np.asarray(absent, dtype=np.float64).reshape(len(absent), -1) @ channels
    n, p = v1.shape
    if n - p - 2 <= 0:
        raise ValueError(f"{n} pairs are too few for {p} channels")
    differences = v1 - v0
    mean = differences.mean(axis=0)
    covariance = np.atleast_2d(np.cov(v1, rowvar=False) + np.cov(v0, rowvar=False)) / 2.0
    inverse = np.linalg.pinv(covariance, hermitian=True)
    distance2 = float(mean @ inverse @ mean - np.trace(inverse @ np.atleast_2d(np.cov(differences, rowvar=False))) / n)
    return float(np.sqrt(max(distance2 * (n - p - 2) / (n - 1), 0.0)))


def disc(size: int, diameter_px: float, contrast_hu: float, fine: int = 8) -> NDArray[np.float64]:
    """A flat disc (size, size) in the middle, its rim weighted by the covered share of each pixel."""
    axis = (np.arange(size * fine) + 0.5) / fine - 0.5 - (size - 1) / 2.0
    inside = (axis[:, None] ** 2 + axis[None, :] ** 2) <= (diameter_px / 2.0) ** 2
    return contrast_hu * inside.reshape(size, fine, size, fine).mean(axis=(1, 3))


def _task(spectrum: Nps, diameter_mm: float, contrast_hu: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(radial frequency, Fourier transform of the disc in HU mm²) on the grid of a spectrum."""
    from scipy.special import j1

    fy, fx = spectrum.axes_per_mm
    radius = np.hypot(fy[:, None], fx[None, :])
    r = diameter_mm / 2.0
    argument = 2.0 * np.pi * r * np.maximum(radius, 1e-12)
    w = contrast_hu * np.pi * r**2 * 2.0 * j1(argument) / argument
    return radius, np.where(radius < 1e-9, contrast_hu * np.pi * r**2, w)
