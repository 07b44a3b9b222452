"""Truth that nobody tuned on: an abdomen and a head, drawn in geometry that the shipped demo does not have.

Crude anatomy on purpose (no texture is copied from a patient), but contrasts, edges and sizes are clinical: organs of
30 … 130 HU, vessels of 2 … 12 mm, faint lesions, fat planes, gas, cortical bone and a skull with thin partitions.
"""

from __future__ import annotations

import numpy as np

SIZE = 512
KINDS = ("abdomen", "head")


def draw(kind: str, seed: int = 0, slices: int = 3, slice_mm: float = 3.0) -> tuple[np.ndarray, float]:
    """Noise-free HU (slices, 512, 512) float32 and the pixel size in mm; same arguments, same voxels."""
    if kind not in KINDS:
        raise ValueError(f"unknown phantom {kind!r}")
    pixel_mm = 0.78 if kind == "abdomen" else 0.45
    paint_slice = _abdomen if kind == "abdomen" else _head
    middle = (slices - 1) / 2
    pictures = [paint_slice(np.random.default_rng(seed), (k - middle) * slice_mm, pixel_mm) for k in range(slices)]
    return np.stack(pictures), pixel_mm


def _abdomen(rng: np.random.Generator, z: float, pixel_mm: float) -> np.ndarray:
    image, put = _canvas(pixel_mm)
    put(0, 0, 170, 120, -105, power=2.3)  # fat
    put(0, 2, 150, 101, 58, power=2.3)  # muscle wall
    put(0, -3, 139, 88, -98, power=2.2)  # fat inside
    put(-68, -14, 64, 66, 108, turn=12)  # liver, portal phase
    put(88, 8, 33, 44, 122, turn=-25)  # spleen
    put(38, -48, 46, 28, 22, power=2.4)  # stomach
    put(34, -62, 28, 10, -960)  # its gas
    put(-2, 4, 42, 11, 92, turn=-18)  # pancreas
    for side in (-1, 1):
        put(side * 62, 48, 25, 32, 172, turn=side * 20)  # kidney, cortex
        put(side * 59, 48, 11, 17, 30, turn=side * 20)  # pelvis
        put(side * 28, 60, 17, 20, 60)  # psoas
    put(0, 64, 24, 20, 320, power=2.4)  # vertebra
    put(0, 64, 21, 17, 170, power=2.4)
    put(0, 92, 10, 8, 45)  # canal
    put(8, 36, 11, 11, 165)  # aorta
    put(-18, 36, 13, 10, 135)  # cava
    for _ in range(26):  # vessels of the liver, leaning through the slices
        x, y = rng.uniform(-112, -30), rng.uniform(-58, 30)
        dx, dy, r = rng.normal(0, 0.8), rng.normal(0, 0.8), rng.uniform(1.0, 5.0)
        put(x + dx * z, y + dy * z, r, r * rng.uniform(0.8, 1.6), 150, turn=rng.uniform(0, 180), inside=(90, 120))
    for _ in range(8):  # metastases and cysts
        x, y, r = rng.uniform(-112, -30), rng.uniform(-58, 30), rng.uniform(1.5, 6.0)
        contrast = float(rng.choice([-60, -40, -25, -15]))
        if abs(z) < r:
            r_here = float(np.sqrt(r * r - z * z))
            put(x, y, r_here, r_here, 108 + contrast, inside=(90, 120))
    for _ in range(70):  # mesentery: vessels and nodes in the fat
        x, y, r = rng.uniform(-90, 110), rng.uniform(-75, 30), rng.uniform(0.8, 2.8)
        put(x, y + rng.normal(0, 0.5) * z, r, r * rng.uniform(1, 2.5), 95, turn=rng.uniform(0, 180), inside=(-110, -80))
    for _ in range(9):  # bowel with wall, content and gas
        x, y, a, b = rng.uniform(-40, 115), rng.uniform(-72, 10), rng.uniform(8, 15), rng.uniform(7, 12)
        put(x, y, a, b, 80, inside=(-110, 60))
        put(x, y, a - 2.5, b - 2.5, float(rng.choice([15, 30, -900])), inside=(70, 90))
    return image


def _head(rng: np.random.Generator, z: float, pixel_mm: float) -> np.ndarray:
    image, put = _canvas(pixel_mm)
    put(0, 0, 78, 98, -60)  # scalp
    put(0, 0, 75, 95, 50)
    put(0, 0, 72.5, 92.5, 1250)  # outer table
    put(0, 0, 70.5, 90.5, 520)  # spongy bone
    put(0, 0, 67.5, 87.5, 1300)
    put(0, 0, 65.5, 85.5, 9)  # fluid
    put(0, 0, 63.5, 83.5, 38)  # cortex
    put(0, 2, 57, 76, 29)  # white matter
    for n in range(30):  # gyri: grey folds into the white
        angle = n * 2 * np.pi / 30 + rng.normal(0, 0.05)
        x, y = 56 * np.cos(angle), 75 * np.sin(angle)
        put(x + 0.1 * z, y, 2.2, rng.uniform(8, 13), 38, turn=np.degrees(angle) + 90, inside=(25, 45))
        put(x * 1.09, y * 1.09, 0.8, rng.uniform(4, 8), 10, turn=np.degrees(angle) + 90, inside=(25, 45))
    for side in (-1, 1):
        put(side * 10, -12, 5.5, 19, 7, turn=side * -14)  # ventricles
        put(side * 12, 22, 4.5, 15, 7, turn=side * 18)
        put(side * 24, 2, 8, 15, 40, turn=side * 12)  # lentiform nucleus
        put(side * 13, -6, 4, 9, 39, turn=side * -10)  # caudate
        put(side * 11, 12, 8, 11, 39)  # thalamus
    put(0, 0, 0.7, 85, 62, inside=(0, 50))  # falx
    put(0, 26, 2, 3, 210)  # calcified pineal
    for contrast, r in ((-4, 9.0), (-7, 6.0), (25, 4.0), (32, 2.0)):  # infarcts and bleeds
        x, y = rng.uniform(-40, 40), rng.uniform(-50, 50)
        put(x, y, r, r * rng.uniform(0.8, 1.3), 30 + contrast, inside=(25, 45))
    return image


def _canvas(pixel_mm: float):
    """An empty slice and the brush: an ellipse of HU (x, y, half-axes mm), only over pixels ``inside`` a HU range."""
    from ldct_viewer.physics.raster import Grid, ellipse, paint

    grid = Grid(SIZE, pixel_mm)
    image = np.full((SIZE, SIZE), -1000.0, np.float32)

    def put(x: float, y: float, a: float, b: float, hu: float, *, turn: float = 0.0, power: float = 2.0,
            inside: tuple[float, float] | None = None) -> None:  # fmt: skip
        mask = None
        if inside is not None:
            mask = ((image >= inside[0]) & (image <= inside[1])).astype(np.float32)
        paint(image, ellipse(x, y, a, b, turn, power), hu, grid, mask)

    return image, put
