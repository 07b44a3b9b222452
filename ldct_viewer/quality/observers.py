"""Model observers that read pictures, not formulas: what a denoiser does to a lesion need not be linear.

All know where the lesion would be. Two imitate people (internal noise, an eye's filter), one is the limit.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .noise import Nps, with_low_frequencies

EYE_MM = 500.0  # distance to the screen
EYE_ZOOM = 1.5  # how much larger than life the picture is shown
INTERNAL = 1.0  # internal noise of a channel as a share of that channel's own variance: half the efficiency
STATIC_HU = 2.0  # internal noise that does not fall with the picture's: white, HU a pixel


def eye_filter(radius_per_mm: NDArray[np.float64]) -> NDArray[np.float64]:
    """Response of the eye E(ρ) = ρ^1.3 exp(−c ρ²), ρ in cycles/degree, greatest (1) at 4.

    Burgess, JOSA A 11 (1994) 1237: "Statistically defined backgrounds: performance of a modified
    nonprewhitening observer model". Viewing as :data:`EYE_MM` and :data:`EYE_ZOOM` say.
    """
    rho = radius_per_mm / EYE_ZOOM * EYE_MM * np.pi / 180.0
    c = 1.3 / (2.0 * 4.0**2)
    return np.asarray((rho / 4.0) ** 1.3 * np.exp(-c * (rho**2 - 16.0)))


def npwe_template(signal: NDArray[Any], pixel_mm: float) -> NDArray[np.float64]:
    """What the NPWE observer looks for: the expected difference (y, x), filtered by the eye twice."""
    rows, columns = signal.shape
    f = np.hypot(np.fft.fftfreq(rows, pixel_mm)[:, None], np.fft.rfftfreq(columns, pixel_mm)[None])
    seen = np.fft.rfft2(np.asarray(signal, dtype=np.float64)) * eye_filter(f) ** 2
    return np.asarray(np.fft.irfft2(seen, s=(rows, columns)))


def npwe_dprime(present: NDArray[Any], absent: NDArray[Any], template: NDArray[np.float64]) -> float:
    """d′ of a fixed linear template from regions (n, y, x) with and without the lesion: Δmean / pooled SD.

    Without any noise inf, and 0 where there is no difference either (a denoiser that erased everything).
    """
    a, b = (np.asarray(v, dtype=np.float64).reshape(len(v), -1) @ template.ravel() for v in (present, absent))
    spread = np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / 2.0)
    difference = float(a.mean() - b.mean())
    if spread > 0:
        return float(difference / spread)
    return math.copysign(math.inf, difference) if difference else 0.0


def internal_dprime(
    present: NDArray[np.float64],
    absent: NDArray[np.float64],
    channels: NDArray[np.float64],
    internal: float = INTERNAL,
    static_hu: float = STATIC_HU,
) -> float:
    """d′ of a channelised Hotelling observer with internal noise, from channel outputs (n, channels).

    The observer weighs by K + K_int and is disturbed by both: d′² = Δvᵀ (K + K_int)⁻¹ Δv with
    K_int = ``internal`` · diag(K) + ``static_hu``² CᵀC (C: the channels as columns). Abbey & Barrett, JOSA A 18
    (2001) 473; Brankov, Phys. Med. Biol. 58 (2013) 7159. Plug-in estimate: compare within one set of pictures.
    """
    difference = present.mean(axis=0) - absent.mean(axis=0)
    covariance = (np.cov(present, rowvar=False) + np.cov(absent, rowvar=False)) / 2.0
    disturbed = covariance + internal * np.diag(np.diag(covariance)) + static_hu**2 * channels.T @ channels
    return float(np.sqrt(max(float(difference @ np.linalg.pinv(disturbed, hermitian=True) @ difference), 0.0)))


def ideal_dprime(signal: NDArray[Any], spectrum: Nps) -> float:
    """d′ of the ideal (prewhitening) observer of a known signal ((y, x) or slices (z, y, x); HU) in Gaussian noise.

    d′² = Σ |S(f)|² / NPS(f) · Δf² (Barrett & Myers, ch. 13), summed over slices, which must not share their noise
    (they do where they overlap). ``signal`` has the pixels of ``spectrum``, and the blur of the scan. A large lesion
    lives at the lowest frequencies: what a trend took away there is given back (:func:`.noise.with_low_frequencies`;
    an estimate: noise alone, without a trend, is better), and what leaked there from others is taken out
    (:func:`_without_leakage`). Right within 3 % for noise alone in regions of three times the lesion's width. Nowhere
    does the noise count for less than a hundredth of its peak: dividing by next to nothing (beyond the kernel's
    reach) would promise anything.
    """
    dy, dx = spectrum.pixel_mm
    rows, columns = spectrum.power_2d.shape
    part = np.atleast_3d(np.asarray(signal, dtype=np.float64).T).T  # one slice is a stack of one
    if part.shape[1] > rows or part.shape[2] > columns:
        raise ValueError("the signal is larger than the spectrum's regions")
    power = np.abs(np.fft.fftshift(np.fft.fft2(part, s=(rows, columns)), axes=(1, 2)) * dy * dx) ** 2
    noise = _without_leakage(with_low_frequencies(spectrum))
    ratio = power.sum(axis=0) / np.maximum(noise, noise.max() * 1e-2)
    return float(np.sqrt(ratio.sum() / (rows * dy * columns * dx)))


def _without_leakage(power_2d: NDArray[np.float64]) -> NDArray[np.float64]:
    """A spectrum freed of what the regions' borders smear from frequency to frequency (zero in the middle).

    Expected in regions of N pixels is the spectrum blurred by Fejér's kernel: the autocovariance times 1 − lag / N.
    CT's noise falls to nothing at zero frequency, so there it is mostly blur; the ideal observer would look worse than
    one who reads the squares themselves. Right for noise that forgets itself within half a region.
    """
    shares = [1.0 - np.minimum(np.arange(n), n - np.arange(n)) / n for n in power_2d.shape]
    covariance = np.fft.ifft2(np.fft.ifftshift(power_2d)).real / np.outer(*shares)
    return np.asarray(np.fft.fftshift(np.fft.fft2(covariance).real))
