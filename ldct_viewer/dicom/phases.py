"""Phases of one series: several images at one position, and what tells them apart (DICOM.md §1.2)."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import combinations, pairwise

from .codes import FileProblem
from .header import Slice
from .stack import geometry_of, overlaps, places_of, sort_slices
from .syntax import syntax_name

Part = tuple[str, list[Slice]]
"""What tells the slices apart from the others, for the user; and the slices."""


def phases(group: list[Slice]) -> tuple[list[Part], bool]:
    """The stacks in ``group``, and True where only the order of numbers or times tells them apart.

    One without a name where no two slices share a place; none where nothing tells those apart that do.
    """
    if not overlaps(group):
        stacks = _stacks(group)
        return [(_label("stack", key) if len(stacks) > 1 else "", part) for key, part in stacks.items()], False
    runs = _runs(group)
    # More parts than images share a position are no phases: some scanners give every rotation its own time or number.
    limit = max(*Counter(places_of(group)).values(), len(runs))
    names = [name for name, _ in group[0].tells_apart()]
    ways = [(name,) for name in names] + list(combinations(names, 2))
    for way in ways:
        parts = _parts(group, way)
        if 1 < len(parts) <= limit and not any(overlaps(part) for part in parts.values()):
            return _named(parts, way), False
    if runs:
        return [(f"phase {k} of {len(runs)}", run) for k, run in enumerate(runs, 1)], True
    for way in ways[: len(names)]:
        parts = _parts(group, way)
        if 2 * len(parts) <= len(group) and not any(overlaps(part) for part in parts.values()):
            return _named(parts, way), False
    return [], False


def _parts(group: list[Slice], way: tuple[str, ...]) -> dict[tuple[str, ...], list[Slice]]:
    """The slices by their values of the attributes ``way``."""
    parts: dict[tuple[str, ...], list[Slice]] = defaultdict(list)
    for item in group:
        values = dict(item.tells_apart())
        parts[tuple(values.get(name, "") for name in way)].append(item)
    return parts


def _named(parts: dict[tuple[str, ...], list[Slice]], way: tuple[str, ...]) -> list[Part]:
    return [
        (", ".join(_label(name, key) for name, key in zip(way, keys, strict=True)), part)
        for keys, part in parts.items()
    ]


def _stacks(group: list[Slice]) -> dict[str, list[Slice]]:
    """Frames by the stack that an enhanced image says they belong to, unless together they are one even stack."""
    parts: dict[str, list[Slice]] = defaultdict(list)
    for item in group:
        parts[dict(item.split).get("stack", "")].append(item)
    if len(parts) > 1 and min(map(len, parts.values())) > 1:
        try:
            geometry, _ = geometry_of(sort_slices(group))
        except FileProblem:
            return parts
        if not geometry.regular:
            return parts
    return {"": group}


def _label(name: str, key: str) -> str:
    return f"{name} {(syntax_name(key) if name == 'transfer syntax' else key) or '–'}"


def _runs(group: list[Slice]) -> list[list[Slice]]:
    """Phases by the order of instance numbers, or else of acquisition times; empty where that could be wrong.

    One phase after the other, or at every place all its phases. Phases that lack slices must all go one way.
    """
    ordered = _ordered(group)
    if not ordered:
        return []
    places = dict(zip(map(id, group), places_of(group), strict=True))
    along = [places[id(item)] for item in ordered]
    counts = Counter(along)
    most, even = max(counts.values()), len(set(counts.values())) == 1
    starts, seen = [0], {along[0]}
    for k in range(1, len(along)):
        if along[k] in seen:
            starts.append(k)
            seen = set()
        seen.add(along[k])
    spans = list(zip(starts, [*starts[1:], len(along)], strict=True))
    if len(spans) == most and (even or _one_way([along[a:b] for a, b in spans], len(counts))):
        return [ordered[a:b] for a, b in spans]
    if even and all(len(set(along[k : k + most])) == 1 for k in range(0, len(along), most)):
        return [ordered[k::most] for k in range(most)]
    return []


def _one_way(runs: list[list[int]], places: int) -> bool:
    """True when every run covers half of the places at least, and all rise or all fall."""
    if any(2 * len(run) < places for run in runs):
        return False
    return any(all(sign * (b - a) > 0 for run in runs for a, b in pairwise(run)) for sign in (1, -1))


def _ordered(group: list[Slice]) -> list[Slice]:
    """By instance number, or else by acquisition time, if no two slices share it; else empty."""
    numbers = [item.instance for item in group if item.instance is not None]
    if len(set(numbers)) == len(group):
        return sorted(group, key=lambda item: item.instance or 0)
    times = {id(item): dict(item.tells_apart()).get("acquisition time", "") for item in group}
    if "" not in times.values() and len(set(times.values())) == len(group):
        return sorted(group, key=lambda item: times[id(item)])
    return []
