"""Lowering the dose of an ordinary reconstructed series: the noise it would have more, added to it.

Formula of every ray (Yu 2012, Zeng 2015): added variance (1/a − 1)/I + (1/a² − 1) σe²/I², bounded where the signal is
starved (:mod:`.detector`); only that noise is reconstructed, so the anatomy stays untouched. Full dose is put where it
explains the noise that the series has.

Mean values stay because nothing is cut off: a 12-bit scanner stores no air below −1024, which lifts the mean of noisy
air (to −995 HU at 5 % dose), but that is its file's doing and not the dose's. What the source itself has cut off at
−1024 here and there in air is air, and takes its noise as its surroundings do: left as it is it would be a hole in the
noise. Whole areas at or below −1024 are outside of what was reconstructed and stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..cancel import NEVER, CancelToken, Progress, no_progress
from ..errors import OpenError
from ..volume import AIR_HU, Geometry
from .kernels import Kernel, fit_kernel, kernel_from_name, uniform_patches, without_structure
from .noise import NoiseMaker, noise_maker, slice_weights
from .scanner import Scanner

_BATCH = 4
_MAX_HU = 32767
_MOST_TILT = 35.0  # degrees; gantries tilt by 30
_BORE_MM = 400.0
_FEWEST = 6  # even patches that tell a series' noise
_TISSUE_HU, _CUT_MM = -150, 40.0


@dataclass(frozen=True)
class DosePlan:
    """How a series is simulated: its kernel, the scanner whose noise matches its own, and its noise level."""

    kernel: Kernel
    scanner: Scanner
    reference: float  # line integral at which the tube current is at its mean
    source_sd_hu: float  # measured in even soft tissue; nan where there is none
    axis_mm: tuple[float, float] = (0.0, 0.0)  # rotation axis from the middle of the picture: :func:`axis_of`


def simulate_low_dose(
    hu: NDArray[np.int16],
    geometry: Geometry,
    dose: float,
    seed: int = 0,
    *,
    kernel: Kernel | str | None = None,
    plan: DosePlan | None = None,
    thickness_mm: float | None = None,
    device: str = "cpu",
    progress: Progress = no_progress,
    cancel: CancelToken = NEVER,
    on_slices: Callable[[list[int]], None] | None = None,
) -> NDArray[np.int16]:
    """HU (z, y, x) int16 as the same scan at ``dose`` (0..1] of its tube current would show it.

    ``kernel``: a :class:`Kernel`, a header's ConvolutionKernel as fallback, or None: fitted to the picture's
    noise. ``thickness_mm``: nominal slice thickness; the noise of slices that overlap is then correlated as their
    profiles overlap (:func:`.noise.slice_weights`), else every slice has noise of its own. Same seed, same noise, on
    any device to float rounding. Areas outside the scanner's range (:func:`outside_scan`) stay as they are; values
    below −1024 are noise like any other and are kept. ValueError for a dose out of range, OpenError for a picture
    that is no axial slice (:func:`square_field`), Cancelled.
    """
    if not 0 < dose <= 1:
        raise ValueError(f"dose must lie in (0, 1], not {dose:g}")
    hu = np.asarray(hu)
    out = hu.astype(np.int16, copy=True)
    if dose == 1:
        return out
    size, pixel_mm, _ = square_field(geometry)
    plan = plan or plan_dose(hu, geometry, kernel, device)
    maker = noise_maker(size, pixel_mm, plan.kernel, plan.scanner, device=device, axis_mm=plan.axis_mm)
    white = _WhiteFields(maker, _mixing(geometry, hu.shape[0], thickness_mm), seed)
    for first in range(0, hu.shape[0], _BATCH):
        cancel.check()
        at = slice(first, min(first + _BATCH, hu.shape[0]))
        noise = _noise_of(maker, hu[at], geometry, dose, 1.0, plan.reference, white.of(range(at.start, at.stop)))
        source = hu[at]
        noisy = np.clip(np.rint(source + noise), -_MAX_HU - 1, _MAX_HU).astype(np.int16)
        out[at] = np.where(outside_scan(source), source, noisy)
        progress(at.stop, hu.shape[0])
        if on_slices is not None:
            on_slices(list(range(at.start, at.stop)))
    return out


def plan_dose(
    hu: NDArray[np.int16],
    geometry: Geometry,
    kernel: Kernel | str | None = None,
    device: str = "cpu",
    axis_mm: tuple[float, float] = (0.0, 0.0),
) -> DosePlan:
    """Measure a series: kernel from its noise spectrum, photon number from its noise level.

    ``hu`` (z, y, x); ``kernel`` and errors as in :func:`simulate_low_dose`; ``axis_mm``: :func:`axis_of`.
    """
    size, pixel_mm, _ = square_field(geometry)
    if not isinstance(kernel, Kernel):
        fallback = kernel_from_name(kernel or "")
        kernel = fit_kernel(hu, pixel_mm, fallback) if geometry.spacing_mm[1] == geometry.spacing_mm[2] else fallback
    scanner = Scanner()
    maker = noise_maker(size, pixel_mm, kernel, scanner, device=device, axis_mm=axis_mm)
    some = np.unique(np.linspace(0, hu.shape[0] - 1, min(hu.shape[0], 12)).astype(int))
    reference = float(scanner.middle_path(maker.line_integrals(_square(hu[some], geometry))).mean())
    side = 24
    patches, places = uniform_patches(hu, side, 60)
    if len(patches) < _FEWEST:
        return DosePlan(kernel, scanner, reference, float("nan"), axis_mm)
    slices = sorted({k for k, _, _ in places})[:12]
    white = _WhiteFields(maker, None, 12345)
    noise = np.concatenate(
        [_noise_of(maker, hu[[k]], geometry, 1.0, float("inf"), reference, white.of([int(k)])) for k in slices]
    )
    measured, modelled = [], []
    for patch, (k, j, i) in zip(patches, places, strict=True):
        if k in slices:
            measured.append(_detrended_sd(patch))
            modelled.append(_detrended_sd(noise[slices.index(k), j : j + side, i : i + side]))
    even = without_structure(np.divide(measured, modelled))
    if np.count_nonzero(even) < _FEWEST:
        return DosePlan(kernel, scanner, reference, float("nan"), axis_mm)
    # stored HU are whole numbers, which adds 1/12 HU² (Sheppard): no photon's doing
    sd = max(float(np.mean(np.square(measured)[even])) - 1 / 12, 0.0) ** 0.5
    model_sd = float(np.sqrt(np.mean(np.square(modelled)[even])))
    # quantum noise power goes as 1/photons; electronic noise is kept at its share of the quantum noise
    ratio = float(np.clip((model_sd / max(sd, 0.3)) ** 2, 1e-3, 1e3))
    matched = replace(scanner, photons=scanner.photons * ratio, electronic=scanner.electronic * ratio**0.5)
    return DosePlan(kernel, matched, reference, sd, axis_mm)


def outside_scan(hu: NDArray[Any]) -> NDArray[np.bool_]:
    """Voxels of slices (n, y, x) HU that were not reconstructed, bool, same shape: padding, beyond the circle.

    At or below −1024 and joined, within the slice, to a place where a whole 5 × 5 neighbourhood is (beyond the border
    counts). Single voxels of air at or below −1024 are noise.
    """
    from scipy import ndimage

    low = hu <= AIR_HU
    found = np.zeros_like(low)
    for k in np.flatnonzero(low.any(axis=(1, 2))):
        seeds = ndimage.minimum_filter(low[k], 5, mode="constant", cval=True)
        parts, _ = ndimage.label(low[k])
        found[k] = low[k] & np.isin(parts, np.unique(parts[seeds]))
    return found


class _WhiteFields:
    """White fields of slices, each from a generator of its own: whichever slices are asked for, and in what order."""

    def __init__(self, maker: NoiseMaker, weights: NDArray[np.float32] | None, seed: int) -> None:
        self._maker, self._weights, self._seed = maker, weights, seed
        self._kept: dict[int, Any] = {}  # overlapping slices share fields: each is drawn once

    def of(self, slices: Iterable[int]) -> Any:
        """(slices, views, bins), float32 torch on the CPU."""
        import torch

        parts = []
        for k in slices:
            if self._weights is None:
                parts.append(self._field(k))
                continue
            used = np.flatnonzero(self._weights[k])
            self._kept = {n: field for n, field in self._kept.items() if n in used}
            for n in used:
                if int(n) not in self._kept:
                    self._kept[int(n)] = self._field(int(n))
            parts.append(sum(float(self._weights[k, n]) * self._kept[int(n)] for n in used))
        return torch.stack(parts)

    def _field(self, number: int) -> Any:
        import torch

        generator = torch.Generator().manual_seed((self._seed * 1_000_003 + number) % (1 << 62))
        return torch.randn((self._maker.views, self._maker.bins), generator=generator)


def _mixing(geometry: Geometry, count: int, thickness_mm: float | None) -> NDArray[np.float32] | None:
    """Weights of white fields where slices overlap, else None."""
    if not thickness_mm or count < 2:
        return None
    upright = float(abs(geometry.normal @ geometry.matrix[:, 2]))  # profiles are measured along the normal
    z = np.array([geometry.slice_position_mm(k) for k in range(count)]) * upright
    steps = np.diff(z)
    if thickness_mm <= steps.min():
        return None
    # as if the stack went on at both ends: a slice's noise is then the same where the stack is cut short
    more = np.arange(1, int(np.ceil(thickness_mm / np.median(steps))) + 1) * np.median(steps)
    weights = slice_weights(np.concatenate([z[0] - more[::-1], z, z[-1] + more]), thickness_mm)
    weights = weights[len(more) : len(more) + count]
    return weights if np.count_nonzero(weights) > count else None


def square_field(geometry: Geometry) -> tuple[int, float, tuple[int, int]]:
    """(size, pixel mm, (rows, columns)) of the square on which a slice's noise is made.

    OpenError for slices of which no scanner's rays can be told: ``not_axial`` (reformatted in another plane; a tilted
    gantry is fine), ``not_square`` (pixels), ``too_small``.
    """
    _, rows, columns = geometry.shape
    row_mm, column_mm = geometry.spacing_mm[1], geometry.spacing_mm[2]
    tilt = float(np.degrees(np.arccos(min(1.0, abs(float(geometry.normal[2]))))))
    if tilt > _MOST_TILT:
        raise OpenError(
            f"These slices are not axial (their plane is turned by {tilt:.0f}° from it), so the rays that made them "
            "cannot be modelled.",
            "Choose the axial series that they were reformatted from.",
            code="not_axial",
        )
    if abs(row_mm - column_mm) > 0.02 * column_mm:
        raise OpenError(
            "Pixels are not square, so a scanner cannot be modelled.", "Use an axial series.", code="not_square"
        )
    if max(rows, columns) < 32:
        raise OpenError("The slices are too small to model a scanner.", "Use an axial series.", code="too_small")
    size = -(-max(rows, columns) // 4) * 4
    return size, float(column_mm), (rows, columns)


def axis_of(geometry: Geometry, centre_lps: tuple[float, float, float] | None) -> tuple[float, float]:
    """Where the scanner's axis lies in the picture: mm along a row and down a column from the middle of the field.

    ``centre_lps``: DataCollectionCenterPatient, LPS mm. Without it, or where it is no place in a scanner's bore, the
    picture is taken to be centred: (0, 0).
    """
    if centre_lps is None:
        return 0.0, 0.0
    size, pixel_mm, (rows, columns) = square_field(geometry)
    _, j, i = geometry.lps_to_index(centre_lps)
    row = (j + (size - rows) // 2 - size // 2) * pixel_mm
    column = (i + (size - columns) // 2 - size // 2) * pixel_mm
    if not np.hypot(row, column) < _BORE_MM:
        return 0.0, 0.0
    return float(column), float(row)


def truncated_share(hu: NDArray[np.int16], pixel_mm: float) -> float:
    """Share (0…1) of slices (z, y, x) HU that show the body cut off: 40 mm of tissue or more along the field's edge.

    What lies outside is missing from the rays, so too little noise is put in behind it. The edge is that of the
    picture or of :func:`outside_scan`; tissue is above −150 HU, which leaves out air, most tables and clothes. At most
    24 slices are looked at, evenly spread.
    """
    from scipy import ndimage

    looked_at = hu[np.unique(np.linspace(0, hu.shape[0] - 1, min(hu.shape[0], 24)).astype(int))]
    cut = 0
    for picture in looked_at:
        outside = np.pad(outside_scan(picture[None])[0], 1, constant_values=True)
        edge = ndimage.binary_dilation(outside, iterations=2)[1:-1, 1:-1] & ~outside[1:-1, 1:-1]
        tissue = int(np.count_nonzero(edge & (picture > _TISSUE_HU)))
        cut += int(tissue / 2 * pixel_mm >= _CUT_MM)  # the edge is two voxels deep
    return cut / len(looked_at)


def _square(hu: NDArray[Any], geometry: Geometry) -> Any:
    """Slices in the middle of a square, air around, as a float32 torch tensor."""
    import torch

    size, _, (rows, columns) = square_field(geometry)
    out = np.full((hu.shape[0], size, size), -1000.0, np.float32)
    j, i = (size - rows) // 2, (size - columns) // 2
    out[:, j : j + rows, i : i + columns] = hu
    return torch.from_numpy(out)


def _noise_of(
    maker: NoiseMaker,
    hu: NDArray[Any],
    geometry: Geometry,
    dose: float,
    source_dose: float,
    reference: float,
    white: Any,
) -> NDArray[np.float32]:
    size, _, (rows, columns) = square_field(geometry)
    p = maker.line_integrals(_square(hu, geometry))
    noise = maker.draw(maker.log_sd(p, dose, source_dose, reference), white=white).cpu().numpy()
    j, i = (size - rows) // 2, (size - columns) // 2
    return np.asarray(noise[:, j : j + rows, i : i + columns])


def _detrended_sd(patch: NDArray[Any]) -> float:
    """SD of a patch less its best plane (anatomy's slow drift)."""
    m = patch.shape[0]
    y, x = np.mgrid[0:m, 0:m] / m - 0.5
    flat = patch - patch.mean()
    for basis in (x, y):
        flat = flat - basis * float((flat * basis).sum() / (basis * basis).sum())
    return float(np.sqrt((flat**2).sum() / (m * m - 3)))
