"""Branching trees that fill a lung: arteries, veins and airways by greedy growth and Murray's law."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from .raster import Tubes

Floats = NDArray[np.floating]


def grow_tree(
    root: Floats,
    targets: Floats,
    rng: np.random.Generator,
    terminal_mm: float,
    power: float = 3.0,
    step_mm: float = 9.0,
) -> Tubes:
    """A tree from ``root`` (n0, 3: a trunk polyline, mm) to every target (m, 3); returns its segments.

    Targets are joined in the order of their distance from the trunk, each to the node that makes the
    shortest way without doubling back; radii follow Murray: r^power of a parent is the sum of its
    children's (Murray 1926, power 3; airways in man about 2.8).
    """
    position = [np.asarray(p, float) for p in root]
    parent = [-1, *range(len(root) - 1)]
    depth = list(np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(root, axis=0), axis=1))])
    nodes = np.empty((len(root) + 40 * len(targets), 3))
    nodes[: len(root)] = root
    way = np.empty(len(nodes))
    way[: len(root)] = depth
    count = len(root)
    hilum = np.asarray(root[-1])
    ends: list[int] = []
    for target in targets[np.argsort(np.linalg.norm(targets - hilum, axis=1))]:
        gap = np.linalg.norm(nodes[:count] - target, axis=1)
        # not back towards the hilum: nodes farther out than the target cost extra
        outward = np.linalg.norm(nodes[:count] - hilum, axis=1) - np.linalg.norm(target - hilum)
        cost = gap + 0.25 * way[:count] + 3.0 * np.maximum(outward, 0) + 1000.0 * (np.arange(count) < len(root) - 1)
        join = int(np.argmin(cost))
        start = nodes[join]
        steps = max(1, min(38, round(gap[join] / step_mm)))
        bend = rng.normal(0, 0.06 * gap[join], 3)
        previous = join
        for s in range(1, steps + 1):
            t = s / steps
            point = start + t * (target - start) + bend * (np.sin(np.pi * t)) + (rng.normal(0, 0.4, 3) if t < 1 else 0)
            nodes[count] = point
            way[count] = way[previous] + np.linalg.norm(point - nodes[previous])
            position.append(point)
            parent.append(previous)
            previous = count
            count += 1
        ends.append(previous)
    volume = np.zeros(count)
    volume[ends] += terminal_mm**power * rng.uniform(0.6, 1.6, len(ends))
    for node in range(count - 1, 0, -1):  # parents always come before their children
        volume[parent[node]] += volume[node]
    points, up = np.asarray(position), np.asarray(parent[1:])
    return Tubes(points[up], points[1:], volume[1:] ** (1 / power))


def fill_points(
    inside: Callable[[Floats], NDArray[np.bool_]], low: Floats, high: Floats, count: int, rng: np.random.Generator
) -> Floats:
    """``count`` well-spread points for which ``inside`` is true (best-candidate dart throwing on a pool)."""
    pool = rng.uniform(low, high, (count * 30, 3))
    pool = pool[inside(pool)]
    if len(pool) <= count:
        return pool
    nearest = np.full(len(pool), 1e9)
    chosen = [0]
    for _ in range(count - 1):
        nearest = np.minimum(nearest, np.sum((pool - pool[chosen[-1]]) ** 2, axis=1))
        chosen.append(int(np.argmax(nearest * rng.uniform(0.3, 1.0, len(pool)))))
    return pool[chosen]
