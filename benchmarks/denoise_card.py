"""Measures a model and writes the figures into its card.

``python benchmarks/denoise_card.py MODEL.safetensors --out FOLDER [--data ../shared/data]``

Held-out patients (where ``--data`` is given), the demo's truth with its HU error per tissue, d′ and texture by strength
(``denoise_strength``); the strength it recommends becomes the card's. The model goes to ``--out``; the file given is
not changed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
TISSUES = {"lung": (-950, -600), "fat": (-130, -50), "soft": (0, 100), "bone": (200, 1500)}  # HU of the truth
SLICES = range(8, 112, 8)


def measure(model: str, data: Path | None, count: int) -> dict[str, Any]:
    """The card's ``quality`` and the recommended strength of a model (id or file)."""
    from benchmarks.denoise_strength import MAX_SHIFT, NOISE_HU, STRENGTHS, study, table

    quality: dict[str, Any] = {}
    if data is not None:
        quality["held_out"] = held_out(model, data)
    quality["demo_truth"] = demo_truth(model)
    result = study(model, count)
    print(table(result))
    n, full = STRENGTHS.index(result.recommended), STRENGTHS.index(1.0)
    quality["strength"] = {
        "what": f"water, noise SD {NOISE_HU:g} HU, balls of 3-10 mm and -10..-50 HU, {count} + {count} pictures each; "
        "recommended: greatest d' (mean of both observers) among strengths that shift the mean noise frequency by at "
        f"most {MAX_SHIFT:.0%} and leave no lesion harder to see (NPW with eye); d' relative to low dose",
        **{
            f"{STRENGTHS[k]:g}": {
                "noise_left": round(result.noise_left[k], 3),
                "frequency_shift": round(result.shift[k], 3),
                "dprime_npw_eye": round(result.npwe_gain[k], 3),
                "dprime_cho_internal_noise": round(result.cho_gain[k], 3),
            }
            for k in sorted({n, full})
        },
    }
    return {"recommended_strength": result.recommended, "quality": quality}


def held_out(model: str, data: Path) -> dict[str, Any]:
    """PSNR, SSIM and RMSE on the held-out patients under simulated noise, its level estimated from each picture."""
    from benchmarks.denoise_quality import _runner, _scores
    from ldct_viewer.training.sources import SOURCES, load_clean
    from ldct_viewer.training.validation import held_out_pairs

    pairs = held_out_pairs([load_clean(data, s) for s in SOURCES if s.held_out], slices=2)
    run = _runner(model)
    low = np.mean([_scores(p.noisy[1], p.clean) for p in pairs], axis=0)
    out = np.mean([_scores(run(p.noisy, p.level), p.clean) for p in pairs], axis=0)
    return {
        "what": "cap-cap001 and Br38 abdomen, never trained on; simulated noise SD 15, 25, 40 HU; window "
        "[-160, 240] HU, data range 400; noise level estimated; strength 1; recipe choices were made on these "
        "patients, so the numbers flatter",
        "psnr_low_db": round(float(low[0]), 2), "psnr_db": round(float(out[0]), 2),
        "ssim_low": round(float(low[1]), 3), "ssim": round(float(out[1]), 3),
        "rmse_low_hu": round(float(low[2]), 1), "rmse_hu": round(float(out[2]), 1),
    }  # fmt: skip


def demo_truth(model: str) -> dict[str, Any]:
    """PSNR and HU error per tissue of the demo against its noise-free truth."""
    from benchmarks.denoise_quality import _runner
    from ldct_viewer.dicom.read import load
    from ldct_viewer.physics.demo import make_demo, truth_hu
    from ldct_viewer.training.validation import psnr

    truth = truth_hu().astype(np.float32)
    with tempfile.TemporaryDirectory() as folder:
        low = load(make_demo(Path(folder)).low).hu.astype(np.float32)
    run = _runner(model)
    before, after, error, size = [], [], dict.fromkeys(TISSUES, 0.0), dict.fromkeys(TISSUES, 0)
    for k in SLICES:
        out = run(np.ascontiguousarray(low[k - 1 : k + 2]), 0.0)
        before.append(psnr(low[k], truth[k]))
        after.append(psnr(out, truth[k]))
        for name, (lowest, highest) in TISSUES.items():
            inside = (truth[k] > lowest) & (truth[k] < highest)
            error[name] += float((out - truth[k])[inside].sum())
            size[name] += int(inside.sum())
    return {
        "what": f"built-in thorax phantom at 15 % dose against its noise-free truth, {len(SLICES)} slices; window "
        "[-160, 240] HU, data range 400; mean HU error per tissue, edges included",
        "psnr_low_db": round(float(np.mean(before)), 2),
        "psnr_db": round(float(np.mean(after)), 2),
        "bias_hu": {name: round(error[name] / size[name], 2) for name in TISSUES},
    }


def _command() -> None:
    import torch

    from benchmarks.denoise_strength import COUNT
    from ldct_viewer.denoise.model_file import load_model, save_model

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--count", type=int, default=COUNT, help="pictures with, and without, each lesion")
    args = parser.parse_args()
    torch.set_num_threads(1)
    model = load_model(args.model)
    net, card = model.net, dict(model.info.card)
    with tempfile.TemporaryDirectory() as folder:
        trial = save_model(net, Path(folder), model.info.id, card)
        card |= measure(str(trial.path), args.data, args.count)
    saved = save_model(net, args.out, model.info.id, card)
    print(saved.path, card["quality"])


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    _command()
