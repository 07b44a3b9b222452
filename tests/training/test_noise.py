from __future__ import annotations

import numpy as np
import pytest

from ldct_viewer.training.noise import SECTORS, TILE, NoiseBank, noise_fields, sector_levels


def radial(nps: np.ndarray) -> np.ndarray:
    f = np.hypot(np.fft.fftfreq(TILE)[:, None], np.fft.fftfreq(TILE)[None])
    band = np.minimum((f * 64).astype(int), 31)
    return np.bincount(band.ravel(), nps.ravel(), 32) / np.bincount(band.ravel(), minlength=32)


def test_the_sum_of_sectors_has_the_spectrum_asked_for():
    fields = noise_fields(np.random.default_rng(0), 0.25, 2.0, 1.0, 0.0)
    assert fields.sum(axis=0).var() == pytest.approx(1.0, abs=0.05)
    measured = radial(np.abs(np.fft.fft2(fields.sum(axis=0))) ** 2 / TILE**2)
    f = (np.arange(32) + 0.5) / 64
    shape = f * np.exp(-2 * (f / 0.25) ** 2)
    peak = int(np.argmax(shape))
    expected = shape / shape[peak] * measured[peak]
    for band in (4, 8, 12, 16):
        assert measured[band] == pytest.approx(expected[band], rel=0.15, abs=0.03 * measured[peak])
    assert measured[0] < 0.25 * measured[peak]  # the ramp: no clouds


def test_each_sector_fills_its_own_angle_only():
    fields = noise_fields(np.random.default_rng(1), 0.25, 2.0, 1.0, 0.0)
    nps = np.abs(np.fft.fft2(fields[0])) ** 2  # sector 0: Fourier spokes along x
    f = np.fft.fftfreq(TILE)
    angle = np.abs(np.arctan2(f[:, None], np.where(f[None] == 0, 1e-9, f[None])))
    angle = np.minimum(angle, np.pi - angle)
    assert nps[angle < np.pi / SECTORS].sum() > 0.999 * nps.sum()


def test_a_wide_body_streaks_along_its_long_axis():
    y, x = np.mgrid[0:512, 0:512]
    hu = np.where(((y - 256) / 90) ** 2 + ((x - 256) / 230) ** 2 < 1, 0.0, -1000.0).astype(np.float32)
    levels = sector_levels(hu, 0.8)
    centre = levels[:, 32, 32]
    assert int(np.argmax(centre)) == SECTORS // 2  # rays along x: detector along y, spoke at 90°
    assert centre[SECTORS // 2] > 1.5 * centre[0]
    total = np.sqrt((levels**2).mean(axis=0))
    assert total[32, 32] > total[32, 6] and total[32, 32] == pytest.approx(1.0, abs=0.35)


def test_neighbouring_slices_correlate_as_asked():
    bank = NoiseBank(np.random.default_rng(2), spectra=2)
    levels = np.ones((SECTORS, 256, 256), np.float32)
    for wanted in (0.0, 0.64):
        found = []
        for _ in range(12):
            noise = bank.draw(levels, 3, wanted)[0]
            found.append(np.corrcoef(noise[0].ravel(), noise[1].ravel())[0, 1])
        assert np.mean(found) == pytest.approx(np.sqrt(wanted), abs=0.1)
        assert noise.std() == pytest.approx(1.0, abs=0.1)
