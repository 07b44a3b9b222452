"""Noise held against CT physics: dose, electronics, spectrum, mean values, streaks."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.signal import periodogram

from ldct_viewer.physics.fan import LineIntegrals, fan_lines, measure, rebin, scan_and_reconstruct
from ldct_viewer.physics.fbp import filtered_backprojection
from ldct_viewer.physics.kernels import (
    SHARP,
    SMOOTH,
    STANDARD,
    Kernel,
    fit_kernel,
    kernel_from_name,
    known_kernel,
    radial_nps,
)
from ldct_viewer.physics.noise import NoiseMaker, noise_images
from ldct_viewer.physics.phantom import thorax
from ldct_viewer.physics.scanner import Scanner
from tests.physics.test_projection import disc

SIZE, PIXEL = 128, 2.4
FULL = float("inf")
CLEAN = Scanner(electronic=0.0)


def water(radius_px: float = 50) -> torch.Tensor:
    return disc(SIZE, radius_px) * 1000 - 1000


def centre_power(dose: float, scanner: Scanner, n: int = 12) -> float:
    """Noise variance in the middle of water over ``n`` realisations of the same random numbers at every dose."""
    maker = NoiseMaker(SIZE, PIXEL, Kernel(0.2), scanner, 200)
    sd = maker.log_sd(maker.line_integrals(water()[None]), dose, FULL).expand(n, -1, -1)
    noise = maker.draw(sd, torch.Generator().manual_seed(5))
    return float(noise[:, 40:88, 40:88].var())


@pytest.mark.parametrize("dose", [0.05, 0.1, 0.25, 0.5])
def test_noise_power_is_inverse_to_dose(dose: float) -> None:
    """Variance ∝ 1/dose within 3 %, full and low dose drawn with seeds of their own (SE of the ratio below 1 %)."""

    def variance(at: float, seed: int) -> float:
        noise = noise_images(water()[None].expand(100, -1, -1), PIXEL, at, source_dose=FULL, kernel=Kernel(0.2),
                             scanner=CLEAN, views=200, generator=torch.Generator().manual_seed(seed))  # fmt: skip
        return float(noise[:, 30:98, 30:98].var())

    assert variance(dose, round(1000 * dose)) * dose / variance(1.0, 1) == pytest.approx(1.0, abs=0.03)


def test_electronic_noise_makes_the_bottom_steeper() -> None:
    noisy = Scanner(electronic=25.0)
    steps = [centre_power(d / 2, noisy, 4) / centre_power(d, noisy, 4) for d in (1.0, 0.2, 0.04)]
    assert 2.0 < steps[0] < steps[1] < steps[2] < 4.0
    assert steps[2] > 2.2


def test_full_plus_added_is_low() -> None:
    """Variance of dose 1 plus what lowering to a adds is variance of dose a, ray by ray."""
    maker = NoiseMaker(SIZE, PIXEL, STANDARD, Scanner(), 100)
    p = maker.line_integrals(water()[None])
    total = maker.log_sd(p, 1.0, FULL) ** 2 + maker.log_sd(p, 0.2, 1.0) ** 2
    assert torch.allclose(total, maker.log_sd(p, 0.2, FULL) ** 2, rtol=1e-4)


def test_absolute_level_follows_theory() -> None:
    """Middle of water: var = π²/views · ⟨σ_p²⟩ · mean(ρ² A²) (Kak & Slaney), in HU by 1000/μ_water."""
    scanner = replace(CLEAN, modulation=0.0)
    kernel = Kernel(0.2)
    maker = NoiseMaker(SIZE, PIXEL, kernel, scanner, 200)
    p = maker.line_integrals(water()[None])
    variance = float((maker.log_sd(p, 1.0, FULL)[0, :, p.shape[2] // 2] ** 2).mean())
    rays = scanner.views / 200 * PIXEL / (scanner.source_to_axis_mm * scanner.fan_pitch_rad)
    rho = np.fft.fftfreq(4096, PIXEL)
    gain = np.mean(rho**2 * kernel.apodisation(rho) ** 2)
    expected = math.pi**2 / 200 * variance / rays * gain * (1000 / scanner.mu_water) ** 2
    noise = maker.draw(maker.log_sd(p, 1.0, FULL).expand(200, -1, -1), torch.Generator().manual_seed(9))
    assert float(noise[:, 58:70, 58:70].var()) == pytest.approx(expected, rel=0.06)


@pytest.mark.parametrize("kernel", [Kernel(0.2), Kernel(0.17, 1.5)])
def test_water_spectrum_is_ramp_times_kernel_squared(kernel: Kernel) -> None:
    maker = NoiseMaker(SIZE, PIXEL, kernel, replace(CLEAN, bowtie_strength=1.0), 300)
    p = maker.line_integrals(water(60)[None])
    noise = maker.draw(maker.log_sd(p, 1.0, FULL).expand(300, -1, -1), torch.Generator().manual_seed(4))
    f, power = radial_nps(noise[:, 40:88, 40:88].numpy(), PIXEL)
    # the finite patch smears the spectrum: smear the theory alike, by the same patch of stationary noise
    theory = smeared(kernel, 48, PIXEL)
    use = (f > 0.02) & (theory > 0.1 * theory.max())
    ratio = (power / power[use].sum()) / (theory / theory[use].sum())
    assert np.abs(ratio[use] - 1).max() < 0.05


@pytest.mark.parametrize("kernel", [Kernel(0.2), Kernel(0.17, 1.5)])
def test_water_spectrum_by_scipys_periodogram(kernel: Kernel) -> None:
    """An estimator of others: rows and columns of water by scipy.signal against ∫ |f| A² df_y, and its integral."""
    maker = NoiseMaker(SIZE, PIXEL, kernel, replace(CLEAN, bowtie_strength=1.0), 300)
    p = maker.line_integrals(water(60)[None])
    noise = maker.draw(maker.log_sd(p, 1.0, FULL).expand(300, -1, -1), torch.Generator().manual_seed(4))
    patch = noise[:, 32:96, 32:96].double().numpy()
    f, rows = periodogram(patch, 1 / PIXEL, window="hann", detrend=False, axis=2)
    columns = periodogram(patch, 1 / PIXEL, window="hann", detrend=False, axis=1)[1]
    power = (rows.mean(axis=(0, 1)) + columns.mean(axis=(0, 2))) / 2
    fy = np.linspace(-0.3, 0.3, 2401)
    theory = kernel.nps_shape(np.hypot(f[:, None], fy[None])).sum(axis=1)
    in_threes = (a[1:31].reshape(10, 3).sum(axis=1) for a in (power, theory))  # SE below 1 %
    found, expected = in_threes
    use = expected > 0.1 * expected.max()
    assert use.sum() >= 6
    assert np.abs(found[use] / found[use].sum() / (expected[use] / expected[use].sum()) - 1).max() < 0.05
    # our own radial spectrum holds the same power: 2π ∫ NPS f df is the variance that the periodogram integrates to
    radius, radial = radial_nps(patch, PIXEL)
    total = 2 * math.pi * np.trapezoid(radial * radius, radius)
    assert total == pytest.approx(np.trapezoid(power, f), rel=0.04)


def test_radial_spectrum_of_noise_with_a_known_one() -> None:
    """White noise through a Gaussian: NPS = Δ² σ² e^(−(2π s f)²), in HU² mm² (Δ pixel, s its SD in mm)."""
    pixel, m, s = 0.7, 48, 0.5
    f = np.fft.fftfreq(3 * m, pixel)
    blur = np.exp(-2 * (math.pi * s) ** 2 * (f[:, None] ** 2 + f[None, :] ** 2))
    white = 9.0 * np.random.default_rng(2).standard_normal((400, 3 * m, 3 * m))
    patches = np.fft.ifft2(np.fft.fft2(white) * blur).real[:, m : 2 * m, m : 2 * m]
    radius, found = radial_nps(patches, pixel)
    theory = pixel**2 * 81.0 * np.exp(-((2 * math.pi * s * radius) ** 2))
    use = (radius > 0.1) & (theory > 0.15 * theory.max())  # beyond, power leaks in from below
    assert use.sum() > 8
    assert np.abs(found[use] / theory[use] - 1).max() < 0.05


def smeared(kernel: Kernel, m: int, pixel: float) -> np.ndarray:
    """|f| A² seen through an m × m patch less its quadratic trend: 600 patches of white noise so filtered."""
    f = np.fft.fftfreq(m * 3, pixel)
    amplitude = np.sqrt(kernel.nps_shape(np.hypot(f[:, None], f[None, :])))
    white = np.random.default_rng(8).standard_normal((600, m * 3, m * 3))
    patches = np.fft.ifft2(np.fft.fft2(white) * amplitude).real[:, m : 2 * m, m : 2 * m]
    return radial_nps(patches, pixel)[1]


@pytest.mark.parametrize("dose", [1.0, 0.25, 0.1, 0.05])
def test_mean_values_hold_at_every_dose_of_a_counted_scan(dose: float) -> None:
    """300 mm of water scanned with Poisson counts and electronics: water 0 ± 1 HU, its middle too, air −1000 ± 2 HU.

    A plain log of the counts makes the middle +1.2 HU at 25 %, +3.9 at 10 % and +8.3 HU at 5 %.
    """
    size, pixel, count = 128, 3.0, 10
    scanner = Scanner(channels=184, channel_mm=5.2, views=288)
    mu = disc(size, 50)[None] * scanner.mu_water
    theta, s = fan_lines(scanner)
    p = LineIntegrals(theta, s, size, pixel).forward(mu).expand(count, -1, -1)
    parallel = rebin(measure(p, scanner, dose, torch.Generator().manual_seed(8)), scanner, 180, 182, pixel)
    mean = filtered_backprojection(parallel.mean(dim=0, keepdim=True), size, pixel, pixel, Kernel(0.15))[0]
    hu = (mean / scanner.mu_water - 1) * 1000
    assert abs(float(hu[disc(size, 42) > 0.99].mean())) < 1.0
    assert abs(float(hu[disc(size, 24) > 0.99].mean())) < 1.0
    assert abs(float(hu[(disc(size, 62) - disc(size, 55)) > 0.99].mean()) + 1000) < 2.0


@pytest.mark.parametrize("dose", [1.0, 0.25, 0.05])
def test_inserted_noise_has_no_mean(dose: float) -> None:
    clean = water()[None].expand(60, -1, -1)
    low = clean + noise_images(clean, PIXEL, dose, source_dose=FULL, kernel=Kernel(0.2), views=200,
                               generator=torch.Generator().manual_seed(6))  # fmt: skip
    assert abs(float(low[:, disc(SIZE, 44) > 0.99].mean())) < 1.0
    assert abs(float(low[:, (disc(SIZE, 62) - disc(SIZE, 54)) > 0.99].mean()) + 1000) < 2.0


def test_streaks_run_between_the_shoulders() -> None:
    """The demo's thorax at 10 % dose: from shoulder to shoulder noise is strong and runs from one to the other.

    Compared with the same patient's chest below, where arms are up and nothing lies at the sides.
    """
    body = thorax(128, 12, texture=False)
    pixel = body.geometry.spacing_mm[2]

    def noise_at(level: int) -> torch.Tensor:
        hu = torch.from_numpy(body.hu[level].astype(np.float32))[None].expand(40, -1, -1)
        return noise_images(hu, pixel, 0.1, source_dose=FULL, kernel=Kernel(0.16), views=240,
                            generator=torch.Generator().manual_seed(7))[:, 52:76, 44:84]  # fmt: skip

    def lying(patch: torch.Tensor) -> float:
        """Correlation along x, from shoulder to shoulder, less that along y."""
        along = (patch[:, :, 3:] * patch[:, :, :-3]).mean()
        return float((along - (patch[:, 3:, :] * patch[:, :-3, :]).mean()) / patch.var())

    shoulders, chest = noise_at(11), noise_at(6)  # 287 and 162 mm above the lower end
    assert lying(shoulders) > 0.1 + max(0.0, lying(chest))
    assert float(shoulders.var()) > 1.5 * float(chest.var())


@pytest.mark.parametrize(("metal", "dose"), [(None, 0.1), (3071.0, 0.1), (10_000.0, 0.25), (10_000.0, 0.05)])
def test_between_two_hip_prostheses_there_is_the_noise_of_a_counted_scan(metal: float | None, dose: float) -> None:
    """Starved rays: Yu's formula without bound says 3186 HU between 10,000 HU heads at 25 %, the counts say 41."""
    scanner = Scanner(channels=184, channel_mm=5.2, views=288)
    kernel, pixel = Kernel(0.06), 3.2  # coarse, so that the rebinning's interpolation hardly smooths
    y, x = np.mgrid[:SIZE, :SIZE] - SIZE // 2
    hu = np.where((x * pixel / 185) ** 2 + (y * pixel / 130) ** 2 < 1, 30.0, -1000.0)
    if metal is not None:
        for side in (-95, 95):
            hu[np.hypot(x * pixel - side, y * pixel) < 18] = metal
    clean = torch.from_numpy(hu.astype(np.float32))[None].expand(12, -1, -1)
    counted = scan_and_reconstruct(clean, pixel, kernel, dose, scanner, views=180,
                                   generator=torch.Generator().manual_seed(1))  # fmt: skip
    counted = counted - counted.mean(dim=0, keepdim=True)
    noise = noise_images(clean, pixel, dose, source_dose=FULL, kernel=kernel, scanner=scanner, views=180,
                         generator=torch.Generator().manual_seed(2))  # fmt: skip
    between = np.s_[:, 52:76, 46:82]
    assert float(noise[between].std()) == pytest.approx(float(counted[between].std()) * math.sqrt(12 / 11), rel=0.15)


def test_no_implant_attenuates_more_than_steel() -> None:
    """Extended HU scales and damaged voxels go to 32,767; behind 36 mm of them the variance of rays stays the same."""
    maker = NoiseMaker(SIZE, PIXEL, STANDARD, Scanner(), 100)
    hu = water()[None].repeat(2, 1, 1)
    hu[0, 60:68, 60:68], hu[1, 60:68, 60:68] = 16_000.0, 32_767.0
    a, b = maker.line_integrals(hu)
    assert torch.equal(a, b)


def test_short_way_equals_the_long_way() -> None:
    """Noise alone, parallel and gridded, has the power of a whole fan-beam scan with Poisson counts."""
    scanner = Scanner(channels=184, channel_mm=5.2, views=288, photons=4e5, modulation=0.0)
    kernel = Kernel(0.06)  # coarse, so that the rebinning's interpolation hardly smooths
    clean = water(42)[None].expand(10, -1, -1)
    long = scan_and_reconstruct(
        clean, PIXEL, kernel, 0.3, scanner, generator=torch.Generator().manual_seed(1), views=144
    )
    long = long - long.mean(dim=0, keepdim=True)
    short = noise_images(clean, PIXEL, 0.3, source_dose=FULL, kernel=kernel, scanner=scanner, views=144,
                         generator=torch.Generator().manual_seed(2))  # fmt: skip
    inside = disc(SIZE, 36) > 0.99
    ratio = float(long[:, inside].var()) * 10 / 9 / float(short[:, inside].var())
    assert ratio == pytest.approx(1.0, abs=0.12)


def test_seed_decides() -> None:
    def draw(seed: int) -> torch.Tensor:
        return noise_images(water()[None], PIXEL, 0.2, views=100, generator=torch.Generator().manual_seed(seed))

    assert torch.equal(draw(1), draw(1))
    assert not torch.equal(draw(1), draw(2))


def test_target_level_is_met() -> None:
    noise = noise_images(water()[None].expand(3, -1, -1), PIXEL, 0.2, target_sd_hu=torch.tensor([5.0, 10.0, 40.0]),
                         views=100, generator=torch.Generator().manual_seed(1))  # fmt: skip
    inside = water() > -400
    assert noise[:, inside].std(dim=1).tolist() == pytest.approx([5, 10, 40], rel=0.01)


def test_kernel_is_found_from_the_noise() -> None:
    for kernel in (SMOOTH, STANDARD, SHARP):
        clean = torch.where(disc(256, 110) > 0.5, 50.0, -1000.0)[None].expand(4, -1, -1)
        noise = noise_images(clean, 0.75, 0.2, source_dose=FULL, kernel=kernel, views=300,
                             generator=torch.Generator().manual_seed(1))  # fmt: skip
        found = fit_kernel((clean + noise).numpy(), 0.75)
        f = np.linspace(0.05, 0.66, 40)
        a, b = kernel.nps_shape(f), found.nps_shape(f)
        assert abs((a * f).sum() / a.sum() - (b * f).sum() / b.sum()) < 0.03  # mean frequency, 1/mm


@pytest.mark.parametrize(
    ("names", "expected"),
    [("B30f I30f J30s B31f H31s Br32 Qr32d A SOFT D30f B20s UA CA", "smooth"),
     ("Br38f\\3 B40f D40s Br40d Qr40 I44f STANDARD STND STD+ CHST FC18 FC10 FC08 FC21 FC13-H B UB", "standard"),
     ("B50f Br49 I50f Bv49 DETAIL C YA UC", "detail"),
     ("B70f I70f Bl57 Br64 Hr68h U90u LUNG BONE BONEPLUS EDGE FC51 FC52 FC30 FC81 D L YB EC", "sharp")],
)  # fmt: skip
def test_kernel_names_of_vendors(names: str, expected: str) -> None:
    for name in names.split():
        assert known_kernel(name) is not None, name
        assert kernel_from_name(name).name == expected, name
        assert kernel_from_name(f" {name.lower()} ").name == expected, name


@pytest.mark.parametrize("name", ["", "nonsense", "11", "FC", "B3", "Z40", "F40", "B400"])
def test_what_no_vendor_calls_a_kernel_is_not_known(name: str) -> None:
    assert known_kernel(name) is None
    assert kernel_from_name(name).name == "standard"  # a header may say what it likes
