"""Nothing appears: the benchmark's counting on made-up answers, and a sample of it on the shipped model."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks import bench_denoise_safety as safety  # noqa: E402
from benchmarks import denoise_strength as strength  # noqa: E402
from benchmarks.denoise_lesions import Lesion, local_spectrum  # noqa: E402
from ldct_viewer.denoise.model_file import default_model  # noqa: E402
from ldct_viewer.quality.lesions import Kept  # noqa: E402

REALISATIONS, PLACES = 400, 600


@pytest.fixture(scope="module")
def low() -> np.ndarray:
    return np.random.default_rng(0).normal(0, 10, (REALISATIONS, PLACES))


def count(low: np.ndarray, out: np.ndarray) -> safety.Appear:
    return safety.count_false("made up", 5.0, 1.0, low, out)


def test_the_threshold_lets_one_low_dose_slice_in_twenty_through(low):
    found = count(low, low)
    assert found.low == found.at_threshold == found.own_scale == REALISATIONS // 20
    assert found.invented == 0 and found.standing_hu < 0.5


def test_a_denoiser_that_halves_the_noise_shows_nothing_at_the_threshold_and_as_much_on_its_own_scale(low):
    found = count(low, low / 2)
    assert found.at_threshold == 0
    assert found.own_scale == REALISATIONS // 20


@pytest.mark.parametrize("strength_left", [1.0, 0.7, 0.5])
def test_what_is_in_the_data_is_not_invented(low, strength_left):
    """Noise that looks like a lesion is in the low dose, too, and a denoiser that leaves it invents nothing."""
    found = count(low, low * strength_left)
    assert found.reads > 0 and found.reads_low == REALISATIONS
    assert found.invented == 0
    assert found.agreement == pytest.approx(1.0)


def test_below_2_sd_a_picture_left_alone_hides_lesions_too():
    """SD 15 HU: 20 … 30 HU are below 2 SD, which is why 'unhinted' is not judged."""
    low = np.random.default_rng(2).normal(0, 15, (50, PLACES))
    found = count(low, low)
    assert found.unhinted == found.unhinted_low == 50 and found.invented == 0


@pytest.mark.parametrize(("height", "invented"), [(-60.0, 1), (-21.0, 1), (-19.0, 0)])
def test_one_invented_lesion_is_counted(low, height, invented):
    """Long before it reaches the threshold: 20 HU are a lesion to a reader."""
    out = low / 4
    place = int(np.abs(low[7]).argmin())  # where the low-dose picture holds nothing
    out[7, place] = height
    found = count(low, out)
    assert found.invented == found.reads == found.unhinted == invented
    assert found.at_threshold == (1 if height == -60.0 else 0)


def test_a_lesion_that_the_data_hints_at_the_other_way_is_invented(low):
    out = low / 4
    place = int(low[7].argmax())
    assert low[7, place] > 24
    out[7, place] = -24.0
    assert count(low, out).invented == 1


def test_a_larger_filter_takes_less_for_a_lesion(low):
    out = low / 10
    out[7, int(np.abs(low[7]).argmin())] = 12.0
    assert safety.count_false("made up", 10.0, 1.0, low, out).invented == 1
    assert count(low, out).invented == 0


def test_what_is_drawn_every_time_stands_in_the_mean(low):
    out = low / 4
    out[:, 3] += 25.0
    assert count(low, out).standing_hu == pytest.approx(25.0, abs=1.5)


def test_heavy_tails_show_on_the_own_scale(low):
    """A quiet picture with rare strong spots: harmless at the fixed threshold, alarming to who turns the window up."""
    rng = np.random.default_rng(1)
    out = low / 20 + np.where(rng.random(low.shape) < 1e-3, 8.0, 0.0)
    found = count(low, out)
    assert found.at_threshold == 0
    assert found.own_scale > 3 * found.low


def test_the_shipped_model_invents_nothing_in_water():
    axis = (np.arange(192) - 95.5) * 1.2
    water = np.where(np.hypot(axis[:, None], axis[None]) < 100, 0, -1000).astype(np.int16)
    denoiser = safety.denoiser_of(default_model().id)
    for found in safety.appear_in(denoiser, "water", np.stack([water] * 3), 1.2, 40, seed=5):
        assert found.at_threshold <= found.low
        assert found.invented == 0
        assert found.standing_hu < 6.0


def lesion(strength: float, ideal: float, each: list[float], contrast: float = -20.0) -> Lesion:
    share = np.asarray(each)
    return Lesion("ball", 8.0, contrast, strength, ideal, Kept(share, np.ones_like(share), share))


def verdicts(put_in: list[Lesion], found: list[safety.Appear]) -> dict[str, dict]:
    rows = safety.rows_of("made up", found, put_in, [])
    return {row["what"].split(",")[0].split(" (")[0]: row for row in rows}


def test_the_verdicts_judge_single_lesions_and_their_mean(low):
    found = [replace(count(low, low / 4), strength=s) for s in (1.0, 0.7, 0.6)]
    fine, one_gone, faint = [1.0] * 19 + [0.9], [1.0] * 19 + [0.4], [0.3] * 20

    def judged(each: list[float], ideal: float = 4.0) -> list[bool]:
        kinds = [lesion(s, 9.0, fine, 50.0) for s in (1.0, 0.7, 0.6)] + [
            lesion(s, ideal, each) for s in (1.0, 0.7, 0.6)
        ]
        rows = verdicts(kinds, found)
        what = "balls in the demo's liver that"
        names = (f"contrast kept of {what} an ideal observer sees", f"single ones of {what} vanish")
        return [rows[name]["ok"] for name in names]

    assert judged(fine) == [True, True]
    assert judged(one_gone) == [True, False]
    assert judged(faint) == [False, False]
    assert judged(faint, ideal=2.9) == [True, True]  # no one sees it at low dose


def test_the_verdicts_judge_what_appears(low):
    kinds = [lesion(s, 9.0, [1.0] * 9) for s in (1.0, 0.7, 0.6)]

    def judged(out: np.ndarray) -> dict[str, bool]:
        found = [replace(count(low, out), strength=s) for s in (1.0, 0.7, 0.6)]
        return {what: row["ok"] for what, row in verdicts(kinds, found).items()}

    assert all(judged(low / 4).values())
    drawn = low / 4
    drawn[:, 3] += 8.0
    assert [what for what, ok in judged(drawn).items() if not ok] == [
        "false lesions that stand in the mean of all realisations"
    ]
    made = low / 4
    made[7, int(np.abs(low[7]).argmin())] = 25.0
    assert [what for what, ok in judged(made).items() if not ok] == ["false lesions of ≥ 20 HU"]


def test_the_spectrum_of_wide_regions_has_the_variance_of_the_squares():
    noise = np.random.default_rng(3).normal(0, 10, (30, 160, 160)).astype(np.float32)
    noise[:, :32, :32] *= 2
    spectrum = local_spectrum(noise, [(k, 0, 0) for k in range(30)], 32, (1.0, 1.0))
    assert spectrum.power_2d.shape == (128, 128)
    assert spectrum.power_2d.mean() == pytest.approx(400, rel=0.03)  # white: variance × area of a pixel


def test_the_recommended_strength_obeys_the_texture_first():
    n = len(strength.STRENGTHS)
    rising = [1.0 + 0.1 * k for k in range(n)]
    shift = [-0.05 * (k + 1) for k in range(n)]  # 20 % at the fourth
    safe = [1.0] * n
    assert strength.recommend(shift, rising, rising, safe) == strength.STRENGTHS[3]
    assert strength.recommend([0.0] * n, rising, rising, safe) == 1.0
    assert strength.recommend([0.0] * n, rising[::-1], [1.0] * n, safe) == strength.STRENGTHS[0]


def test_no_lesion_gets_harder_to_see_at_the_recommended_strength():
    """Unless one does at every strength: then the texture alone decides."""
    n = len(strength.STRENGTHS)
    rising = [1.0 + 0.1 * k for k in range(n)]
    worst = [1.02 - 0.01 * k for k in range(n)]  # 1 at the third
    assert strength.recommend([0.0] * n, rising, rising, worst) == strength.STRENGTHS[2]
    assert strength.recommend([0.0] * n, rising, rising, [0.9] * n) == 1.0


def test_each_observer_counts_the_lesions_that_are_hard_for_it():
    tasks = [
        strength.Task(3.0, -10.0, cho=[3.0, 3.0], npwe=[0.1, 0.1]),
        strength.Task(9.0, -50.0, [20.0, 20.0], [5, 4]),
    ]
    assert strength.told_apart(tasks, "cho") == tasks[:1]
    assert strength.told_apart(tasks, "npwe") == tasks[1:]
    found = strength.Study((0.7,), tasks, [0.0], [1.0], [0.2, 0.2], [1.0], [0.8], 0.7)
    assert found.ratios("cho", 0.7) == [1.0] and found.ratios("npwe", 0.7) == [0.8]


def test_wide_noise_for_spectra_is_cut_from_the_middle_too():
    noise = strength.water_noise(2, seed=1, patch=256)
    assert noise.shape == (2, 3, 256, 256)
    assert noise.std() == pytest.approx(strength.NOISE_HU)


def test_a_ball_is_the_middle_slice_s_and_averages_over_thickness():
    lesion = strength.ball(96, 10.0, -20.0)
    assert lesion.shape == (3, 96, 96)
    assert lesion[1].min() == pytest.approx(-20.0)
    voxel = strength.PIXEL_MM**2 * strength.SLICE_MM
    inside = 4 / 3 * np.pi * 125 - 2 * np.pi * (5 - 3.75) ** 2 * (15 - 1.25) / 3  # caps beyond the three slices
    assert lesion.sum() * voxel == pytest.approx(-20.0 * inside, rel=0.02)
