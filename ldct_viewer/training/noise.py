"""Image-domain CT noise: any spectrum, any place, streaks included, for the price of an addition.

Filtered backprojection writes the noise of the projection at angle θ onto the Fourier spoke at θ, and
its variance at a pixel is the sum over angles of the variance of the ray through that pixel. So noise
is composed of a few angular sectors: noise fields whose spectra fill one sector each, multiplied by
the square root of that sector's backprojected ray variance. Long paths (shoulders, hips) then streak
along themselves, and the centre is noisier than the rim, as in a scan.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SECTORS = 6
TILE = 512  # pixels; fields are periodic, so any shift of a tile is another noise


def noise_fields(rng: np.random.Generator, f0: float, falloff: float, rise: float, white: float) -> NDArray[np.float32]:
    """Noise fields (sector, y, x) that add up to unit variance.

    NPS(f) ∝ f^rise · exp(−2 (f/f0)^falloff) + white, f in cycles per pixel: the ramp of filtered
    backprojection under an apodisation from smooth (f0 ≈ 0.12) to sharp (0.5).
    """
    fy = np.fft.fftfreq(TILE)[:, None]
    fx = np.fft.rfftfreq(TILE)[None, :]
    f = np.hypot(fx, fy)
    nps = f**rise * np.exp(-2.0 * (f / f0) ** falloff)
    nps = nps / nps.mean() + white + 0.01  # the floor: what interpolation leaves at f = 0
    nps[0, 0] = 0.0
    amplitude = np.sqrt(nps / nps.mean())
    angle = np.arctan2(fy, fx + 1e-9)
    fields = np.empty((SECTORS, TILE, TILE), dtype=np.float32)
    width = np.pi / SECTORS
    for s in range(SECTORS):
        distance = np.abs((angle - s * width + np.pi / 2) % np.pi - np.pi / 2)
        window = np.where(distance < width, np.cos(np.pi / 2 * distance / width), 0.0)  # cos² + sin² = 1
        spectrum = np.fft.rfft2(rng.standard_normal((TILE, TILE), dtype=np.float32)) * (amplitude * window)
        fields[s] = np.fft.irfft2(spectrum, s=(TILE, TILE))
    return fields / np.sqrt((fields.astype(np.float64) ** 2).sum(axis=0).mean()).astype(np.float32)


def sector_levels(hu: NDArray[np.float32], pixel_mm: float, contrast: float = 1.0) -> NDArray[np.float32]:
    """Noise SD of each sector relative to its mean in soft tissue (sector, 64, 64) for one slice (y, x).

    Ray variance ∝ exp(contrast · p) / m(θ), p the line integral at μ_water 0.0192 /mm and m(θ) the
    usual tube current modulation, the square root of the mean attenuation. ``contrast`` < 1 stands
    for bowtie and modulation along z, which even the noise out.
    """
    n, per = 64, 4
    step = hu.shape[0] // n
    small = hu[: n * step, : n * step].reshape(n, step, n, step).mean(axis=(1, 3))
    mu = np.clip(0.0192 * (1.0 + small / 1000.0), 0.0, 0.05).ravel() * step * pixel_mm
    axis = np.arange(n) - (n - 1) / 2
    y, x = np.meshgrid(axis, axis, indexing="ij")
    variance = np.zeros((SECTORS, n, n))
    bins = 2 * n
    for s in range(SECTORS):
        for a in range(per):
            theta = (s + (a + 0.5) / per - 0.5) * np.pi / SECTORS
            where = (x * np.cos(theta) + y * np.sin(theta) + bins / 2).ravel()
            low = where.astype(np.intp)
            part = where - low
            p = np.bincount(low, mu * (1 - part), bins) + np.bincount(low + 1, mu * part, bins)
            p = np.convolve(p, (0.25, 0.5, 0.25), "same")
            ray = np.exp(contrast * np.minimum(p, 12.0))
            ray /= np.sqrt(ray.mean())
            variance[s] += np.interp(where, np.arange(bins), ray).reshape(n, n)
    soft = (small > -200) & (small < 200)
    total = variance.sum(axis=0)
    reference = np.median(total[soft]) if soft.sum() > 20 else total.mean()
    return np.sqrt(variance * (SECTORS / reference)).astype(np.float32)


class NoiseBank:
    """Some spectra's fields kept ready; :meth:`refresh` replaces the oldest, so none is seen for long."""

    def __init__(self, rng: np.random.Generator, spectra: int = 24) -> None:
        self._rng = rng
        self._fields = [self._new() for _ in range(spectra)]
        self._oldest = 0

    def _new(self) -> NDArray[np.float32]:
        r = self._rng
        f0 = float(np.exp(r.uniform(np.log(0.12), np.log(0.5))))
        return noise_fields(r, f0, r.uniform(1.2, 4.0), r.uniform(0.6, 1.3), r.uniform(0, 0.15) ** 2)

    def refresh(self) -> None:
        """Replace the oldest spectrum by a new random one."""
        self._fields[self._oldest] = self._new()
        self._oldest = (self._oldest + 1) % len(self._fields)

    def draw(
        self, levels: NDArray[np.float32], slices: int, correlation: float, realisations: int = 1
    ) -> NDArray[np.float32]:
        """Noise (realisation, slice, y, x) of one random spectrum for ``levels`` (sector, y, x; SD in HU).

        Neighbouring slices share ``correlation`` (0…1) of their variance with the middle one.
        """
        size = levels.shape[-1]
        fields = self._fields[self._rng.integers(len(self._fields))]
        out = np.zeros((realisations, slices, size, size), dtype=np.float32)
        for n in range(realisations):
            for s in range(SECTORS):
                cuts = np.stack([self._cut(fields[s], size) for _ in range(slices)])
                out[n] += share_middle(cuts, correlation) * levels[s]
            if self._rng.random() < 0.5:  # sign flips double the bank
                out[n] *= -1
        return out

    def _cut(self, field: NDArray[np.float32], size: int) -> NDArray[np.float32]:
        top, left = self._rng.integers(0, TILE - size + 1, 2)
        return field[top : top + size, left : left + size]


def share_middle(fields: NDArray[np.float32], correlation: float) -> NDArray[np.float32]:
    """Independent fields (slice, y, x) → fields that share ``correlation`` of their variance with the middle one."""
    middle = len(fields) // 2
    out = np.float32(np.sqrt(correlation)) * fields[middle] + np.float32(np.sqrt(1 - correlation)) * fields
    out[middle] = fields[middle]
    return out
