"""The pixel grid of one display plane: cutting, true slice positions, and voxel ↔ picture coordinates."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...planes import PlaneAxes, uniform_rows
from ...quality.roi import irregularity
from ...volume import Geometry

Voxel = tuple[float, float, float]


class PlaneGrid:
    """Rows and columns of a plane. Where slices are irregular, lines across z lie at equal mm steps.

    ``shape`` is (rows, columns) of the picture, ``mm`` the size of a pixel (row, column). ``z_dim`` is the
    picture dimension that runs along the stack (0 rows, 1 columns, None = the plane shows one slice) and
    ``line_k`` the array slice on each of its lines, −1 in a gap.
    """

    def __init__(self, geometry: Geometry, axes: PlaneAxes) -> None:
        self.geometry = geometry
        self.axes = axes
        self.count = axes.count(geometry.shape)
        size = [geometry.shape[axes.row_axis], geometry.shape[axes.col_axis]]
        mm = list(axes.pixel_mm(geometry))
        self.z_dim = 0 if axes.row_axis == 0 else 1 if axes.col_axis == 0 else None
        flips = (axes.flip_row, axes.flip_col)
        self.z_flip = self.z_dim is not None and flips[self.z_dim]
        self.line_k: NDArray[np.intp] | None = None
        self.uniform = False
        self._start = self._step = 0.0
        if self.z_dim is not None:
            lines = uniform_rows(geometry)
            self.uniform = lines is not None
            if lines is None:
                lines = np.arange(geometry.shape[0])
            else:
                positions = geometry.z_positions_mm or (0.0,)
                self._start = float(positions[0])
                self._step = (float(positions[-1]) - self._start) / max(len(lines) - 1, 1) or geometry.spacing_mm[0]
                mm[self.z_dim] = self._step
                size[self.z_dim] = len(lines)
            self.line_k = lines[::-1] if self.z_flip else lines
        self.irregularity = irregularity(geometry)
        self.tilt_deg = geometry.tilt_deg
        self.upright = bool(np.allclose(np.abs(geometry.matrix).max(axis=0), 1.0, atol=1e-4))
        self.shape = (int(size[0]), int(size[1]))
        self.mm = (float(mm[0]), float(mm[1]))

    def picture(self, array: NDArray[Any], index: int) -> NDArray[Any]:
        """The plane at ``index`` as (row down, column right), contiguous; gaps hold a neighbour's values."""
        cut = self.axes.extract(array, index)
        if self.uniform and self.line_k is not None:
            k = np.maximum(self.line_k, 0)
            lines = self.geometry.shape[0] - 1 - k if self.z_flip else k
            return np.take(cut, lines, axis=self.z_dim)
        return np.ascontiguousarray(cut)

    def slab(self, index: int, mm: float) -> tuple[int, int]:
        """(first, stop) of the odd number of slices about ``index`` that comes nearest to ``mm``."""
        axis = self.axes.slice_axis
        spacing = self.geometry.spacing_mm[axis]
        half = max(0, int((mm / spacing - 1) / 2 + 0.5))
        if axis != 0 or self.geometry.z_positions_mm is None:
            return max(0, index - half), min(self.count, index + half + 1)
        away = np.abs(np.asarray(self.geometry.z_positions_mm) - self.geometry.z_positions_mm[index])
        near = np.flatnonzero(away <= (half + 0.25) * spacing)
        return int(near[0]), int(near[-1]) + 1

    def extent_mm(self, span: tuple[int, int]) -> float:
        """How thick the slices from ``first`` up to ``stop`` are together, mm."""
        axis = self.axes.slice_axis
        step = self.geometry.spacing_mm[axis]
        if axis == 0 and self.geometry.z_positions_mm is not None:
            return float(self.geometry.z_positions_mm[span[1] - 1] - self.geometry.z_positions_mm[span[0]]) + step
        return (span[1] - span[0]) * step

    def lines(
        self, flags: NDArray[np.bool_], index: int, span: tuple[int, int] | None = None
    ) -> NDArray[np.bool_] | bool:
        """Per-slice flags as seen here: one answer for a slice (or all of a slab), else one per line (gap = False)."""
        if self.line_k is None:
            return bool(flags[index] if span is None else flags[span[0] : span[1]].all())
        if flags.all() and not self.uniform:
            return True
        return flags[np.maximum(self.line_k, 0)] & (self.line_k >= 0)

    def slices_missing(self) -> bool:
        """True if an uneven step is a multiple of the usual one: slices are lost. Else it was scanned so."""
        if self.geometry.z_positions_mm is None:
            return False
        steps = np.diff(self.geometry.z_positions_mm) / max(self.geometry.widest_step_mm, 1e-6)
        wide = steps[steps > 1.5]
        return bool(wide.size) and bool(np.all(np.abs(wide - np.rint(wide)) < 0.1))

    def to_voxel(self, index: float, row: float, col: float) -> Voxel:
        """(k, j, i) under picture position (row, col); exact between irregular slices, too."""
        voxel = list(self.axes.to_voxel(index, row, col, self._virtual_shape()))
        if self.uniform:
            positions = np.asarray(self.geometry.z_positions_mm)
            mm = self._start + voxel[0] * self._step
            voxel[0] = _interp(mm, positions, np.arange(len(positions), dtype=np.float64))
        return voxel[0], voxel[1], voxel[2]

    def from_voxel(self, voxel: Voxel) -> tuple[float, float]:
        """(row, col) of a voxel on this plane; the inverse of :meth:`to_voxel`."""
        k = voxel[0]
        if self.uniform:
            positions = np.asarray(self.geometry.z_positions_mm)
            k = (_interp(k, np.arange(len(positions), dtype=np.float64), positions) - self._start) / self._step
        _, row, col = self.axes.from_voxel((k, voxel[1], voxel[2]), self._virtual_shape())
        return row, col

    def up_sign(self) -> int:
        """+1 if a higher index lies toward the head, the front or the patient's left, else −1."""
        column = self.geometry.matrix[:, 2 - self.axes.slice_axis]
        toward = {"axial": column[2], "coronal": -column[1], "sagittal": column[0]}[self.axes.plane]
        return 1 if toward >= 0 else -1

    def position_mm(self, voxel: Voxel) -> float:
        """LPS coordinate across the plane (z, y or x) of a voxel, mm."""
        lps = {"axial": 2, "coronal": 1, "sagittal": 0}[self.axes.plane]
        return float(self.geometry.index_to_lps(*voxel)[lps])

    def _virtual_shape(self) -> tuple[int, int, int]:
        shape = self.geometry.shape
        if not self.uniform or self.line_k is None:
            return shape
        return len(self.line_k), shape[1], shape[2]


def _interp(x: float, xp: NDArray[np.float64], fp: NDArray[np.float64]) -> float:
    """Linear interpolation that goes on linearly for half a step beyond the ends (pixel edges)."""
    if len(xp) < 2:
        return float(fp[0])
    i = int(np.clip(np.searchsorted(xp, x) - 1, 0, len(xp) - 2))
    span = xp[i + 1] - xp[i]
    return float(fp[i] + (x - xp[i]) * (fp[i + 1] - fp[i]) / span) if span > 0 else float(fp[i])
