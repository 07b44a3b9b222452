"""Lesions through denoisers whose effect is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from ldct_viewer.quality.lesions import apart, lesion_study

SIZE, PIXEL = 40, 0.7
PLACES = [(k, j, i) for k in (2, 10, 18) for j in range(0, 200, SIZE) for i in range(0, 200, SIZE)]


@pytest.fixture(scope="module")
def low():
    return np.rint(50 + np.random.default_rng(0).normal(0, 15, (21, 200, 200))).astype(np.int16)


def study(low, denoise, **options):
    return lesion_study(low, (2.0, PIXEL, PIXEL), PLACES, SIZE, denoise, **options)


def test_nothing_done_is_nothing_lost(low):
    found = study(low, lambda hu: hu, diameter_mm=12.0)
    assert found.contrast_kept == pytest.approx(1.0)
    assert found.dprime_denoised == pytest.approx(found.dprime_low)
    assert found.ttf50_denoised == found.ttf50_low
    assert found.lesions == len(PLACES)


def test_dprime_of_a_lesion_in_white_noise(low):
    # Upper bound is the matched filter, |signal| / sigma; the channels see nearly all of a blurred disc.
    found = study(low, lambda hu: hu, diameter_mm=8.0, contrast_hu=-10.0)
    ideal = 10.0 * np.sqrt(np.pi * 4.0**2) / PIXEL / 15.0
    assert 0.75 * ideal < found.dprime_low < 1.15 * ideal


def test_an_eraser_is_caught(low):
    found = study(low, lambda hu: np.full_like(hu, 50))
    assert found.contrast_kept == 0.0 and found.dprime_denoised == 0.0


def test_half_the_contrast_is_half(low):
    clean = np.full(low.shape, 50.0)

    def halves(hu):
        return np.rint((hu + clean) / 2).astype(np.int16)

    assert study(low, halves, contrast_hu=-40.0).contrast_kept == pytest.approx(0.5, abs=0.02)


def test_blur_costs_sharpness_as_theory_says(low):
    def blur(hu):
        return np.rint(gaussian_filter(hu.astype(float), (0, 1.0, 1.0))).astype(np.int16)

    found = study(low, blur, diameter_mm=12.0, contrast_hu=-100.0, blur_mm=0.7)
    # Gaussian 0.7 mm and 0.7 mm: ttf50 falls by sqrt(2)
    assert found.ttf50_denoised / found.ttf50_low == pytest.approx(1 / np.sqrt(2), rel=0.07)


def test_too_few_places_is_an_error(low):
    with pytest.raises(ValueError, match="too few"):
        lesion_study(low, (2.0, PIXEL, PIXEL), PLACES[:3], SIZE, lambda hu: hu)


def test_places_that_touch_are_dropped():
    assert apart([(0, 0, 0), (1, 10, 10), (5, 10, 10), (0, 0, 32)], 32, 4) == [(0, 0, 0), (5, 10, 10), (0, 0, 32)]


def test_few_lesions_do_not_look_easier(low):
    """Before and after share their noise: d′ from 15 places is that from all 75 (it was a quarter above it)."""

    def dprime(places):
        spacing = (2.0, PIXEL, PIXEL)
        return lesion_study(low, spacing, places, SIZE, lambda hu: hu, diameter_mm=8.0, contrast_hu=-10.0).dprime_low

    few = [dprime(PLACES[n : n + 15]) for n in range(0, 75, 15)]
    assert np.sqrt(np.mean(np.square(few))) == pytest.approx(dprime(PLACES), rel=0.12)


def test_pixels_that_are_not_square_are_refused(low):
    with pytest.raises(ValueError, match="not square"):
        lesion_study(low, (2.0, 0.7, 0.9), PLACES, SIZE, lambda hu: hu)
