"""The detector's log data against its own counts: no bias, the right variance at any count, afterglow."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.stats import poisson

from ldct_viewer.physics.detector import afterglow, log_count_variance, log_counts
from ldct_viewer.physics.fan import measure
from ldct_viewer.physics.scanner import Scanner


def variance(photons: float, electronic: float) -> float:
    return float(log_count_variance(torch.tensor([photons]), electronic)[0])


def drawn(photons: float, electronic: float, n: int = 400_000) -> np.ndarray:
    """Log data of counts drawn by numpy."""
    rng = np.random.default_rng(5)
    counts = rng.poisson(photons, n) + electronic * rng.standard_normal(n)
    return log_counts(torch.from_numpy(counts), electronic).numpy()


@pytest.mark.parametrize(("photons", "electronic"), [(3.0, 0.0), (20.0, 0.0), (30.0, 8.0), (50.0, 8.0), (120.0, 20.0)])
def test_the_log_has_not_the_bias_of_a_plain_log(photons: float, electronic: float) -> None:
    """A plain log is too low by (1 + σe²/I) / (2 I), up to 0.05 here, that is 8 HU in 300 mm of water."""
    plain = (1 + electronic**2 / photons) / (2 * photons)
    assert abs(float(drawn(photons, electronic).mean()) - math.log(photons)) < max(0.08 * plain, 2e-3)


@pytest.mark.parametrize("photons", [0.05, 1.0, 4.0, 30.0, 150.0])
def test_without_electronics_it_is_the_log_of_half_a_count_more(photons: float) -> None:
    """Anscombe 1956: log(n + ½), its variance by summing over the Poisson distribution."""
    n = np.arange(0, 600)
    assert log_counts(torch.from_numpy(n.astype(float)), 0.0).numpy() == pytest.approx(np.log(n + 0.5), rel=1e-12)
    share = poisson.pmf(n, photons)
    mean = (share * np.log(n + 0.5)).sum()
    exact = (share * (np.log(n + 0.5) - mean) ** 2).sum()
    assert variance(photons, 0.0) == pytest.approx(exact, rel=2e-3)


@pytest.mark.parametrize("electronic", [3.0, 8.0, 40.0])
@pytest.mark.parametrize("photons", [0.1, 2.0, 10.0, 40.0, 250.0, 3000.0])
def test_variance_is_that_of_the_counted_photons(photons: float, electronic: float) -> None:
    assert variance(photons, electronic) == pytest.approx(drawn(photons, electronic).var(), rel=0.012)


@pytest.mark.parametrize("electronic", [0.0, 8.0, 30.0])
def test_where_there_is_signal_it_is_yus_formula(electronic: float) -> None:
    """Yu 2012: 1/I + σe²/I², within 1 % where that is below 0.01; never a jump between the table and the series."""
    photons = np.geomspace(0.01, 1e6, 4000)
    found = log_count_variance(torch.from_numpy(photons), electronic).double().numpy()
    yu = 1 / photons + electronic**2 / photons**2
    assert np.abs(found / yu - 1)[yu < 0.01].max() < 0.01
    assert np.abs(np.diff(np.log(found))).max() < 0.012


def test_a_starved_ray_varies_by_less_than_a_neper() -> None:
    """Yu's formula says 80 nepers at a tenth of a photon."""
    photons = torch.tensor([0.0, 1e-20, 0.1, 1.0, 5.0])
    assert float(log_count_variance(photons, 8.0).max()) < 1.0
    noise = measure(torch.full((1, 60, 736), 30.0), Scanner(), 0.1, torch.Generator().manual_seed(1))
    assert float(noise.std(dim=1).max()) < 1.0
    assert bool(measure(torch.full((1, 4, 736), 200.0), Scanner(), 0.1).isfinite().all())  # solid metal all along


def test_no_single_low_count_is_lost_in_rounding() -> None:
    """Counts far below zero, in float32: x = ½ (n + √(n² + c)) by mpmath-like arithmetic in float64."""
    counts = np.array([-4000.0, -500.0, -30.0, -1.0, 0.0, 2.0])
    exact = np.log((counts + np.sqrt(counts**2 + 2 * np.maximum(counts, 0) + 1 + 2 * 8.0**2)) / 2)
    found = log_counts(torch.from_numpy(counts).float(), 8.0).numpy()
    assert found == pytest.approx(exact, abs=1e-3)


def test_afterglow_of_a_step_dies_away_exponentially() -> None:
    """Behind the edge of the body the light of air lingers: B + (A − B) a rᵏ⁺¹ (Hsieh 2000), the sum kept."""
    share, decay, views = 0.05, 4.0, 400
    signal = torch.full((1, views, 3), 1000.0)
    signal[:, 100:300] = 10.0
    out = afterglow(signal, share, decay)[0, :, 1].numpy()
    k = np.arange(60)
    assert out[100:160] == pytest.approx(10 + 990 * share * np.exp(-(k + 1) / decay), rel=1e-4)
    assert out[300:360] == pytest.approx(1000 - 990 * share * np.exp(-(k + 1) / decay), rel=1e-4)
    assert out.sum() == pytest.approx(float(signal[0, :, 1].sum()), rel=1e-5)
    assert torch.equal(afterglow(signal, 0.0, decay), signal)
    with pytest.raises(ValueError, match="share"):
        afterglow(signal, 1.0, decay)


@pytest.mark.parametrize("poisson", [True, False])
def test_a_scan_smears_its_counts_by_the_scanners_afterglow(poisson: bool) -> None:
    """Log data behind a step of 4 nepers, electronics off and photons plenty: −log of what the step's formula says."""
    scanner = Scanner(views=400, photons=1e12, electronic=0.0, modulation=0.0, bowtie_strength=0.0,
                      afterglow=0.02, afterglow_views=5.0)  # fmt: skip
    p = torch.zeros((1, 400, 736))
    p[:, 100:300] = 4.0
    found = measure(p, scanner, 1.0, torch.Generator().manual_seed(2), poisson)[0, 100:130].mean(dim=-1)
    k = np.arange(30)
    left = math.exp(-4) + (1 - math.exp(-4)) * 0.02 * np.exp(-(k + 1) / 5.0)
    assert found.numpy() == pytest.approx(-np.log(left), abs=2e-4)
    without = measure(p, Scanner(views=400, photons=1e12, modulation=0.0), 1.0, torch.Generator().manual_seed(2))
    assert float((without - p).abs().max()) < 1e-3
