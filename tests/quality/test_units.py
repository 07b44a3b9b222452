"""Units and axes of the measures: pixels that are not square, analytic spectra, enhanced edges."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import erf

from ldct_viewer.quality.detectability import npw_dprime
from ldct_viewer.quality.noise import Nps, local_sd, nps
from ldct_viewer.quality.resolution import ttf_from_edge
from ldct_viewer.quality.roi import Roi, measure
from ldct_viewer.volume import Geometry, Volume


def test_a_grating_is_found_at_its_frequency_along_either_axis_of_oblong_pixels() -> None:
    """Period 4 rows of 0.5 mm is 0.5 /mm; period 4 columns of 1 mm is 0.25 /mm."""
    rows, columns = np.indices((64, 64))
    pictures = ((np.pi * rows / 2, 0.5), (np.pi * rows / 8, 0.125), (np.pi * columns / 2, 0.25))
    for picture, expected in ((np.sin(phase), f) for phase, f in pictures):
        found = nps(10 * picture[None], (0.5, 1.0), detrend=-1)
        j, i = np.unravel_index(int(found.power_2d.argmax()), found.power_2d.shape)
        fy, fx = np.fft.fftshift(np.fft.fftfreq(64, 0.5)), np.fft.fftshift(np.fft.fftfreq(64, 1.0))
        assert np.hypot(fy[j], fx[i]) == pytest.approx(expected)
        assert found.sd_hu == pytest.approx(np.sqrt(50), rel=1e-6)
        if expected < 0.5:  # the highest lies on the rim of the rings, which end at the lesser Nyquist
            assert found.mean_per_mm == pytest.approx(expected, abs=0.02)


def test_local_sd_is_the_sample_sd() -> None:
    hu = np.random.default_rng(0).normal(0, 10, (41, 41))
    box = hu[16:25, 16:25]
    assert float(local_sd(hu)[20, 20]) == pytest.approx(box.std(ddof=1), rel=1e-5)


@pytest.mark.parametrize("sigma", [0.4, 0.8])
def test_the_ttf_of_a_gaussian_edge_is_a_gaussian(sigma: float) -> None:
    """Edge = erf, line spread = Gaussian, TTF = exp(−2 π² σ² f²)."""
    distance = np.random.default_rng(1).uniform(-5, 5, 200_000)
    found = ttf_from_edge(distance, 100 * 0.5 * (1 - erf(distance / sigma / np.sqrt(2))), 1.0, 5.0)
    expected = np.exp(-2 * (np.pi * sigma * found.frequency) ** 2)
    assert np.abs(found.ttf - expected)[found.frequency < 0.8].max() < 0.01


def test_an_enhanced_edge_shows_as_a_ttf_above_one() -> None:
    """A line spread g(σ) + a (g(σ) − g(2σ)) has T(f) = (1 + a) G(f) − a G(2f), 1 at zero and above it later."""
    s, a = 0.5, 1.0
    distance = np.random.default_rng(2).uniform(-8, 8, 200_000)
    edge = (1 + a) * erf(distance / s / np.sqrt(2)) - a * erf(distance / (2 * s) / np.sqrt(2))
    found = ttf_from_edge(distance, -50 * edge, 1.0, 8.0)

    def gauss(width: float) -> np.ndarray:
        return np.exp(-2 * (np.pi * width * found.frequency) ** 2)

    expected = (1 + a) * gauss(s) - a * gauss(2 * s)
    assert found.ttf.max() == pytest.approx(expected.max(), abs=0.03) and expected.max() > 1.1


def test_npwe_in_white_noise_is_the_formula_with_the_eye_twice_and_four_times() -> None:
    """ICRU 54: d′² = (∬ W² E² )² / ∬ W² E⁴ NPS; an eye can only lose in white noise."""
    size, mm = 128, 0.5
    white = np.full((size, size), 25.0 * mm * mm)
    spectrum = Nps(white, np.array([0.1]), np.array([6.25]), 5.0, 0.1, 0.1, 1, (mm, mm))
    plain = npw_dprime(6.0, 10.0, spectrum)
    energy = 10.0 * np.sqrt(np.pi * 3.0**2) / np.sqrt(25.0 * mm * mm)  # contrast √area / √NPS
    assert plain == pytest.approx(energy, rel=0.02)
    eye = npw_dprime(6.0, 10.0, spectrum, eye_filter=True)
    assert eye < plain
    fine = 8  # the disc drawn finer, cut to the frequencies of the picture
    rows, columns = (np.indices((fine * size, fine * size)) - fine * size // 2) * mm / fine
    drawn = np.abs(np.fft.fftshift(np.fft.fft2(10.0 * (np.hypot(rows, columns) <= 3.0)))) * (mm / fine) ** 2
    inside = slice(fine * size // 2 - size // 2, fine * size // 2 + size // 2)
    task = np.fft.ifftshift(drawn[inside, inside])
    f = np.hypot(np.fft.fftfreq(size, mm)[:, None], np.fft.fftfreq(size, mm)[None])
    degree = f / 1.5 * 500.0 * np.pi / 180  # 500 mm away, 1.5 times life size
    seen = degree**1.3 * np.exp(-0.040625 * degree**2)  # Burgess 1994: greatest at 4 cycles a degree
    cell = 1 / (size * mm) ** 2
    expected = (task**2 * seen**2).sum() * cell / np.sqrt((task**2 * seen**4 * white).sum() * cell)
    assert eye == pytest.approx(expected, rel=0.02)
    scaled = Nps(white * 4, np.array([0.1]), np.array([25.0]), 10.0, 0.1, 0.1, 1, (mm, mm))
    assert npw_dprime(6.0, 10.0, scaled, eye_filter=True) == pytest.approx(eye / 2)


@pytest.mark.parametrize("plane,expected", [("axial", 3 * 4 * 0.5 * 0.8), ("coronal", 3 * 4 * 2.0 * 0.8)])
def test_area_of_oblong_pixels(plane: str, expected: float) -> None:
    volume = Volume(np.zeros((8, 10, 12), np.int16), Geometry((8, 10, 12), (2.0, 0.5, 0.8)))
    corner = (2, 2, 2) if plane == "axial" else (1, 4, 2)
    opposite = (2, 4, 5) if plane == "axial" else (3, 4, 5)
    found = measure(volume, Roi("rectangle", plane, 2 if plane == "axial" else 4, corner, opposite)).low
    assert found is not None and found.n == 12 and found.area_mm2 == pytest.approx(expected)
