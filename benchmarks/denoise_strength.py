"""Which strength shows lesions best? d′ at strengths 0.3 … 1 for a model, and the one its card should recommend.

``python benchmarks/denoise_strength.py [--model ID]`` prints a table; ``denoise_card.py`` puts the result into a card.

Balls of 3, 5, 7 and 10 mm and −10, −20, −50 HU in the middle of a 300 mm water cylinder (40 HU) under the scanner
model's noise at a dose that gives a clinical noise level. Two observers that stand for people, from pictures:
CHO with Gabor channels and internal noise, and NPW with Burgess's eye filter (formulas and sources in
``quality.observers``). Shown is d′ / d′ of the low-dose picture, the mean (geometric) over lesions that are neither
invisible nor trivial for that observer. Recommended is the strength with the greatest mean of both observers among
those that shift the mean noise frequency by at most 20 % and, in these very pictures, leave no lesion harder to see
for NPW with an eye.

The spectrum comes from the middle 96 mm of pictures of 192 mm. What a denoiser leaves is of low frequency: in a small
region most of it falls into the ring around zero, which no mean frequency counts (fast 0.9 at 0.75: −19 % in 36 mm,
−23 % in 96 mm).
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ldct_viewer.quality.noise import Nps

ROOT = Path(__file__).resolve().parents[1]
STRENGTHS = tuple(round(0.3 + 0.01 * n, 2) for n in range(71))
_SHOWN = 10  # every so many of them is a column of the table
SIZES_MM = (3.0, 5.0, 7.0, 10.0)
CONTRASTS_HU = (-10.0, -20.0, -50.0)
COUNT = 960  # pictures with each lesion; with 240 the strength found still varies by 0.1 from seed to seed
SPECTRA = 96  # pictures for the spectrum
MAX_SHIFT = 0.20  # of the mean noise frequency
TOLD_APART = (0.5, 12.0)  # d′ at low dose of lesions that count: neither invisible nor trivial
PIXEL_MM, SLICE_MM, NOISE_HU = 0.75, 2.5, 20.0
_PATCH, _SEEN = 96, 48  # pixels: what the network gets, and the middle that the observers get
_WIDE, _ROI = 256, 128  # the same for the spectrum
ROI_MM = _ROI * PIXEL_MM


@dataclass(frozen=True)
class Task:
    """One lesion: d′ (strength 0 first, then the study's) of each observer."""

    diameter_mm: float
    contrast_hu: float
    cho: list[float]
    npwe: list[float]


@dataclass(frozen=True)
class Study:
    """Lists go by ``strengths``; gains are geometric means of d′ / d′ at strength 0 over tasks that count.

    ``shift`` of the mean noise frequency (share), ``noise_left`` (share of the SD), ``peak_per_mm`` of the spectrum
    (cycles/mm; strength 0 first). ``recommended`` is one of ``strengths``.
    """

    strengths: tuple[float, ...]
    tasks: list[Task]
    shift: list[float]
    noise_left: list[float]
    peak_per_mm: list[float]
    cho_gain: list[float]
    npwe_gain: list[float]
    recommended: float

    def ratios(self, who: str, strength: float) -> list[float]:
        """d′ / d′ at low dose of each lesion that counts for the observer ``who`` ("cho" or "npwe")."""
        n = self.strengths.index(strength) + 1
        return [ratio(getattr(t, who), n) for t in told_apart(self.tasks, who)]


def study(model: str, count: int = COUNT, seed: int = 3, strengths: tuple[float, ...] = STRENGTHS) -> Study:
    """Run all tasks; ``count`` pictures with and as many without each lesion."""
    from benchmarks.bench_denoise_safety import denoiser_of, middle
    from ldct_viewer.quality.detectability import gabor

    denoiser = denoiser_of(model)
    background = water_noise(2 * count, seed) + 40.0
    inner = slice((_PATCH - _SEEN) // 2, (_PATCH + _SEEN) // 2)

    def pictures(with_lesion: np.ndarray | None, part: slice) -> tuple[np.ndarray, np.ndarray]:
        hu = background[part] + (0.0 if with_lesion is None else with_lesion)
        low = np.clip(np.rint(hu), -1024, 3071).astype(np.int16)
        out = middle(denoiser, low, SLICE_MM)
        return tuple(v[:, inner, inner].astype(np.float64) for v in (low[:, 1], out))  # type: ignore[return-value]

    absent = pictures(None, slice(0, count))
    channels = gabor(_SEEN)
    tasks = []
    for diameter in SIZES_MM:
        for contrast in CONTRASTS_HU:
            present = pictures(ball(_PATCH, diameter, contrast), slice(count, 2 * count))
            tasks.append(_task(diameter, contrast, present, absent, channels, strengths))
    at = range(1, len(strengths) + 1)
    gains = [[float(np.exp(np.mean([np.log(max(ratio(getattr(t, who), n), 0.01)) for t in told_apart(tasks, who)])))
              for n in at] for who in ("cho", "npwe")]  # fmt: skip
    before, *after = spectra(denoiser, strengths, seed)
    shift = [v.mean_per_mm / before.mean_per_mm - 1 for v in after]
    left = [v.sd_hu / before.sd_hu for v in after]
    worst = [min(ratio(t.npwe, n) for t in told_apart(tasks, "npwe")) for n in at]
    found = recommend(shift, gains[0], gains[1], worst, strengths)
    peaks = [v.peak_per_mm for v in (before, *after)]
    return Study(strengths, tasks, shift, left, peaks, gains[0], gains[1], found)


def spectra(denoiser, strengths: tuple[float, ...], seed: int) -> list[Nps]:
    """Spectra of the noise in water at strength 0 and ``strengths``, from squares of :data:`ROI_MM`."""
    from benchmarks.bench_denoise_safety import middle
    from ldct_viewer.quality.noise import nps

    low = np.rint(water_noise(SPECTRA, seed, _WIDE) + 40.0).astype(np.int16)
    inner = slice((_WIDE - _ROI) // 2, (_WIDE + _ROI) // 2)
    low, out = (v[:, inner, inner].astype(np.float64) for v in (low[:, 1], middle(denoiser, low, SLICE_MM)))
    mixed = (low + s * (out - low) for s in (0.0, *strengths))
    return [nps(v - v.mean(axis=0), (PIXEL_MM, PIXEL_MM), detrend=-1) for v in mixed]


def ratio(dprimes: list[float], n: int) -> float:
    """d′ at the ``n``-th strength over that of the low-dose picture, which comes first."""
    return dprimes[n] / max(dprimes[0], 0.01)


def told_apart(tasks: list[Task], who: str) -> list[Task]:
    """The lesions that count for an observer ("cho" or "npwe"): neither invisible nor trivial at low dose."""
    return [t for t in tasks if TOLD_APART[0] < getattr(t, who)[0] < TOLD_APART[1]]


def recommend(
    shift: list[float],
    cho: list[float],
    npwe: list[float],
    worst: list[float],
    strengths: tuple[float, ...] = STRENGTHS,
) -> float:
    """The strength with the greatest mean gain of both observers whose frequency shift is allowed.

    Of those, where there are any, one at which every lesion (``worst``: the least d′ ratio of one, NPW with an eye) is
    seen at least as well as at low dose.
    """
    textured = [n for n in range(len(strengths)) if abs(shift[n]) <= MAX_SHIFT]
    allowed = [n for n in textured if worst[n] >= 1.0] or textured
    if not allowed:
        return strengths[0]
    return strengths[max(allowed, key=lambda n: np.sqrt(cho[n] * npwe[n]))]


def _task(
    diameter: float, contrast: float, present: tuple, absent: tuple, channels: np.ndarray, strengths: tuple[float, ...]
) -> Task:
    """Both observers at all strengths; channel outputs are linear, so a blend of pictures is a blend of them."""
    from ldct_viewer.quality.observers import internal_dprime, npwe_dprime, npwe_template

    seen = [[v.reshape(len(v), -1) @ channels for v in pair] for pair in (present, absent)]
    cho, npwe = [], []
    for s in (0.0, *strengths):
        v1, v0 = (low + s * (out - low) for low, out in seen)
        cho.append(internal_dprime(v1, v0, channels))
        a, b = (low + s * (out - low) for low, out in (present, absent))
        # the observer expects the lesion as this strength shows it; half the pictures teach, half are read
        half = len(a) // 2
        values = []
        for learn, read in ((slice(0, half), slice(half, None)), (slice(half, None), slice(0, half))):
            expected = radial(a[learn].mean(axis=0) - b[learn].mean(axis=0))
            values.append(npwe_dprime(a[read], b[read], npwe_template(expected, PIXEL_MM)))
        npwe.append(float(np.mean(values)))
    return Task(diameter, contrast, cho, npwe)


def radial(picture: np.ndarray) -> np.ndarray:
    """A picture (n, n) averaged over rings about its middle: a round lesion's mean with less noise."""
    axis = np.arange(len(picture)) - (len(picture) - 1) / 2
    ring = np.rint(np.hypot(axis[:, None], axis[None])).astype(int)
    mean = np.bincount(ring.ravel(), picture.ravel()) / np.maximum(np.bincount(ring.ravel()), 1)
    mean -= mean[-len(mean) // 3 :].mean()
    return mean[ring]


def ball(size: int, diameter_mm: float, contrast_hu: float) -> np.ndarray:
    """A ball in the middle of three slices (3, y, x), HU, averaged over each slice's thickness."""
    from ldct_viewer.physics.raster import Grid, ball_coverage

    out = np.zeros((3, size, size), np.float32)
    for k in range(3):
        grid = Grid(size, PIXEL_MM)
        box, cover = ball_coverage(np.zeros(3), diameter_mm / 2, (k - 1) * SLICE_MM, SLICE_MM, grid)
        out[k][box] = cover * contrast_hu
    return out


def water_noise(count: int, seed: int, patch: int = _PATCH) -> np.ndarray:
    """Independent noise (count, 3, patch, patch), SD :data:`NOISE_HU`, cut from the middle of a water cylinder.

    Four patches of each picture, one if they are too large for that.
    """
    import torch

    from ldct_viewer.physics.noise import noise_maker

    size = 512
    axis = (np.arange(size) - (size - 1) / 2) * PIXEL_MM
    water = np.where(np.hypot(axis[:, None], axis[None]) < 150, 40.0, -1000.0).astype(np.float32)
    maker = noise_maker(size, PIXEL_MM)
    sd = maker.log_sd(maker.line_integrals(torch.from_numpy(water[None])), 0.25, float("inf")).expand(6, -1, -1)
    generator = torch.Generator().manual_seed(seed)
    cuts: list[np.ndarray] = []
    corners = (size // 2 - patch, size // 2) if patch <= _PATCH else (size // 2 - patch // 2,)
    while len(cuts) < 3 * count:
        for picture in maker.draw(sd, generator).numpy():
            cuts += [picture[j : j + patch, i : i + patch] for j in corners for i in corners]
    noise = np.stack(cuts[: 3 * count])
    noise *= NOISE_HU / noise.std()
    order = np.random.default_rng(seed).permutation(3 * count)  # neighbours in a triple from different pictures
    return noise[order].reshape(count, 3, patch, patch)


def table(result: Study) -> str:
    """Markdown."""
    columns = sorted({*range(0, len(result.strengths), _SHOWN), result.strengths.index(result.recommended)})
    head = " | ".join(f"{result.strengths[n]:g}" for n in columns)
    lines = [f"| strength | {head} |", "|---|" + "---|" * len(columns)]

    def line(name: str, values: list[float], form: str) -> None:
        lines.append(f"| {name} | " + " | ".join(format(values[n], form) for n in columns) + " |")

    line("noise left", result.noise_left, ".0%")
    line("shift of the mean noise frequency", result.shift, "+.1%")
    line("peak of the noise spectrum, per mm", result.peak_per_mm[1:], ".3f")
    line("**CHO with internal noise, d′ / low dose**", result.cho_gain, ".3f")
    line("**NPW with eye filter, d′ / low dose**", result.npwe_gain, ".3f")
    for t in result.tasks:
        name = f"{t.diameter_mm:g} mm {t.contrast_hu:+g} HU"
        line(f"{name}: CHO ({t.cho[0]:.2f} at low dose)", [v / max(t.cho[0], 0.01) for v in t.cho[1:]], ".2f")
        line(f"{name}: NPWE ({t.npwe[0]:.2f} at low dose)", [v / max(t.npwe[0], 0.01) for v in t.npwe[1:]], ".2f")
    return "\n".join([*lines, "", f"Recommended strength: {result.recommended:g}"])


def _command() -> None:
    from ldct_viewer.denoise.model_file import chosen_model

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=None, help="id or file of a model (default: the one shipped)")
    parser.add_argument("--count", type=int, default=COUNT, help="pictures with, and as many without, each lesion")
    args = parser.parse_args()
    print(table(study(str(chosen_model(args.model).path), args.count)))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    _command()
