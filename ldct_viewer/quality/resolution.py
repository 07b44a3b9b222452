"""Sharpness: the task transfer function from a circular edge (phantom insert) or from the skin (patient).

Richard et al., Med. Phys. 39 (2012) and AAPM TG-233: pixels are ordered by their distance from the edge
into an oversampled edge profile, whose derivative is the line spread function, whose Fourier magnitude
is the TTF, 1 at zero frequency. TTF50 is where it falls to one half.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_OVERSAMPLING = 8  # profile bins a pixel


@dataclass(frozen=True, eq=False)
class Ttf:
    """Task transfer function: ``frequency`` in cycles/mm, ``ttf`` 1 at zero; ``ttf50`` / ``ttf10`` in cycles/mm.

    ``contrast_hu`` is inside − outside; ``profile`` the edge profile (HU) at ``distance_mm`` (outwards).
    """

    frequency: NDArray[np.float64]
    ttf: NDArray[np.float64]
    ttf50: float
    ttf10: float
    contrast_hu: float
    distance_mm: NDArray[np.float64]
    profile: NDArray[np.float64]


def circular_ttf(
    image: NDArray[Any],
    centre: tuple[float, float],
    radius_mm: float,
    pixel_mm: float | tuple[float, float],
    reach_mm: float | None = None,
) -> Ttf:
    """TTF of a disc's rim in a slice (y, x), or in the mean of a stack (n, y, x) of noise realisations.

    ``centre`` is (row, column) in pixels, fractions allowed; ``pixel_mm`` the spacing of square pixels or (row,
    column) spacing; ``reach_mm`` how far from the rim the profile goes (default: 0.8 radius, at most 10 pixels).
    All directions of the rim go into one profile; where pixels are not square its bins, and the highest frequency,
    are those of the larger side. Raises ValueError where there are too few pixels near the rim.
    """
    mean = np.asarray(image, dtype=np.float64)
    mean = mean.mean(axis=0) if mean.ndim == 3 else mean
    dy, dx = (pixel_mm, pixel_mm) if isinstance(pixel_mm, int | float) else pixel_mm
    pixel = max(dy, dx)
    rows, columns = np.indices(mean.shape)
    distance = np.hypot((rows - centre[0]) * dy, (columns - centre[1]) * dx) - radius_mm
    reach = min(0.8 * radius_mm, 10 * pixel) if reach_mm is None else reach_mm
    near = np.abs(distance) <= reach
    return ttf_from_edge(distance[near], mean[near], pixel, reach)


def ttf_from_edge(distance_mm: NDArray[Any], values: NDArray[Any], pixel_mm: float, reach_mm: float) -> Ttf:
    """TTF of samples ``values`` (HU) at signed distances from an edge, from −reach to +reach.

    Raises ValueError where the samples leave most of the profile empty.
    """
    step = pixel_mm / _OVERSAMPLING
    bins = round(2 * reach_mm / step)
    index = np.clip(((distance_mm + reach_mm) / step).astype(int), 0, bins - 1)
    number = np.bincount(index, minlength=bins)
    if bins < 8 or (number > 0).mean() < 0.5:
        raise ValueError("too few pixels near the edge for a profile")
    where: NDArray[np.float64] = (np.arange(bins, dtype=np.float64) + 0.5) * step - reach_mm
    filled = number > 0
    means = np.bincount(index, values, bins)[filled] / number[filled]
    profile = np.interp(where, where[filled], means)
    spread = np.diff(profile) * _taper(bins - 1)
    size = 16 * len(spread)
    frequency = np.asarray(np.fft.rfftfreq(size, step), dtype=np.float64)
    magnitude = np.abs(np.fft.rfft(spread, size))
    # Bin width and difference both blur by a box of one step; up to the pixels' double Nyquist.
    ttf = magnitude / max(float(magnitude[0]), 1e-12) / np.sinc(frequency * step) ** 2
    keep = frequency <= 1.0 / pixel_mm
    frequency, ttf = frequency[keep], ttf[keep]
    end = max(bins // 8, 1)
    return Ttf(
        frequency=frequency,
        ttf=ttf,
        ttf50=_falls_to(frequency, ttf, 0.5),
        ttf10=_falls_to(frequency, ttf, 0.1),
        contrast_hu=float(profile[:end].mean() - profile[-end:].mean()),
        distance_mm=where,
        profile=profile,
    )


def skin_ttf(
    hu: NDArray[Any], pixel_mm: float, guide: NDArray[Any] | None = None, slices: Iterable[int] | None = None
) -> Ttf | None:
    """TTF of the border between skin and air in a patient's volume (z, y, x); ``None`` where there is no clean one.

    After Sanders et al., Med. Phys. 43 (2016). The border is found in ``guide`` (the volume itself by
    default): give the same one for volumes that are compared. Skin over fat is no ideal edge, so the
    numbers are for comparing volumes of one patient, not for comparing scanners.
    """
    source = hu if guide is None else guide
    distances, values = [], []
    reach = 6.0
    for k in range(hu.shape[0]) if slices is None else slices:
        found = _skin_distance(np.asarray(source[k], dtype=np.float32), reach)
        if found is None:
            continue
        rows, columns, distance = found
        distances.append(distance)
        values.append(np.asarray(hu[k], dtype=np.float64)[rows, columns])
    if not distances or sum(map(len, distances)) < 2000:
        return None
    return ttf_from_edge(np.concatenate(distances) * pixel_mm, np.concatenate(values), pixel_mm, reach * pixel_mm)


def _skin_distance(
    hu: NDArray[np.float32], reach: float
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]] | None:
    """Pixels within ``reach`` of the skin with clean air outside: rows, columns, signed distance (px, outwards)."""
    from scipy import ndimage
    from scipy.spatial import cKDTree
    from skimage.measure import find_contours

    smooth = ndimage.gaussian_filter(hu, 1.0)
    contours = find_contours(smooth, -500.0)
    if not contours:
        return None
    line = max(contours, key=len)
    if len(line) < 300:
        return None
    line = np.asarray(ndimage.gaussian_filter1d(line, 2.0, axis=0, mode="nearest"), dtype=np.float64)
    tangent = np.gradient(line, axis=0)
    normal = np.stack([tangent[:, 1], -tangent[:, 0]], axis=1)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)

    def sample(offset: float) -> NDArray[np.float32]:
        return np.asarray(ndimage.map_coordinates(smooth, (line + offset * normal).T, order=1, mode="nearest"))

    outwards = np.where(sample(3.0) < sample(-3.0), 1.0, -1.0)[:, None]
    normal *= outwards
    clean = np.ones(len(line), dtype=bool)
    for offset in (3.0, 5.0, 7.0, 9.0):
        clean &= (sample(offset) < -930) & (sample(-offset) > -250)
    if clean.sum() < 50:
        return None
    top, left = (max(int(edge - reach), 0) for edge in line.min(axis=0))
    bottom, right = (min(int(edge + reach) + 2, n) for edge, n in zip(line.max(axis=0), hu.shape, strict=True))
    rows, columns = np.mgrid[top:bottom, left:right]
    pixels = np.stack([rows.ravel(), columns.ravel()], axis=1)
    away, nearest = cKDTree(line).query(pixels, distance_upper_bound=reach + 1.0)
    near = np.isfinite(away)
    near[near] = clean[nearest[near]]
    pixels, nearest = pixels[near], nearest[near]
    distance = ((pixels - line[nearest]) * normal[nearest]).sum(axis=1)
    inside = np.abs(distance) <= reach
    return pixels[inside, 0], pixels[inside, 1], distance[inside]


def _taper(count: int) -> NDArray[np.float64]:
    """Flat in the middle half, falling to 0 at both ends as a cosine: keeps noise far from the edge out."""
    place = np.abs(np.linspace(-1.0, 1.0, count))
    return np.where(place <= 0.5, 1.0, 0.5 + 0.5 * np.cos(np.pi * (place - 0.5) / 0.5))


def _falls_to(frequency: NDArray[np.float64], ttf: NDArray[np.float64], level: float) -> float:
    """Frequency of the first fall below ``level``, linearly between samples; NaN if there is none."""
    below = np.flatnonzero(ttf < level)
    if below.size == 0 or below[0] == 0:
        return float("nan")
    k = int(below[0])
    share = (ttf[k - 1] - level) / (ttf[k - 1] - ttf[k])
    return float(frequency[k - 1] + share * (frequency[k] - frequency[k - 1]))
