"""Noise held against CT physics: dose, electronics, spectrum, mean values, streaks."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from ldct_viewer.physics.fan import scan_and_reconstruct
from ldct_viewer.physics.kernels import SHARP, SMOOTH, STANDARD, Kernel, fit_kernel, kernel_from_name, radial_nps
from ldct_viewer.physics.noise import NoiseMaker, noise_images
from ldct_viewer.physics.scanner import Scanner
from tests.physics.test_projection import disc

SIZE, PIXEL = 128, 2.4
FULL = float("inf")
CLEAN = Scanner(electronic=0.0)


def water(radius_px: float = 50) -> torch.Tensor:
    return disc(SIZE, radius_px) * 1000 - 1000


def centre_power(dose: float, scanner: Scanner, n: int = 12) -> float:
    """Noise variance in the middle of water over ``n`` realisations (same random numbers for every dose)."""
    maker = NoiseMaker(SIZE, PIXEL, Kernel(0.2), scanner, 200)
    sd = maker.log_sd(maker.line_integrals(water()[None]), dose, FULL).expand(n, -1, -1)
    noise = maker.draw(sd, torch.Generator().manual_seed(5))
    return float(noise[:, 40:88, 40:88].var())


def test_noise_power_is_inverse_to_dose() -> None:
    full = centre_power(1.0, CLEAN)
    for dose in (0.05, 0.1, 0.25, 0.5):
        assert centre_power(dose, CLEAN) * dose / full == pytest.approx(1.0, abs=0.03)


def test_two_independent_draws_agree_on_dose() -> None:
    """The same law without shared random numbers."""
    maker = NoiseMaker(SIZE, PIXEL, Kernel(0.2), CLEAN, 200)
    p = maker.line_integrals(water()[None])
    low, full = (
        maker.draw(maker.log_sd(p, dose, FULL).expand(120, -1, -1), torch.Generator().manual_seed(seed))
        for dose, seed in ((0.1, 1), (1.0, 2))
    )
    ratio = float(low[:, 30:98, 30:98].var() / full[:, 30:98, 30:98].var())
    assert ratio == pytest.approx(10.0, rel=0.03)


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


def smeared(kernel: Kernel, m: int, pixel: float) -> np.ndarray:
    """|f| A² seen through an m × m patch less its quadratic trend: 600 patches of white noise so filtered."""
    f = np.fft.fftfreq(m * 3, pixel)
    amplitude = np.sqrt(kernel.nps_shape(np.hypot(f[:, None], f[None, :])))
    white = np.random.default_rng(8).standard_normal((600, m * 3, m * 3))
    patches = np.fft.ifft2(np.fft.fft2(white) * amplitude).real[:, m : 2 * m, m : 2 * m]
    return radial_nps(patches, pixel)[1]


@pytest.mark.parametrize("dose", [1.0, 0.25, 0.05])
def test_mean_values_hold_at_every_dose(dose: float) -> None:
    clean = water()[None].expand(60, -1, -1)
    low = clean + noise_images(clean, PIXEL, dose, source_dose=FULL, kernel=Kernel(0.2), views=200,
                               generator=torch.Generator().manual_seed(6))  # fmt: skip
    assert abs(float(low[:, disc(SIZE, 44) > 0.99].mean())) < 1.0
    assert abs(float(low[:, (disc(SIZE, 62) - disc(SIZE, 54)) > 0.99].mean()) + 1000) < 2.0


def test_streaks_run_between_the_shoulders() -> None:
    """Two dense arms at the sides: noise is strong and runs from one to the other."""
    body = disc(SIZE, 30) * 1000 - 1000
    arms = torch.maximum(disc(SIZE, 12, -45), disc(SIZE, 12, 45))
    shoulders = torch.maximum(body, arms * 1900 - 1000)
    noise = noise_images(shoulders[None].expand(40, -1, -1), PIXEL, 0.1, source_dose=FULL, kernel=Kernel(0.2),
                         views=240, generator=torch.Generator().manual_seed(7))  # fmt: skip
    patch = noise[:, 44:84, 44:84]
    along = (patch[:, :, 3:] * patch[:, :, :-3]).mean()  # correlation along x, from arm to arm
    across = (patch[:, 3:, :] * patch[:, :-3, :]).mean()
    assert float(along) > float(across) + 0.1 * float(patch.var())
    calm = noise_images(body[None].expand(8, -1, -1), PIXEL, 0.1, source_dose=FULL, kernel=Kernel(0.2), views=240,
                        generator=torch.Generator().manual_seed(7))  # fmt: skip
    assert float(patch.var()) > 1.5 * float(calm[:, 44:84, 44:84].var())


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
    ("name", "expected"), [("B30f", "smooth"), ("Br40d", "standard"), ("B70f", "sharp"), ("LUNG", "sharp"),
                           ("STANDARD", "standard"), ("B", "standard"), ("", "standard")]
)  # fmt: skip
def test_kernel_names_of_vendors(name: str, expected: str) -> None:
    assert kernel_from_name(name).name == expected
