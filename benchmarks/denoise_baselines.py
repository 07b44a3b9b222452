"""All methods on the same pairs, by anatomy and dose: the shipped models, RED-CNN, BM3D, NLM, bilateral, TV, Gaussian.

``python benchmarks/denoise_baselines.py --data ../shared/data [--cases ../shared/dicom-cases]
[--redcnn FOLDER/redcnn.safetensors] [--models fast quality] [--slices 4] [--out RESULT.json] [--keep]``

Pairs: slices of a series and the same slices at 10, 25 and 50 % of their dose, by the scanner model
(``physics.noise``), kernel and photon number fitted to the series; phantoms get all the noise of that dose. Slices that
overlap (3 mm every 2 mm, sliding means of five) share their noise as they share their photons. HU end at −1024, as in
the 12-bit files of most scanners.
*held out*: never trained on, but looked at while recipe and weights were chosen: two patients of the data and three of
``--cases`` (GE: a head with gantry tilt, a chest with contrast, a thin slice of the liver). *drawn*: phantoms, of which
the abdomen was looked at, too, the head was not. Strengths of the classical methods are tuned on training patients,
once for all test pairs, with and without a fifth of the noise left; they are told the true noise level, the networks
only estimate it. BM3D runs where the package ``bm3d`` is installed (its licence is non-commercial, so it is no
dependency). RED-CNN comes from ``benchmarks/redcnn.py``.

Scores: PSNR in [−160, 240] HU (data range 400) and SSIM in the anatomy's window of LDCT-Benchmark. The intervals are
95 % of 2,000 bootstraps over patients and, within them, slices. A block of one patient has one over slices only, which
says nothing about other patients; the last blocks take all real patients together.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
DOSES = (0.1, 0.25, 0.5)
GRIDS: dict[str, tuple[float, ...]] = {
    "Gaussian": (0.5, 0.7, 1.0, 1.4),  # SD in pixels
    "bilateral": (1.5, 2.5, 4.0),  # the others: × noise level
    "total variation": (0.45, 0.65, 0.9, 1.2),
    "non-local means": (0.6, 0.8, 1.0, 1.3),
    "BM3D": (0.7, 1.0, 1.3),
}
KEPT = (0.0, 0.2)  # share of the noise left in
ANATOMY = {"cap-cap001": "chest", "Br38-abdomen": "abdomen", "covid-P001": "chest", "normal-normal001": "chest",
           "A0001": "chest", "A0002": "chest", "UB-head": "head"}  # fmt: skip
OTHER_SCANS = (("GE head r01", "r01-ge-tilt-variable-spacing", "head"), ("GE chest r11", "r11-nema-wg04-ct", "chest"),
               ("GE liver r31", "r31-dcmqi-ct-seg", "abdomen"))  # fmt: skip
SSIM_WINDOW = {"chest": "lung", "abdomen": "abdomen", "head": "brain"}
_WINDOW = (-160.0, 240.0)


@dataclass(frozen=True)
class Pair:
    """One slice at one dose: ``noisy`` (3, y, x) int16 HU, ``clean`` (y, x) float32 HU, the added SD in soft tissue."""

    patient: str
    kind: str  # "tuning", "held out" or "drawn"
    anatomy: str
    dose: float
    noisy: np.ndarray
    clean: np.ndarray
    level: float
    slice_mm: float  # from slice to slice: how far the neighbours lie decides whether a network sees them


Scores = dict[str, list[tuple[float, float, float]]]  # method → (PSNR, SSIM, RMSE HU) of each pair


def pairs_of(
    name: str, kind: str, anatomy: str, hu: np.ndarray, spacing_mm: tuple[float, ...], at: list[int],
    doses: tuple[float, ...], plan=None, crop: int | None = None, overlap: float = 0.0,
) -> list[Pair]:  # fmt: skip
    """Pairs of slices ``at`` of clean ``hu`` (z, y, x); with ``plan`` (physics.dose) only the difference of dose.

    ``spacing_mm``: (z, y, x). ``overlap``: share of the noise that a slice has in common with its neighbours.
    """
    import torch

    from ldct_viewer.physics.noise import noise_images
    from ldct_viewer.training.noise import share_middle

    found = []
    for k in at:
        near = np.clip([k - 1, k, k + 1], 0, len(hu) - 1)
        clean = np.asarray(hu[near], np.float32)
        for dose in doses:
            seed = abs(hash_of(f"{name} {k} {dose}"))
            options = {"source_dose": float("inf")} if plan is None else {
                "kernel": plan.kernel, "scanner": plan.scanner, "source_dose": 1.0}  # fmt: skip
            generator = torch.Generator().manual_seed(seed)
            noise = noise_images(clean, spacing_mm[2], dose, generator=generator, **options).numpy()
            noise = share_middle(noise, overlap**2)
            noisy = np.where(clean <= -1024, clean, np.maximum(np.rint(clean + noise), -1024)).astype(np.int16)
            truth = clean[1]
            if crop is not None:
                j, i = ((n - crop) // 2 for n in truth.shape)
                noisy, truth = noisy[:, j : j + crop, i : i + crop], truth[j : j + crop, i : i + crop]
            soft = (truth > -150) & (truth < 200)
            level = float((noisy[1] - truth)[soft].std())
            found.append(Pair(name, kind, anatomy, dose, noisy, truth, level, spacing_mm[0]))
    return found


def overlap_of(spacing_mm: float, thickness_mm: float | None, average: int = 1) -> float:
    """Correlation of the noise of neighbouring slices: the share of their rectangular profiles that overlaps.

    Slices thicker than their step, or sliding means of ``average`` of them, see the same photons.
    """
    extent = max(thickness_mm or 0.0, spacing_mm) + (average - 1) * spacing_mm
    return max(0.0, 1.0 - spacing_mm / extent)


def hash_of(text: str) -> int:
    """A seed from a name, the same in every process."""
    import zlib

    return zlib.crc32(text.encode())


def collect(data: Path, cases: Path | None, slices: int, doses: tuple[float, ...], tuning: int = 2) -> list[Pair]:
    """Tuning pairs (crops of training patients), held-out pairs, untouched pairs."""
    from benchmarks.other_phantoms import KINDS, draw
    from ldct_viewer.dicom.read import load
    from ldct_viewer.physics.dose import plan_dose
    from ldct_viewer.training.sources import SOURCES, clean

    found = []
    for source in SOURCES:
        volume = load(data / source.folder)
        plan, hu = plan_dose(volume.hu, volume.geometry), clean(volume.hu, source.average)
        at = np.linspace(2, len(hu) - 3, slices if source.held_out else tuning).astype(int)
        kind, crop = ("held out", None) if source.held_out else ("tuning", 256)
        spacing = volume.geometry.spacing_mm
        overlap = overlap_of(spacing[0], volume.meta.slice_thickness_mm, source.average)
        found += pairs_of(source.name, kind, ANATOMY[source.name], hu, spacing, list(at), doses, plan, crop, overlap)
    for name, place, anatomy in OTHER_SCANS:
        folder = cases / place if cases else None
        if folder is not None and folder.is_dir():
            volume = load(folder)
            plan, spacing = plan_dose(volume.hu, volume.geometry), volume.geometry.spacing_mm
            count = len(volume.hu)
            at = list(np.linspace(5, count - 6, slices).astype(int)) if count > 12 else [count // 2]
            overlap = overlap_of(spacing[0], volume.meta.slice_thickness_mm)
            found += pairs_of(name, "held out", anatomy, volume.hu, spacing, at, doses, plan, overlap=overlap)
    for kind in KINDS:
        for seed in range(slices):
            hu, pixel = draw(kind, seed)
            found += pairs_of(f"{kind} phantom", "drawn", kind, hu, (3.0, pixel, pixel), [1], doses)
    return found


def classical(name: str, picture: np.ndarray, level: float, strength: float) -> np.ndarray:
    """One classical method on one slice (y, x) HU; ``level``: the true noise SD."""
    from scipy.ndimage import gaussian_filter
    from skimage.restoration import denoise_bilateral, denoise_nl_means, denoise_tv_chambolle

    x = picture.astype(np.float32)
    if name == "Gaussian":
        return gaussian_filter(x, strength)
    if name == "bilateral":
        low, high = float(x.min()), float(x.max())
        unit = ((x - low) / (high - low)).astype(np.float64)
        colour = strength * level / (high - low)
        return denoise_bilateral(unit, sigma_color=colour, sigma_spatial=1.5, win_size=7) * (high - low) + low
    if name == "total variation":
        return denoise_tv_chambolle(x.astype(np.float64), weight=strength * level)
    if name == "non-local means":
        return denoise_nl_means(x, patch_size=5, patch_distance=9, h=strength * level, sigma=level, fast_mode=True)
    import bm3d

    return np.asarray(bm3d.bm3d(x.astype(np.float64), sigma_psd=strength * level))


def tune(pairs: list[Pair], methods: list[str]) -> dict[str, tuple[float, float]]:
    """Best (strength, share of noise kept) of each method by mean PSNR over the tuning pairs."""
    best = {}
    for name in methods:
        means = {}
        for strength in GRIDS[name]:
            results = [classical(name, p.noisy[1], p.level, strength) for p in pairs]
            for kept in KEPT:
                means[strength, kept] = np.mean(
                    [score(r + kept * (p.noisy[1] - r), p)[0] for p, r in zip(pairs, results, strict=True)]
                )
        best[name] = max(means, key=lambda setting: means[setting])
    return best


def score(picture: np.ndarray, pair: Pair) -> tuple[float, float, float]:
    """(PSNR dB in [−160, 240], SSIM in the anatomy's window, RMSE HU in [−160, 240])."""
    from ldct_viewer.quality.similarity import METRIC_WINDOWS, slice_scores

    error = np.clip(picture, *_WINDOW).astype(np.float64) - np.clip(pair.clean, *_WINDOW)
    rmse = float(np.sqrt(np.mean(error**2)))
    ssim = slice_scores(picture, pair.clean, METRIC_WINDOWS[SSIM_WINDOW[pair.anatomy]])[1]
    return float(20 * np.log10(400.0 / max(rmse, 1e-6))), ssim, rmse


def interval(values: list[float], patients: list[str], rounds: int = 2000, seed: int = 0) -> tuple[float, float]:
    """95 % bootstrap interval of the mean over patients of their means: patients drawn, then their slices."""
    rng = np.random.default_rng(seed)
    groups = [np.array([v for v, q in zip(values, patients, strict=True) if q == p]) for p in sorted(set(patients))]
    means = [
        np.mean([g[rng.integers(len(g), size=len(g))].mean() for g in (groups[n] for n in
                 rng.integers(len(groups), size=len(groups)))]) for _ in range(rounds)
    ]  # fmt: skip
    low, high = np.quantile(means, (0.025, 0.975))
    return float(low), float(high)


def run(pairs: list[Pair], methods: dict[str, Callable[[Pair], np.ndarray]]) -> Scores:
    """Scores of all methods on all pairs; "low dose" is the picture as it came."""
    scores: Scores = {"low dose": [score(p.noisy[1], p) for p in pairs]}
    for name, method in methods.items():
        scores[name] = [score(method(p), p) for p in pairs]
        print(f"{name}: done", file=sys.stderr, flush=True)
    return scores


def table(pairs: list[Pair], scores: Scores) -> str:
    """Markdown: a block per kind and anatomy and dose, methods as rows."""
    lines = []
    for kind, patient, dose in sorted({(p.kind, p.patient, p.dose) for p in pairs}):
        at = [n for n, p in enumerate(pairs) if (p.kind, p.patient, p.dose) == (kind, patient, dose)]
        lines += _block(f"{kind}: {patient} ({pairs[at[0]].anatomy})", dose, at, pairs, scores)
    for dose in sorted({p.dose for p in pairs}):
        at = _real_patients(pairs, dose)
        lines += _block(f"{len({pairs[n].patient for n in at})} real patients together", dose, at, pairs, scores)
    return "\n".join(lines)


def _real_patients(pairs: list[Pair], dose: float) -> list[int]:
    """Numbers of the pairs of people at a dose; phantoms are drawn."""
    return [n for n, p in enumerate(pairs) if p.dose == dose and not p.patient.endswith("phantom")]


def _same_for_each(patients: list[str]) -> np.ndarray:
    """A weight for each pair, so that every patient weighs the same."""
    return np.array([1.0 / patients.count(p) for p in patients])


def target_rows(pairs: list[Pair], scores: Scores, dose: float = 0.25) -> list[dict]:
    """Issue 3's rows for RESULTS.md: each network's gain over RED-CNN's, all real patients together, paired.

    The network at strength 1, as RED-CNN is; the interval is that of the difference, over patients.
    """
    at = _real_patients(pairs, dose)
    who = [pairs[n].patient for n in at]
    weights = _same_for_each(who)
    reference = np.average([scores["RED-CNN"][n][0] for n in at], weights=weights)
    rows = []
    for name in (n for n in scores if n.startswith("**") and "strength" not in n):
        more = [scores[name][n][0] - scores["RED-CNN"][n][0] for n in at]
        mean, (low, high) = float(np.average(more, weights=weights)), interval(more, who)
        least = 0.3 if "quality" in name else 0.0
        rows.append(
            {
                "what": f"PSNR of {name.strip('*')} over RED-CNN's, {len(set(who))} real patients, {dose:.0%} dose",
                "reference": f"RED-CNN on the recipe's batches: {reference:.2f} dB",
                "measured": f"{mean:+.2f} dB [{low:+.2f}, {high:+.2f}]",
                "target": f"≥ {least:+.1f} dB",
                "ok": mean >= least,
                "note": f"{len(at)} slices, [−160, 240] HU, data range 400; not the same budget: see denoise.md",
            }
        )
    return rows


def _block(title: str, dose: float, at: list[int], pairs: list[Pair], scores: Scores) -> list[str]:
    """Markdown lines of the pairs numbered ``at``; every patient weighs the same."""
    who = [pairs[n].patient for n in at]
    weights = _same_for_each(who)
    lines = [
        f"**{title}, {dose:.0%} dose**, {len(at)} slices, added noise {np.mean([pairs[n].level for n in at]):.0f} HU",
        "",
        "| method | PSNR dB | gain dB [95 %] | SSIM | RMSE HU |",
        "|---|---|---|---|---|",
    ]
    for name, values in scores.items():
        mean = np.average([values[n] for n in at], axis=0, weights=weights)
        gain = [values[n][0] - scores["low dose"][n][0] for n in at]
        low, high = interval(gain, who)
        lines.append(
            f"| {name} | {mean[0]:.2f} | {np.average(gain, weights=weights):+.2f} [{low:+.2f}, {high:+.2f}] "
            f"| {mean[1]:.3f} | {mean[2]:.1f} |"
        )
    return [*lines, ""]


def _command() -> None:
    import importlib.util

    from benchmarks import redcnn
    from benchmarks.bench_denoise_safety import denoiser_of, middle
    from ldct_viewer.blend import blend

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cases", type=Path)
    parser.add_argument("--redcnn", type=Path, help="redcnn.safetensors")
    parser.add_argument("--models", nargs="*", default=["fast"])
    parser.add_argument("--slices", type=int, default=4, help="per test patient")
    parser.add_argument("--doses", type=float, nargs="*", default=list(DOSES))
    parser.add_argument("--without", nargs="*", default=[], choices=list(GRIDS), help="methods to leave out")
    parser.add_argument("--out", type=Path, help="scores of every pair, JSON")
    parser.add_argument("--keep", action="store_true", help="with --redcnn: the target's rows into RESULTS.md")
    args = parser.parse_args()
    import torch

    torch.set_num_threads(1)
    everything = collect(args.data, args.cases, args.slices, tuple(args.doses))
    test = [p for p in everything if p.kind != "tuning"]
    names = [n for n in GRIDS if n not in args.without and (n != "BM3D" or importlib.util.find_spec("bm3d"))]
    settings = tune([p for p in everything if p.kind == "tuning"], names)

    def tuned(name: str) -> Callable[[Pair], np.ndarray]:
        strength, kept = settings[name]

        def method(p: Pair) -> np.ndarray:
            result = classical(name, p.noisy[1], p.level, strength)
            return result + kept * (p.noisy[1] - result)

        return method

    methods: dict[str, Callable[[Pair], np.ndarray]] = {name: tuned(name) for name in names}
    if args.redcnn:
        net = redcnn.load(args.redcnn)
        methods["RED-CNN"] = lambda p: redcnn.denoise(net, p.noisy[1])
    for model in args.models:
        denoiser = denoiser_of(model)
        strength = denoiser.model.info.recommended_strength
        full = {id(p): middle(denoiser, p.noisy[None], p.slice_mm)[0] for p in test}  # both strengths want it

        def at(p: Pair, s: float, full=full) -> np.ndarray:
            return blend(p.noisy[1], full[id(p)], s)

        methods[f"**{Path(model).stem}**"] = partial(at, s=1.0)
        methods[f"**{Path(model).stem}**, strength {strength:g}"] = partial(at, s=strength)
    scores = run(test, methods)
    print(f"Settings (strength, share of noise kept), tuned on training patients: {settings}\n")
    print(table(test, scores))
    if args.keep and args.redcnn:
        from benchmarks.run import keep

        keep("denoise_baselines", target_rows(test, scores))
    if args.out:
        rows = [{"patient": p.patient, "kind": p.kind, "dose": p.dose, "level": p.level} for p in test]
        args.out.write_text(json.dumps({"pairs": rows, "settings": settings, "scores": scores}, indent=1))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    _command()
