"""Regions of interest: which pixels count, and what is measured in them on both sides.

Pixel-centre rule: a pixel belongs to a region when its centre lies inside it or on its edge. Corners are
voxel coordinates in which integer values are voxel centres. Statistics use stored HU, never interpolated
display values; padding (outside the scanner's reconstruction) is left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..blend import blend
from ..planes import plane_axes
from ..volume import Geometry, Volume

KINDS = ("ellipse", "rectangle", "distance")
Voxel = tuple[float, float, float]
# Above this deviation of slice steps from their median, a length that runs across slices is not given.
IRREGULAR_LIMIT = 0.20


@dataclass(frozen=True)
class Roi:
    """A shape on slice ``index`` of ``plane``: two opposite corners (or line ends) as voxels (k, j, i)."""

    kind: str
    plane: str
    index: int
    a: Voxel
    b: Voxel
    id: int = 0


@dataclass(frozen=True)
class RoiStats:
    """Values in a region: ``n`` pixels; HU; ``sd_hu`` is the population SD (÷ n, as numpy's ``std``)."""

    n: int
    mean_hu: float
    sd_hu: float
    min_hu: int
    max_hu: int
    median_hu: float
    area_mm2: float


@dataclass(frozen=True)
class RoiResult:
    """One region on both sides; ``right`` is None where not denoised; ``length_mm`` only for a distance."""

    low: RoiStats | None = None
    right: RoiStats | None = None
    length_mm: float | None = None

    @property
    def mean_change_hu(self) -> float | None:
        """Mean right − mean left, HU."""
        return None if self.low is None or self.right is None else self.right.mean_hu - self.low.mean_hu

    @property
    def sd_change_percent(self) -> float | None:
        """Change of the SD from left to right in per cent (−50 = noise halved); None for a flat left side."""
        if self.low is None or self.right is None or self.low.sd_hu == 0:
            return None
        return 100.0 * (self.right.sd_hu / self.low.sd_hu - 1.0)


def shape_mask(
    kind: str, corner: tuple[float, float], opposite: tuple[float, float], shape: tuple[int, int]
) -> tuple[slice, slice, NDArray[np.bool_]]:
    """Rows, columns and mask (of that box) of a rectangle or ellipse by the pixel-centre rule.

    Corners are (row, column) with integers at pixel centres, in any order; parts outside ``shape`` drop.
    Raises ValueError for another kind.
    """
    if kind not in ("ellipse", "rectangle"):
        raise ValueError(f"no area in a {kind!r}")
    top, bottom = sorted((corner[0], opposite[0]))
    left, right = sorted((corner[1], opposite[1]))
    rows = slice(max(0, int(np.ceil(top))), max(0, min(shape[0], int(np.floor(bottom)) + 1)))
    cols = slice(max(0, int(np.ceil(left))), max(0, min(shape[1], int(np.floor(right)) + 1)))
    size = (max(0, rows.stop - rows.start), max(0, cols.stop - cols.start))
    if kind == "rectangle":
        return rows, cols, np.ones(size, dtype=bool)
    # A flat ellipse is the line it degenerates to: centres exactly on it count.
    half_r, half_c = max((bottom - top) / 2, 1e-9), max((right - left) / 2, 1e-9)
    r = (np.arange(rows.start, rows.start + size[0]) - (top + bottom) / 2) / half_r
    c = (np.arange(cols.start, cols.start + size[1]) - (left + right) / 2) / half_c
    return rows, cols, (r * r)[:, None] + (c * c)[None, :] <= 1.0 + 1e-12


def statistics(values: NDArray[np.int16], pixel_mm2: float | NDArray[np.float64]) -> RoiStats | None:
    """Statistics of HU values (1-D); ``pixel_mm2`` is one pixel's area or each one's. None if empty."""
    if values.size == 0:
        return None
    wide = values.astype(np.float64)
    area = float(np.sum(pixel_mm2)) if isinstance(pixel_mm2, np.ndarray) else values.size * float(pixel_mm2)
    return RoiStats(
        n=int(values.size),
        mean_hu=float(wide.mean()),
        sd_hu=float(wide.std()),
        min_hu=int(values.min()),
        max_hu=int(values.max()),
        median_hu=float(np.median(wide)),
        area_mm2=area,
    )


def measure(
    volume: Volume,
    roi: Roi,
    *,
    denoised: NDArray[np.int16] | None = None,
    strength: float = 1.0,
    loaded: NDArray[np.bool_] | None = None,
    ready: NDArray[np.bool_] | None = None,
) -> RoiResult:
    """Measure ``roi`` on the low-dose volume and on its denoised twin blended with ``strength``.

    ``loaded`` / ``ready`` (bool per array slice z) say which slices are valid; a region that touches one
    that is not is not measured on that side.
    """
    geometry = volume.geometry
    if roi.kind == "distance":
        return RoiResult(length_mm=length_mm(geometry, roi))
    axis = plane_axes(geometry)[roi.plane].slice_axis
    first, second = (a for a in (0, 1, 2) if a != axis)
    section = (slice(None),) * axis + (min(max(roi.index, 0), volume.shape[axis] - 1),)
    low = volume.hu[section]
    shape = (low.shape[0], low.shape[1])
    rows, cols, mask = shape_mask(roi.kind, (roi.a[first], roi.a[second]), (roi.b[first], roi.b[second]), shape)
    if volume.padding is not None:
        mask = mask & ~volume.padding[section][rows, cols]
    touched = slice(roi.index, roi.index + 1) if axis == 0 else rows
    if mask.size == 0 or (loaded is not None and not loaded[touched].all()):
        return RoiResult()
    heights = _extent_mm(geometry, first)[rows]
    # Across a tilted stack pixels are parallelograms.
    vectors = geometry.matrix[:, ::-1]  # columns by array axis z, y, x
    slant = float(np.linalg.norm(np.cross(vectors[:, first], vectors[:, second])))
    area = np.broadcast_to((heights * geometry.spacing_mm[second] * slant)[:, None], mask.shape)[mask]
    box = low[rows, cols]
    left = statistics(box[mask], area)
    right = None
    if denoised is not None and (ready is None or ready[touched].all()):
        right = statistics(blend(box[mask], denoised[section][rows, cols][mask], strength), area)
    return RoiResult(left, right)


def length_mm(geometry: Geometry, roi: Roi) -> float | None:
    """Distance in the patient between the ends of ``roi``, mm.

    None where the line runs across slices whose steps differ by more than 20 % (VIEWER.md §1): what lies
    in a gap is unknown.
    """
    if roi.a[0] != roi.b[0] and irregularity(geometry) > IRREGULAR_LIMIT:
        return None
    return float(np.linalg.norm(geometry.index_to_lps(*roi.a) - geometry.index_to_lps(*roi.b)))


def irregularity(geometry: Geometry) -> float:
    """Largest deviation of a slice step from the median step, as a fraction of it; 0 for a regular stack."""
    if geometry.z_positions_mm is None or len(geometry.z_positions_mm) < 2:
        return 0.0
    steps = np.diff(geometry.z_positions_mm)
    median = float(np.median(steps))
    return float(np.abs(steps - median).max() / median) if median > 0 else float("inf")


def _extent_mm(geometry: Geometry, axis: int) -> NDArray[np.float64]:
    """Extent of each pixel along an array axis; across irregular slices half the way to each neighbour."""
    n = geometry.shape[axis]
    if axis != 0 or geometry.z_positions_mm is None or n < 2:
        return np.full(n, geometry.spacing_mm[axis])
    # Next to a gap a slice does not grow into it.
    return np.minimum(np.gradient(np.asarray(geometry.z_positions_mm)), 1.5 * geometry.widest_step_mm)
