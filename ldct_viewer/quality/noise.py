"""Noise without a reference: local SD, global noise level, flat places, and the noise power spectrum."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .tissue import tissue_masks

BOX_PX = 9  # side of the square of a local SD
SD_PERCENTILES = (5, 25, 75, 95)
_LOWEST = 24  # frequencies that say how the spectrum goes on towards zero: two rings and more


@dataclass(frozen=True, eq=False)
class Nps:
    """A noise power spectrum in absolute units.

    ``power_2d`` is HU² mm² with zero frequency in the middle; ``frequency`` (cycles/mm) and ``power``
    (HU² mm²) its radial mean up to the Nyquist frequency; ``sd_hu`` the square root of its integral
    (Parseval); ``peak`` and ``mean`` frequency in cycles/mm as AAPM TG-233 defines them. ``detrend`` is the
    order of the polynomial taken from each region (−1: none): near zero frequency it took the noise with it.
    """

    power_2d: NDArray[np.float64]
    frequency: NDArray[np.float64]
    power: NDArray[np.float64]
    sd_hu: float
    peak_per_mm: float
    mean_per_mm: float
    rois: int
    pixel_mm: tuple[float, float]
    detrend: int = -1

    @property
    def axes_per_mm(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Frequencies (cycles/mm) of the rows and of the columns of ``power_2d``."""
        rows, columns = self.power_2d.shape
        return _axes(rows, columns, self.pixel_mm)

    @property
    def side_mm(self) -> float:
        """The shorter side of the regions, mm."""
        return min(n * mm for n, mm in zip(self.power_2d.shape, self.pixel_mm, strict=True))


def nps(rois: NDArray[Any], pixel_mm: tuple[float, float], detrend: int = 2) -> Nps:
    """Spectrum of regions (n, y, x) in HU: (Δx Δy / Nx Ny) ⟨|DFT(region − trend)|²⟩.

    ``pixel_mm`` is (row, column) spacing. The trend is a polynomial of order ``detrend`` (0, 1, 2; −1 for
    regions that are noise alone), fitted to each region; what it takes away is given back in the mean, so
    that the integral of the spectrum is the variance.
    """
    stack = np.asarray(rois, dtype=np.float64)
    if stack.ndim != 3 or 0 in stack.shape:
        raise ValueError("regions must be (n, y, x) and not empty")
    count, rows, columns = stack.shape
    stack, taken = _without_trend(stack, detrend)
    dy, dx = pixel_mm
    power = (np.abs(np.fft.fft2(stack)) ** 2).mean(axis=0) * (dx * dy / (rows * columns))
    power *= rows * columns / (rows * columns - taken)
    power_2d = np.fft.fftshift(power)
    frequency, radial = radial_mean(power_2d, *_axes(rows, columns, pixel_mm))
    total = float(power.sum()) / (rows * dy * columns * dx)
    weight = float(radial.sum())
    return Nps(
        power_2d=power_2d,
        frequency=frequency,
        power=radial,
        sd_hu=float(np.sqrt(total)),
        peak_per_mm=_peak(frequency, radial),
        mean_per_mm=float((frequency * radial).sum() / weight) if weight > 0 else 0.0,
        rois=count,
        pixel_mm=(float(dy), float(dx)),
        detrend=detrend,
    )


def with_low_frequencies(spectrum: Nps) -> NDArray[np.float64]:
    """``power_2d`` (HU² mm²) with the noise given back that the trend took away near zero frequency.

    A polynomial takes a known share of each frequency, for noise that is nearly white over a few frequency steps.
    What lost less than half is divided by what is left; zero and its neighbours, where little or nothing is left, go
    on in a straight line (noise after a ramp filter rises from zero in one), fitted to the lowest frequencies that
    are known. Large lesions live there: without this d′ of a 10 mm disc in 22 mm squares is 1.1 to 1.5 times too
    high, the more the softer the noise.
    """
    if spectrum.detrend < 0:
        return spectrum.power_2d
    rows, columns = spectrum.power_2d.shape
    basis = _trends(rows, columns, spectrum.detrend)
    taken = np.fft.fftshift((np.abs(np.fft.fft2(basis.T.reshape(-1, rows, columns))) ** 2).sum(axis=0))
    left = 1.0 - taken / (rows * columns)
    known = left > 0.5
    # nps() spread the loss over all frequencies, to keep the variance.
    measured = spectrum.power_2d * (1.0 - basis.shape[1] / (rows * columns)) / np.where(known, left, 1.0)
    fy, fx = spectrum.axes_per_mm
    radius = np.hypot(fy[:, None], fx[None, :])
    lowest = np.argsort(radius[known], kind="stable")[:_LOWEST]
    slope, start = np.polyfit(radius[known][lowest], measured[known][lowest], 1)
    return np.asarray(np.where(known, measured, np.maximum(start + slope * radius, 0.0)))


def _axes(rows: int, columns: int, pixel_mm: tuple[float, float]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Frequencies (cycles/mm) of the rows and of the columns of a spectrum, zero in the middle."""
    dy, dx = pixel_mm
    fy = np.fft.fftshift(np.fft.fftfreq(rows, dy))
    fx = np.fft.fftshift(np.fft.fftfreq(columns, dx))
    return fy, fx


def radial_mean(
    power_2d: NDArray[np.float64], fy: NDArray[np.float64], fx: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Ring averages of a spectrum; rings one frequency step wide, without zero, up to the Nyquist frequency."""
    radius = np.hypot(fy[:, None], fx[None, :])
    step = max(fy[1] - fy[0], fx[1] - fx[0])
    rings = int(min(np.abs(fy).max(), np.abs(fx).max()) / step)
    index = np.rint(radius / step).astype(int)
    inside = (index >= 1) & (index <= rings)
    number = np.bincount(index[inside], minlength=rings + 1)[1:]
    power = np.bincount(index[inside], power_2d[inside], rings + 1)[1:] / np.maximum(number, 1)
    where = np.bincount(index[inside], radius[inside], rings + 1)[1:] / np.maximum(number, 1)
    return where, power


def local_sd(hu: NDArray[Any], box_px: int = BOX_PX) -> NDArray[np.float32]:
    """Map (y, x) of the SD in HU in a square of ``box_px`` around each pixel (sample SD, ÷ n − 1)."""
    from scipy import ndimage

    x = np.asarray(hu, dtype=np.float64)
    mean = ndimage.uniform_filter(x, box_px)
    square = ndimage.uniform_filter(x * x, box_px)
    n = box_px * box_px
    return np.sqrt(np.maximum(square - mean * mean, 0.0) * (n / (n - 1))).astype(np.float32)


def soft_tissue_sd(
    hu: NDArray[Any],
    guide: NDArray[Any] | None = None,
    slices: Iterable[int] | None = None,
    padding: NDArray[np.bool_] | None = None,
) -> NDArray[np.float32]:
    """Local SDs (HU) of all soft-tissue pixels of a volume (z, y, x) whose whole box is soft tissue.

    ``guide`` decides what is soft tissue (the volume itself by default): give the same one for volumes
    that are compared.
    """
    from scipy import ndimage

    source = hu if guide is None else guide
    found = []
    for k in range(hu.shape[0]) if slices is None else slices:
        soft = tissue_masks(source[k], None if padding is None else padding[k])["soft"]
        inside = ndimage.minimum_filter(soft.astype(np.uint8), BOX_PX) > 0
        if inside.any():
            found.append(local_sd(hu[k])[inside])
    return np.concatenate(found) if found else np.zeros(0, dtype=np.float32)


def noise_level(sds: NDArray[np.floating]) -> tuple[float, float]:
    """(median, mode) of local SDs in HU; the mode is Christianson's global noise level (AJR 2015). NaN if empty."""
    if sds.size == 0:
        return float("nan"), float("nan")
    median = float(np.median(sds))
    counts, edges = np.histogram(sds, bins=100, range=(0.0, max(3.0 * median, 1e-6)))
    smooth = np.convolve(counts, np.ones(5), mode="same")
    top = int(np.argmax(smooth))
    return median, float((edges[top] + edges[top + 1]) / 2)


def sd_percentiles(sds: NDArray[np.floating]) -> dict[str, float]:
    """The percentiles :data:`SD_PERCENTILES` of local SDs in HU, by their number; NaN if there are none."""
    values = np.percentile(sds, SD_PERCENTILES) if sds.size else [float("nan")] * len(SD_PERCENTILES)
    return {str(p): float(value) for p, value in zip(SD_PERCENTILES, values, strict=True)}


def flat_places(
    guide: NDArray[Any], size: int = 32, limit: int = 48, slices: Iterable[int] | None = None
) -> list[tuple[int, int, int]]:
    """Corners (k, j, i) of squares of ``size`` pixels that are soft tissue throughout and nearly flat.

    Candidates lie on a half-overlapping grid; the half with the least structure (SD after smoothing by
    3 px) is kept, the flattest first, at most ``limit``.
    """
    from scipy import ndimage

    found: list[tuple[float, int, int, int]] = []
    for k in range(guide.shape[0]) if slices is None else slices:
        soft = tissue_masks(guide[k])["soft"]
        smooth = ndimage.gaussian_filter(guide[k].astype(np.float32), 3.0)
        for j in range(0, guide.shape[1] - size + 1, size // 2):
            for i in range(0, guide.shape[2] - size + 1, size // 2):
                if soft[j : j + size, i : i + size].mean() > 0.995:
                    found.append((float(smooth[j : j + size, i : i + size].std()), k, j, i))
    found.sort()
    keep = found[: max(len(found) // 2, min(len(found), 4))]
    return [(k, j, i) for _, k, j, i in keep[:limit]]


def cut(hu: NDArray[Any], places: list[tuple[int, int, int]], size: int) -> NDArray[np.float32]:
    """The squares (n, size, size) of a volume at ``places``."""
    return np.stack([hu[k, j : j + size, i : i + size] for k, j, i in places]).astype(np.float32)


def _without_trend(stack: NDArray[np.float64], order: int) -> tuple[NDArray[np.float64], int]:
    """Regions less their polynomial trend, and how many degrees of freedom that took."""
    if order < 0:
        return stack, 0
    count, rows, columns = stack.shape
    basis = _trends(rows, columns, order)
    flat = stack.reshape(count, -1)
    return (flat - (flat @ basis) @ basis.T).reshape(stack.shape), basis.shape[1]


def _trends(rows: int, columns: int, order: int) -> NDArray[np.float64]:
    """Orthonormal polynomials up to ``order`` on a region, as columns (rows · columns, terms)."""
    y, x = np.meshgrid(np.linspace(-1, 1, rows), np.linspace(-1, 1, columns), indexing="ij")
    terms = [(y**a * x**b).ravel() for a in range(order + 1) for b in range(order + 1 - a)]
    return np.linalg.qr(np.stack(terms, axis=1))[0]


def _peak(frequency: NDArray[np.float64], power: NDArray[np.float64]) -> float:
    """Frequency of the maximum, of the curve smoothed over three rings (few regions make it ragged)."""
    padded = np.pad(power, 1, mode="edge")
    smooth = (padded[:-2] + padded[1:-1] + padded[2:]) / 3.0
    return float(frequency[int(np.argmax(smooth))]) if smooth.size else 0.0
