"""All methods on the same pairs, by anatomy and dose: the shipped models, RED-CNN, BM3D, NLM, bilateral, TV, Gaussian.

``python benchmarks/denoise_baselines.py --data ../shared/data [--cases ../shared/dicom-cases]
[--redcnn FOLDER/redcnn.safetensors] [--models fast quality] [--slices 4] [--out RESULT.json] [--keep]``
prints the tables, HU bias by tissue (``denoise_bias.py``) and issue 3's rows.

Pairs: ``denoise_pairs.py``. Strengths of the classical methods are tuned on training patients, once for all test pairs,
with and without a fifth of the noise left; they are told the true noise level, the networks only estimate it. BM3D runs
where the package ``bm3d`` is installed (its licence is non-commercial, so it is no dependency). RED-CNN comes from
``benchmarks/redcnn.py``.

Scores: PSNR in [−160, 240] HU (data range 400) and SSIM in the anatomy's window of LDCT-Benchmark. The intervals are
95 % of 2,000 bootstraps over patients and, within them, slices. A block of one patient has one over slices only, which
says nothing about other patients; the last blocks take all real patients together.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from benchmarks.denoise_pairs import Pair, Scan

ROOT = Path(__file__).resolve().parents[1]
DOSES = (0.1, 0.25, 0.5)
GRIDS: dict[str, tuple[float, ...]] = {
    "Gaussian": (0.5, 0.7, 1.0, 1.4),  # SD in pixels
    "bilateral": (1.5, 2.5, 4.0),  # the others: × noise level
    "total variation": (0.65, 0.9, 1.2, 1.6, 2.1),
    "non-local means": (0.6, 0.8, 1.0, 1.3),
    "BM3D": (0.7, 1.0, 1.3),
}
KEPT = (0.0, 0.2)  # share of the noise left in
SSIM_WINDOW = {"chest": "lung", "abdomen": "abdomen", "head": "brain"}
_WINDOW = (-160.0, 240.0)
BUDGET = "RED-CNN 34 CPU minutes from scratch (1,766 steps), this model some twelve CPU hours"  # denoise.md

Scores = dict[str, list[tuple[float, float, float]]]  # method → (PSNR, SSIM, RMSE HU) of each pair


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

    The network at strength 1, as RED-CNN is; the interval is that of the difference, over patients. The target asks
    for the same budget, which RED-CNN did not have: ahead or not, that is no verdict.
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
                "ok": None,
                "note": f"not the same budget: {BUDGET}; {len(at)} slices, [−160, 240] HU, data range 400",
            }
        )
    return rows


def quarter_row(denoiser, br38: Scan) -> dict:
    """Issue 3's row on real quarter-dose scans, of which there are none here: the nearest stand-in, without a verdict.

    Br38 as if scanned with a quarter of its dose, against the scan with the noise it has, as real pairs are. By the
    scanner model it is a third (0.33): that doubles the noise measured in soft tissue, as a quarter of the dose does.
    """
    from benchmarks.bench_denoise_safety import middle
    from ldct_viewer.blend import blend

    pairs = replace(br38, at=[3, 7, 11, 15]).pairs((0.33,))
    info = denoiser.model.info
    full = [middle(denoiser, p.noisy[None], p.slice_mm)[0] for p in pairs]
    low = np.mean([score(p.noisy[1], p) for p in pairs], axis=0)
    cells = []
    for strength in (info.recommended_strength, 1.0):
        mean = np.mean([score(blend(p.noisy[1], f, strength), p) for p, f in zip(pairs, full, strict=True)], axis=0)
        cells.append(f"{mean[0] - low[0]:+.2f} dB, SSIM {mean[1]:.3f} at strength {strength:g}")
    return {
        "what": f"PSNR gain on real quarter-dose abdomen of an unseen hospital, {info.name} {info.version}",
        "reference": f"the stand-in's low dose: {low[0]:.2f} dB, SSIM {low[1]:.3f}",
        "measured": "not here; stand-in " + "; ".join(cells),
        "target": "≥ +4.3 dB, SSIM ≥ 0.922",
        "ok": None,
        "note": "no real pairs here; stand-in: Br38 with simulated noise, at about a quarter of its dose, against the "
        f"scan with its own noise, {len(pairs)} slices; it was looked at while choosing, so it flatters",
    }


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

    from benchmarks import denoise_bias, redcnn
    from benchmarks.bench_denoise_safety import denoiser_of, middle
    from benchmarks.denoise_pairs import scans
    from ldct_viewer.blend import blend

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cases", type=Path)
    parser.add_argument("--redcnn", type=Path, help="redcnn.safetensors")
    parser.add_argument("--models", nargs="*", default=["fast"])
    parser.add_argument("--slices", type=int, default=4, help="per test patient")
    parser.add_argument("--doses", type=float, nargs="*", default=list(DOSES))
    parser.add_argument("--without", nargs="*", default=[], choices=list(GRIDS), help="methods to leave out")
    parser.add_argument("--out", type=Path, help="scores of every pair and the rows, JSON")
    parser.add_argument("--keep", action="store_true", help="the targets' rows into RESULTS.md")
    args = parser.parse_args()
    import torch

    torch.set_num_threads(1)
    sources = scans(args.data, args.cases, args.slices)
    br38 = next(s for s in sources if s.name == "Br38-abdomen")
    everything = [p for s in sources for p in s.pairs(tuple(args.doses))]
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
    rows: list[dict] = []
    for model in args.models:
        denoiser = denoiser_of(model)
        strength = denoiser.model.info.recommended_strength
        full = {id(p): middle(denoiser, p.noisy[None], p.slice_mm)[0] for p in test}  # both strengths want it

        def at(p: Pair, s: float, full=full) -> np.ndarray:
            return blend(p.noisy[1], full[id(p)], s)

        methods[f"**{Path(model).stem}**"] = partial(at, s=1.0)
        methods[f"**{Path(model).stem}**, strength {strength:g}"] = partial(at, s=strength)
        bias = denoise_bias.measure(denoiser, [s for s in sources if s.kind != "tuning"])
        print(denoise_bias.table(denoiser.model.info, bias))
        rows += [*denoise_bias.target_rows(denoiser.model.info, bias), quarter_row(denoiser, br38)]
    scores = run(test, methods)
    print(f"Settings (strength, share of noise kept), tuned on training patients: {settings}\n")
    print(table(test, scores))
    rows = [*(target_rows(test, scores) if args.redcnn else []), *rows]
    if args.keep:
        from benchmarks.run import keep

        keep("denoise_baselines", rows)
    if args.out:
        pairs = [{"patient": p.patient, "kind": p.kind, "dose": p.dose, "level": p.level} for p in test]
        kept = {"pairs": pairs, "settings": settings, "scores": scores, "rows": rows}
        args.out.write_text(json.dumps(kept, indent=1))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    _command()
