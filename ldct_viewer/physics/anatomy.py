"""Where the organs of the digital thorax lie: contours by slice height, millimetres (numpy only).

x runs to the patient's left, y to the back, z to the head; z = 0 is in the upper abdomen. All curves are
smooth functions of z, so that coronal and sagittal pictures look right as well. Anatomy after ordinary
textbook cross-sections of an adult man, arms up.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .raster import Tubes, ellipse, smooth_closed

Floats = NDArray[np.floating]
Z_TOP = 300.0  # mm of anatomy modelled
SPINE_Y = 46.0  # centre of the vertebral bodies
RIB_PITCH = 25.0  # distance of two vertebrae, mm


def along(z: float, table: list[tuple[float, float]]) -> float:
    """Smooth interpolation in a (z, value) table (cosine between knots)."""
    zs = [t[0] for t in table]
    if z <= zs[0]:
        return table[0][1]
    for (z0, v0), (z1, v1) in pairwise(table):
        if z <= z1:
            t = 0.5 - 0.5 * np.cos(np.pi * (z - z0) / (z1 - z0))
            return float(v0 + t * (v1 - v0))
    return table[-1][1]


def spine_y(z: float) -> float:
    """Thoracic kyphosis: the spine leans back at mid-height and forward at the neck."""
    return SPINE_Y + 5.0 * np.sin(np.pi * (z - 10) / 260.0) - max(0.0, z - 230) * 0.16


def body(z: float) -> Floats:
    """Skin."""
    w = along(z, [(0, 162), (80, 167), (150, 166), (205, 164), (240, 172), (275, 182), (300, 178)])
    front = along(z, [(0, 112), (100, 115), (170, 114), (230, 100), (275, 80), (300, 70)])
    back = along(z, [(0, 106), (120, 112), (220, 110), (275, 96), (300, 90)])
    t = np.arange(360) * (2 * np.pi / 360)
    power = along(z, [(0, 2.35), (150, 2.5), (240, 2.6), (300, 2.7)])
    c, s = np.cos(t), np.sin(t)
    x = w * np.sign(c) * np.abs(c) ** (2 / power)
    y = np.where(s > 0, back, front) * np.sign(s) * np.abs(s) ** (2 / power)
    furrow = np.exp(-((x / 16) ** 2))
    y = y - np.where(s > 0, 7.0, -3.0 * along(z, [(0, 0.5), (150, 2.0), (300, 1.0)])) * furrow
    breast = along(z, [(90, 0), (135, 9), (185, 3), (220, 0)])
    y = y - np.where(s < 0, breast * np.exp(-(((np.abs(x) - 78) / 38) ** 2)), 0.0)
    return np.stack([x, y], axis=1)


def fat_mm(z: float) -> float:
    """Thickness of the subcutaneous fat at the sides."""
    return along(z, [(0, 17), (60, 14), (150, 10), (230, 9), (300, 12)])


def cavity(z: float, inset: float = 0.0) -> Floats:
    """Inner face of the rib cage, a closed curve of 360 points; ``inset`` mm shrinks it."""
    w = along(z, [(0, 134), (60, 138), (110, 137), (160, 128), (200, 112), (235, 88), (262, 62), (283, 34), (296, 16)])
    front = along(z, [(0, 88), (60, 92), (120, 93), (170, 88), (210, 76), (240, 60), (270, 36), (296, 14)])
    back = along(z, [(0, 72), (60, 78), (120, 82), (200, 80), (245, 66), (270, 48), (296, 24)])
    shift = along(z, [(0, 0), (230, 0), (262, 12), (296, 16)])
    t = np.arange(360) * (2 * np.pi / 360)
    c, s = np.cos(t), np.sin(t)
    x = (w - inset) * np.sign(c) * np.abs(c) ** (2 / 2.25)
    y = np.where(s > 0, back - inset, front - inset) * np.sign(s) * np.abs(s) ** (2 / 2.25)
    return np.stack([x, y + shift], axis=1)


def muscle(z: float) -> Floats:
    """Outer face of the chest-wall muscles: the cavity widened, more at the back, and in the shoulders."""
    inner = cavity(max(0.0, min(z, 215.0)))
    t = np.arange(360) * (2 * np.pi / 360)
    side = np.abs(np.cos(t))
    grow = np.where(np.sin(t) > 0, 20 + 4 * np.cos(4 * t), 12 + 0 * t) * (1 - side) + 13 * side
    pectoral = along(z, [(110, 0), (160, 7), (205, 10), (240, 8)])
    grow = grow + np.where(np.sin(t) < 0, pectoral * np.exp(-(((np.abs(inner[:, 0]) - 62) / 34) ** 2)), 0)
    dorsal = along(z, [(20, 3), (110, 10), (170, 8), (230, 0)])
    grow = grow + dorsal * np.exp(-((((np.degrees(t) - 90) / 1.0 - np.sign(np.cos(t)) * -62) / 26) ** 2))
    length = np.linalg.norm(inner, axis=1, keepdims=True)
    outer = inner * (1 + grow[:, None] / length)
    limit = body(z)
    # keep inside the fat: shrink towards the middle where the skin is nearer
    skin = np.linalg.norm(limit, axis=1)
    skin_at = np.interp(
        np.arctan2(outer[:, 1], outer[:, 0]),
        *_sorted(np.arctan2(limit[:, 1], limit[:, 0]), skin),
        period=2 * np.pi,
    )
    now = np.linalg.norm(outer, axis=1)
    keep = np.minimum(now, skin_at - fat_mm(z) * (0.55 + 0.45 * side))
    return outer * (keep / now)[:, None]


def _sorted(angle: Floats, value: Floats) -> tuple[Floats, Floats]:
    order = np.argsort(angle)
    return angle[order], value[order]


def lung(z: float, right: bool) -> Floats:
    """One lung as if the diaphragm were far below: chest wall outside, mediastinum inside."""
    wall = cavity(z, 2.0)
    top, bottom = wall[:, 1].min(), wall[:, 1].max()
    ys = np.linspace(top, bottom, 60)
    u = (ys - top) / (bottom - top)  # 0 front, 1 back
    upper = along(z, [(175, 0.0), (205, 1.0)])
    apex = along(z, [(240, 0.0), (285, 1.0)])
    knots = np.array([0.0, 0.08, 0.25, 0.45, 0.6, 0.72, 0.85, 1.0])
    if right:
        low = np.array([10, 14, 40, 42, 20, 19, 27, 30.0])
        high = np.array([7, 11, 27, 30, 24, 20, 26, 28.0])
    else:
        low = np.array([4, 12, 40, 46, 34, 37, 34, 30.0])
        high = np.array([4, 8, 24, 31, 33, 34, 33, 28.0])
    tip = np.array([26, 26, 26, 25, 24, 23, 23, 24.0])
    edge = low * (1 - upper) + high * upper
    edge = edge * (1 - apex) + tip * apex
    medial = np.interp(u, knots, edge)
    medial = np.convolve(np.pad(medial, 4, mode="edge"), np.hanning(11)[1:-1] / np.hanning(11).sum(), "valid")
    side = -1.0 if right else 1.0
    lateral = wall[wall[:, 0] * side > 0]
    lateral = lateral[np.argsort(lateral[:, 1])]
    outer = np.interp(ys, lateral[:, 1], np.abs(lateral[:, 0]))
    keep = outer > medial + 1.0
    if keep.sum() < 4:
        return np.zeros((0, 2))
    ys, outer, medial = ys[keep], outer[keep], medial[keep]
    x = np.concatenate([outer, medial[::-1]]) * side
    return np.stack([x, np.concatenate([ys, ys[::-1]])], axis=1)


def dome(z: float, right: bool, inset: float = 0.0) -> Floats:
    """The diaphragm of one side and all below it (empty above its top)."""
    if right:
        (cx, cy), (a, b), top, bend = (-66.0, -4.0), (66.0, 76.0), 98.0, 42.0
    else:
        (cx, cy), (a, b), top, bend = (66.0, 0.0), (66.0, 74.0), 84.0, 34.0
    top -= inset
    if z >= top:
        return np.zeros((0, 2))
    s = np.sqrt(max(0.0, 1 - ((z - bend) / (top - bend)) ** 2)) if z > bend else 1 + 0.5 * ((bend - z) / bend) ** 1.5
    return ellipse(cx, cy, a * s - inset, b * s - inset, power=2.2)


def heart(z: float) -> tuple[Floats, Floats, Floats, Floats] | None:
    """(pericardium, heart, left ventricle's cavity, right ventricle's cavity) or None."""
    middle, half = 122.0, 54.0
    u = (z - middle) / half
    if abs(u) >= 1:
        return None
    s = np.sqrt(1 - u * u)
    cx, cy = 14.0 - 16.0 * u, -36.0 + 6.0 * u
    turn = 40.0
    outer = ellipse(cx, cy, 60 * s**0.8 + 4, 43 * s**0.8 + 4, turn, 2.2)
    muscle_ = ellipse(cx, cy, 59 * s**0.8, 41 * s**0.8, turn, 2.15)
    left = ellipse(cx + 24 * s, cy + 9 * s, 30 * s, 15 * s, turn + 6)
    right = ellipse(cx + 2, cy - 18 * s, 34 * s, 12 * s, turn - 6)
    return outer, muscle_, left, right


def great_vessels() -> dict[str, Tubes]:
    """Aorta, caval veins, pulmonary trunk and arteries, trachea and main bronchi, oesophagus."""

    def path(points: list[tuple[float, float, float]], radius: float | list[float], n: int = 40) -> Tubes:
        control = np.asarray(points, float)
        t = np.linspace(0, len(control) - 1, n)
        i = np.clip(t.astype(int), 0, len(control) - 2)
        f = (t - i)[:, None]
        padded = np.vstack([2 * control[0] - control[1], control, 2 * control[-1] - control[-2]])
        p0, p1, p2, p3 = (padded[i + k] for k in range(4))
        curve = 0.5 * (
            2 * p1 + (p2 - p0) * f + (2 * p0 - 5 * p1 + 4 * p2 - p3) * f**2 + (3 * p1 - p0 - 3 * p2 + p3) * f**3
        )
        r = np.interp(np.linspace(0, 1, n - 1), np.linspace(0, 1, np.size(radius)), np.atleast_1d(radius))
        return Tubes.along(curve, r)

    return {
        "aorta": Tubes.join(
            [
                path(
                    [
                        (4, -34, 150),
                        (-14, -38, 175),
                        (-18, -38, 200),
                        (-8, -28, 217),
                        (9, -6, 222),
                        (22, 18, 212),
                        (26, 32, 190),
                        (26, 36, 150),
                        (22, 34, 100),
                        (14, 30, 50),
                        (6, 24, 0),
                        (4, 22, -20),
                    ],
                    [16, 16, 14.5, 13, 12, 11.5, 11],
                    70,
                ),
                path([(-10, -26, 218), (-15, -26, 240), (-24, -20, 258), (-40, -6, 285)], [6, 5.5, 4.5]),
                path([(2, -14, 221), (8, -14, 245), (16, -6, 275), (20, -4, 310)], 4.0),
                path([(14, 2, 219), (22, 2, 245), (30, 0, 268), (70, -6, 284)], 4.6),
            ]
        ),
        "veins": Tubes.join(
            [
                path(
                    [(-26, -22, 150), (-27, -24, 190), (-26, -28, 222), (-27, -30, 240), (-34, -24, 290)],
                    [10, 9.5, 8, 6.5],
                ),
                path([(-26, -30, 232), (-4, -46, 236), (22, -44, 246), (34, -30, 262), (60, -18, 280)], [6.5, 6, 5.5]),
                path([(-28, -2, 118), (-30, 4, 85), (-26, 8, 40), (-22, 10, -20)], [11, 11, 10.5]),
                path([(-10, 28, 0), (-8, 30, 120), (-8, 30, 185), (-20, 8, 200), (-26, -14, 202)], 3.6),
            ]
        ),
        "pulmonary": Tubes.join(
            [
                path(
                    [(14, -52, 150), (16, -46, 172), (14, -30, 184), (22, -10, 188), (38, 4, 180), (44, 10, 165)],
                    [14, 13.5, 12, 10.5, 9],
                ),
                path(
                    [(14, -32, 182), (-2, -22, 178), (-22, -12, 174), (-40, -6, 168), (-46, 2, 156)],
                    [11, 10.5, 10, 8.5],
                ),
                path([(0, 4, 150), (22, 2, 148), (44, 4, 146)], [14, 9, 7]),
                path([(0, 4, 150), (-20, 2, 146), (-42, 0, 142)], [14, 9, 7]),
            ]
        ),
        "airway": Tubes.join(
            [
                path([(-3, -4, 310), (-3, 0, 260), (-2, 6, 225), (0, 9, 196)], 8.6),
                path([(0, 9, 196), (-14, 10, 187), (-30, 9, 177), (-42, 8, 168)], [7.2, 6.6, 6.0]),
                path([(0, 9, 196), (16, 11, 184), (34, 12, 172), (46, 14, 163)], [6.8, 6.0, 5.4]),
                path([(-30, 9, 178), (-42, 4, 187), (-50, 0, 196)], [4.4, 3.6]),
            ]
        ),
        "oesophagus": path(
            [(4, 22, 310), (6, 24, 230), (8, 24, 190), (6, 22, 130), (14, 14, 80), (30, 2, 62)], [6.5, 6.5, 7, 7]
        ),
    }


def ribs() -> Tubes:
    """Twenty ribs: from the spine backwards and outwards, then round the cage and down to the front."""
    parts = []
    for n in range(12):
        z_head = 288 - n * RIB_PITCH
        drop = along(n, [(0, 22), (3, 62), (8, 92), (11, 70)])
        reach = along(n, [(0, 165), (5, 172), (7, 150), (9, 118), (11, 60)])  # degrees round, from the back
        for side in (-1.0, 1.0):
            angle = np.linspace(14, reach, 46)
            points = []
            for a in angle:
                f = (a - 14) / 160
                z = z_head + 4 * np.sin(np.radians(min(a * 2.2, 180))) - drop * np.clip(f, 0, 1.1) ** 1.15
                wall = cavity(min(max(z, -5), 297), -4.2)
                t = np.radians(90 - a)  # measured from straight back towards the side
                k = round(float(np.degrees(t))) % 360
                points.append((side * abs(wall[k, 0]), wall[k, 1], z))
            head = [(side * 15, spine_y(z_head) + 8, z_head), (side * 24, spine_y(z_head) + 20, z_head + 2)]
            parts.append(Tubes.along(np.asarray(head + points), 3.6))
    return Tubes.join(parts)


def shoulder_bones() -> Tubes:
    """Scapulae, clavicles, humeral heads and the manubrium's edges as tubes."""
    parts = []
    for s in (-1.0, 1.0):
        for z in np.arange(132, 262, 3.0):  # blade
            f = (z - 132) / 128
            inner = (s * (92 - 10 * f), 94 - 14 * f, z)
            outer = (s * (104 + 34 * f), 74 - 40 * f, z + 2)
            middle = (s * (102 + 8 * f), 88 - 22 * f, z + 1)
            parts.append(Tubes.along(np.array([inner, middle, outer]), 2.1 + 1.2 * (f > 0.85)))
        parts.append(Tubes.along(np.array([(s * 84, 92, 240), (s * 112, 84, 258), (s * 146, 52, 280)]), 4.5))
        parts.append(
            Tubes.along(np.array([(s * 14, -70, 250), (s * 45, -68, 262), (s * 88, -34, 276), (s * 136, 4, 290)]), 5.8)
        )
        parts.append(Tubes.along(np.array([(s * 148, 8, 276), (s * 149, 8, 280)]), 20.0))
        parts.append(Tubes.along(np.array([(s * 150, 8, 280), (s * 158, -2, 330)]), 13.0))
    return Tubes.join(parts)


def vertebra(z: float) -> tuple[float, float]:
    """(share of bone against disc at this height, height above the vertebra's middle in mm)."""
    h = (z - 6.0 + RIB_PITCH / 2) % RIB_PITCH - RIB_PITCH / 2
    return float(np.clip((9.6 - abs(h)) / 1.2 + 0.5, 0, 1)), float(h)


def vertebral_body(z: float) -> Floats:
    """Outline of the vertebral body."""
    y = spine_y(z)
    size = along(z, [(0, 1.12), (150, 1.0), (300, 0.86)])
    control = np.array(
        [(0, -15), (11, -13), (17, -4), (16, 7), (9, 11.5), (0, 10.5), (-9, 11.5), (-16, 7), (-17, -4), (-11, -13)]
    )
    return smooth_closed(control * size + [0, y])
