"""Do volumes lie on the same voxels? Measures compare voxel with voxel: what lies elsewhere is refused."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import numpy as np
from numpy.typing import NDArray

from ..errors import OpenError
from ..volume import Geometry, Volume

# A quarter of a voxel, at any corner of any slice: headers round (0.977 for 0.9765625 mm is 0.23 voxels over 512
# columns), NIfTI keeps single precision, but a picture moved by half a pixel is another picture.
SAME_PLACE_VOXELS = 0.25
_HINT = "Give volumes of the same scan on the same voxels, one of them resampled onto the other where need be."


def common_grid(volumes: Mapping[str, Volume]) -> tuple[Geometry, list[str]]:
    """The grid that all ``volumes`` (by name) share, and notes about those that do not say where they lie.

    A volume file may have no geometry at all (voxels of 1 mm at the origin, as programs write arrays): such a one is
    taken to lie where the others do, with a note. Raises OpenError (code ``geometry``) where shape, spacing, place or
    direction of two volumes differ by more than :data:`SAME_PLACE_VOXELS`; the message names both.
    """
    placed = {name: volume for name, volume in volumes.items() if has_place(volume.geometry)}
    main, first = next(iter((placed or volumes).items()))
    for name, volume in volumes.items():
        if volume.shape != first.shape:
            what = f"has {_voxels(volume.shape)} voxels (z × y × x), the {_told(main)} {_voxels(first.shape)}"
            raise _differs(name, volume, what)
    for name, volume in placed.items():
        if off_voxels(volume.geometry, first.geometry) > SAME_PLACE_VOXELS:
            raise _elsewhere(name, volume, main, first)
    notes = []
    for name in volumes:
        if name not in placed:
            taken = f"taken to lie where the {_told(main)} lies" if placed else "voxels of 1 mm are assumed"
            notes.append(f"The file of the {_told(name)} does not say where it lies: {taken}.")
    return first.geometry, notes


def has_place(geometry: Geometry) -> bool:
    """False where nothing is said: voxels of 1 mm, the first at zero, axes those of LPS (or RAS: NIfTI's identity)."""
    nothing = not any(geometry.origin_lps) and geometry.spacing_mm == (1.0, 1.0, 1.0) and geometry.regular
    return not (nothing and any(np.array_equal(geometry.matrix, np.diag(axes)) for axes in ((1, 1, 1), (-1, -1, 1))))


def off_voxels(geometry: Geometry, other: Geometry) -> float:
    """How far the same voxel of two grids of one shape lies apart at most, in voxels along an axis of ``geometry``.

    Looked at are the four corners of every slice: all else lies between them.
    """
    apart = np.linalg.solve(geometry.matrix, (_corners(other) - _corners(geometry)).T).T
    return float(np.abs(apart / geometry.spacing_mm[::-1]).max())


def place_text(geometry: Geometry) -> str:
    """Where a grid lies, for a person: place of its first voxel, directions of its axes, voxel size."""
    x, y, z = geometry.origin_lps
    axes = ", ".join(
        f"{what} to the {_towards(geometry.matrix[:, axis])}"
        for axis, what in enumerate(("columns", "rows", "slices"))
        if axis < 2 or geometry.shape[0] > 1
    )
    size = " × ".join(f"{mm:.4g}" for mm in geometry.spacing_mm)
    return f"first voxel at ({x:.1f}, {y:.1f}, {z:.1f}) mm LPS, {axes}, voxels of {size} mm (z × y × x)"


def _corners(geometry: Geometry) -> NDArray[np.float64]:
    """LPS mm of the corner voxels of every slice (4 · slices, 3)."""
    count, rows, columns = geometry.shape
    corners = product(range(count), (0, rows - 1), (0, columns - 1))
    return np.array([geometry.index_to_lps(k, j, i) for k, j, i in corners])


def _towards(axis: NDArray[np.float64]) -> str:
    main = int(np.argmax(np.abs(axis)))
    return (("left", "right"), ("back", "front"), ("head", "feet"))[main][int(axis[main] < 0)]


def _voxels(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))


def _told(name: str) -> str:
    return {"low": "low dose"}.get(name, name)


def _elsewhere(name: str, volume: Volume, main: str, first: Volume) -> OpenError:
    if not np.allclose(volume.geometry.spacing_mm, first.geometry.spacing_mm, rtol=0.01):
        what = "differs in voxel spacing from"
    elif not np.allclose(volume.geometry.matrix, first.geometry.matrix, atol=0.05):
        what = "is mirrored or turned against"
    else:
        what = "lies elsewhere than"
    return _differs(
        name,
        volume,
        f"{what} the {_told(main)}. {_told(name).capitalize()}: {place_text(volume.geometry)}. "
        f"{_told(main).capitalize()}: {place_text(first.geometry)}",
    )


def _differs(name: str, volume: Volume, what: str) -> OpenError:
    path = volume.files[0].parent if len(volume.files) > 1 else (volume.files[0] if volume.files else None)
    return OpenError(f"The {_told(name)} {what}.", _HINT, path, code="geometry")
