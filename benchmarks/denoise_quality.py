"""The quality table of ``benchmarks/denoise.md``: held-out patients and real noise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np


def table(data: Path) -> str:
    """Markdown: PSNR/SSIM/RMSE of baselines and shipped models, then real noise."""
    import torch

    torch.set_num_threads(1)
    from benchmarks.denoise_baselines import GRIDS, KEPT
    from ldct_viewer.training.sources import SOURCES, load_clean
    from ldct_viewer.training.validation import held_out_pairs

    volumes = [load_clean(data, s) for s in SOURCES if s.held_out]
    pairs = held_out_pairs(volumes, slices=2)
    tuning = held_out_pairs([load_clean(data, s) for s in SOURCES if not s.held_out], slices=1)
    lines = [
        "Held-out patients (cap-cap001 averaged over five slices, Br38 abdomen; 2 slices each, shrunk by 1.6), "
        "simulated noise SD 15, 25, 40 HU in soft tissue; window [−160, 240] HU, data range 400; "
        "mean ± standard error over pairs",
        "",
        "| method | PSNR dB | gain dB | SSIM | RMSE HU |",
        "|---|---|---|---|---|",
    ]
    low = [_scores(p.noisy[1], p.clean) for p in pairs]
    lines.append(_line("low dose", low, low))
    for name, grid in GRIDS.items():
        if name == "BM3D":
            continue  # no dependency; denoise_baselines runs it where it is installed
        # tuned on pairs of training patients, as there, each also with a fifth of the noise left
        best = max(((g, kept) for g in grid for kept in KEPT), key=lambda s: _mean_psnr(_tried(name, tuning, *s)))
        lines.append(_line(name, _tried(name, pairs, *best), low))
    for name, denoise in _models():
        lines.append(_line(f"**{name}**", [_scores(denoise(p.noisy, p.level), p.clean) for p in pairs], low))
    return "\n".join([*lines, "", *real_noise(data)])


def _tried(name: str, pairs: list, strength: float, kept: float) -> list:
    """Scores of a method that leaves a share of the noise, as a strength below 1 does (such references reward it)."""
    from benchmarks.denoise_baselines import classical

    results = [classical(name, p.noisy[1], p.level, strength) for p in pairs]
    return [_scores(r + kept * (p.noisy[1] - r), p.clean) for p, r in zip(pairs, results, strict=True)]


def real_noise(data: Path) -> list[str]:
    """Real noise, nothing simulated: thin slices of a held-out low-dose chest against their neighbours.

    The noise of neighbouring slices is independent (increment = thickness), so the squared difference between a
    denoised slice and the mean of the slices below and above it is the denoiser's own squared error plus what no
    denoiser changes: the neighbours' noise and the anatomy's way between them. Less is better; the difference to the
    low-dose slice counts. The network sees the one slice only (else it would know the reference). Smoothing that
    makes a slice more like its neighbours is rewarded a little, so this ranks networks, not smoothers.
    """
    from ldct_viewer.dicom.read import load
    from ldct_viewer.training.sources import SOURCES

    folder = next(s.folder for s in SOURCES if s.name == "cap-cap001")
    hu = load(data / folder).hu.astype(np.float32)
    at = np.linspace(4, len(hu) - 5, 8).astype(int)

    def error(picture: np.ndarray, k: int) -> float:
        reference = (hu[k - 1] + hu[k + 1]) / 2
        soft = (reference > -150) & (reference < 200)
        return float(np.mean((picture - reference)[soft] ** 2))

    low = np.mean([error(hu[k], k) for k in at])
    lines = [
        "cap-cap001 (2 mm slices, 38 mAs) as it is, soft tissue, mean squared difference to both neighbours' mean, "
        f"{len(at)} slices; low dose {low:.0f} HU²:",
        "",
        "| model | HU² less than low dose |",
        "|---|---|",
    ]
    for name, run in _models():
        lines.append(f"| {name} | {low - np.mean([error(run(np.stack([hu[k]] * 3), 0.0), k) for k in at]):.1f} |")
    return lines


def _models() -> list[tuple[str, Callable]]:
    from ldct_viewer.denoise.model_file import list_models

    return [(m.id, _runner(m.id)) for m in list_models() if m.shipped]


def _runner(name: str) -> Callable:
    import torch

    from ldct_viewer.denoise.model_file import load_model

    model = load_model(name)

    def run(noisy: np.ndarray, level: float) -> np.ndarray:
        from ldct_viewer.denoise.noise_level import estimate_sigma

        with torch.inference_mode():
            sigma = torch.tensor([estimate_sigma(noisy[1])])
            return model.net(torch.from_numpy(noisy)[None], sigma)[0, 0].numpy()

    return run


def _scores(image: np.ndarray, reference: np.ndarray) -> tuple[float, float, float]:
    from skimage.metrics import structural_similarity

    from ldct_viewer.training.validation import WINDOW, psnr

    a, b = (np.clip(v, *WINDOW).astype(np.float64) for v in (image, reference))
    rmse = float(np.sqrt(np.mean((a - b) ** 2)))
    return psnr(image, reference), float(structural_similarity(a, b, data_range=400)), rmse


def _mean_psnr(scores: list[tuple[float, float, float]]) -> float:
    return float(np.mean([s[0] for s in scores]))


def _line(name: str, scores: list, low: list) -> str:
    gain = np.array([s[0] for s in scores]) - np.array([s[0] for s in low])
    error = gain.std(ddof=1) / np.sqrt(len(gain))
    p, s, r = np.mean(scores, axis=0)
    return f"| {name} | {p:.2f} | {gain.mean():+.2f} ± {error:.2f} | {s:.3f} | {r:.1f} |"
