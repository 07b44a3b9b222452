"""Nothing appears: the benchmark's counting on made-up answers, and a sample of it on the shipped model."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks import bench_denoise_safety as safety  # noqa: E402
from benchmarks import denoise_strength as strength  # noqa: E402
from ldct_viewer.denoise.model_file import default_model  # noqa: E402

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


def test_one_invented_lesion_is_counted(low):
    out = low / 4
    place = int(np.abs(low[7]).argmin())  # where the low-dose picture holds nothing
    out[7, place] = -60.0
    found = count(low, out)
    assert found.at_threshold == found.invented == 1


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
