"""PSNR, SSIM, RMSE and HU bias against cases whose answer is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ldct_viewer.quality.similarity import METRIC_WINDOWS, rmse_hu, similarity, slice_scores, tissue_bias, to_window
from ldct_viewer.window import Window


def test_windows_are_those_of_ldct_benchmark():
    found = {name: (w.level, w.width) for name, w in METRIC_WINDOWS.items()}
    assert found == {"lung": (-600, 1500), "abdomen": (50, 400), "brain": (40, 80)}


def test_rescaling_to_the_window():
    hu = np.array([[-1000, -150, 50, 250, 3000]])
    assert np.allclose(to_window(hu, Window(400, 50)), [[0, 0, 0.5, 1, 1]])


@pytest.mark.parametrize("name", list(METRIC_WINDOWS))
def test_a_constant_offset_has_the_psnr_of_its_share_of_the_window(name):
    window = METRIC_WINDOWS[name]
    reference = np.full((2, 32, 32), window.level, dtype=np.int16)
    score = similarity(reference + 8, reference, window)
    assert score.psnr_db == pytest.approx(20 * math.log10(window.width / 8))
    assert score.rmse_window_hu == pytest.approx(8)
    assert (score.window_width, score.window_level, score.data_range, score.slices) == (*vars(window).values(), 1.0, 2)


def test_gaussian_noise_has_the_rmse_of_its_sd():
    rng = np.random.default_rng(1)
    reference = np.full((1, 512, 512), 50, dtype=np.float32)
    noisy = reference + rng.normal(0, 10, reference.shape)
    score = similarity(noisy, reference, METRIC_WINDOWS["abdomen"])
    assert score.rmse_window_hu == pytest.approx(10, rel=0.01)
    assert score.psnr_db == pytest.approx(20 * math.log10(400 / 10), abs=0.1)
    assert rmse_hu(noisy, reference) == pytest.approx(10, rel=0.01)


def test_what_lies_outside_the_window_does_not_count():
    reference = np.full((1, 32, 32), -1000, dtype=np.int16)
    score = similarity(reference + 100, reference, METRIC_WINDOWS["abdomen"])
    assert math.isinf(score.psnr_db) and score.ssim == pytest.approx(1.0)


def test_ssim_of_uncorrelated_noise_follows_the_formula():
    # Flat regions: SSIM = c2 / (2 s^2 + c2) in the mean for constant means, c2 = (0.03)^2, reference without noise
    # gives covariance 0 and variance s^2: SSIM ~ c2 / (s^2 + c2), for a large window.
    rng = np.random.default_rng(2)
    s = 0.03
    reference = np.full((256, 256), 50.0)
    noisy = reference + rng.normal(0, s * 400, reference.shape)
    _, ssim, _ = slice_scores(noisy, reference, METRIC_WINDOWS["abdomen"])
    assert ssim == pytest.approx(0.5, abs=0.02)


def test_rmse_clips_as_ldct_benchmark_does():
    reference = np.full((1, 8, 8), 1900, dtype=np.int16)
    assert rmse_hu(reference + 500, reference) == 0.0


@pytest.fixture
def tissues():
    """A slice in four strips: lung, fat, soft tissue, bone."""
    return np.repeat(np.array([-850, -100, 50, 700], dtype=np.int16), 32)[None, :, None] * np.ones((1, 1, 96), np.int16)


def test_bias_is_found_tissue_by_tissue(tissues):
    shift = np.repeat(np.array([-17, 67, 0, -54], dtype=np.int16), 32)[None, :, None]
    bias = tissue_bias(tissues + shift, tissues)
    assert {name: b.mean_hu for name, b in bias.items()} == {"lung": -17, "fat": 67, "soft": 0, "bone": -54}


def test_noise_in_the_reference_makes_no_bias(tissues):
    rng = np.random.default_rng(3)
    reference = tissues + rng.normal(0, 15, tissues.shape)
    for b in tissue_bias(tissues, reference).values():
        assert abs(b.mean_hu) < 0.6


def test_padding_does_not_count(tissues):
    padding = np.zeros(tissues.shape, dtype=bool)
    padding[:, :, 48:] = True
    image = tissues.copy()
    image[padding] += 500
    assert all(b.mean_hu == 0 for b in tissue_bias(image, tissues, padding=padding).values())
