"""Model observers that read pictures, not formulas: what a denoiser does to a lesion need not be linear.

All know where the lesion would be. Two imitate people (internal noise, an eye's filter), one is the limit.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .noise import Nps

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
    """d′ of the ideal (prewhitening) observer of a known signal (y, x; HU) in Gaussian noise of a spectrum.

    d′² = Σ |S(f)|² / NPS(f) · Δf² (Barrett & Myers, ch. 13). ``signal`` has the pixels of ``spectrum``, and the
    blur of the scan. Frequencies with less than a hundredth of the peak's noise (beyond the kernel's reach, and
    what a trend took away) count for nothing: dividing by next to nothing would promise anything.
    """
    dy, dx = spectrum.pixel_mm
    rows, columns = spectrum.power_2d.shape
    padded = np.zeros((rows, columns))
    part = np.asarray(signal, dtype=np.float64)
    j, i = max((rows - part.shape[0]) // 2, 0), max((columns - part.shape[1]) // 2, 0)
    if part.shape[0] > rows or part.shape[1] > columns:
        raise ValueError("the signal is larger than the spectrum's regions")
    padded[j : j + part.shape[0], i : i + part.shape[1]] = part
    power = np.abs(np.fft.fftshift(np.fft.fft2(padded)) * dy * dx) ** 2
    used = spectrum.power_2d > spectrum.power_2d.max() * 1e-2
    return float(np.sqrt((power[used] / spectrum.power_2d[used]).sum() / (rows * dy * columns * dx)))
