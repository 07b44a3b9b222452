"""Lesions put into real noise: are they still there, as strong and as sharp, after a denoiser?

The denoiser sees the same volume twice, with and without faint balls in flat soft tissue. What a linear
model cannot know (a network that keeps strong edges and eats faint ones) shows here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .detectability import laguerre_gauss, paired_cho_dprime
from .noise import cut
from .resolution import circular_ttf

# A volume (z, y, x) and the slices that will be looked at: only these must be denoised in what is returned.
Denoise = Callable[[NDArray[np.int16], Sequence[int]], NDArray[np.int16]]
HALF = 0.5  # share of the contrast below which a lesion has vanished
_CHANNELS = 6


@dataclass(frozen=True)
class Kept:
    """What a denoiser leaves of the contrast in n lesions of one kind (1 = all), and which of them vanish.

    ``each`` (n,) is *paired*: (denoised with − denoised without the lesion, the same noise in both) inside the lesion
    against the same before; noise alone does not scatter it, so what it lacks the denoiser took. ``read_low`` and
    ``read_denoised`` (n,) are what a reader sees: inside of the lesion less a ring around it in the one picture with
    the lesion, as a share of the contrast; these scatter with the noise, at low dose more than after denoising.
    """

    each: NDArray[np.float64]
    read_low: NDArray[np.float64]
    read_denoised: NDArray[np.float64]

    @property
    def mean(self) -> float:
        """Mean share kept."""
        return float(self.each.mean())

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of :attr:`mean` (Student's t over lesions)."""
        from scipy import stats

        n = len(self.each)
        wide = float(stats.t.ppf(0.975, n - 1) * self.each.std(ddof=1) / math.sqrt(n)) if n > 1 else math.inf
        return self.mean - wide, self.mean + wide

    @property
    def vanished(self) -> int:
        """Single lesions of which less than :data:`HALF` is left, paired."""
        return int((self.each < HALF).sum())

    @property
    def unread(self) -> tuple[int, int]:
        """Single lesions that read as less than :data:`HALF` their contrast: at low dose, denoised."""
        return int((self.read_low < HALF).sum()), int((self.read_denoised < HALF).sum())


@dataclass(frozen=True)
class LesionStudy:
    """One size and contrast: what is kept of it in the slice through its middle.

    d′ of the channelised Hotelling observer (Laguerre-Gauss) before and after; ``ttf50`` (cycles/mm) of the
    lesion's rim, from the mean of all lesions, before and after.
    """

    diameter_mm: float
    contrast_hu: float
    lesions: int
    dprime_low: float
    dprime_denoised: float
    kept: Kept
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
    """Put a ball (:func:`ball`) into the middle of each flat square and compare before with after.

    ``low`` is (z, y, x) HU; ``places`` and ``size`` as :func:`.noise.flat_places` gives them (those that
    would touch each other are dropped). Raises ValueError with fewer than 8 places, and where pixels are not square.
    """
    if not math.isclose(spacing_mm[1], spacing_mm[2], rel_tol=0.01):
        raise ValueError(
            f"pixels of {spacing_mm[1]:g} × {spacing_mm[2]:g} mm are not square: lesions would be ellipses"
        )
    lesion = ball(size, spacing_mm, diameter_mm, blur_mm)
    half = len(lesion) // 2
    chosen = apart(places, size, 2 * half + 2)
    if len(chosen) < 8:
        raise ValueError(f"only {len(chosen)} flat places: too few for an observer")
    with_lesions = low.astype(np.float32)
    for k, j, i in chosen:
        first, last = max(k - half, 0), min(k + half + 1, len(low))
        with_lesions[first:last, j : j + size, i : i + size] += contrast_hu * lesion[first - k + half : last - k + half]
    marked: NDArray[np.int16] = np.rint(with_lesions).astype(np.int16)
    looked_at = sorted({k for k, _, _ in chosen})
    before = (cut(marked, chosen, size), cut(low, chosen, size))
    after = (cut(denoise(marked, looked_at), chosen, size), cut(denoise(low, looked_at), chosen, size))
    channels = laguerre_gauss(size, 1.5 * diameter_mm / spacing_mm[1], min(_CHANNELS, len(chosen) - 3))
    rims = [_rim((v - w).mean(axis=0), size, diameter_mm / 2.0, spacing_mm[1]) for v, w in (before, after)]
    return LesionStudy(
        diameter_mm=diameter_mm,
        contrast_hu=contrast_hu,
        lesions=len(chosen),
        dprime_low=paired_cho_dprime(*before, channels),
        dprime_denoised=paired_cho_dprime(*after, channels),
        kept=kept_of(before, after, lesion[half], ring_of(size, spacing_mm[1], diameter_mm)),
        ttf50_low=rims[0],
        ttf50_denoised=rims[1],
    )


def kept_of(
    before: tuple[NDArray[Any], NDArray[Any]],
    after: tuple[NDArray[Any], NDArray[Any]],
    lesion: NDArray[Any],
    ring: NDArray[np.bool_],
) -> Kept:
    """Contrast kept from pictures (n, y, x) before and after denoising, each (with lesion, without it).

    ``lesion`` (y, x) is its share of each pixel; where that is more than half its greatest counts as inside.
    """
    weight = np.where(lesion > lesion.max() / 2, lesion, 0.0)
    weight = weight / weight.sum()
    inside = [(v.astype(np.float64) * weight).sum(axis=(1, 2)) for v in (*before, *after)]
    contrast = inside[0] - inside[1]
    read = [middle - v[:, ring].mean(axis=1) for middle, v in ((inside[0], before[0]), (inside[2], after[0]))]
    return Kept((inside[2] - inside[3]) / contrast, read[0] / contrast, read[1] / contrast)


def apart(places: list[tuple[int, int, int]], size: int, slices: int) -> list[tuple[int, int, int]]:
    """As many of the places, in their order, as do not overlap within ``slices`` slices of each other."""
    chosen: list[tuple[int, int, int]] = []
    for k, j, i in places:
        if all(abs(k - a) >= slices or abs(j - b) >= size or abs(i - c) >= size for a, b, c in chosen):
            chosen.append((k, j, i))
    return chosen


def ball(
    size: int, spacing_mm: tuple[float, float, float], diameter_mm: float, blur_mm: float = 0.6
) -> NDArray[np.float64]:
    """A ball's share of each voxel (slices, size, size), as many slices as it touches, its middle in the middle one.

    Averaged over each slice's thickness, drawn four times finer in the plane, blurred there by ``blur_mm`` (Gaussian
    sigma) as a scan does.
    """
    from scipy import ndimage

    from ..physics.raster import Grid, ball_coverage

    thickness, pixel = spacing_mm[:2]
    fine = 4
    half = max(math.ceil(diameter_mm / 2.0 / thickness - 0.5), 0)
    out = np.zeros((2 * half + 1, size, size))
    for n, slice_ in enumerate(out):
        drawn = np.zeros((size * fine, size * fine))
        z = (n - half) * thickness
        box, cover = ball_coverage(np.zeros(3), diameter_mm / 2.0, z, thickness, Grid(size * fine, pixel / fine))
        drawn[box] = cover
        smooth = ndimage.gaussian_filter(drawn, blur_mm / pixel * fine)
        slice_[...] = smooth.reshape(size, fine, size, fine).mean(axis=(1, 3))
    return out


def ring_of(
    size: int, pixel_mm: float, diameter_mm: float, middle: tuple[float, float] | None = None
) -> NDArray[np.bool_]:
    """The ring (size, size) around a lesion that its inside is read against, from 2 to 6 mm off its rim.

    ``middle`` (row, column) in pixels: the picture's own middle unless given.
    """
    y, x = middle or ((size - 1) / 2.0, (size - 1) / 2.0)
    off = np.hypot(np.arange(size)[:, None] - y, np.arange(size)[None] - x) * pixel_mm - diameter_mm / 2.0
    return np.asarray((off > 2.0) & (off <= 6.0))


def _rim(picture: NDArray[Any], size: int, radius_mm: float, pixel_mm: float) -> float:
    """TTF50 of the lesion in a mean difference picture; NaN where the lesion is too small or gone."""
    middle = (size - 1) / 2.0
    room = (size / 2.0 - 1.0) * pixel_mm - radius_mm
    try:
        return circular_ttf(picture, (middle, middle), radius_mm, pixel_mm, min(0.9 * radius_mm, room)).ttf50
    except ValueError:
        return float("nan")
