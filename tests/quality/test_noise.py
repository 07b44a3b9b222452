"""Local SD, noise level and power spectrum against noise whose spectrum is known by theory."""

from __future__ import annotations

import numpy as np
import pytest

from ldct_viewer.quality.noise import (
    cut,
    flat_places,
    local_sd,
    noise_level,
    nps,
    sd_percentiles,
    soft_tissue_sd,
    with_low_frequencies,
)


def coloured(shape, pixel_mm, power, seed=0):
    """Noise (n, y, x) whose spectrum is ``power(f)`` HU² mm², exactly in expectation."""
    rng = np.random.default_rng(seed)
    fy, fx = np.fft.fftfreq(shape[1], pixel_mm), np.fft.fftfreq(shape[2], pixel_mm)
    amplitude = np.sqrt(power(np.hypot(fy[:, None], fx[None, :])) / pixel_mm**2)
    return np.fft.ifft2(np.fft.fft2(rng.standard_normal(shape)) * amplitude).real


def ramp(f):
    return 400.0 * f * np.exp(-((f / 0.35) ** 2))


def test_white_noise_is_flat_in_absolute_units():
    rois = np.random.default_rng(1).normal(0, 10, (200, 32, 32))
    found = nps(rois, (0.5, 0.8))
    assert found.power[2:] == pytest.approx(100 * 0.5 * 0.8, rel=0.08)
    assert found.power[2:].mean() == pytest.approx(40.0, rel=0.02)
    assert found.sd_hu == pytest.approx(10, rel=0.01)


def test_integral_is_the_variance_whatever_the_pixel():
    rois = coloured((100, 64, 64), 0.7, ramp)
    assert nps(rois, (0.7, 0.7), detrend=-1).sd_hu == pytest.approx(rois.std(), rel=0.01)


def test_coloured_noise_gives_back_its_spectrum():
    pixel = 0.7
    found = nps(coloured((400, 64, 64), pixel, ramp), (pixel, pixel), detrend=-1)
    expected = ramp(found.frequency)
    strong = expected > 0.1 * expected.max()
    assert found.power[strong] == pytest.approx(expected[strong], rel=0.07)


def test_peak_and_mean_frequency_are_those_of_theory():
    pixel = 0.7
    found = nps(coloured((400, 64, 64), pixel, ramp), (pixel, pixel), detrend=-1)
    f = np.linspace(0, 0.5 / pixel, 2000)
    assert found.mean_per_mm == pytest.approx((f * ramp(f)).sum() / ramp(f).sum(), rel=0.03)
    assert found.peak_per_mm == pytest.approx(f[np.argmax(ramp(f))], abs=2 / (64 * pixel))


def test_a_slow_trend_is_not_noise():
    y, x = np.mgrid[0:64, 0:64] / 64
    rois = coloured((100, 64, 64), 0.7, ramp)
    clean, shaded = nps(rois, (0.7, 0.7)), nps(rois + 60 * x - 40 * y**2 + 30 * x * y, (0.7, 0.7))
    assert np.allclose(clean.power, shaded.power, rtol=1e-6)


def test_regions_must_be_a_stack():
    with pytest.raises(ValueError, match="regions"):
        nps(np.zeros((8, 8)), (1, 1))


def test_local_sd_of_white_noise():
    sd = local_sd(np.random.default_rng(2).normal(40, 12, (256, 256)))
    assert np.sqrt((sd**2).mean()) == pytest.approx(12, rel=0.02)


def test_noise_level_is_that_of_soft_tissue_and_edges_do_not_count():
    rng = np.random.default_rng(3)
    volume = np.full((2, 200, 200), -1000.0)
    volume[:, 30:170, 30:170] = 45
    noisy = np.where(volume > 0, volume + rng.normal(0, 20, volume.shape), volume)
    median, mode = noise_level(soft_tissue_sd(noisy, guide=volume))
    assert median == pytest.approx(20, rel=0.03)
    assert mode == pytest.approx(20, rel=0.06)


def test_no_soft_tissue_is_not_a_number():
    median, mode = noise_level(soft_tissue_sd(np.full((1, 64, 64), -1000.0)))
    assert np.isnan(median) and np.isnan(mode)


def test_flat_places_keep_clear_of_structure():
    rng = np.random.default_rng(4)
    volume = np.full((1, 256, 256), 40.0)
    volume[:, :, 150:] = 40 + 60 * ((np.arange(106) // 8) % 2)  # a grating of soft tissue
    places = flat_places(volume + rng.normal(0, 10, volume.shape), size=32)
    assert len(places) >= 4
    assert all(i + 32 <= 150 for _, _, i in places)
    assert cut(volume, places, 32).shape == (len(places), 32, 32)


def test_axes_of_the_picture_of_a_spectrum():
    fy, fx = nps(np.random.default_rng(5).normal(0, 1, (4, 8, 16)), (0.5, 1.0)).axes_per_mm
    assert fy == pytest.approx(np.arange(-4, 4) / 4) and fx == pytest.approx(np.arange(-8, 8) / 16)


@pytest.mark.parametrize("order", [0, 1, 2])
def test_what_a_trend_took_of_white_noise_is_given_back_at_its_frequencies(order):
    """White noise of 10 HU in 0.7 mm pixels is 49 HU² mm² at every frequency, zero included."""
    found = nps(np.random.default_rng(6).normal(0, 10, (1500, 24, 24)), (0.7, 0.7), detrend=order)
    assert found.power_2d[12, 12] < 1e-9
    given = with_low_frequencies(found)
    assert given[11:14, 11:14] == pytest.approx(49.0, rel=0.1)
    assert given.mean() == pytest.approx(49.0, rel=0.01)


def test_ramp_noise_is_continued_towards_zero():
    """Expected without a trend is the spectrum seen through the squares' own window (Fejér's kernel), near zero too."""
    pixel, side, whole = 0.7, 32, 512
    pictures = coloured((16, whole, whole), pixel, ramp, seed=7)
    squares = pictures.reshape(16, 16, side, 16, side).transpose(0, 1, 3, 2, 4).reshape(-1, side, side)
    given = with_low_frequencies(nps(squares, (pixel, pixel)))
    f = np.fft.fftfreq(whole, pixel)
    truth = ramp(np.hypot(f[:, None], f[None]))

    def seen(row, column):
        def fejer(shift):
            x = np.pi * (f - shift / (side * pixel)) * pixel
            return np.where(np.abs(x) < 1e-9, side, np.sin(side * x) ** 2 / side / np.maximum(np.sin(x) ** 2, 1e-18))

        return (truth * fejer(row)[:, None] * fejer(column)[None]).mean()

    assert given[16, 16] == pytest.approx(seen(0, 0), rel=0.5)  # where there was nothing left to measure
    for row, column in ((0, 1), (1, 0), (1, 1), (0, 2), (3, 0)):
        assert given[16 + row, 16 + column] == pytest.approx(seen(row, column), rel=0.15)


def test_without_a_trend_nothing_is_given_back():
    found = nps(np.random.default_rng(8).normal(0, 10, (9, 16, 16)), (0.7, 0.7), detrend=-1)
    assert with_low_frequencies(found) is found.power_2d


def test_percentiles_of_local_sds():
    assert sd_percentiles(np.arange(101.0)) == {"5": 5.0, "25": 25.0, "75": 75.0, "95": 95.0}
    assert all(np.isnan(v) for v in sd_percentiles(np.zeros(0)).values())
