"""Observers against closed forms: white noise, where every d′ can be written down."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from ldct_viewer.quality.detectability import cho_dprime, disc, laguerre_gauss
from ldct_viewer.quality.noise import nps
from ldct_viewer.quality.observers import eye_filter, ideal_dprime, internal_dprime, npwe_dprime, npwe_template

SIZE, SD, COUNT = 32, 10.0, 3000


@pytest.fixture(scope="module")
def noise() -> np.ndarray:
    return np.random.default_rng(1).normal(0, SD, (2 * COUNT, SIZE, SIZE))


def test_the_eye_sees_four_cycles_a_degree_best():
    per_mm = np.linspace(0.01, 5, 5000)
    best = per_mm[np.argmax(eye_filter(per_mm))]
    assert best / 1.5 * 500 * np.pi / 180 == pytest.approx(4.0, abs=0.02)
    assert eye_filter(per_mm).max() == pytest.approx(1.0, abs=1e-4)


def test_the_ideal_observer_in_white_noise_is_the_matched_filter(noise):
    """d′² = Σ s² / σ²."""
    signal = disc(SIZE, 10, -7.0)
    assert ideal_dprime(signal, nps(noise, (0.7, 0.7), detrend=-1)) == pytest.approx(
        np.sqrt((signal**2).sum()) / SD, rel=0.02
    )


def test_the_ideal_observer_uses_all_slices(noise):
    """Independent slices add their d′²; one slice and a stack of one are the same."""
    spectrum = nps(noise, (0.7, 0.7), detrend=-1)
    middle, cap = disc(SIZE, 10, -7.0), disc(SIZE, 6, -3.0)
    one, other = (ideal_dprime(v, spectrum) for v in (middle, cap))
    assert ideal_dprime(middle[None], spectrum) == one
    assert ideal_dprime(np.stack([cap, middle, cap]), spectrum) == pytest.approx(np.sqrt(one**2 + 2 * other**2))


@pytest.fixture(scope="module")
def ramp_noise() -> tuple[np.ndarray, float]:
    """Pictures (n, 256, 256), pixels of 1 mm, of noise that rises from near zero as CT's does, cut off by a kernel; and
    the d′ that theory gives a blurred disc of 20 pixels and −4 HU in it."""
    side = 256
    f = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.fftfreq(side)[None])
    power = 4e3 * (f + 0.004) * np.exp(-((f / 0.25) ** 2)) + 4.0
    white = np.random.default_rng(2).normal(size=(60, side, side))
    signal = np.fft.fft2(faint_disc(), s=(side, side))
    dprime = float(np.sqrt((np.abs(signal) ** 2 / power).sum() / side**2))
    return np.fft.ifft2(np.fft.fft2(white) * np.sqrt(power)).real, dprime


def faint_disc() -> np.ndarray:
    return gaussian_filter(disc(48, 20, -4.0), 1.0)


def regions_of(pictures: np.ndarray, side: int) -> np.ndarray:
    rows, columns = (n // side for n in pictures.shape[1:])
    cut = pictures[:, : rows * side, : columns * side].reshape(-1, rows, side, columns, side)
    return cut.transpose(0, 1, 3, 2, 4).reshape(-1, side, side)


@pytest.mark.parametrize(
    ("side", "detrend", "within"), [(128, -1, 0.03), (64, -1, 0.04), (128, 2, 0.05), (128, 0, 0.15)]
)
def test_the_ideal_observer_in_coloured_noise_has_his_known_answer(ramp_noise, side, detrend, within):
    """Small regions leak noise into the lowest frequencies, a trend takes it away: a large disc lives there."""
    pictures, known = ramp_noise
    spectrum = nps(regions_of(pictures, side), (1.0, 1.0), detrend=detrend)
    assert ideal_dprime(faint_disc(), spectrum) == pytest.approx(known, rel=within)


def test_no_observer_beats_the_ideal_one(ramp_noise):
    pictures, _ = ramp_noise
    ideal = ideal_dprime(faint_disc(), nps(regions_of(pictures, 128), (1.0, 1.0), detrend=-1))
    squares = regions_of(pictures, 48)
    present, absent = squares[::2] + faint_disc(), squares[1::2]
    for channels in (laguerre_gauss(48, 30.0, 6), laguerre_gauss(48, 20.0, 10)):
        assert 0.8 * ideal < cho_dprime(present, absent, channels) < 1.02 * ideal  # 1,500 squares: within 2 %
    assert npwe_dprime(present, absent, npwe_template(faint_disc(), 1.0)) < ideal


def test_a_template_in_white_noise_has_its_closed_form(noise):
    """d′ = wᵀs / (σ |w|), and no template beats the signal itself."""
    signal = disc(SIZE, 10, -3.0)
    present, absent = noise[:COUNT] + signal, noise[COUNT:]
    w = npwe_template(signal, 0.7)
    expected = (w * signal).sum() / (SD * np.sqrt((w**2).sum()))
    assert npwe_dprime(present, absent, w) == pytest.approx(expected, rel=0.05)
    assert npwe_dprime(present, absent, signal) > npwe_dprime(present, absent, w)


def test_internal_noise_equal_to_the_pictures_halves_the_efficiency(noise):
    """White noise and orthonormal channels: K = σ² I, so internal = 1 gives d′ / √2; static noise adds to it."""
    channels, _ = np.linalg.qr(laguerre_gauss(SIZE, 14.0, 5))
    signal = disc(SIZE, 10, -5.0).ravel()
    v1, v0 = (noise[part].reshape(COUNT, -1) @ channels for part in (slice(COUNT), slice(COUNT, None)))
    v1 = v1 + signal @ channels
    free = np.sqrt(((signal @ channels) ** 2).sum()) / SD
    assert internal_dprime(v1, v0, channels, 0.0, 0.0) == pytest.approx(free, rel=0.04)
    assert internal_dprime(v1, v0, channels, 1.0, 0.0) == pytest.approx(free / np.sqrt(2), rel=0.04)
    assert internal_dprime(v1, v0, channels, 0.0, SD) == pytest.approx(free / np.sqrt(2), rel=0.04)


def test_a_picture_without_noise_shows_all_or_nothing():
    signal = disc(8, 4, -3.0)
    empty, full = np.zeros((5, 8, 8)), np.tile(signal, (5, 1, 1))
    assert npwe_dprime(full, empty, signal) == np.inf
    assert npwe_dprime(empty, full, signal) == -np.inf
    assert npwe_dprime(empty, empty, signal) == 0.0
