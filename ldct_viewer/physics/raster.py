"""Drawing with partial volume: exact-coverage polygons, tubes and balls on millimetre grids (numpy only)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
_SUBROWS = 4


@dataclass(frozen=True)
class Grid:
    """A square slice raster, millimetres, origin in its middle: pixel (j, i) has its centre at
    ((i − (n−1)/2) · pixel_mm, (j − (n−1)/2) · pixel_mm)."""

    size: int
    pixel_mm: float

    def to_pixels(self, mm: Floats) -> Floats:
        """Millimetres → fractional pixel index (pixel centres at integers)."""
        return mm / self.pixel_mm + (self.size - 1) / 2

    def centres(self) -> Floats:
        """Pixel-centre coordinates of one axis, mm, (size,) float32."""
        return ((np.arange(self.size) - (self.size - 1) / 2) * self.pixel_mm).astype(np.float32)


def polygon_coverage(points_mm: Floats, grid: Grid) -> tuple[tuple[slice, slice], Floats]:
    """Area share of each pixel inside a closed polygon (n, 2: x, y): its box (rows, columns), and the share in it.

    Scan lines, four to a pixel; along the line the crossing is exact, so edges are anti-aliased.
    """
    n = grid.size
    p = grid.to_pixels(np.asarray(points_mm, dtype=np.float64)) + 0.5  # now pixel i covers [i, i + 1)
    low = np.clip(np.floor(p.min(axis=0)).astype(int), 0, n)
    high = np.clip(np.ceil(p.max(axis=0)).astype(int) + 1, 0, n)
    width, height = int(high[0] - low[0]), int(high[1] - low[1])
    box = (slice(int(low[1]), int(low[1]) + max(height, 0)), slice(int(low[0]), int(low[0]) + max(width, 0)))
    if width <= 0 or height <= 0:
        return box, np.zeros((max(height, 0), max(width, 0)), np.float32)
    x, y = p[:, 0] - low[0], (p[:, 1] - low[1]) * _SUBROWS - 0.5  # sub-row lines at integers of y
    x2, y2 = np.roll(x, -1), np.roll(y, -1)
    first = np.ceil(np.minimum(y, y2)).astype(int)
    last = np.ceil(np.maximum(y, y2)).astype(int)  # half-open: [first, last)
    first, last = np.clip(first, 0, height * _SUBROWS), np.clip(last, 0, height * _SUBROWS)
    count = last - first
    edge = np.repeat(np.arange(len(x)), count)
    line = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + first[edge]
    slope = (line - y[edge]) / (y2[edge] - y[edge])
    cross = np.clip(x[edge] + slope * (x2[edge] - x[edge]), 0.0, width)
    sign = np.where(y2[edge] > y[edge], -1.0, 1.0) / _SUBROWS
    column = np.floor(cross).astype(int)
    part = cross - column
    start = (line // _SUBROWS) * (width + 2) + column
    size = height * (width + 2)
    delta = np.bincount(start, sign * (1 - part), size) + np.bincount(start + 1, sign * part, size)
    area = np.cumsum(delta.reshape(height, width + 2)[:, :width], axis=1)
    return box, np.clip(np.abs(area), 0.0, 1.0).astype(np.float32)


def paint(image: Floats, points_mm: Floats, hu: float | Floats, grid: Grid, mask: Floats | None = None) -> None:
    """Lay a polygon of ``hu`` (number or whole-slice picture) over ``image``; ``mask`` (0..1) limits it."""
    box, cover = polygon_coverage(points_mm, grid)
    if cover.size == 0:
        return
    if mask is not None:
        cover = cover * mask[box]
    value = hu[box] if isinstance(hu, np.ndarray) else np.float32(hu)
    part = image[box]
    part += cover * (value - part)


def coverage_map(points_mm: Floats, grid: Grid) -> Floats:
    """Coverage of a polygon as a whole slice, float32."""
    out = np.zeros((grid.size, grid.size), np.float32)
    box, cover = polygon_coverage(points_mm, grid)
    out[box] = cover
    return out


def ellipse(cx: float, cy: float, a: float, b: float, turn_deg: float = 0.0, power: float = 2.0, n: int = 96) -> Floats:
    """Points of a (super-)ellipse with half-axes ``a``, ``b`` mm; ``power`` 2 is an ellipse, more is boxier."""
    t = np.arange(n) * (2 * np.pi / n)
    c, s = np.cos(t), np.sin(t)
    x = a * np.sign(c) * np.abs(c) ** (2 / power)
    y = b * np.sign(s) * np.abs(s) ** (2 / power)
    r = np.radians(turn_deg)
    return np.stack([cx + x * np.cos(r) - y * np.sin(r), cy + x * np.sin(r) + y * np.cos(r)], axis=1)


def smooth_closed(control: Floats, per_span: int = 12) -> Floats:
    """A closed Catmull-Rom curve through ``control`` (n, 2)."""
    t = np.arange(per_span)[:, None, None] / per_span
    p0, p1, p2, p3 = (np.roll(control, k, axis=0)[None] for k in (1, 0, -1, -2))
    curve = 0.5 * (2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2 + (3 * p1 - p0 - 3 * p2 + p3) * t**3)
    return curve.transpose(1, 0, 2).reshape(-1, 2)


@dataclass(frozen=True)
class Tubes:
    """Straight segments with round (in z stretched) cross-section: ``start``/``end`` (n, 3: x, y, z mm), radii mm."""

    start: Floats
    end: Floats
    radius: Floats

    @staticmethod
    def along(points: Floats, radius: float | Floats) -> Tubes:
        """A polyline (n, 3) as n − 1 segments; radius a number or one per segment."""
        points = np.asarray(points, dtype=np.float64)
        return Tubes(points[:-1], points[1:], np.broadcast_to(np.asarray(radius, float), (len(points) - 1,)))

    @staticmethod
    def join(parts: list[Tubes]) -> Tubes:
        """All segments of several sets."""
        return Tubes(*(np.concatenate([getattr(p, name) for p in parts]) for name in ("start", "end", "radius")))


def tube_coverage(
    cover: Floats, tubes: Tubes, z_mm: Floats, grid: Grid, grow_mm: float = 0.0, stretch_z: float = 1.0
) -> None:
    """Raise ``cover`` (z, y, x; 0..1) to the coverage of the union of tubes at slice heights ``z_mm``.

    ``grow_mm`` widens (walls) or narrows (lumina) all radii. Edges ramp over one pixel in plane and,
    for thin slices' sake, over a pixel in z too.
    """
    px = grid.pixel_mm
    centres = grid.centres()
    radius = tubes.radius + grow_mm
    reach_z = (radius + px) * stretch_z
    z_low = np.minimum(tubes.start[:, 2], tubes.end[:, 2]) - reach_z
    z_high = np.maximum(tubes.start[:, 2], tubes.end[:, 2]) + reach_z
    hit = np.flatnonzero((radius > 0.05) & (z_high >= z_mm[0]) & (z_low <= z_mm[-1]))
    reach = (radius + px)[:, None]
    low = grid.to_pixels(np.minimum(tubes.start[:, :2], tubes.end[:, :2]) - reach)
    high = grid.to_pixels(np.maximum(tubes.start[:, :2], tubes.end[:, :2]) + reach)
    low = np.clip(np.floor(low).astype(int), 0, grid.size)
    high = np.clip(np.ceil(high).astype(int) + 1, 0, grid.size)
    for s in hit:
        k0, k1 = np.searchsorted(z_mm, [z_low[s], z_high[s]])
        if k0 == k1:
            continue
        a, b = tubes.start[s], tubes.end[s]
        x = centres[low[s, 0] : high[s, 0]][None, None, :] - np.float32(a[0])
        y = centres[low[s, 1] : high[s, 1]][None, :, None] - np.float32(a[1])
        z = ((z_mm[k0:k1] - a[2]) / stretch_z)[:, None, None].astype(np.float32)
        dx, dy, dz = (b - a).astype(np.float32) * np.array([1, 1, 1 / stretch_z], np.float32)
        length2 = float(dx * dx + dy * dy + dz * dz) or 1.0
        t = np.clip((x * dx + y * dy + z * dz) / length2, 0.0, 1.0)
        distance = np.sqrt((x - t * dx) ** 2 + (y - t * dy) ** 2 + (z - t * dz) ** 2)
        part = cover[k0:k1, low[s, 1] : high[s, 1], low[s, 0] : high[s, 0]]
        # a tube thinner than a pixel cannot fill it: its share is its cross-section over the pixel
        peak = np.float32(min(1.0, (2 * radius[s] / px) ** 2))
        np.maximum(part, peak * np.clip(0.5 + (radius[s] - distance) / px, 0.0, 1.0), out=part)


def ball_coverage(
    centre: Floats, radius: float, z_mm: float, thickness_mm: float, grid: Grid
) -> tuple[tuple[slice, slice], Floats]:
    """Coverage of a ball in one slice of finite thickness: nine sub-slices, discs anti-aliased over a pixel."""
    c = grid.centres()
    x0, y0 = (grid.to_pixels(np.asarray(centre[:2]) - radius - grid.pixel_mm)).astype(int)
    x1, y1 = (grid.to_pixels(np.asarray(centre[:2]) + radius + grid.pixel_mm)).astype(int) + 2
    box = (slice(max(y0, 0), max(min(y1, grid.size), 0)), slice(max(x0, 0), max(min(x1, grid.size), 0)))
    rho = np.hypot(c[box[1]][None, :] - centre[0], c[box[0]][:, None] - centre[1])
    total = np.zeros(rho.shape, np.float32)
    n = 9
    for dz in (np.arange(n) - (n - 1) / 2) * (thickness_mm / n) + z_mm - centre[2]:
        if abs(dz) < radius:
            total += np.clip(0.5 + (np.sqrt(radius**2 - dz**2) - rho) / grid.pixel_mm, 0.0, 1.0)
    return box, total / n
