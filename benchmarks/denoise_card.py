"""Measures a model and writes the figures into its card.

``python benchmarks/denoise_card.py MODEL.safetensors --out FOLDER [--data ../shared/data]``

Held-out patients (where ``--data`` is given), the demo's truth with its HU error per tissue, d′ and texture by strength
(``denoise_strength``); the strength it recommends becomes the card's. Then the issue's targets at that strength under
other noise (``bench_denoise_targets``), and what other benchmarks found of this model (``results.json``; after running
those anew, ``--only-results`` takes their figures over and measures nothing). The model goes to ``--out``; the file
given is not changed.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from benchmarks.bench_denoise_targets import Figures

ROOT = Path(__file__).resolve().parents[1]
TISSUES = {"lung": (-950, -600), "fat": (-130, -50), "soft": (0, 100), "bone": (200, 1500)}  # HU of the truth
SLICES = range(8, 112, 8)
KEPT_ROWS = {  # of results.json: name in the card → what the row says, {id}: the model's
    "contrast_kept_of_lesions": "contrast kept of balls in the demo's liver that an ideal observer sees (d′ ≥ 3), "
    "{id} model",
    "psnr_over_red_cnn_at_25%_dose": "PSNR of {id} over RED-CNN's, 5 real patients, 25% dose",
    "speed_over_red_cnn": "one 512² slice through the {id} model, CPU",
}


def measure(model: str, data: Path | None, count: int) -> dict[str, Any]:
    """The card's ``quality`` and the recommended strength of a model (id or file)."""
    from benchmarks.bench_denoise_targets import figures
    from benchmarks.denoise_strength import MAX_SHIFT, NOISE_HU, ROI_MM, study, table

    quality: dict[str, Any] = {}
    if data is not None:
        quality["held_out"] = held_out(model, data)
    quality["demo_truth"] = demo_truth(model)
    result = study(model, count)
    print(table(result))
    n, full = (result.strengths.index(v) for v in (result.recommended, 1.0))
    quality["strength"] = {
        "what": f"how the strength was chosen: water, noise SD {NOISE_HU:g} HU, balls of 3-10 mm and -10..-50 HU, "
        f"{count} + {count} pictures each; greatest d' (mean of both observers) among strengths that shift the mean "
        f"noise frequency by at most {MAX_SHIFT:.0%} (squares of {ROI_MM:g} mm) and at which no lesion was harder to "
        "see in these pictures (NPW with eye); in other pictures one can be: see targets; d' relative to low dose",
        **{
            f"{result.strengths[k]:g}": {
                "noise_left": round(result.noise_left[k], 3),
                "frequency_shift": round(result.shift[k], 3),
                "dprime_npw_eye": round(result.npwe_gain[k], 3),
                "dprime_cho_internal_noise": round(result.cho_gain[k], 3),
            }
            for k in sorted({n, full})
        },
    }
    quality["targets"] = targets(figures(model, result.recommended))
    return {"recommended_strength": result.recommended, "quality": quality}


def targets(found: Figures) -> dict[str, Any]:
    """The card's form of the figures of ``bench_denoise_targets``."""
    from benchmarks.bench_denoise_targets import NOISE_HU, TEST_SEED
    from benchmarks.denoise_strength import ROI_MM

    seen, s = found.seen, found.strength
    n, full = (seen.strengths.index(v) for v in (s, 1.0))

    def sharpness(of: dict[tuple[float, float], float]) -> dict[str, list[float]]:
        which = dict.fromkeys(one for one, _ in of)
        return {f"{one:g}": [round(of[one, sd], 3) for sd in NOISE_HU] for one in which}

    def observer(who: str, mean: float) -> dict[str, float]:
        each = seen.ratios(who, s)
        return {"mean": round(mean, 3), "worst": round(min(each), 3), "lesions": len(each),
                "below_1": sum(v < 1 for v in each)}  # fmt: skip

    return {
        "what": f"strength {s:g} under other noise than chose it (seed {TEST_SEED}), SD {NOISE_HU[-1]:g} HU; TTF50 of "
        f"discs of 15 mm relative to the truth's in {' and '.join(f'{sd:g}' for sd in NOISE_HU)} HU, d' of lesions of "
        f"3-10 mm to low dose; spectra of squares of {ROI_MM:g} mm",
        "frequency_shift": round(seen.shift[n], 3),
        "frequency_shift_at_strength_1": round(seen.shift[full], 3),
        "spectrum_peak_per_mm_low_dose": round(seen.peak_per_mm[0], 3),
        "spectrum_peak_per_mm": round(seen.peak_per_mm[n + 1], 3),
        "spectrum_peak_per_mm_at_strength_1": round(seen.peak_per_mm[full + 1], 3),
        "noise_left": round(seen.noise_left[n], 3),
        "dprime_npw_eye": observer("npwe", seen.npwe_gain[n]),
        "dprime_cho_internal_noise": observer("cho", seen.cho_gain[n]),
        "ttf50_by_height_hu": sharpness(found.discs),
        "ttf50_of_-20_hu_by_rim_px": sharpness(found.rims),
        "ttf50_of_-20_hu_by_rim_px_no_neighbours": sharpness(found.thick),
    }


def kept_rows(model_id: str) -> dict[str, str]:
    """What results.json holds of a model under :data:`KEPT_ROWS`; empty where it holds nothing."""
    kept = json.loads((ROOT / "benchmarks" / "results.json").read_text(encoding="utf-8"))
    measured = {row["what"]: row["measured"] for each in kept.values() for row in each["rows"]}
    names = {key: what.format(id=model_id) for key, what in KEPT_ROWS.items()}
    return {key: measured[what] for key, what in names.items() if what in measured}


def with_results(quality: dict[str, Any], model_id: str) -> dict[str, Any]:
    """A card's ``quality`` with what results.json holds of the model now."""
    said = {
        "what": "benchmarks/results.json; contrast at strength 1 / recommended, the others at 1; speed of two cores"
    }
    rows = kept_rows(model_id)
    return quality | {"results": {**said, **rows}} if rows else quality


def held_out(model: str, data: Path) -> dict[str, Any]:
    """PSNR, SSIM and RMSE on the held-out patients under simulated noise, its level estimated from each picture."""
    from benchmarks.denoise_quality import _runner, _scores
    from ldct_viewer.training.sources import SOURCES, load_clean
    from ldct_viewer.training.validation import held_out_pairs

    sources = [s for s in SOURCES if s.held_out]
    pairs = held_out_pairs([load_clean(data, s) for s in sources], slices=2)
    run = _runner(model)
    low = np.mean([_scores(p.noisy[1], p.clean) for p in pairs], axis=0)
    out = np.mean([_scores(run(p.noisy, p.level), p.clean) for p in pairs], axis=0)
    return {
        "what": "cap-cap001 and Br38 abdomen, never trained on; simulated noise SD 15, 25, 40 HU; window "
        "[-160, 240] HU, data range 400; noise level estimated; overlapping slices share their noise; strength 1; "
        "recipe choices were made on these patients, so the numbers flatter",
        "data": [f"{s.name} ({s.licence})" for s in sources],
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
    parser.add_argument("--only-results", action="store_true", help="only renew what results.json says of this model")
    parser.add_argument("--count", type=int, default=COUNT, help="pictures with, and without, each lesion")
    args = parser.parse_args()
    torch.set_num_threads(1)
    model = load_model(args.model)
    net, card = model.net, dict(model.info.card)
    if not args.only_results:
        with tempfile.TemporaryDirectory() as folder:
            trial = save_model(net, Path(folder), model.info.id, card)
            card |= measure(str(trial.path), args.data, args.count)
    card["quality"] = with_results(card["quality"], model.info.id)
    saved = save_model(net, args.out, model.info.id, card)
    print(saved.path, card["quality"])


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    _command()
