"""Nothing appears, nothing vanishes: invented lesions over noise realisations, contrast of faint ones.

``python benchmarks/bench_denoise_safety.py [--model ID] [--realisations 1000] [--part appear|vanish]`` prints
both tables. Everything runs at the demo's low dose (15 %) with the scanner model's noise, against its truth.

**Appear.** Scenes without lesions: a water disc and slices of the demo away from its findings. A matched filter
for discs of 5 and 10 mm (``quality.blobs``, in HU) runs over picture − truth of the low-dose and of the denoised
picture, in all places that are flat in the truth; the ideal picture would answer 0 everywhere. The threshold T of
each scene and size is set where 5 % of low-dose slices hold at least one false lesion. Counted are slices with one:
*at T*, the fixed threshold; *own scale*, with answers in units of each place's own SD and T likewise (a reader who
turns the window up on a quiet picture); *invented*, above T where the low-dose picture itself answers less than
2 SD. *standing* is what stays in the mean over realisations, HU above its 4.5 standard errors: drawn every time.

**Vanish.** Cylinders of −50 … +100 HU and 3 … 15 mm in the demo's liver (``quality.lesions``). Contrast kept,
d′ of a channelised Hotelling observer before and after, and the ideal observer's d′ from the spectrum of noise and
tissue mottling together (one slice of the lesion).
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
STRENGTHS = (1.0, 0.8, 0.6)
SIZES_MM = (5.0, 10.0)
FALSE_POSITIVES = 0.05
UNSEEN_SD = 2.0  # below this the low-dose picture holds no hint
LESION_MM = (3.0, 5.0, 8.0, 10.0, 15.0)
LESION_HU = (-50.0, -20.0, -10.0, 10.0, 20.0, 50.0, 100.0)
VISIBLE = 3.0  # d′ of the ideal observer from which a lesion counts as one that can be seen
GONE = 0.5  # share of contrast below which a lesion has vanished
_AT_ONCE = 4


def main() -> list[dict]:
    """Rows for every shipped model; LDCT_BENCH_REALISATIONS lowers the 1,000."""
    from ldct_viewer.denoise.model_file import list_models

    count = int(os.environ.get("LDCT_BENCH_REALISATIONS", "1000"))
    rows = []
    for info in list_models():
        if info.shipped:
            rows += rows_of(info.id, appear(info.id, count), vanish(info.id))
    return rows


def rows_of(model: str, found: list[Appear], lesions: list[Kept]) -> list[dict]:
    """Verdicts at full strength, which is the hardest."""
    full = [a for a in found if a.strength == max(STRENGTHS)]
    slices = sum(a.slices for a in full)
    at, own, invented = (sum(getattr(a, n) for a in full) for n in ("at_threshold", "own_scale", "invented"))
    low = sum(a.low for a in full)
    standing = max(a.standing_hu for a in full)
    seen = [k for k in lesions if k.strength == max(STRENGTHS) and k.ideal >= VISIBLE]
    kept = [k.kept for k in seen]
    worst = max(seen, key=lambda k: abs(k.kept - 1), default=None)
    gone = [k for k in seen if k.kept < GONE]
    setting = f"{slices} slices of demo scenes and water at 15 % dose (two filter sizes each), strength 1"

    def row(what: str, reference: str, measured: str, target: str, ok: bool, note: str) -> dict:
        what = f"{what}, {model} model"
        return {"what": what, "reference": reference, "measured": measured, "target": target, "ok": ok, "note": note}

    return [
        row("false lesions at a fixed threshold", f"low dose {low}", str(at), "≤ low dose", at <= low, setting),
        row("lesions where the low dose holds no hint", "–", str(invented), "0", invented == 0, setting),
        row("false lesions on the picture's own scale", f"low dose {low}", str(own), "≤ 1.5 × low dose",
            own <= 1.5 * low, f"{setting}; standing in the mean of all realisations: {standing:.1f} HU"),
        row("contrast kept, lesions that an ideal observer sees (d′ ≥ 3)", "low dose = 1",
            f"{min(kept):.2f} … {max(kept):.2f}" if kept else "–", "0.9 … 1.1",
            bool(kept) and min(kept) >= 0.9 and max(kept) <= 1.1,
            f"{len(seen)} kinds; worst {worst.diameter_mm:g} mm {worst.contrast_hu:+g} HU" if worst else ""),
        row("visible lesions that vanish (less than half the contrast)", "–", str(len(gone)), "0", not gone,
            ", ".join(f"{k.diameter_mm:g} mm {k.contrast_hu:+g} HU" for k in gone)),
    ]  # fmt: skip


# ------------------------------------------------------------------------------------------------ appear


@dataclass(frozen=True)
class Appear:
    """Slices (of ``slices``) with at least one false lesion, by scene, filter and strength."""

    scene: str
    diameter_mm: float
    strength: float
    slices: int
    threshold_hu: float
    low: int
    at_threshold: int
    own_scale: int
    invented: int
    standing_hu: float


def appear(model: str, realisations: int = 1000, seed: int = 11) -> list[Appear]:
    """Count false lesions; ``realisations`` in all, shared among the scenes."""
    denoiser = denoiser_of(model)
    scenes, pixel_mm, reference = _scenes()
    each = max(realisations // len(scenes), 2)
    results = []
    for number, (name, clean) in enumerate(scenes):
        results += appear_in(denoiser, name, clean, pixel_mm, each, seed + number, reference)
    return results


def appear_in(
    denoiser, name: str, clean: np.ndarray, pixel_mm: float, each: int, seed: int, reference: float | None = None
) -> list[Appear]:
    """Count false lesions in the middle of the noise-free slices ``clean`` (3, y, x), ``each`` realisations."""
    import torch

    from ldct_viewer.physics.demo import DOSE
    from ldct_viewer.physics.noise import noise_maker
    from ldct_viewer.quality.blobs import blobs, flat_mask

    maker = noise_maker(clean.shape[-1], pixel_mm)
    truth = torch.from_numpy(clean.astype(np.float32))
    sd = maker.log_sd(maker.line_integrals(truth), DOSE, float("inf"), reference)
    generator = torch.Generator().manual_seed(seed)
    filters = [blobs(clean.shape[1:], pixel_mm, d) for d in SIZES_MM]
    thin = np.zeros(clean.shape[1:], bool)
    thin[::2, ::2] = True  # the filters are smooth: every other pixel tells the same
    masks = [flat_mask(clean[1], f.reach_px) & thin for f in filters]
    answers = [np.empty((2, each, int(m.sum())), np.float16) for m in masks]
    for first in range(0, each, _AT_ONCE):
        n = min(_AT_ONCE, each - first)
        noise = maker.draw(sd.repeat(n, 1, 1), generator).numpy().reshape(n, *clean.shape)
        low = np.clip(np.rint(clean + noise), -1024, 3071).astype(np.int16)
        pair = (low[:, 1], middle(denoiser, low))
        for f, mask, store in zip(filters, masks, answers, strict=True):
            for which in (0, 1):
                store[which, first : first + n] = f.apply(pair[which] - clean[1].astype(np.float32))[:, mask]
    return [
        count_false(name, f.diameter_mm, s, store[0], store[1])
        for f, store in zip(filters, answers, strict=True)
        for s in STRENGTHS
    ]


def count_false(name: str, diameter_mm: float, strength: float, low: np.ndarray, out: np.ndarray) -> Appear:
    """Compare the filter's answers (realisation, place) to the low-dose and to the denoised picture."""
    before = low.astype(np.float32)
    after = before + np.float32(strength) * (out.astype(np.float32) - before)
    z_before, z_after = (_standard(v) for v in (before, after))
    peak = np.abs(before).max(axis=1)
    threshold = float(np.quantile(peak, 1 - FALSE_POSITIVES))
    z_threshold = float(np.quantile(np.abs(z_before).max(axis=1), 1 - FALSE_POSITIVES))
    above = np.abs(after) > threshold
    error = after.std(axis=0, ddof=1) / np.sqrt(len(after))
    return Appear(
        name,
        diameter_mm,
        strength,
        len(after),
        threshold,
        int((peak > threshold).sum()),
        int(above.any(axis=1).sum()),
        int((np.abs(z_after).max(axis=1) > z_threshold).sum()),
        int((above & (np.abs(z_before) < UNSEEN_SD)).any(axis=1).sum()),
        float(np.maximum(np.abs(after.mean(axis=0)) - 4.5 * error, 0.0).max()),
    )


def _standard(answer: np.ndarray) -> np.ndarray:
    return (answer - answer.mean(axis=0)) / np.maximum(answer.std(axis=0, ddof=1), 1e-6)


def _scenes() -> tuple[list[tuple[str, np.ndarray]], float, float]:
    """Noise-free triples of slices (3, y, x) without findings; pixel size; the demo's tube current reference."""
    import torch

    from ldct_viewer.physics.demo import truth
    from ldct_viewer.physics.noise import noise_maker

    phantom = truth()
    count, size, _ = phantom.hu.shape
    slice_mm, _, pixel_mm = phantom.geometry.spacing_mm
    taken = [(f.centre_lps[2], f.diameter_mm / 2 + 2.5 * slice_mm) for f in phantom.findings]
    free = [k for k in range(1, count - 1) if all(abs(k * slice_mm - z) > reach for z, reach in taken)]
    axis = (np.arange(size) - (size - 1) / 2) * pixel_mm
    water = np.where(np.hypot(axis[:, None], axis[None]) < 150, 0, -1000).astype(np.int16)
    scenes = [("water, 300 mm", np.stack([water] * 3))]
    for name, z in (("upper abdomen", 80.0), ("heart", 110.0), ("upper chest", 240.0), ("shoulders", 285.0)):
        k = min(free, key=lambda k: abs(k * slice_mm - z))
        scenes.append((f"{name}, slice {k}", phantom.hu[k - 1 : k + 2]))
    some = torch.from_numpy(phantom.hu[:: max(1, count // 12)].astype(np.float32))
    reference = float(noise_maker(size, pixel_mm).line_integrals(some).quantile(0.97, dim=-1).mean())
    return scenes, pixel_mm, reference


# ------------------------------------------------------------------------------------------------ vanish


@dataclass(frozen=True)
class Kept:
    """One size, contrast and strength: what is left of the lesion, and who sees it."""

    diameter_mm: float
    contrast_hu: float
    strength: float
    lesions: int
    ideal: float
    before: float
    after: float
    kept: float


def vanish(
    model: str,
    sizes: tuple[float, ...] = LESION_MM,
    contrasts: tuple[float, ...] = LESION_HU,
    seeds: int = 4,
    slices: int = 24,
) -> list[Kept]:
    """Lesions put into the demo's liver under ``seeds`` realisations of the low dose."""
    from ldct_viewer.denoise.engine import blend
    from ldct_viewer.quality.lesions import _lesion, lesion_study
    from ldct_viewer.quality.noise import cut, flat_places, nps
    from ldct_viewer.quality.observers import ideal_dprime

    truth, low, spacing = _liver(seeds, slices)
    denoiser = denoiser_of(model)
    kept: dict[bytes, np.ndarray] = {}
    results = []
    for diameter in sizes:
        size = max(28, round(2.4 * diameter / spacing[1] / 4) * 4)
        half = max(round(diameter / 2 / spacing[0]), 0)
        flat = flat_places(truth, size, 60, range(half, slices - half))
        places = [(n * slices + k, j, i) for k, j, i in flat for n in range(seeds)]
        spectrum = nps(cut(low, places, size), spacing[1:], detrend=0)  # noise and the tissue's own mottling
        for contrast in contrasts:
            ideal = ideal_dprime(contrast * _lesion(size, spacing[1], diameter, 0.6), spectrum)
            for strength in STRENGTHS:

                def denoise(hu: np.ndarray, s: float = strength) -> np.ndarray:
                    return blend(hu, _remembered(denoiser, hu, slices, spacing, kept), s)

                study = lesion_study(low, spacing, places, size, denoise, diameter_mm=diameter, contrast_hu=contrast)
                results.append(
                    Kept(diameter, contrast, strength, study.lesions, ideal,
                         study.dprime_low, study.dprime_denoised, study.contrast_kept)
                )  # fmt: skip
            while len(kept) > 1:  # the picture without lesions came first and stays
                kept.popitem()
    return results


def _liver(seeds: int, slices: int) -> tuple[np.ndarray, np.ndarray, tuple[float, float, float]]:
    """Right upper abdomen of the demo: truth (z, y, x), ``seeds`` low-dose volumes one after another, spacing."""
    import torch

    from ldct_viewer.physics.demo import DOSE, truth
    from ldct_viewer.physics.noise import noise_maker

    phantom = truth()
    _, _, reference = _scenes()
    spacing = phantom.geometry.spacing_mm
    size = phantom.hu.shape[-1]
    part = phantom.hu[2 : 2 + slices]
    maker = noise_maker(size, spacing[2])
    p = maker.line_integrals(torch.from_numpy(part.astype(np.float32)))
    sd = maker.log_sd(p, DOSE, float("inf"), reference)
    generator = torch.Generator().manual_seed(31)
    box = (slice(None), slice(size // 4, size // 4 + size // 2), slice(size // 8, size // 8 + size // 2))
    low = []
    for _ in range(seeds):
        noise = np.concatenate([maker.draw(sd[k : k + 4], generator).numpy() for k in range(0, slices, 4)])
        low.append(np.clip(np.rint(part + noise)[box], -1024, 3071).astype(np.int16))
    return np.ascontiguousarray(part[box]), np.concatenate(low), spacing


def _remembered(denoiser, hu: np.ndarray, slices: int, spacing: tuple, kept: dict[bytes, np.ndarray]) -> np.ndarray:
    """``hu`` denoised, volume by volume of ``slices``; the strengths share one result."""
    import hashlib

    from ldct_viewer.volume import Geometry, Volume

    key = hashlib.blake2b(np.ascontiguousarray(hu)).digest()
    if key not in kept:
        parts = [hu[k : k + slices] for k in range(0, len(hu), slices)]
        kept[key] = np.concatenate([denoiser.denoise(Volume(p, Geometry(p.shape, spacing))) for p in parts])
    return kept[key]


# ------------------------------------------------------------------------------------------------ shared


def denoiser_of(model: str):
    """The product's own path: any model by id or file, on the CPU, one slice at a time."""
    from ldct_viewer.denoise.engine import Denoiser

    return Denoiser(model, "cpu", threads=1)


def middle(denoiser, triples: np.ndarray, spacing_z: float = 2.5) -> np.ndarray:
    """The denoised middle slices (n, y, x) int16 of triples (n, 3, y, x) int16; levels are estimated as ever."""
    from ldct_viewer.volume import Geometry, Volume

    hu = np.ascontiguousarray(triples.reshape(-1, *triples.shape[2:]))
    out = np.empty_like(hu)
    denoiser.run(Volume(hu, Geometry(hu.shape, (spacing_z, 0.75, 0.75))), range(1, len(hu), 3), out)
    return out[1::3]


def tables(found: list[Appear], lesions: list[Kept]) -> str:
    """Markdown of both parts."""
    lines = []
    if found:
        lines += [
            "| scene | filter | T, HU | slices | strength | low dose | at T | own scale | invented | standing HU |",
            "|---|---|---|---|---|---|---|---|---|---|",
            *(f"| {a.scene} | {a.diameter_mm:g} mm | {a.threshold_hu:.1f} | {a.slices} | {a.strength} | {a.low} "
              f"| {a.at_threshold} | {a.own_scale} | {a.invented} | {a.standing_hu:.1f} |" for a in found),
            "",
        ]  # fmt: skip
    if lesions:
        lines += [
            "| lesion | n | ideal d′ | CHO d′ low | strength: contrast kept, CHO d′ |  |  |",
            "|---|---|---|---|---|---|---|",
        ]
        for k in lesions[:: len(STRENGTHS)]:
            same = [v for v in lesions if (v.diameter_mm, v.contrast_hu) == (k.diameter_mm, k.contrast_hu)]
            cells = " | ".join(f"{v.strength}: {v.kept:.2f}, {v.after:.1f}" for v in same)
            seen = "" if k.ideal >= VISIBLE else " (not seen)"
            lines.append(
                f"| {k.diameter_mm:g} mm {k.contrast_hu:+g} HU{seen} | {k.lesions} | {k.ideal:.1f} "
                f"| {k.before:.1f} | {cells} |"
            )
    return "\n".join(lines)


def _command() -> None:
    from ldct_viewer.denoise.model_file import default_model

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=None, help="id or file of a model (default: the one shipped)")
    parser.add_argument("--realisations", type=int, default=1000)
    parser.add_argument("--part", choices=("appear", "vanish", "both"), default="both")
    args = parser.parse_args()
    model = args.model or default_model().id
    found = appear(model, args.realisations) if args.part != "vanish" else []
    lesions = vanish(model) if args.part != "appear" else []
    print(tables(found, lesions))
    if found and lesions:
        for row in rows_of(model, found, lesions):
            print(" | ".join(str(v) for v in row.values()))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    _command()
