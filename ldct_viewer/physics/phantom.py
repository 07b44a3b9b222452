"""The digital thorax: anatomy drawn slice by slice to noise-free HU, and the list of what was hidden in it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..cancel import NEVER, CancelToken, Progress, no_progress
from ..volume import Geometry
from . import anatomy
from .organs import Scene, build_scene, draw_slices
from .raster import Grid, ball_coverage

Floats = NDArray[np.floating]
SLICES_AT_ONCE = 6


@dataclass(frozen=True)
class Finding:
    """One hidden object: a ball. ``centre_lps`` mm; ``hu`` inside; ``background_hu`` around it."""

    kind: str  # "nodule" (lung, solid), "ground glass" (lung) or "lesion" (liver)
    centre_lps: tuple[float, float, float]
    diameter_mm: float
    hu: float
    background_hu: float

    @property
    def contrast_hu(self) -> float:
        """Inside minus outside."""
        return self.hu - self.background_hu


@dataclass(frozen=True)
class Phantom:
    """Noise-free truth: ``hu`` int16 (z, y, x), where it lies, and what is hidden in it."""

    hu: NDArray[np.int16]
    geometry: Geometry
    findings: tuple[Finding, ...] = field(default_factory=tuple)


LIVER_HU, LUNG_HU = 60.0, -860.0
# contrast against the liver, HU → diameters, mm
LESIONS: tuple[tuple[float, tuple[float, ...]], ...] = (
    (-50.0, (12.0, 8.0, 5.0, 3.0)),
    (-20.0, (15.0, 10.0, 7.0, 5.0)),
    (-10.0, (18.0, 12.0, 8.0)),
)
# x, y, z (mm in the model), diameter mm, HU: solid and ground-glass nodules in the lungs
NODULES: tuple[tuple[float, float, float, float, float], ...] = (
    (-92, -18, 176, 8.0, 40.0),
    (-104, 30, 142, 5.0, 30.0),
    (-70, 44, 205, 4.0, 60.0),
    (84, -30, 205, 12.0, 35.0),
    (98, 34, 128, 6.0, 40.0),
    (62, 52, 172, 3.0, 50.0),
    (-58, -48, 214, 10.0, -600.0),
    (100, -8, 165, 14.0, -650.0),
)
# model z mm at three levels of the right liver lobe, and places in it (x, y)
_LIVER_PLACES = [
    (x, y, z) for z in (22.0, 42.0, 62.0) for x, y in ((-96.0, -28.0), (-96.0, 18.0), (-62.0, 36.0), (-60.0, -34.0))
]


def geometry_of(size: int = 512, slices: int = 120, pixel_mm: float = 0.75, slice_mm: float = 2.5) -> Geometry:
    """The phantom's place in the patient: axial, middle of the picture at x = y = 0, LPS."""
    half = (size - 1) / 2 * pixel_mm
    return Geometry((slices, size, size), (slice_mm, pixel_mm, pixel_mm), (-half, -half, 0.0))


def thorax(
    size: int = 512,
    slices: int = 120,
    pixel_mm: float | None = None,
    slice_mm: float | None = None,
    *,
    seed: int = 1,
    texture: bool = True,
    threads: int = 2,
    progress: Progress = no_progress,
    cancel: CancelToken = NEVER,
) -> Phantom:
    """Draw the thorax. Field of view 384 mm and 300 mm of height unless pixel and slice size say otherwise.

    Same arguments, same voxels. ``texture`` adds the mild mottling of parenchyma and muscle; without it
    organs are flat (for measuring bias).
    """
    pixel_mm = 384.0 / size if pixel_mm is None else pixel_mm
    slice_mm = anatomy.Z_TOP / slices if slice_mm is None else slice_mm
    geometry = geometry_of(size, slices, pixel_mm, slice_mm)
    grid = Grid(size, pixel_mm)
    z_mm = (np.arange(slices) + 0.5) * slice_mm  # model height of slice centres; LPS z = model z − half a slice
    scene = build_scene(seed)
    findings = place_findings(seed, slice_mm)
    hu = np.empty(geometry.shape, np.int16)

    def chunk(first: int) -> int:
        cancel.check()
        part = slice(first, min(first + SLICES_AT_ONCE, slices))
        image = draw_slices(scene, z_mm[part], grid, seed if texture else None)
        _add_findings(image, findings, z_mm[part] - slice_mm / 2, slice_mm, grid)
        np.clip(np.rint(image), -1000, 3000, out=image)
        hu[part] = image
        return part.stop - part.start

    done = 0
    with ThreadPoolExecutor(threads, "phantom") as pool:
        for count in pool.map(chunk, range(0, slices, SLICES_AT_ONCE)):
            done += count
            progress(done, slices)
    return Phantom(hu, geometry, findings)


def place_findings(seed: int, slice_mm: float) -> tuple[Finding, ...]:
    """The hidden objects of a seed; the seed only moves them by some millimetres."""
    rng = np.random.default_rng([seed, 77])
    found = []
    sizes = [(contrast, d) for contrast, ds in LESIONS for d in ds]
    for (contrast, diameter), place in zip(sizes, _LIVER_PLACES, strict=False):
        x, y, z = np.asarray(place) + rng.uniform(-4, 4, 3)
        found.append(_finding("lesion", x, y, z - slice_mm / 2, diameter, LIVER_HU + contrast, LIVER_HU))
    for x, y, z, diameter, hu in NODULES:
        dx, dy, dz = rng.uniform(-4, 4, 3)
        kind = "nodule" if hu > -300 else "ground glass"
        found.append(_finding(kind, x + dx, y + dy, z + dz - slice_mm / 2, diameter, hu, LUNG_HU))
    return tuple(found)


def _finding(kind: str, x: float, y: float, z: float, diameter: float, hu: float, background: float) -> Finding:
    return Finding(kind, (round(float(x), 2), round(float(y), 2), round(float(z), 2)), diameter, hu, background)


def _add_findings(image: Floats, findings: tuple[Finding, ...], z_lps: Floats, slice_mm: float, grid: Grid) -> None:
    for k, z in enumerate(z_lps):
        for f in findings:
            if abs(z - f.centre_lps[2]) <= f.diameter_mm / 2 + slice_mm:
                box, cover = ball_coverage(np.asarray(f.centre_lps), f.diameter_mm / 2, float(z), slice_mm, grid)
                image[k][box] += cover * (f.hu - image[k][box])


__all__ = ["Finding", "Phantom", "Scene", "geometry_of", "place_findings", "thorax"]
