"""Observers against closed forms: white noise, where every d′ can be written down."""

from __future__ import annotations

import numpy as np
import pytest

from ldct_viewer.quality.detectability import disc, laguerre_gauss
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
