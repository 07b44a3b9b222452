"""Where slices lie, from ImagePositionPatient and ImageOrientationPatient alone (DICOM.md, Rules)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..volume import Geometry, SeriesWarning
from .codes import FileProblem, Reason

SAME_POSITION_MM = 1e-3
IRREGULAR_SHARE = 0.01
IRREGULAR_MM = 0.05
MISSING_SHARE = 0.05  # a step counts as n × the median when it is within this share of it
TILT_DEG = 0.1
STRAIGHT_MM = 0.1
Vector3 = tuple[float, float, float]


@dataclass(frozen=True)
class Placement:
    """One slice's plane: LPS position of its first pixel, row and column cosines, digits of the position.

    ``thickness`` (mm, where the header says it) tells a change of protocol from a gap; no place depends on it.
    """

    position: tuple[float, ...]
    orientation: tuple[float, ...]
    decimals: int = 6
    thickness: float | None = None


@lru_cache(64)
def normal_of(orientation: tuple[float, ...]) -> NDArray[np.float64]:
    """Unit slice normal: row direction × column direction. Not to be written to."""
    cosines = np.asarray(orientation, dtype=np.float64)
    normal = np.cross(cosines[:3], cosines[3:])
    normal = np.asarray(normal / np.linalg.norm(normal))
    normal.setflags(write=False)  # it is remembered
    return normal


def positions_along_normal(placements: Sequence[Placement]) -> NDArray[np.float64]:
    """Distance of each slice along the first one's normal, in mm; what slices are sorted by."""
    normal = normal_of(placements[0].orientation)
    return np.array([p.position for p in placements], dtype=np.float64) @ normal


def stack_geometry(
    placements: Sequence[Placement],
    rows_columns: tuple[int, int],
    pixel_spacing: tuple[float, float],
    single_thickness_mm: float | None = None,
) -> tuple[Geometry, tuple[SeriesWarning, ...]]:
    """Geometry of slices that are sorted along the normal already, and what is odd about it.

    ``single_thickness_mm`` gives a single slice its extent. Raises FileProblem ``not_a_stack`` when the
    first pixels do not lie on a straight line, ``duplicate_positions`` when two coincide.
    """
    points = np.array([p.position for p in placements], dtype=np.float64)
    cosines = np.mean([p.orientation for p in placements], axis=0)
    row = cosines[:3] / np.linalg.norm(cosines[:3])
    column = cosines[3:] - row * float(cosines[3:] @ row)
    column /= np.linalg.norm(column)
    normal = np.cross(row, column)
    warnings: list[SeriesWarning] = []
    shape = (len(placements), *rows_columns)
    if len(placements) == 1:
        step = single_thickness_mm if single_thickness_mm and single_thickness_mm > 0 else 1.0
        warnings.append(_warning(Reason.SINGLE_SLICE))
        return _geometry(shape, (step, *pixel_spacing), points[0], (row, column, normal), None), tuple(warnings)

    span = points[-1] - points[0]
    along_normal = points @ normal
    if np.diff(along_normal).min() < SAME_POSITION_MM:
        raise FileProblem(Reason.DUPLICATE_POSITIONS)
    direction = span / np.linalg.norm(span)
    places = (points - points[0]) @ direction
    off_line = float(np.linalg.norm(points - points[0] - places[:, None] * direction, axis=1).max())
    if off_line > max(STRAIGHT_MM, min(pixel_spacing)):
        raise FileProblem(Reason.NOT_A_STACK, f"they stray up to {off_line:.1f} mm from a line")
    tilt = float(np.degrees(np.arccos(np.clip(direction @ normal, -1, 1))))
    if tilt > TILT_DEG:
        warnings.append(tilt_note(tilt))
    else:
        direction = normal
        places = along_normal - along_normal[0]
    thickness = [p.thickness or 0.0 for p in placements]
    found = _spacing(places, points, normal, placements[0].decimals, np.array(thickness))
    warnings.extend(found.notes)
    columns = (row, column, direction)
    geometry = _geometry(shape, (found.step, *pixel_spacing), points[0], columns, found.places, found.usual)
    return geometry, tuple(warnings)


def tilt_note(degrees: float) -> SeriesWarning:
    """The note of a stack whose slices are not piled up along their normal."""
    return _warning(Reason.GANTRY_TILT, f"{degrees:.1f}°; planes across slices are shown sheared")


class _Steps(NamedTuple):
    """The step of a stack (median), true positions where steps differ, notes, the steps of a changing protocol."""

    step: float
    places: tuple[float, ...] | None
    notes: list[SeriesWarning]
    usual: tuple[float, ...] = ()


def _spacing(
    places: NDArray[np.float64],
    points: NDArray[np.float64],
    normal: NDArray[np.float64],
    decimals: int,
    thickness: NDArray[np.float64],
) -> _Steps:
    """What the steps of sorted distances along the stacking direction say."""
    steps = np.diff(places)
    median = float(np.median(steps))
    # Positions are written with few digits: what rounding alone can do (at most 0.01 mm) is not irregular.
    tolerance = max(min(IRREGULAR_SHARE * median, IRREGULAR_MM), min(1.01 * 10.0**-decimals, 0.0101))
    if np.abs(steps - median).max() <= tolerance:
        return _Steps(round(float(places[-1]) / len(steps), 9), None, [])
    true_places = tuple(round(float(p), 6) for p in places)
    protocol = _protocol(steps, thickness)
    if protocol is not None:
        multiples, usual = protocol
        notes = [_missing(multiples, points, normal)] if (multiples > 1).any() else []
        return _Steps(round(median, 9), true_places, [*notes, _irregular(steps, median)], usual)
    step = median
    for candidate in (median, _smallest(steps)):  # with half of the slices gone the median is no step at all
        multiples = np.rint(steps / candidate)
        if ((multiples >= 1) & (np.abs(steps - multiples * candidate) <= MISSING_SHARE * candidate)).all():
            step = candidate
            break
    else:
        return _Steps(round(median, 9), true_places, [_irregular(steps, median)])
    if (multiples > 1).any():
        notes = [_missing(multiples, points, normal)]
        regular = np.abs(steps - multiples * step).max() <= tolerance * multiples.max()
        if not regular:
            notes.append(_irregular(steps, step))
        return _Steps(round(step, 9), true_places, notes)
    return _Steps(round(median, 9), true_places, [_irregular(steps, median)])


def _protocol(
    steps: NDArray[np.float64], thickness: NDArray[np.float64]
) -> tuple[NDArray[np.float64], tuple[float, ...]] | None:
    """Where the steps change as SliceThickness does: how many steps long each is, and the usual ones; else ``None``.

    Every thickness must have a step of its own (the median between two slices of it), and all of them the same
    share of the thickness: a single slice that is said to be thick because its neighbour is lost proves nothing.
    """
    values, which = np.unique(thickness, return_inverse=True)
    if values[0] <= 0:
        return None
    kind = np.concatenate([[0], np.cumsum(np.diff(values) > MISSING_SHARE * values[:-1])])[which]
    before, after = kind[:-1], kind[1:]
    inside = before == after
    own = [steps[inside & (before == k)] for k in range(int(kind.max()) + 1)]
    if len(own) == 1 or not all(part.size for part in own):
        return None
    usual = np.array([np.median(part) for part in own])
    share = usual / [np.median(thickness[kind == k]) for k in range(len(own))]
    if share.max() > share.min() * (1 + MISSING_SHARE):
        return None
    low, high = np.minimum(usual[before], usual[after]), np.maximum(usual[before], usual[after])
    multiples = np.maximum(np.rint(2 * steps / (low + high)), 1.0)
    whole = np.abs(steps - multiples * low) <= MISSING_SHARE * low
    # From one thickness to the next, any step up to the larger one is whole; beyond it something is lost.
    lost = np.where(inside, whole, steps > high * (1 + MISSING_SHARE))
    multiples = np.where(lost, np.where(inside, multiples, np.maximum(multiples, 2.0)), 1.0)
    return multiples, tuple(round(float(u), 6) for u in usual)


def _missing(multiples: NDArray[np.float64], points: NDArray[np.float64], normal: NDArray[np.float64]) -> SeriesWarning:
    """The note of what lacks where a step is several steps long."""
    main = int(np.argmax(np.abs(normal)))  # a place is named by the LPS coordinate that changes most
    axis, labels = "xyz"[main], points[:, main]
    gaps = [
        f"{n - 1} slice{'s' if n > 2 else ''} missing between {axis}={labels[k]:.1f} and {axis}={labels[k + 1]:.1f} mm"
        for k, n in enumerate(multiples.astype(int))
        if n > 1
    ]
    shown = "; ".join(gaps[:10]) + ("; …" if len(gaps) > 10 else "")
    total = int(multiples.sum()) - len(multiples)
    several = f" ({total} missing in {len(gaps)} gaps)" if len(gaps) > 1 else ""
    return SeriesWarning(Reason.MISSING_SLICES.code, f"{shown}{several}; irregular there, shown at true positions.")


def _smallest(steps: NDArray[np.float64]) -> float:
    """The typical smallest step, if at least a quarter of all steps are like it; else the median."""
    like = steps[steps <= steps.min() * (1 + 2 * MISSING_SHARE)]
    return float(np.median(like if 4 * len(like) >= len(steps) else steps))


def _irregular(steps: NDArray[np.float64], median: float) -> SeriesWarning:
    detail = f"steps from {steps.min():.2f} to {steps.max():.2f} mm, median {median:.2f} mm"
    return _warning(Reason.IRREGULAR_SPACING, f"{detail}; shown at their true positions")


def _warning(reason: Reason, detail: str = "") -> SeriesWarning:
    head = reason.message.split(";")[0].rstrip(".")
    return SeriesWarning(reason.code, f"{head}: {detail}." if detail else reason.message)


def _geometry(
    shape: tuple[int, ...],
    spacing: tuple[float, ...],
    origin: NDArray[np.float64],
    columns: tuple[NDArray[np.float64], ...],
    places: tuple[float, ...] | None,
    usual: tuple[float, ...] = (),
) -> Geometry:
    matrix = np.stack(columns, axis=1)
    return Geometry(
        shape=(shape[0], shape[1], shape[2]),
        spacing_mm=(spacing[0], spacing[1], spacing[2]),
        origin_lps=(float(origin[0]), float(origin[1]), float(origin[2])),
        direction=as_direction(matrix),
        z_positions_mm=places,
        usual_steps_mm=usual,
    )


def as_direction(matrix: NDArray[np.float64]) -> tuple[Vector3, Vector3, Vector3]:
    """A 3 × 3 matrix as ``Geometry.direction`` wants it, without negative zeros."""
    x, y, z = ((float(a), float(b), float(c)) for a, b, c in matrix + 0.0)
    return x, y, z
