"""Drawn truths: low-contrast lesions, vessels and whole cartoons, without any noise of their own.

Real "clean" targets are a little noisy and a little soft; a network that saw only those blurs sharp
edges and swallows faint discs. What is drawn here is known exactly.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_TISSUES = (-1000.0, -950.0, -850.0, -700.0, -100.0, -60.0, 0.0, 20.0, 40.0, 60.0, 120.0, 250.0, 600.0, 1200.0)


def ellipse(r: np.random.Generator, size: int, smallest: float, largest: float, edge: float) -> NDArray[np.float32]:
    """A soft-edged ellipse or, in three of ten cases, a thin vessel; 0…1 on a ``size`` grid (pixels)."""
    y, x = np.mgrid[0:size, 0:size].astype(np.float32)
    a = float(np.exp(r.uniform(np.log(smallest), np.log(largest))))
    b = a * float(r.uniform(0.5, 1.0)) if r.random() < 0.7 else a * float(r.uniform(4.0, 20.0))
    angle = r.uniform(0, np.pi)
    cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    dy, dx = y - np.float32(r.uniform(0, size)), x - np.float32(r.uniform(0, size))
    radius = np.sqrt(((dx * cos + dy * sin) / np.float32(a)) ** 2 + ((dy * cos - dx * sin) / np.float32(b)) ** 2)
    steep = np.float32(min(a, b) / edge * 1.7)
    return _cover((radius - 1) * steep)


def insert_details(r: np.random.Generator, hu: NDArray[np.float32], noise_hu: float = 0.0) -> None:
    """Add 1–6 lesions and vessels of ±6 … ±120 HU to ``hu`` (3, y, x), through some or all slices.

    With ``noise_hu``, the noise's SD, half of them are as high as noise: see :func:`inserts`.
    """
    for _ in range(int(r.integers(1, 7))):
        shape = ellipse(r, hu.shape[-1], 1.0, 24.0, float(r.uniform(0.4, 1.2)))
        height = _near_noise(r, noise_hu) if noise_hu > 0 and r.random() < 0.5 else _height(r, 6.0, 120.0)
        reach = (1.0, 1.0, 1.0) if r.random() < 0.7 else (0.0, 1.0, float(r.random() < 0.5))
        for k in range(3):
            hu[k] += np.float32(height * reach[k]) * shape


def cartoon(r: np.random.Generator, size: int) -> NDArray[np.float32]:
    """Overlapping shapes of all tissues (3, y, x) with edges sharper than most kernels give."""
    hu = np.full((3, size, size), r.choice(_TISSUES), dtype=np.float32)
    edge = float(r.uniform(0.2, 0.9))
    for _ in range(int(r.integers(5, 13))):
        shape = ellipse(r, size, 2.0, 60.0, edge)
        _lay(r, hu, shape, np.float32(r.choice(_TISSUES) + r.uniform(-15, 15)))
    return hu


def inserts(r: np.random.Generator, size: int, noise_hu: float) -> tuple[NDArray[np.float32], np.float32]:
    """An even body with 2–8 rods and balls with sharp rims (3, y, x), as CT phantoms have them; and the body's HU.

    Most are about as high as the SD ``noise_hu`` of the noise to come: there a rim can just be told from it, and only
    who has seen many learns to (a network shown mostly plainer ones takes faint rims for noise).
    """
    body = np.float32(r.uniform(-120, 120))
    hu = np.full((3, size, size), body, dtype=np.float32)
    y, x = np.mgrid[0:size, 0:size].astype(np.float32)
    for _ in range(int(r.integers(2, 9))):
        radius = float(np.exp(r.uniform(np.log(1.5), np.log(25.0))))
        distance = np.hypot(*(axis - np.float32(r.uniform(0, size)) for axis in (y, x)))
        steep = np.float32(1.7 / r.uniform(0.3, 0.9))
        value = body + np.float32(_height(r, 5.0, 100.0) if r.random() < 0.2 else _near_noise(r, noise_hu))
        cover = _cover((distance - radius) * steep)
        if r.random() < 0.5:
            _lay(r, hu, cover, value)
            continue
        hu[1] += cover * (value - hu[1])
        beside = np.sqrt(max(radius**2 - r.uniform(1.0, 6.0) ** 2, 0.0))  # of a ball in the slices next to its middle
        for k in (0, 2) if beside > 0.5 else ():
            hu[k] += _cover((distance - beside) * steep) * (value - hu[k])
    return hu, body


def detail_map(drawn: NDArray[np.float32]) -> NDArray[np.float32]:
    """How much each pixel of a drawn difference ``drawn`` (y, x; HU) is detail, 0 … 1.3: most at its edges.

    Half of the most is reached at 2 HU per pixel of slope and, inside (up to 0.3), at 10 HU of height: a faint
    detail counts nearly as much as a plain one, for it is the faint ones that a network takes for noise.
    """
    from scipy.ndimage import gaussian_gradient_magnitude

    slope, height = gaussian_gradient_magnitude(drawn, 1.0), np.abs(drawn)
    return np.asarray(slope / (slope + 2.0) + 0.3 * height / (height + 10.0), dtype=np.float32)


def _cover(outwards: NDArray[np.float32]) -> NDArray[np.float32]:
    """1 inside … 0 outside; ``outwards`` is the distance from the edge in its own widths."""
    return np.asarray(1.0 / (1.0 + np.exp(np.clip(outwards, -30, 30))), dtype=np.float32)


def _lay(r: np.random.Generator, hu: NDArray[np.float32], cover: NDArray[np.float32], value: np.float32) -> None:
    """Something of ``value`` HU over ``hu`` (3, y, x), in four of five cases through all slices."""
    for k in (0, 1, 2) if r.random() < 0.8 else (1, 2):
        hu[k] += cover * (value - hu[k])


def _near_noise(r: np.random.Generator, noise_hu: float) -> float:
    """A contrast in HU that noise of the SD ``noise_hu`` nearly hides in one pixel and not in many."""
    return _height(r, 0.4, 2.5) * max(noise_hu, 4.0)


def _height(r: np.random.Generator, least: float, most: float) -> float:
    """A contrast in HU of either sign, evenly spread over its logarithm."""
    return float(np.exp(r.uniform(np.log(least), np.log(most)))) * (1 if r.random() < 0.5 else -1)
