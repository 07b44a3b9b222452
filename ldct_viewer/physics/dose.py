"""Lowering the dose of an ordinary reconstructed series: the noise it would have more, added to it.

Formula of every ray (Yu 2012, Zeng 2015): added variance (1/a − 1)/I + (1/a² − 1) σe²/I²; only that noise is
reconstructed, so the anatomy stays untouched. Full dose is put where it explains the noise that the series has.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..cancel import NEVER, CancelToken, Progress, no_progress
from ..errors import OpenError
from ..volume import AIR_HU, Geometry
from .kernels import Kernel, fit_kernel, kernel_from_name, uniform_patches
from .noise import NoiseMaker, noise_maker
from .scanner import Scanner

_BATCH = 4
_MAX_HU = 32767


@dataclass(frozen=True)
class DosePlan:
    """How a series is simulated: its kernel, the scanner whose noise matches its own, and its noise level."""

    kernel: Kernel
    scanner: Scanner
    reference: float  # line integral at which the tube current is at its mean
    source_sd_hu: float  # measured in even soft tissue; nan where there is none


def simulate_low_dose(
    hu: NDArray[np.int16],
    geometry: Geometry,
    dose: float,
    seed: int = 0,
    *,
    kernel: Kernel | str | None = None,
    plan: DosePlan | None = None,
    device: str = "cpu",
    progress: Progress = no_progress,
    cancel: CancelToken = NEVER,
    on_slices: Callable[[list[int]], None] | None = None,
) -> NDArray[np.int16]:
    """HU (z, y, x) int16 as the same scan at ``dose`` (0..1] of its tube current would show it.

    ``kernel``: a :class:`Kernel`, a header's ConvolutionKernel as fallback, or None: fitted to the picture's
    noise. Same seed, same noise, on any device to float rounding. Values outside the scanner's range
    (padding at or below −1024) stay as they are.
    """
    if not 0 < dose <= 1:
        raise ValueError(f"dose must lie in (0, 1], not {dose:g}")
    hu = np.asarray(hu)
    out = hu.astype(np.int16, copy=True)
    if dose == 1:
        return out
    size, pixel_mm, _ = square_field(geometry)
    plan = plan or plan_dose(hu, geometry, kernel, device)
    maker = noise_maker(size, pixel_mm, plan.kernel, plan.scanner, device=device)
    for first in range(0, hu.shape[0], _BATCH):
        cancel.check()
        at = slice(first, min(first + _BATCH, hu.shape[0]))
        noise = _noise_of(maker, hu[at], geometry, dose, 1.0, plan.reference, seed, first)
        source = hu[at]
        noisy = np.clip(np.rint(source + noise), AIR_HU, _MAX_HU).astype(np.int16)
        out[at] = np.where(source <= AIR_HU, source, noisy)
        progress(at.stop, hu.shape[0])
        if on_slices is not None:
            on_slices(list(range(at.start, at.stop)))
    return out


def plan_dose(
    hu: NDArray[np.int16], geometry: Geometry, kernel: Kernel | str | None = None, device: str = "cpu"
) -> DosePlan:
    """Measure a series: kernel from its noise spectrum, photon number from its noise level."""
    size, pixel_mm, _ = square_field(geometry)
    if not isinstance(kernel, Kernel):
        fallback = kernel_from_name(kernel or "")
        kernel = fit_kernel(hu, pixel_mm, fallback) if geometry.spacing_mm[1] == geometry.spacing_mm[2] else fallback
    scanner = Scanner()
    maker = noise_maker(size, pixel_mm, kernel, scanner, device=device)
    some = np.unique(np.linspace(0, hu.shape[0] - 1, min(hu.shape[0], 12)).astype(int))
    reference = float(maker.line_integrals(_square(hu[some], geometry)).quantile(0.97, dim=-1).mean())
    side = 24
    patches, places = uniform_patches(hu, side, 60)
    if len(patches) < 6:
        return DosePlan(kernel, scanner, reference, float("nan"))
    slices = sorted({k for k, _, _ in places})[:12]
    noise = np.concatenate(
        [_noise_of(maker, hu[[k]], geometry, 1.0, float("inf"), reference, 12345, int(k)) for k in slices]
    )
    measured, modelled = [], []
    for patch, (k, j, i) in zip(patches, places, strict=True):
        if k in slices:
            measured.append(_detrended_sd(patch))
            modelled.append(_detrended_sd(noise[slices.index(k), j : j + side, i : i + side]))
    sd, model_sd = float(np.sqrt(np.mean(np.square(measured)))), float(np.sqrt(np.mean(np.square(modelled))))
    # quantum noise power goes as 1/photons; electronic noise is kept at its share of the quantum noise
    ratio = float(np.clip((model_sd / max(sd, 0.3)) ** 2, 1e-3, 1e3))
    matched = replace(scanner, photons=scanner.photons * ratio, electronic=scanner.electronic * ratio**0.5)
    return DosePlan(kernel, matched, reference, sd)


def square_field(geometry: Geometry) -> tuple[int, float, tuple[int, int]]:
    """(size, pixel mm, (rows, columns)) of the square on which a slice's noise is made."""
    _, rows, columns = geometry.shape
    row_mm, column_mm = geometry.spacing_mm[1], geometry.spacing_mm[2]
    if abs(row_mm - column_mm) > 0.02 * column_mm:
        raise OpenError(
            "Pixels are not square, so a scanner cannot be modelled.", "Use an axial series.", code="not_square"
        )
    if max(rows, columns) < 32:
        raise OpenError("The slices are too small to model a scanner.", "Use an axial series.", code="too_small")
    size = -(-max(rows, columns) // 4) * 4
    return size, float(column_mm), (rows, columns)


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
    seed: int,
    number: int,
) -> NDArray[np.float32]:
    import torch

    size, _, (rows, columns) = square_field(geometry)
    p = maker.line_integrals(_square(hu, geometry))
    generator = torch.Generator().manual_seed((seed * 1_000_003 + number) % (1 << 62))
    noise = maker.draw(maker.log_sd(p, dose, source_dose, reference), generator).cpu().numpy()
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
