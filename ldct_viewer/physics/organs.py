"""Paints the organs of the thorax, back to front, into slices of HU; vessels and texture included."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import anatomy as a
from .raster import Grid, Tubes, coverage_map, ellipse, paint, tube_coverage
from .vessels import fill_points, grow_tree

Floats = NDArray[np.floating]
AIR, LUNG, FAT, MUSCLE, BLOOD, MYOCARD, LIVER = -1000.0, -860.0, -105.0, 55.0, 42.0, 52.0, 60.0
SPLEEN, DISC, MARROW, CORTEX, SKIN = 50.0, 85.0, 170.0, 780.0, 20.0


@dataclass(frozen=True)
class Scene:
    """What does not change from slice to slice: trees and bones as tubes."""

    vessels: Tubes
    airways: Tubes
    great: dict[str, Tubes]
    ribs: Tubes
    bones: Tubes
    hepatic: Tubes


def build_scene(seed: int) -> Scene:
    """Grow the trees of both lungs and of the liver for ``seed``."""
    rng = np.random.default_rng([seed, 11])
    vessels, airways = [], []
    for right in (True, False):
        side = -1.0 if right else 1.0
        inside = _lung_test(right)
        low, high = np.array([side * 70 - 68, -92, 20]), np.array([side * 70 + 68, 84, 292])
        artery = np.array([(side * 40, 0, 168), (side * 46, 6, 160)])
        vein = np.array([(side * 30, 2, 146), (side * 44, 4, 145)])
        bronchus = np.array([(side * 40, 10, 170), (side * 47, 12, 163)])
        targets = fill_points(inside, low, high, 560, rng)
        vessels.append(grow_tree(artery, targets, rng, 0.74))
        vessels.append(grow_tree(vein, fill_points(inside, low, high, 420, rng), rng, 0.66))
        airways.append(
            grow_tree(bronchus, targets[rng.permutation(len(targets))[:70]] * [0.93, 0.93, 1], rng, 1.0, 2.8)
        )
    in_liver = np.array([(-30.0, 4.0, 82.0), (-44.0, 0.0, 72.0)])

    def liver_test(p: Floats) -> NDArray[np.bool_]:
        return np.sum(((p - [-75, 0, 35]) / [55, 60, 48]) ** 2, axis=1) < 1

    leaves = fill_points(liver_test, np.array([-140, -70, 0]), np.array([-10, 70, 90]), 26, rng)
    hepatic = grow_tree(in_liver, leaves, rng, 1.1)
    return Scene(Tubes.join(vessels), Tubes.join(airways), a.great_vessels(), a.ribs(), a.shoulder_bones(), hepatic)


def _lung_test(right: bool) -> Callable[[Floats], NDArray[np.bool_]]:
    """A function telling which points (n, 3) lie in the lung, 3 mm off its surface."""
    grid = Grid(128, 3.0)
    z_mm = np.arange(0.0, 300.0, 6.0)
    mask = np.zeros((len(z_mm), 128, 128), bool)
    for k, z in enumerate(z_mm):
        outline = a.lung(float(z), right)
        if len(outline) == 0:
            continue
        cover = coverage_map(outline, grid)
        for r in (True, False):
            if len(d := a.dome(float(z), r)):
                cover *= 1 - coverage_map(d, grid)
        if h := a.heart(float(z)):
            cover *= 1 - coverage_map(h[0], grid)
        inner = cover > 0.99
        inner[1:-1, 1:-1] &= cover[2:, 1:-1] + cover[:-2, 1:-1] + cover[1:-1, 2:] + cover[1:-1, :-2] > 3.9
        mask[k] = inner

    def inside(points: Floats) -> NDArray[np.bool_]:
        k = np.clip(np.rint(points[:, 2] / 6.0).astype(int), 0, len(z_mm) - 1)
        ij = np.clip(np.rint(grid.to_pixels(points[:, :2])).astype(int), 0, 127)
        return mask[k, ij[:, 1], ij[:, 0]]

    return inside


def draw_slices(scene: Scene, z_mm: Floats, grid: Grid, texture_seed: int | None) -> Floats:
    """HU of the slices at heights ``z_mm`` (n,), float32 (n, size, size)."""
    n = len(z_mm)
    image = np.full((n, grid.size, grid.size), AIR, np.float32)
    lungs = np.zeros_like(image)
    for k, z in enumerate(z_mm):
        _soft_tissue(image[k], float(z), grid, texture_seed)
        lungs[k] = _lungs(image[k], float(z), grid, texture_seed)
    _trees(image, lungs, scene, z_mm, grid)
    for k, z in enumerate(z_mm):
        _below_diaphragm(image[k], float(z), grid)
    _great(image, scene, z_mm, grid)
    for k, z in enumerate(z_mm):
        _heart(image[k], float(z), grid)
        _spine(image[k], float(z), grid, texture_seed)
        _sternum(image[k], float(z), grid)
    for tubes, stretch in ((scene.ribs, 1.5), (scene.bones, 1.0)):
        _bone_tubes(image, tubes, z_mm, grid, stretch)
    return image


def _field(seed: int | None, z: float, grid: Grid, cell_mm: float, salt: int) -> Floats | float:
    """A smooth random picture of unit SD with grain ``cell_mm``, continuous in z; 0 without a seed."""
    if seed is None:
        return 0.0
    layer = int(np.floor(z / cell_mm))
    f = np.float32(z / cell_mm - layer)
    extent = grid.size * grid.pixel_mm
    m = int(extent / cell_mm) + 4

    def plane(number: int) -> Floats:
        return np.random.default_rng([seed, salt, number + 1000]).standard_normal((m, m), dtype=np.float32)

    coarse = plane(layer) * np.sqrt(1 - f) + plane(layer + 1) * np.sqrt(f)
    at = (grid.centres() + extent / 2) / cell_mm + 0.5
    i = at.astype(int)
    t = (at - i).astype(np.float32)
    t = t * t * (3 - 2 * t)
    rows = coarse[i] * (1 - t)[:, None] + coarse[i + 1] * t[:, None]
    # bilinear mixing lowers the SD to about 0.69
    return (np.take(rows, i, axis=1) * (1 - t) + np.take(rows, i + 1, axis=1) * t) * np.float32(1.45)


def _soft_tissue(image: Floats, z: float, grid: Grid, seed: int | None) -> None:
    """Skin, fat, muscle, shoulder muscles, mediastinal fat."""
    skin = a.body(z)
    paint(image, skin, SKIN, grid)
    length = np.linalg.norm(skin, axis=1, keepdims=True)
    fat = FAT + 5 * _field(seed, z, grid, 9.0, 1)
    paint(image, skin * (1 - 2.0 / length), fat, grid)
    body = coverage_map(skin * (1 - 4.0 / length), grid)
    mottle = _field(seed, z, grid, 3.5, 2)
    muscle = MUSCLE + 6 * mottle
    marbled = muscle - 120 * np.clip(_field(seed, z, grid, 7.0, 3) - 1.55, 0, 1)
    paint(image, a.muscle(z), marbled, grid)
    if z < 235:  # fat between the muscle layers, in patches
        layer = np.clip(0.5 + _field(seed, z, grid, 22.0, 8), 0, 0.9) if seed is not None else np.full_like(image, 0.5)
        paint(image, a.cavity(z, -13.5), FAT + 25, grid, layer)
        paint(image, a.cavity(z, -12.0), muscle, grid)
    top = np.clip((z - 205) / 45, 0, 1)
    for s in (-1.0, 1.0):
        back = np.clip((z - 110) / 40, 0, 1)
        if back > 0:  # muscles on both faces of the shoulder blade, latissimus
            x, y = s * (104 + 14 * top), 82 - 20 * top
            paint(image, ellipse(x, y, 30 * back, (8 + 9 * top) * back, -s * (38 + 12 * top)), fat, grid, body)
            paint(
                image,
                ellipse(x + s * 3, y + 6, 25 * back, (5 + 6 * top) * back, -s * (38 + 12 * top)),
                muscle,
                grid,
                body,
            )
            paint(
                image,
                ellipse(x - s * 3, y - 6, 24 * back, (4.5 + 7 * top) * back, -s * (40 + 12 * top)),
                muscle,
                grid,
                body,
            )
        if top > 0:  # deltoid, pectoral to the arm, trapezius
            paint(image, ellipse(s * 146, 8, 31 * top, 36 * top), marbled, grid, body)
            paint(image, ellipse(s * 100, -38, 46 * top, 13 * top, s * 34), muscle, grid, body)
            paint(image, ellipse(s * 48, 72, 50 * top, 14 * top, -s * 16), muscle, grid, body)
        paint(image, ellipse(s * 27, a.spine_y(z) + 37, 20, 14, -s * 14), muscle, grid, body)
    if z > 258:  # neck: room around windpipe and vessels, thyroid
        paint(image, ellipse(0, 4, 46, 48), fat, grid, body)
        for s in (-1.0, 1.0):
            paint(image, ellipse(s * 34, 2, 9, 26, s * 20), muscle, grid, body)
            paint(image, ellipse(s * 17, -4, 7.5, 13), 100 + 5 * mottle, grid)
        paint(image, ellipse(0, 38, 24, 9), muscle, grid)
    elif z < 292:
        paint(image, a.cavity(z), FAT + 4 * _field(seed, z, grid, 6.0, 4), grid)


def _lungs(image: Floats, z: float, grid: Grid, seed: int | None) -> Floats:
    """Paint both lungs; returns their coverage (diaphragm taken off)."""
    cover = np.zeros_like(image)
    if z > 294:
        return cover
    y = grid.centres()[:, None]
    x = grid.centres()[None, :]
    gravity = np.clip(y / 85.0, -1, 1) ** 3 * 28 + 6
    mottle = 15 * _field(seed, z, grid, 2.6, 5) + 11 * _field(seed, z, grid, 12.0, 6)
    value = np.float32(LUNG) + gravity + mottle
    for right in (True, False):  # major fissures, on the right the minor one too: thin bright sheets
        side = -1.0 if right else 1.0
        bow = 10 * np.cos((x * side - 75) / 50)
        sheet = np.abs(y - (78 - 0.62 * (235 - z)) * 1.0 - bow - 10 * side * 0.3)
        band = np.clip(1.1 - sheet / grid.pixel_mm, 0, 1) * (x * side > 0)
        value = value + 90 * band
    for right in (True, False):
        outline = a.lung(z, right)
        if len(outline):
            cover += coverage_map(outline, grid)
    np.clip(cover, 0, 1, out=cover)
    for right in (True, False):
        if len(d := a.dome(z, right)):
            cover *= 1 - coverage_map(d, grid)
    image += cover * (value - image)
    return cover


def _trees(image: Floats, lungs: Floats, scene: Scene, z_mm: Floats, grid: Grid) -> None:
    """Vessels and airways inside the lungs."""
    cover = np.zeros_like(image)
    tube_coverage(cover, scene.vessels, z_mm, grid)
    cover *= lungs
    image += cover * (40 - image)
    wall, lumen = np.zeros_like(image), np.zeros_like(image)
    tube_coverage(wall, scene.airways, z_mm, grid, grow_mm=0.45)
    tube_coverage(lumen, scene.airways, z_mm, grid, grow_mm=-0.25)
    wall *= lungs
    lumen *= lungs
    image += wall * (-60 - image)
    image += lumen * (-985 - image)


def _below_diaphragm(image: Floats, z: float, grid: Grid) -> None:
    """Liver, spleen, stomach and fat under the domes."""
    if z > 100:
        return
    inner = coverage_map(a.cavity(z, 1.5), grid)
    for right in (False, True):
        for inset, hu in ((0.0, MUSCLE), (2.5, LIVER if right else FAT)):
            if len(d := a.dome(z, right, inset)):
                paint(image, d, hu, grid, inner)
    for right in (False, True):
        if not len(d := a.dome(z, right, 2.5)):
            continue
        under = inner * coverage_map(d, grid)
        if right:
            belly = np.clip((40 - z) / 40, 0, 1)  # fat between liver and spine deep down
            paint(image, ellipse(-6, 34, 26 + 10 * belly, 18 + 8 * belly), FAT, grid, inner)
            continue
        _left_upper_quadrant(image, z, grid, under, inner)


def _left_upper_quadrant(image: Floats, z: float, grid: Grid, under: Floats, inner: Floats) -> None:
    s = np.sqrt(max(0.0, 1 - ((z - 30) / 46) ** 2)) if z > 30 else 1.0
    if s > 0:  # spleen against the back wall
        paint(image, ellipse(98, 40, 22 * s, 42 * s, 24), SPLEEN, grid, under)
        paint(image, ellipse(88, 36, 12 * s, 34 * s, 24), FAT, grid, under)
        paint(image, ellipse(58, -6, 42 * s, 38 * s, -12), MUSCLE - 10, grid, under)  # stomach's wall
        paint(image, ellipse(58, -6, 38 * s, 34 * s, -12), 18.0, grid, under)  # its fluid
        level = np.clip((-14 - grid.centres()) / grid.pixel_mm, 0, 1)[:, None]  # gas lies in front (supine)
        paint(image, ellipse(58, -6, 38 * s, 34 * s, -12), AIR + 20, grid, under * level)
    lobe = np.sqrt(max(0.0, 1 - ((z - 20) / 58) ** 2)) if z > 20 else 1.0
    if lobe > 0:  # left lobe of the liver, over the stomach's front
        paint(image, ellipse(-2, -48, 52 * lobe, 24 * lobe, 6), LIVER, grid, inner)


def _great(image: Floats, scene: Scene, z_mm: Floats, grid: Grid) -> None:
    """Liver veins, mediastinal vessels, windpipe and gullet."""
    if z_mm[0] < 100:
        cover = np.zeros_like(image)
        tube_coverage(cover, scene.hepatic, z_mm, grid)
        cover *= (image > 40) & (image < 75)
        image += cover * (44 - image)
    for name, grow, hu in (
        ("oesophagus", 0.0, 38.0),
        ("pulmonary", 0.0, BLOOD),
        ("veins", 0.0, BLOOD),
        ("aorta", 0.0, 50.0),
        ("aorta", -1.4, BLOOD),
        ("airway", 1.5, 40.0),
        ("airway", 0.0, -990.0),
    ):
        cover = np.zeros_like(image)
        tube_coverage(cover, scene.great[name], z_mm, grid, grow)
        image += cover * (hu - image)


def _heart(image: Floats, z: float, grid: Grid) -> None:
    parts = a.heart(z)
    if parts is None:
        return
    pericardium, heart, left, right = parts
    paint(image, pericardium, MUSCLE - 15, grid)
    middle = pericardium.mean(axis=0)
    paint(image, middle + (pericardium - middle) * 0.972, FAT + 5, grid)
    paint(image, heart, MYOCARD, grid)
    paint(image, left, BLOOD - 2, grid)
    paint(image, right, BLOOD - 2, grid)
    if 128 < z < 170:  # calcified coronary
        x, y = middle + np.array([6 + 0.5 * (z - 128), -30])
        paint(image, ellipse(float(x), float(y), 2.0, 1.2, 30), 320.0, grid)
    x, y = middle + np.array([-4.0, -2.0])
    paint(image, ellipse(float(x) + 10, float(y) - 6, 28, 1.6, 62), 15.0, grid)  # groove between the chambers


def _spine(image: Floats, z: float, grid: Grid, seed: int | None) -> None:
    y = a.spine_y(z)
    bone, h = a.vertebra(z)
    outline = a.vertebral_body(z)
    middle = np.array([0.0, y])
    spongy = MARROW + 35 * _field(seed, z, grid, 1.8, 7)
    waist = 1 - 0.06 * np.cos(h / 9.6 * np.pi / 2) * bone
    outline = middle + (outline - middle) * waist
    paint(image, outline, DISC, grid)
    if bone > 0:
        near_plate = float(np.clip((abs(h) - 7.6) / 1.6, 0, 1))
        mask = np.full_like(image, bone)
        paint(image, outline, 430.0, grid, mask)
        paint(image, middle + (outline - middle) * 0.9, spongy + 260 * near_plate, grid, mask)
    # arch: pedicles and laminae round the canal, processes
    arch = float(np.clip((7.5 - abs(h + 1)) / 2 + 0.5, 0, 1))
    ring = np.full_like(image, max(arch, 0.25))
    canal = (0.0, y + 19.5)
    paint(image, ellipse(*canal, 14.0, 12.5, power=2.4), 480.0, grid, ring)
    paint(image, ellipse(*canal, 12.2, 10.8, power=2.4), spongy + 120, grid, ring)
    paint(image, ellipse(*canal, 10.0, 8.6), FAT + 40, grid)
    paint(image, ellipse(*canal, 8.4, 7.2), 14.0, grid)
    paint(image, ellipse(*canal, 4.8, 3.8), 36.0, grid)
    if arch > 0:
        mask = np.full_like(image, arch)
        for s in (-1.0, 1.0):
            paint(image, ellipse(s * 22, y + 25, 15, 4.6, s * 22), 520.0, grid, mask)
            paint(image, ellipse(s * 22, y + 25, 13.6, 3.0, s * 22), spongy + 60, grid, mask)
    spine = float(np.clip((9 - abs(h + 7)) / 2, 0, 1))
    if spine > 0:
        mask = np.full_like(image, spine)
        paint(image, ellipse(0, y + 40, 3.6, 13.5), 560.0, grid, mask)
        paint(image, ellipse(0, y + 40, 2.0, 11.5), spongy + 60, grid, mask)


def _sternum(image: Floats, z: float, grid: Grid) -> None:
    if not 92 < z < 254:
        return
    front = a.cavity(z)[:, 1].min()
    end = min(1.0, (z - 92) / 8, (254 - z) / 6)
    width = a.along(z, [(92, 9), (150, 17), (205, 15), (222, 22), (254, 26)])
    paint(image, ellipse(0, front - 7, width * end, 6.2, power=2.6), 420.0, grid)
    paint(image, ellipse(0, front - 7, width * end - 1.6, 4.6, power=2.6), 130.0, grid)
    for s in (-1.0, 1.0):  # rib cartilage
        if (z % a.RIB_PITCH) < 14:
            paint(image, ellipse(s * (width + 13), front - 3, 12, 5, s * 16), 120.0, grid)


def _bone_tubes(image: Floats, tubes: Tubes, z_mm: Floats, grid: Grid, stretch: float) -> None:
    cortex, marrow = np.zeros_like(image), np.zeros_like(image)
    tube_coverage(cortex, tubes, z_mm, grid, stretch_z=stretch)
    tube_coverage(marrow, tubes, z_mm, grid, grow_mm=-1.3, stretch_z=stretch)
    image += cortex * (CORTEX - image)
    image += marrow * (MARROW + 60 - image)
