"""What a denoiser leaves of lesions at the demo's low dose: balls put into its liver, and the demo's own findings.

Part of ``bench_denoise_safety.py``, which says what is measured, prints the tables and judges.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from ldct_viewer.quality.lesions import Kept

LESION_MM = (3.0, 5.0, 8.0, 10.0, 15.0)
LESION_HU = (-50.0, -20.0, -10.0, 10.0, 20.0, 50.0, 100.0)
_BLUR_MM = 0.6
_REGION = 128  # pixels: wide enough for the noise at the lowest frequencies (quality.observers.ideal_dprime)
_MARGIN_MM = 7.0  # what is cut out around a finding: its ring must fit


@dataclass(frozen=True)
class Lesion:
    """One kind of lesion at one strength: who sees it at low dose, and what is left of it."""

    name: str
    diameter_mm: float
    contrast_hu: float
    strength: float
    ideal: float  # d′ over all its slices
    kept: Kept
    before: float = float("nan")  # d′ of the CHO in its middle slice
    after: float = float("nan")


def balls(
    model: str,
    strengths: tuple[float, ...],
    sizes: tuple[float, ...] = LESION_MM,
    contrasts: tuple[float, ...] = LESION_HU,
    seeds: int = 8,
    slices: int = 24,
) -> list[Lesion]:
    """Balls put into the demo's liver under ``seeds`` realisations of the low dose.

    A quarter of each slice is denoised; the noise level that the product estimates in it is 6 % above the slice's.
    """
    from benchmarks.bench_denoise_safety import denoiser_of
    from ldct_viewer.denoise.engine import blend
    from ldct_viewer.quality.lesions import ball, lesion_study
    from ldct_viewer.quality.noise import flat_places
    from ldct_viewer.quality.observers import ideal_dprime

    truth, low, spacing = _liver(seeds, slices)
    noise = low.astype(np.float32) - np.concatenate([truth] * seeds)
    denoiser = denoiser_of(model)
    kept: dict[tuple, np.ndarray] = {}
    results = []
    for diameter in sizes:
        size = max(28, round(2.4 * diameter / spacing[1] / 4) * 4)
        lesion = ball(size, spacing, diameter, _BLUR_MM)
        half = len(lesion) // 2
        flat = flat_places(truth, size, 60, range(half, slices - half))
        places = [(n * slices + k, j, i) for k, j, i in flat for n in range(seeds)]
        seen = ideal_dprime(lesion, local_spectrum(noise, places, size, spacing[1:]))
        for contrast in contrasts:
            for strength in strengths:

                def denoise(hu: np.ndarray, wanted: Sequence[int], s: float = strength) -> np.ndarray:
                    return blend(hu, _remembered(denoiser, hu, wanted, slices, spacing, kept), s)

                study = lesion_study(low, spacing, places, size, denoise,
                                     diameter_mm=diameter, contrast_hu=contrast, blur_mm=_BLUR_MM)  # fmt: skip
                results.append(Lesion("ball", diameter, contrast, strength, abs(contrast) * seen, study.kept,
                                      study.dprime_low, study.dprime_denoised))  # fmt: skip
            for key in [key for key in kept if key[0] != _digest(low)]:  # the picture without lesions stays
                del kept[key]
        kept.clear()
    return results


def local_spectrum(noise: np.ndarray, places: list[tuple[int, int, int]], size: int, pixel_mm: tuple[float, float]):
    """Spectrum of noise (z, y, x) in wide regions around squares of ``size``, its variance that of the squares."""
    from ldct_viewer.quality.noise import cut, nps

    move = (size - _REGION) // 2
    rows, columns = (n - _REGION for n in noise.shape[1:])
    wide = sorted({(k, int(np.clip(j + move, 0, rows)), int(np.clip(i + move, 0, columns))) for k, j, i in places})
    spectrum = nps(cut(noise, wide, _REGION), pixel_mm, detrend=-1)
    local = float(np.square(cut(noise, places, size)).mean())
    return replace(spectrum, power_2d=spectrum.power_2d * local / spectrum.sd_hu**2)


def _liver(seeds: int, slices: int) -> tuple[np.ndarray, np.ndarray, tuple[float, float, float]]:
    """Right upper abdomen of the demo: truth (z, y, x), ``seeds`` low-dose volumes one after another, spacing."""
    import torch

    phantom, maker, reference = _demo()
    spacing = phantom.geometry.spacing_mm
    size = phantom.hu.shape[-1]
    part = phantom.hu[2 : 2 + slices]
    sd = _sd(maker, part, reference)
    generator = torch.Generator().manual_seed(31)
    box = (slice(None), slice(size // 4, size // 4 + size // 2), slice(size // 8, size // 8 + size // 2))
    low = []
    for _ in range(seeds):
        noise = np.concatenate([maker.draw(sd[k : k + 4], generator).numpy() for k in range(0, slices, 4)])
        low.append(_as_stored(part + noise)[box])
    return np.ascontiguousarray(part[box]), np.concatenate(low), spacing


def _remembered(
    denoiser, hu: np.ndarray, wanted: Sequence[int], slices: int, spacing: tuple, kept: dict[tuple, np.ndarray]
) -> np.ndarray:
    """``hu`` with the slices ``wanted`` denoised, volume by volume of ``slices``; the strengths share one result."""
    from ldct_viewer.volume import Geometry, Volume

    key = (_digest(hu), tuple(wanted))
    if key not in kept:
        out = hu.copy()
        for first in range(0, len(hu), slices):
            part = hu[first : first + slices]
            here = [k - first for k in wanted if first <= k < first + slices]
            denoiser.run(Volume(part, Geometry(part.shape, spacing)), here, out[first : first + slices])
        kept[key] = out
    return kept[key]


def _digest(hu: np.ndarray) -> bytes:
    import hashlib

    return hashlib.blake2b(np.ascontiguousarray(hu)).digest()


# ------------------------------------------------------------------------------------------------ findings


def findings(model: str, strengths: tuple[float, ...], realisations: int = 32) -> list[Lesion]:
    """The demo's own findings, in whole slices, with and without them (all else and the noise the same)."""
    import torch

    from benchmarks.bench_denoise_safety import denoiser_of, middle
    from ldct_viewer.denoise.engine import blend
    from ldct_viewer.quality.lesions import kept_of, ring_of
    from ldct_viewer.quality.observers import ideal_dprime

    denoiser = denoiser_of(model)
    phantom, maker, reference = _demo()
    slice_mm, _, pixel_mm = phantom.geometry.spacing_mm
    bare = _without_findings()
    count = len(phantom.hu)
    at = [round(f.centre_lps[2] / slice_mm) for f in phantom.findings]
    results = []
    for k in sorted(set(at)):
        pair = [hu[k - 1 : k + 2] for hu in (phantom.hu, bare)]
        sd = _sd(maker, pair[0], reference)
        generator = torch.Generator().manual_seed(400 + k)
        noise = np.stack([maker.draw(sd, generator).numpy() for _ in range(realisations)])
        low = [_as_stored(hu + noise) for hu in pair]
        out = [np.concatenate([middle(denoiser, v[n : n + 4]) for n in range(0, realisations, 4)]) for v in low]
        for f in (f for f, own in zip(phantom.findings, at, strict=True) if own == k):
            x, y = (v / pixel_mm + (phantom.hu.shape[-1] - 1) / 2 for v in f.centre_lps[:2])
            size = 2 * round((f.diameter_mm / 2 + _MARGIN_MM) / pixel_mm)
            j, i = round(y - size / 2), round(x - size / 2)
            box = (slice(None), slice(j, j + size), slice(i, i + size))
            reach = int(np.ceil(f.diameter_mm / 2 / slice_mm + 0.5))
            tall = slice(max(k - reach, 0), min(k + reach + 1, count))
            signal = (phantom.hu[tall].astype(float) - bare[tall])[box]
            places = [(n, j, i) for n in range(3 * realisations)]
            spectrum = local_spectrum(noise.reshape(-1, *noise.shape[2:]), places, size, (pixel_mm, pixel_mm))
            seen = ideal_dprime(signal, spectrum)
            share = (pair[0][1].astype(float) - pair[1][1])[box[1:]] / f.contrast_hu
            ring = ring_of(size, pixel_mm, f.diameter_mm, (y - j, x - i))
            before = [v[:, 1][box] for v in low]
            for s in strengths:
                after = [blend(a, b[box], s) for a, b in zip(before, out, strict=True)]
                # less the anatomy without the finding: the ring may hold vessels
                seen_as = [tuple(v - pair[1][1][box[1:]].astype(float) for v in two) for two in (before, after)]
                kept = kept_of(*seen_as, share, ring)
                results.append(Lesion(f.kind, f.diameter_mm, f.contrast_hu, s, seen, kept))
    return results


@cache
def _without_findings() -> np.ndarray:
    """The demo's truth (z, y, x) int16 as ``physics.phantom.thorax`` draws it, before it hides anything."""
    from ldct_viewer.physics.organs import build_scene, draw_slices
    from ldct_viewer.physics.raster import Grid

    phantom, _, _ = _demo()
    slice_mm, _, pixel_mm = phantom.geometry.spacing_mm
    z_mm = (np.arange(len(phantom.hu)) + 0.5) * slice_mm
    grid = Grid(phantom.hu.shape[-1], pixel_mm)
    scene = build_scene(1)
    parts = [draw_slices(scene, z_mm[k : k + 6], grid, 1) for k in range(0, len(z_mm), 6)]
    found = np.concatenate([np.clip(np.rint(v), -1000, 3000).astype(np.int16) for v in parts])
    assert np.mean(found != phantom.hu) < 0.01, "the demo is drawn from another scene"
    return found


# ------------------------------------------------------------------------------------------------ shared


@cache
def _demo():
    """The demo's phantom, a noise maker for its slices, and its tube current reference."""
    from benchmarks.bench_denoise_safety import scenes
    from ldct_viewer.physics.demo import truth
    from ldct_viewer.physics.noise import noise_maker

    phantom = truth()
    maker = noise_maker(phantom.hu.shape[-1], phantom.geometry.spacing_mm[2])
    return phantom, maker, scenes()[2]


def _sd(maker, hu: np.ndarray, reference: float):
    """SD of the rays of slices (n, y, x) at the demo's low dose."""
    import torch

    from ldct_viewer.physics.demo import DOSE

    return maker.log_sd(maker.line_integrals(torch.from_numpy(hu.astype(np.float32))), DOSE, float("inf"), reference)


def _as_stored(hu: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(hu), -1024, 3071).astype(np.int16)
