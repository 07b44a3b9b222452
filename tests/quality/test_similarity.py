"""PSNR, SSIM, RMSE and HU bias against cases whose answer is known."""

from __future__ import annotations

import math
from dataclasses import asdict

import numpy as np
import pytest

from ldct_viewer.quality.similarity import (
    METRIC_WINDOWS,
    gain,
    psnr_text,
    rmse_hu,
    scores,
    similarity,
    slice_scores,
    tissue_bias,
    to_window,
)
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


@pytest.fixture
def one_of_air():
    """Six slices of 50 HU, the first of air; and the same 8 HU brighter where it is not air."""
    reference = np.full((6, 32, 32), 50, dtype=np.int16)
    reference[0] = -1000
    image = reference + np.where(reference > 0, 8, 0)
    return image, reference


def test_a_slice_of_air_does_not_make_the_volumes_equal(one_of_air):
    """The PSNR is that of the five others: 20 log10(400 / 8); what is left out is counted and told."""
    score = similarity(*one_of_air, METRIC_WINDOWS["abdomen"])
    assert score.psnr_db == pytest.approx(20 * math.log10(400 / 8)) and score.psnr_sd_db == pytest.approx(0)
    assert (score.slices, score.equal_slices) == (6, 1)
    assert score.rmse_window_hu == pytest.approx(8 * 5 / 6)
    assert psnr_text(asdict(score)) == "33.98 dB over 5 of 6 slices, 1 equal in this window"


def test_only_equal_volumes_are_told_to_be_equal(one_of_air):
    same = similarity(one_of_air[1], one_of_air[1], METRIC_WINDOWS["lung"])
    assert (
        same.equal_slices == same.slices and math.isinf(same.psnr_db) and math.isnan(same.psnr_sd_db) and same.ssim == 1
    )
    assert psnr_text({**asdict(same), "psnr_db": None}) == "equal"


def test_a_gain_is_taken_where_both_have_a_finite_psnr(one_of_air):
    """The image equals the reference in a second slice, where low does not: that slice says nothing finite."""
    image, reference = one_of_air
    low = reference + np.where(reference > 0, 16, 0)
    low[1] += 100
    image = image.copy()
    image[1] = reference[1]
    window = METRIC_WINDOWS["abdomen"]
    found = gain(scores(image, reference, window), scores(low, reference, window), window)
    assert found.psnr_db == pytest.approx(20 * math.log10(2))
    assert (found.slices, found.psnr_slices) == (6, 4)
    assert (found.window_level, found.window_width, found.data_range) == (50, 400, 1.0)
    nothing = scores(reference, reference, window)
    assert math.isnan(gain(nothing, nothing, window).psnr_db)


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
