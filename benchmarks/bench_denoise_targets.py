"""What issue 3 asks of the picture: every shipped model against its targets.

``python benchmarks/bench_denoise_targets.py [MODEL …]`` (ids or files; minutes of a core each) prints sharpness of
plain and faint discs, texture and d′ at the model's default strength, HU bias and texture at strength 1. Speed is in
``bench_denoise.py``, lesions in ``bench_denoise_safety.py``, and the comparison with other methods on patients in
``denoise_baselines.py``.

**Sharpness.** Discs of 15 mm in the middle of a 300 mm water cylinder under the scanner model's noise of 12 and
20 HU; the rim is as sharp as a standard kernel leaves it (TTF50 0.33 per mm). TTF50 of the *mean* picture over
realisations and their negatives, divided by that of the noise-free disc. Even discs with rims as sharp as that are
what the training draws, too (``training/shapes.py``: 0.18 to 0.53 pixels): a network may give a faint rim the
sharpness it knows. So the −20 HU disc is also shown with softer rims than any drawn, where more than 1 is a sharpness
that is not in the data, and the judgement has an upper bound; and as thick slices are denoised, without neighbours.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from benchmarks.denoise_strength import Study
    from ldct_viewer.denoise.model_file import ModelInfo

ROOT = Path(__file__).resolve().parents[1]
PATCH, PIXEL_MM, SLICE_MM, RADIUS_PX, RIM_PX = 96, 0.75, 2.5, 10.0, 0.45
THICK_SLICE_MM = 5.0  # from slice to slice: no neighbours are used
RIMS_PX = (0.25, 0.45, 0.8, 1.2)
FAINT_HU = (-10.0, -20.0, -50.0)
PLAIN_HU = (-500.0, 500.0)
NOISE_HU = (12.0, 20.0)
LEAST, MOST = 0.8, 1.15  # TTF50 of faint discs; the upper bound is ours: the issue names none
COUNT = 64  # realisations of the noise, and as many negatives
TEST_SEED = 11  # other noise than the card's strength was chosen under: "no lesion harder to see" would hold by choice

Sharpness = dict[tuple[float, float], float]  # TTF50 / truth's


@dataclass(frozen=True)
class Figures:
    """What is measured of one model at ``strength``.

    ``bias_hu`` by tissue (strength 1), ``discs`` by (height HU, noise HU), ``rims`` and ``thick`` by (rim in pixels,
    noise HU) of the −20 HU disc, with neighbours and without; ``seen``: d′ and texture at ``strength`` and 1.
    """

    strength: float
    bias_hu: dict[str, float]
    discs: Sharpness
    rims: Sharpness
    thick: Sharpness
    seen: Study


def main(models: list[str] | None = None) -> list[dict]:
    """Rows for every shipped model (or those named)."""
    from ldct_viewer.denoise.model_file import list_models

    return [row for m in models or [m.id for m in list_models() if m.shipped] for row in rows_of(m)]


def figures(model: str, strength: float) -> Figures:
    """Measure a model (id or file), by the product's own path."""
    from benchmarks.bench_denoise_safety import denoiser_of
    from benchmarks.denoise_card import demo_truth
    from benchmarks.denoise_strength import NOISE_HU as DRAWN_HU
    from benchmarks.denoise_strength import study, water_noise

    denoiser, noise = denoiser_of(model), water_noise(COUNT, 17)

    def rims(slice_mm: float) -> Sharpness:
        found = {}
        for rim in RIMS_PX:
            of = disc_sharpness(denoiser, noise, DRAWN_HU, PIXEL_MM, strength, (-20.0,), rim, slice_mm)
            found |= {(rim, sd): value for (_, sd), value in of.items()}
        return found

    return Figures(
        strength,
        demo_truth(model)["bias_hu"],
        disc_sharpness(denoiser, noise, DRAWN_HU, PIXEL_MM, strength, FAINT_HU + PLAIN_HU),
        rims(SLICE_MM),
        rims(THICK_SLICE_MM),
        study(model, seed=TEST_SEED, strengths=tuple(dict.fromkeys((strength, 1.0)))),
    )


def rows_of(model: str) -> list[dict]:
    """All targets of one model (id or file)."""
    from ldct_viewer.denoise.model_file import find_model

    info = find_model(model)
    return rows(info, figures(model, info.recommended_strength))


def rows(info: ModelInfo, found: Figures) -> list[dict]:
    """The figures of a model against the targets."""
    from benchmarks.denoise_strength import ROI_MM

    seen, bias, s = found.seen, found.bias_hu, found.strength
    name = f"{info.name} {info.version}"
    noise = " / ".join(f"{sd:g}" for sd in NOISE_HU)

    def row(what: str, reference: str, measured: str, target: str, ok: bool | None, note: str) -> dict:
        what = f"{what}, {name}"
        return {"what": what, "reference": reference, "measured": measured, "target": target, "ok": ok, "note": note}

    def sharpness(what: str, of: Sharpness, which: tuple[float, ...], least: float, most: float, note: str) -> dict:
        values = [of[one, sd] for one in which for sd in NOISE_HU]
        cells = [" / ".join(f"{of[one, sd]:.2f}" for sd in NOISE_HU) for one in which]
        target = f"≥ {least:g}" if np.isinf(most) else f"{least:g} … {most:g}"
        note = f"{note}, each under {noise} HU of noise; strength {s:g}"
        ok = least <= min(values) and max(values) <= most
        return row(f"TTF50 of {what}", "noise-free disc = 1", ", ".join(cells), target, ok, note)

    def heights(what: str, which: tuple[float, ...], least: float) -> dict:
        note = f"{', '.join(f'{h:+g}' for h in which)} HU, rim {RIM_PX:g} px"
        return sharpness(what, found.discs, which, least, np.inf, note)

    def rims(what: str, of: Sharpness) -> dict:
        note = f"rims of {', '.join(f'{rim:g}' for rim in RIMS_PX)} px"
        return sharpness(f"−20 HU discs by rim{what}", of, RIMS_PX, LEAST, MOST, note)

    def observer(what: str, mean: float, who: str) -> dict:
        each = seen.ratios(who, s)
        below = sum(v < 1 for v in each)
        measured = f"{mean:.2f} ({min(each):.2f} … {max(each):.2f}; {below} of {len(each)} below 1)"
        note = (
            f"the {len(each)} of {len(seen.tasks)} lesions, 3–10 mm, −10 … −50 HU, that are neither invisible nor "
            f"trivial to it at low dose; strength {s:g}, chosen under other noise"
        )
        return row(f"d′ of {what}", "low dose = 1", measured, "> 1.1, none < 1", mean > 1.1 and below == 0, note)

    soft, others = abs(bias["soft"]), max(abs(v) for k, v in bias.items() if k != "soft")
    greatest = max(v for of in (found.discs, found.rims, found.thick) for v in of.values())
    size = info.path.stat().st_size / 1e6
    most = 3.0 if info.architecture["channels"][0] <= 32 else 12.0
    n, full = (seen.strengths.index(v) for v in (s, 1.0))
    shift, left = seen.shift[n], seen.noise_left[n]
    water = f"water, squares of {ROI_MM:g} mm"
    return [
        row("HU bias per tissue", "truth of the demo, 15 % dose", ", ".join(f"{k} {v:+.1f}" for k, v in bias.items()),
            "soft ≤ 1, others ≤ 3", soft <= 1 and others <= 3, "edges included; strength 1"),
        heights("plain discs", PLAIN_HU, 0.95),
        heights("−20 HU discs", (-20.0,), LEAST),
        heights("−10 and −50 HU discs", (-10.0, -50.0), LEAST),
        rims("", found.rims),
        rims(", no neighbours", found.thick),
        row("TTF50 of the disc made sharpest", "noise-free disc = 1", f"{greatest:.2f}", f"≤ {MOST:g}",
            greatest <= MOST, f"of all discs above: more than 1 is not in the data; strength {s:g}"),
        row("shift of the mean noise frequency", "low dose", f"{shift:+.1%}", "≤ 20 % at ≥ 40 % less noise",
            abs(shift) <= 0.2 and left <= 0.6, f"{water}, {left:.0%} of the noise left; strength {s:g}"),
        row("shift of the mean noise frequency at strength 1", "low dose", f"{seen.shift[full]:+.1%}", "report", None,
            f"{water}, {seen.noise_left[full]:.0%} of the noise left"),
        row(f"peak of the noise spectrum at strength {s:g} / 1", f"low dose {seen.peak_per_mm[0]:.3f} per mm",
            f"{seen.peak_per_mm[n + 1]:.3f} / {seen.peak_per_mm[full + 1]:.3f} per mm", "report", None, water),
        observer("an eye-filtered NPW observer", seen.npwe_gain[n], "npwe"),
        observer("a CHO with internal noise", seen.cho_gain[n], "cho"),
        row("model file", "–", f"{size:.1f} MB", f"≤ {most:g} MB", size <= most, ""),
    ]  # fmt: skip


def disc_sharpness(
    denoiser,
    noise: np.ndarray,
    noise_hu: float,
    pixel_mm: float,
    strength: float,
    heights: tuple[float, ...],
    rim_px: float = RIM_PX,
    slice_mm: float = SLICE_MM,
) -> Sharpness:
    """TTF50 / truth's by (height, noise) of discs under ``noise`` (n, 3, patch, patch) of the SD ``noise_hu``.

    ``rim_px``: logistic width of the rim, ``slice_mm`` from slice to slice.

    Under every picture of noise and its negative, which is as likely: the low doses' mean is then the truth itself, and
    what is left of the noise in the denoised mean no longer passes for a sharper or softer rim (64 plain realisations
    leave 2.5 HU of 20: the figure varied by 0.04 with the seed; now by 0.005).
    """
    from ldct_viewer.quality.resolution import circular_ttf

    def ttf50(picture: np.ndarray) -> float:
        return circular_ttf(picture, ((PATCH - 1) / 2,) * 2, RADIUS_PX * pixel_mm, pixel_mm).ttf50

    axis = np.arange(PATCH) - (PATCH - 1) / 2
    disc = 1 / (1 + np.exp((np.hypot(axis[:, None], axis[None]) - RADIUS_PX) / rim_px))
    both = np.concatenate((noise, -noise))
    found = {}
    for height in heights:
        truth = 40 + height * disc
        for sd in NOISE_HU:
            _, after = blended(denoiser, truth + both * (sd / noise_hu), strength, slice_mm)
            found[height, sd] = ttf50(after) / ttf50(truth)
    return found


def blended(denoiser, hu: np.ndarray, strength: float, slice_mm: float = SLICE_MM) -> tuple[np.ndarray, np.ndarray]:
    """The middle ones of slices in threes ``hu`` (n, 3, y, x) as they come and denoised at ``strength``.

    ``slice_mm``: from slice to slice.
    """
    from benchmarks.bench_denoise_safety import middle

    low = np.clip(np.rint(hu), -1024, 3071).astype(np.int16)
    before = low[:, 1].astype(np.float64)
    return before, before + strength * (middle(denoiser, low, slice_mm) - before)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    for line in main(sys.argv[1:] or None):
        print(" | ".join(str(v) for v in line.values()))
