"""Reconstruction kernels: the window on the ramp filter, by name, by header, or fitted to a picture's noise."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class Kernel:
    """Apodisation A(f) = (1 + boost · (f/cutoff)²) · ½ (1 + cos π f/cutoff) below ``cutoff`` (cycles/mm), else 0.

    The filter is ramp × A, so the noise power spectrum of water is |f| · A²(f) (Riederer 1978).
    """

    cutoff_per_mm: float = 0.8
    boost: float = 0.0
    name: str = "standard"

    def apodisation(self, frequency_per_mm: Any) -> Any:
        """A(f); takes and returns a numpy array or a torch tensor."""
        f = abs(frequency_per_mm) / self.cutoff_per_mm
        if isinstance(f, np.ndarray):
            return np.where(f < 1, (1 + self.boost * f**2) * 0.5 * (1 + np.cos(np.pi * np.minimum(f, 1))), 0.0)
        import torch

        f = f.clamp(max=1.0)
        return (1 + self.boost * f**2) * 0.5 * (1 + torch.cos(torch.pi * f))

    def nps_shape(self, frequency_per_mm: Floats) -> Floats:
        """Radial noise power spectrum of a uniform object up to a factor: |f| A²(f)."""
        return np.abs(frequency_per_mm) * self.apodisation(np.asarray(frequency_per_mm, float)) ** 2


SMOOTH = Kernel(0.62, 0.0, "smooth")
STANDARD = Kernel(0.80, 0.0, "standard")
DETAIL = Kernel(1.00, 0.5, "detail")
SHARP = Kernel(1.25, 1.5, "sharp")
RAMP_LIMIT = Kernel(1e9, 0.0, "ramp")  # no apodisation: the bare ramp
KERNELS = {k.name: k for k in (SMOOTH, STANDARD, DETAIL, SHARP, RAMP_LIMIT)}


# GE's words (reconstruction type of its CT consoles), the shorter ones within longer last: HD LUNG, STD+, BONEPLUS.
_WORDS = (
    ("SOFT", SMOOTH), ("BONE", SHARP), ("LUNG", SHARP), ("LNG", SHARP), ("EDGE", SHARP), ("ULTRA", SHARP),
    ("DETAIL", DETAIL), ("STAND", STANDARD), ("STND", STANDARD), ("STD", STANDARD), ("CHEST", STANDARD),
    ("CHST", STANDARD),
)  # fmt: skip
# Philips, by letters: A smooth, B standard, C between, from D on sharp; U for heads, E for bone, Y and L for lungs,
# X and C for the heart with the same scale in the second letter. NLST: B and C soft, D sharp.
_PHILIPS = {
    "A": SMOOTH, "B": STANDARD, "C": DETAIL, "D": SHARP, "E": SHARP, "F": SHARP, "L": SHARP,
    "UA": SMOOTH, "UB": STANDARD, "UC": DETAIL, "UD": SHARP, "YA": DETAIL, "YB": SHARP, "YC": SHARP, "YD": SHARP,
    "YE": SHARP, "EA": DETAIL, "EB": DETAIL, "EC": SHARP, "ED": SHARP, "EE": SHARP,
    "CA": SMOOTH, "CB": STANDARD, "CC": DETAIL, "CD": SHARP, "XCA": SMOOTH, "XCB": STANDARD, "XCC": DETAIL,
    "XCD": SHARP,
}  # fmt: skip
# Siemens: a letter for the region or method (B body, H head, U ultra-high, C child, I and J iterative, D dual source,
# Q quantitative, S special, T topogram), since Force a second for the family (Br, Bl, Hr, Qr …), then the sharpness:
# 10 very smooth to 90 ultra sharp (syngo CT operator manuals: 30 medium smooth, 40 medium, 50 medium sharp, 60 sharp).
_SIEMENS = re.compile(r"[BCDHIJQSTU][A-Z]?\s?(\d\d)(?!\d)")
# Toshiba, Canon: the tens are the region: 0 and 1 body with and without beam hardening correction, 2 and 4 head, 3 bone
# and inner ear, 5 lung, 6 child, 7 heart, 8 high resolution (FC51 against FC10 is NLST's sharp against soft).
_CANON = re.compile(r"F[CL]\s?(\d)\d(?!\d)")
_CANON_TENS = {"3": SHARP, "5": SHARP, "8": SHARP}


def known_kernel(name: str) -> Kernel | None:
    """The nearest of our kernels for one of our names or a vendor's ConvolutionKernel, None if nobody calls one so.

    GE's words (SOFT, STANDARD, DETAIL, LUNG, BONE, EDGE …), Siemens' letters and number (B30f, I70f, Br40, Qr40: up to
    35 smooth, 45 standard, 55 detail, beyond sharp), Toshiba's and Canon's FC numbers, Philips' letters (A, B, C, D, L,
    YA, UB …). Only how sharp they are against each other is meant: the true kernels are not published, and the noise
    of a picture tells more (:func:`fit_kernel`). Scale of the vendors' names: their manuals; soft against sharp as in
    the NLST data dictionary (cdas.cancer.gov/nlst, reconstruction filter).
    """
    text = name.partition("\\")[0].strip()  # Siemens states kernel and strength: Br38f\3
    if text.lower() in KERNELS:
        return KERNELS[text.lower()]
    text = text.upper()
    if text in _PHILIPS:
        return _PHILIPS[text]
    if match := _CANON.match(text):
        return _CANON_TENS.get(match.group(1), STANDARD)
    if match := _SIEMENS.match(text):
        number = int(match.group(1))
        return SMOOTH if number <= 35 else STANDARD if number <= 45 else DETAIL if number <= 55 else SHARP
    return next((kernel for word, kernel in _WORDS if word in text), None)


def kernel_from_name(name: str) -> Kernel:
    """:func:`known_kernel`, or the standard one for a header's name that nobody knows."""
    return known_kernel(name) or STANDARD


def radial_nps(patches: Floats, pixel_mm: float) -> tuple[Floats, Floats]:
    """(frequency 1/mm, power HU² mm²) of patches (n, m, m) HU, each less its plane; radial mean.

    NPS(f) = Δx Δy / (Nx Ny) ⟨|DFT|²⟩ (ICRU 87).
    """
    n, m, _ = patches.shape
    y, x = np.mgrid[0:m, 0:m] / m - 0.5
    basis = np.stack([np.ones_like(x), x, y, x * x, y * y, x * y]).reshape(6, -1)
    flat = patches.reshape(n, -1).astype(np.float64)
    flat = flat - flat @ np.linalg.pinv(basis) @ basis
    power = np.mean(np.abs(np.fft.fft2(flat.reshape(n, m, m))) ** 2, axis=0) * pixel_mm**2 / m**2
    f = np.fft.fftfreq(m, pixel_mm)
    radius = np.hypot(f[:, None], f[None, :])
    step = 1 / (m * pixel_mm)
    ring = np.rint(radius / step).astype(int).ravel()
    counts = np.bincount(ring)
    keep = np.arange(len(counts)) <= m // 2
    mean = np.bincount(ring, power.ravel()) / np.maximum(counts, 1)
    middle = np.bincount(ring, radius.ravel()) / np.maximum(counts, 1)
    return middle[keep], mean[keep]


def uniform_patches(hu: NDArray[Any], size: int = 32, count: int = 80) -> tuple[Floats, list[tuple[int, int, int]]]:
    """The ``count`` most even soft-tissue patches of slices (z, y, x): (n, size, size) float32, and where (k, j, i)."""
    found: list[tuple[float, int, int, int]] = []
    z = np.unique(np.linspace(0, hu.shape[0] - 1, min(hu.shape[0], 24)).astype(int))
    half = size // 2
    for k in z:
        picture = hu[k]
        for j in range(0, picture.shape[0] - size + 1, half):
            for i in range(0, picture.shape[1] - size + 1, half):
                if not -30 < picture[j + half, i + half] < 140:
                    continue
                patch = picture[j : j + size, i : i + size].astype(np.float32)
                if not -10 < patch.mean() < 110:
                    continue
                sd = float(patch.std())
                quarters = patch.reshape(2, half, 2, half)
                # structure shows as unequal quarters or unequal spread
                spread = float(np.ptp(quarters.mean(axis=(1, 3)))) + float(np.ptp(quarters.std(axis=(1, 3))))
                if sd > 0.5:
                    found.append((spread / sd + sd / 160, int(k), j, i))
    found.sort()
    best = found[:count]
    if not best:
        return np.zeros((0, size, size), np.float32), []
    places = [(k, j, i) for _, k, j, i in best]
    return np.stack([hu[k, j : j + size, i : i + size] for k, j, i in places]).astype(np.float32), places


def without_structure(spread: Floats) -> NDArray[np.bool_]:
    """Of patches' SD (n,), or of its ratio to what a scanner's noise has there: which ones are noise alone.

    Where there is little even tissue the most even patches lie across edges: a head with inserts had patches of 2 and
    of 160 HU, and their mean square is the edges'. Noise itself spreads far less than twice about its lower quartile.
    """
    return spread < 2 * np.percentile(spread, 25)


def fit_kernel(hu: NDArray[Any], pixel_mm: float, fallback: Kernel = STANDARD) -> Kernel:
    """The kernel whose |f| A² fits best the noise spectrum in the even patches of a series.

    Lowest frequencies are left out (anatomy lives there). Too few even patches: ``fallback``.
    """
    patches, _ = uniform_patches(hu)
    if len(patches):
        patches = patches[without_structure(patches.std(axis=(1, 2)))]
    if len(patches) < 8:
        return fallback
    f, power = radial_nps(patches, pixel_mm)
    use = f > 0.12
    f, power = f[use], power[use]
    power = power / power.sum()
    best, best_error = fallback, np.inf
    for cutoff in np.geomspace(0.3, 1.8, 46):
        for boost in (0.0, 0.3, 0.7, 1.2, 2.0, 3.0):
            shape = Kernel(float(cutoff), boost).nps_shape(f)
            total = shape.sum()
            if total <= 0:
                continue
            error = float(np.sum((np.sqrt(shape / total) - np.sqrt(power)) ** 2))
            if error < best_error:
                best, best_error = Kernel(float(cutoff), boost, "fitted"), error
    return best
