"""Observers against signals in noise whose d′ is known in closed form."""

from __future__ import annotations

import numpy as np
import pytest

from ldct_viewer.quality.detectability import cho_dprime, disc, gabor, laguerre_gauss, npw_dprime, paired_cho_dprime
from ldct_viewer.quality.noise import nps
from ldct_viewer.quality.resolution import Ttf


def white(sigma, pixel, size=64, count=50):
    return nps(np.random.default_rng(0).normal(0, sigma, (count, size, size)), (pixel, pixel), detrend=-1)


def flat_ttf(value):
    f = np.linspace(0, 2, 50)
    return Ttf(f, np.full(50, value), np.nan, np.nan, 0.0, f, f)


@pytest.mark.parametrize("diameter", [5.0, 8.0])
def test_disc_in_white_noise(diameter):
    # d'^2 = signal energy / noise density = C^2 pi R^2 / (sigma^2 dx^2)
    sigma, pixel, contrast = 20.0, 0.5, 10.0
    expected = contrast * np.sqrt(np.pi) * diameter / 2 / (sigma * pixel)
    assert npw_dprime(diameter, contrast, white(sigma, pixel)) == pytest.approx(expected, rel=0.03)


def test_taking_a_trend_does_not_make_lesions_easier():
    """The closed form of white noise, from squares of 22 mm less their trend (without mending: 1.4 times at 10 mm)."""
    sigma, pixel, contrast = 20.0, 0.7, 10.0
    spectrum = nps(np.random.default_rng(4).normal(0, sigma, (1500, 32, 32)), (pixel, pixel))
    for diameter in (3.0, 5.0, 8.0, 10.0):
        expected = contrast * np.sqrt(np.pi) * diameter / 2 / (sigma * pixel)
        assert npw_dprime(diameter, contrast, spectrum) == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize("width", [0.12, 0.35], ids=["soft", "sharp"])
def test_dprime_in_coloured_noise_is_the_integral_of_the_formula(width):
    """d′² = (∬ W²)² / ∬ W² NPS, integrated over f in one dimension, whatever the noise's texture."""
    from scipy.integrate import quad
    from scipy.special import j1

    pixel, contrast, count = 0.7, -20.0, 8

    def power(f):
        return 400 * (f + 0.02) * np.exp(-((f / width) ** 2))

    f = np.fft.fftfreq(512, pixel)
    white = np.random.default_rng(5).standard_normal((count, 512, 512))
    amplitude = np.sqrt(power(np.hypot(f[:, None], f[None])) / pixel**2)
    pictures = np.fft.ifft2(np.fft.fft2(white) * amplitude).real
    squares = pictures.reshape(count, 16, 32, 16, 32).transpose(0, 1, 3, 2, 4).reshape(-1, 32, 32)
    spectrum = nps(squares, (pixel, pixel))
    for diameter in (3.0, 5.0, 8.0, 10.0):

        def density(f, r=diameter / 2):
            return (contrast * r * j1(2 * np.pi * r * f) / f) ** 2 * 2 * np.pi * f

        signal = quad(density, 1e-6, 0.5 / pixel, limit=400)[0]
        noise = quad(lambda f, seen=density: seen(f) * power(f), 1e-6, 0.5 / pixel, limit=400)[0]
        assert npw_dprime(diameter, contrast, spectrum) == pytest.approx(signal / np.sqrt(noise), rel=0.1)


def test_dprime_grows_with_contrast_and_falls_with_noise():
    quiet, loud = white(10, 0.6), white(20, 0.6)
    base = npw_dprime(5, 10, loud)
    assert npw_dprime(5, 20, loud) == pytest.approx(2 * base)
    assert npw_dprime(5, 10, quiet) == pytest.approx(2 * base, rel=0.02)


def test_transfer_that_only_scales_scales_dprime():
    # T = 0.5 everywhere: signal/4, root of noise/2 -> half
    spectrum = white(20, 0.6)
    assert npw_dprime(5, 10, spectrum, flat_ttf(0.5)) == pytest.approx(0.5 * npw_dprime(5, 10, spectrum), rel=0.01)


def test_eye_filter_does_not_change_the_scaling():
    spectrum = white(20, 0.6)
    one, two = (npw_dprime(5, c, spectrum, eye_filter=True) for c in (10, 20))
    assert two == pytest.approx(2 * one)
    assert 0 < one < npw_dprime(5, 10, spectrum)


def gaussian_signal(size, a, amplitude):
    axis = np.arange(size) - (size - 1) / 2
    return amplitude * np.exp(-np.pi * (axis[:, None] ** 2 + axis[None, :] ** 2) / a**2)


def test_hotelling_with_matching_channels_is_the_ideal_observer():
    # The signal is the first Laguerre-Gauss channel: nothing is lost, d' = |s| / sigma.
    rng = np.random.default_rng(1)
    size, a, sigma = 41, 12.0, 10.0
    signal = gaussian_signal(size, a, 2.0)
    absent = rng.normal(0, sigma, (3000, size, size))
    present = rng.normal(0, sigma, (3000, size, size)) + signal
    found = cho_dprime(present, absent, laguerre_gauss(size, a, 6))
    assert found == pytest.approx(np.linalg.norm(signal) / sigma, rel=0.05)


@pytest.mark.parametrize("channels", [laguerre_gauss(41, 14.0, 8), gabor(41)], ids=["laguerre-gauss", "gabor"])
def test_hotelling_in_white_noise_is_the_projection_of_the_signal(channels):
    rng = np.random.default_rng(2)
    size, sigma = 41, 10.0
    signal = disc(size, 10, 4.0)
    u = channels
    s = u.T @ signal.ravel()
    expected = np.sqrt(s @ np.linalg.pinv(u.T @ u) @ s) / sigma
    absent = rng.normal(0, sigma, (4000, size, size))
    found = cho_dprime(rng.normal(0, sigma, absent.shape) + signal, absent, u)
    assert found == pytest.approx(expected, rel=0.06)


def test_no_signal_is_not_detected_even_with_few_images():
    rng = np.random.default_rng(3)
    values = []
    for _ in range(40):
        a, b = rng.normal(0, 10, (2, 40, 21, 21))
        values.append(cho_dprime(a, b, laguerre_gauss(21, 8, 5)) ** 2)
    assert np.mean(values) < 0.15  # the plug-in estimate would be 5 * 80 / 1600 = 0.25 and more


@pytest.mark.parametrize("own", [0.0, 0.3], ids=["same noise", "nearly the same"])
def test_pairs_that_share_their_noise_have_the_dprime_of_the_formula(own):
    """d′² = sᵀ U (Uᵀ U)⁻¹ Uᵀ s / σ², from 30 pairs and 6 channels; 500 studies averaged."""
    rng = np.random.default_rng(6)
    channels = laguerre_gauss(16, 8.0, 6)
    signal = disc(16, 6, -9.0)
    s = channels.T @ signal.ravel()
    expected = np.sqrt(s @ np.linalg.inv(channels.T @ channels) @ s) / 10.0
    found = []
    for _ in range(500):
        shared, other = rng.normal(0, 10, (2, 30, 16, 16))
        present = np.sqrt(1 - own**2) * shared + own * other + signal
        found.append(paired_cho_dprime(present, shared, channels) ** 2)
    assert np.sqrt(np.mean(found)) == pytest.approx(expected, rel=0.03)


def test_too_few_pairs_is_an_error():
    with pytest.raises(ValueError, match="too few"):
        paired_cho_dprime(np.zeros((7, 9, 9)), np.zeros((7, 9, 9)), laguerre_gauss(9, 4, 5))


def test_too_few_images_is_an_error():
    with pytest.raises(ValueError, match="too few"):
        cho_dprime(np.zeros((3, 9, 9)), np.zeros((3, 9, 9)), laguerre_gauss(9, 4, 5))


def test_disc_has_its_area():
    assert disc(41, 10, 3.0).sum() == pytest.approx(3.0 * np.pi * 25, rel=0.01)
