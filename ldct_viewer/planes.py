"""Axial, coronal and sagittal planes of a volume in radiological display convention."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .volume import Geometry

PLANES = ("axial", "coronal", "sagittal")

# LPS axis each plane runs along: (through, across to the right, down), and the sign that points to
# the right / down of the screen. Radiological: patient left on screen right, anterior and head up.
_DISPLAY = {
    "axial": (2, (0, +1), (1, +1)),
    "coronal": (1, (0, +1), (2, -1)),
    "sagittal": (0, (1, +1), (2, -1)),
}


@dataclass(frozen=True)
class PlaneAxes:
    """How to cut one display plane out of a (z, y, x) array.

    Axes are array axes (0 = z, 1 = y, 2 = x). ``flip_row`` / ``flip_col`` say that the array runs
    against the screen's down / right. ``letters`` are (left, right, top, bottom) of the screen.
    """

    plane: str
    slice_axis: int
    row_axis: int
    col_axis: int
    flip_row: bool
    flip_col: bool
    letters: tuple[str, str, str, str]

    def count(self, shape: tuple[int, int, int]) -> int:
        """Number of slices in this plane."""
        return shape[self.slice_axis]

    def extract(self, array: NDArray[Any], index: int) -> NDArray[Any]:
        """The 2-D picture at ``index`` as (row down, column right): a view, nothing is copied."""
        picture = array[(slice(None),) * self.slice_axis + (index,)]
        remaining = [a for a in (0, 1, 2) if a != self.slice_axis]
        if remaining.index(self.row_axis) == 1:
            picture = picture.T
        return picture[:: -1 if self.flip_row else 1, :: -1 if self.flip_col else 1]

    def to_voxel(self, index: float, row: float, col: float, shape: tuple[int, int, int]) -> tuple[float, float, float]:
        """(k, j, i) of a display point: slice ``index``, ``row`` and ``col`` in pixels from the top left."""
        voxel = [0.0, 0.0, 0.0]
        voxel[self.slice_axis] = index
        voxel[self.row_axis] = shape[self.row_axis] - 1 - row if self.flip_row else row
        voxel[self.col_axis] = shape[self.col_axis] - 1 - col if self.flip_col else col
        return voxel[0], voxel[1], voxel[2]

    def from_voxel(self, voxel: tuple[float, float, float], shape: tuple[int, int, int]) -> tuple[float, float, float]:
        """(slice index, row, col) on this plane of voxel (k, j, i); the inverse of :meth:`to_voxel`."""
        row, col = voxel[self.row_axis], voxel[self.col_axis]
        return (
            voxel[self.slice_axis],
            shape[self.row_axis] - 1 - row if self.flip_row else row,
            shape[self.col_axis] - 1 - col if self.flip_col else col,
        )

    def pixel_mm(self, geometry: Geometry) -> tuple[float, float]:
        """(row spacing, column spacing) of the picture in mm."""
        return geometry.spacing_mm[self.row_axis], geometry.spacing_mm[self.col_axis]


def plane_axes(geometry: Geometry) -> dict[str, PlaneAxes]:
    """The three planes of a volume, by the LPS axis each array axis runs closest to.

    Works for any acquisition (axial, coronal, sagittal, oblique, reversed, decubitus): each array axis
    is given to one LPS axis so that the sum of |cosines| is greatest. Oblique stacks are cut along
    their own axes, and the letters say so ("LA").
    """
    matrix = geometry.matrix  # columns x, y, z
    columns = {2: matrix[:, 0], 1: matrix[:, 1], 0: matrix[:, 2]}  # array axis -> unit LPS vector
    owner = _assign(columns)  # LPS axis -> array axis
    planes = {}
    for plane in PLANES:
        through, (right_lps, right_sign), (down_lps, down_sign) = _DISPLAY[plane]
        col_axis, row_axis = owner[right_lps], owner[down_lps]
        flip_col = columns[col_axis][right_lps] * right_sign < 0
        flip_row = columns[row_axis][down_lps] * down_sign < 0
        right = columns[col_axis] * (-1 if flip_col else 1)
        down = columns[row_axis] * (-1 if flip_row else 1)
        planes[plane] = PlaneAxes(
            plane=plane,
            slice_axis=owner[through],
            row_axis=row_axis,
            col_axis=col_axis,
            flip_row=bool(flip_row),
            flip_col=bool(flip_col),
            letters=(
                direction_letters(-right),
                direction_letters(right),
                direction_letters(-down),
                direction_letters(down),
            ),
        )
    return planes


def direction_letters(vector: NDArray[np.float64], oblique: float = 0.26) -> str:
    """Patient letters (R/L, A/P, F/H) of an LPS vector, strongest first; parts below ``oblique`` drop.

    0.26 ≈ sin 15°: a stack turned less is called by its main axis alone.
    """
    names = (("R", "L"), ("A", "P"), ("F", "H"))
    order = np.argsort(-np.abs(vector))
    return "".join(names[axis][int(vector[axis] > 0)] for axis in order if abs(vector[axis]) > oblique)


def _assign(columns: dict[int, NDArray[np.float64]]) -> dict[int, int]:
    best = max(permutations((0, 1, 2)), key=lambda p: sum(abs(columns[p[lps]][lps]) for lps in (0, 1, 2)))
    return {lps: best[lps] for lps in (0, 1, 2)}


def uniform_rows(geometry: Geometry, limit: int = 4096) -> NDArray[np.intp] | None:
    """Array slice to show at each equal z step, −1 in a gap; ``None`` for a regular stack.

    An irregular or incomplete stack is laid out at its true positions with the median step: a place
    farther than 0.75 of the widest usual step from any slice is a gap and stays black. Never more than ``limit`` rows.
    """
    if geometry.z_positions_mm is None:
        return None
    positions = np.asarray(geometry.z_positions_mm)
    step = max(geometry.spacing_mm[0], (positions[-1] - positions[0]) / (limit - 1), 1e-3)
    grid = np.arange(round(float(positions[-1] - positions[0]) / step) + 1) * step + positions[0]
    right = np.clip(np.searchsorted(positions, grid), 1, len(positions) - 1)
    nearest = np.where(grid - positions[right - 1] <= positions[right] - grid, right - 1, right)
    return np.where(np.abs(positions[nearest] - grid) <= 0.75 * max(step, geometry.widest_step_mm), nearest, -1)
