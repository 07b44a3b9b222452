"""Slices as a stack: their places along the normal, their order, their geometry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..volume import Geometry, SeriesWarning
from . import header as h
from .geometry import SAME_POSITION_MM, Placement, positions_along_normal, stack_geometry
from .header import Slice, Values


def _placement(item: Slice) -> Placement:
    return Placement(item.position, item.orientation, item.decimals)


def sort_slices(group: Sequence[Slice]) -> list[Slice]:
    """Ascending along the normal; instance number and name are never looked at."""
    along = positions_along_normal([_placement(item) for item in group])
    return [group[k] for k in np.argsort(along, kind="stable")]


def geometry_of(slices: Sequence[Slice]) -> tuple[Geometry, tuple[SeriesWarning, ...]]:
    """Geometry and geometry warnings of sorted slices; raises FileProblem for what is no stack."""
    first = slices[0]
    values = Values(first.header, first.spec.little)
    # What a lone slice covers is its thickness; the distance to neighbours that are not here says nothing of it.
    extent = values.optional(h.THICKNESS) or values.optional(h.SLICE_SPACING)
    size = (first.spec.rows, first.spec.columns)
    placements = [_placement(item) for item in slices]
    geometry, warnings = stack_geometry(placements, size, first.pixel_spacing, extent)
    if geometry.regular:
        return geometry, warnings
    placements = [
        replace(place, thickness=Values(item.header, item.spec.little).optional(h.THICKNESS))
        for place, item in zip(placements, slices, strict=True)
    ]
    return stack_geometry(placements, size, first.pixel_spacing, extent)


def overlaps(group: Sequence[Slice]) -> bool:
    """True when two slices share a place."""
    return bool(coinciding(group))


def coinciding(group: Sequence[Slice]) -> list[Slice]:
    """The slices that share a place with another one."""
    if len(group) < 2:
        return []
    along = positions_along_normal([_placement(item) for item in group])
    order = np.argsort(along, kind="stable")
    close = np.flatnonzero(np.diff(along[order]) < SAME_POSITION_MM)
    return [group[k] for k in sorted({int(order[c + side]) for c in close for side in (0, 1)})]


def places_of(group: Sequence[Slice]) -> list[int]:
    """For each slice the number of its place among all places along the normal."""
    along = positions_along_normal([_placement(item) for item in group])
    order = np.argsort(along, kind="stable")
    places = np.empty(len(group), int)
    places[order] = np.concatenate([[0], np.cumsum(np.diff(along[order]) >= SAME_POSITION_MM)])
    return [int(place) for place in places]
