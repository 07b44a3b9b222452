"""The shipped models under noise that is not ours: scikit-image's filtered backprojection, four filters.

``python benchmarks/bench_denoise_foreign.py [MODEL …]`` (ids or files; about a minute of a core, and half a one a
model). The models learn from noise of ``ldct_viewer.physics`` and of ``training.noise``; here a parallel-beam scan of
an elliptic water phantom (300 × 220 mm, quantum noise by path length) is reconstructed by an independent code, with
filters from sharp to soft. Issue 3's targets were set for none of these textures in particular; the soft ones hold
most of their noise where anatomy is, so they show what a default strength does at worst.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
SIZE, ANGLES, PIXEL_MM = 512, 600, 0.7
HALF_AXES_MM, WATER_PER_MM = (150.0, 110.0), 0.0195
FILTERS = {"ramp": ("ramp", 0.0), "Shepp-Logan": ("shepp-logan", 0.0), "Hann": ("hann", 0.0), "soft": ("hann", 0.9)}
PICTURES, PATCH = 9, 96  # sixteen patches are cut from each picture, each half over the next
WIDE, SEEN = 256, 128  # texture: the middle 90 mm of 180 mm; what is left has blotches of 25 mm, which 45 mm hide
FAINT_HU, PLAIN_HU = (-20.0, -50.0), 500.0


def main(models: list[str] | None = None) -> list[dict]:
    """Rows for every shipped model (or those named)."""
    from ldct_viewer.denoise.model_file import list_models

    return [row for m in models or [m.id for m in list_models() if m.shipped] for row in rows_of(m)]


def rows_of(model: str) -> list[dict]:
    """What one model (id or file) does at its default strength, each figure under all four filters."""
    from benchmarks.bench_denoise_safety import denoiser_of
    from benchmarks.bench_denoise_targets import NOISE_HU

    denoiser = denoiser_of(model)
    info = denoiser.model.info
    found = [measure(denoiser, name, info.recommended_strength) for name in FILTERS]
    textures = ", ".join(f"{name} {seen['mean_per_px']:.2f}" for name, seen in zip(FILTERS, found, strict=True))
    note = f"mean frequency of the noise per pixel: {textures}; strength {info.recommended_strength:g}"

    def row(what: str, cells: list[str], target: str, ok: bool) -> dict:
        what = f"{what} under noise of scikit-image's FBP, {info.name} {info.version}"
        return {"what": what, "reference": ", ".join(FILTERS), "measured": ", ".join(cells), "target": target,
                "ok": ok, "note": note}  # fmt: skip

    def sharpness(height: float, least: float) -> dict:
        cells = [" / ".join(f"{seen['ttf50'][height, sd]:.2f}" for sd in NOISE_HU) for seen in found]
        ok = all(seen["ttf50"][height, sd] >= least for seen in found for sd in NOISE_HU)
        noise = " / ".join(f"{sd:g}" for sd in NOISE_HU)
        return row(f"TTF50 of {height:+g} HU discs in {noise} HU", cells, f"≥ {least:g}", ok)

    seen_mm = SEEN * PIXEL_MM
    return [
        row(f"shift of the mean noise frequency in {seen_mm:.0f} mm", [f"{s['shift']:+.0%}" for s in found], "≤ 20 %",
            all(abs(s["shift"]) <= 0.2 for s in found)),
        row("noise left", [f"{s['left']:.0%}" for s in found], "≤ 60 %", all(s["left"] <= 0.6 for s in found)),
        row("HU bias in water", [f"{s['bias_hu']:+.2f}" for s in found], "≤ 1",
            all(abs(s["bias_hu"]) <= 1 for s in found)),
        *(sharpness(height, 0.8) for height in FAINT_HU),
        sharpness(PLAIN_HU, 0.95),
    ]  # fmt: skip


def measure(denoiser, name: str, strength: float) -> dict:
    """Texture, bias and TTF50 / truth's by (height, noise) under one filter's noise."""
    from benchmarks.bench_denoise_targets import NOISE_HU, blended, disc_sharpness
    from ldct_viewer.quality.noise import nps

    inner = slice((WIDE - SEEN) // 2, (WIDE + SEEN) // 2)
    before, after = (v[:, inner, inner] for v in blended(denoiser, 40.0 + wide(name) * NOISE_HU[-1], strength))
    spectra = [nps(v - v.mean(axis=0), (PIXEL_MM, PIXEL_MM), detrend=-1) for v in (before, after)]
    return {
        "mean_per_px": spectra[0].mean_per_mm * PIXEL_MM,
        "shift": spectra[1].mean_per_mm / spectra[0].mean_per_mm - 1,
        "left": spectra[1].sd_hu / spectra[0].sd_hu,
        "bias_hu": float(after.mean() - before.mean()),
        "ttf50": disc_sharpness(denoiser, patches(name), 1.0, PIXEL_MM, strength, (*FAINT_HU, PLAIN_HU)),
    }


def wide(name: str) -> np.ndarray:
    """Noise (pictures, 3, wide, wide) of unit SD: the middle of each picture between those of two others."""
    middle = slice((SIZE - WIDE) // 2, (SIZE + WIDE) // 2)
    noise = _pictures(*FILTERS[name])[:, middle, middle]
    return np.stack([np.roll(noise, by, axis=0) for by in (-1, 0, 1)], axis=1) / noise.std()


@cache
def patches(name: str) -> np.ndarray:
    """Noise (n, 3, patch, patch) of unit SD; the three of a set come from different places or pictures."""
    kind, blur = FILTERS[name]
    near = range(-2, 2)
    cut = PATCH // 2
    corners = [(SIZE // 2 + j * cut, SIZE // 2 + i * cut) for j in near for i in near]
    found = [
        picture[y - cut // 2 : y - cut // 2 + PATCH, x - cut // 2 : x - cut // 2 + PATCH]
        for picture in _pictures(kind, blur)
        for y, x in corners
    ]
    noise = np.stack(found)
    noise = noise[np.random.default_rng(0).permutation(len(noise))] / noise.std()
    sets = len(noise) // 3
    return noise[: 3 * sets].reshape(sets, 3, PATCH, PATCH)


@cache
def _pictures(kind: str, blur: float) -> np.ndarray:
    """Reconstructions (n, y, x) of noise alone, in any unit. ``blur``: of the detector, in its pixels."""
    from scipy.ndimage import gaussian_filter1d
    from skimage.transform import iradon

    r = np.random.default_rng(5)
    theta = np.linspace(0.0, 180.0, ANGLES, endpoint=False)
    at = (np.arange(SIZE) - (SIZE - 1) / 2) * PIXEL_MM
    a, b = HALF_AXES_MM
    reach = (a * np.cos(np.deg2rad(theta))) ** 2 + (b * np.sin(np.deg2rad(theta))) ** 2
    path = 2 * a * b * np.sqrt(np.clip(reach[None] - at[:, None] ** 2, 0.0, None)) / reach[None]
    sd = np.exp(0.5 * WATER_PER_MM * path)
    pictures = []
    for _ in range(PICTURES):
        sinogram = r.standard_normal(sd.shape) * sd
        if blur:
            sinogram = gaussian_filter1d(sinogram, blur, axis=0)
        pictures.append(iradon(sinogram, theta=theta, filter_name=kind, circle=True, output_size=SIZE))
    return np.stack(pictures)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    for line in main(sys.argv[1:] or None):
        print(" | ".join(str(v) for v in line.values()))
