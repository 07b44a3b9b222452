"""Single formulas of the scanner against their papers, worked out here by hand."""

from __future__ import annotations

from math import exp, pi, sqrt

import numpy as np
import pytest
import torch

from ldct_viewer.physics.dose import DosePlan, simulate_low_dose
from ldct_viewer.physics.fan import scan_and_reconstruct
from ldct_viewer.physics.fbp import filter_views
from ldct_viewer.physics.kernels import DETAIL, RAMP_LIMIT, SHARP, SMOOTH, STANDARD
from ldct_viewer.physics.noise import NoiseMaker
from ldct_viewer.physics.scanner import Scanner
from ldct_viewer.volume import AIR_HU, Geometry

SCANNER = Scanner()


def test_a_full_bowtie_makes_every_ray_through_its_water_cylinder_alike() -> None:
    """Object chord 2 √(R² − s²) plus bowtie is 2 R µ for every s: that is what a bowtie is for."""
    scanner = Scanner(bowtie_strength=1.0)
    s = torch.linspace(-160, 160, 41)
    object_path = 2 * (scanner.bowtie_radius_mm**2 - s**2).sqrt() * scanner.mu_water
    total = object_path + scanner.bowtie_path(s)
    assert torch.allclose(total, torch.full_like(s, 2 * scanner.bowtie_radius_mm * scanner.mu_water), atol=1e-5)


def test_photons_fall_with_object_and_bowtie_and_grow_with_dose() -> None:
    """Beer-Lambert."""
    p, s = torch.tensor([[[2.0]]]), torch.tensor([100.0])
    bowtie = SCANNER.mu_water * SCANNER.bowtie_strength * 2 * (165 - sqrt(165**2 - 100**2))
    found = float(SCANNER.expected_photons(p, s, 1.0, dose=0.25))
    assert found == pytest.approx(0.25 * SCANNER.photons * exp(-2.0 - bowtie), rel=1e-5)


def test_the_tube_gives_more_where_the_body_is_thick() -> None:
    """Gies et al. 1999: current ∝ √attenuation."""
    p = torch.zeros(1, 2, 64)
    p[0, 0], p[0, 1] = 4.0, 2.0
    current = SCANNER.tube_current(p)[0, :, 0]
    assert float(current[0] / current[1]) == pytest.approx(exp(0.5 * (4.0 - 2.0)), rel=1e-4)


@pytest.mark.parametrize("source_dose", [1.0, 0.5, float("inf")])
def test_added_variance_is_the_difference_of_the_two_doses_variances(source_dose: float) -> None:
    """Yu 2012: Var = 1/(a I) + σe²/(a I)²; what lowering the dose adds is the one less the other."""
    scanner = Scanner(electronic=20.0)
    photons = torch.tensor([5e3, 5e4, 5e6])  # enough for Yu's formula at a tenth of them
    dose = 0.1

    def variance(a: float) -> np.ndarray:
        i = a * photons.double().numpy()
        return 1 / i + 20.0**2 / i**2

    expected = variance(dose) - (0.0 if source_dose == float("inf") else variance(source_dose))
    assert scanner.added_log_variance(photons, dose, source_dose).numpy() == pytest.approx(expected, rel=5e-3)


def test_one_dose_for_all_and_one_for_each_slice_give_the_same_noise_also_where_rays_are_starved() -> None:
    maker = NoiseMaker(64, 5.0, STANDARD, Scanner(), 90)
    p = maker.line_integrals(torch.full((2, 64, 64), 3000.0))  # 320 mm of bone: no photon comes through
    for source_dose in (1.0, float("inf")):
        each = maker.log_sd(p, torch.tensor([0.1, 0.02]), source_dose)
        assert torch.equal(each[0], maker.log_sd(p, 0.1, source_dose)[0])
        assert torch.equal(each[1], maker.log_sd(p, 0.02, source_dose)[1])
        assert float(each.max()) < 1.0
    with pytest.raises(ValueError, match="dose"):
        maker.log_sd(p, torch.tensor([0.1, 1.1]))


def test_the_tube_gives_more_at_thick_levels_of_the_patient() -> None:
    """Axial modulation: a slice has e^(q · (p_mid − reference)) of the series' mean current."""
    p = torch.zeros(2, 3, 200)
    p[0], p[1] = 5.0, 3.0
    current = SCANNER.tube_current(p, 4.0)[:, :, 0]
    assert current[0].tolist() == pytest.approx([exp(0.5)] * 3, rel=1e-4)
    assert current[1].tolist() == pytest.approx([exp(-0.5)] * 3, rel=1e-4)
    assert SCANNER.tube_current(p)[:, :, 0].reshape(-1).tolist() == pytest.approx([1.0] * 6)  # each its own mean


def test_the_middle_path_is_the_97th_percentile_of_the_rays_however_many() -> None:
    p = torch.rand((2, 5, 137), generator=torch.Generator().manual_seed(3))
    found = SCANNER.middle_path(p)[..., 0].numpy()
    assert found == pytest.approx(np.percentile(p.numpy(), 97, axis=-1), rel=1e-5)
    assert SCANNER.middle_path(torch.zeros(31, 1152, 512)).shape == (31, 1152, 1)  # more than torch.quantile takes


@pytest.mark.parametrize("bin_mm", [0.5, 1.0, 2.0])
def test_the_ramp_filter_is_the_textbooks_at_any_bin_size(bin_mm: float) -> None:
    """Kak & Slaney eq. 61: h(0) = 1/(4 τ²), h(odd n) = −1/(n π τ)², h(even n) = 0; the sum is weighted by τ."""
    views = torch.zeros(1, 33)
    views[0, 16] = 1.0
    out = filter_views(views, bin_mm, RAMP_LIMIT)[0].double().numpy() / bin_mm
    n = np.arange(33) - 16
    expected = np.zeros(33)
    odd = n % 2 != 0
    expected[odd] = -1 / (n[odd] * pi * bin_mm) ** 2
    expected[16] = 1 / (4 * bin_mm**2)
    assert out == pytest.approx(expected, abs=2e-6 / bin_mm**2)


@pytest.mark.parametrize("kernel", [SMOOTH, STANDARD, DETAIL, SHARP], ids=lambda k: k.name)
def test_a_kernel_is_the_same_in_numpy_and_in_torch(kernel) -> None:
    f = np.linspace(0, 1.5, 61)
    assert kernel.apodisation(torch.from_numpy(f)).numpy() == pytest.approx(kernel.apodisation(f), abs=1e-12)


def test_every_slice_has_noise_of_its_own_and_the_floor_has_none() -> None:
    y, x = np.mgrid[:64, :64] - 32
    hu = np.where(np.hypot(y, x) < 26, 40, AIR_HU).astype(np.int16)[None].repeat(9, axis=0)
    plan = DosePlan(STANDARD, Scanner(photons=1e5), 1.5, 10.0)
    low = simulate_low_dose(hu, Geometry(hu.shape, (2.0, 4.0, 4.0)), 0.1, seed=3, plan=plan)
    noise = (low.astype(float) - hu)[:, 16:48, 16:48].reshape(9, -1)
    correlation = np.corrcoef(noise)
    assert np.abs(correlation - np.eye(9)).max() < 0.3
    assert (low[hu == AIR_HU] == AIR_HU).all()


def test_a_rod_off_the_axis_comes_back_at_its_place_through_the_fan() -> None:
    """Rebinning with the wrong sign of the fan angle still gives back whatever is round about the axis."""
    scanner = Scanner(channels=184, channel_mm=5.2, views=288)
    y, x = np.mgrid[:96, :96] - 48
    hu = np.full((96, 96), -1000.0, np.float32)
    hu[np.hypot(y - 20, x + 12) < 5] = 0.0
    out = scan_and_reconstruct(torch.from_numpy(hu)[None], 3.0, STANDARD, scanner=scanner, noise=False, views=180)[0]
    found = out.numpy() + 1000
    assert found[68 - 2 : 68 + 3, 36 - 2 : 36 + 3].mean() == pytest.approx(1000, abs=60)
    weight = np.where(found > 300, found, 0)
    assert (weight * y).sum() / weight.sum() == pytest.approx(20, abs=0.3)
    assert (weight * x).sum() / weight.sum() == pytest.approx(-12, abs=0.3)
