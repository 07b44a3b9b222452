"""TTF of edges blurred by a known amount."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import erfc

from ldct_viewer.quality.resolution import circular_ttf, skin_ttf


def blurred_disc(sigma_mm, radius_mm, pixel_mm, centre, *, size=128, contrast=100.0, background=40.0):
    """A disc of a Gaussian-blurred rim (exact for a rim that is straight on the scale of the blur)."""
    rows, columns = np.indices((size, size))
    r = np.hypot(rows - centre[0], columns - centre[1]) * pixel_mm
    return background + contrast * 0.5 * erfc((r - radius_mm) / (sigma_mm * np.sqrt(2)))


def ttf50_of_gaussian(sigma_mm):
    return np.sqrt(np.log(2) / 2) / (np.pi * sigma_mm)


@pytest.mark.parametrize("sigma", [0.5, 0.7, 1.0])
@pytest.mark.parametrize("contrast", [-900.0, -20.0, 100.0])
def test_ttf50_of_a_gaussian_blur(sigma, contrast):
    disc = blurred_disc(sigma, 15.0, 0.6, (63.2, 64.7), contrast=contrast)
    found = circular_ttf(disc, (63.2, 64.7), 15.0, 0.6)
    assert found.ttf50 == pytest.approx(ttf50_of_gaussian(sigma), rel=0.02)
    assert found.contrast_hu == pytest.approx(contrast, rel=0.01)


def test_the_whole_curve_of_a_gaussian_blur():
    found = circular_ttf(blurred_disc(0.8, 15.0, 0.6, (63.2, 64.7)), (63.2, 64.7), 15.0, 0.6)
    expected = np.exp(-2 * (np.pi * 0.8 * found.frequency) ** 2)
    assert np.abs(found.ttf - expected)[found.frequency < 0.5 / 0.6].max() < 0.02
    assert found.ttf10 == pytest.approx(np.sqrt(np.log(10) / 2) / (np.pi * 0.8), rel=0.03)


def test_many_noisy_realisations_average_to_the_truth():
    rng = np.random.default_rng(1)
    disc = blurred_disc(0.7, 15.0, 0.6, (63.5, 63.5), contrast=-50.0)
    found = circular_ttf(disc + rng.normal(0, 20, (400, *disc.shape)), (63.5, 63.5), 15.0, 0.6)
    assert found.ttf50 == pytest.approx(ttf50_of_gaussian(0.7), rel=0.05)


def test_more_blur_is_seen_as_less_sharp():
    from scipy.ndimage import gaussian_filter

    disc = blurred_disc(0.6, 15.0, 0.6, (63.5, 63.5))
    softer = gaussian_filter(disc, 1.0)  # 0.6 mm
    ratio = circular_ttf(softer, (63.5, 63.5), 15.0, 0.6).ttf50 / circular_ttf(disc, (63.5, 63.5), 15.0, 0.6).ttf50
    assert ratio == pytest.approx(1 / np.sqrt(2), rel=0.03)


@pytest.mark.parametrize("pixel", [(0.5, 0.9), (0.9, 0.5)])
def test_pixels_that_are_not_square_are_measured_in_mm_along_both_axes(pixel):
    rows, columns = np.indices((128, 128))
    r = np.hypot((rows - 63.2) * pixel[0], (columns - 64.7) * pixel[1])
    disc = 40 - 100 * 0.5 * erfc((r - 15.0) / (0.8 * np.sqrt(2)))
    found = circular_ttf(disc, (63.2, 64.7), 15.0, pixel)
    assert found.ttf50 == pytest.approx(ttf50_of_gaussian(0.8), rel=0.02)
    assert found.contrast_hu == pytest.approx(-100, rel=0.01)


def test_too_few_pixels_is_an_error():
    with pytest.raises(ValueError, match="too few"):
        circular_ttf(np.zeros((8, 8)), (100.0, 100.0), 5.0, 1.0)


def body(sigma_mm, pixel_mm=0.8):
    """An ellipse-like body (a circle of 120 mm) in air, rim blurred; three slices."""
    one = blurred_disc(sigma_mm, 120.0, pixel_mm, (200.3, 199.6), size=400, contrast=1000.0, background=-1000.0)
    return np.stack([one] * 3)


@pytest.mark.parametrize("sigma", [0.6, 0.9])
def test_skin_edge_of_a_known_blur(sigma):
    found = skin_ttf(body(sigma), 0.8)
    assert found is not None
    assert found.ttf50 == pytest.approx(ttf50_of_gaussian(sigma), rel=0.05)


def test_skin_edge_stands_noise():
    rng = np.random.default_rng(2)
    found = skin_ttf(body(0.7) + rng.normal(0, 20, (3, 400, 400)), 0.8)
    assert found is not None
    assert found.ttf50 == pytest.approx(ttf50_of_gaussian(0.7), rel=0.06)


def test_no_body_no_skin():
    assert skin_ttf(np.full((2, 128, 128), -1000.0), 0.8) is None
