"""Lesions through denoisers whose effect is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from ldct_viewer.quality.lesions import Kept, apart, ball, kept_of, lesion_study, ring_of

SIZE, PIXEL = 40, 0.7
PLACES = [(k, j, i) for k in (2, 10, 18) for j in range(0, 200, SIZE) for i in range(0, 200, SIZE)]


@pytest.fixture(scope="module")
def low():
    return np.rint(50 + np.random.default_rng(0).normal(0, 15, (21, 200, 200))).astype(np.int16)


def study(low, denoise, **options):
    return lesion_study(low, (2.0, PIXEL, PIXEL), PLACES, SIZE, denoise, **options)


def test_nothing_done_is_nothing_lost(low):
    found = study(low, lambda hu, wanted: hu, diameter_mm=12.0)
    assert found.kept.each == pytest.approx(1.0)
    assert found.kept.interval == pytest.approx((1.0, 1.0))
    assert found.dprime_denoised == pytest.approx(found.dprime_low)
    assert found.ttf50_denoised == found.ttf50_low
    assert found.lesions == len(PLACES)


def test_dprime_of_a_lesion_in_white_noise(low):
    # Upper bound is the matched filter, |signal| / sigma; the channels see nearly all of a blurred ball's middle slice.
    found = study(low, lambda hu, wanted: hu, diameter_mm=8.0, contrast_hu=-10.0)
    ideal = 10.0 * np.sqrt((ball(SIZE, (2.0, PIXEL, PIXEL), 8.0)[2] ** 2).sum()) / 15.0
    assert 0.8 * ideal < found.dprime_low < 1.15 * ideal


def test_an_eraser_is_caught(low):
    found = study(low, lambda hu, wanted: np.full_like(hu, 50))
    assert found.kept.mean == 0.0 and found.dprime_denoised == 0.0
    assert found.kept.vanished == found.kept.unread[1] == found.lesions


def test_half_the_contrast_is_half(low):
    clean = np.full(low.shape, 50.0)

    def halves(hu, wanted):
        return np.rint((hu + clean) / 2).astype(np.int16)

    kept = study(low, halves, contrast_hu=-40.0).kept
    assert kept.mean == pytest.approx(0.5, abs=0.02)
    assert kept.interval[0] < kept.mean < kept.interval[1]
    # noise scatters what one picture shows, not what the denoiser did: half the contrast, give or take rounding
    assert 3 * kept.each.std() < kept.read_denoised.std() < 0.6 * kept.read_low.std()


def test_one_lesion_erased_is_one_vanished():
    """The mean of twenty hides it; the count does not."""
    lesion = ball(SIZE, (2.0, PIXEL, PIXEL), 6.0)[2]
    empty = np.random.default_rng(3).normal(0, 1, (20, SIZE, SIZE))
    with_it = empty - 30 * lesion
    out = with_it.copy()
    out[4] = empty[4]
    kept = kept_of((with_it, empty), (out, empty), lesion, ring_of(SIZE, PIXEL, 6.0))
    assert kept.mean == pytest.approx(0.95) and kept.interval[0] > 0.8
    assert kept.vanished == 1 and kept.unread == (0, 1)
    assert kept.read_low == pytest.approx(1.0, abs=0.05)


def test_noise_alone_lets_faint_lesions_read_as_gone_and_none_vanish():
    rng = np.random.default_rng(4)
    lesion = ball(SIZE, (2.0, PIXEL, PIXEL), 6.0)[2]
    empty = rng.normal(0, 80, (400, SIZE, SIZE))
    kept = kept_of((empty - 20 * lesion, empty), (empty - 20 * lesion, empty), lesion, ring_of(SIZE, PIXEL, 6.0))
    assert kept.vanished == 0
    assert kept.unread[0] == kept.unread[1] > 20


def test_the_interval_of_the_mean_is_students():
    each = np.random.default_rng(5).normal(0.8, 0.2, (2000, 12))
    bounds = np.array([Kept(v, v, v).interval for v in each])
    assert np.mean((bounds[:, 0] < 0.8) & (bounds[:, 1] > 0.8)) == pytest.approx(0.95, abs=0.02)


@pytest.mark.parametrize(("diameter", "slices"), [(3.0, 3), (5.0, 3), (8.0, 5), (15.0, 7), (2.0, 1)])
def test_a_ball_is_as_high_as_it_is_wide(diameter, slices):
    """Its volume is a ball's, in as many slices of 2.5 mm as it touches, however thick they are."""
    lesion = ball(48, (2.5, 0.75, 0.75), diameter)
    assert lesion.shape == (slices, 48, 48)
    assert lesion.sum() * 2.5 * 0.75**2 == pytest.approx(np.pi / 6 * diameter**3, rel=0.03)
    assert lesion[0] == pytest.approx(lesion[-1])
    assert lesion.sum(axis=(1, 2)).argmax() == slices // 2


def test_a_small_ball_fills_its_neighbours_by_the_caps_alone():
    """3 mm in slices of 2.5 mm: two caps of 0.25 mm, 2 × π h² (3 r − h) / 3 of the whole."""
    lesion = ball(32, (2.5, 0.75, 0.75), 3.0)
    cap = np.pi * 0.25**2 * (3 * 1.5 - 0.25) / 3
    assert lesion[0].sum() / lesion.sum() == pytest.approx(cap / (np.pi / 6 * 27), rel=0.2)


def test_only_the_slices_that_are_looked_at_must_be_denoised(low):
    asked = []

    def denoise(hu, wanted):
        asked.append(list(wanted))
        return hu

    study(low, denoise)
    assert asked == [[2, 10, 18]] * 2


def test_blur_costs_sharpness_as_theory_says(low):
    def blur(hu, wanted):
        return np.rint(gaussian_filter(hu.astype(float), (0, 1.0, 1.0))).astype(np.int16)

    found = study(low, blur, diameter_mm=12.0, contrast_hu=-100.0, blur_mm=0.7)
    # Gaussian 0.7 mm and 0.7 mm: ttf50 falls by sqrt(2)
    assert found.ttf50_denoised / found.ttf50_low == pytest.approx(1 / np.sqrt(2), rel=0.07)


def test_too_few_places_is_an_error(low):
    with pytest.raises(ValueError, match="too few"):
        lesion_study(low, (2.0, PIXEL, PIXEL), PLACES[:3], SIZE, lambda hu, wanted: hu)


def test_places_that_touch_are_dropped():
    assert apart([(0, 0, 0), (1, 10, 10), (5, 10, 10), (0, 0, 32)], 32, 4) == [(0, 0, 0), (5, 10, 10), (0, 0, 32)]


def test_few_lesions_do_not_look_easier(low):
    """Before and after share their noise: d′ from 15 places is that from all 75 (it was a quarter above it)."""

    def dprime(places):
        spacing = (2.0, PIXEL, PIXEL)
        return lesion_study(
            low, spacing, places, SIZE, lambda hu, wanted: hu, diameter_mm=8.0, contrast_hu=-10.0
        ).dprime_low

    few = [dprime(PLACES[n : n + 15]) for n in range(0, 75, 15)]
    assert np.sqrt(np.mean(np.square(few))) == pytest.approx(dprime(PLACES), rel=0.12)


def test_pixels_that_are_not_square_are_refused(low):
    with pytest.raises(ValueError, match="not square"):
        lesion_study(low, (2.0, 0.7, 0.9), PLACES, SIZE, lambda hu, wanted: hu)
