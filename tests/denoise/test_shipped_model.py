"""Gates the shipped weights must pass: noise goes, nothing else does, nothing comes."""

from __future__ import annotations

import json
import re
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch

from ldct_viewer.denoise.model_file import Model, ModelInfo, list_models, load_model
from ldct_viewer.quality.noise import nps

from .helpers import noisy_water

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks import denoise_card, denoise_strength  # noqa: E402
from benchmarks.bench_denoise_safety import denoiser_of  # noqa: E402

SIZE, COUNT, SD = 128, 24, 20.0
SHIPPED = [info for info in list_models() if info.shipped]
MOST_MB = {"fast": 3, "quality": 12}
Pair = tuple[np.ndarray, np.ndarray]


@pytest.fixture(scope="module", params=SHIPPED, ids=[info.id for info in SHIPPED])
def model(request) -> Model:
    return load_model(request.param)


def denoised(
    model: Model, picture: np.ndarray, seed: int = 0, sd: float = SD, count: int = COUNT, negatives: bool = False
) -> Pair:
    """(noisy, denoised) stacks (n, y, x) of ``picture`` under independent noise in each slice.

    With ``negatives`` each picture of noise is used with its negative, which is as likely: the noisy pictures' mean is
    then the truth, and what is left of the noise no longer passes for contrast.
    """
    size = len(picture)
    noise = noisy_water((count * 3, size, size), sd, seed).astype(np.float32).reshape(count, 3, size, size)
    if negatives:
        noise = np.concatenate((noise, -noise))
    noisy = picture.astype(np.float32) + noise
    with torch.inference_mode():
        out = model.net(torch.from_numpy(noisy), torch.full((len(noisy),), sd))[:, 0].numpy()
    return noisy[:, 1], out


@pytest.fixture(scope="module")
def radius() -> np.ndarray:
    y, x = np.mgrid[:SIZE, :SIZE] - (SIZE - 1) / 2
    return np.hypot(y, x)


@pytest.fixture(scope="module")
def water(model) -> Pair:
    return denoised(model, np.full((SIZE, SIZE), 40.0))


def test_most_noise_goes_and_the_mean_stays_within_one_hu(water):
    noisy, out = water
    assert out.std() < 0.2 * noisy.std()
    assert abs(out.mean() - 40.0) < 1.0


def test_texture_stays_at_the_recommended_strength(model, monkeypatch):
    """The mean noise frequency moves by ≤ 20 % at ≥ 40 % less noise: a sample of what the strength was chosen by."""
    monkeypatch.setattr(denoise_strength, "SPECTRA", 6)
    before, after = denoise_strength.spectra(denoiser_of(model.info.id), (model.info.recommended_strength,), seed=3)
    assert after.sd_hu < 0.6 * before.sd_hu
    assert abs(after.mean_per_mm / before.mean_per_mm - 1) < denoise_strength.MAX_SHIFT + 0.01


def test_softer_noise_keeps_its_texture_at_half_strength(water):
    noisy, out = water
    before, after = (nps(stack, (0.75, 0.75)) for stack in (noisy, noisy + 0.5 * (out - noisy)))
    assert after.sd_hu < 0.6 * before.sd_hu
    assert abs(after.mean_per_mm / before.mean_per_mm - 1) < 0.13


def test_no_fine_grid_appears(water):
    _, out = water
    phases = [out[:, i::2, j::2].mean() for i in (0, 1) for j in (0, 1)]
    assert max(phases) - min(phases) < 0.3


def test_nothing_is_invented_in_uniform_water(water):
    """Means over 8 × 8 pixels wander less than in the input: no blob stands out that was not there."""
    noisy, out = water
    blobs = [s.reshape(COUNT, SIZE // 8, 8, SIZE // 8, 8).mean(axis=(2, 4)) - 40 for s in (noisy, out)]
    assert blobs[1].std() < 0.5 * blobs[0].std()
    assert np.abs(blobs[1]).max() < 0.8 * np.abs(blobs[0]).max()


def test_lesions_of_15_mm_keep_their_contrast(model):
    """Within a tenth at strength 1, in 20 HU of noise: 0.90 to 0.96 of ±10 HU, 0.99 to 1.02 of the others."""
    place = 64
    y, x = np.mgrid[:place, :place] - (place - 1) / 2
    radius = np.hypot(y, x)
    heights = (-50.0, -20.0, -10.0, 0.0, 0.0, 10.0, 20.0, 30.0, 60.0)
    discs = [40 + height / (1 + np.exp((radius - 10) / 0.5)) for height in heights]
    _, out = denoised(model, np.block([discs[n : n + 3] for n in (0, 3, 6)]), seed=2, count=12, negatives=True)
    seen = out.mean(axis=0).reshape(3, place, 3, place).transpose(0, 2, 1, 3).reshape(9, place, place)
    beside = (radius > 15) & (radius < 30)
    kept = {h: (s[radius < 6].mean() - s[beside].mean()) / h for h, s in zip(heights, seen, strict=True) if h}
    assert kept == pytest.approx(dict.fromkeys(kept, 1.0), abs=0.1)


def test_a_bone_keeps_its_edge_and_its_hu(model, radius):
    picture = 40 + 800 / (1 + np.exp((radius - 20) / 0.5))
    _, out = denoised(model, picture, seed=2, count=8)
    mean = out.mean(axis=0)
    assert mean[radius < 16].mean() == pytest.approx(840, abs=2)
    assert mean[(radius > 24) & (radius < 50)].mean() == pytest.approx(40, abs=1)
    row = np.abs(np.diff(mean[SIZE // 2, SIZE // 2 :]))
    assert row.max() > 0.95 * np.abs(np.diff(picture[SIZE // 2, SIZE // 2 :])).max()


def test_lung_keeps_its_mean(model):
    noisy, out = denoised(model, np.full((SIZE, SIZE), -850.0), seed=3, sd=30.0, count=8)
    assert abs(out.mean() - noisy.mean()) < 1.0


def test_the_weights_are_as_small_as_promised(model):
    assert model.info.path.stat().st_size <= MOST_MB[model.info.id] * 1e6


# ------------------------------------------------------------------------------------------------ cards and results


@cache
def results() -> dict[str, dict]:
    """Rows of benchmarks/results.json by what they are about."""
    kept_rows = json.loads((ROOT / "benchmarks" / "results.json").read_text(encoding="utf-8"))
    return {row["what"]: row for each in kept_rows.values() for row in each["rows"]}


@pytest.mark.parametrize("info", SHIPPED, ids=[info.id for info in SHIPPED])
def test_the_card_says_what_the_results_say(info: ModelInfo):
    """Else the one or the other is of other weights or another strength: run ``benchmarks/denoise_card.py``."""
    said, strength = info.quality["targets"], f"strength {info.recommended_strength:g}"

    def row(what: str) -> dict:
        return results()[f"{what}, {info.name} {info.version}"]

    def same(what: str, *values: float, within: float = 0.006) -> None:
        """The row's first numbers are the card's, which has a digit more."""
        found = [float(n) for n in re.findall(r"[+-]?\d+\.\d+", row(what)["measured"])]
        assert found[: len(values)] == pytest.approx(values, abs=within)

    assert strength in said["what"] and strength in row("TTF50 of −20 HU discs")["note"]
    heights = said["ttf50_by_height_hu"]
    same("TTF50 of plain discs", *heights["-500"], *heights["500"])
    same("TTF50 of −20 HU discs", *heights["-20"])
    same("TTF50 of −10 and −50 HU discs", *heights["-10"], *heights["-50"])
    for what, key in (("", ""), (", no neighbours", "_no_neighbours")):
        rims = said[f"ttf50_of_-20_hu_by_rim_px{key}"]
        same(f"TTF50 of −20 HU discs by rim{what}", *(v for one in rims.values() for v in one))
    same("shift of the mean noise frequency", 100 * said["frequency_shift"], within=0.11)
    same("shift of the mean noise frequency at strength 1", 100 * said["frequency_shift_at_strength_1"], within=0.11)
    peaks = (said["spectrum_peak_per_mm"], said["spectrum_peak_per_mm_at_strength_1"])
    same(f"peak of the noise spectrum at {strength} / 1", *peaks)
    for key, what in (("npw_eye", "an eye-filtered NPW observer"), ("cho_internal_noise", "a CHO with internal noise")):
        same(f"d′ of {what}", said[f"dprime_{key}"]["mean"], said[f"dprime_{key}"]["worst"])
    same("HU bias per tissue", *info.quality["demo_truth"]["bias_hu"].values(), within=0.06)


@pytest.mark.parametrize("info", SHIPPED, ids=[info.id for info in SHIPPED])
def test_the_card_has_taken_over_the_results_of_other_benchmarks(info: ModelInfo):
    """Else: ``benchmarks/denoise_card.py MODEL --only-results --out resources/models``."""
    assert denoise_card.with_results(info.quality, info.id) == info.quality
